"""Why it happened: root causes with most first, what came again, points, findings."""

from __future__ import annotations

from collections.abc import Iterator

from feedback.access import InsightScope
from feedback.insight.measures import MOST_POINTS, NO_CAUSE, REOPENED, SAME, Measure
from feedback.services.insight.grouping import BY, Group, groups_of
from feedback.services.insight.shapes import Behind, Column, Line, Part, Unit, both
from feedback.services.insight.sums import Groups, Sums, cause_names, load

MEASURES = (
    Measure.RECEIVED, Measure.UPHELD, Measure.CAUSE, Measure.AGAIN, Measure.POINTS, Measure.OUTCOME,
)  # fmt: skip
_CAUSES = (
    Column("complaints", Unit.COUNT, -1), Column("share", Unit.SHARE),
    Column("running", Unit.SHARE),
)  # fmt: skip
_GROUPED = (
    Column("received", Unit.COUNT, -1), Column("upheld", Unit.COUNT, -1),
    Column("again", Unit.COUNT, -1), Column("points", Unit.MEAN),
)  # fmt: skip
_COUNT = (Column("complaints", Unit.COUNT, -1),)
_OUTCOMES = ("upheld", "partly_upheld", "not_upheld", "withdrawn", "out_of_scope")


def parts(scope: InsightScope) -> Iterator[Part]:
    """All of it. Three queries, and two for names."""
    found = load(scope, *MEASURES)
    yield pareto(found)
    yield _again(found)
    yield _points(found[Measure.POINTS][0])
    yield _outcomes(found[Measure.OUTCOME][0])
    for by in BY:
        rows = groups_of(by, load(scope, *MEASURES, by=by), size=Measure.RECEIVED)
        yield Part(by, _GROUPED, tuple(map(_grouped, rows)))


def pareto(found: Groups) -> Part:
    """Root causes of upheld complaints, the most frequent first, with the running share. One query,
    for names. A complaint with two causes stands in both."""
    sums, upheld = found[Measure.CAUSE][0], found[Measure.UPHELD][0]
    names = cause_names()
    every, every_before = sums.n(), sums.n(before=True)
    lines, running = [], 0
    # What nobody has found the cause of yet is no cause: it stands last.
    for key in sorted(sums.keys, key=lambda key: (key == NO_CAUSE, -sums.n(key), key)):
        n, before = sums.n(key), sums.n(key, before=True)
        running += n
        now = {"complaints": n, "share": _share(n, every), "running": _share(running, every)}
        was = {"complaints": before, "share": _share(before, every_before)}
        slug, name = names.get(key, ("", ""))
        lines.append(Line(slug, name, now, was, Behind(Measure.CAUSE, (key,))))
    return Part("causes", _CAUSES, tuple(lines), upheld.n(), upheld.n(before=True))


def _share(n: int, every: int) -> float | None:
    return n / every if every else None


def _again(found: Groups) -> Part:
    again, received = found[Measure.AGAIN][0], found[Measure.RECEIVED][0]
    lines = [_came_again(key, again, received) for key in (SAME, REOPENED)]
    columns = (*_COUNT, Column("share", Unit.SHARE, -1))
    return Part("again", columns, tuple(lines), received.n(), received.n(before=True))


def _came_again(key: str, again: Sums, received: Sums) -> Line:
    values = both(
        lambda was: {
            "complaints": again.n(key, before=was),
            "share": _share(again.n(key, before=was), received.n(before=was)),
        }
    )
    return Line(key, key, *values, behind=Behind(Measure.AGAIN, (key,)))


def _points(sums: Sums) -> Part:
    lines = tuple(
        Line(
            str(points),
            str(points),
            {"complaints": sums.n(buckets=(points,))},
            {"complaints": sums.n(buckets=(points,), before=True)},
            Behind(Measure.POINTS, (), (points,)),
        )
        for points in range(1, MOST_POINTS + 1)
        if sums.n(buckets=(points,)) or sums.n(buckets=(points,), before=True)
    )
    mean = Line(
        "mean", "mean", {"complaints": None, "points": sums.mean()},
        {"points": sums.mean(before=True)}, Behind(Measure.POINTS),
    )  # fmt: skip
    columns = (*_COUNT, Column("points", Unit.MEAN))
    return Part("points", columns, (*lines, mean), sums.n(), sums.n(before=True))


def _outcomes(sums: Sums) -> Part:
    every, before = sums.n(), sums.n(before=True)
    lines = tuple(
        Line(
            key,
            key,
            {"points": sums.n(key), "share": _share(sums.n(key), every)},
            {"points": sums.n(key, before=True), "share": _share(sums.n(key, before=True), before)},
            Behind(Measure.OUTCOME, (key,)),
        )
        for key in _OUTCOMES
    )
    columns = (Column("points", Unit.COUNT), Column("share", Unit.SHARE))
    return Part("outcomes", columns, lines, every, before)


def _grouped(group: Group) -> Line:
    sums = group.sums
    counted = {"received": Measure.RECEIVED, "upheld": Measure.UPHELD, "again": Measure.AGAIN}
    values = both(
        lambda was: {
            **{name: sums[measure].n(before=was) for name, measure in counted.items()},
            "points": sums[Measure.POINTS].mean(before=was),
        }
    )
    behinds = {name: group.behind(measure) for name, measure in counted.items()}
    return Line(
        group.key, group.name, *values, behind=group.behind(Measure.POINTS), behinds=behinds
    )
