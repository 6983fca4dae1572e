"""A period of whole days in somebody's time zone, as reports take it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tickets.errors import Invalid

LONGEST = dt.timedelta(days=400)


@dataclass(frozen=True)
class Period:
    """From `start` up to `end`, both midnights of `zone`; the one before is as long."""

    start: dt.datetime
    end: dt.datetime
    zone: dt.tzinfo = dt.UTC

    @property
    def before(self) -> Period:
        """The period of the same number of days that ends where this one begins."""
        days = (self.end.astimezone(self.zone).date() - self.first).days
        return Period(
            _midnight(self.first - dt.timedelta(days=days), self.zone), self.start, self.zone
        )

    @property
    def first(self) -> dt.date:
        """Its first day."""
        return self.start.astimezone(self.zone).date()

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.end.astimezone(self.zone).date() - dt.timedelta(days=1)


def period_of(first: str, last: str, *, now: dt.datetime, zone: dt.tzinfo) -> Period:
    """The days from `first` up to and with `last`, as ISO dates; left out, the 13 weeks up to
    today. Raises `Invalid`."""
    today = now.astimezone(zone).date()
    try:
        end = dt.date.fromisoformat(last) if last else today
        start = dt.date.fromisoformat(first) if first else end - dt.timedelta(days=90)
    except ValueError:
        raise Invalid("A day is written 2026-01-31.", field="from") from None
    if start > end:
        raise Invalid("The period ends before it begins.", field="to")
    if end - start >= LONGEST:
        raise Invalid("A period has at most {days} days.", days=LONGEST.days, field="from")
    if start.year < 1990 or end.year > 9000:
        raise Invalid("There was nothing then.", field="from")
    return Period(_midnight(start, zone), _midnight(end + dt.timedelta(days=1), zone), zone)


def _midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
