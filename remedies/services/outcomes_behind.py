"""The tickets behind a figure of what complaints came to, by the query that worked it out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from remedies.access import tickets_compared_by
from remedies.rules.reporting import PortalCategory, TimeBand, portal_category, time_band
from remedies.services.outcomes import DECIDED_AGAIN, FOUND, LONGEST, reported
from tickets.access import Principal
from tickets.errors import Invalid
from tickets.listed import Listed, Page
from tickets.models import Category, Team
from tickets.periods import Period
from tickets.reading import read_page

#: What a settled complaint can have been found to be.
FINDINGS = ("upheld", "partly_upheld", "not_upheld", "out_of_scope", "withdrawn", "")
#: Of what a figure is.
KINDS = ("all", "category", "team", "finding", "time", "answer", "redress",
         "stage", "review_team", "rule", "reason")  # fmt: skip
COLUMNS = ("all", "upheld", "rejected", "neither", "overturned")

_SETTLED = """,
listed AS (
  SELECT f.id AS ticket_id, f.resolved_at AS moment, ARRAY[f.id]::bigint[] AS keys
  FROM found f LEFT JOIN given g ON g.ticket_id = f.id
  WHERE f.finding = ANY(%(findings)s) AND greatest(f.days, 0) = ANY(%(days)s)
    AND 4 * coalesce(g.money, false)::int + 2 * coalesce(g.other, false)::int
      + (f.finding <> '')::int = ANY(%(answers)s)
    AND (%(category)s = 0 OR f.category_id = %(category)s)
    AND (%(team)s = 0 OR f.team_id = %(team)s)
)
"""
_REDRESS = """
WITH seen AS ({seen}),
listed AS (
  SELECT m.ticket_id, m.granted_at AS moment, ARRAY[m.id]::bigint[] AS keys
  FROM seen s JOIN remedies_remedy m ON m.ticket_id = s.id
  WHERE m.granted_at >= %(start)s AND m.granted_at < %(end)s AND m.status <> 'reversed'
    AND m.amount IS NOT NULL AND m.currency = %(currency)s AND m.kind = %(kind)s
)
"""
_REVIEWS = """,
listed AS (
  SELECT d.ticket_id, d.decided_at AS moment, ARRAY[d.id]::bigint[] AS keys FROM decided d
  WHERE (NOT %(overturned)s OR d.overturned) AND CASE %(what)s
    WHEN 'stage' THEN %(key)s = '' OR d.stage::text = %(key)s
    WHEN 'review_team' THEN d.team_id::text = %(key)s
    WHEN 'reason' THEN d.overturned AND d.because = %(key)s
    ELSE d.id IN (SELECT id FROM ruled WHERE rule = %(key)s) END
)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its `kind` of KINDS, the key of its line, and a column of COLUMNS."""

    kind: str = "all"
    key: str = ""
    column: str = "all"


def tickets_behind(
    who: Principal,
    period: Period,
    figure: Figure,
    page: Page,
    *,
    category: str = "",
    team: str = "",
) -> Listed:
    """What a figure is made of. Two queries, and one for the key of a line.

    Raises `NotAllowed` as `outcomes` does, `Invalid` for a figure that there is not.
    """
    if figure.kind not in KINDS:
        raise Invalid("It is one of: {known}.", known=", ".join(KINDS), field="what")
    if figure.column not in COLUMNS:
        raise Invalid("It is one of: {known}.", known=", ".join(COLUMNS), field="column")
    seen = tickets_compared_by(who, category=category, team=team).values(
        "id", "category_id", "team_id", "received_at", "resolved_at", "merged_into_id"
    )
    span: dict[str, Any] = {"start": period.start, "end": period.end}
    if figure.kind == "redress":
        kind, _, currency = figure.key.partition(" ")
        return read_page(_REDRESS, seen, page, **span, kind=kind, currency=currency)
    if figure.kind in {"stage", "review_team", "rule", "reason"}:
        key = str(_line(figure)) if figure.kind == "review_team" else figure.key
        told = {"what": figure.kind, "key": key, "overturned": figure.column == "overturned"}
        return read_page(DECIDED_AGAIN + _REVIEWS, seen, page, **span, **told)
    return read_page(
        FOUND + _SETTLED, seen, page, zone=str(period.zone), **span, **_settled(figure)
    )


def _settled(figure: Figure) -> dict[str, Any]:
    """Which of the settled complaints count."""
    column = {"upheld": "upheld", "rejected": "rejected", "neither": None}
    findings = [
        finding
        for finding in FINDINGS
        if figure.column not in column or _counted_as(finding) == column[figure.column]
    ]
    days, answers = list(range(LONGEST + 1)), list(range(8))
    if figure.kind == "finding":
        findings = [figure.key]
    elif figure.kind == "time":
        days = [day for day in days if time_band(day) == _one(TimeBand, figure.key)]
    elif figure.kind == "answer":
        answers = _answers(_one(PortalCategory, figure.key))
    return {
        "findings": findings,
        "days": days,
        "answers": answers,
        "category": _line(figure) if figure.kind == "category" else 0,
        "team": _line(figure) if figure.kind == "team" else 0,
    }


def _counted_as(finding: str) -> str | None:
    counted = reported(finding)
    return counted.value if counted is not None else None


def _answers(wanted: PortalCategory) -> list[int]:
    """The marks (4: money, 2: something else, 1: a finding) of what counts as this answer."""
    return [
        4 * money + 2 * other + found
        for money, other, found in product((0, 1), repeat=3)
        if portal_category(
            money=Decimal(money), other_relief=bool(other), explanation=bool(found)
        ) == wanted
    ]  # fmt: skip


def _one(known: Any, key: str) -> Any:
    try:
        return known(key)
    except ValueError:
        raise Invalid("There is no such line.", field="key") from None


def _line(figure: Figure) -> int:
    model: Any = Category if figure.kind == "category" else Team
    found = model.objects.filter(key=figure.key).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid("There is no such line.", field="key")
    return int(found)
