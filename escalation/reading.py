"""Reading what people wrote as data: each mistake is named with its place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from escalation.errors import PolicyInvalid


def word_set(
    item: Mapping[str, Any], name: str, usual: frozenset[str], where: str
) -> frozenset[str]:
    """The words under `name`, or the usual ones where it is left out."""
    return frozenset(words(item[name], f"{where}.{name}")) if name in item else usual


def words(value: Any, where: str) -> list[str]:
    """A word, or a list of words. Raises PolicyInvalid."""
    if isinstance(value, str | int):
        value = [value]
    if not isinstance(value, list | tuple):
        raise wrong(where, "a word or a list of words")
    return [str(word) for word in value]


def whole(value: Any, where: str, unit: str = "days") -> int:
    """A whole number, not below zero. Raises PolicyInvalid."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise wrong(where, f"a whole number of {unit}, not below zero")
    return value


def positive(amount: timedelta, where: str) -> timedelta:
    """An amount above nothing. Raises PolicyInvalid."""
    if amount <= timedelta():
        raise wrong(where, "longer than nothing")
    return amount


def only(data: Mapping[str, Any], names: set[str], where: str) -> None:
    """Refuse a word that nobody knows, naming those that are known."""
    for name in data:
        if name not in names:
            place = f"{where}.{name}".lstrip(".")
            raise wrong(place, f"no such word; known are {', '.join(sorted(names))}")


def wrong(where: str, what: str) -> PolicyInvalid:
    """The error that says what is wrong where."""
    return PolicyInvalid(f"{where}: {what}", field=where)
