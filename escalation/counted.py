"""Stretches of working time that counted, and how many of them stay readable. Pure.

A clock of two hours is told by its windows, one of two months by its weeks: `grouped` joins
stretches by day, week, month or year until there are few enough. Nothing is left out, so the
lengths still add up to what was used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from escalation.worktime import Span

#: More lines than this nobody reads.
MOST_LINES = 31


@dataclass(frozen=True, slots=True)
class Counted:
    """One stretch of working time that counted, or several that were joined (`stretches`).

    `length` is open time, which of joined stretches is less than from `start` to `end`.
    """

    start: datetime
    end: datetime
    length: timedelta
    stretches: int = 1


def counted(
    windows: Iterable[Span], held: Sequence[tuple[datetime, datetime]]
) -> Iterator[Counted]:
    """The windows without the times that did not count, in order."""
    pauses = sorted(held)
    for window in windows:
        start = window.start
        for low, high in pauses:
            if high <= start or low >= window.end:
                continue
            if low > start:
                yield Counted(start, low, low - start)
            start = max(start, high)
        if start < window.end:
            yield Counted(start, window.end, window.end - start)


_UNITS: tuple[tuple[str, Callable[[datetime], Any]], ...] = (
    ("day", lambda local: local.date()),
    ("week", lambda local: local.isocalendar()[:2]),
    ("month", lambda local: (local.year, local.month)),
    ("year", lambda local: local.year),
)


def grouped(
    stretches: Sequence[Counted], *, zone: tzinfo, most: int = MOST_LINES
) -> tuple[str, tuple[Counted, ...]]:
    """The stretches in at most about `most` lines, with the unit that each line stands for.

    The unit is "window" where all fit, else "day", "week", "month" or "year" of `zone`; a stretch
    past midnight belongs to the day on which it begins.
    """
    lines = tuple(stretches)
    if len(lines) <= most:
        return "window", lines
    for unit, key in _UNITS:
        lines = tuple(_joined(stretches, key, zone))
        if len(lines) <= most:
            return unit, lines
    return "year", lines


def _joined(
    stretches: Sequence[Counted], key: Callable[[datetime], Any], zone: tzinfo
) -> Iterator[Counted]:
    run: list[Counted] = []
    for one in stretches:
        if run and key(run[0].start.astimezone(zone)) != key(one.start.astimezone(zone)):
            yield _sum(run)
            run = []
        run.append(one)
    if run:
        yield _sum(run)


def _sum(run: list[Counted]) -> Counted:
    length = sum((one.length for one in run), timedelta())
    return Counted(run[0].start, run[-1].end, length, sum(one.stretches for one in run))
