"""Times inside the house, for diagnosis: where a complaint waits. By team and category in the order
of their names, never by person, and never a score."""

from __future__ import annotations

from collections.abc import Iterator

from feedback.access import InsightScope
from feedback.insight.buckets import DAY, HOUR, TIME_EDGES
from feedback.insight.measures import TIMES, Measure
from feedback.services.insight.grouping import BY, Group, groups_of
from feedback.services.insight.shapes import Behind, Column, Line, Part, Unit, both
from feedback.services.insight.sums import Sums, load

_COLUMNS = (
    Column("usual", Unit.SECONDS, -1), Column("high", Unit.SECONDS, -1),
    Column("count", Unit.COUNT),
)  # fmt: skip
#: Coarse edges of the picture, each one of TIME_EDGES.
EDGES = (HOUR, 4 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 56 * DAY)
_HANDED = (Column("complaints", Unit.COUNT, -1), Column("hands", Unit.COUNT, -1))


def parts(scope: InsightScope) -> Iterator[Part]:
    """All of it. Three queries, and one for names."""
    found = load(scope, Measure.TIME, Measure.HANDED, Measure.RECEIVED)
    sums = found[Measure.TIME][0]
    lines = tuple(_line(key, sums) for key in TIMES)
    yield Part("times", _COLUMNS, lines)
    yield Part("spread", _spread_columns(), tuple(_spread(key, sums) for key in TIMES))
    yield _handed(found[Measure.HANDED][0], found[Measure.RECEIVED][0])
    for by in BY:
        rows = groups_of(by, load(scope, Measure.TIME, by=by))
        columns = tuple(Column(key, Unit.SECONDS, -1) for key in TIMES)
        yield Part(by, columns, tuple(map(_grouped, rows)))


def _line(key: str, sums: Sums) -> Line:
    values = both(
        lambda was: {
            "usual": sums.at(0.5, key, edges=TIME_EDGES, before=was),
            "high": sums.at(0.9, key, edges=TIME_EDGES, before=was),
            "count": sums.n(key, before=was),
        }
    )
    return Line(key, key, *values, behind=Behind(Measure.TIME, (key,)))


def _spread_columns() -> tuple[Column, ...]:
    return tuple(Column(str(edge), Unit.COUNT) for edge in (*EDGES, 0))


def buckets_between(place: int) -> tuple[int, ...]:
    """The fine buckets in the coarse one with this number."""
    ends = [TIME_EDGES.index(edge) + 1 for edge in EDGES]
    low = ends[place - 1] if place else 0
    high = ends[place] if place < len(ends) else len(TIME_EDGES) + 1
    return tuple(range(low, high))


def _spread(key: str, sums: Sums) -> Line:
    names = [column.key for column in _spread_columns()]
    parts_ = [buckets_between(place) for place in range(len(names))]
    values = both(
        lambda was: {
            name: sums.n(key, buckets=some, before=was)
            for name, some in zip(names, parts_, strict=True)
        }
    )
    behinds = {
        name: Behind(Measure.TIME, (key,), some) for name, some in zip(names, parts_, strict=True)
    }
    return Line(key, key, *values, behind=Behind(Measure.TIME, (key,)), behinds=behinds)


def _handed(sums: Sums, received: Sums) -> Part:
    values = both(lambda was: {"complaints": sums.n(before=was), "hands": sums.total(before=was)})
    line = Line("handed", "handed", *values, behind=Behind(Measure.HANDED))
    return Part("handed", _HANDED, (line,), received.n(), received.n(before=True))


def _grouped(group: Group) -> Line:
    sums = group.sums[Measure.TIME]
    values = both(
        lambda was: {key: sums.at(0.5, key, edges=TIME_EDGES, before=was) for key in TIMES}
    )
    behinds = {key: group.behind(Measure.TIME, key) for key in TIMES}
    return Line(group.key, group.name, *values, behind=group.behind(Measure.TIME), behinds=behinds)
