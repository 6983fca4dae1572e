"""The time that a customer spends in escalation, as rows and as facts of the ticket."""

import datetime as dt
from dataclasses import dataclass

from escalation.models import Climb, Escalation, Spell
from escalation.rules import EscalationLevel
from tickets.change import Change, Changes
from tickets.kept import Asking, given
from tickets.models import Ticket, User

SINCE = "escalation.since"
#: Steps that remind somebody of a promise, rather than call somebody because of it.
REMINDERS = (EscalationLevel.WARNING, EscalationLevel.BREACH, EscalationLevel.RESUME)


def open_spell(change: Change) -> Spell | None:
    """The spell that lasts, if the ticket is in escalation."""
    return next((row for row in change.all(Spell) if row.ended_at is None), None)


def begin(change: Change, *, at: dt.datetime) -> Changes:
    """The ticket is in escalation from `at` on, unless it is already. Returns what to record."""
    if open_spell(change) is not None:
        return {}
    # Work that is noted late never makes two spells overlap.
    last = max((row.ended_at for row in change.all(Spell) if row.ended_at is not None), default=at)
    started = max(min(at, change.now), min(last, change.now))
    change.add(Spell(ticket=change.ticket, started_at=started))
    return {SINCE: (None, started)}


def end(change: Change, *, at: dt.datetime, reason: str, by: User | None = None) -> Changes:
    """It no longer is. Returns what to record; nothing where it was not in escalation."""
    row = open_spell(change)
    if row is None:
        return {}
    row.ended_at, row.reason, row.ended_by = max(at, row.started_at), reason[:500], by
    change.save(row, "ended_at", "reason", "ended_by")
    return {SINCE: (row.started_at, None)}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands in escalation. `seconds` are of all spells, the one that lasts too."""

    since: dt.datetime | None
    seconds: int
    handoffs: int
    calls: int
    waiting: tuple[Climb, ...]

    @property
    def hours(self) -> int:
        """Whole hours, rounded down."""
        return self.seconds // 3600


_SPELLS: Asking[Spell] = Asking(lambda: Spell.objects.filter(ticket=given("ticket")))
_CALLS: Asking[int] = Asking(
    lambda: (
        Escalation.objects.filter(ticket=given("ticket"))
        .exclude(level__in=REMINDERS)
        .values_list("pk", flat=True)
    )
)
_CLIMBS: Asking[Climb] = Asking(
    lambda: Climb.objects.open().filter(ticket=given("ticket")).select_related("by")
)


def standing_of(ticket: Ticket, *, now: dt.datetime) -> Standing:
    """Hand-offs, hours in escalation and calls of a ticket. Three queries."""
    spells = _SPELLS(ticket=ticket.pk)
    lengths = [(row.ended_at or max(now, row.started_at)) - row.started_at for row in spells]
    return Standing(
        since=next((row.started_at for row in spells if row.ended_at is None), None),
        seconds=int(sum(lengths, dt.timedelta()).total_seconds()),
        handoffs=ticket.handoffs,
        calls=len(_CALLS(ticket=ticket.pk)),
        waiting=tuple(_CLIMBS(ticket=ticket.pk)),
    )
