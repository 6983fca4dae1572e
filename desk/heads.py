"""The beginning of a list whose parts PostgreSQL finds by an index each.

Keys first, and by them the rows: what a filter asks of a ticket stands in the indexes of the queue,
so where few are left of many, the others are not read.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])


def heads(parts: Sequence[QuerySet[Any]], most: int) -> list[int]:
    """The keys of the first `most` of each part, in no order between parts. One query, or none
    where nothing can match. Parts have nothing in common, and the order of their list."""
    asked = []
    for part in parts:
        try:
            asked.append(part.values("pk")[:most].query.sql_with_params())
        except EmptyResultSet:
            continue
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"({sql})" for sql, _ in asked),
            [value for _, given in asked for value in given],
        )
        return [row[0] for row in cursor.fetchall()]


def first_of(rows: Rows, parts: Sequence[QuerySet[Any]], most: int) -> list[Any]:
    """The first `most` of `rows`, in their order, which are made of `parts`. Two queries."""
    keys = heads(parts, most)
    return list(rows.filter(pk__in=keys))[:most] if keys else []
