"""Deadlines as clocks: how much is used, what is left, and whether it is late.

Used and late are counted in open time of the deadline's own calendar, net of pauses, as escalation
counts them; what is left is said as time on the wall, which is what a person plans by. A deadline
at closing is not late before the next opening: nobody could have kept or missed it in between.
"""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from desk.build.codes import kind_words, standing_in_words
from desk.glyphs import ClockState, ClockView, Ticks
from desk.words import moment_words, short_moment_words, span_words
from escalation.clock import Status
from escalation.hours import Calendar
from escalation.models import Deadline
from escalation.policies.kinds import Kind
from escalation.services.setup import setup
from tickets.errors import DomainError
from tickets.kept import Asking, GivenMoment, given
from tickets.models import Ticket

SOON_SHARE = 0.75
SOON_LEFT = dt.timedelta(hours=1)
_NOTHING = dt.timedelta()
#: The columns that a clock is drawn from.
_SHOWN = (
    "ticket_id", "kind", "policy_id", "status", "started_at", "due_at", "paused_since", "met_at",
    "cancelled_at", "breached_at", "next_at", "until_on", "extended_to",
)  # fmt: skip


def late_rows(now: dt.datetime) -> Q:
    """Deadlines that are late at `now`: missed, or due with the sweep on its way to say so."""
    due = Q(status=Status.RUNNING.value, due_at__lt=now)
    return due & (Q(breached_at__isnull=False) | Q(next_at__lte=now) | Q(next_at__isnull=True))


def is_late(deadline: Deadline, *, now: dt.datetime) -> bool:
    """The same of one row."""
    if deadline.status != Status.RUNNING or deadline.due_at >= now:
        return False
    waits = deadline.next_at is not None and deadline.next_at > now
    return deadline.breached_at is not None or not waits


def calendar_of(deadline: Deadline) -> Calendar | None:
    """The calendar that a deadline counts in; None where its policy no longer says."""
    known = setup()
    version = known.versions.get(deadline.policy_id)
    target = version.policy.by_kind.get(Kind(deadline.kind)) if version else None
    if version is None or target is None:
        return None
    try:
        return known.counted_by(deadline, version, target)
    except DomainError:
        return None


def _open_time(deadline: Deadline, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """Open time between two moments, or wall time where there is no calendar."""
    if end <= start:
        return _NOTHING
    calendar = calendar_of(deadline)
    return calendar.between(start, end) if calendar is not None else end - start


def left_of(deadline: Deadline, *, now: dt.datetime) -> dt.timedelta:
    """Open time until it is due; a pause holds it still."""
    at = deadline.paused_since or deadline.ended_at or now
    return _open_time(deadline, at, deadline.due_at)


def _granted(deadline: Deadline) -> dt.timedelta:
    """All its open time, net of the pauses that are over."""
    whole = _open_time(deadline, deadline.started_at, deadline.due_at)
    for pause in deadline.pauses.all():
        if pause.ended_at is not None:
            whole -= _open_time(deadline, pause.started_at, min(pause.ended_at, deadline.due_at))
    return whole


def used_share(deadline: Deadline, *, now: dt.datetime) -> float:
    """The share of the granted open time that is used, 0 to 1. Reads pauses, so prefetch them."""
    whole = _granted(deadline)
    if whole <= _NOTHING:
        return 1.0
    return max(0.0, min(1.0, 1 - left_of(deadline, now=now) / whole))


def state_of(deadline: Deadline, *, now: dt.datetime) -> ClockState:
    """Which of the clock's shapes it has."""
    if deadline.status == Status.MET:
        return ClockState.MISSED if deadline.breached_at else ClockState.MET
    if deadline.status == Status.PAUSED:
        return ClockState.PAUSED
    if is_late(deadline, now=now):
        return ClockState.LATE
    near = left_of(deadline, now=now) <= SOON_LEFT
    if near or used_share(deadline, now=now) >= SOON_SHARE:
        return ClockState.SOON
    return ClockState.IN_TIME


def tone_of(state: ClockState) -> str:
    """The colour that a state has, or none."""
    return {ClockState.SOON: "soon", ClockState.LATE: "late"}.get(state, "")


def standing_words(
    deadline: Deadline, state: ClockState, *, now: dt.datetime, zone: ZoneInfo
) -> str:
    """ "42 min", "1 h 18 late", "6 h left", "by Mon 09:00", "kept"."""
    if state is ClockState.MET:
        return pgettext("deadline", "kept")
    if state is ClockState.MISSED:
        return _("kept late")
    if state is ClockState.PAUSED and deadline.paused_since is not None:
        return _("%(span)s left") % {"span": span_words(deadline.due_at - deadline.paused_since)}
    if state is ClockState.LATE:
        late = _open_time(deadline, deadline.due_at, now)
        return _("%(span)s late") % {"span": span_words(max(late, dt.timedelta(minutes=1)))}
    if deadline.due_at < now and deadline.next_at is not None:
        return _("by %(when)s") % {"when": short_moment_words(deadline.next_at, now=now, zone=zone)}
    return span_words(deadline.due_at - now)


def clock_of(deadline: Deadline, *, now: dt.datetime, zone: ZoneInfo, size: int = 26) -> ClockView:
    """One deadline as a clock. Reads pauses, so prefetch them."""
    state = state_of(deadline, now=now)
    due = moment_words(deadline.due_at, now=now, zone=zone)
    kind = kind_words(deadline.kind)
    exact = (_("was due %(due)s") if deadline.due_at < now else _("due %(due)s")) % {"due": due}
    if state is ClockState.PAUSED and deadline.paused_since:
        exact = _("%(kind)s, paused") % {"kind": kind}
        kind = _("since %(when)s") % {
            "when": short_moment_words(deadline.paused_since, now=now, zone=zone)
        }
    words = standing_words(deadline, state, now=now, zone=zone)
    # In hundredths, as it is drawn: rows that look the same are the same.
    used = round(used_share(deadline, now=now), 2)
    return ClockView(state, used, words, kind, exact, size, ticks_of(deadline, state, now=now))


def ticks_of(deadline: Deadline, state: ClockState, *, now: dt.datetime) -> Ticks | None:
    """How a running clock goes on in the page, until it looks otherwise. Reads pauses."""
    due = int(deadline.due_at.timestamp())
    calendar = calendar_of(deadline)
    if state is ClockState.LATE:
        if calendar is not None and not calendar.is_open(now):
            return None
        late = _open_time(deadline, deadline.due_at, now)
        return Ticks(due, late=int((now - late).timestamp()))
    if state is ClockState.SOON and deadline.due_at > now:
        return Ticks(due, due, 100)
    if state is not ClockState.IN_TIME:
        return None
    whole = _granted(deadline)
    last = max(SOON_LEFT, whole * (1 - SOON_SHARE))
    soon = deadline.due_at - last
    if calendar is not None:
        soon = calendar.subtract(deadline.due_at, last)
    share = 1 - last / whole if whole > last else 0
    return Ticks(due, int(soon.timestamp()), int(share * 100))


def nearest(deadlines: Iterable[Deadline]) -> Deadline | None:
    """The open deadline that is due first; a paused one only where none runs."""
    still_open = [deadline for deadline in deadlines if deadline.is_open]
    running = [deadline for deadline in still_open if deadline.status == Status.RUNNING]
    return min(running or still_open, key=lambda deadline: deadline.due_at, default=None)


def no_clock(ticket: Ticket) -> ClockView:
    """Where nothing is due: finished, or nothing was promised."""
    if ticket.is_open:
        return ClockView(ClockState.IN_TIME, 0, _("no date"), _("nothing promised"))
    return ClockView(
        ClockState.MET, 1, pgettext("deadline", "done"), standing_in_words(ticket.status)
    )


#: What runs comes before what is paused.
_HEADS: Asking[Deadline] = Asking(
    lambda: (
        Deadline.objects.open()
        .filter(ticket__among=given("tickets"))
        .annotate(late=late_rows(GivenMoment.called("now")))
        .distinct("ticket_id", "late")
        .order_by("ticket_id", "late", "-status", "due_at")
        .only(*_SHOWN)
    )
)


def deadlines_by_ticket(
    tickets: Iterable[Ticket], *, now: dt.datetime
) -> dict[int, list[Deadline]]:
    """Of the open deadlines of each of these tickets the nearest, and the nearest that is late,
    where that is another one; the first with its pauses, for a row shows it. Two queries."""
    found: dict[int, list[Deadline]] = {}
    for deadline in _HEADS(tickets=[ticket.pk for ticket in tickets], now=now):
        found.setdefault(deadline.ticket_id, []).append(deadline)
    shown = [one for one in map(nearest, found.values()) if one is not None]
    prefetch_related_objects(shown, "pauses")
    return found
