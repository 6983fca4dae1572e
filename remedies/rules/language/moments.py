"""Moments and the calendar: a time of day, a day of the week, a month, a moment later. Pure.

All in the policy's time zone, so that a night of changed clocks is as long as it is.
"""

import datetime as dt
import re
from calendar import monthrange
from decimal import Decimal
from typing import Any

from remedies.facts import Kind
from remedies.rules.language import words
from remedies.rules.language.compiling import Raw, Scope, compile_node, form
from remedies.rules.language.nodes import Context, Inapplicable, Node
from remedies.rules.language.source import Place

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")


class MomentOf(Node):
    """A time of day on a date, in the policy's time zone; 24:00 is the end of that day."""

    __slots__ = ("date", "minutes")
    kind = Kind.MOMENT

    def __init__(self, date: Node, minutes: int):
        self.date, self.minutes = date, minutes

    def value(self, at: Context) -> Any:
        """The moment; where clocks go back, the first of the two; None where missing."""
        date = self.date.value(at)
        if date is None:
            return None
        days, minutes = divmod(self.minutes, 1440)
        clock = dt.time(minutes // 60, minutes % 60, tzinfo=at.zone)
        try:
            there = dt.datetime.combine(date + dt.timedelta(days=days), clock)
            # Two moments with one time zone are compared by their clocks, so not in the zone.
            return there.astimezone(dt.UTC)
        except OverflowError:
            raise Inapplicable("that date is outside the calendar") from None

    def words(self, at: Context) -> str:
        """4 April 2026, 09:30 BST."""
        return words.moment(self.value(at).astimezone(at.zone))


class MomentAfter(Node):
    """The moment so long after another: real hours, whatever clocks do."""

    __slots__ = ("add", "start")
    kind = Kind.MOMENT

    def __init__(self, start: Node, add: Node):
        self.start, self.add = start, add

    def value(self, at: Context) -> Any:
        """The moment, None where missing."""
        start, add = self.start.value(at), self.add.value(at)
        if start is None or add is None:
            return None
        try:
            return start.astimezone(dt.UTC) + dt.timedelta(minutes=float(add))
        except (OverflowError, ValueError):
            raise Inapplicable("that moment is outside the calendar") from None

    def words(self, at: Context) -> str:
        """The moment itself."""
        return words.moment(self.value(at).astimezone(at.zone))


class TimeOf(Node):
    """The time of day of a moment, as the time on the clock since midnight."""

    __slots__ = ("of",)
    kind = Kind.DURATION
    label = "the time of day"
    unit = words.CLOCK

    def __init__(self, of: Node):
        self.of = of

    def value(self, at: Context) -> Any:
        """Minutes on the clock, None where missing."""
        of = self.of.value(at)
        if of is None:
            return None
        there = of.astimezone(at.zone)
        return Decimal(there.hour * 60 + there.minute) + Decimal(there.second) / 60

    def words(self, at: Context) -> str:
        """09:30."""
        return words.clock(self.value(at))


class WeekdayOf(Node):
    """The day of the week of a date: mon, tue, wed, thu, fri, sat or sun."""

    __slots__ = ("of",)
    kind = Kind.CHOICE
    choices = WEEKDAYS
    label = "the weekday"

    def __init__(self, of: Node):
        self.of = of

    def value(self, at: Context) -> Any:
        """The word, None where missing."""
        of = self.of.value(at)
        return None if of is None else WEEKDAYS[of.weekday()]

    def words(self, at: Context) -> str:
        """sat."""
        return str(self.value(at))


class PartOf(Node):
    """The month (1 to 12) or the day of the month of a date, as a number."""

    __slots__ = ("label", "of", "part")
    kind = Kind.NUMBER

    def __init__(self, of: Node, part: str):
        self.of, self.part, self.label = of, part, f"the {part}"

    def value(self, at: Context) -> Any:
        """The number, None where missing."""
        of = self.of.value(at)
        return None if of is None else Decimal(getattr(of, self.part))

    def words(self, at: Context) -> str:
        """The number, without marks."""
        return str(self.value(at))


class MonthEnd(Node):
    """The first or the last day of the month in which a date lies."""

    __slots__ = ("first", "of")
    kind = Kind.DATE

    def __init__(self, of: Node, *, first: bool):
        self.of, self.first = of, first

    def value(self, at: Context) -> Any:
        """The date, None where missing."""
        of = self.of.value(at)
        return None if of is None else of.replace(day=1 if self.first else _days_in_month(of))

    def words(self, at: Context) -> str:
        """30 April 2026."""
        return words.day(self.value(at))


class DaysInMonth(Node):
    """How many days the month has in which a date lies."""

    __slots__ = ("of",)
    kind = Kind.NUMBER

    def __init__(self, of: Node):
        self.of = of

    def value(self, at: Context) -> Any:
        """28 to 31, None where missing."""
        of = self.of.value(at)
        return None if of is None else Decimal(_days_in_month(of))

    def words(self, at: Context) -> str:
        """30 days."""
        return words.counted(self.value(at), "day")


def _days_in_month(day: dt.date) -> int:
    return monthrange(day.year, day.month)[1]


def clock_minutes(raw: Any) -> int | None:
    """Minutes on the clock of a time of day such as "07:30", "24:00" the last; else None."""
    match = _CLOCK.fullmatch(raw) if isinstance(raw, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    return minutes if 0 <= minutes <= 1440 else None


@form("first_of_month", modifiable=False)
def _first_of_month(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return MonthEnd(_date("first_of_month", raw, scope, at), first=True)


@form("last_of_month", modifiable=False)
def _last_of_month(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return MonthEnd(_date("last_of_month", raw, scope, at), first=False)


@form("days_in_month", modifiable=False)
def _days_of_month(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return DaysInMonth(_date("days_in_month", raw, scope, at))


@form("moment_of", modifiable=False, needs=("at",))
def _moment_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    date = compile_node(raw["moment_of"], scope, at / "moment_of", Kind.DATE)
    minutes = clock_minutes(raw.get("at"))
    if minutes is None:
        (at / "at").fail('moment_of needs at: a time of day such as "23:59".')
    return MomentOf(date, minutes)


@form("moment_after", modifiable=False, needs=("add",))
def _moment_after(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    start = compile_node(raw["moment_after"], scope, at / "moment_after", Kind.MOMENT)
    return MomentAfter(start, compile_node(raw.get("add"), scope, at / "add", Kind.DURATION))


@form("time_of", modifiable=False)
def _time_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return TimeOf(compile_node(raw["time_of"], scope, at / "time_of", Kind.MOMENT))


def _date(key: str, raw: Raw, scope: Scope, at: Place) -> Node:
    return compile_node(raw[key], scope, at / key, Kind.DATE)


@form("weekday_of", modifiable=False)
def _weekday_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return WeekdayOf(_date("weekday_of", raw, scope, at))


@form("month_of", modifiable=False)
def _month_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return PartOf(_date("month_of", raw, scope, at), "month")


@form("day_of", modifiable=False)
def _day_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return PartOf(_date("day_of", raw, scope, at), "day")
