"""How long it takes from a complaint to its first offer: as the customer lives it, nights and
weekends counted. By team and category, never by person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from remedies.access import tickets_compared_by
from tickets.access import Principal
from tickets.models import Category, Team
from tickets.periods import Period
from tickets.reading import read
from tickets.saying import gettext_noop

HOUR, DAY = 3600, 86_400
#: Up to so many seconds, and in words.
BUCKETS = (
    (HOUR, gettext_noop("an hour")), (4 * HOUR, gettext_noop("4 hours")),
    (DAY, gettext_noop("a day")), (2 * DAY, gettext_noop("2 days")),
    (4 * DAY, gettext_noop("4 days")), (7 * DAY, gettext_noop("a week")),
    (14 * DAY, gettext_noop("2 weeks")), (28 * DAY, gettext_noop("4 weeks")),
    (56 * DAY, gettext_noop("8 weeks")),
)  # fmt: skip

_QUERY = """
WITH seen AS ({seen}),
firsts AS (
  SELECT o.ticket_id, min(o.sent_at) AS sent FROM remedies_offer o
  WHERE o.sent_at IS NOT NULL AND o.ticket_id IN (
    SELECT ticket_id FROM remedies_offer WHERE sent_at >= %(start)s AND sent_at < %(end)s
  ) GROUP BY o.ticket_id
),
spans AS MATERIALIZED (
  SELECT seen.category_id, seen.team_id, extract(epoch FROM f.sent - seen.received_at) AS seconds
  FROM firsts f JOIN seen ON seen.id = f.ticket_id
  WHERE f.sent >= %(start)s AND f.sent < %(end)s AND f.sent >= seen.received_at
)
SELECT category_id, team_id, count(*),
  percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds), max(seconds),
  ARRAY[{counts}]
FROM spans GROUP BY GROUPING SETS ((), (category_id), (team_id)) HAVING count(*) > 0
"""


@dataclass(frozen=True)
class TimeLine:
    """How long it took, of all or of one category or team: elapsed time."""

    key: str
    name: str
    count: int
    median: dt.timedelta
    ninetieth: dt.timedelta
    longest: dt.timedelta
    #: How many in each of BUCKETS, and beyond the last.
    counts: tuple[int, ...]


@dataclass(frozen=True)
class OfferTimes:
    """First offers that were sent in a period."""

    period: Period
    total: TimeLine | None
    by: Mapping[str, tuple[TimeLine, ...]]


def offer_times(
    who: Principal, period: Period, *, category: str = "", team: str = ""
) -> OfferTimes:
    """From complaint to first offer, of the tickets that `who` may see. Four queries.

    Raises `NotAllowed`, `Invalid` as `fairness` does.
    """
    seen = tickets_compared_by(who, category=category, team=team)
    columns = seen.values("id", "category_id", "team_id", "received_at")
    rows = read(_QUERY.replace("{counts}", _counts()), columns, start=period.start, end=period.end)
    categories = Category.objects.in_bulk({row[0] for row in rows if row[0] is not None})
    teams = Team.objects.in_bulk({row[1] for row in rows if row[1] is not None})
    total = None
    by: dict[str, list[TimeLine]] = {"category": [], "team": []}
    for row in rows:
        if row[0] is not None:
            by["category"].append(_line(categories[row[0]], row))
        elif row[1] is not None:
            by["team"].append(_line(teams[row[1]], row))
        else:
            total = _line(None, row)
    ordered = {
        key: tuple(sorted(lines, key=lambda line: (-line.count, line.name)))
        for key, lines in by.items()
    }
    return OfferTimes(period, total, ordered)


def _counts() -> str:
    """One count for each bucket and one for what took longer."""
    edges = [0, *(seconds for seconds, _ in BUCKETS)]
    inside = [
        f"count(*) FILTER (WHERE seconds > {low} AND seconds <= {high})"
        if low
        else f"count(*) FILTER (WHERE seconds <= {high})"
        for low, high in pairwise(edges)
    ]
    return ", ".join([*inside, f"count(*) FILTER (WHERE seconds > {edges[-1]})"])


def _line(of: Category | Team | None, row: Any) -> TimeLine:
    _, _, count, (median, ninetieth), longest, counts = row
    return TimeLine(
        key=of.key if of else "",
        name=of.name if of else "All",
        count=count,
        median=dt.timedelta(seconds=float(median)),
        ninetieth=dt.timedelta(seconds=float(ninetieth)),
        longest=dt.timedelta(seconds=float(longest)),
        counts=tuple(counts),
    )
