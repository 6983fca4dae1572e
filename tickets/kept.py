"""Rows that are asked for again and again with other values: their SQL is thought out once.

A page asks some two dozen small questions. Django thinks each of them out anew, which takes longer
than PostgreSQL needs to answer it. What is kept here is asked with the same words each time.

    _MESSAGES = Asking(lambda: Message.objects.filter(ticket=given("ticket")).order_by("-at"))
    rows = _MESSAGES(ticket=ticket.pk)

For a set that depends on its reader, an `Asking` is kept for each (`tickets.access.sight_of`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.db import connections, models
from django.db.models import QuerySet, Value
from django.db.models.lookups import Lookup

Row = TypeVar("Row")


@dataclass(frozen=True)
class Given:
    """Stands for a value that is given when the rows are asked for."""

    name: str


class GivenMoment(dt.datetime):
    """The same of a moment, for what is made of moments: its name stands for it until then."""

    name: str
    _made: ClassVar[int] = 0

    @classmethod
    def called(cls, name: str) -> GivenMoment:
        """One with this name, which is no other's."""
        GivenMoment._made += 1
        moment = cls(1, 1, 1, microsecond=GivenMoment._made, tzinfo=dt.UTC)
        moment.name = name
        return moment

    def __str__(self) -> str:
        # It would be taken for the first year, and find nothing.
        raise TypeError(f"Nobody told which moment {self.name} is.")


def given(name: str) -> Value:
    """A value called `name`, for a filter of rows that are kept."""
    return Value(Given(name))


@models.Field.register_lookup
@models.ForeignKey.register_lookup
class Among(Lookup[Any]):
    """`column__among=given("keys")`: one of the values of a list, however long it is."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """One word for any number of values."""
        column, before = self.process_lhs(compiler, connection)
        _, values = compiler.compile(self.rhs)
        return f"{column} = ANY(%s)", (*before, *values)


class Asking(Generic[Row]):
    """Rows that `make` describes, each value that changes being `given`."""

    def __init__(self, make: Callable[[], QuerySet[Any, Row]]) -> None:
        self._make = make
        self._kept: tuple[Any, Any, str, tuple[Any, ...]] | None = None

    def __call__(self, **values: Any) -> list[Row]:
        """The rows with these values. One query, and those of what is prefetched."""
        if self._kept is None:
            rows: Any = self._make()
            compiler = rows.query.get_compiler(using=rows.db)
            self._kept = (rows, compiler, *compiler.as_sql())
        rows, compiler, sql, asked_for = self._kept
        told = tuple(
            values[one.name] if isinstance(one, Given | GivenMoment) else one for one in asked_for
        )
        asked = _twin(compiler)
        asked.connection = connections[rows.db]  # that of this thread
        asked.as_sql = lambda *_args, **_more: (sql, told)
        query = _twin(rows.query)
        query.get_compiler = lambda *_args, **_more: asked
        found = type(rows)(model=rows.model, query=query, using=rows._db, hints=rows._hints)  # noqa: SLF001
        # What Django copies from one set of rows to the next.
        for name in ("_iterable_class", "_prefetch_related_lookups", "_known_related_objects"):
            setattr(found, name, getattr(rows, name))
        return list(found)


def _twin(one: Any) -> Any:
    """The same, to set something on."""
    twin = object.__new__(type(one))
    twin.__dict__.update(one.__dict__)
    return twin
