"""The beginning of a list whose parts PostgreSQL finds by an index each.

Keys first, and by them the rows: what a filter asks of a ticket stands in the indexes of the queue,
so where few are left of many, the others are not read.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from desk.sets import Told, ask_all

Rows = TypeVar("Rows", bound=QuerySet[Any])


def heads(*lists: tuple[Sequence[Told], int]) -> list[int]:
    """The keys of the first so many of each part of some lists, in no order between parts. One
    query, or none where there are no parts. Parts have nothing in common, and the order of their
    list."""
    return [
        row[0]
        for row in ask_all(
            [
                (part.first(most, f"{part.table}.id"), part.values)
                for parts, most in lists
                for part in parts
            ]
        )
    ]


def values_of_first(parts: Sequence[Told], most: int, *columns: str) -> list[tuple[Any, ...]]:
    """The values of `columns`, of which the first gives the order, of the first `most` rows that
    `parts` have together. One query."""
    rows = ask_all([(part.first(most, *columns), part.values) for part in parts])
    return sorted(rows, key=lambda row: row[0])[:most] if len(parts) > 1 else rows


def grouped_first(
    parts: Sequence[Told], most: int, order: str, *columns: str, given: tuple[Any, ...] = ()
) -> list[tuple[Any, ...]]:
    """The first `most` rows that `parts` have together by the column `order`: how many of them have
    each of the values of `columns` (SQL, with the values `given`). One query."""
    if not parts:
        return []
    rows = " UNION ALL ".join(f"({part.first(most, order, *columns)})" for part in parts)
    names = ", ".join(f"c{place}" for place in range(len(columns)))
    with connection.cursor() as cursor:
        first = f"SELECT * FROM ({rows}) AS together ORDER BY 1 LIMIT {most}"  # noqa: S608 - Django wrote it
        cursor.execute(
            f"SELECT {names}, COUNT(*) FROM ({first}) AS first(at, {names}) GROUP BY {names}",  # noqa: S608 - the same
            [value for part in parts for value in (*given, *part.values)],
        )
        return cursor.fetchall()


def first_of(rows: Rows, parts: Sequence[QuerySet[Any]], most: int) -> list[Any]:
    """The first `most` of `rows`, in their order, which are made of `parts`. Two queries."""
    asked = []
    for part in parts:
        with suppress(EmptyResultSet):
            asked.append(part.values("pk")[:most].query.sql_with_params())
    keys = [row[0] for row in ask_all(asked)]
    return list(rows.filter(pk__in=keys))[:most] if keys else []
