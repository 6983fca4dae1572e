"""Moments to which a ticket is often put aside, in the reader's zone. Pure: no Django, no clock."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

#: When a day begins for these, and when an afternoon does.
MORNING = dt.time(9)
AFTERNOON = dt.time(14)
#: So long an afternoon has to be away, else a few hours are offered in its place.
AWAY = dt.timedelta(hours=1)
HOURS = dt.timedelta(hours=3)
_QUARTER = 15


class Preset(StrEnum):
    """A choice by one key, in the order of the keys 1 to 4."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    MONDAY = "monday"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Moment:
    """A choice and its moment; `afternoon` where that of today is this afternoon, `twin` where
    another choice is the same moment and says so better."""

    preset: Preset
    at: dt.datetime
    afternoon: bool = False
    twin: bool = False


def moments(now: dt.datetime, zone: ZoneInfo) -> tuple[Moment, ...]:
    """This afternoon (or in three hours, to the next quarter), tomorrow at nine, the next Monday
    at nine, and this day next week at nine. On a Sunday that Monday is tomorrow, on a Monday it is
    in a week."""
    here = now.astimezone(zone)
    at_two = _at(here.date(), AFTERNOON, zone)
    early = at_two - now >= AWAY
    today = at_two if early else _quarter(now + HOURS)
    tomorrow, monday, week = (
        _at(here.date() + dt.timedelta(days=days), MORNING, zone)
        for days in (1, 7 - here.weekday(), 7)
    )
    return (
        Moment(Preset.TODAY, today, afternoon=early),
        Moment(Preset.TOMORROW, tomorrow),
        Moment(Preset.MONDAY, monday, twin=monday in {tomorrow, week}),
        Moment(Preset.WEEK, week),
    )


def moment_of(preset: str, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """The moment of the choice called `preset`; None where there is none."""
    return next((one.at for one in moments(now, zone) if one.preset == preset), None)


def _at(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """In UTC. A time that the clock leaves out that day is the one after it."""
    return dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)


def _quarter(moment: dt.datetime) -> dt.datetime:
    """The next quarter of an hour, at the latest the moment itself."""
    over = dt.timedelta(
        minutes=moment.minute % _QUARTER, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment - over + (dt.timedelta(minutes=_QUARTER) if over else dt.timedelta())
