"""The deadline clock: from a start, a target and the pauses to what is due, used, left and late.

Pure: no Django, and `now` is an argument. The semantics, each with a worked timeline, are in
docs/deadlines.md; in short:

- a deadline is the instant at which the open, unpaused time since the start reaches the target;
- a pause moves it by as much open time as the pause covers, and not at all if it begins after it;
- breached is *more* open, unpaused time than the target: exactly the target is in time, and so are
  the closed hours after a deadline at closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from escalation.hours import Calendar
from escalation.law.rules import Law
from escalation.law.spans import Days, Length, OnDay, OpenTime, Until, duration_words
from escalation.worktime import Boundary

__all__ = [
    "NOTHING", "Clock", "Days", "Length", "OnDay", "OpenTime", "Pause", "Reading", "Status", "Step",
    "Until", "duration_words", "settled",
]  # fmt: skip
NOTHING = timedelta()


class Status(StrEnum):
    """Where a clock stands. That it was missed is a fact beside it, and stays after the end."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    CANCELLED = "cancelled"


# -- the clock ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count: from `start` to `end`, or on and on; never beyond `limit`."""

    start: datetime
    end: datetime | None = None
    limit: datetime | None = None
    reason: str = ""

    @property
    def until(self) -> datetime | None:
        """When it ends at the latest: its end, or its limit, whichever comes first."""
        if self.end is not None and self.limit is not None:
            return min(self.end, self.limit)
        return self.end or self.limit

    def at(self, now: datetime) -> Pause:
        """The pause as it is known at `now`: one that lasts has no end before its limit is over."""
        if self.end is not None or self.limit is None:
            return self
        return Pause(self.start, self.limit if self.limit <= now else None, None, self.reason)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows at a moment; amounts are open, unpaused time."""

    status: Status
    started_at: datetime
    due_at: datetime
    used: timedelta
    left: timedelta
    late: timedelta
    paused: timedelta
    breached_at: datetime | None
    breach_at: datetime | None
    reasons: tuple[str, ...]

    @property
    def breached(self) -> bool:
        """Whether more than the target was used."""
        return self.breached_at is not None


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one ticket, told by its start, its target and its pauses."""

    calendar: Calendar
    length: Length
    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    ended_at: datetime | None = None
    cancelled: bool = False
    # When the length became a date written to the customer: what was paused before is in it.
    extended_at: datetime | None = None

    @property
    def measure(self) -> Calendar:
        """What its time is measured by: working time, or all time where the length is exact."""
        if isinstance(self.length, OnDay):
            return self.length.measure(self.calendar, self.started_at)
        return _always(self.calendar.tz) if self.length.exact else self.calendar

    def at(self, now: datetime) -> Clock:
        """The clock as it is known at `now`: a pause that lasts does not move it yet."""
        if all(pause.end is not None or pause.limit is None for pause in self.pauses):
            return self
        return replace(self, pauses=tuple(pause.at(now) for pause in self.pauses))

    def due(self) -> datetime:
        """The deadline as far as the pauses are known; one without end does not move it yet."""
        due = self.length.due(self.calendar, self.started_at)
        if not self.pauses:
            return due
        measure, since = self.measure, self.extended_at or self.started_at
        for pause in settled(self.pauses, since=since, until=self.ended_at):
            until = pause.until
            if pause.start >= due or until is None:
                break
            moved = measure.between(pause.start, until)
            due = measure.add(due, moved) if moved else due
        if isinstance(self.length, OpenTime) and self.length.boundary is Boundary.NEXT_OPEN:
            return measure.next_open(due)
        return due

    def granted(self) -> timedelta:
        """The target as open, unpaused time."""
        base = self.length.due(self.calendar, self.started_at)
        if self.extended_at is None:
            return self.measure.between(self.started_at, base)
        before = self._counted(self.started_at, min(self.extended_at, base))
        return before + self.measure.between(self.extended_at, base)

    def paused_since(self, now: datetime) -> datetime | None:
        """Start of the pause that holds the clock at `now`; none begun after the due moment."""
        if not self.pauses or (self.ended_at is not None and self.ended_at <= now):
            return None
        due = self.due()
        for pause in self._settled():
            until = pause.until
            if pause.start < due and pause.start <= now and (until is None or now < until):
                return pause.start
        return None

    def used(self, at: datetime) -> timedelta:
        """Open, unpaused time from the start to `at`, or to the end of the clock if earlier."""
        end = at if self.ended_at is None else min(at, self.ended_at)
        return self._counted(self.started_at, end)

    def paused(self, at: datetime) -> timedelta:
        """Open time up to `at` that did not count."""
        end = at if self.ended_at is None else min(at, self.ended_at)
        return self.measure.between(self.started_at, end) - self._counted(self.started_at, end)

    def breach_at(self, due: datetime | None = None) -> datetime | None:
        """The instant after which the clock is late; None while a pause without end lies before.

        It is the deadline itself, or the next opening when the deadline is at a closing.
        """
        due = self.due() if due is None else due
        measure = self.measure
        at = measure.next_open(due)
        if not self.pauses:
            return at
        for pause in self._settled():
            if pause.start > at:
                break
            until = pause.until
            if until is None:
                return None
            if at < until:
                at = measure.next_open(until)
        return at

    def read(self, now: datetime) -> Reading:
        """Everything the clock shows at `now`, with reasons."""
        known = self.at(now)
        if known is not self:
            return known.read(now)
        due = self.due()
        used = self.used(now)
        granted = self.granted()
        breach_at = self.breach_at(due)
        status = self._status(now)
        return Reading(
            status=status,
            started_at=self.started_at,
            due_at=due,
            used=used,
            left=max(granted - used, NOTHING),
            late=max(used - granted, NOTHING),
            paused=self.paused(now),
            breached_at=breach_at if used > granted else None,
            breach_at=breach_at,
            reasons=tuple(self._reasons(due)),
        )

    # -- inside -------------------------------------------------------------------------------

    def _status(self, now: datetime) -> Status:
        if self.ended_at is not None and self.ended_at <= now:
            return Status.CANCELLED if self.cancelled else Status.MET
        return Status.RUNNING if self.paused_since(now) is None else Status.PAUSED

    def _settled(self) -> list[Pause]:
        return settled(self.pauses, since=self.started_at, until=self.ended_at)

    def _counted(self, start: datetime, end: datetime) -> timedelta:
        """Open time between the two that no pause covers."""
        if end <= start:
            return NOTHING
        measure = self.measure
        total = measure.between(start, end)
        if not self.pauses:
            return total
        for pause in self._settled():
            until = pause.until
            low = max(pause.start, start)
            high = end if until is None else min(until, end)
            total -= measure.between(low, high)
        return total

    def _reasons(self, due: datetime) -> Iterable[str]:
        yield f"{self.length.words()} from {_stamp(self.started_at)}"
        if isinstance(self.length, Law):
            yield from self.length.reckon(self.calendar, self.started_at).reasons
        unit = "time" if self.length.exact else "working time"
        for pause in self._settled():
            until = pause.until
            why = pause.reason or "paused"
            if pause.start >= due:
                yield f"{why} from {_stamp(pause.start)}: began after the deadline, moves nothing"
            elif until is None:
                yield f"{why} since {_stamp(pause.start)}: the clock stands"
            else:
                moved = self.measure.between(pause.start, until)
                yield (
                    f"{why} from {_stamp(pause.start)} to {_stamp(until)}: "
                    f"later by {duration_words(moved)} of {unit}"
                )
        yield f"due {_stamp(due)}"


def settled(
    pauses: Sequence[Pause], *, since: datetime, until: datetime | None = None
) -> list[Pause]:
    """Pauses in order, cut at `since` and `until`, without those that overlap or cover nothing."""
    end = until
    result: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: p.start):
        start = max(pause.start, since)
        until = pause.until
        if end is not None:
            until = end if until is None else min(until, end)
        if until is not None and until <= start:
            continue
        last = result[-1] if result else None
        if last is None or (last.until is not None and last.until <= start):
            result.append(Pause(start, until, None, pause.reason))
        elif last.until is not None and (until is None or until > last.until):
            result.append(Pause(last.until, until, None, pause.reason))
    return result


# -- steps ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens before, at or after a deadline, unless it is met by then.

    `offset` is open time, `days` are working days, both negative before the deadline; `percent` of
    the target used. Exactly one of them is given.
    """

    key: str
    offset: timedelta | None = None
    days: int | None = None
    percent: int | None = None

    def at(self, clock: Clock, due: datetime) -> datetime:
        """The instant of the step, for a deadline at `due`."""
        calendar = clock.calendar
        if self.percent is not None:
            return _moved(clock.measure, due, clock.granted() * (self.percent - 100) / 100)
        if self.days is not None:
            return calendar.add_working_days(due, self.days)
        return _moved(calendar, due, self.offset or NOTHING)


@lru_cache(maxsize=1024)
def _always(tz: str) -> Calendar:
    return Calendar.always(tz)


def _moved(calendar: Calendar, moment: datetime, by: timedelta) -> datetime:
    return calendar.add(moment, by) if by else moment


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
