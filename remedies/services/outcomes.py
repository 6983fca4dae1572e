"""What complaints came to in a period, counted as published returns count them: upheld and
rejected, by time, redress, and decisions that did not hold at a review. Never by person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from remedies.access import tickets_compared_by
from remedies.rules.reporting import (
    PortalCategory,
    Reported,
    TimeBand,
    portal_category,
    reported_as,
    share_upheld,
    time_band,
    total_redress,
)
from tickets.access import Principal
from tickets.models import Category, Team
from tickets.periods import Period
from tickets.reading import read

#: Beyond so many days it is all the same.
LONGEST = 57
#: What each complaint that was settled came to, and what was given.
FOUND = f"""
WITH seen AS MATERIALIZED ({{seen}}),
settled AS MATERIALIZED (
  SELECT * FROM seen WHERE resolved_at >= %(start)s AND resolved_at < %(end)s
    AND merged_into_id IS NULL
),
found AS (
  SELECT s.id, s.category_id, s.team_id, s.resolved_at,
    least(((s.resolved_at AT TIME ZONE %(zone)s)::date
      - (s.received_at AT TIME ZONE %(zone)s)::date), {LONGEST}) AS days,
    CASE
      WHEN bool_or(p.outcome = '') OR count(p.id) = 0 THEN ''
      WHEN bool_or(p.outcome = 'upheld') AND NOT bool_or(p.outcome = 'not_upheld') THEN 'upheld'
      WHEN bool_or(p.outcome IN ('upheld', 'partly_upheld')) THEN 'partly_upheld'
      WHEN bool_or(p.outcome = 'not_upheld') THEN 'not_upheld'
      WHEN bool_or(p.outcome = 'out_of_scope') THEN 'out_of_scope'
      ELSE 'withdrawn' END AS finding
  FROM settled s LEFT JOIN tickets_point p ON p.ticket_id = s.id
  GROUP BY s.id, s.category_id, s.team_id, s.resolved_at, s.received_at
),
given AS (
  SELECT m.ticket_id, bool_or(m.amount IS NOT NULL) AS money, bool_or(m.amount IS NULL) AS other
  FROM settled s JOIN remedies_remedy m ON m.ticket_id = s.id WHERE m.status <> 'reversed'
  GROUP BY m.ticket_id
)
"""  # noqa: S608 - nothing of a reader's stands in it
_SETTLED = f"""{FOUND}
SELECT f.category_id, f.team_id, f.days, f.finding, coalesce(g.money, false),
  coalesce(g.other, false), count(*)
FROM found f LEFT JOIN given g ON g.ticket_id = f.id GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - nothing of a reader's stands in it

_REDRESS = """
WITH seen AS ({seen})
SELECT m.currency, m.kind, count(*), sum(m.amount)::bigint
FROM seen s JOIN remedies_remedy m ON m.ticket_id = s.id
WHERE m.granted_at >= %(start)s AND m.granted_at < %(end)s AND m.status <> 'reversed'
  AND m.amount IS NOT NULL
GROUP BY m.currency, m.kind
"""

#: Decisions that were looked at again, and the rules that the refusals before them named.
DECIDED_AGAIN = """
WITH seen AS ({seen}),
decided AS MATERIALIZED (
  SELECT r.id, r.ticket_id, r.stage, r.overturned, r.because, r.asked_at, r.decided_at, seen.team_id
  FROM seen JOIN tickets_review r ON r.ticket_id = seen.id
  WHERE r.decided_at >= %(start)s AND r.decided_at < %(end)s
),
ruled AS (
  SELECT DISTINCT d.id, coalesce(nullif(item->>'rule', ''), item->>'rule_words', '') AS rule
  FROM decided d JOIN LATERAL (
    SELECT f.points FROM remedies_refusal f
    WHERE f.ticket_id = d.ticket_id AND f.at <= d.asked_at ORDER BY f.id DESC LIMIT 1
  ) f ON true CROSS JOIN LATERAL jsonb_array_elements(f.points) item
)
"""
_REVIEWS = f"""{DECIDED_AGAIN}
SELECT 'stage' AS by, stage AS key, count(*), count(*) FILTER (WHERE overturned) FROM decided
  GROUP BY stage
UNION ALL
SELECT 'team', team_id::text, count(*), count(*) FILTER (WHERE overturned) FROM decided
  GROUP BY team_id
UNION ALL
SELECT 'reason', because, count(*), count(*) FROM decided WHERE overturned GROUP BY because
UNION ALL
SELECT 'rule', rule, count(*), count(*) FILTER (WHERE d.overturned)
FROM ruled JOIN decided d USING (id) WHERE rule <> '' GROUP BY rule
"""  # noqa: S608 - nothing of a reader's stands in it


@dataclass
class Count:
    """Complaints of all, or of one category or team, by what they came to."""

    key: str
    name: str
    settled: int = 0
    upheld: int = 0
    rejected: int = 0
    #: Withdrawn, out of scope, or settled without a finding.
    neither: int = 0

    @property
    def share(self) -> float | None:
        """Upheld of what was decided, 0 to 1; None where nothing was."""
        return share_upheld({Reported.UPHELD: self.upheld, Reported.REJECTED: self.rejected})

    def add(self, reported: Reported | None, count: int) -> None:
        """So many more that came to this."""
        self.settled += count
        self.upheld += count * (reported is Reported.UPHELD)
        self.rejected += count * (reported is Reported.REJECTED)
        self.neither += count * (reported is None)


@dataclass(frozen=True)
class Redress:
    """What was granted in one currency: minor units, in all and by kind."""

    currency: str
    total: int
    #: kind → (how many, their sum).
    kinds: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Reviewed:
    """Decisions that were looked at again, and how many of them did not hold."""

    key: str
    name: str
    count: int
    overturned: int


@dataclass(frozen=True)
class Outcomes:
    """All of it."""

    period: Period
    total: Count
    by: Mapping[str, tuple[Count, ...]]
    #: Findings as they were made, partly upheld apart.
    findings: Mapping[str, int]
    bands: Mapping[TimeBand, int]
    answers: Mapping[PortalCategory, int]
    redress: tuple[Redress, ...]
    #: "stage", "team", "rule", "reason" → lines.
    reviews: Mapping[str, tuple[Reviewed, ...]]


def outcomes(who: Principal, period: Period, *, category: str = "", team: str = "") -> Outcomes:
    """What the complaints settled in a period came to, of those that `who` may see.

    Eight queries, however many there are. Raises `NotAllowed` for a rep, `Invalid` naming a key
    that fits nothing.
    """
    seen = tickets_compared_by(who, category=category, team=team).values(
        "id", "category_id", "team_id", "received_at", "resolved_at", "merged_into_id"
    )
    span: dict[str, Any] = {"start": period.start, "end": period.end}
    settled = read(_SETTLED, seen, zone=str(period.zone), **span)
    reviews = read(_REVIEWS, seen, **span)
    categories = Category.objects.in_bulk({row[0] for row in settled})
    keys = {int(row[1]) for row in reviews if row[0] == "team"}
    teams = Team.objects.in_bulk({row[1] for row in settled} | keys)
    total = Count("", "All")
    by: dict[str, dict[int, Count]] = {"category": {}, "team": {}}
    findings: dict[str, int] = {}
    bands = dict.fromkeys(TimeBand, 0)
    answers: dict[PortalCategory, int] = {}
    for category_id, team_id, days, finding, money, other, count in settled:
        counted = reported(finding)
        names = (("category", category_id, categories), ("team", team_id, teams))
        total.add(counted, count)
        for dimension, key, rows in names:
            row = rows[key]
            by[dimension].setdefault(key, Count(row.key, row.name)).add(counted, count)
        findings[finding] = findings.get(finding, 0) + count
        bands[time_band(max(days, 0))] += count
        kind = portal_category(
            money=Decimal(int(money)), other_relief=other, explanation=bool(finding)
        )
        answers[kind] = answers.get(kind, 0) + count
    return Outcomes(
        period=period,
        total=total,
        by={name: _ordered(lines.values()) for name, lines in by.items()},
        findings=findings,
        bands=bands,
        answers=answers,
        redress=_redress(read(_REDRESS, seen, **span)),
        reviews=_reviews(reviews, teams),
    )


def reported(finding: str) -> Reported | None:
    """As what a settled complaint is counted; "" is one without a finding."""
    return reported_as(finding) if finding else None


def _ordered(lines: Any) -> tuple[Count, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.settled, line.name)))


def _redress(rows: list[list[Any]]) -> tuple[Redress, ...]:
    """By currency, the one with most first."""
    kinds: dict[str, dict[str, tuple[int, int]]] = {}
    for currency, kind, count, amount in rows:
        kinds.setdefault(currency, {})[kind] = (count, amount)
    told = [
        Redress(
            currency,
            int(total_redress((kind, Decimal(amount)) for kind, (_, amount) in found.items())),
            dict(sorted(found.items(), key=lambda item: (-item[1][1], item[0]))),
        )
        for currency, found in kinds.items()
    ]
    return tuple(sorted(told, key=lambda one: (-one.total, one.currency)))


def _reviews(rows: list[list[Any]], teams: Mapping[int, Team]) -> dict[str, tuple[Reviewed, ...]]:
    """Most that did not hold first."""
    found: dict[str, list[Reviewed]] = {"stage": [], "team": [], "rule": [], "reason": []}
    for by, key, count, overturned in rows:
        team = teams[int(key)] if by == "team" else None
        found[by].append(
            Reviewed(team.key if team else key, team.name if team else key, count, overturned)
        )
    return {
        by: tuple(sorted(lines, key=lambda one: (-one.overturned, -one.count, one.name)))
        for by, lines in found.items()
    }
