"""Deadlines as clocks: how much is used, what is left, and whose turn it is."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from desk.build.events import kind_words
from desk.present import ClockState, ClockView
from desk.words import left_words, moment_words, short_moment_words, span_words
from escalation.clock import Status
from escalation.models import Deadline
from tickets.models import Ticket
from tickets.rules import NEVER

SOON_SHARE = 0.75
SOON_LEFT = dt.timedelta(hours=1)
_LATE_AFTER = dt.timedelta(minutes=1)


def used_share(deadline: Deadline, *, now: dt.datetime) -> float:
    """The share of the time from start to due that is used, 0 to 1; a pause holds it still."""
    end = deadline.paused_since or deadline.ended_at or now
    whole = (deadline.due_at - deadline.started_at).total_seconds()
    if whole <= 0:
        return 1.0
    return max(0.0, min(1.0, (end - deadline.started_at).total_seconds() / whole))


def state_of(deadline: Deadline, *, now: dt.datetime) -> ClockState:
    """Which of the clock's shapes it has."""
    if deadline.status == Status.MET:
        return ClockState.MISSED if deadline.breached_at else ClockState.MET
    if deadline.status == Status.PAUSED:
        return ClockState.PAUSED
    if now - deadline.due_at >= _LATE_AFTER:
        return ClockState.LATE
    near = deadline.due_at - now <= SOON_LEFT
    return (
        ClockState.SOON
        if near or used_share(deadline, now=now) >= SOON_SHARE
        else ClockState.IN_TIME
    )


def tone_of(state: ClockState) -> str:
    """The colour that a state has, or none."""
    return {ClockState.SOON: "soon", ClockState.LATE: "late"}.get(state, "")


def clock_of(deadline: Deadline, *, now: dt.datetime, zone: ZoneInfo, size: int = 26) -> ClockView:
    """One deadline as a clock."""
    state = state_of(deadline, now=now)
    due = moment_words(deadline.due_at, now=now, zone=zone)
    words, kind, exact = left_words(deadline.due_at, now=now), kind_words(deadline.kind), ""
    exact = f"was due {due}" if state is ClockState.LATE else f"due {due}"
    if state is ClockState.PAUSED and deadline.paused_since:
        words = f"{span_words(deadline.due_at - deadline.paused_since)} left"
        since = short_moment_words(deadline.paused_since, now=now, zone=zone)
        exact = f"{kind}, paused"
        kind = f"since {since}"
    elif state in {ClockState.MET, ClockState.MISSED}:
        words = "kept" if state is ClockState.MET else "kept late"
    return ClockView(state, used_share(deadline, now=now), words, kind, exact, size)


def nearest(deadlines: Iterable[Deadline]) -> Deadline | None:
    """The open deadline that is due first; a paused one only where none runs."""
    still_open = [deadline for deadline in deadlines if deadline.is_open]
    running = [deadline for deadline in still_open if deadline.status == Status.RUNNING]
    return min(running or still_open, key=lambda deadline: deadline.due_at, default=None)


def no_clock(ticket: Ticket) -> ClockView:
    """Where nothing is due: finished, or nothing was promised."""
    if ticket.is_open:
        return ClockView(ClockState.IN_TIME, 0, "no date", "nothing promised")
    return ClockView(ClockState.MET, 1, "done", ticket.status)


def deadlines_by_ticket(tickets: Iterable[Ticket]) -> dict[int, list[Deadline]]:
    """The open deadlines of each of these tickets. One query."""
    found: dict[int, list[Deadline]] = {}
    ids = [ticket.pk for ticket in tickets]
    for deadline in Deadline.objects.open().filter(ticket_id__in=ids).order_by("due_at"):
        found.setdefault(deadline.ticket_id, []).append(deadline)
    return found


def is_never(moment: dt.datetime) -> bool:
    """Whether a moment stands for "nothing is due"."""
    return moment >= NEVER
