"""Counting time: days between dates, working days, started and completed periods. Pure."""

import calendar as months
import datetime as dt
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from remedies.facts import Calendar, Kind, NotThatKind, as_calendar
from remedies.rules.language import words
from remedies.rules.language.compiling import Raw, Scope, compile_node, form
from remedies.rules.language.nodes import Context, Inapplicable, Node
from remedies.rules.language.source import Place, plain

#: No remedy runs longer; the counting of working days stays quick for any input.
LONGEST = 366 * 60
#: Words for a step from a date to another: whether it goes by months, and how many at once.
STEPS = {"days": (False, 1), "weeks": (False, 7), "months": (True, 1), "years": (True, 12)}
COUNTED = {"counted": True, "not_counted": False}


def count_days(
    start: dt.date, end: dt.date, *, first: bool, last: bool, calendar: Calendar | None
) -> int:
    """Days from `start` to `end`; with a calendar, its working days only.

    `first` and `last` say whether the two ends count. Nothing is counted where `end` lies
    before `start`. Raises `Inapplicable` beyond sixty years.
    """
    if end < start:
        return 0
    if (end - start).days > LONGEST:
        raise Inapplicable("the dates lie more than sixty years apart")
    begin = start if first else start + dt.timedelta(days=1)
    stop = end + dt.timedelta(days=1) if last else end
    span = max((stop - begin).days, 0)
    if calendar is None:
        return span
    return sum(calendar.is_working(begin + dt.timedelta(days=n)) for n in range(span))


def add_days(start: dt.date, days: int, calendar: Calendar | None) -> dt.date:
    """The date `days` after `start` (before it, where negative); working days of `calendar`."""
    if abs(days) > LONGEST:
        raise Inapplicable("that is more than sixty years away")
    try:
        if calendar is None:
            return start + dt.timedelta(days=days)
        step, left, day = (1 if days > 0 else -1), abs(days), start
        limit = LONGEST * 2
        while left and limit:
            day, limit = day + dt.timedelta(days=step), limit - 1
            left -= calendar.is_working(day)
        return day
    except OverflowError:
        raise Inapplicable("that date is outside the calendar") from None


def add_months(start: dt.date, count: int) -> dt.date:
    """The same day `count` months later, or the last day of that month where it has none."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise Inapplicable("that date is outside the calendar")
    last = months.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(start.day, last))


class DaysFrom(Node):
    """How many days lie between two dates."""

    __slots__ = ("calendar", "end", "first", "last", "start")
    kind = Kind.NUMBER

    def __init__(
        self, start: Node, end: Node, calendar: Node | Calendar | None, *, first: bool, last: bool
    ):
        self.start, self.end, self.first, self.last = start, end, first, last
        self.calendar = calendar

    def value(self, at: Context) -> Any:
        start, end = self.start.value(at), self.end.value(at)
        calendar = self.calendar
        if isinstance(calendar, Node):
            calendar = calendar.value(at)
            if calendar is None:
                return None
        if start is None or end is None:
            return None
        return Decimal(count_days(start, end, first=self.first, last=self.last, calendar=calendar))

    def words(self, at: Context) -> str:
        count = self.value(at)
        kind = "working day" if self.calendar is not None else "day"
        span = f"{self.start.words(at)} to {self.end.words(at)}"
        return f"{words.counted(count, kind)} ({span})"


class DateAfter(Node):
    """A date so many days or months after another."""

    __slots__ = ("calendar", "count", "start", "unit")
    kind = Kind.DATE

    def __init__(self, start: Node, count: Node, unit: str, calendar: Node | Calendar | None):
        self.start, self.count, self.unit, self.calendar = start, count, unit, calendar

    def value(self, at: Context) -> Any:
        start, count = self.start.value(at), self.count.value(at)
        calendar = self.calendar
        if isinstance(calendar, Node):
            calendar = calendar.value(at)
            if calendar is None:
                return None
        if start is None or count is None:
            return None
        in_months, many = STEPS[self.unit]
        if in_months:
            return add_months(start, int(count) * many)
        return add_days(start, int(count) * many, calendar)

    def words(self, at: Context) -> str:
        return words.day(self.value(at))


class MonthsFrom(Node):
    """Months from one date to another: those that are over, or those that have begun."""

    __slots__ = ("end", "start", "started")
    kind = Kind.NUMBER

    def __init__(self, start: Node, end: Node, *, started: bool):
        self.start, self.end, self.started = start, end, started

    def value(self, at: Context) -> Any:
        start, end = self.start.value(at), self.end.value(at)
        if start is None or end is None:
            return None
        count = (end.year - start.year) * 12 + end.month - start.month
        reached = add_months(start, count)
        return Decimal(max(count + (reached < end if self.started else -(reached > end)), 0))

    def words(self, at: Context) -> str:
        return words.counted(self.value(at), "started month" if self.started else "month")


class Periods(Node):
    """How many periods have started, or have been completed, after a waiting time."""

    __slots__ = ("after", "each", "of", "started")
    kind = Kind.NUMBER

    def __init__(self, of: Node, each: Node, after: Node | None, *, started: bool):
        self.of, self.each, self.after, self.started = of, each, after, started

    def value(self, at: Context) -> Any:
        of, each = self.of.value(at), self.each.value(at)
        after = Decimal(0) if self.after is None else self.after.value(at)
        if of is None or each is None or after is None:
            return None
        if each <= 0:
            raise Inapplicable("a period has no length")
        rounding = ROUND_CEILING if self.started else ROUND_FLOOR
        return (max(of - after, Decimal(0)) / each).to_integral_value(rounding)

    def words(self, at: Context) -> str:
        which = "started" if self.started else "completed"
        after = f" after {self.after.words(at)}" if self.after is not None else ""
        count = words.counted(self.value(at), f"{which} period")
        return f"{count} of {self.each.words(at)} in {self.of.words(at)}{after}"


class Convert(Node):
    """A duration as a number of minutes, hours or days; a moment as its date."""

    __slots__ = ("minutes", "of", "unit")
    kind = Kind.NUMBER

    def __init__(self, of: Node, unit: str, minutes: int):
        self.of, self.unit, self.minutes = of, unit, minutes

    def value(self, at: Context) -> Any:
        of = self.of.value(at)
        return None if of is None else of / self.minutes

    def words(self, at: Context) -> str:
        within = getattr(self.of, "within", "")  # in which hours of each day, where that is said
        return f"{words.counted(self.value(at), self.unit)}{within}"


class DateOf(Node):
    """The date of a moment, in the policy's time zone."""

    __slots__ = ("of",)
    kind = Kind.DATE

    def __init__(self, of: Node):
        self.of = of

    def value(self, at: Context) -> Any:
        of = self.of.value(at)
        return None if of is None else of.astimezone(at.zone).date()

    def words(self, at: Context) -> str:
        return words.day(self.value(at))


def calendar_beside(raw: Raw, scope: Scope, at: Place) -> Node | Calendar | None:
    kind = raw.get("kind", "calendar")
    if kind not in ("calendar", "working"):
        (at / "kind").fail("kind is calendar (every day) or working (working days).")
    if kind == "calendar":
        return None
    if isinstance(raw.get("calendar"), dict):
        try:
            return as_calendar(plain(raw["calendar"]))
        except NotThatKind as error:
            (at / "calendar").fail(f"The calendar {error}.")
    if "calendar" in raw:
        return compile_node(raw["calendar"], scope, at / "calendar", Kind.CALENDAR)
    key = next(form for form in ("date_after", "time_from", "days_from") if form in raw)
    calendars = [name for name, fact in scope.facts.items() if fact.kind is Kind.CALENDAR]
    named = calendars[0] if calendars else "the name of a fact of type calendar"
    return (at / "kind").fail(
        f"{key} in working days needs its calendar: {{weekend: [sat, sun], holidays: "
        f"[2026-12-25]}}, or calendar: {named}."
    )


def counted_word(raw: Raw, key: str, otherwise: str, at: Place) -> bool:
    """Whether one end of a span counts, as the policy says beside it."""
    word = raw.get(key, otherwise)
    if not isinstance(word, str) or word not in COUNTED:
        (at / key).fail(f"{key} is counted or not_counted.")
    return COUNTED[word]


@form("days_from", "kind", "calendar", "first", "last", needs=("to",))
def _days_from(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    start = compile_node(raw["days_from"], scope, at / "days_from", Kind.DATE)
    end = compile_node(raw.get("to"), scope, at / "to", Kind.DATE)
    first = counted_word(raw, "first", "not_counted", at)
    last = counted_word(raw, "last", "counted", at)
    return DaysFrom(start, end, calendar_beside(raw, scope, at), first=first, last=last)


@form("date_after", *STEPS, "kind", "calendar")
def _date_after(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    start = compile_node(raw["date_after"], scope, at / "date_after", Kind.DATE)
    units = [key for key in STEPS if key in raw]
    if len(units) != 1:
        at.fail(f"date_after needs one of {', '.join(STEPS)}.")
    count = compile_node(raw[units[0]], scope, at / units[0], Kind.NUMBER)
    calendar = calendar_beside(raw, scope, at)
    if calendar is not None and units[0] != "days":
        (at / "kind").fail("Only days can be working days.")
    return DateAfter(start, count, units[0], calendar)


@form("months_from", "count", needs=("to",))
def _months_from(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    start = compile_node(raw["months_from"], scope, at / "months_from", Kind.DATE)
    end = compile_node(raw.get("to"), scope, at / "to", Kind.DATE)
    count = raw.get("count", "completed")
    if count not in ("started", "completed"):
        (at / "count").fail("count is completed (months that are over) or started (begun).")
    return MonthsFrom(start, end, started=count == "started")


def _periods(key: str, raw: Raw, scope: Scope, at: Place) -> Node:
    of = compile_node(raw[key], scope, at / key)
    if of.kind not in (Kind.NUMBER, Kind.DURATION):
        (at / key).fail(f"{key} counts periods of a number or a duration.")
    each = compile_node(raw.get("of"), scope, at / "of", of.kind)
    after = compile_node(raw["after"], scope, at / "after", of.kind) if "after" in raw else None
    return Periods(of, each, after, started=key == "started_periods")


@form("started_periods", "after", needs=("of",))
def _started(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return _periods("started_periods", raw, scope, at)


@form("completed_periods", "after", needs=("of",))
def _completed(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return _periods("completed_periods", raw, scope, at)


@form("minutes_in")
def _minutes_in(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    of = compile_node(raw["minutes_in"], scope, at / "minutes_in", Kind.DURATION)
    return Convert(of, "min", 1)


@form("hours_in")
def _hours_in(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    of = compile_node(raw["hours_in"], scope, at / "hours_in", Kind.DURATION)
    return Convert(of, "hour", 60)


@form("days_in")
def _days_in(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return Convert(compile_node(raw["days_in"], scope, at / "days_in", Kind.DURATION), "day", 1440)


@form("date_of", modifiable=False)
def _date_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return DateOf(compile_node(raw["date_of"], scope, at / "date_of", Kind.MOMENT))
