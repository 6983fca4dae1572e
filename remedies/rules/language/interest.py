"""Simple interest by the day, at one rate or at rates that change. Pure."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from remedies.facts import Kind, NotThatKind, as_date
from remedies.rules.language import words
from remedies.rules.language.amounts import inner_words
from remedies.rules.language.compiling import Raw, Scope, compile_node, form
from remedies.rules.language.counting import LONGEST, counted_word
from remedies.rules.language.nodes import Context, Inapplicable, Node, NoRow
from remedies.rules.language.source import Place, items, keys_of

#: Days of a year where `year_of: actual` is written: 366 in a leap year.
ACTUAL = None


class Interest(Node):
    """Simple interest at one rate for a number of days."""

    __slots__ = ("base", "days", "rate", "year")
    kind = Kind.MONEY

    def __init__(self, base: Node, rate: Node, days: Node, year: Node):
        self.base, self.rate, self.days, self.year = base, rate, days, year

    def value(self, at: Context) -> Any:
        """Base × rate × days ÷ year; None where one of them is missing."""
        parts = [node.value(at) for node in (self.base, self.rate, self.days, self.year)]
        if None in parts:
            return None
        base, rate, days, year = parts
        if year <= 0:
            raise Inapplicable("a year has no days")
        return base * rate * max(days, Decimal(0)) / (100 * year)

    def words(self, at: Context) -> str:
        """£1,000 × 12 % a year × 30 days ÷ 365."""
        return (
            f"{inner_words(self.base, at)} × {inner_words(self.rate, at)} % a year × "
            f"{inner_words(self.days, at)} ÷ {inner_words(self.year, at)}"
        )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days in a row at one rate and with one length of the year."""

    days: int
    percent: Decimal
    year: Decimal


class ChangingInterest(Node):
    """Simple interest between two dates, each day at the rate in force on it."""

    __slots__ = ("base", "end", "first", "last", "more", "rates", "start", "year")
    kind = Kind.MONEY

    def __init__(
        self,
        base: Node,
        span: tuple[Node, Node],
        rates: tuple[tuple[dt.date | None, Node], ...],
        *,
        more: Node | None,
        year: Node | None,
        ends: tuple[bool, bool],
    ):
        self.base, (self.start, self.end), self.rates = base, span, rates
        self.more, self.year, (self.first, self.last) = more, year, ends

    def value(self, at: Context) -> Any:
        """The interest of all stretches; None where a fact is missing."""
        base, stretches = self.base.value(at), self._stretches(at)
        if base is None or stretches is None:
            return None
        return sum((base * s.percent * s.days / (100 * s.year) for s in stretches), Decimal(0))

    def words(self, at: Context) -> str:
        """£1,000 × 12.5 % a year × 30 days ÷ 365 + £1,000 × 12 % a year × …."""
        base = inner_words(self.base, at)
        said = [
            f"{base} × {words.number(s.percent)} % a year × "
            f"{words.counted(Decimal(s.days), 'day')} ÷ {words.number(s.year)}"
            for s in self._stretches(at) or []
        ]
        return " + ".join(said) or "no days"

    def _stretches(self, at: Context) -> list[_Stretch] | None:
        start, end = self.start.value(at), self.end.value(at)
        more = Decimal(0) if self.more is None else self.more.value(at)
        year = ACTUAL if self.year is None else self.year.value(at)
        if start is None or end is None or more is None or (self.year is not None and year is None):
            return None
        if year is not None and year <= 0:
            raise Inapplicable("a year has no days")
        if abs((end - start).days) > LONGEST:
            raise Inapplicable("the dates lie more than sixty years apart")
        begin = start if self.first else start + dt.timedelta(days=1)
        stop = end + dt.timedelta(days=1) if self.last else end
        found = []
        for day, after in pairwise([begin, *self._changes(begin, stop), stop]):
            percent = self._percent(day, at) if after > day else Decimal(0)
            if percent is None:
                return None
            if after > day:
                length = Decimal(366 if _is_leap(day.year) else 365) if year is ACTUAL else year
                found.append(_Stretch((after - day).days, percent + more, length))
        return found

    def _changes(self, begin: dt.date, stop: dt.date) -> list[dt.date]:
        """Days between on which another rate, or another length of the year, begins."""
        days = {since for since, _ in self.rates if since is not None}
        if self.year is None:
            days |= {dt.date(year, 1, 1) for year in range(begin.year + 1, stop.year + 1)}
        return sorted(day for day in days if begin < day < stop)

    def _percent(self, day: dt.date, at: Context) -> Decimal | None:
        """The rate in force on a day; the rates are in rising order."""
        for since, percent in reversed(self.rates):
            if since is None or since <= day:
                found: Decimal | None = percent.value(at)
                return found
        raise NoRow(f"no rate is given for {words.day(day)}")


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@form("interest_on", "percent_a_year", "days", "year_of", "from", "to", "rates", "first", "last")
def _interest(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    base = compile_node(raw["interest_on"], scope, at / "interest_on", Kind.MONEY)
    spans = raw.keys() & {"from", "to", "rates", "first", "last"}
    if "days" in raw and spans:
        at.fail("interest_on takes either days, or from and to.")
    if "days" not in raw and not raw.keys() >= {"from", "to"}:
        at.fail("interest_on needs days: how many; or from: and to:, two dates.")
    if "percent_a_year" not in raw and "rates" not in raw:
        at.fail("interest_on needs percent_a_year, or rates that change.")
    if "days" in raw:
        if raw.get("year_of") == "actual":
            (at / "year_of").fail("year_of: actual needs from and to, to know which years.")
        year = compile_node(raw.get("year_of", Decimal(365)), scope, at / "year_of", Kind.NUMBER)
        rate = compile_node(raw["percent_a_year"], scope, at / "percent_a_year", Kind.NUMBER)
        days = compile_node(raw["days"], scope, at / "days", Kind.NUMBER)
        return Interest(base, rate, days, year)
    return _changing(raw, base, scope, at)


def _changing(raw: Raw, base: Node, scope: Scope, at: Place) -> Node:
    """Interest between two dates."""
    start = compile_node(raw["from"], scope, at / "from", Kind.DATE)
    end = compile_node(raw["to"], scope, at / "to", Kind.DATE)
    more = None
    if "percent_a_year" in raw:
        more = compile_node(raw["percent_a_year"], scope, at / "percent_a_year", Kind.NUMBER)
    rates = _rates(raw["rates"], scope, at / "rates") if "rates" in raw else ()
    if more is not None and not rates:
        rates, more = ((None, more),), None
    year = raw.get("year_of", Decimal(365))
    return ChangingInterest(
        base,
        (start, end),
        rates,
        more=more,
        year=None if year == "actual" else compile_node(year, scope, at / "year_of", Kind.NUMBER),
        ends=(
            counted_word(raw, "first", "not_counted", at),
            counted_word(raw, "last", "counted", at),
        ),
    )


def _rates(raw: Any, scope: Scope, at: Place) -> tuple[tuple[dt.date | None, Node], ...]:
    """Rates with the day from which each is in force, in rising order."""
    found: list[tuple[dt.date | None, Node]] = []
    for item, place in items(raw, at, "rates"):
        spec = keys_of(item, place, "A rate", frozenset({"since", "percent"}))
        try:
            since = as_date(spec.get("since"))
        except NotThatKind as error:
            (place / "since").fail(f"since {error}.")
        if found and found[-1][0] is not None and since <= found[-1][0]:
            (place / "since").fail("Rates stand in the order of their dates.")
        percent = compile_node(spec.get("percent"), scope, place / "percent", Kind.NUMBER)
        found.append((since, percent))
    if not found:
        at.fail("rates need a rate.")
    return tuple(found)
