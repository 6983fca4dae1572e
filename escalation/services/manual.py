"""What people do about deadlines: say "I am on it", take over, extend in writing, call somebody."""

import datetime as dt

from escalation.actions import ACTIONS, Call
from escalation.errors import AlreadyAcknowledged, DeadlineOver
from escalation.models import Deadline, Escalation, Extension
from escalation.people import recipients
from escalation.rules import EscalationEvent, EscalationLevel
from escalation.services.clocks import Clocks
from escalation.services.extending import check_extension, tell_customer
from escalation.services.words import by_hand_words
from tickets import services as desk
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Missing, NotFound
from tickets.models import Event, Ticket, User
from tickets.services.texts import needed


def acknowledge_escalation(
    deadline: Deadline, *, actor: Actor, now: dt.datetime, seen: int | None = None
) -> None:
    """Somebody says "I am on it": the path is climbed no further. The clock runs on.

    Raises `DeadlineOver` where it no longer runs, `AlreadyAcknowledged`, `Missing` where no person
    says so.
    """
    person = _person(actor)
    with changing(deadline.ticket_id, actor=actor, now=now, seen=seen) as change:
        clocks = Clocks(change)
        row = _open_row(clocks, deadline, verb="acknowledged")
        if row.acknowledged_by is not None:
            raise AlreadyAcknowledged(name=row.acknowledged_by.name)
        _acknowledge(clocks, [row], person, now=now)
        clocks.finish()


def take_over(
    ticket: Ticket, *, brief: str, actor: Actor, now: dt.datetime, seen: int | None = None
) -> None:
    """Take a ticket that runs late from whoever has it, with a brief, and answer for its clocks.

    Raises what `tickets.services.take` raises, but is no error for the one who owns it already.
    """
    person = _person(actor)
    text = needed(brief, what="a brief: what is going on, and what you will do", field="brief",
                  limit=2000)  # fmt: skip
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        before = change.ticket.owner
        if before is None or before.pk != person.pk:
            desk.take(change.ticket, actor=actor, now=now, brief=text)
        clocks = Clocks(change)
        late = [
            row
            for row in clocks.open()
            if row.acknowledged_at is None and (row.breached_at is not None or row.steps_taken)
        ]
        _acknowledge(clocks, late, person, now=now, tell=False)
        clocks.finish()
        change.record(
            EscalationEvent.TAKEN_OVER,
            data={
                "by": person.name,
                "from": before.name if before is not None else "",
                "brief": text,
                "deadlines": [row.pk for row in late],
            },
            changes=clocks.changes(late),
        )


def extend_deadline(
    deadline: Deadline,
    *,
    to: dt.datetime,
    reason: str,
    letter: str = "",
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> Extension:
    """Give a promise a later date, and tell the customer so, with the reason, in `letter`.

    It is no pause. Raises `DeadlineOver`, `DeadlinePassed` (what is missed stays missed),
    `ExtensionRefused` (too far, too often, not later), `Missing` without a reason or, where the
    policy has none, a letter.
    """
    person = _person(actor)
    reason = needed(reason, what="the reason", field="reason", limit=500)
    with changing(deadline.ticket_id, actor=actor, now=now, seen=seen) as change:
        clocks = Clocks(change)
        row = _open_row(clocks, deadline, verb="extended")
        check_extension(clocks, row, to, now=now)
        before = row.due_at
        message = tell_customer(clocks, row, letter, to=to, reason=reason, actor=actor, now=now)
        extension = change.add(
            Extension(
                ticket=change.ticket,
                deadline=row,
                reason=reason,
                due_before=before,
                due_after=to,
                message=message,
                at=now,
                by=person,
            )
        )
        clocks.touch(row)
        row.extended_to, row.extended_at = to, now
        clocks.refresh(row, at=now)
        clocks.record(
            EscalationEvent.DEADLINE_EXTENDED, [row], at=now, reason=reason,
            to=to.astimezone(dt.UTC).isoformat(), by=person.name,
        )  # fmt: skip
        clocks.finish()
    return extension


def escalate_by_hand(
    ticket: Ticket, *, reason: str, actor: Actor, now: dt.datetime, seen: int | None = None
) -> Escalation:
    """A colleague calls somebody above, with a reason. Raises `Missing` without one."""
    reason = needed(reason, what="a reason", field="reason", limit=500)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        return call_above(change, EscalationLevel.BY_HAND, reason=reason, at=now)


def react_to_wish(change: Change, event: Event) -> None:
    """The customer, or a rule of another app, asks for somebody above."""
    reason = str(event.data.get("reason", ""))[:500]
    call_above(change, EscalationLevel.CUSTOMER, reason=reason, at=event.at)


def call_above(
    change: Change, level: EscalationLevel, *, reason: str, at: dt.datetime
) -> Escalation:
    """Tell the team's lead and supervisors, in the page and by mail, and record the step."""
    ticket = change.ticket
    people = [
        person
        for person in recipients(["lead", "supervisors"], ticket, now=change.now)
        if change.actor.user is None or person.pk != change.actor.user.pk
    ]
    text = by_hand_words(ticket, level, reason, by=change.actor.name)
    key = f"escalation:{ticket.pk}:{ticket.event_count + 1}"
    call = Call(change, people, text, key)
    row = change.add(
        Escalation(
            ticket=ticket,
            level=level.value,
            step=key,
            reason=reason or text[:500],
            told=[person.name for person in people],
            due_at=min(at, change.now),
            done_at=change.now,
            by=change.actor.user,
        )
    )
    change.record(
        EscalationEvent.ESCALATED,
        data={"escalation": row.pk, "why": reason, "told": row.told, "by": level.value},
        at=at,
    )
    ACTIONS["notify"](call)
    ACTIONS["mail"](call)
    return row


# -- inside -----------------------------------------------------------------------------------


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise Missing(what="a person who does this", field="actor")
    return actor.user


def _open_row(clocks: Clocks, deadline: Deadline, *, verb: str) -> Deadline:
    row = next((row for row in clocks.rows if row.pk == deadline.pk), None)
    if row is None:
        raise NotFound(field="deadline")
    if not row.is_open:
        raise DeadlineOver(verb=verb)
    return row


def _acknowledge(
    clocks: Clocks, rows: list[Deadline], person: User, *, now: dt.datetime, tell: bool = True
) -> None:
    for row in rows:
        clocks.touch(row)
        row.acknowledged_at, row.acknowledged_by = now, person
        clocks.refresh(row, at=now)
    Escalation.objects.filter(deadline__in=rows, acknowledged_at__isnull=True).update(
        acknowledged_at=now, acknowledged_by=person
    )
    if tell:
        clocks.record(EscalationEvent.ESCALATION_ACKNOWLEDGED, rows, at=now, by=person.name)
