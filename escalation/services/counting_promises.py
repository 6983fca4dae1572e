"""Promises kept and missed in a period and in the one before, counted by one reading.

A report may go through millions of them: what was decided is looked up once, in narrow rows, and
counted from these by each of its dimensions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from tickets.models import Ticket
from tickets.periods import Period
from tickets.reading import read

_COUNTS = """
    count(*) FILTER (WHERE at >= %(start)s AND NOT missed) AS kept,
    count(*) FILTER (WHERE at >= %(start)s AND missed) AS missed,
    count(*) FILTER (WHERE at < %(start)s AND NOT missed) AS kept_before,
    count(*) FILTER (WHERE at < %(start)s AND missed) AS missed_before"""
#: `{seen}` is the set of tickets that are looked at. A promise on a ticket with two causes counts
#: for both; with two points of one cause, once.
_QUERY = f"""
WITH seen AS ({{seen}}),
decided AS MATERIALIZED (
  SELECT s.id, s.team_id, s.category_id, d.kind, d.breached_at IS NOT NULL AS missed,
    coalesce(d.breached_at, d.met_at) AS at
  FROM escalation_deadline d JOIN seen s ON s.id = d.ticket_id
  WHERE (d.breached_at IS NOT NULL OR d.met_at IS NOT NULL) AND d.counted_on_id IS NULL
    AND coalesce(d.breached_at, d.met_at) >= %(before)s
    AND coalesce(d.breached_at, d.met_at) < %(end)s
    AND (%(kind)s = '' OR d.kind = %(kind)s)
),
lines AS (
  SELECT kind, team_id, category_id, day, {_COUNTS}
  FROM (SELECT *, (at AT TIME ZONE %(zone)s)::date AS day FROM decided) each
  GROUP BY GROUPING SETS ((kind, team_id, category_id), (day))
),
tickets AS MATERIALIZED (SELECT id, {_COUNTS} FROM decided GROUP BY id),
causes AS (
  SELECT p.root_cause_id AS cause, sum(t.kept)::bigint AS kept, sum(t.missed)::bigint AS missed,
    sum(t.kept_before)::bigint AS kept_before, sum(t.missed_before)::bigint AS missed_before
  FROM tickets t LEFT JOIN (
    SELECT DISTINCT ticket_id, root_cause_id FROM tickets_point
    WHERE ticket_id IN (SELECT id FROM tickets)
  ) p ON p.ticket_id = t.id
  GROUP BY p.root_cause_id
)
SELECT
  (SELECT coalesce(json_agg(l), '[]') FROM lines l WHERE kind IS NOT NULL),
  (SELECT coalesce(json_agg(l), '[]') FROM lines l WHERE day IS NOT NULL),
  (SELECT coalesce(json_agg(c), '[]') FROM causes c)
"""  # noqa: S608 - nothing of a reader's stands in it

Row = Mapping[str, Any]


def counted(
    seen: QuerySet[Ticket], period: Period, *, kind: str = ""
) -> tuple[Iterable[Row], Iterable[Row], Iterable[Row]]:
    """How many of the promises on these tickets were `kept` and `missed` in the period, and
    `kept_before` and `missed_before` in the one before it: by `kind`, `team_id` and `category_id`;
    by `day` of the period's zone; and by `cause`, None for no cause. Two statements."""
    columns = seen.values("id", "team_id", "category_id")
    ((lines, days, causes),) = read(
        _QUERY, columns, before=period.before.start, start=period.start, end=period.end,
        zone=str(period.zone), kind=kind,
    )  # fmt: skip
    for row in days:
        row["day"] = dt.date.fromisoformat(row["day"])
    return lines, days, causes
