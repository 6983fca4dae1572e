"""A second reckoning of working time, by painting every second: slow, plain, and not ours.

It shares no code with `escalation/`: local times are found by trying every offset that the zone has
around them, a span of days is one byte for each second, and questions are answered by walking it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400


class OutOfSight(Exception):
    """The answer lies outside the days that were painted."""


class Walker:
    """The open seconds of a calendar (in the form of the vectors) from `first` to `last`."""

    def __init__(self, calendar: dict[str, Any], first: date, last: date) -> None:
        self.spec = calendar
        self.first, self.last = first, last
        self.zone = ZoneInfo(calendar["tz"])
        self.start = (first - date(1970, 1, 1)).days * DAY
        self.open = bytearray((last - first).days * DAY)
        days = [first + n * ONE_DAY for n in range(-3, (last - first).days + 3)]
        for day in days:
            for opens, closes in self.shifts(day):
                self._paint(day, opens, closes, 1)
        for day in filter(self.is_holiday, days):
            self._paint(day, 0, DAY, 0)
        for item in calendar.get("breaks", ()):
            opens, closes = span(item["from"], item["to"])
            self._paint(date.fromisoformat(item["date"]), opens, closes, 0)

    # -- the calendar ---------------------------------------------------------------------------

    def shifts(self, day: date) -> list[tuple[int, int]]:
        """Seconds after the local midnight between which shifts of the date lie."""
        special = self.spec.get("overrides", {})
        if day.isoformat() in special:
            return [span(*slot) for slot in special[day.isoformat()]]
        return [span(*slot) for slot in self.spec.get("hours", {}).get(WEEK[day.weekday()], ())]

    def is_holiday(self, day: date) -> bool:
        """Whether the local date is closed whatever its hours."""
        return day.isoformat() in self.spec.get("holidays", ()) or day.strftime(
            "%m-%d"
        ) in self.spec.get("yearly_holidays", ())

    def is_business_day(self, day: date) -> bool:
        """Whether the date has hours and is no holiday."""
        return bool(self.shifts(day)) and not self.is_holiday(day)

    def instant(self, day: date, seconds: int) -> int:
        """UTC seconds of a local time: the first of two, moved forward over a gap."""
        wall = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001
        guess = int((wall - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001
        offsets = {self._offset(guess + hours * 3600) for hours in range(-30, 31, 6)}
        meant = [guess - offset for offset in offsets if self._offset(guess - offset) == offset]
        if meant:
            return min(meant)
        # In a gap the clock jumps to a larger offset: by the one before, it is past the gap.
        around = {self._offset(guess - offset) for offset in offsets}
        return guess - min(around)

    def _offset(self, at: int) -> int:
        local = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        return int((local.utcoffset() or timedelta()).total_seconds())

    def _paint(self, day: date, opens: int, closes: int, colour: int) -> None:
        low = min(max(self.instant(day, opens) - self.start, 0), len(self.open))
        high = min(max(self.instant(day, closes) - self.start, 0), len(self.open))
        if high > low:
            self.open[low:high] = bytes([colour]) * (high - low)

    # -- walking --------------------------------------------------------------------------------

    def place(self, at: datetime) -> int:
        """The index of an instant's second."""
        index = int((at - EPOCH).total_seconds()) - self.start
        if not 0 <= index <= len(self.open):
            raise OutOfSight
        return index

    def at(self, index: int) -> datetime:
        """The instant of an index, with the offset of the calendar's zone then: two moments of one
        zone would be compared by their wall clocks."""
        if not 0 < index < len(self.open):
            raise OutOfSight
        offset = timezone(timedelta(seconds=self._offset(self.start + index)))
        return (EPOCH + timedelta(seconds=self.start + index)).astimezone(offset)

    def add(self, start: datetime, seconds: int) -> datetime:
        """When so many open seconds have passed since `start`."""
        if seconds == 0:
            return self.at(_found(self.open.find(1, self.place(start))))
        left, at = seconds, self.place(start)
        while True:
            opens = _found(self.open.find(1, at))
            closes = self.open.find(0, opens)
            if closes < 0:
                closes = len(self.open)
            if closes - opens >= left:
                return self.at(opens + left)
            left -= closes - opens
            at = closes

    def subtract(self, start: datetime, seconds: int) -> datetime:
        """Since when so many open seconds have passed at `start`."""
        left, at = seconds, self.place(start)
        while True:
            closes = _found(self.open.rfind(1, 0, at)) + 1
            if left == 0:
                return self.at(closes)
            opens = self.open.rfind(0, 0, closes) + 1
            if closes - opens >= left:
                return self.at(closes - left)
            left -= closes - opens
            at = opens

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Open seconds from `start` to `end`."""
        return self.open.count(1, self.place(start), max(self.place(end), self.place(start)))

    def is_open(self, at: datetime) -> bool:
        """Whether the second that begins at `at` is open."""
        return bool(self.open[self.place(at)])

    def next_open(self, at: datetime) -> datetime:
        """`at` itself if it is open, else the next opening."""
        return self.add(at, 0)

    def prev_open(self, at: datetime) -> datetime:
        """`at` itself if the second before is open, else the last closing."""
        return self.subtract(at, 0)

    def closing_after(self, at: datetime) -> datetime:
        """The end of the running or next open period."""
        opens = _found(self.open.find(1, self.place(at)))
        return self.at(_found(self.open.find(0, opens)))

    def opening_before(self, at: datetime) -> datetime:
        """The beginning of the open period that ends at, or goes on until, `at`."""
        closes = _found(self.open.rfind(1, 0, self.place(at)))
        return self.at(_found(self.open.rfind(0, 0, closes)) + 1)

    # -- days -----------------------------------------------------------------------------------

    def days_from(self, day: date, step: int) -> Iterator[date]:
        """Working days after (or before) a date, one by one."""
        for _ in range(1000):
            day += step * ONE_DAY
            if self.is_business_day(day):
                yield day

    def add_days(self, day: date, count: int) -> date:
        """The working day so many after (or before) a date."""
        found = day
        walk = self.days_from(day, 1 if count > 0 else -1)
        for _ in range(abs(count)):
            found = next(walk)
        return found

    def add_days_time(self, start: datetime, days: int) -> datetime:
        """The same with a time of day."""
        local = start.astimezone(self.zone)
        clock = local.hour * 3600 + local.minute * 60 + local.second
        day = self.add_days(local.date(), days)
        return self.at(self.instant(day, clock) - self.start)

    def close_of_day(self, start: datetime, days: int) -> datetime:
        """The last closing of the shifts of the working day so many after `start`."""
        day = self.add_days(start.astimezone(self.zone).date(), days)
        shifts = [[self.instant(day, s) - self.start for s in shift] for shift in self.shifts(day)]
        last = max(
            self.open.rfind(1, opens, closes) + 1 for opens, closes in shifts if closes > opens
        )
        return self.at(last)

    def without(self, pauses: list[tuple[datetime, datetime]]) -> Walker:
        """The same calendar, closed while paused."""
        other = copy(self)
        other.open = bytearray(self.open)
        for start, end in pauses:
            low, high = self.place(start), self.place(end)
            other.open[low:high] = bytes(high - low)
        return other


def span(start: str, end: str) -> tuple[int, int]:
    """A slot in seconds; an end at or before the start is on the next day."""
    opens, closes = (int(text[:2]) * 3600 + int(text[3:5]) * 60 for text in (start, end))
    return opens, closes + (DAY if closes <= opens else 0)


def _found(index: int) -> int:
    if index < 0:
        raise OutOfSight
    return index
