"""What insight answers: figures of a period beside those of the one before, and what is behind
each. Numbers only; words are for pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feedback.insight.measures import Measure
from tickets.periods import Period

Figure = int | float | None
Figures = Mapping[str, Figure]


class Tab(StrEnum):
    """The parts of insight, in the order in which they are read."""

    OVERVIEW = "overview"
    CUSTOMERS = "customers"
    CAUSES = "causes"
    PROMISES = "promises"
    REMEDIES = "remedies"
    EXCEPTIONS = "exceptions"
    IDEAS = "ideas"
    TIMES = "times"


class Unit(StrEnum):
    """What a figure is of."""

    COUNT = "count"
    #: 0 to 1.
    SHARE = "share"
    #: The mean of scores from 1 to 5; more is better.
    SCORE = "score"
    #: A mean of counts.
    MEAN = "mean"
    #: Elapsed time.
    SECONDS = "seconds"
    #: Minor units of the part's currency.
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of each line. `better`: 1 where more is better, -1 where less is, 0 neither."""

    key: str
    unit: Unit
    better: int = 0


@dataclass(frozen=True, slots=True)
class Behind:
    """The tickets behind a figure: what `feedback.services.insight.behind` narrows the list by."""

    measure: Measure
    keys: tuple[str, ...] = ()
    buckets: tuple[int, ...] = ()
    team: str = ""
    category: str = ""
    #: Of that category alone, without those below it.
    alone: bool = False
    #: A part of the period, from its first to its last day; the whole where there is none.
    days: tuple[dt.date, dt.date] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of one thing, by column; `behind` is by column too where it differs."""

    key: str
    name: str
    now: Mapping[str, Figure]
    before: Mapping[str, Figure] = field(default_factory=dict)
    behind: Behind | None = None
    behinds: Mapping[str, Behind] = field(default_factory=dict)

    def change(self, column: str) -> float | None:
        """How much more it is than before; None where one of the two is missing."""
        now, before = self.now.get(column), self.before.get(column)
        return None if now is None or before is None else now - before


@dataclass(frozen=True, slots=True)
class Part:
    """A table of figures. `every` is how many it is of, then and before."""

    key: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    every: int = 0
    every_before: int = 0
    currency: str = ""

    def line(self, key: str) -> Line | None:
        """The line with this key."""
        return next((one for one in self.lines if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Insight:
    """One tab of a period."""

    tab: Tab
    period: Period
    parts: Mapping[str, Part]


def both(figures: Callable[[bool], Mapping[str, Figure]]) -> tuple[Figures, Figures]:
    """The figures of the period, and those of the one before: `figures` is told which."""
    return figures(False), figures(True)


def steps_of(first: dt.date, last: dt.date, *, most: int = 13) -> tuple[int, list[dt.date]]:
    """A span of days in at most `most` steps of the same length (days), the last perhaps shorter,
    and the first day of each."""
    days = (last - first).days + 1
    step = max(-(-days // most), 1)
    return step, [first + dt.timedelta(days=n) for n in range(0, days, step)]


def days_of(firsts: list[dt.date], place: int, last: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day of a step."""
    end = firsts[place + 1] - dt.timedelta(days=1) if place + 1 < len(firsts) else last
    return firsts[place], end
