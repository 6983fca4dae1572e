"""Sets of rows as SQL: written down by Django once for each reader, and asked again and again.

Of one list a page reads and counts a dozen parts. What they ask depends on who asks, and changes
only with his teams; only the moments are others each time. Left to itself, Django thinks each of
them out anew, which takes longer than PostgreSQL needs to answer.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import QuerySet

from tickets.kept import GivenMoment


@dataclass(frozen=True)
class Told:
    """Some rows of one table, in an order. More is asked of them by SQL beside it."""

    table: str
    #: Of what they are chosen: the table, or some of its rows under its name.
    source: str
    sql: str
    #: The values of `source` and `sql`; a `GivenMoment` where one is told later.
    given: tuple[Any, ...]
    order: tuple[str, ...] = ()
    #: The values of `order`.
    ordered: tuple[Any, ...] = ()

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> "Told | None":
        """What Django would ask for, in the same order; None where nothing can match."""
        query = rows.values("pk").query.clone()
        query.get_initial_alias()
        compiler = query.get_compiler(connection=connection)
        compiler.setup_query()
        order = [(sql, values) for _, (sql, values, _) in compiler.get_order_by()]
        try:
            sql, given = compiler.compile(query.where)
        except EmptyResultSet:
            return None
        except FullResultSet:
            sql, given = "", []
        tables, joined = compiler.get_from_clause()
        source = " ".join(map(str, tables))
        return cls(
            str(tables[0]),
            source,
            f"({sql})" if sql else "TRUE",  # more is said of them by AND
            (*joined, *given),
            tuple(sql for sql, _ in order),
            tuple(value for _, values in order for value in values),
        )

    @classmethod
    def all_of(cls, parts: Iterable[QuerySet[Any]]) -> tuple["Told", ...]:
        """Each of the parts in which something can match."""
        return tuple(told for told in map(cls.of, parts) if told is not None)

    def at(self, moments: Mapping[str, dt.datetime]) -> "Told":
        """The same, with its moments."""
        given = (moments[v.name] if isinstance(v, GivenMoment) else v for v in self.given)
        return replace(self, given=tuple(given))

    def by(self, *order: str) -> "Told":
        """The same in another order, of these columns."""
        return replace(self, order=order, ordered=())

    def that(self, sql: str, *given: Any) -> "Told":
        """Those of them for which this holds."""
        return replace(self, sql=f"{self.sql} AND {sql}", given=(*self.given, *given))

    def among(self, other: "Told | None", *, but: bool = False) -> "Told":
        """Those of them that are among the others, or, with `but`, that are not."""
        if other is None:
            return self if but else self.that("FALSE")
        return self.that(f"({other.sql})" + (" IS NOT TRUE" if but else ""), *other.given)

    def last(self, most: int) -> "Told":
        """The last `most` of them in their order."""
        order = ", ".join(f"{by.removesuffix(' ASC')} DESC" for by in self.order)
        rows = f"SELECT {self.table}.* FROM {self.source} WHERE {self.sql}"  # noqa: S608 - Django wrote it
        return replace(
            self,
            source=f"({rows} ORDER BY {order} LIMIT {most}) AS {self.table}",
            sql="TRUE",
            given=self.values,
        )

    @property
    def values(self) -> tuple[Any, ...]:
        """Those of the rows and of their order."""
        return (*self.given, *self.ordered)

    def first(self, most: int, *columns: str) -> str:
        """SQL of these columns of the first `most` of them; it has `values`."""
        order = f" ORDER BY {', '.join(self.order)}" if self.order else ""
        shown = ", ".join(columns)
        return f"SELECT {shown} FROM {self.source} WHERE {self.sql}{order} LIMIT {most}"  # noqa: S608 - Django wrote it


def ask_all(asked: Sequence[tuple[str, tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """The rows of several questions of one shape, by one query; none where nothing is asked."""
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"({sql})" for sql, _ in asked),
            [value for _, given in asked for value in given],
        )
        return cursor.fetchall()
