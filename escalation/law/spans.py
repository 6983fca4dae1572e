"""How long a target is, where no rule of law says it: working time, days, to an instant. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol

from escalation.hours import Calendar, TimeOfDay
from escalation.law.terms import Unit, count_words
from escalation.worktime import Boundary
from tickets.saying import Phrase, spelled
from tickets.saying import gettext as _

_TIMES = {
    TimeOfDay.ROLL_TO_OPENING: Phrase("a start in closed hours moved to the next opening"),
    TimeOfDay.CLAMP: Phrase("an end in closed hours moved to the next opening"),
    TimeOfDay.CLAMP_TO_CLOSE: Phrase("not later than closing"),
}


class Length(Protocol):
    """How long a target is."""

    @property
    def exact(self) -> bool:
        """Whether it ends on the clock on the wall: then closed hours count, used and paused."""
        ...

    def due(self, calendar: Calendar, start: datetime) -> datetime:
        """The deadline of a clock that starts at `start` and is never paused (UTC)."""
        ...

    def words(self) -> str:
        """The length for people: "4 working hours"."""
        ...


@dataclass(frozen=True, slots=True)
class OpenTime:
    """So much open time; seconds count. What runs out exactly at closing is due then, or with
    `boundary` NEXT_OPEN at the next opening."""

    amount: timedelta
    boundary: Boundary = Boundary.AT_CLOSE

    @property
    def exact(self) -> bool:
        """Never: it is made of working time."""
        return False

    def due(self, calendar: Calendar, start: datetime) -> datetime:
        """When so much open time has passed since `start`."""
        return calendar.add(start, self.amount, boundary=self.boundary)

    def words(self) -> str:
        """Hours and minutes, as people say them."""
        told = {"amount": duration_words(self.amount)}
        if self.boundary is Boundary.NEXT_OPEN:
            return _("%(amount)s of working time, due at an opening, not at closing") % told
        return _("%(amount)s of working time") % told


@dataclass(frozen=True, slots=True)
class Days:
    """So many days after the day of the start, which does not count.

    Working days, or with `calendar_days` any days; at the last closing of that day with
    `end_of_day`, else at the same local time, or what `origin` makes of it: ROLL_TO_OPENING first
    moves a start outside working hours to the next opening, CLAMP moves an end outside them there,
    CLAMP_TO_CLOSE not beyond closing. With `roll` a start on a day without work counts as one on
    the next working day.
    """

    count: int
    end_of_day: bool = True
    calendar_days: bool = False
    origin: TimeOfDay = TimeOfDay.KEEP
    exact: bool = False
    roll: bool = False

    def due(self, calendar: Calendar, start: datetime) -> datetime:
        """The instant so many days after `start`."""
        local = calendar.local(start)
        if self.roll and not calendar.is_working_day(local.date()):
            first = calendar.add_days(local.date(), 1)
            start = calendar.resolve(datetime.combine(first, local.time()))
            local = calendar.local(start)
        if self.calendar_days:
            day = local.date() + timedelta(days=self.count)
            if self.end_of_day:
                return calendar.close_of_day(day)
            return calendar.resolve(datetime.combine(day, local.time()))
        mode = TimeOfDay.END_OF_BUSINESS_DAY if self.end_of_day else self.origin
        return calendar.add_working_days(start, self.count, time_of_day=mode)

    def words(self) -> str:
        """Days, as people say them."""
        said = [count_words(self.count, Unit.DAYS if self.calendar_days else Unit.WORKING_DAYS)]
        if self.end_of_day:
            said.append(_("by close"))
        elif self.origin in _TIMES:
            said.append(str(_TIMES[self.origin]))
        if self.roll:
            said.append(_("a start on a day without work counted as the next working day"))
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Until:
    """To a fixed instant: a promise, or a date that was given to the customer."""

    at: datetime
    exact: bool = False

    def due(self, calendar: Calendar, start: datetime) -> datetime:
        """The instant itself, whatever the calendar."""
        return self.at.astimezone(UTC)

    def words(self) -> str:
        """The date and time."""
        return _("until %(moment)s UTC") % {"moment": f"{self.at:%Y-%m-%d %H:%M}"}


@dataclass(frozen=True, slots=True)
class OnDay:
    """By a day that the customer was told: due at the close of business of that day, or at its end
    where nobody works on it, or where the clock only starts after closing.

    What comes later on the same day is still in time, for it was the day that was promised; from
    its end on it is late, whatever the hours (`measure`). `at_most` is the length that law sets:
    a later day that somebody promised does not lengthen it.
    """

    day: date
    at_most: Length | None = None

    @property
    def exact(self) -> bool:
        """Always: the day ends on the clock on the wall."""
        return True

    def due(self, calendar: Calendar, start: datetime) -> datetime:
        """Closing of the day, never before `start` (UTC)."""
        end = _last_second(calendar, self.day)
        close = min(calendar.close_of_day(self.day), end)
        due = max(close if start < close else end, start)
        return due if self.at_most is None else min(due, self.at_most.due(calendar, start))

    def measure(self, calendar: Calendar, start: datetime) -> Calendar:
        """What its time is measured by: all time, but for what is left of the day after closing."""
        due, end = self.due(calendar, start), _last_second(calendar, self.day)
        local = calendar.local(due)
        if due >= end or due < min(calendar.close_of_day(self.day), end):
            return _all_time(calendar.tz, self.day, None)
        return _all_time(calendar.tz, self.day, local.time())

    def words(self) -> str:
        """The day, as it was promised."""
        told = {"day": spelled(self.day, _("%-d %B %Y"))}
        if self.at_most is None:
            return _("by %(day)s, as promised") % told
        told["law"] = self.at_most.words()
        return _("by %(day)s, as promised, and %(law)s at most") % told


def _last_second(calendar: Calendar, day: date) -> datetime:
    return calendar.resolve(datetime.combine(day, time(23, 59, 59)))


@lru_cache(maxsize=1024)
def _all_time(tz: str, day: date, close: time | None) -> Calendar:
    """Open day and night, but from `close` to the end of `day`. Kept, with its table."""
    always = Calendar.always(tz)
    if close is None:
        return always
    seconds = close.hour * 3600 + close.minute * 60 + close.second
    return replace(always, overrides={day: ((0, seconds),)})


def duration_words(amount: timedelta) -> str:
    """Hours and minutes for people, rounded down: "4 h 30 min"."""
    minutes = int(amount.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    if hours and minutes:
        return f"{hours} h {minutes} min"
    return f"{hours} h" if hours else f"{minutes} min"
