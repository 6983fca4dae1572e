"""Lengths of law: working days, days, weeks, months and years, as the rules write them. Pure.

A term is reckoned in local dates of its calendar's zone, and becomes an instant at its end only.
What a rule may say, in the order in which it is applied:

1. `since`: the day it runs from, where that is not the start of the clock;
2. `cut_off`: what comes after it counts as the next day (the next working day, for working days);
3. `counted`: whether the first day is day one ("6 months commencing on the day"), or only the next;
4. `count` and `unit`: a month or year ends on the day of the same number, or on the last day of a
   month that has no such day;
5. `roll`: from a day that is no working day to the next or the previous one, or not at all;
6. `end`: the end of the day is its last second, 23:59:59, so that the due moment still bears the
   date of the last day in time; or the close of business, another time of day, or the same time.

Every step leaves a reason. A later start never gives an earlier end: where a date may be moved or
was clipped, where the first day counts, or where working days run from a day without work, the time
of day at the start means nothing, and with `end: exact` the end of the day is meant.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from escalation.hours import Calendar
from tickets.saying import gettext as _
from tickets.saying import ngettext

#: The last second of a day: what "by the end of the day" means.
LAST_SECOND = time(23, 59, 59)
# Where only a date is known its noon stands for it: no zone changes its clock then.
NOON = time(12)
DAY = timedelta(days=1)


class Unit(StrEnum):
    """What is counted. Minutes and hours are real time here; `OpenTime` counts working time."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class Roll(StrEnum):
    """Where a last day goes that is no working day."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"


class End(StrEnum):
    """Which instant of the last day is meant."""

    CLOSE = "close"
    END_OF_DAY = "end_of_day"
    EXACT = "exact"


Ending: TypeAlias = End | time
#: Nothing known beyond the start.
NO_FACTS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A result with its reasons: the last day in time, and its instant (UTC)."""

    day: date
    due: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule is applied to: a calendar, a start, and whatever else is known by name."""

    calendar: Calendar
    start: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)

    def moment(self, *names: str) -> datetime | None:
        """The first of the named facts that is known, as an instant; a mere date is its noon."""
        for name in names:
            found = as_moment(self.facts.get(name), self.calendar)
            if found is not None:
                return found
        return None

    def origin(self, names: tuple[str, ...]) -> datetime:
        """Where a term starts: at one of the named facts, or at the start of the clock."""
        return self.moment(*names) or self.start


def as_moment(value: Any, calendar: Calendar) -> datetime | None:
    """A date, a moment, or the ISO text of either, as an instant; None where it is neither."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else calendar.resolve(value)
    return calendar.resolve(datetime.combine(value, NOON)) if isinstance(value, date) else None


@dataclass(frozen=True, slots=True)
class Term:
    """So many units from a day on."""

    count: int
    unit: Unit
    counted: bool = False
    cut_off: Ending | None = None
    end: Ending = End.END_OF_DAY
    roll: Roll = Roll.NONE
    since: tuple[str, ...] = ()

    def reckon(self, case: Case) -> Reckoned:
        """The last day and instant. Raises BeyondHorizon or NoWorkingTime as the calendar does."""
        calendar, start = case.calendar, case.origin(self.since)
        if self.unit in REAL:
            return self._real(calendar, start)
        local = calendar.local(start)
        first, moved = self._first_day(calendar, local)
        day, clipped = self.last_day(calendar, first)
        rolled = roll(calendar, day, self.roll)
        keep = local.time() if not clipped and self._keeps(calendar, first) else LAST_SECOND
        reasons = [_counting(first, moved, counted=self.counted)]
        reasons.append(f"{self.amount()} end on {named(day)}")
        if clipped:
            reasons.append("that month has no such day: its last day counts")
        if rolled != day:
            reasons.append(f"no working day: moved to {named(rolled)}")
        return Reckoned(rolled, instant(calendar, rolled, self.end, keep), tuple(reasons))

    def last_day(self, calendar: Calendar, first: date) -> tuple[date, bool]:
        """The last day before any roll, counted from `first`, and whether it was clipped."""
        one = 1 if self.counted else 0
        match self.unit:
            case Unit.WORKING_DAYS:
                if one and self.count and calendar.is_working_day(first):
                    return calendar.add_days(first, self.count - 1), False
                return calendar.add_days(first, self.count), False
            case Unit.MONTHS | Unit.YEARS:
                each = 12 if self.unit is Unit.YEARS else 1
                day, clipped = add_months(first, self.count * each)
                # A month that lacks the day ends with its last one, whichever day is the first.
                return (day if clipped else day - one * DAY), clipped
        days = self.count * (7 if self.unit is Unit.WEEKS else 1)
        return first + timedelta(days=max(days - one, 0)), False

    def amount(self) -> str:
        """The count with its unit: "8 weeks"."""
        unit = self.unit.replace("_", " ")
        return f"{self.count} {unit if self.count != 1 else unit.removesuffix('s')}"

    def words(self) -> str:
        """The whole term for people."""
        said = [count_words(self.count, self.unit)]
        if self.since:
            said.append(_("from %(fact)s") % {"fact": self.since[0].replace("_", " ")})
        if self.counted:
            said.append(_("the first day counted"))
        if self.roll is Roll.NEXT:
            said.append(_("moved to the next working day"))
        elif self.roll is Roll.PREVIOUS:
            said.append(_("moved to the previous working day"))
        if self.cut_off is End.CLOSE:
            said.append(_("what comes after close of business counts as the next day"))
        elif self.cut_off is not None:
            after = {"time": f"{self.cut_off:%H:%M}"}
            said.append(_("what comes after %(time)s counts as the next day") % after)
        if self.unit not in REAL and self.end not in (End.EXACT, End.END_OF_DAY):
            said.append(ending_words(self.end))
        return ", ".join(said)

    # -- inside -------------------------------------------------------------------------------

    def _real(self, calendar: Calendar, start: datetime) -> Reckoned:
        minutes = self.count * (60 if self.unit is Unit.HOURS else 1)
        due = start.astimezone(UTC) + timedelta(minutes=minutes)
        return Reckoned(calendar.local(due).date(), due, (f"{self.amount()}, day and night",))

    def _first_day(self, calendar: Calendar, local: datetime) -> tuple[date, str]:
        """The day from which is counted, with the reason where that is not the day itself."""
        day = local.date()
        if self.cut_off is None:
            return day, ""
        if self.cut_off is End.CLOSE:
            if calendar.is_working_day(day) and local <= calendar.close_of_day(day):
                return day, ""
            why = "after close of business"
        elif isinstance(self.cut_off, time) and local.time() > self.cut_off:
            why = f"after {self.cut_off:%H:%M}"
        else:
            return day, ""
        if self.unit is Unit.WORKING_DAYS or self.cut_off is End.CLOSE:
            return calendar.add_days(day, 1), f"{why}: counts as the next working day"
        return day + DAY, f"{why}: counts as the next day"

    def _keeps(self, calendar: Calendar, first: date) -> bool:
        """Whether the time of day of the start means anything at the end."""
        if self.counted or self.cut_off is not None or self.roll is not Roll.NONE:
            return False
        return self.unit is not Unit.WORKING_DAYS or calendar.is_working_day(first)


@dataclass(frozen=True, slots=True)
class Clear:
    """Clear days: neither the day of the event nor the day of the act is one of them.

    Before an event: the last day that still leaves so many. After it: the first day that does.
    Terms of at most `short` days count working days only (CPR 2.8(4): five).
    """

    count: int
    after: bool = False
    working: bool = False
    short: int = 0
    roll: Roll = Roll.NONE
    end: Ending = End.END_OF_DAY
    event: tuple[str, ...] = ()

    def reckon(self, case: Case) -> Reckoned:
        """The last (or, after an event, the first) day; an earliest day is due as it begins."""
        calendar = case.calendar
        event = calendar.local(case.origin(self.event)).date()
        working = self.working or 0 < self.count <= self.short
        steps = (self.count + 1) * (1 if self.after else -1)
        day = calendar.add_days(event, steps) if working else event + steps * DAY
        rolled = roll(calendar, day, self.roll)
        counted = "clear working days" if working else "clear days"
        where = "after" if self.after else "before"
        reasons = [f"{self.count} {counted} {where} {named(event)}", f"leave {named(day)}"]
        if rolled != day:
            reasons.append(f"no working day: moved to {named(rolled)}")
        due = calendar.resolve(datetime.combine(rolled, time()))
        if not self.after:
            due = instant(calendar, rolled, self.end, LAST_SECOND)
        return Reckoned(rolled, due, tuple(reasons))

    def words(self) -> str:
        """The term for people."""
        event = self.event[0].replace("_", " ") if self.event else _("the event")
        told = {"count": self.count, "event": event}
        if self.after and self.working:
            return _("not earlier than %(count)s clear working days after %(event)s") % told
        if self.after:
            return _("not earlier than %(count)s clear days after %(event)s") % told
        if self.working:
            return _("at least %(count)s clear working days before %(event)s") % told
        return _("at least %(count)s clear days before %(event)s") % told


REAL = frozenset({Unit.MINUTES, Unit.HOURS})


def add_months(day: date, count: int) -> tuple[date, bool]:
    """The day of the same number so many months on, or the last of its month (and True)."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)), day.day > last


def roll(calendar: Calendar, day: date, how: Roll) -> date:
    """The day itself if it is a working day or is not to be moved, else the one next to it."""
    if how is Roll.NONE or calendar.is_working_day(day):
        return day
    return calendar.add_days(day, 1 if how is Roll.NEXT else -1)


def instant(calendar: Calendar, day: date, end: Ending, keep: time) -> datetime:
    """The instant (UTC) that ends the term on its last day; `keep` is the time that it began.

    Close of business on a day without any is the end of that day.
    """
    if end is End.CLOSE and calendar.is_working_day(day):
        return calendar.close_of_day(day)
    clock = end if isinstance(end, time) else keep if end is End.EXACT else LAST_SECOND
    return calendar.resolve(datetime.combine(day, clock))


def ending_words(end: Ending) -> str:
    """When on its last day a term ends."""
    if isinstance(end, time):
        return _("by %(time)s") % {"time": f"{end:%H:%M}"}
    words = {
        End.CLOSE: _("by close of business"),
        End.END_OF_DAY: _("by end of day"),
        End.EXACT: _("by exact"),
    }
    return words[end]


def count_words(count: int, unit: Unit) -> str:
    """A count with its unit in the reader's language: "8 weeks"."""
    words = {
        Unit.MINUTES: ngettext("%(count)s minute", "%(count)s minutes", count),
        Unit.HOURS: ngettext("%(count)s hour", "%(count)s hours", count),
        Unit.DAYS: ngettext("%(count)s day", "%(count)s days", count),
        Unit.WORKING_DAYS: ngettext("%(count)s working day", "%(count)s working days", count),
        Unit.WEEKS: ngettext("%(count)s week", "%(count)s weeks", count),
        Unit.MONTHS: ngettext("%(count)s month", "%(count)s months", count),
        Unit.YEARS: ngettext("%(count)s year", "%(count)s years", count),
    }
    return words[unit] % {"count": count}


def named(day: date) -> str:
    """A date with its weekday: "Mon 2025-05-26"."""
    return f"{day:%a} {day.isoformat()}"


def _counting(first: date, moved: str, *, counted: bool) -> str:
    said = f"from {named(first)}, which {'counts' if counted else 'is not counted'}"
    return f"{said} ({moved})" if moved else said
