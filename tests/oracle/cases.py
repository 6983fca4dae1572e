"""What every oracle shares: reading vector files, and the form of a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
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


def vectors(paths: Sequence[Path]) -> Iterator[Vector]:
    """Every vector of the files, in order."""
    for path in paths:
        document = json.loads(path.read_text(encoding="utf-8"))
        yield from document["vectors"]
