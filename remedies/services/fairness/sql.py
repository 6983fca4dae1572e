"""The one query behind the spread of remedies: every figure of a report from one reading.

`remedies.rules.checks.equality` says in Python what `alike` and the fences say here; a test holds
them together. Rows are kept narrow (keys and sums), for a report may go through a million of them.
"""

#: What was decided on each ticket last: an offer that was sent, or a refusal of what was drafted;
#: and what was granted before on the same ticket, for a later offer gives the rest.
#: `{seen}` is the set of tickets that the reader may see; of them only those with something of
#: the period are looked at, so that it costs what the period holds.
_DECIDED = """
lately AS (
  SELECT ticket_id FROM remedies_offer WHERE sent_at >= %(start)s AND sent_at < %(end)s
  UNION SELECT ticket_id FROM remedies_refusal WHERE at >= %(start)s AND at < %(end)s
),
seen AS MATERIALIZED (
  SELECT * FROM ({seen}) mine WHERE id IN (SELECT ticket_id FROM lately)
),
refused AS (
  SELECT DISTINCT ON (f.ticket_id) f.ticket_id, f.at, f.refused_by_id
  FROM remedies_refusal f JOIN seen ON seen.id = f.ticket_id ORDER BY f.ticket_id, f.id DESC
),
chosen AS MATERIALIZED (
  SELECT * FROM (
    SELECT DISTINCT ON (o.ticket_id)
      o.id, o.ticket_id, o.policy_id, o.currency, o.total, r.ticket_id IS NOT NULL AS refused,
      coalesce(r.at, o.sent_at) AS decided, coalesce(r.refused_by_id, o.sent_by_id) AS rep_id,
      seen.category_id, seen.team_id
    FROM seen
    JOIN remedies_offer o ON o.ticket_id = seen.id
    LEFT JOIN refused r ON r.ticket_id = o.ticket_id AND o.status = 'withdrawn'
    WHERE o.policy_id IS NOT NULL AND (r.ticket_id IS NOT NULL
      OR (o.sent_at IS NOT NULL AND o.status NOT IN ('withdrawn', 'superseded')))
    ORDER BY o.ticket_id, o.id DESC
  ) last WHERE decided >= %(start)s AND decided < %(end)s
),
before AS (
  SELECT m.ticket_id, m.rule, sum(m.amount)::bigint AS amount
  FROM chosen o JOIN remedies_remedy m ON m.ticket_id = o.ticket_id AND m.offer_id < o.id
  WHERE m.status <> 'reversed' AND m.amount IS NOT NULL GROUP BY m.ticket_id, m.rule
)
"""

#: What each rule gave, and (without a part) the whole, with what makes it alike.
_GIVEN = """
parts AS MATERIALIZED (
  SELECT c.id AS part_id, o.id,
    hashtextextended(concat_ws(E'\\n', o.policy_id, o.currency, c.rule, c.facts), 0) AS alike,
    CASE WHEN o.refused AND c.amount IS NOT NULL THEN 0 ELSE c.amount END
      + coalesce(b.amount, 0) AS amount,
    c.rule
  FROM chosen o JOIN remedies_offercomponent c ON c.offer_id = o.id
  LEFT JOIN before b ON b.ticket_id = o.ticket_id AND b.rule = c.rule
  WHERE c.rule <> ''
),
given AS MATERIALIZED (
  SELECT part_id, id, alike, amount FROM parts
  WHERE amount IS NOT NULL AND (%(rule)s = '*' OR rule = %(rule)s)
  UNION ALL
  SELECT NULL, o.id, hashtextextended(w.alike::text, 1),
    CASE WHEN o.refused THEN 0 ELSE o.total END + coalesce(b.amount, 0)
  FROM (SELECT id, bit_xor(alike) AS alike FROM parts GROUP BY id) w
  JOIN chosen o USING (id)
  LEFT JOIN (SELECT ticket_id, sum(amount)::bigint AS amount FROM before GROUP BY ticket_id) b
    ON b.ticket_id = o.ticket_id
  WHERE %(rule)s = '*'
)
"""

#: Each set of equals with its middle half, and each sum with its distance from what is usual; what
#: stands out, in whole only where no part of it does; and the currency that is shown, by default
#: the one with most offers.
_RATED = """
equals AS MATERIALIZED (
  SELECT alike, count(*) AS n, max(part_id) AS part_id, max(id) AS example,
    min(amount) AS least, max(amount) AS most,
    percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY amount) AS q
  FROM given GROUP BY alike
),
rated AS MATERIALIZED (
  SELECT g.*, e.n, e.q[2] AS usual, g.amount - e.q[2] AS apart,
    e.n >= %(enough)s AND (g.amount < e.q[1] - %(reach)s * (e.q[3] - e.q[1])
      OR g.amount > e.q[3] + %(reach)s * (e.q[3] - e.q[1])) AS out
  FROM given g JOIN equals e USING (alike)
),
shown AS MATERIALIZED (
  SELECT coalesce(nullif(%(currency)s, ''), (
    SELECT currency FROM chosen GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
  ), '') AS currency
),
mine AS MATERIALIZED (
  SELECT r.*, o.ticket_id, o.category_id, o.team_id, o.rep_id, o.refused, o.decided
  FROM rated r JOIN chosen o USING (id) WHERE o.currency = (SELECT currency FROM shown)
),
standing AS MATERIALIZED (
  SELECT * FROM mine r WHERE out AND (part_id IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM mine p WHERE p.id = r.id AND p.out AND p.part_id IS NOT NULL))
)
"""

PREFIX = f"WITH {_DECIDED}, {_GIVEN}, {_RATED}"

#: Sums by currency; of the whole offers, or of the rule that was asked for.
_TOTALS = """
SELECT coalesce(json_agg(t ORDER BY t.n DESC, t.currency), '[]') FROM (
  SELECT o.currency, count(*) AS n, sum(r.amount) AS total,
    count(*) FILTER (WHERE o.refused) AS refused,
    count(*) FILTER (WHERE r.n > 1) AS among_equals,
    count(*) FILTER (WHERE r.n >= %(enough)s) AS compared
  FROM rated r JOIN chosen o USING (id)
  WHERE r.part_id IS NULL OR %(rule)s <> '*' GROUP BY o.currency) t
"""

#: The sets of equals, those in which something stands out first, then the widest.
_GROUPS = """
SELECT coalesce(json_agg(t ORDER BY t.outliers DESC, t.width DESC, t.n DESC, t.part_id), '[]')
FROM (
  SELECT e.part_id, e.alike::text, e.n, e.least, e.most, e.q, e.example, e.most - e.least AS width,
    x.outliers, x.foot, x.head
  FROM equals e
  JOIN (
    SELECT alike, count(*) FILTER (WHERE out) AS outliers,
      min(amount) FILTER (WHERE NOT out) AS foot, max(amount) FILTER (WHERE NOT out) AS head
    FROM mine WHERE part_id IS NOT NULL GROUP BY alike
  ) x USING (alike)
  WHERE e.n > 1
  ORDER BY outliers DESC, width DESC, n DESC, e.part_id LIMIT %(limit)s
) t
"""

#: By rule, category, team and rep: how far from what is usual among equals. Only what has enough
#: equals is compared; the rest is counted.
_FIGURES = """
    count(*) AS n, count(*) FILTER (WHERE s.n >= %(enough)s) AS compared,
    count(*) FILTER (WHERE s.out) AS outliers,
    count(*) FILTER (WHERE s.n >= %(enough)s AND s.apart = 0) AS same,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY s.amount) AS usual,
    percentile_cont(ARRAY[0.1, 0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY s.apart)
      FILTER (WHERE s.n >= %(enough)s) AS q,
    min(s.apart) FILTER (WHERE s.n >= %(enough)s) AS least,
    max(s.apart) FILTER (WHERE s.n >= %(enough)s) AS most
"""
_BY_RULE = f"""
SELECT coalesce(json_agg(t), '[]') FROM (
  SELECT p.rule AS key, max(s.part_id) AS part_id, {_FIGURES}
  FROM mine s JOIN parts p USING (part_id) GROUP BY p.rule
) t
"""  # noqa: S608 - nothing of a reader's stands in it
_BY_PLACE = f"""
SELECT coalesce(json_agg(t), '[]') FROM (
  SELECT category_id, team_id, rep, {_FIGURES}
  FROM (
    SELECT *, CASE WHEN %(all_reps)s OR team_id = ANY(%(rep_teams)s) THEN rep_id END AS rep
    FROM mine WHERE part_id IS NULL OR %(rule)s <> '*'
  ) s
  GROUP BY GROUPING SETS ((category_id), (team_id), (rep))
) t WHERE coalesce(category_id, team_id, rep) IS NOT NULL
"""  # noqa: S608 - nothing of a reader's stands in it

#: What stands out, the farthest first; why it is so, where somebody said.
_OUTLIERS = """
SELECT coalesce(json_agg(t ORDER BY abs(t.apart) DESC, t.number), '[]') FROM (
  SELECT k.number, coalesce(c.rule, '') AS rule, coalesce(c.title, '') AS title, s.amount, s.usual,
    s.apart, s.n, s.refused, s.decided, s.category_id, s.team_id,
    coalesce(x.reason, c.reason, '') AS reason, x.id IS NOT NULL AS exception
  FROM (SELECT * FROM standing ORDER BY abs(apart) DESC, ticket_id LIMIT %(limit)s) s
  JOIN tickets_ticket k ON k.id = s.ticket_id
  LEFT JOIN remedies_offercomponent c ON c.id = s.part_id
  LEFT JOIN LATERAL (
    SELECT e.id, e.reason FROM remedies_exceptionrequest e
    WHERE e.offer_id = s.id AND e.status IN ('approved', 'amended') ORDER BY e.id DESC LIMIT 1
  ) x ON true
) t
"""
_SHOWN, _STANDING = "SELECT currency FROM shown", "SELECT count(*) FROM standing"


def _told(*parts: str) -> str:
    return f"{PREFIX} SELECT {', '.join(f'({part})' for part in parts)}"


WHOLE_REPORT = _told(_SHOWN, _TOTALS, _GROUPS, _BY_RULE, _BY_PLACE, _OUTLIERS, _STANDING)
JUST_OUTLIERS = _told(_SHOWN, _OUTLIERS)

#: The tickets behind a figure: those of a line (`what`, `key`), and what of it (`column`).
BEHIND = f"""{PREFIX},
every AS (
  SELECT s.id, s.part_id, s.ticket_id, s.decided, s.n, s.apart, s.out, s.refused FROM mine s
  WHERE CASE %(what)s
    WHEN 'group' THEN s.alike::text = %(key)s
    WHEN 'rule' THEN s.part_id IN (SELECT part_id FROM parts WHERE rule = %(key)s)
    WHEN 'category' THEN s.category_id::text = %(key)s
    WHEN 'team' THEN s.team_id::text = %(key)s
    WHEN 'rep' THEN s.rep_id::text = %(key)s
      AND (%(all_reps)s OR s.team_id = ANY(%(rep_teams)s))
    WHEN 'standing' THEN s.out AND (s.id, s.part_id) IN (SELECT id, part_id FROM standing)
      OR s.out AND s.part_id IS NULL AND s.id IN (SELECT id FROM standing WHERE part_id IS NULL)
    ELSE true END
  AND (%(what)s IN ('group', 'rule', 'standing') OR s.part_id IS NULL OR %(rule)s <> '*')
),
listed AS (
  SELECT ticket_id, decided AS moment, ARRAY[id, coalesce(part_id, 0)]::bigint[] AS keys FROM every
  WHERE CASE %(column)s
    WHEN 'equal' THEN n > 1
    WHEN 'compared' THEN n >= %(enough)s
    WHEN 'same' THEN n >= %(enough)s AND apart = 0
    WHEN 'out' THEN out
    WHEN 'refused' THEN refused
    ELSE true END
)
"""  # noqa: S608 - nothing of a reader's stands in it
