"""Time between two moments that lies inside a window of each day: between 08:00 and 20:00. Pure."""

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from remedies.facts import Calendar, Kind
from remedies.rules.language import words
from remedies.rules.language.compiling import Raw, Scope, compile_node, form
from remedies.rules.language.counting import LONGEST, calendar_beside
from remedies.rules.language.moments import clock_minutes
from remedies.rules.language.nodes import Context, Inapplicable, Node
from remedies.rules.language.source import Place, keys_of


class Daily(NamedTuple):
    """A window of each day, in minutes on the clock; one that ends before it begins goes on into
    the next day."""

    opens: int
    closes: int

    @property
    def said(self) -> str:
        """between 08:00 and 20:00."""
        ends = (words.clock(Decimal(minutes)) for minutes in self)
        return f"between {' and '.join(ends)}"


def minutes_within(
    start: dt.datetime, end: dt.datetime, daily: Daily, zone: ZoneInfo, calendar: Calendar | None
) -> Decimal:
    """Real minutes from `start` to `end` (aware) inside the window, by the clocks of `zone`.

    With a calendar only windows count that open on one of its working days. None where `end` is
    earlier. Raises `Inapplicable` beyond sixty years.
    """
    if (end - start).days > LONGEST:
        raise Inapplicable("the moments lie more than sixty years apart")
    total = dt.timedelta()
    over = daily.closes <= daily.opens
    try:
        # The window of the day before may still be open.
        day = start.astimezone(zone).date() - dt.timedelta(days=1)
        last = end.astimezone(zone).date()
        while day <= last:
            if calendar is None or calendar.is_working(day):
                opens = _at(day, daily.opens, zone)
                closes = _at(day + dt.timedelta(days=over), daily.closes, zone)
                total += max(min(end, closes) - max(start, opens), dt.timedelta())
            day += dt.timedelta(days=1)
    except OverflowError:
        raise Inapplicable("that date is outside the calendar") from None
    return Decimal(int(total.total_seconds())) / 60


def _at(day: dt.date, minutes: int, zone: ZoneInfo) -> dt.datetime:
    """A time on the clock of a day as a moment; 24:00 is the end of the day."""
    days, rest = divmod(minutes, 1440)
    clock = dt.time(rest // 60, rest % 60, tzinfo=zone)
    return dt.datetime.combine(day + dt.timedelta(days=days), clock).astimezone(dt.UTC)


class TimeFrom(Node):
    """The time between two moments, all of it or within a window of each day; none where the
    second is earlier."""

    __slots__ = ("calendar", "daily", "end", "start")
    kind = Kind.DURATION

    def __init__(
        self, start: Node, end: Node, daily: Daily | None, calendar: Node | Calendar | None
    ):
        self.start, self.end, self.daily, self.calendar = start, end, daily, calendar

    def value(self, at: Context) -> Any:
        """Minutes, None where missing."""
        start, end = self.start.value(at), self.end.value(at)
        calendar = self.calendar
        if isinstance(calendar, Node):
            calendar = calendar.value(at)
            if calendar is None:
                return None
        if start is None or end is None:
            return None
        if self.daily is None:
            return Decimal(max(int((end - start).total_seconds()), 0)) / 60
        return minutes_within(start, end, self.daily, at.zone, calendar)

    @property
    def closed(self) -> bool:  # type: ignore[override] # of this form it hangs on the window
        """With a window the words begin with the result."""
        return self.daily is not None

    @property
    def within(self) -> str:
        """ " between 08:00 and 20:00 on working days"; nothing where all of it counts."""
        if self.daily is None:
            return ""
        return f" {self.daily.said}{' on working days' if self.calendar is not None else ''}"

    def words(self, at: Context) -> str:
        """26 h between 08:00 and 20:00."""
        return f"{words.duration(self.value(at))}{self.within}"


@form("time_from", "daily", "kind", "calendar", needs=("to",))
def _time_from(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    start = compile_node(raw["time_from"], scope, at / "time_from", Kind.MOMENT)
    end = compile_node(raw.get("to"), scope, at / "to", Kind.MOMENT)
    daily = _daily(raw["daily"], at / "daily") if "daily" in raw else None
    if daily is None:
        for key in ("kind", "calendar"):
            if key in raw:
                (at / key).fail(
                    f"{key} says on which days a window counts. Beside it stands "
                    'daily: {from: "00:00", to: "24:00"}, or another window of each day.'
                )
    return TimeFrom(start, end, daily, calendar_beside(raw, scope, at))


def _daily(raw: Any, at: Place) -> Daily:
    """A window of each day. Raises `PolicyInvalid`."""
    spec = keys_of(raw, at, "daily", frozenset({"from", "to"}))
    ends = []
    for key in ("from", "to"):
        minutes = clock_minutes(spec.get(key))
        if minutes is None:
            (at / key).fail(f'daily needs {key}: a time of day such as "08:00".')
        ends.append(minutes)
    opens, closes = ends
    if opens in (closes, 1440) or closes == 0:
        at.fail('daily opens before it closes. The whole day is {from: "00:00", to: "24:00"}.')
    return Daily(opens, closes)
