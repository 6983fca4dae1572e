"""Counts for headings and badges: exact while they are small, "999+" beyond.

Nobody acts otherwise on 61,204 tickets than on 61,198, but counting them reads each: at 200,000
tickets most of the time of a page. A count that stops costs the same in a desk of any size.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

Rows = TypeVar("Rows", bound=QuerySet[Any])
#: The largest number that is shown as it is.
MOST = 999


def pinned(rows: Rows) -> Rows:
    """The same rows, their conditions written down: of one set a page counts a dozen parts, and
    Django would write down anew for each who may see what. Not for use within another query,
    where the table has another name. Leaves the order out."""
    query = rows.query.clone()
    query.get_initial_alias()
    compiler = query.get_compiler(connection=connection)
    sql, given = compiler.compile(query.where)
    if not sql:
        return rows
    told = RawSQL(sql, tuple(given), models.BooleanField())  # noqa: S611 - Django wrote it
    found: Rows = rows.model._default_manager.filter(told)
    return found


@dataclass(frozen=True)
class Told:
    """Some rows of one table as SQL. More is asked of them by words of its own, where Django would
    think out anew each time who may see them: of one list a page counts half a dozen parts."""

    table: str
    sql: str
    given: tuple[Any, ...]
    order: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> "Told | None":
        """What Django would ask for, in the same order; None where nothing can match."""
        query = rows.query.clone()
        query.get_initial_alias()
        compiler = query.get_compiler(connection=connection)
        compiler.setup_query()
        order = tuple(sql for _, (sql, _, _) in compiler.get_order_by())
        try:
            sql, given = compiler.compile(query.where)
        except EmptyResultSet:
            return None
        tables, _ = compiler.get_from_clause()
        assert len(tables) == 1, tables
        return cls(tables[0], sql or "TRUE", tuple(given), order)

    def that(self, sql: str, *given: Any) -> "Told":
        """Those of them for which this holds."""
        return replace(self, sql=f"{self.sql} AND {sql}", given=(*self.given, *given))

    def among(self, other: "Told", *, but: bool = False) -> "Told":
        """Those of them that are among the others, or, with `but`, that are not."""
        said = f"({other.sql}) IS NOT TRUE" if but else f"({other.sql})"
        return self.that(said, *other.given)

    def last(self) -> "Told":
        """The last of them in their order, as many as are counted."""
        order = ", ".join(f"{by.removesuffix(' ASC')} DESC" for by in self.order)
        key = f"{self.table}.id"
        some = f"SELECT {key} FROM {self.table} WHERE {self.sql} ORDER BY {order} LIMIT {MOST + 1}"  # noqa: S608 - Django wrote it
        return Told(self.table, f"{key} IN ({some})", self.given)

    @property
    def size(self) -> str:
        """How many there are, as SQL that stops counting above `MOST`."""
        order = f" ORDER BY {', '.join(self.order)}" if self.order else ""
        rows = f"SELECT 1 FROM {self.table} WHERE {self.sql}{order} LIMIT {MOST + 1}"  # noqa: S608 - Django wrote it
        return f"(SELECT COUNT(*) FROM ({rows}) AS part)"  # noqa: S608 - the same


def _size(rows: "QuerySet[Any] | Told") -> tuple[str, tuple[Any, ...]]:
    """How many `rows` there are, as SQL that stops counting above `MOST`."""
    if isinstance(rows, Told):
        return rows.size, rows.given
    try:
        sql, given = rows.values("pk")[: MOST + 1].query.sql_with_params()
    except EmptyResultSet:  # where nothing can match, it is not asked
        return "0", ()
    return f"(SELECT COUNT(*) FROM ({sql}) AS part)", tuple(given)  # noqa: S608 - Django wrote it


def counted(sets: Mapping[str, Sequence[QuerySet[Any] | Told]]) -> dict[str, int]:
    """The size of each of `sets`, which are made of parts; above `MOST` it is just more.

    One query. Give the parts the order of the index that finds them; one that belongs to several
    sets is counted once. Each part is compiled by itself: nested in one query of the ORM, Django
    takes three times as long to write it down as PostgreSQL to answer it.
    """
    parts = {id(part): part for parts in sets.values() for part in parts}
    if not parts:
        return dict.fromkeys(sets, 0)
    asked = [_size(part) for part in parts.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(sql for sql, _ in asked)}",
            [value for _, given in asked for value in given],
        )
        found = dict(zip(parts, cursor.fetchone(), strict=True))
    return {key: sum(found[id(part)] for part in parts) for key, parts in sets.items()}


def counted_by(model: type[models.Model], rows: QuerySet[Any], field: str) -> dict[int, int]:
    """How many of `rows` point at each row of `model` by their `field`, where there are any.

    One query, from the few of `model` to some of `rows` each: not the other way.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    key = f"{table}.{connection.ops.quote_name('id')}"
    sql, given = _size(rows.filter(**{field: RawSQL(key, ())}))  # noqa: S611 - a name of ours
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, {sql} FROM {table}", given)  # noqa: S608 - Django wrote it
        return {pk: count for pk, count in cursor.fetchall() if count}


def counted_groups(parts: Sequence[QuerySet[Any]], field: str) -> dict[int, int]:
    """How many rows of `parts`, which have nothing in common, have each value of `field`. One
    query, which reads all of them: for parts that are some teams', not the whole desk's."""
    asked = []
    for part in parts:
        with suppress(EmptyResultSet):
            asked.append(part.values(field).query.sql_with_params())
    if not asked:
        return {}
    both = " UNION ALL ".join(f"({sql})" for sql, _ in asked)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, COUNT(*) FROM ({both}) AS found(key) GROUP BY key",  # noqa: S608 - Django's
            [value for _, given in asked for value in given],
        )
        return dict(cursor.fetchall())


def shown(count: int) -> str:
    """ "14", "999+"."""
    return f"{MOST}+" if count > MOST else str(count)
