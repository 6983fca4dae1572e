"""Reading the sums: one query for some measures, by what they are to be told apart by."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet, Sum

from feedback.access import InsightScope
from feedback.insight.buckets import share_at
from feedback.insight.measures import Measure
from feedback.models import Rollup
from tickets.catalogue import catalogue
from tickets.models import RootCause, Team


def narrowed(rows: QuerySet[Any], scope: InsightScope) -> QuerySet[Any]:
    """Rollups or tallies of the teams and categories that the reader asked for and may see."""
    if scope.teams is not None:
        rows = rows.filter(team__in=scope.teams)
    if scope.categories is not None:
        rows = rows.filter(category__in=scope.categories)
    return rows


@dataclass
class Sums:
    """Counts and totals of one measure and group, by key and bucket, now and before."""

    #: {(key, bucket): [n, total]}
    now: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    before: dict[tuple[str, int], list[int]] = field(default_factory=dict)

    def add(self, key: str, bucket: int, row: Mapping[str, Any]) -> None:
        """One row of the query."""
        for into, suffix in ((self.now, "_now"), (self.before, "_before")):
            if row[f"n{suffix}"]:
                both = into.setdefault((key, bucket), [0, 0])
                both[0] += row[f"n{suffix}"]
                both[1] += row[f"total{suffix}"]

    @cached_property
    def keys(self) -> list[str]:
        """Every key there is, those with most now first."""
        seen = {key for key, _ in (*self.now, *self.before)}
        return sorted(seen, key=lambda key: (-self.n(key), key))

    def n(self, *keys: str, buckets: Collection[int] = (), before: bool = False) -> int:
        """How many, of these keys and buckets, or of all."""
        return sum(n for n, _ in self._rows(keys, buckets, before=before))

    def total(self, *keys: str, before: bool = False) -> int:
        """What they add up to."""
        return sum(total for _, total in self._rows(keys, (), before=before))

    def mean(self, *keys: str, before: bool = False) -> float | None:
        """Total by count; None where nothing was counted."""
        n = self.n(*keys, before=before)
        return self.total(*keys, before=before) / n if n else None

    def share(self, *keys: str, buckets: Collection[int], before: bool = False) -> float | None:
        """The share that lies in these buckets, 0 to 1."""
        every = self.n(*keys, before=before)
        return self.n(*keys, buckets=buckets, before=before) / every if every else None

    def at(
        self, share: float, *keys: str, edges: tuple[int, ...], before: bool = False
    ) -> float | None:
        """The value that `share` of them do not exceed, read from the buckets."""
        counts: dict[int, int] = defaultdict(int)
        for (key, bucket), (n, _) in (self.before if before else self.now).items():
            if not keys or key in keys:
                counts[bucket] += n
        return share_at(counts, share, edges)

    def _rows(
        self, keys: Collection[str], buckets: Collection[int], *, before: bool
    ) -> Iterable[list[int]]:
        rows = self.before if before else self.now
        return (
            both
            for (key, bucket), both in rows.items()
            if (not keys or key in keys) and (not buckets or bucket in buckets)
        )


Groups = dict[Measure, dict[int, Sums]]


def load(scope: InsightScope, *measures: Measure, by: str = "") -> Groups:
    """{measure: {team or category id, or 0: sums}}. One query, over the period and the one before.

    `by`: "team", "category", or nothing.
    """
    period = scope.period
    first, last = period.before.first, period.last
    group = [f"{by}_id"] if by else []
    now, before = Q(day__gte=period.first), Q(day__lt=period.first)
    rows = (
        narrowed(Rollup.objects.filter(measure__in=measures, day__range=(first, last)), scope)
        .order_by()
        .values("measure", "key", "bucket", *group)
        .annotate(
            n_now=Sum("n", filter=now, default=0),
            total_now=Sum("total", filter=now, default=0),
            n_before=Sum("n", filter=before, default=0),
            total_before=Sum("total", filter=before, default=0),
        )
    )
    found: Groups = {measure: {} for measure in measures}
    for row in rows:
        of = found[Measure(row["measure"])]
        place = row[group[0]] if group else 0
        of.setdefault(place, Sums()).add(row["key"], row["bucket"], row)
    if not by:
        for measure in measures:
            found[measure].setdefault(0, Sums())
    return found


@dataclass(frozen=True, slots=True)
class Day:
    """Counts of one day."""

    day: dt.date
    measure: Measure
    key: str
    bucket: int
    n: int
    total: int


def load_days(
    scope: InsightScope, *measures: Measure, keys: Collection[str] = (), before: bool = False
) -> list[Day]:
    """The sums of each day of the period, and of the one before where that is asked. One query."""
    period = scope.period
    first = period.before.first if before else period.first
    rows = Rollup.objects.filter(measure__in=measures, day__range=(first, period.last))
    if keys:
        rows = rows.filter(key__in=keys)
    found = narrowed(rows, scope).order_by().values_list("day", "measure", "key", "bucket")
    return [
        Day(day, Measure(measure), key, bucket, n, total)
        for day, measure, key, bucket, n, total in found.annotate(Sum("n"), Sum("total"))
    ]


# -- names ----------------------------------------------------------------------------------------


def team_names() -> dict[int, tuple[str, str]]:
    """{id: (key, name)}. One query."""
    return {pk: (key, name) for pk, key, name in Team.objects.values_list("pk", "key", "name")}


def category_names() -> dict[int, tuple[str, str]]:
    """{id: (key, name with those above it)}."""
    return {pk: (entry.category.key, entry.words) for pk, entry in catalogue().by_id.items()}


def cause_names() -> dict[str, tuple[str, str]]:
    """{id as text: (key, name)}. One query."""
    rows = RootCause.objects.values_list("pk", "key", "name")
    return {str(pk): (key, name) for pk, key, name in rows}
