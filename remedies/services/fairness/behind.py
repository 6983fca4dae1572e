"""The tickets behind a figure of fairness, by the same query that worked the figure out."""

from __future__ import annotations

from dataclasses import dataclass

from remedies.access import tickets_compared_by
from remedies.services.fairness import sql
from remedies.services.fairness.spread import Asked, values_of
from remedies.services.fairness.times import BUCKETS
from tickets.access import Principal
from tickets.errors import Invalid
from tickets.listed import Listed, Page
from tickets.models import Category, Team
from tickets.periods import Period
from tickets.reading import read_page

#: Of what a figure is, and what of it: all, those with an equal, those that are compared, those at
#: what is usual, those that stand out, those refused.
KINDS = ("all", "group", "rule", "category", "team", "rep", "standing")
COLUMNS = ("all", "equal", "compared", "same", "out", "refused")
#: Of what a figure of offer times is.
TIMES_BY = ("all", "bucket", "category", "team")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its `kind` of KINDS, the key of its line, and a column of COLUMNS."""

    kind: str = "all"
    key: str = ""
    column: str = "all"


def tickets_behind(
    who: Principal, period: Period, asked: Asked, figure: Figure, page: Page
) -> Listed:
    """What a figure is made of. Two queries, and one for the name of a line.

    Raises `NotAllowed` as `fairness` does, `Invalid` for a figure that there is not.
    """
    if figure.kind not in KINDS:
        raise Invalid("It is one of: {known}.", known=", ".join(KINDS), field="what")
    if figure.column not in COLUMNS:
        raise Invalid("It is one of: {known}.", known=", ".join(COLUMNS), field="column")
    seen, values = values_of(who, period, asked)
    told = {"what": figure.kind, "key": _key(figure), "column": figure.column}
    return read_page(sql.BEHIND, seen, page, **values, **told)


def _key(figure: Figure) -> str:
    """As the rows have it."""
    if figure.kind == "category":
        found = Category.objects.filter(key=figure.key).values_list("pk", flat=True).first()
    elif figure.kind == "team":
        found = Team.objects.filter(key=figure.key).values_list("pk", flat=True).first()
    else:
        return figure.key
    if found is None:
        raise Invalid("There is no such line.", field="key")
    return str(found)


_TIMES = """
WITH seen AS ({seen}),
firsts AS (
  SELECT o.ticket_id, min(o.sent_at) AS sent FROM remedies_offer o
  WHERE o.sent_at IS NOT NULL AND o.ticket_id IN (
    SELECT ticket_id FROM remedies_offer WHERE sent_at >= %(start)s AND sent_at < %(end)s
  ) GROUP BY o.ticket_id
),
listed AS (
  SELECT f.ticket_id, f.sent AS moment, ARRAY[f.ticket_id]::bigint[] AS keys
  FROM firsts f JOIN seen ON seen.id = f.ticket_id
  WHERE f.sent >= %(start)s AND f.sent < %(end)s AND f.sent >= seen.received_at
    AND (%(above)s = 0 OR extract(epoch FROM f.sent - seen.received_at) > %(above)s)
    AND (%(up_to)s = 0 OR extract(epoch FROM f.sent - seen.received_at) <= %(up_to)s)
    AND (%(category)s = 0 OR seen.category_id = %(category)s)
    AND (%(team)s = 0 OR seen.team_id = %(team)s)
)
"""


def first_offers_behind(
    who: Principal,
    period: Period,
    page: Page,
    *,
    category: str = "",
    team: str = "",
    by: str = "all",
    key: str = "",
) -> Listed:
    """First offers of the period: all, of a `by` "bucket" (its place in BUCKETS), or of a line of
    a "category" or "team". Raises as `tickets_behind` does."""
    seen = tickets_compared_by(who, category=category, team=team)
    above = up_to = 0
    if by == "bucket":
        edges = [0, *(seconds for seconds, _ in BUCKETS), 0]
        if not (key.isascii() and key.isdecimal() and int(key) <= len(BUCKETS)):
            raise Invalid("There is no such length.", field="key")
        above, up_to = edges[int(key)], edges[int(key) + 1]
    elif by not in TIMES_BY:
        raise Invalid("It is one of: {known}.", known=", ".join(TIMES_BY), field="what")
    line = int(_key(Figure(by, key))) if by in {"category", "team"} else 0
    return read_page(
        _TIMES,
        seen.values("id", "category_id", "team_id", "received_at"),
        page,
        start=period.start,
        end=period.end,
        above=above,
        up_to=up_to,
        category=line if by == "category" else 0,
        team=line if by == "team" else 0,
    )
