"""Conditions on the facts of a ticket: equals, one of, bounds, missing. Pure.

Facts come in their stored form (tickets.facts): numbers as exact decimals in text, money in minor
units with its currency, dates and moments in ISO 8601, lengths of time in minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from escalation.reading import only, wrong
from tickets.errors import DomainError
from tickets.money import Money

#: The bounds of a condition: the word, and what it says of (value, bound).
BOUNDS = {
    "min": lambda value, bound: value >= bound,
    "max": lambda value, bound: value <= bound,
    "above": lambda value, bound: value > bound,
    "below": lambda value, bound: value < bound,
}
WORDS = {"equals", "one_of", "missing", "currency", *BOUNDS}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a fact has to be. Several words join by "and"."""

    fact: str
    one_of: tuple[Any, ...] = ()
    bounds: tuple[tuple[str, Any], ...] = ()
    missing: bool | None = None
    currency: str = ""

    def fits(self, facts: Mapping[str, Any]) -> bool:
        """Whether the facts are so. One that is not known fits only `missing: true`."""
        value = facts.get(self.fact)
        if value is None:
            return self.missing is True
        if self.missing is True:
            return False
        if self.currency and _currency(value) != self.currency:
            return False
        plain = comparable(value)
        if self.one_of and not any(_same(plain, wanted) for wanted in self.one_of):
            return False
        return all(_bounded(word, plain, bound) for word, bound in self.bounds)


def conditions(data: Any, where: str = "match.facts") -> tuple[Condition, ...]:
    """Read conditions by fact. Raises PolicyInvalid, naming the place.

    A plain value means equals, a list one of, a mapping any of `equals`, `one_of`, `min`, `max`,
    `above`, `below`, `missing`, and for money `currency`.
    """
    if not isinstance(data, Mapping):
        raise wrong(where, "conditions by fact, such as {delay_minutes: {min: 180}}")
    return tuple(_condition(str(name), item, f"{where}.{name}") for name, item in data.items())


def _condition(fact: str, item: Any, where: str) -> Condition:
    if isinstance(item, list | tuple):
        return Condition(fact, one_of=_values(item, where))
    if not isinstance(item, Mapping):
        return Condition(fact, one_of=_values([item], where))
    only(item, WORDS, where)
    wanted = list(item.get("one_of", []))
    if not isinstance(item.get("one_of", []), list):
        raise wrong(f"{where}.one_of", "a list of values")
    if "equals" in item:
        wanted.append(item["equals"])
    bounds = tuple((w, _bound(item[w], f"{where}.{w}")) for w in BOUNDS if w in item)
    missing = item.get("missing")
    if missing is not None and not isinstance(missing, bool):
        raise wrong(f"{where}.missing", "true or false")
    if not wanted and not bounds and missing is None:
        raise wrong(where, "say equals, one_of, min, max, above, below or missing")
    if missing and (wanted or bounds):
        raise wrong(where, "what is missing has no value to compare")
    return Condition(
        fact, _values(wanted, where), bounds, missing, str(item.get("currency", "")).upper()
    )


def _values(items: Any, where: str) -> tuple[Any, ...]:
    for item in items:
        if not isinstance(item, str | int | float | bool):
            raise wrong(where, f"{item!r} is no value of a fact")
    return tuple(comparable(item) for item in items)


def _bound(value: Any, where: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong(where, "a number, or a date such as 2026-11-24")
    return comparable(value)


def comparable(value: Any) -> Any:
    """A value in the form in which two of the same type compare: numbers as decimals."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        try:
            return Money(int(value["minor"]), str(value["currency"])).major
        except (KeyError, TypeError, ValueError, DomainError):
            return str(dict(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value).casefold()
    return number if number.is_finite() else str(value).casefold()


def _currency(value: Any) -> str:
    return str(value.get("currency", "")).upper() if isinstance(value, Mapping) else ""


def _same(value: Any, wanted: Any) -> bool:
    # True equals 1 in Python; a yes is no number.
    return isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


def _bounded(word: str, value: Any, bound: Any) -> bool:
    if isinstance(value, bool) or type(value) is not type(bound):
        return False
    return bool(BOUNDS[word](value, bound))
