"""Ideas of a period: how many, what became of them, and how many came of a ticket. Thanks are never
counted, and neither are those who had the ideas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Q, Sum

from feedback.access import InsightScope, visible_ideas
from feedback.models import Idea
from feedback.rules import IdeaStatus
from feedback.services.insight.shapes import Column, Figures, Line, Part, Unit
from tickets.errors import Invalid
from tickets.models import Membership

ALL = "all"
COLUMNS = (
    Column("ideas", Unit.COUNT),
    Column("votes", Unit.COUNT),
    Column("of_ticket", Unit.COUNT),
)


def ideas_of(scope: InsightScope, *, before: bool = False) -> Any:
    """The ideas of the period or of the one before, of the team and category that were asked for,
    as `visible_ideas` has them.

    What came of a ticket belongs to its team and category; any other idea to its author's teams.
    """
    period = scope.period.before if before else scope.period
    rows = visible_ideas(scope.who).filter(
        created_at__gte=period.start, created_at__lt=period.end
    )  # fmt: skip
    if scope.team:
        teams = scope.teams or frozenset()
        theirs = Membership.objects.filter(team__in=teams).values("user")
        rows = rows.filter(Q(ticket__team__in=teams) | Q(ticket=None, author__in=theirs))
    if scope.categories is not None:
        rows = rows.filter(ticket__category__in=scope.categories)
    return rows


def ideas_behind(scope: InsightScope, *, status: str, of: str) -> tuple[Any, int, int]:
    """The ideas that a figure counts, the newest first; how many they are, and their votes: all,
    those of a `status`, and, where `of` is "ticket", those that came of one. One query. Raises
    `Invalid`."""
    if status and status not in set(IdeaStatus):
        known = ", ".join(IdeaStatus)
        raise Invalid("The status of an idea is one of: {known}.", known=known, field="status")
    if of not in {"", "ticket"}:
        raise Invalid("“of” is “ticket”, or left out.", field="of")
    rows = ideas_of(scope)
    if status:
        rows = rows.filter(status=status)
    if of:
        rows = rows.filter(shown=True)
    told = rows.order_by().aggregate(ideas=Count("pk"), votes=Sum("vote_count", default=0))
    return rows.order_by("-created_at", "-pk"), told["ideas"], told["votes"]


def parts(scope: InsightScope) -> Iterator[Part]:
    """What became of the ideas. Two queries."""
    now, before = _counted(scope, before=False), _counted(scope, before=True)
    empty: Figures = dict.fromkeys((column.key for column in COLUMNS), 0)
    lines = [
        Line(one.value, "", now.get(one.value, empty), before.get(one.value, empty))
        for one in IdeaStatus
    ]
    every = Line(ALL, "", _sum(line.now for line in lines), _sum(line.before for line in lines))
    yield Part(
        "ideas",
        COLUMNS,
        (*lines, every),
        every=int(every.now["ideas"] or 0),
        every_before=int(every.before["ideas"] or 0),
    )


def _sum(figures: Iterator[Figures]) -> Figures:
    several = list(figures)
    return {
        column.key: sum(int(one[column.key] or 0) for one in several) for column in COLUMNS
    }  # fmt: skip


def _counted(scope: InsightScope, *, before: bool) -> Mapping[str, Figures]:
    rows: Any = (
        ideas_of(scope, before=before)
        .order_by()
        .values("pk", "status", "shown", "vote_count")
    )  # fmt: skip
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        one = found.setdefault(row["status"], {"ideas": 0, "votes": 0, "of_ticket": 0})
        one["ideas"] += 1
        one["votes"] += row["vote_count"]
        one["of_ticket"] += bool(row["shown"])
    return {key: {**one} for key, one in found.items()}


def by_status() -> dict[str, int]:
    """How many ideas of all times there are, by what became of them: everybody sees each. One
    query."""
    rows = Idea.objects.order_by().values_list("status").annotate(Count("pk"))
    return dict(rows)
