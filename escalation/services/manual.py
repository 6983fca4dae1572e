"""What people do about deadlines: say "I am on it", take over, extend in writing, call somebody."""

import datetime as dt

from django.utils.translation import gettext as _

from escalation.errors import (
    AlreadyAcknowledged,
    AlreadyCalled,
    DeadlineOver,
    ExtendedMeanwhile,
    NotEscalated,
    OwnCall,
)
from escalation.models import Climb, Deadline, Escalation, Extension
from escalation.rules import EscalationEvent, EscalationLevel
from escalation.services import spells
from escalation.services.calling import call_above, end_climbs
from escalation.services.clocks import Clocks
from escalation.services.extending import (
    check_extension,
    date_meant,
    latest_date,
    tell_customer,
)
from tickets import services as desk
from tickets.actors import SYSTEM, Actor
from tickets.change import Change, Unit, changing
from tickets.errors import Missing, NotFound, WrongStatus
from tickets.models import Ticket, User
from tickets.saying import Phrase
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
        row = _open_row(clocks, deadline, verb=_("acknowledged"))
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
    text = needed(brief, what=_("a brief: what is going on, and what you will do"), field="brief",
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
            changes={**clocks.changes(late), **end_climbs(change, at=now, by=person)},
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
    due_seen: dt.datetime | None = None,
) -> Extension:
    """Give a promise a later date, and tell the customer so, with the reason, in `letter`;
    `due_seen` is the date as whoever extends it saw it.

    It is no pause. The date is taken as the rule of the promise ends one (`date_meant`), and the
    letter names it so. Raises `DeadlineOver`, `DeadlinePassed` (what is missed stays missed),
    `ExtensionRefused` (too far, too often, not later), `ExtendedMeanwhile`, `Missing` without a
    reason or, where the policy has none, a letter.
    """
    person = _person(actor)
    reason = needed(reason, what=_("the reason"), field="reason", limit=500)
    with changing(deadline.ticket_id, actor=actor, now=now, seen=seen) as change:
        clocks = Clocks(change)
        row = _open_row(clocks, deadline, verb=_("extended"))
        if due_seen is not None and row.extended_at is not None and row.due_at != due_seen:
            raise ExtendedMeanwhile(field="to")
        to = date_meant(clocks, row, to)
        check_extension(clocks, row, to, now=now)
        before = row.due_at
        clocks.touch(row)
        row.extended_to, row.extended_at = to, now
        clocks.refresh(row, at=now)
        clocks.record(
            EscalationEvent.DEADLINE_EXTENDED, [row], at=now, reason=reason,
            to=to.astimezone(dt.UTC).isoformat(), by=person.name,
        )  # fmt: skip
        clocks.finish()
        # The letter afterwards: where it is the first word on a ticket it moves clocks, too.
        message = tell_customer(
            clocks, row, letter, before=before, to=to, reason=reason, actor=actor, now=now
        )
        return change.add(
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


def how_far(deadline: Deadline, *, now: dt.datetime) -> dt.datetime:
    """The latest date to which a deadline can be extended now. Reads only.

    Raises what `extend_deadline` would for every date: `DeadlineOver`, `DeadlinePassed`,
    `ExtensionRefused`.
    """
    clocks = Clocks(Change(Unit(now), deadline.ticket, SYSTEM))
    return latest_date(clocks, _open_row(clocks, deadline, verb=_("extended")), now=now)


def escalate_by_hand(
    ticket: Ticket, *, reason: str, actor: Actor, now: dt.datetime, seen: int | None = None
) -> Escalation:
    """A colleague calls somebody above, with a reason; whoever calls again hurries the next step.

    Raises `Missing` without a reason, `WrongStatus` on a ticket that is finished, `AlreadyCalled`
    where a call was made within the hour, or has nobody further to go to.
    """
    reason = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        if not change.ticket.is_open:
            raise WrongStatus(
                "This ticket is finished. Reopen it first.",
                status=change.ticket.status, to="open", field="status",
            )  # fmt: skip
        made = call_above(change, EscalationLevel.BY_HAND, reason=reason, at=now)
        if made is None:
            raise AlreadyCalled
        return made


def acknowledge_step(
    step: Escalation, *, actor: Actor, now: dt.datetime, seen: int | None = None
) -> None:
    """Somebody who was told says "I am on it", to a clock's step or to a call.

    Raises what `acknowledge_escalation` raises, and `OwnCall` for the one who called.
    """
    if step.deadline is not None:
        acknowledge_escalation(step.deadline, actor=actor, now=now, seen=seen)
        return
    person = _person(actor)
    with changing(step.ticket_id, actor=actor, now=now, seen=seen) as change:
        climb = next((row for row in change.all(Climb) if row.pk == step.climb_id), None)
        if climb is None:
            raise DeadlineOver(verb=_("acknowledged"))
        if climb.acknowledged_by is not None:
            raise AlreadyAcknowledged(name=climb.acknowledged_by.name)
        if climb.ended_at is not None:
            raise DeadlineOver(verb=_("acknowledged"))
        if climb.by_id == person.pk:
            raise OwnCall
        told = end_climbs(change, at=now, by=person, only=climb)
        change.record(
            EscalationEvent.ESCALATION_ACKNOWLEDGED,
            data={"by": person.name, "climb": climb.pk, "deadlines": []},
            changes=told,
        )


def deescalate(
    ticket: Ticket, *, reason: str, actor: Actor, now: dt.datetime, seen: int | None = None
) -> None:
    """Somebody who answers for it says that the ticket goes its usual way again, and why.

    Calls end, and paths that were begun are climbed no further; what was missed stays missed.
    Raises `Missing` without a reason or a person, `NotEscalated`.
    """
    person = _person(actor)
    text = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        clocks = Clocks(change)
        begun = [
            row
            for row in clocks.open()
            if row.acknowledged_at is None
            and any(key.startswith("path:") for key in row.steps_taken)
        ]
        calls = any(climb.ended_at is None for climb in change.all(Climb))
        if not begun and not calls and spells.open_spell(change) is None:
            raise NotEscalated
        _acknowledge(clocks, begun, person, now=now, tell=False)
        clocks.finish()
        change.record(
            EscalationEvent.DEESCALATED,
            data={"reason": text, "by": person.name, "deadlines": [row.pk for row in begun]},
            changes={
                **clocks.changes(begun),
                **end_climbs(change, at=now, by=person),
                **spells.end(change, at=now, reason=text, by=person),
            },
        )
        owner = change.ticket.owner
        if owner is not None and owner.pk != person.pk:
            change.alert(
                owner,
                key=f"deescalated:{ticket.pk}:{change.ticket.event_count}",
                text=Phrase(
                    "{name} de-escalated {number}. {why}",
                    name=person.name,
                    number=change.ticket.number,
                    why=text,
                ),
            )


# -- inside -----------------------------------------------------------------------------------


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise Missing(what=_("a person who does this"), field="actor")
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
