"""When and how a person is told: quiet hours hold back, a burst becomes one digest. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which a person is left alone, in his own time zone (an IANA name).

    Every day from `start` to `end`, past midnight where `end` is not after `start`, and the whole
    of `days` (0 is Monday). Never all seven days.
    """

    zone: str = "UTC"
    start: dt.time | None = None
    end: dt.time | None = None
    days: frozenset[int] = frozenset()

    def until(self, at: dt.datetime) -> dt.datetime:
        """The first instant from `at` on at which the person may be told; `at` in loud hours."""
        moment = at
        # Each round ends one quiet stretch; more than two a day can't follow each other.
        for _ in range(2 * 8):
            ends = self._end_of_quiet(moment)
            if ends is None:
                return moment
            moment = ends
        return moment

    def _end_of_quiet(self, moment: dt.datetime) -> dt.datetime | None:
        zone = ZoneInfo(self.zone)
        today = moment.astimezone(zone).date()
        if today.weekday() in self.days:
            return _instant(today + _DAY, dt.time(), zone)
        if self.start is None or self.end is None:
            return None
        for day in (today - _DAY, today):
            last = day + _DAY if self.end <= self.start else day
            begins, ends = _instant(day, self.start, zone), _instant(last, self.end, zone)
            if begins <= moment < ends:
                return ends
        return None


def _instant(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)


class Manner(StrEnum):
    """How a person is mailed of what waits for him."""

    SINGLY = "singly"
    DIGEST = "digest"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Decision:
    """How, and for `LATER` from when on."""

    manner: Manner
    at: dt.datetime


def manner_of(
    waiting: int,
    told: Iterable[tuple[dt.datetime, int]],
    *,
    limit: int,
    window: dt.timedelta,
    now: dt.datetime,
) -> Decision:
    """How `waiting` alerts are mailed: singly, or all in one where that and what was mailed within
    the `window` before make more than `limit`; after such a digest nothing until the window ends.

    `told` are the moments at which the person was mailed, with how many alerts each time.
    """
    recent = [(at, count) for at, count in told if at > now - window]
    digests = [at for at, count in recent if count > limit]
    if digests:
        return Decision(Manner.LATER, max(digests) + window)
    if waiting + sum(count for _, count in recent) > limit:
        return Decision(Manner.DIGEST, now)
    return Decision(Manner.SINGLY, now)
