"""A calendar of working hours as a value: a time zone, weekly hours, holidays, special days.

Pure. A shift belongs to the day on which it starts; an end at or before the start is on the next
day. A holiday closes its local date, whichever day a shift belongs to; holidays and breaks win over
special hours. The ends of shifts, holidays and breaks become instants first: an ambiguous local
time is the first of the two, one that does not exist is moved forward by the gap. Between the
instants real seconds count, so a day with a clock change has 23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, Self, TypeAlias
from zoneinfo import ZoneInfo

from holidays import country_holidays

from escalation.windows import merged, without
from escalation.worktime import (
    SECOND,
    NoWorkingTime,
    Span,
    Window,
    WorkTime,
    WorkTimeError,
    from_us,
)

DAY = 86_400
UNIX_EPOCH = date(1970, 1, 1).toordinal()
#: Closings that a calendar keeps, years of days of them.
_KEPT_CLOSINGS = 4096
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# (start, end) in seconds after the local midnight; the end may lie on the next day.
Slot: TypeAlias = tuple[int, int]


class TimeOfDay(StrEnum):
    """What becomes of the time of day when working days are added."""

    KEEP = "keep"
    CLAMP = "clamp"
    CLAMP_TO_CLOSE = "clamp_to_close"
    ROLL_TO_OPENING = "roll_to_opening"
    END_OF_BUSINESS_DAY = "end_of_business_day"


class InvalidCalendar(WorkTimeError):
    """The description of the calendar cannot be read."""


@dataclass(frozen=True)
class Calendar(WorkTime):
    """Working hours of one place; built by hand or by `Calendar.parse`."""

    tz: str
    week: tuple[tuple[Slot, ...], ...]
    holidays: frozenset[date] = frozenset()
    yearly_holidays: frozenset[tuple[int, int]] = frozenset()
    overrides: Mapping[date, tuple[Slot, ...]] = field(default_factory=dict)
    breaks: tuple[tuple[date, int, int], ...] = ()
    # Public holidays of places, worked out for each year as it is touched: (country, part).
    places: tuple[tuple[str, str], ...] = ()
    # Days on which people work although a public or yearly holiday falls on them.
    worked: frozenset[date] = frozenset()
    yearly_breaks: tuple[tuple[tuple[int, int], int, int], ...] = ()
    # Calendars that it is joined with: it is open, and works, whenever one of them does.
    joins: tuple[Calendar, ...] = ()

    # The overrides are a mapping, so the value hashes by identity: calendars are kept, not made
    # anew, and the table of windows is kept with them.
    __hash__ = object.__hash__

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Self:
        """Read a calendar as it is stored in JSON.

        `{tz, hours, holidays, yearly_holidays, overrides, breaks}`, and `country`, `subdivision`
        and further places `also_closed` ("GB-SCT") for public holidays, `worked` days that these
        do not close, `yearly_breaks`, and `joins`, calendars of the same form. Times are "HH:MM"
        or "HH:MM:SS", "24:00" is the end of the day. Raises InvalidCalendar.
        """
        try:
            zone = ZoneInfo(data["tz"]).key
            hours = data.get("hours", {})
            if unknown := set(hours) - set(WEEKDAYS):
                raise InvalidCalendar(f"unknown day {min(unknown)!r}")
            return cls(
                tz=zone,
                week=tuple(_slots(hours.get(day, ())) for day in WEEKDAYS),
                holidays=frozenset(map(date.fromisoformat, data.get("holidays", ()))),
                yearly_holidays=frozenset(map(_month_day, data.get("yearly_holidays", ()))),
                overrides={
                    date.fromisoformat(day): _slots(slots)
                    for day, slots in data.get("overrides", {}).items()
                },
                breaks=tuple(
                    (date.fromisoformat(item["date"]), *_slot(item["from"], item["to"]))
                    for item in data.get("breaks", ())
                ),
                places=_places(data),
                worked=frozenset(map(date.fromisoformat, data.get("worked", ()))),
                yearly_breaks=tuple(
                    (_month_day(item["day"]), *_slot(item["from"], item["to"]))
                    for item in data.get("yearly_breaks", ())
                ),
                joins=tuple(map(cls.parse, data.get("joins", ()))),
            )
        except InvalidCalendar:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
            raise InvalidCalendar(f"the calendar cannot be read: {error}") from error

    @classmethod
    def always(cls, tz: str = "UTC") -> Self:
        """Open day and night, in the zone given: the calendar of calendar days."""
        return cls(tz=tz, week=(((0, DAY),),) * 7)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.tz)

    def with_holidays(self, days: Iterable[date]) -> Self:
        """The same calendar with further holidays."""
        return replace(self, holidays=self.holidays | frozenset(days))

    def require_hours(self) -> None:
        """Raise NoWorkingTime unless some day of the calendar has hours."""
        if not self.ever_opens():
            raise NoWorkingTime(NoWorkingTime.__doc__)

    def ever_opens(self) -> bool:
        """Whether some day has hours, holidays not considered."""
        return (
            any(self.week)
            or any(self.overrides.values())
            or any(calendar.ever_opens() for calendar in self.joins)
        )

    # -- local time -----------------------------------------------------------------------------

    def local(self, at: datetime) -> datetime:
        """The same instant on the calendar's clock."""
        return at.astimezone(self.zone)

    def resolve(self, wall: datetime) -> datetime:
        """The instant that a naive local time means (first of two, forward over a gap)."""
        aware = wall.replace(tzinfo=self.zone, fold=0)
        return aware.astimezone(UTC)

    def _instant(self, day: int, seconds: int) -> int:
        """Seconds since 1970 UTC of `seconds` after the local midnight of the ordinal `day`."""
        extra, seconds = divmod(seconds, DAY)
        clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
        wall = datetime.combine(date.fromordinal(day + extra), clock, self.zone)
        offset = wall.utcoffset() or timedelta()
        return (day + extra - UNIX_EPOCH) * DAY + seconds - int(offset.total_seconds())

    # -- what WorkTime asks ---------------------------------------------------------------------

    def is_holiday(self, day: date) -> bool:
        """Whether the local date is closed all day, whatever its hours."""
        if day in self.holidays:
            return True
        if day in self.worked:
            return False
        return (day.month, day.day) in self.yearly_holidays or (
            bool(self.places) and day in self.public_holidays(day.year)
        )

    def public_holidays(self, year: int) -> frozenset[date]:
        """Public holidays of the calendar's places in that year."""
        found = (public_holidays(country, part, year) for country, part in self.places)
        return frozenset(chain.from_iterable(found))

    def slots(self, day: date) -> tuple[Slot, ...]:
        """Hours that begin on the local date, holidays not considered."""
        special = self.overrides.get(day)
        return self.week[day.weekday()] if special is None else special

    def is_working_day(self, day: date) -> bool:
        """Whether the local date has working hours and is no holiday, in one calendar at least."""
        if self.slots(day) and not self.is_holiday(day):
            return True
        return any(calendar.is_working_day(day) for calendar in self.joins)

    def year_windows(self, year: int) -> list[Window]:
        """Open windows of the UTC year (see WorkTime)."""
        first = date(year, 1, 1).toordinal()
        last = date(year + 1, 1, 1).toordinal()
        opened = merged(self._shifts(first - 2, last + 2))
        closed = merged(self._closures(first - 2, last + 2))
        low, high = (first - UNIX_EPOCH) * DAY, (last - UNIX_EPOCH) * DAY
        own = [
            (max(start, low) * SECOND, min(end, high) * SECOND)
            for start, end in without(opened, closed)
            if end > low and start < high
        ]
        if not self.joins:
            return own
        return merged([*own, *chain.from_iterable(c.year_windows(year) for c in self.joins)])

    def _shifts(self, first: int, last: int) -> list[Window]:
        """Shifts that begin on the local days [first, last), in UTC seconds.

        Between two changes of the clock a local time is its instant but for a constant; only the
        days around a change are resolved one by one.
        """
        offsets = _offsets(self.zone, first, last + 2)
        overrides = self.overrides
        found: list[Window] = []
        for index, day in enumerate(range(first, last)):
            slots = self.week[(day + 6) % 7]
            if overrides:
                slots = overrides.get(date.fromordinal(day), slots)
            if not slots:
                continue
            offset = offsets[index]
            if offset == offsets[index + 1] == offsets[index + 2]:
                midnight = (day - UNIX_EPOCH) * DAY - offset
                found.extend([(midnight + start, midnight + end) for start, end in slots])
            else:
                found.extend(
                    (self._instant(day, start), self._instant(day, end)) for start, end in slots
                )
        return found

    def _closures(self, first: int, last: int) -> list[Window]:
        """Holidays and breaks of the local days [first, last), in UTC seconds."""
        years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
        yearly = (day for year in years for day in _in_year(self.yearly_holidays, year))
        public = (day for year in years if self.places for day in self.public_holidays(year))
        days = {*self.holidays, *({*yearly, *public} - self.worked)}
        whole = ((day, 0, DAY) for day in days)
        each_year = (
            (day, start, end)
            for month_day, start, end in self.yearly_breaks
            for year in years
            for day in _in_year((month_day,), year)
            if day not in self.worked
        )
        return [
            (self._instant(ordinal, start), self._instant(ordinal, end))
            for day, start, end in chain(whole, self.breaks, each_year)
            if first <= (ordinal := day.toordinal()) < last
        ]

    # -- working days with a time of day ----------------------------------------------------------

    def close_of_day(self, day: date) -> datetime:
        """The last closing of the shifts that begin on the local date (UTC).

        A day without working time has none: then its local midnight at the end is meant. Of joined
        calendars it is the last closing of any that work on that date.
        """
        known = self._closings.get(day)
        if known is None:
            if len(self._closings) >= _KEPT_CLOSINGS:
                self._closings.clear()
            known = self._closings[day] = self._close_of_day(day)
        return known

    @cached_property
    def _closings(self) -> dict[date, datetime]:
        """The closings asked for so far: every ticket of a day asks for the same few."""
        return {}

    def _close_of_day(self, day: date) -> datetime:
        if self.joins:
            alone = replace(self, joins=())
            working = [c for c in (alone, *self.joins) if c.is_working_day(day)]
            return max(c.close_of_day(day) for c in working or [alone])
        ordinal = day.toordinal()
        ends = [self._instant(ordinal, end) for _, end in self.slots(day)]
        if not ends or self.is_holiday(day):
            return from_us(self._instant(ordinal, DAY) * SECOND)
        closing = from_us(max(ends) * SECOND)
        opening = from_us(
            min(self._instant(ordinal, start) for start, _ in self.slots(day)) * SECOND
        )
        spans = self.windows_between(opening, closing)
        return spans[-1].end if spans else closing

    def add_working_days(
        self, start: datetime, days: int, *, time_of_day: TimeOfDay = TimeOfDay.KEEP
    ) -> datetime:
        """The instant `days` working days after `start`, by default at the same local time."""
        origin = start
        if time_of_day is TimeOfDay.ROLL_TO_OPENING and not self.is_open(start):
            origin = next(self.windows_before(start)).start if days < 0 else self.next_open(start)
        local = self.local(origin)
        day = self.add_days(local.date(), days)
        if time_of_day is TimeOfDay.END_OF_BUSINESS_DAY:
            return self.close_of_day(day)
        result = self.resolve(datetime.combine(day, local.time()))
        if time_of_day is TimeOfDay.CLAMP:
            return self.prev_open(result) if days < 0 else self.next_open(result)
        if time_of_day is TimeOfDay.CLAMP_TO_CLOSE:
            return min(result, self.close_of_day(day))
        return result


@dataclass(frozen=True)
class Union(WorkTime):
    """Open whenever one of its calendars is (two teams that hand over to each other)."""

    calendars: tuple[WorkTime, ...]

    def year_windows(self, year: int) -> list[Window]:
        """Open windows of any member (see WorkTime)."""
        return merged(list(chain.from_iterable(c.year_windows(year) for c in self.calendars)))

    def is_working_day(self, day: date) -> bool:
        """Whether it is a working day of any member."""
        return any(calendar.is_working_day(day) for calendar in self.calendars)


def spans_of(windows: Iterable[Window]) -> list[Span]:
    """Windows as spans of aware datetimes."""
    return [Span(from_us(start), from_us(end)) for start, end in windows]


@lru_cache(maxsize=1024)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Public holidays of a country (ISO 3166-1 alpha-2) or a part of it, as `holidays` has them."""
    found = country_holidays(country, subdiv=subdivision or None, years=year)
    return frozenset(found)


def _places(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Whose public holidays are closed. Raises InvalidCalendar for a place that is not known."""
    own = data.get("country") or ""
    places = [(own, data.get("subdivision") or "")] if own else []
    for text in data.get("also_closed", ()):
        country, _, part = text.partition("-")
        places.append((country, part))
    for country, part in places:
        try:
            public_holidays(country, part, 2024)
        except NotImplementedError as error:
            raise InvalidCalendar(f"no public holidays are known for this place: {error}") from None
    return tuple(places)


def _in_year(days: Iterable[tuple[int, int]], year: int) -> Iterable[date]:
    """The days of the year that there are: 29 February only where it exists."""
    return (
        date(year, month, day) for month, day in days if (month, day) != (2, 29) or _is_leap(year)
    )


@lru_cache(maxsize=1024)
def _offsets(zone: ZoneInfo, first: int, last: int) -> list[int]:
    """Seconds east of UTC at each local midnight of the ordinal days [first, last)."""
    midnight = datetime.combine(date.fromordinal(first), time())
    walls = [midnight + timedelta(days) for days in range(last - first)]
    return [int((zone.utcoffset(wall) or timedelta()).total_seconds()) for wall in walls]


def _slots(items: Iterable[Iterable[str]]) -> tuple[Slot, ...]:
    return tuple(sorted(_slot(*item) for item in items))


def _slot(start: str, end: str) -> Slot:
    opens, closes = _clock(start), _clock(end)
    if opens >= DAY:
        raise InvalidCalendar(f"hours cannot begin at {start}")
    return (opens, closes if closes > opens else closes + DAY)


def _clock(text: str) -> int:
    parts = [int(part) for part in text.split(":")]
    hours, minutes, seconds = [*parts, 0, 0][:3]
    total = hours * 3600 + minutes * 60 + seconds
    if len(parts) not in (2, 3) or minutes > 59 or seconds > 59 or not 0 <= total <= DAY:
        raise InvalidCalendar(f"{text!r} is no time of day")
    return total


def _month_day(text: str) -> tuple[int, int]:
    day = date.fromisoformat(f"2000-{text}")
    return (day.month, day.day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
