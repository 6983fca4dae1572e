"""Storing thousands of documents in one go.

Inside `together()` a row that documents refer to is looked up once, the database alone checks what
it checks anyway (who finds it refuse something asks again one by one, for the place and the words),
and what is kept in the rows' own histories is written in one piece. A number of queries that grows
with the documents stays: one for each row that is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model

#: Rows of a history in one statement.
PIECE = 1000


class Batch:
    """What is known of rows while many documents are stored, and what still has to be written."""

    def __init__(self) -> None:
        self._rows: dict[tuple[type[Model], str], dict[Any, Model]] = {}
        #: New rows that nothing has needed so far, by model in the order of their first.
        self._waiting: dict[type[Model], list[Model]] = defaultdict(list)
        self._owed: dict[tuple[type[Model], bool], list[Model]] = defaultdict(list)

    def find(self, model: Any, by: str, key: Any) -> Any:
        """The row of that key, or None. All of a model are read when one is first asked for."""
        known = self._rows.get((model, by))
        if known is None:
            self._write(model)
            known = {getattr(row, by): row for row in model.objects.all()}
            self._rows[model, by] = known
        return known.get(key)

    def store(self, row: Model, exclude: Iterable[str], *, later: bool) -> None:
        """Save a row, its values checked one by one; what rows exclude each other by is left to
        the database. A new one may wait with `later`, until another refers to it or all are done.

        Raises `ValidationError`, `IntegrityError`.
        """
        refers = [field for field in row._meta.concrete_fields if field.is_relation]
        row.clean_fields(exclude={*exclude, *(field.name for field in refers)})
        row.clean()
        if row._state.adding and later:
            self._waiting[type(row)].append(row)
            for field in refers:
                if field.related_model is type(row) and _not_there(row, field.name):
                    self._write_but(row)
        else:
            self._save(row)
        for (model, by), known in self._rows.items():
            if model is type(row):
                known[getattr(row, by)] = row

    def finish(self) -> None:
        """Write what waits, and the histories that are owed: one statement for many rows."""
        for model in list(self._waiting):
            self._write(model)
        for (model, made), rows in self._owed.items():
            history = getattr(model, model._meta.simple_history_manager_attribute)  # type: ignore[attr-defined]
            history.bulk_history_create(rows, batch_size=PIECE, update=not made)
        self._owed.clear()

    def _write(self, model: type[Model]) -> None:
        """What waits of a model, after all that its rows may refer to."""
        rows = self._waiting.pop(model, [])
        if rows:
            for field in model._meta.concrete_fields:
                if field.related_model in self._waiting:
                    self._write(field.related_model)
            model._default_manager.bulk_create(rows, batch_size=PIECE)
            self._owe(rows, made=True)

    def _write_but(self, last: Model) -> None:
        """What waits of its model, for it refers to one of them."""
        self._waiting[type(last)].remove(last)
        self._write(type(last))
        self._waiting[type(last)].append(last)

    def _save(self, row: Model) -> None:
        made = row._state.adding
        row.skip_history_when_saving = True  # type: ignore[attr-defined] # simple-history's
        try:
            row.save(force_insert=made)
        finally:
            del row.skip_history_when_saving  # type: ignore[attr-defined]
        self._owe([row], made=made)

    def _owe(self, rows: list[Model], *, made: bool) -> None:
        model = type(rows[0])
        if hasattr(model._meta, "simple_history_manager_attribute"):
            self._owed[model, made] += rows


def _not_there(row: Model, name: str) -> bool:
    """Whether the row it refers to waits itself."""
    other = getattr(row, name)
    return other is not None and other.pk is None


_batch: ContextVar[Batch | None] = ContextVar("setup_batch", default=None)


def batch() -> Batch | None:
    """The one that is open here; None where documents are stored one by one."""
    return _batch.get()


@contextmanager
def together() -> Iterator[Batch]:
    """Store many documents in the block, inside a transaction that is given up where it raises."""
    found = Batch()
    token = _batch.set(found)
    try:
        yield found
        found.finish()
    finally:
        _batch.reset(token)
