"""Which parts of a policy differ from those of another. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remedies.rules.language.source import Source, plain

#: Parts that are lists, and the word by which each of their items is called.
_NAMED = {
    "rules": "rule",
    "exclusions": "exclusion",
    "caps": "cap",
    "set_offs": "set_off",
    "cases": "case",
}
_MAPPED = ("facts", "values", "groups")


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that is in one of the two only, or says something else in the other."""

    part: str
    name: str
    #: "added", "removed", "changed" or "moved".
    what: str
    #: For a changed part: (word, before, after); None where it was not there.
    words: tuple[tuple[str, Any, Any], ...] = ()

    def __str__(self) -> str:
        said = "; ".join(f"{word}: {_short(was)} → {_short(now)}" for word, was, now in self.words)
        return f"{self.part[:-1]} {self.name} {self.what}{f': {said}' if said else ''}"


def differences_between(before: Source, after: Source) -> list[Difference]:
    """What changed from one policy to the other, part by part, in the order of the second.

    Rules that stand elsewhere and say the same are "moved": their order may matter.
    """
    old, new = plain(before.data), plain(after.data)
    found = list(_heads(old, new))
    for part in _MAPPED:
        found += _parts(part, old.get(part) or {}, new.get(part) or {})
    for part, word in _NAMED.items():
        was = {str(item.get(word, i)): item for i, item in enumerate(old.get(part) or [])}
        now = {str(item.get(word, i)): item for i, item in enumerate(new.get(part) or [])}
        found += _parts(part, was, now)
        if part == "rules":
            found += _moved(list(was), list(now))
    return found


def _heads(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """What stands beside the parts: title, currency, rounding …"""
    parts = {*_NAMED, *_MAPPED}
    for word in dict.fromkeys([*new, *old]):
        if word not in parts and old.get(word) != new.get(word):
            yield Difference("heads", word, "changed", ((word, old.get(word), new.get(word)),))


def _parts(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name, item in new.items():
        if name not in old:
            yield Difference(part, name, "added")
        elif item != old[name]:
            yield Difference(part, name, "changed", tuple(_words(old[name], item)))
    for name in old:
        if name not in new:
            yield Difference(part, name, "removed")


def _words(old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield "", old, new
        return
    for word in dict.fromkeys([*new, *old]):
        if old.get(word) != new.get(word):
            yield word, old.get(word), new.get(word)


def _moved(old: list[str], new: list[str]) -> Iterator[Difference]:
    """Rules of both that follow each other in another order."""
    both = [name for name in old if name in new]
    for name, other in zip([n for n in new if n in old], both, strict=True):
        if name != other:
            yield Difference("rules", name, "moved")


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    said = str(value)
    return said if len(said) <= 80 else said[:79] + "…"
