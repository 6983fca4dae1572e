"""The tickets behind a figure of a report: one page of them, and how many there are in all.

Pages go on behind a row, by when it was and its keys: page 100 skips nothing and shows nothing
twice, whatever came in while somebody read page 99.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

_MOST_KEYS = 2


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row behind which a page begins: when it was, and what tells it from others of then."""

    at: dt.datetime
    keys: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Cursor | None:
        """As `text` wrote it; None where it is none."""
        moment, *keys = text.split("~")
        if not 1 <= len(keys) <= _MOST_KEYS:
            return None
        if not all(key.isascii() and key.isdecimal() and len(key) < 19 for key in keys):
            return None
        try:
            at = dt.datetime.fromisoformat(moment)
            # PostgreSQL knows no offset beyond sixteen hours, Python does.
            return cls(at.astimezone(dt.UTC), tuple(map(int, keys))) if at.tzinfo else None
        except (ValueError, OverflowError):
            return None

    @property
    def text(self) -> str:
        """For an address."""
        return "~".join([self.at.astimezone(dt.UTC).isoformat(), *map(str, self.keys)])

    def behind(self, at: str) -> Q:
        """Rows of a query set behind this one, by a column of when they were and their id, the
        newest first."""
        return Q(**{f"{at}__lte": self.at}) & ~Q(**{at: self.at, "pk__gte": self.keys[0]})


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: so many rows behind one, or from the top."""

    after: Cursor | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """`count` is the figure itself: so many things on tickets, of which one may have several.
    `rows` are those of the page asked for: the ticket's id, and when it was, the newest first;
    `keys` tell what each of them is. The next page begins behind `after`; None on the last one."""

    count: int
    rows: tuple[tuple[int, dt.datetime], ...]
    after: Cursor | None = None
    keys: tuple[int, ...] = ()

    @classmethod
    def of(cls, count: int, rows: Sequence[Sequence[Any]], page: Page) -> Listed:
        """From rows of (ticket, moment, key, …): those of the page, and one more if there is."""
        shown = rows[: page.limit]
        after = None
        if len(rows) > page.limit:
            _, at, *keys = shown[-1]
            after = Cursor(at, tuple(keys))
        keys_of = tuple(row[2] for row in shown)
        return cls(count, tuple((row[0], row[1]) for row in shown), after, keys_of)


def listed(rows: QuerySet[Any, Any], page: Page, *, at: str, ticket: str = "ticket_id") -> Listed:
    """A page of a query set, the newest by `at` first. Two queries."""
    found = rows.filter(page.after.behind(at)) if page.after else rows
    newest = found.order_by(f"-{at}", "-pk").values_list(ticket, at, "pk")
    return Listed.of(rows.count(), list(newest[: page.limit + 1]), page)
