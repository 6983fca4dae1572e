"""Promises of time, kept and missed: by kind, by root cause, by team and category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from feedback.access import InsightScope
from feedback.insight.measures import KEPT, MISSED, NO_CAUSE, Measure
from feedback.services.insight.grouping import BY, groups_of
from feedback.services.insight.shapes import (
    Behind,
    Column,
    Line,
    Part,
    Unit,
    both,
    days_of,
    steps_of,
)
from feedback.services.insight.sums import Groups, Sums, cause_names, load, load_days

MEASURES = (Measure.PROMISE, Measure.PROMISE_CAUSE)
_COLUMNS = (
    Column("share", Unit.SHARE, 1), Column("kept", Unit.COUNT), Column("missed", Unit.COUNT, -1),
)  # fmt: skip


def parts(scope: InsightScope) -> Iterator[Part]:
    """All of it. Four queries, and two for names."""
    found = load(scope, *MEASURES)
    yield kinds(found)
    yield _causes(found[Measure.PROMISE_CAUSE][0])
    yield _trend(scope)
    for by in BY:
        lines = [
            _line(
                group.key,
                group.name,
                group.sums[Measure.PROMISE],
                (),
                group.behind(Measure.PROMISE),
            )
            for group in groups_of(by, load(scope, Measure.PROMISE, by=by))
        ]
        yield Part(by, _COLUMNS, tuple(lines))


def kinds(found: Groups) -> Part:
    """By kind of promise, in the order in which most were decided."""
    sums = found[Measure.PROMISE][0]
    lines = [_line(key, key, sums, (key,), Behind(Measure.PROMISE, (key,))) for key in sums.keys]
    every = _line("all", "all", sums, (), Behind(Measure.PROMISE))
    return Part("kinds", _COLUMNS, (*lines, every), sums.n(), sums.n(before=True))


def _causes(sums: Sums) -> Part:
    names = cause_names()
    lines = [
        _line(*names.get(key, ("", "")), sums, (key,), Behind(Measure.PROMISE_CAUSE, (key,)))
        for key in sorted(sums.keys, key=lambda key: (key == NO_CAUSE, -_missed(sums, key), key))
    ]
    return Part("causes", _COLUMNS, tuple(lines), sums.n(), sums.n(before=True))


def _missed(sums: Sums, key: str) -> int:
    return sums.n(key, buckets=(MISSED,))


def _line(key: str, name: str, sums: Sums, keys: tuple[str, ...], behind: Behind) -> Line:
    values = both(
        lambda was: {
            "share": sums.share(*keys, buckets=(KEPT,), before=was),
            "kept": sums.n(*keys, buckets=(KEPT,), before=was),
            "missed": sums.n(*keys, buckets=(MISSED,), before=was),
        }
    )
    behinds = {
        name_: replace(behind, buckets=(bucket,))
        for name_, bucket in (("kept", KEPT), ("missed", MISSED))
    }
    return Line(key, name, *values, behind=behind, behinds=behinds)


def _trend(scope: InsightScope) -> Part:
    """The share kept step by step, beside the same step of the period before. One query."""
    period = scope.period
    step, firsts = steps_of(period.first, period.last)
    sums = [Sums() for _ in firsts]
    for day in load_days(scope, Measure.PROMISE, before=True):
        was = day.day < period.first
        start = period.before.first if was else period.first
        place = (day.day - start).days // step
        n, total = ("n_before", "total_before") if was else ("n_now", "total_now")
        row = {"n_now": 0, "total_now": 0, "n_before": 0, "total_before": 0}
        row |= {n: day.n, total: day.total}
        sums[place].add(day.key, day.bucket, row)
    lines = tuple(
        _line(
            firsts[n].isoformat(),
            firsts[n].isoformat(),
            of,
            (),
            Behind(Measure.PROMISE, days=days_of(firsts, n, period.last)),
        )
        for n, of in enumerate(sums)
    )
    return Part("trend", _COLUMNS, lines)
