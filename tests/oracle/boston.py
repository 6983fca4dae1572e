"""Due times that the City of Boston gave, against ours: `boston311_deadlines.csv.gz`.

Amends counts what the data's README describes (Monday to Friday 08:30 to 17:00, closed on US
federal holidays and Patriots' Day). A holiday on a Sunday is kept on Monday, one on a Saturday
where it is, as the law of Massachusetts has it (General Laws, chapter 4, section 7, clause 18);
federal offices would close on the Friday before. Every disagreement is told apart by trying what
would explain it. The page docs/boston.md is what `boston FILE --report docs/boston.md` writes.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

from escalation.clock import Clock, Length
from escalation.hours import Calendar, public_holidays
from escalation.law.lengths import length
from tests.oracle.cases import Failure

HOURS = [["08:30", "17:00"]]
WEEK = ("mon", "tue", "wed", "thu", "fri")
YEARS = range(2014, 2029)
# The city's own times are off by the seconds between opening a case and saving it.
TOLERANCE = timedelta(seconds=90)
DAY = timedelta(hours=8, minutes=30)
MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
FRIDAY = 4
# Years of which the city's tables hold next to no holiday; the README of the data says so too.
LACKING = (2018, 2022)
# Within these, the due time is that of a case counted from another moment of the same day.
MINUTES_OFF = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Promise:
    """How long the city gives itself for one type of case, and how often that is known to hold."""

    days: int
    working: bool = True
    known: float | None = None

    @property
    def within(self) -> Any:
        """The length as a deadline policy writes it: a working day is 8 h 30 min of open time."""
        if not self.working:
            return {"days": self.days, "end_of_day": False}
        return {"minutes": self.days * (DAY // MINUTE)}

    @property
    def words(self) -> str:
        """The length for the report."""
        unit = "working day" if self.working else "calendar day"
        return f"{self.days} {unit}{'' if self.days == 1 else 's'}"


# Types whose rate the data's README states: the first eight together, the others each.
SHORT = {
    "Parking Enforcement": Promise(1, known=0.96),
    "Requests for Street Cleaning": Promise(1, known=0.96),
    "CE Collection": Promise(1, known=0.96),
    "Request for Pothole Repair": Promise(1, known=0.96),
    "Missed Trash/Recycling/Yard Waste/Bulk Item": Promise(1, known=0.96),
    "Pick up Dead Animal": Promise(1, known=0.96),
    "Improper Storage of Trash (Barrels)": Promise(2, known=0.96),
    "Poor Conditions of Property": Promise(3, known=0.96),
}
STATED = SHORT | {
    "Street Light Outages": Promise(10, known=0.93),
    "Sign Repair": Promise(10, known=0.87),
    "Request for Recycling Cart": Promise(15, known=0.84),
    "Traffic Signal Inspection": Promise(1, working=False, known=1.0),
    "Tree Maintenance Requests": Promise(365, working=False, known=0.99),
}
# Lengths tried for the other types; the one that agrees most often is taken.
TRIED = [Promise(n) for n in (1, 2, 3, 5, 7, 10, 12, 15, 20, 45)] + [
    Promise(n, working=False) for n in (1, 2, 7, 9, 14, 30, 45, 60, 90, 120, 365, 720)
]
FEWEST = 5


class Why(StrEnum):
    """What explains that the city's due time is another than ours."""

    HOLIDAY_2018_2022 = "holiday missing in the city's tables of 2018 and 2022"
    HOLIDAY_NEXT_YEAR = "holiday of the year after the opening, not yet in the city's table"
    HOLIDAY_FRIDAY = "Friday before a holiday on a Saturday, closed in the city's table"
    HOLIDAY_OTHER = "another holiday missing in the city's table"
    NO_TARGET = "due at the moment of opening: no target was set"
    MINUTES_OFF = "the right day, some minutes apart: counted from another moment than the opening"
    DAYS_MORE = "another whole number of days than usual for the type"
    BY_HAND = "a time of its own, no whole number of days later: set by hand, it seems"


@dataclass(frozen=True)
class Case:
    """One record: what was promised by the city and by us."""

    id: str
    type: str
    promise: Promise
    opened: datetime
    due: datetime

    @cached_property
    def ours(self) -> datetime:
        """Our due time as the city shows it."""
        return shown(self.promise, self.opened, office())

    @property
    def agrees(self) -> bool:
        """Whether both are the same but for the city's seconds."""
        return near(self.ours, self.due)

    @property
    def agrees_federal(self) -> bool:
        """The same, were the city closed on the Fridays of federal offices."""
        return near(shown(self.promise, self.opened, federal_office()), self.due)

    def why(self) -> tuple[Why, str]:
        """What explains the disagreement, and a detail of it."""
        if near(self.due, self.opened):
            return Why.NO_TARGET, ""
        if (missing := self._missing_holidays()) is not None:
            return self._holiday_class(missing), " and ".join(map(str, missing))
        for friday in fridays():
            if near(shown(self.promise, self.opened, office(more=friday)), self.due):
                return Why.HOLIDAY_FRIDAY, str(friday)
        if abs(self.due - self.ours) <= MINUTES_OFF:
            return Why.MINUTES_OFF, f"{(self.due - self.ours) / MINUTE:+.0f} minutes"
        for days in range(1, 2 * self.promise.days + 10):
            for working in {self.promise.working, True}:
                other = Promise(days, working=working)
                if near(shown(other, self.opened, office()), self.due):
                    return Why.DAYS_MORE, f"{other.words} instead of {self.promise.words}"
        return Why.BY_HAND, ""

    def _missing_holidays(self) -> tuple[date, ...] | None:
        """The fewest holidays without which our due time is the city's; of several as few, those
        that the city's tables are known to lack."""
        days = {moment.astimezone(office().zone).date() for moment in (self.opened, self.ours)}
        between = [day for day in holidays() if min(days) <= day <= max(days) and day.weekday() < 5]
        for count in range(1, len(between) + 1):
            found = [
                missing
                for missing in combinations(between, count)
                if near(shown(self.promise, self.opened, office(frozenset(missing))), self.due)
            ]
            if found:
                return min(found, key=lambda missing: list(Why).index(self._holiday_class(missing)))
        return None

    def _holiday_class(self, missing: Sequence[date]) -> Why:
        year = self.opened.astimezone(office().zone).year
        if all(day.year in LACKING for day in missing):
            return Why.HOLIDAY_2018_2022
        if all(day.year in LACKING or day.year > year for day in missing):
            return Why.HOLIDAY_NEXT_YEAR
        return Why.HOLIDAY_OTHER

    def __str__(self) -> str:
        stamps = (f"{office().local(m):%a %Y-%m-%d %H:%M}" for m in (self.opened, self.due))
        ours = f"{office().local(self.ours):%a %Y-%m-%d %H:%M}"
        return f"opened {', the city says '.join(stamps)}, Amends {ours}"


def shown(promise: Promise, opened: datetime, calendar: Calendar) -> datetime:
    """The due time by our clock; at a closing, the next opening, which is what the city shows.

    Nothing is late in the closed hours between the two, by our rules and the city's.
    """
    clock = Clock(calendar, _length(promise), opened)
    if not promise.working:
        return clock.due()
    return clock.breach_at() or clock.due()


@cache
def _length(promise: Promise) -> Length:
    return length(promise.within)


def near(one: datetime, other: datetime) -> bool:
    """Whether two instants are the same within the city's own precision."""
    return abs(one - other) <= TOLERANCE


@cache
def federal() -> frozenset[date]:
    """US federal holidays, with the weekday on which federal offices close for one at a weekend."""
    return frozenset().union(*(public_holidays("US", "", year) for year in YEARS))


@cache
def fridays() -> list[date]:
    """Fridays on which federal offices close for a holiday on the Saturday."""
    days = federal()
    return sorted(day for day in days if day.weekday() == FRIDAY and day + ONE_DAY in days)


@cache
def holidays() -> list[date]:
    """US federal holidays, a Sunday's kept on Monday, and Patriots' Day, April's third Monday."""
    patriots = {date(y, 4, 21 - date(y, 4, 21).weekday()) for y in YEARS}
    return sorted((federal() | patriots) - set(fridays()))


@cache
def office(without: frozenset[date] = frozenset(), more: date | None = None) -> Calendar:
    """The city's calendar, `without` some holidays or with one `more`, to try them out."""
    closed = {*holidays(), *([] if more is None else [more])} - without
    return _calendar(tuple(sorted(map(str, closed))))


@cache
def federal_office() -> Calendar:
    """The same calendar, closed on those Fridays too."""
    return _calendar(tuple(map(str, sorted({*holidays(), *fridays()}))))


def _calendar(closed: tuple[str, ...]) -> Calendar:
    return Calendar.parse(
        {"tz": "America/New_York", "hours": dict.fromkeys(WEEK, HOURS), "holidays": list(closed)}
    )


# -- reading ----------------------------------------------------------------------------------


def read(path: Path) -> Iterator[tuple[str, str, datetime, datetime]]:
    """Id, type, opened and due of every record that has a due time."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["due_local"]:
                walls = (datetime.fromisoformat(row[f"{n}_local"]) for n in ("opened", "due"))
                opened, due = map(office().resolve, walls)
                yield row["case_id"], row["type"], opened, due


def cases(paths: Iterable[Path], promises: Mapping[str, Promise] | None = None) -> list[Case]:
    """Every record with a due time whose type has a promise, stated or found."""
    rows = [row for path in paths for row in read(path)]
    if promises is None:
        promises = found(rows) | STATED
    return [
        Case(key, kind, promises[kind], opened, due)
        for key, kind, opened, due in rows
        if kind in promises
    ]


def found(rows: Sequence[tuple[str, str, datetime, datetime]]) -> dict[str, Promise]:
    """The length that agrees most often, for each type with enough records to tell."""
    often = Counter(kind for _, kind, _, _ in rows)
    result = {}
    for kind, count in sorted(often.items()):
        if count < FEWEST:
            continue
        mine = [(opened, due) for _, k, opened, due in rows if k == kind]
        result[kind] = max(
            TRIED, key=lambda p: sum(near(shown(p, o, office()), due) for o, due in mine)
        )
    return result


# -- judging ----------------------------------------------------------------------------------


def run(
    paths: Sequence[Path], *, report: Path | None = None, **_: object
) -> tuple[int, list[Failure]]:
    """Due times of the stated types that agree; what fails is a rate lower than the README's.

    With `report` the page is written there.
    """
    if report is not None:
        from tests.oracle.boston_report import page

        report.write_text(page(paths), encoding="utf-8")
    judged = cases(paths, STATED)
    failures = [
        Failure(name, f"at least {known:.0%}", f"{agree} of {all_} ({agree / all_:.1%})")
        for name, agree, all_, known in rates(judged)
        if agree < known * all_
    ]
    return sum(case.agrees for case in judged), failures


def rates(judged: Sequence[Case]) -> Iterator[tuple[str, int, int, float]]:
    """Name, agreeing, all and the README's rate: the short types as one, then each of the others.

    The README gives one range for all the short types, measured over twice as many records.
    """
    groups = {"1, 2 and 3 working days": set(SHORT)} | {
        name: {name} for name in STATED.keys() - SHORT.keys()
    }
    for group, names in groups.items():
        mine = [case for case in judged if case.type in names]
        known = STATED[min(names)].known
        if mine and known is not None:
            yield group, sum(case.agrees for case in mine), len(mine), known


def short_rates(judged: Sequence[Case]) -> Iterator[tuple[str, float]]:
    """Each of the short types alone, with its share of agreeing due times."""
    for name in SHORT:
        if mine := [case.agrees for case in judged if case.type == name]:
            yield name, sum(mine) / len(mine)


def remarks(paths: Sequence[Path]) -> list[str]:
    """How many records agree, and what explains those that do not."""
    from tests.oracle.boston_report import reasons

    judged = cases(paths, STATED)
    agree = sum(case.agrees for case in judged)
    rest = [f"  {len(mine)}: {why}" for why, mine in reasons(judged)]
    return [f"{agree} of {len(judged)} due times agree; of the others", *rest]
