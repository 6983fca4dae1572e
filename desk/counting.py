"""Counts for headings and badges: exact while they are small, "999+" beyond.

Nobody acts otherwise on 61,204 tickets than on 61,198, but counting them reads each: at 200,000
tickets most of the time of a page. A count that stops costs the same in a desk of any size.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
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


def _size(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """How many `rows` there are, as SQL that stops counting above `MOST`."""
    try:
        sql, given = rows.values("pk")[: MOST + 1].query.sql_with_params()
    except EmptyResultSet:  # where nothing can match, it is not asked
        return "0", ()
    return f"(SELECT COUNT(*) FROM ({sql}) AS part)", tuple(given)  # noqa: S608 - Django wrote it


def counted(sets: Mapping[str, Sequence[QuerySet[Any]]]) -> dict[str, int]:
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
