"""What was promised, kept and missed in a period, against the one before. By kind, root cause, team
and category; never by person.

A promise belongs to the period in which it was decided: missed at the moment of the breach, else
kept at the moment it was met. One that ended without being met or missed is not counted, and one
that went to another ticket by a merge, or was missed there before a split, only there. Tickets
that were imported from the past are left out: nobody here made those promises.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Least

from escalation.models import Deadline, Extension, Pause
from escalation.models.deadlines import COUNTED, DECIDED
from escalation.policies.kinds import DEFAULTS, Kind
from escalation.services.counting_promises import Row, counted
from escalation.services.explaining import REASONS
from tickets.access import Principal, visible_tickets
from tickets.errors import Invalid
from tickets.listed import Listed, Page, listed
from tickets.models import Category, Point, RootCause, Team, Ticket
from tickets.money import said_digits
from tickets.periods import Period
from tickets.saying import gettext_noop

DIMENSIONS = ("kind", "cause", "team", "category")
#: Of what a figure can be.
KINDS = ("all", *DIMENSIONS, "pause", "extension")
COLUMNS = ("kept", "missed", "kept_before", "missed_before")
POINTS = 13
NO_CAUSE = gettext_noop("No cause found yet")


@dataclass(frozen=True)
class Line:
    """Kept and missed in the period and in the one before."""

    key: str
    name: str
    kept: int = 0
    missed: int = 0
    kept_before: int = 0
    missed_before: int = 0

    @property
    def every(self) -> int:
        """How many were decided."""
        return self.kept + self.missed

    @property
    def share(self) -> float | None:
        """The share that was kept, 0 to 1; None where nothing was decided."""
        return self.kept / self.every if self.every else None

    @property
    def share_before(self) -> float | None:
        """The same of the period before."""
        every = self.kept_before + self.missed_before
        return self.kept_before / every if every else None


@dataclass(frozen=True)
class PausesUsed:
    """Pauses of one reason on deadlines decided in the period; times are of the wall."""

    reason: str
    words: str
    deadlines: int
    pauses: int
    total: dt.timedelta
    longest: dt.timedelta


@dataclass(frozen=True)
class ExtensionsUsed:
    """Later dates written to customers, on deadlines decided in the period."""

    deadlines: int = 0
    extensions: int = 0
    total: dt.timedelta = dt.timedelta()
    deadlines_before: int = 0


@dataclass(frozen=True)
class TrendPoint:
    """One part of the period beside the same part of the one before."""

    first: dt.date
    kept: int
    missed: int
    kept_before: int
    missed_before: int


@dataclass(frozen=True)
class Report:
    """All of it."""

    period: Period
    total: Line
    by: Mapping[str, tuple[Line, ...]]
    trend: tuple[TrendPoint, ...]
    pauses: tuple[PausesUsed, ...]
    extensions: ExtensionsUsed


@dataclass
class _Sums:
    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    names: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, name: str, row: Mapping[str, Any]) -> None:
        self.names[key] = name
        for place, column in enumerate(COLUMNS):
            self.counts[key][place] += row[column]

    def lines(self) -> tuple[Line, ...]:
        """Those with most promises first."""
        lines = (Line(key, self.names[key], *counts) for key, counts in self.counts.items())
        return tuple(sorted(lines, key=lambda line: (-line.every, line.name)))


def report(
    who: Principal,
    period: Period,
    *,
    now: dt.datetime,
    team: str = "",
    kind: str = "",
    category: str = "",
) -> Report:
    """What was kept and missed of what `who` may see. Seven queries, however much there is."""
    rows = _decided(who, team=team, kind=kind, category=category)
    both = rows.filter(decided__gte=period.before.start, decided__lt=period.end)
    mine = rows.filter(decided__gte=period.start, decided__lt=period.end)
    lines, days, causes = counted(_seen(who, team=team, category=category), period, kind=kind)
    by, total = _by(lines, causes)
    return Report(
        period=period,
        total=total,
        by=by,
        trend=_trend(days, period),
        pauses=_pauses(mine, now=now),
        extensions=_extensions(both, period),
    )


def _seen(who: Principal, *, team: str, category: str) -> QuerySet[Ticket]:
    seen = visible_tickets(who).filter(historical=False)
    if team:
        seen = seen.filter(team__key=team)
    if category:
        seen = seen.filter(category__key=category)
    return seen


def _decided(who: Principal, *, team: str, kind: str, category: str) -> QuerySet[Any]:
    seen = _seen(who, team=team, category=category)
    rows = Deadline.objects.filter(DECIDED & COUNTED, ticket__in=seen).order_by()
    if kind:
        rows = rows.filter(kind=kind)
    return rows.annotate(decided=Coalesce("breached_at", "met_at"))


def promises_behind(
    who: Principal,
    period: Period,
    page: Page,
    *,
    team: str = "",
    kind: str = "",
    category: str = "",
    by: str = "all",
    key: str = "",
    which: str = "",
) -> Listed:
    """The promises behind a figure: of all or one line of a dimension, those kept or missed
    (`which`), or every one. A part of the period is asked for as a period. Two queries.

    Raises `Invalid` for a dimension or column that there is not.
    """
    if by not in KINDS:
        raise Invalid("It is one of: {known}.", known=", ".join(KINDS), field="what")
    if which not in ({"", "pauses"} if by == "pause" else {"", "kept", "missed"}):
        raise Invalid("There is no such column.", field="column")
    rows = _decided(who, team=team, kind=kind, category=category)
    rows = rows.filter(decided__gte=period.start, decided__lt=period.end)
    if which == "pauses":
        pauses = Pause.objects.filter(deadline__in=rows.values("pk"), reason=key)
        return listed(pauses, page, at="started_at", ticket="deadline__ticket_id")
    if which:
        rows = rows.filter(breached_at__isnull=which == "kept")
    if by == "cause":
        rows = rows.filter(_of_cause(key))
    elif by == "pause":
        rows = rows.filter(Exists(Pause.objects.filter(deadline=OuterRef("pk"), reason=key)))
    elif by == "extension":
        rows = rows.filter(Exists(Extension.objects.filter(deadline=OuterRef("pk"))))
    elif by != "all":
        column = {"kind": "kind", "team": "ticket__team__key", "category": "ticket__category__key"}
        rows = rows.filter(**{column[by]: key})
    return listed(rows, page, at="decided")


def clocks_behind(found: Listed, *, which: str = "") -> list[Deadline]:
    """The promise that each row of `promises_behind` is, or that was paused. One query."""
    if which == "pauses":
        pauses = Pause.objects.select_related("deadline").in_bulk(found.keys)
        return [pauses[key].deadline for key in found.keys]
    rows = Deadline.objects.in_bulk(found.keys)
    return [rows[key] for key in found.keys]


def clocks_decided(tickets: Iterable[int]) -> list[Deadline]:
    """The promises on these tickets that count as kept or missed, in their order. One query."""
    rows = Deadline.objects.filter(DECIDED & COUNTED, ticket__in=list(tickets))
    return list(rows.order_by(Coalesce("breached_at", "met_at"), "pk"))


def _of_cause(key: str) -> Q:
    """On a ticket with a point of this cause; with "", on one with a point without, or none."""
    points = Point.objects.filter(ticket=OuterRef("ticket"))
    if key:
        return Q(Exists(points.filter(root_cause__key=key)))
    return Q(Exists(points.filter(root_cause=None))) | ~Q(Exists(points))


def _by(lines: Iterable[Row], causes: Iterable[Row]) -> tuple[dict[str, tuple[Line, ...]], Line]:
    """Lines of each dimension, and of all. A promise on a ticket with two causes stands in both.
    Three queries, for the names."""
    sums = {name: _Sums() for name in (*DIMENSIONS, "all")}
    teams = Team.objects.in_bulk({row["team_id"] for row in lines})
    categories = Category.objects.in_bulk({row["category_id"] for row in lines})
    for row in lines:
        team, category = teams[row["team_id"]], categories[row["category_id"]]
        sums["kind"].add(row["kind"], DEFAULTS[Kind(row["kind"])].words, row)
        sums["team"].add(team.key, team.name, row)
        sums["category"].add(category.key, category.name, row)
        sums["all"].add("all", "All", row)
    known = RootCause.objects.in_bulk({row["cause"] for row in causes} - {None})
    for row in causes:
        cause = known.get(row["cause"])
        sums["cause"].add(cause.key if cause else "", cause.name if cause else NO_CAUSE, row)
    (total,) = sums["all"].lines() or (Line("all", "All"),)
    return {name: sums[name].lines() for name in DIMENSIONS}, total


def _trend(days: Iterable[Row], period: Period) -> tuple[TrendPoint, ...]:
    """The period in at most 13 equal parts, each beside its like of the period before."""
    count = (period.last - period.first).days + 1
    step = max(-(-count // POINTS), 1)
    parts = -(-count // step)
    counts = [[0, 0, 0, 0] for _ in range(parts)]
    for row in days:
        was = row["day"] < period.first
        place = (row["day"] - (period.before.first if was else period.first)).days // step
        if 0 <= place < parts:
            for at, column in enumerate(COLUMNS):
                counts[place][at] += row[column]
    return tuple(
        TrendPoint(period.first + dt.timedelta(days=step * place), *found)
        for place, found in enumerate(counts)
    )


def _pauses(rows: QuerySet[Any], *, now: dt.datetime) -> tuple[PausesUsed, ...]:
    until = Least("ended_at", "limit_at", Value(now))
    found = (
        Pause.objects.filter(deadline__in=rows.values("pk"))
        .order_by()
        .values("reason")
        .annotate(
            deadlines=Count("deadline", distinct=True),
            pauses=Count("pk"),
            total=Sum(until - F("started_at")),
            longest=Max(until - F("started_at")),
        )
    )
    lines = (
        PausesUsed(
            row["reason"],
            str(REASONS.get(row["reason"], row["reason"].replace("_", " "))),
            row["deadlines"], row["pauses"], row["total"], row["longest"],
        )
        for row in found
    )  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (-line.pauses, line.reason)))


def _extensions(rows: QuerySet[Any], period: Period) -> ExtensionsUsed:
    mine = Q(deadline__in=rows.filter(decided__gte=period.start).values("pk"))
    found = (
        Extension.objects.filter(deadline__in=rows.values("pk"))
        .order_by()
        .aggregate(
            deadlines=Count("deadline", filter=mine, distinct=True),
            extensions=Count("pk", filter=mine),
            total=Sum(F("due_after") - F("due_before"), filter=mine),
            deadlines_before=Count("deadline", filter=~mine, distinct=True),
        )
    )
    found["total"] = found["total"] or dt.timedelta()
    return ExtensionsUsed(**found)


# -- as a table ---------------------------------------------------------------------------------

CSV_HEAD = (
    "by", "key", "name", "kept", "missed", "kept_percent",
    "kept_before", "missed_before", "kept_percent_before",
)  # fmt: skip


def table(found: Report) -> Iterable[tuple[str, ...]]:
    """The report as rows of text, the head first. No name becomes a formula in a spreadsheet."""
    yield CSV_HEAD
    for by, lines in (("all", (found.total,)), *found.by.items()):
        for line in lines:
            yield (
                by, _plain(line.key), _plain(line.name), str(line.kept), str(line.missed),
                said_digits(percent(line.share)), str(line.kept_before), str(line.missed_before),
                said_digits(percent(line.share_before)),
            )  # fmt: skip


def percent(share: float | None) -> str:
    """A share as a number with one decimal, rounded down so that 100 means all; empty for none."""
    return "" if share is None else f"{int(share * 1000) / 10:.1f}"


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
