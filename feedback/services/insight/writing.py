"""Writing tallies and sums: few statements, however many rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from feedback.services.insight.keeping import Place

_NAMES = "team_id, category_id, measure, key, bucket, day, n, total"
_TYPES = "%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::date[], %s::int[], %s::bigint[]"  # noqa: E501
_TALLIES = f"""
INSERT INTO feedback_tally (ticket_id, {_NAMES}) SELECT * FROM unnest(%s::bigint[], {_TYPES})
"""  # noqa: S608 - nothing of it comes from outside
_FROM = f"unnest({_TYPES}) AS d({_NAMES})"
_SAME = """
r.measure = d.measure AND r.day = d.day AND r.team_id = d.team_id
AND r.category_id = d.category_id AND r.key = d.key AND r.bucket = d.bucket
"""
_EMPTIED = f"DELETE FROM feedback_rollup r USING {_FROM} WHERE {_SAME} AND r.n + d.n = 0"  # noqa: S608
_CHANGED = f"""
UPDATE feedback_rollup r SET n = r.n + d.n, total = r.total + d.total FROM {_FROM} WHERE {_SAME}
"""  # noqa: S608
_ADDED = f"""
INSERT INTO feedback_rollup ({_NAMES}) SELECT d.* FROM {_FROM}
WHERE d.n > 0 AND NOT EXISTS (SELECT FROM feedback_rollup r WHERE {_SAME})
"""  # noqa: S608
_ANEW = f"""
INSERT INTO feedback_rollup ({_NAMES})
SELECT team_id, category_id, measure, key, bucket, day, sum(n), sum(total)
FROM feedback_tally GROUP BY team_id, category_id, measure, key, bucket, day
"""  # noqa: S608
_APART = """
WITH sums AS (
  SELECT team_id, category_id, measure, key, bucket, day, sum(n) AS n, sum(total) AS total
  FROM feedback_tally GROUP BY team_id, category_id, measure, key, bucket, day
)
SELECT measure, key, bucket, day, team_id, category_id, coalesce(r.n, 0), coalesce(s.n, 0)
FROM feedback_rollup r
FULL JOIN sums s USING (team_id, category_id, measure, key, bucket, day)
WHERE r.n IS DISTINCT FROM s.n OR r.total IS DISTINCT FROM s.total
ORDER BY day, measure, key LIMIT %s
"""


def write_tallies(gone: Sequence[int], come: Sequence[tuple[int, Place, int, int]]) -> None:
    """Delete rows by their keys, and insert new ones. At most two statements."""
    with connection.cursor() as cursor:
        if gone:
            cursor.execute("DELETE FROM feedback_tally WHERE id = ANY(%s)", [list(gone)])
        if come:
            tickets = [ticket for ticket, *_ in come]
            rows = [(place, n, total) for _, place, n, total in come]
            cursor.execute(_TALLIES, [tickets, *_columns(rows)])


def add_to_rollups(sums: Mapping[Place, Sequence[int]]) -> None:
    """Add differences to the sums. Three statements; by one writer at a time.

    A sum that comes to nothing is deleted, for the table holds none.
    """
    rows = [(place, n, total) for place, (n, total) in sums.items() if n or total]
    if not rows:
        return
    columns = _columns(rows)
    with connection.cursor() as cursor:
        for statement in (_EMPTIED, _CHANGED, _ADDED):
            cursor.execute(statement, columns)


def add_up_anew() -> None:
    """Make every sum anew from the tallies, within the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM feedback_rollup")
        cursor.execute(_ANEW)


def sums_apart(most: int) -> list[tuple[Any, ...]]:
    """Sums that are not those of their tallies, at most so many: measure, key, bucket, day, team,
    category, what stands there, what should."""
    with connection.cursor() as cursor:
        cursor.execute(_APART, [most])
        return cursor.fetchall()


def _columns(rows: Sequence[tuple[Place, int, int]]) -> list[list[Any]]:
    return [
        [place.team for place, _, _ in rows],
        [place.category for place, _, _ in rows],
        [place.cell.measure for place, _, _ in rows],
        [place.cell.key for place, _, _ in rows],
        [place.cell.bucket for place, _, _ in rows],
        [place.cell.day for place, _, _ in rows],
        [n for _, n, _ in rows],
        [total for _, _, total in rows],
    ]
