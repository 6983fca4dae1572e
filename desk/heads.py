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

Rows = TypeVar("Rows", bound=QuerySet[Any])


def _asked(parts: Sequence[QuerySet[Any]]) -> list[tuple[Any, ...]]:
    """The rows of all `parts`, one query; none where nothing can match."""
    asked = []
    for part in parts:
        with suppress(EmptyResultSet):
            asked.append(part.query.sql_with_params())
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"({sql})" for sql, _ in asked),
            [value for _, given in asked for value in given],
        )
        return cursor.fetchall()


def heads(parts: Sequence[QuerySet[Any]], most: int) -> list[int]:
    """The keys of the first `most` of each part, or of fewer where a part is cut shorter already,
    in no order between parts. One query, or none where nothing can match. Parts have nothing in
    common, and the order of their list."""
    return [row[0] for row in _asked([part.values("pk")[:most] for part in parts])]


def values_of_first(
    parts: Sequence[QuerySet[Any]], most: int, *fields: str
) -> list[tuple[Any, ...]]:
    """The values of `fields`, of which the first gives the order, of the first `most` rows that
    `parts` have together. One query."""
    rows = _asked([part.values_list(*fields)[:most] for part in parts])
    return sorted(rows, key=lambda row: row[0])[:most] if len(parts) > 1 else rows


def first_of(rows: Rows, parts: Sequence[QuerySet[Any]], most: int) -> list[Any]:
    """The first `most` of `rows`, in their order, which are made of `parts`. Two queries."""
    keys = heads(parts, most)
    return list(rows.filter(pk__in=keys))[:most] if keys else []
