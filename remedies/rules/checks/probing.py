"""Facts to try a policy with: the bounds that it names, a little on either side, and its cases.

A policy changes its mind only where it names a bound. So the values worth trying are few, and a
search that goes through them finds what a search by chance would miss. Pure and deterministic.
"""

import datetime as dt
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from remedies.facts import MINUTES, NUMERIC, Calendar, FactDef, Kind
from remedies.rules.language.policy import Policy
from remedies.rules.language.source import Source

Facts = dict[str, Any]

#: So many values of a fact are tried at most; the rest of them say nothing new.
MOST_VALUES = 40
#: Of so many bounds what lies halfway between them is tried as well.
_FEW = 8
#: Of words none stands for another, so they are left out only where there are very many.
_MOST_WORDS = 400
#: Words of the language behind which a bound stands.
_BOUNDS = frozenset(
    {"is", "is_not", "one_of", "none_of", "contains", "at_least", "at_most", "above", "below",
     "up_to", "of", "after", "since", "until", "nothing_below", "add"}
)  # fmt: skip
#: What the desk gives lies between these, where a policy does not say it.
_ENDS = {"pain": (Decimal(1), Decimal(5))}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")


@dataclass(frozen=True, slots=True)
class Probe:
    """The values to try of each fact, in rising order where it has one."""

    policy: Policy
    values: Mapping[str, tuple[Any, ...]]
    #: The bounds that stand where each fact is read.
    bounds: Mapping[str, set[Any]]

    def bases(self, count: int, *, seed: int = 0) -> Iterator[Facts]:
        """`count` whole sets of facts: the policy's own cases first, then drawn ones.

        The same seed draws the same. In a drawn set every fact is told.
        """
        drawn = 0
        for case in self.policy.cases[: count // 2]:
            yield {**self.first(), **case.facts}
            drawn += 1
        chance = random.Random(seed)  # noqa: S311 - to try things, not to keep secrets
        while drawn < count:
            yield {name: chance.choice(values) for name, values in self.values.items() if values}
            drawn += 1

    def first(self) -> Facts:
        """Every fact at its default, or else at the first value to try."""
        defaults = self.policy.defaults
        return {name: defaults.get(name, v[0]) for name, v in self.values.items() if v}


def probe(source: Source, policy: Policy) -> Probe:
    """What is worth trying of a policy, from its text and its compiled form."""
    bounds = _bounds_by_fact(source.data, policy)
    return Probe(
        policy,
        {name: _values(fact, bounds.get(name, set())) for name, fact in policy.facts.items()},
        bounds,
    )


# -- bounds ---------------------------------------------------------------------------------------


def _bounds_by_fact(data: Mapping[str, Any], policy: Policy) -> dict[str, set[Any]]:
    """For each fact the bounds that stand in a rule, a value or an exclusion which reads it."""
    parts: dict[str, Any] = dict(data.get("values") or {})
    chunks = [*(data.get("rules") or []), *(data.get("exclusions") or [])]
    found: dict[str, set[Any]] = {name: set() for name in policy.facts}
    for chunk in [
        *chunks,
        *(data.get("caps") or []),
        *(data.get("set_offs") or []),
        *parts.values(),
    ]:
        names = _names(chunk, parts)
        bounds = set(_literals(chunk))
        for name in names:
            if name in parts:
                bounds |= {*_literals(parts[name]), *_thresholds(parts[name])}
        for name in names & policy.facts.keys():
            found[name] |= bounds
    if isinstance(dated := data.get("dated_by"), str) and dated in found:
        found[dated] |= {bound for chunk in chunks for bound in _literals(chunk)}
    return found


def _names(raw: Any, parts: Mapping[str, Any]) -> set[str]:
    """Every word of a part of the policy, and those of the values that it names."""
    words = {raw} if isinstance(raw, str) else set()
    if isinstance(raw, dict):
        words = set().union(*(_names(inner, {}) for inner in raw.values()))
    elif isinstance(raw, list):
        words = set().union(*(_names(inner, {}) for inner in raw))
    waiting = words & parts.keys()
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        more = _names(parts[name], {})
        words |= more
        waiting |= (more & parts.keys()) - seen
    return words


def _literals(raw: Any, key: str = "") -> Iterator[Any]:
    """The numbers, dates and words that stand as bounds."""
    if isinstance(raw, dict):
        for name, inner in raw.items():
            yield from _literals(inner, name)
    elif isinstance(raw, list):
        for inner in raw:
            yield from _literals(inner, key)
    elif isinstance(raw, str | Decimal) and (key in _BOUNDS or _CLOCK.fullmatch(str(raw))):
        yield raw


def _thresholds(raw: Any, key: str = "") -> Iterator[Any]:
    """What a named value may be, where it is no sum: other parts may have it as their bound."""
    if isinstance(raw, dict) and raw.get("type") != "money":
        for name, inner in raw.items():
            yield from _thresholds(inner, name)
    elif isinstance(raw, list):
        for inner in raw:
            yield from _thresholds(inner, key)
    elif key in ("gives", "else") and (isinstance(raw, Decimal) or list(_lengths([raw]))):
        yield raw


# -- values ---------------------------------------------------------------------------------------


def _values(fact: FactDef, bounds: set[Any]) -> tuple[Any, ...]:
    if fact.kind in NUMERIC:
        return _numbers(fact, bounds)
    if fact.kind is Kind.YES_NO:
        return (False, True)
    if fact.kind in (Kind.CHOICE, Kind.TEXT):
        words = fact.choices or tuple(sorted({b for b in bounds if isinstance(b, str)}))
        return (*words[:_MOST_WORDS], *(() if fact.choices else ("anything else",)))
    if fact.kind in (Kind.DATE, Kind.MOMENT):
        return _dates(fact, bounds)
    if fact.fields:
        return _records(fact, bounds)
    if fact.kind is Kind.LIST:
        inner = FactDef(fact.name, fact.items or Kind.TEXT, fact.label)
        single = _values(inner, bounds)
        return ((), *(((one,)) for one in single[:MOST_VALUES]), single[:3])
    return (Calendar(frozenset({5, 6}), frozenset(), ""),)


def _records(fact: FactDef, bounds: set[Any]) -> tuple[Any, ...]:
    """No record; one, with each field in turn at each of its values; two alike, and two that
    differ."""
    tried = {one.name: _values(one, bounds) for one in fact.fields}
    middle = {name: values[len(values) // 2] for name, values in tried.items()}
    share = max((MOST_VALUES - 4) // len(tried), 1)
    turned = [
        {**middle, name: value}
        for name, values in tried.items()
        for value in values[:: max(len(values) // share, 1)]
    ][: MOST_VALUES - 4]
    bare = dict.fromkeys(tried)
    return ((), *((one,) for one in turned), (middle, middle), (turned[0], middle), (bare,))


def _numbers(fact: FactDef, bounds: set[Any]) -> tuple[Decimal, ...]:
    """Each bound and its neighbours, nothing, one, and something beyond the last."""
    numbers = {b for b in bounds if isinstance(b, Decimal)}
    if fact.kind is Kind.DURATION:
        # A bound may be about it in hours or in days.
        numbers = {n * by for n in numbers for by in (1, 60, 1440)} | set(_lengths(bounds))
    beyond = max(numbers, default=Decimal(0)) * 2 + 10
    step = _step(fact, numbers)
    near = {n + by for n in numbers for by in (-step, Decimal(0), step)} | _middles(numbers, step)
    low, high = fact.at_least, fact.at_most
    if low is None and high is None:
        low, high = _ENDS.get(fact.name, (low, high))
    ends = {end for end in (low, high) if end is not None}
    tried = {*near, *ends, Decimal(0), Decimal(1), Decimal(3), beyond}
    if fact.default is not None:
        tried.add(fact.default)
    if fact.kind is Kind.MONEY:
        tried |= {Decimal(100), Decimal(1000)}
    inside = (
        n for n in tried if n >= (low if low is not None else 0) and (high is None or n <= high)
    )
    return _thinned(sorted(inside))


def _step(fact: FactDef, numbers: set[Decimal]) -> Decimal:
    """What is close to a bound: a hundredth of money, else as fine as the bounds are written."""
    if fact.kind is Kind.MONEY:
        return Decimal("0.01")
    written = (number.normalize().as_tuple().exponent for number in numbers)
    places = min((e for e in written if isinstance(e, int)), default=0)
    return Decimal(1).scaleb(max(min(places, 0), -4))


def _middles(numbers: set[Decimal], step: Decimal) -> set[Decimal]:
    """Halfway between two bounds, where few of them stand far apart."""
    if len(numbers) > _FEW:
        return set()
    pairs = pairwise(sorted(numbers))
    return {((a + b) / 2).quantize(step) for a, b in pairs if b - a > 2 * step}


def _lengths(bounds: Iterable[Any]) -> Iterator[Decimal]:
    """Durations such as "30 min", in minutes."""
    for bound in bounds:
        match = _LENGTH.fullmatch(bound.strip().lower()) if isinstance(bound, str) else None
        if match and match[2] in MINUTES:
            yield Decimal(match[1]) * MINUTES[match[2]]


def _dates(fact: FactDef, bounds: set[Any]) -> tuple[Any, ...]:
    days = {
        dt.date.fromisoformat(b) for b in bounds if isinstance(b, str) and _DATE.fullmatch(b)
    } or {dt.date(2026, 1, 15)}
    # A bound may be about the days between two dates.
    counts = {int(b) for b in bounds if isinstance(b, Decimal) and 0 < b < 1000}
    steps = {-1, 0, 1, 7, 45, *(n + by for n in sorted(counts)[:6] for by in (0, 1, 2))}
    near = sorted({day + dt.timedelta(by) for day in days for by in steps})
    if fact.kind is Kind.DATE:
        return _thinned(near)
    noon = dt.time(12, tzinfo=dt.UTC)
    moments = {dt.datetime.combine(day, noon) for day in near}
    # Or about the hours between two moments, or the time of day of one.
    first = dt.datetime.combine(min(days), noon)
    for minutes in (*sorted(set(_lengths(bounds)))[:6], *sorted(set(_clocks(bounds)))[:4]):
        moments |= {first + dt.timedelta(minutes=float(minutes) + by) for by in (-1, 0, 1)}
    return _thinned(sorted(moments))


def _clocks(bounds: Iterable[Any]) -> Iterator[Decimal]:
    """Times of day such as "07:00", in minutes from noon."""
    for bound in bounds:
        match = _CLOCK.fullmatch(bound.strip()) if isinstance(bound, str) else None
        if match:
            yield Decimal(int(match[1]) * 60 + int(match[2]) - 720)


def _thinned(values: list[Any]) -> tuple[Any, ...]:
    """At most so many, spread evenly, the ends among them."""
    if len(values) <= MOST_VALUES:
        return tuple(values)
    step = (len(values) - 1) / (MOST_VALUES - 1)
    return tuple(values[round(i * step)] for i in range(MOST_VALUES))
