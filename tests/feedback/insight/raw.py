"""What insight should count, worked out once more: in SQL, from the tables of the apps and not
from events, and without anything that the product uses for it."""

import datetime as dt

from django.db import connection

from feedback.insight.buckets import MONEY_EDGES, TIME_EDGES
from feedback.models import Rollup

Sums = dict[tuple[str, str, int, dt.date, int, int], tuple[int, int]]

# Everything below is one list of (measure, key, bucket, moment, ticket, total).
_COUNTED = """
WITH seen AS MATERIALIZED (SELECT * FROM tickets_ticket WHERE NOT confidential),
whole AS MATERIALIZED (SELECT * FROM seen WHERE merged_into_id IS NULL),
ours AS MATERIALIZED (SELECT * FROM seen WHERE NOT historical),
decided AS (SELECT p.* FROM tickets_point p JOIN whole ON whole.id = p.ticket_id
            WHERE p.decided_at IS NOT NULL AND p.outcome <> ''),
upheld AS (SELECT * FROM decided WHERE outcome IN ('upheld', 'partly_upheld')),
promised AS (SELECT d.ticket_id, d.kind, coalesce(d.breached_at, d.met_at) AS at,
               (d.breached_at IS NOT NULL)::int AS missed
             FROM escalation_deadline d JOIN ours ON ours.id = d.ticket_id
             WHERE (d.breached_at IS NOT NULL OR d.met_at IS NOT NULL)
               AND d.counted_on_id IS NULL),
given AS (SELECT r.* FROM remedies_remedy r JOIN seen ON seen.id = r.ticket_id
          WHERE r.status <> 'reversed'),
spans AS (
  SELECT 'acknowledge' AS key, id, received_at AS a, acknowledged_at AS b FROM ours
  UNION ALL SELECT 'first_response', id, received_at, answered_at FROM ours
  UNION ALL SELECT 'resolve', id, received_at, resolved_at FROM ours
  UNION ALL SELECT 'deliver', given.ticket_id, granted_at, fulfilled_at
    FROM given JOIN ours ON ours.id = given.ticket_id
),
counted AS (
  SELECT 'received' AS measure, channel AS key, -1 AS bucket, received_at AS at, id,
    0::bigint AS total FROM whole
  UNION ALL SELECT 'points', '', least(count(*), 9), t.received_at, t.id, count(*)
    FROM whole t JOIN tickets_point p ON p.ticket_id = t.id GROUP BY t.id, t.received_at
  UNION ALL SELECT 'again', 'same', -1, t.received_at, t.id, 0 FROM whole t WHERE EXISTS (
    SELECT FROM whole p WHERE p.customer_id = t.customer_id AND p.category_id = t.category_id
      AND p.received_at BETWEEN t.received_at - interval '90 days' AND t.received_at
      AND (p.received_at, p.id) < (t.received_at, t.id))
  UNION ALL SELECT 'again', 'reopened', -1, e.at, t.id, 0
    FROM whole t JOIN tickets_event e ON e.ticket_id = t.id AND e.type = 'reopened'
  UNION ALL SELECT 'handed', '', -1, received_at, id, handoffs FROM whole WHERE handoffs > 0
  UNION ALL SELECT 'outcome', outcome, -1, decided_at, ticket_id, 0 FROM decided
  UNION ALL SELECT 'upheld', '', -1, min(decided_at), ticket_id, 0 FROM upheld GROUP BY ticket_id
  UNION ALL SELECT 'cause', coalesce(root_cause_id, 0)::text, -1, min(decided_at), ticket_id, 0
    FROM upheld GROUP BY ticket_id, root_cause_id
  UNION ALL SELECT 'asked', s.status, -1, s.sent_at, t.id, 0
    FROM seen t JOIN feedback_survey s ON s.ticket_id = t.id WHERE s.sent_at IS NOT NULL
  UNION ALL SELECT 'answer', CASE WHEN a.words = '' THEN 'scores' ELSE 'words' END, -1, a.at,
      t.id, 0 FROM seen t JOIN feedback_answer a ON a.ticket_id = t.id
  UNION ALL SELECT 'score', one.key, one.score, a.at, t.id, one.score
    FROM seen t JOIN feedback_answer a ON a.ticket_id = t.id CROSS JOIN LATERAL (VALUES
      ('handling', a.handling), ('result', a.result), ('effort', a.effort),
      ('felt_heard', a.felt_heard), ('fair', a.fair)) one(key, score) WHERE one.score IS NOT NULL
  UNION ALL SELECT 'promise', kind, missed, at, ticket_id, 0 FROM promised
  UNION ALL SELECT 'promise_cause', coalesce(c.cause, 0)::text, missed, at, promised.ticket_id, 0
    FROM promised LEFT JOIN (SELECT DISTINCT ticket_id, root_cause_id AS cause FROM tickets_point
      WHERE root_cause_id IS NOT NULL) c ON c.ticket_id = promised.ticket_id
  UNION ALL SELECT 'remedy', kind, -1, granted_at, ticket_id, 0
    FROM given WHERE coalesce(amount, 0) = 0
  UNION ALL SELECT 'remedy', kind || ' ' || currency, pg_temp.bucket(amount, %(money)s), granted_at,
      ticket_id, amount FROM given WHERE amount > 0
  UNION ALL SELECT 'granted', currency, pg_temp.bucket(sum(amount)::bigint, %(money)s),
      min(granted_at), ticket_id, sum(amount) FROM given WHERE amount > 0
    GROUP BY ticket_id, currency
  UNION ALL SELECT 'offer_time', '', pg_temp.bucket(seconds, %(time)s), sent, id, seconds FROM (
    SELECT t.id, min(o.sent_at) AS sent,
      extract(epoch FROM min(o.sent_at) - t.received_at)::bigint AS seconds
    FROM ours t JOIN remedies_offer o ON o.ticket_id = t.id AND o.sent_at IS NOT NULL
    GROUP BY t.id, t.received_at HAVING min(o.sent_at) >= t.received_at) firsts
  UNION ALL SELECT 'exception', e.status, -1, e.created_at, t.id, 0
    FROM seen t JOIN remedies_exceptionrequest e ON e.ticket_id = t.id
  UNION ALL SELECT 'time', key, pg_temp.bucket(trunc(extract(epoch FROM b - a))::bigint, %(time)s),
      b, id, trunc(extract(epoch FROM b - a))::bigint FROM spans WHERE b >= a
)
SELECT measure, key, bucket, (c.at AT TIME ZONE 'UTC')::date, t.team_id, t.category_id, count(*),
  sum(c.total)::bigint
FROM counted c JOIN tickets_ticket t ON t.id = c.id GROUP BY 1, 2, 3, 4, 5, 6
"""
_BUCKET = """
CREATE OR REPLACE FUNCTION pg_temp.bucket(value bigint, edges bigint[]) RETURNS int
LANGUAGE sql IMMUTABLE AS 'SELECT count(*)::int FROM unnest(edges) edge WHERE edge < value'
"""


def raw() -> Sums:
    """What should be counted: {(measure, key, bucket, day, team, category): (count, sum)}, but for
    themes, which only the words themselves tell."""
    with connection.cursor() as cursor:
        cursor.execute(_BUCKET)
        cursor.execute(_COUNTED, {"money": list(MONEY_EDGES), "time": list(TIME_EDGES)})
        return {(m, key, b, day, team, c): (n, s) for m, key, b, day, team, c, n, s in cursor}


def kept() -> Sums:
    """What is counted."""
    rows = Rollup.objects.exclude(measure="theme").values_list(
        "measure", "key", "bucket", "day", "team_id", "category_id", "n", "total"
    )
    return {(m, key, b, day, team, c): (n, s) for m, key, b, day, team, c, n, s in rows}
