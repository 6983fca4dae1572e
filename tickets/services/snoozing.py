"""Putting a ticket aside until a moment, and what brings it back before.

It leaves the queue, and nothing else changes: no deadline pauses, and whoever looks for it finds
it. It is back at its moment, whether or not a sweep has said so; and at once when the customer is
heard of, a clock warns or is missed, somebody above is called, an exception is decided, its owner
is mentioned or becomes another, or it is finished.
"""

import datetime as dt
from collections.abc import Sequence

import structlog
from django.db import connection

from tickets.actors import SYSTEM, Actor
from tickets.change import Change, changing, unit_of_work
from tickets.errors import Conflict, Invalid, Missing, WrongStatus
from tickets.models import Event, Ticket, User
from tickets.rules import ActorKind, BackBecause, EventType
from tickets.saying import Phrase
from tickets.services.ownership import own_if_unowned
from tickets.services.status import refuse_merged
from tickets.services.texts import clean_line

log = structlog.get_logger(__name__)

#: A ticket is put aside for so long at most, and at least until the next minute.
LONGEST = dt.timedelta(days=365)
SHORTEST = dt.timedelta(minutes=1)
REASON_MAX = 200
BATCH = 100

_CUSTOMER = frozenset(
    {
        EventType.MESSAGE_RECEIVED.value,
        EventType.INFORMATION_GIVEN.value,
        EventType.CUSTOMER_ESCALATED.value,
        EventType.REVIEW_ASKED.value,
    }
)
#: What other apps record, by the string that they record it under.
_BRINGS_BACK = {
    "deadline_warned": BackBecause.DEADLINE,
    "deadline_breached": BackBecause.DEADLINE,
    "escalated": BackBecause.DEADLINE,
    "exception_decided": BackBecause.COLLEAGUE,
    "exception_asked_back": BackBecause.COLLEAGUE,
}
#: Our own, which never bring it back.
_OURS = frozenset({EventType.SNOOZED.value, EventType.SNOOZE_ENDED.value})


def snooze(
    ticket: Ticket,
    *,
    until: dt.datetime,
    actor: Actor,
    now: dt.datetime,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Put a ticket aside until the instant `until`, or until another one than before.

    Whoever puts aside what nobody owns owns it from then on. Raises `Missing` without a moment,
    `Invalid` for one that is past or more than a year away, `WrongStatus` where it is finished,
    `Conflict` where it would be aside and nobody's.
    """
    until = check_moment(until, now=now)
    words = clean_line(reason, field="reason", limit=REASON_MAX)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        refuse_merged(change)
        if not change.ticket.is_open:
            raise WrongStatus(
                "This ticket is finished, and stands in no queue.",
                status=change.ticket.status,
                to="snoozed",
                field="status",
            )
        own_if_unowned(change)
        if change.ticket.owner_id is None:
            raise Conflict(
                "Nobody owns this ticket: nobody would miss it. Give it to somebody first.",
                field="owner",
            )
        if not change.set(snoozed_until=until, snoozed_by=actor.user, snooze_reason=words):
            raise Conflict("It is put aside until then already.", field="until")
        data = {"until": until.astimezone(dt.UTC).isoformat(), "reason": words}
        change.record(EventType.SNOOZED, data=data)


def check_moment(until: dt.datetime | None, *, now: dt.datetime) -> dt.datetime:
    """A moment at which a ticket can come back. Raises `Missing`, and `Invalid` for one that is
    past or more than a year away."""
    if until is None:
        raise Missing(what="a moment at which it comes back", field="until")
    if until < now + SHORTEST:
        raise Invalid("Choose a moment in the future.", field="until")
    if until > now + LONGEST:
        raise Invalid("At most a year from now.", field="until")
    return until


def end_snooze(
    ticket: Ticket,
    *,
    actor: Actor,
    now: dt.datetime,
    because: BackBecause = BackBecause.BY_HAND,
    seen: int | None = None,
) -> None:
    """Bring a ticket back into the queue. Raises `Conflict` where it was not put aside."""
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        if change.ticket.snoozed_until is None:
            raise Conflict("It is not put aside.", field="ticket")
        end_in(change, because)


def restore_snooze(
    ticket: Ticket,
    *,
    until: dt.datetime | None,
    by: User | None,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Putting it aside was a slip: it stands as before it."""
    with changing(ticket, actor=actor, now=now) as change:
        if until is None or until <= now:
            if change.ticket.snoozed_until is not None:
                end_in(change, BackBecause.UNDONE)
        elif change.set(snoozed_until=until, snoozed_by=by, snooze_reason=reason):
            data = {"until": until.astimezone(dt.UTC).isoformat(), "reason": reason}
            change.record(EventType.SNOOZED, data=data)


def end_in(change: Change, because: BackBecause, *, at: dt.datetime | None = None) -> None:
    """The same within an open change; nothing where it was not put aside."""
    until = change.ticket.snoozed_until
    if until is None:
        return
    change.set(snoozed_until=None, snoozed_by=None, snooze_reason="")
    data = {"because": because.value, "until": until.astimezone(dt.UTC).isoformat()}
    change.record(EventType.SNOOZE_ENDED, data=data, at=at)


def hear(change: Change, event: Event) -> None:
    """What happened may bring the ticket back."""
    ticket = change.ticket
    if ticket.snoozed_until is None or event.type in _OURS:
        return
    because = _because(ticket, event)
    if because is not None:
        end_in(change, because)


def _because(ticket: Ticket, event: Event) -> BackBecause | None:
    if not ticket.is_open:
        return BackBecause.FINISHED
    if "owner" in event.changes:
        return BackBecause.OWNER
    if event.type in _CUSTOMER or event.actor_kind == ActorKind.CUSTOMER:
        return None if event.data.get("automatic") else BackBecause.CUSTOMER
    return _BRINGS_BACK.get(event.type)


def wake_due(*, now: dt.datetime, limit: int = 5000) -> int:
    """Bring back what was to be back by `now`; returns how many. Harmless to run again, and side
    by side: each row is locked, and passed over where somebody else has it."""
    due = Ticket.objects.filter(snoozed_until__lte=now).order_by("snoozed_until", "id")
    keys = list(due.values_list("pk", flat=True)[:limit])
    back = 0
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        try:
            back += _wake(part, now=now)
        except Exception:
            # Without a database no row is to blame.
            if not connection.is_usable():
                raise
            log.exception("snoozes_not_ended", tickets=len(part))
            back += sum(_wake_alone(key, now=now) for key in part)
    return back


def _wake(keys: Sequence[int], *, now: dt.datetime) -> int:
    with unit_of_work(now=now) as unit:
        rows = Ticket.objects.filter(pk__in=keys, snoozed_until__lte=now).order_by("pk")
        held = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True))
        for change in unit.hold(held, SYSTEM):
            _come_back(change)
    return len(held)


def _wake_alone(key: int, *, now: dt.datetime) -> int:
    """One of those that failed together; it is tried again with the next sweep."""
    try:
        return _wake([key], now=now)
    except Exception:
        if not connection.is_usable():
            raise
        log.exception("snooze_not_ended", ticket=key)
        return 0


def _come_back(change: Change) -> None:
    ticket = change.ticket
    until, reason, owner = ticket.snoozed_until, ticket.snooze_reason, ticket.owner
    end_in(change, BackBecause.DUE, at=until)
    if owner is not None and until is not None:
        change.alert(
            owner,
            key=f"snooze:{ticket.pk}:{until.timestamp():.0f}",
            text=Phrase(
                "{number} is back: {why}", number=ticket.number, why=reason or ticket.subject
            ),
        )
