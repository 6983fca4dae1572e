"""Working-time arithmetic: when is it due, and how much open time has passed.

Pure: no Django, no clock. A source of working time answers one question, "which windows are open
in this year?"; everything else here is one sorted table of those windows with a running total, cut
in different ways. A question therefore costs a binary search, however long the span and however
many holidays it crosses; a year of windows is worked out the first time it is touched.

Instants are aware datetimes, amounts are `timedelta`, results are aware UTC. Inside the module both
are whole microseconds since 1970, so that nothing is ever rounded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self, TypeAlias

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000

# Working time that does not turn up within so many years is taken not to exist: 29 February, the
# rarest day of a calendar, is at most eight years away.
BARREN_YEARS = 12
# A deadline centuries away is a mistake in the policy, and must not cost minutes of arithmetic.
HORIZON_YEARS = 200

Window: TypeAlias = tuple[int, int]


class WorkTimeError(ValueError):
    """The working time asked for cannot be worked out."""


class NoWorkingTime(WorkTimeError):
    """This calendar has no working hours, so nothing can ever fall due by it."""


class NeverCloses(WorkTimeError):
    """This calendar is always open, so there is no closing time."""


class BeyondHorizon(WorkTimeError):
    """The moment asked for lies more than two hundred years away."""


class Boundary(StrEnum):
    """Where time that runs out exactly at closing ends."""

    AT_CLOSE = "at_close"
    NEXT_OPEN = "next_open"


class Reversed(StrEnum):
    """What lies between an end and an earlier start."""

    ZERO = "zero"
    NEGATIVE = "negative"
    ABSOLUTE = "absolute"


class DayCount(StrEnum):
    """Which end of a span of days is counted."""

    END = "end"
    START = "start"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, from `start` up to but not with `end` (aware datetimes)."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Real time between the ends."""
        return self.end - self.start


def to_us(moment: datetime) -> int:
    """Whole microseconds since 1970; raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("an aware datetime is required")
    return (moment - EPOCH) // MICROSECOND


def from_us(microseconds: int) -> datetime:
    """Aware UTC datetime so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


@dataclass(frozen=True, slots=True)
class _Table:
    """Open windows of the years [first, last), sorted and apart, with the open time before each."""

    first: int
    last: int
    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    total: int

    @classmethod
    def of(cls, first: int, last: int, windows: Sequence[Window]) -> Self:
        """Build from sorted windows; those that touch become one."""
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        total = 0
        for start, end in windows:
            if ends and ends[-1] == start:
                ends[-1] = end
            else:
                starts.append(start)
                ends.append(end)
                before.append(total)
            total += end - start
        return cls(first, last, starts, ends, before, total)

    def windows(self) -> list[Window]:
        """The windows as pairs."""
        return list(zip(self.starts, self.ends, strict=True))

    def open_before(self, moment: int) -> int:
        """Open time from the beginning of the table up to `moment`."""
        index = bisect_right(self.starts, moment) - 1
        if index < 0:
            return 0
        return self.before[index] + min(moment, self.ends[index]) - self.starts[index]


class WorkTime(ABC):
    """A source of working time, with the questions one can ask of it."""

    _table: _Table | None = None
    _day_table: tuple[int, int, list[int]] | None = None

    @abstractmethod
    def year_windows(self, year: int) -> list[Window]:
        """Open windows of the UTC year, in microseconds since 1970, sorted, apart, cut to it."""

    @abstractmethod
    def is_working_day(self, day: date) -> bool:
        """Whether the local date has working hours and is no holiday."""

    # -- the table ------------------------------------------------------------------------------

    def _cover(self, first: int, last: int) -> _Table:
        """The table, grown to hold the years from `first` up to and with `last`.

        A grown table is a new value put in place of the old one, so threads may share a calendar.
        """
        table = self._table
        if table is not None and table.first <= first and last < table.last:
            return table
        if first < 2 or last > 9997:
            raise BeyondHorizon(BeyondHorizon.__doc__)
        if table is None:
            table = _Table.of(first, first + 1, self.year_windows(first))
        if table.first - first > HORIZON_YEARS or last - table.last > HORIZON_YEARS:
            raise BeyondHorizon(BeyondHorizon.__doc__)
        windows = [w for y in range(first, table.first) for w in self.year_windows(y)]
        windows += table.windows()
        windows += [w for y in range(table.last, last + 1) for w in self.year_windows(y)]
        table = _Table.of(min(first, table.first), max(last + 1, table.last), windows)
        object.__setattr__(self, "_table", table)
        return table

    def _later(self, table: _Table, since: int) -> _Table:
        """The table with further years; raises when none of them brings working time."""
        if table.last - since > HORIZON_YEARS:
            raise BeyondHorizon(BeyondHorizon.__doc__)
        # Half as many years again each time, so that a far moment costs no more than its years.
        grown = self._cover(table.first, table.last + (table.last - table.first) // 2)
        for _ in range(BARREN_YEARS):
            if grown.total > table.total:
                return grown
            grown = self._cover(grown.first, grown.last)
        raise NoWorkingTime(NoWorkingTime.__doc__)

    def _earlier(self, table: _Table, since: int) -> _Table:
        """The table with earlier years; raises when none of them brings working time."""
        if since - table.first > HORIZON_YEARS:
            raise BeyondHorizon(BeyondHorizon.__doc__)
        grown = self._cover(table.first - (table.last - table.first + 1) // 2, table.last - 1)
        for _ in range(BARREN_YEARS):
            if grown.total > table.total:
                return grown
            grown = self._cover(grown.first - 1, grown.last - 1)
        raise NoWorkingTime(NoWorkingTime.__doc__)

    # -- hours and minutes ----------------------------------------------------------------------

    def add(
        self, start: datetime, amount: timedelta, *, boundary: Boundary = Boundary.AT_CLOSE
    ) -> datetime:
        """The instant at which `amount` of open time has passed since `start`.

        Nothing added is the next opening; a negative amount goes backwards. Raises NoWorkingTime
        when the calendar cannot bring that much.
        """
        wanted = amount // MICROSECOND
        if wanted < 0:
            return self.subtract(start, -amount)
        if wanted == 0:
            return self.next_open(start)
        moment = to_us(start)
        table = self._cover(start.year - 1, start.year + 1)
        target = table.open_before(moment) + wanted
        while table.total < target:
            table = self._later(table, start.year)
        index = bisect_left(table.before, target) - 1
        due = table.starts[index] + target - table.before[index]
        if boundary is Boundary.NEXT_OPEN and due == table.ends[index]:
            return self.next_open(from_us(due))
        return from_us(due)

    def subtract(self, start: datetime, amount: timedelta) -> datetime:
        """The instant since which `amount` of open time has passed at `start`.

        Time that runs out exactly at an opening ends there; nothing subtracted is the closing
        before (`prev_open`). Raises NoWorkingTime as `add` does.
        """
        wanted = amount // MICROSECOND
        if wanted < 0:
            return self.add(start, -amount)
        if wanted == 0:
            return self.prev_open(start)
        moment = to_us(start)
        table = self._cover(start.year - 1, start.year + 1)
        while (target := table.open_before(moment) - wanted) < 0:
            table = self._earlier(table, start.year)
        index = bisect_right(table.before, target) - 1
        return from_us(table.starts[index] + target - table.before[index])

    def between(
        self, start: datetime, end: datetime, *, when_reversed: Reversed = Reversed.ZERO
    ) -> timedelta:
        """Open time from `start` to `end`; by default none when the end is the earlier."""
        if end < start:
            if when_reversed is Reversed.ZERO:
                return timedelta()
            passed = self.between(end, start)
            return -passed if when_reversed is Reversed.NEGATIVE else passed
        table = self._cover(start.year - 1, end.year + 1)
        return (table.open_before(to_us(end)) - table.open_before(to_us(start))) * MICROSECOND

    def is_open(self, at: datetime, *, closing_is_open: bool = False) -> bool:
        """Whether `at` is working time; the opening instant is, the closing instant is not."""
        moment = to_us(at)
        table = self._cover(at.year - 1, at.year + 1)
        index = bisect_right(table.starts, moment) - 1
        if index < 0:
            return False
        end = table.ends[index]
        return moment < end or (closing_is_open and moment == end)

    def next_open(self, at: datetime) -> datetime:
        """`at` itself if it is working time, else the next opening."""
        moment = to_us(at)
        table = self._cover(at.year - 1, at.year + 1)
        while True:
            index = bisect_right(table.starts, moment) - 1
            if index >= 0 and moment < table.ends[index]:
                return from_us(moment)
            if index + 1 < len(table.starts):
                return from_us(table.starts[index + 1])
            table = self._later(table, at.year)

    def prev_open(self, at: datetime) -> datetime:
        """`at` itself if just before it was working time, else the last closing before it."""
        moment = to_us(at)
        table = self._cover(at.year - 1, at.year + 1)
        while (index := bisect_left(table.starts, moment) - 1) < 0:
            table = self._earlier(table, at.year)
        return from_us(min(moment, table.ends[index]))

    def closing_after(self, at: datetime) -> datetime:
        """The end of the running or next open window; raises NeverCloses if there is none."""
        moment = to_us(self.next_open(at))
        for later in range(1, BARREN_YEARS + 1):
            table = self._cover(at.year - 1, at.year + later)
            index = bisect_right(table.starts, moment) - 1
            if index >= 0 and (index + 1 < len(table.starts)):
                return from_us(table.ends[index])
        raise NeverCloses(NeverCloses.__doc__)

    def windows(self, start: datetime) -> Iterator[Span]:
        """Open windows from `start` on, nearest first, the first cut at `start`; without end.

        Raises NoWorkingTime when there are no more.
        """
        at = start
        while True:
            opening = self.next_open(at)
            at = self.closing_after(opening)
            yield Span(opening, at)

    def windows_before(self, start: datetime) -> Iterator[Span]:
        """Open windows back from `start`, nearest first, the first cut at `start`."""
        at = start
        while True:
            closing = self.prev_open(at)
            at = self._opening_before(closing)
            yield Span(at, closing)

    def windows_between(self, start: datetime, end: datetime) -> list[Span]:
        """Every open window from `start` to `end`, the outer ones cut there."""
        low, high = to_us(start), to_us(end)
        table = self._cover(start.year - 1, end.year + 1)
        first = max(bisect_right(table.starts, low) - 1, 0)
        last = bisect_left(table.starts, high)
        return [
            Span(from_us(max(opens, low)), from_us(min(closes, high)))
            for opens, closes in zip(table.starts[first:last], table.ends[first:last], strict=True)
            if closes > low
        ]

    def _opening_before(self, closing: datetime) -> datetime:
        moment = to_us(closing)
        for earlier in range(1, BARREN_YEARS + 1):
            table = self._cover(closing.year - earlier, closing.year + 1)
            index = bisect_left(table.starts, moment) - 1
            if index > 0:
                return from_us(table.starts[index])
        raise NeverCloses(NeverCloses.__doc__)

    # -- working days ---------------------------------------------------------------------------

    def _days(self, first: int, last: int) -> list[int]:
        """Ordinals of the working days of the years from `first` up to and with `last`."""
        if first < 1 or last > 9998:
            raise BeyondHorizon(BeyondHorizon.__doc__)
        known = self._day_table
        if known is None or first < known[0] or last > known[1]:
            low = first if known is None else min(first, known[0])
            high = last if known is None else max(last, known[1])
            if high - low > 2 * HORIZON_YEARS:
                raise BeyondHorizon(BeyondHorizon.__doc__)
            span = range(date(low, 1, 1).toordinal(), date(high, 12, 31).toordinal() + 1)
            known = (low, high, [o for o in span if self.is_working_day(date.fromordinal(o))])
            object.__setattr__(self, "_day_table", known)
        return known[2]

    def add_days(self, day: date, count: int, *, roll: bool = False) -> date:
        """The working day `count` working days after `day` (before it, when negative).

        `day` itself never counts; with `roll` a day that is no working day is first moved to one,
        in the direction of the count. Nothing added is `day` itself.
        """
        if roll and not self.is_working_day(day):
            day = self.add_days(day, -1 if count < 0 else 1)
        if count == 0:
            return day
        ordinal = day.toordinal()
        years = 1 + abs(count) // 200
        for spread in (years, years + BARREN_YEARS, years + HORIZON_YEARS):
            if count > 0:
                days = self._days(day.year, min(day.year + spread, 9998))
                index = bisect_right(days, ordinal) + count - 1
            else:
                days = self._days(max(day.year - spread, 1), day.year)
                index = bisect_left(days, ordinal) + count
            if 0 <= index < len(days):
                return date.fromordinal(days[index])
        raise NoWorkingTime(NoWorkingTime.__doc__)

    def days_between(self, start: date, end: date, *, count: DayCount = DayCount.END) -> int:
        """Working days after `start`, up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.days_between(end, start, count=count)
        days = self._days(start.year, end.year)
        after = bisect_left if count is not DayCount.END else bisect_right
        until = bisect_left if count is DayCount.START else bisect_right
        return until(days, end.toordinal()) - after(days, start.toordinal())
