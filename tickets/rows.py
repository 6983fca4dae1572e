"""What a unit of work is going to write beside tickets: new rows, and changed ones, in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from django.db import models

from tickets.bulk import insert, insert_all, update
from tickets.ids import next_id
from tickets.models import Alert, Outbox

M = TypeVar("M", bound=models.Model)

_INSERT_SIZE = 1000
#: Twice the same alert or outbox key is one intent: the second does nothing.
_ONCE = (Alert, Outbox)


class Rows:
    """Rows that wait to be inserted, and stored ones whose columns wait to be written."""

    def __init__(self) -> None:
        self._added: dict[type[models.Model], dict[int, models.Model]] = {}
        #: The same by ticket, so that a batch of tickets does not search the rows of all.
        self._of: dict[tuple[type[models.Model], int], list[models.Model]] = {}
        self._changed: dict[type[models.Model], dict[int, tuple[models.Model, set[str]]]] = {}

    def add(self, row: M) -> M:
        """Give `row` its key now; it is inserted, in bulk with its like, when the unit ends.

        Until then a change of its attributes is enough: what it holds at the end is written.
        """
        model, key = type(row), row.pk
        if key is None:
            key = row.pk = next_id(model)
        added = self._added.setdefault(model, {})
        if key in added:
            # One of the two would be lost in silence.
            raise RuntimeError(f"{model._meta.label} {key} is there already: its key came twice")
        added[key] = row
        ticket = getattr(row, "ticket_id", None)
        if ticket is not None:
            self._of.setdefault((model, ticket), []).append(row)
        return row

    def is_pending(self, row: models.Model) -> bool:
        """Whether `row` waits to be inserted."""
        return row.pk in self._added.get(type(row), {})

    def pending(self, model: type[M]) -> list[M]:
        """The rows of `model` that wait to be inserted."""
        return [cast(M, row) for row in self._added.get(model, {}).values()]

    def pending_of(self, model: type[M], ticket: int) -> list[M]:
        """The rows of `model` of one ticket (by key) that wait to be inserted."""
        rows = self._of.get((model, ticket), ())
        return [cast(M, row) for row in rows if self.is_pending(row)]

    def save(self, row: models.Model, *fields: str) -> None:
        """Write the named columns of `row`: at once, or with its insert if that is to come."""
        if not self.is_pending(row):
            row.save(update_fields=fields)

    def write(self, row: models.Model, *fields: str) -> None:
        """Write the named columns of `row` when the unit ends, in bulk with its like.

        Whoever reads the table inside the unit calls `settle` first.
        """
        if fields and not self.is_pending(row):
            rows = self._changed.setdefault(type(row), {})
            rows.setdefault(row.pk, (row, set()))[1].update(fields)

    def remove(self, row: models.Model) -> None:
        """Delete `row` at once; one that waits to be inserted never is."""
        self._changed.get(type(row), {}).pop(row.pk, None)
        if self._added.get(type(row), {}).pop(row.pk, None) is None:
            row.delete()

    @property
    def has_changed(self) -> bool:
        """Whether columns of stored rows wait to be written."""
        return bool(self._changed)

    def write_rows(self) -> bool:
        """Write all that waits. Returns whether something for the outbox was among it."""
        changed, self._changed = self._changed, {}
        for model, altered in changed.items():
            # They are ours until the unit ends: a column too many is what it was.
            names = set[str]().union(*(fields for _, fields in altered.values()))
            update(model, [row for row, _ in altered.values()], sorted(names))
        # Foreign keys are checked at commit, so the order of tables does not matter.
        added, self._added, self._of = self._added, {}, {}
        parts = [(model, list(rows.values()), model in _ONCE) for model, rows in added.items()]
        if sum(len(rows) for _, rows, _ in parts) <= _INSERT_SIZE:
            insert_all(parts)
        else:
            for model, rows, once in parts:
                for start in range(0, len(rows), _INSERT_SIZE):
                    insert(model, rows[start : start + _INSERT_SIZE], once=once)
        return Outbox in added

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Take back what the block added if it fails."""
        counts = {model: len(rows) for model, rows in self._added.items()}
        changed = {model: dict(rows) for model, rows in self._changed.items()}
        try:
            yield
        except Exception:
            for model, rows in self._added.items():
                for key in list(rows)[counts.get(model, 0) :]:
                    del rows[key]
            self._changed = changed
            raise
