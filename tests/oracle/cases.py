"""What every oracle shares: reading files, judging each item of them, and the form of a failure.

A file may be anything: what cannot be read, lacks what it needs or holds words that nobody knows is
a failing line with its id, and the other items are judged all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Vector = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A vector whose result differs, with what the file expects and what we got."""

    id: str
    expected: object
    got: object

    def __str__(self) -> str:
        return f"{self.id}: expected {self.expected!r}, got {self.got!r}"


class NotUnderstood(ValueError):
    """The item uses a word that this oracle does not know."""


def judged(
    paths: Sequence[Path],
    key: str,
    judge: Callable[[Vector], Failure | None],
    *,
    wanted: Callable[[Vector], bool],
) -> tuple[int, list[Failure]]:
    """How many items under `key` of the files pass, and a failure for each that does not."""
    passed, failures = 0, []
    for item in items(paths, key):
        if not isinstance(item, Failure) and not wanted(item):
            continue
        failure = item if isinstance(item, Failure) else _safely(judge, item)
        if failure is None:
            passed += 1
        else:
            failures.append(failure)
    return passed, failures


def _safely(judge: Callable[[Vector], Failure | None], item: Vector) -> Failure | None:
    try:
        return judge(item)
    except Exception as error:  # noqa: BLE001 - one bad item must not keep the others from judgement
        return Failure(item["id"], item["expected"], told(error))


def told(error: Exception) -> str:
    """An error in one line: its own words where it has some for people."""
    text = str(getattr(error, "message", error))
    if isinstance(error, KeyError):
        return f"there is no {text}"
    return text if isinstance(error, ValueError) and text else f"{type(error).__name__}: {text}"


def items(paths: Sequence[Path], key: str) -> Iterator[Vector | Failure]:
    """Every item of the files, in order; a failure for what is none."""
    for path in paths:
        found = _listed(path, key)
        if isinstance(found, Failure):
            yield found
            continue
        for number, item in enumerate(found, start=1):
            place = f"{path.name}#{number}"
            if not isinstance(item, dict):
                yield Failure(place, "an object", item)
            elif "expected" not in item:
                yield Failure(str(item.get("id", place)), "something expected", "nothing")
            else:
                yield {**item, "id": str(item.get("id", place))}


def _listed(path: Path, key: str) -> list[Any] | Failure:
    """The list under `key`, or a bare list."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return Failure(path.name, "a file of JSON", str(error))
    found = document.get(key) if isinstance(document, dict) else document
    if not isinstance(found, list):
        return Failure(path.name, f"a list of {key}", type(found).__name__)
    return found


def vectors(paths: Sequence[Path]) -> Iterator[Vector]:
    """Every vector of the files that can be read, in order."""
    return (item for item in items(paths, "vectors") if not isinstance(item, Failure))


def all_of_them(_: Vector) -> bool:
    """Every vector is wanted."""
    return True


def is_core(vector: Vector) -> bool:
    """Whether the result is the one of the recommended semantics."""
    return bool(vector.get("core", True))
