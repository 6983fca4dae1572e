"""The tickets behind a figure of a report: one page of them, and how many there are in all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Listed:
    """`count` is the figure itself: so many things on tickets, of which one may have several.
    `rows` are those of the page asked for: the ticket's id, and when it was, the newest first."""

    count: int
    rows: tuple[tuple[int, dt.datetime], ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]]) -> Listed:
        """From rows of (ticket, moment, how many in all)."""
        return cls(rows[0][2] if rows else 0, tuple((row[0], row[1]) for row in rows))


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    offset: int = 0
    limit: int = 50
