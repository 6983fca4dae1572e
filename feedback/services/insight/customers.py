"""What customers said: scores, trend, themes, by team and category."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext

from feedback.access import InsightScope, visible_answers
from feedback.insight.measures import SCORES, WORDS, Measure
from feedback.insight.themes import BY_KEY
from feedback.models import Answer
from feedback.rules import DIMENSIONS, HIGHEST, LOWEST
from feedback.services.insight.grouping import BY, Group, groups_of
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
from feedback.services.insight.sums import Groups, Sums, load, load_days

#: Scores that speak for us, and those that call for a follow-up.
GOOD, POOR = (HIGHEST - 1, HIGHEST), (LOWEST, LOWEST + 1)
_ALL = tuple(range(LOWEST, HIGHEST + 1))
#: What the trend tells, in order.
TREND = ("handling", "result", "effort", "felt_heard")

_SCORES = (
    Column("mean", Unit.SCORE, 1), Column("good", Unit.SHARE, 1), Column("poor", Unit.SHARE, -1),
    *(Column(str(score), Unit.COUNT) for score in _ALL), Column("answers", Unit.COUNT),
)  # fmt: skip
_GROUPED = (*(Column(name, Unit.SCORE, 1) for name in DIMENSIONS), Column("answers", Unit.COUNT))
MEASURES = (Measure.SCORE, Measure.ANSWER, Measure.ASKED, Measure.THEME)


def parts(scope: InsightScope) -> Iterator[Part]:
    """All of it. Four queries, and one for names."""
    found = load(scope, *MEASURES)
    yield from told(found)
    yield trend(scope)
    for by in BY:
        rows = groups_of(by, load(scope, Measure.SCORE, Measure.ANSWER, by=by))
        yield Part(by, _GROUPED, tuple(map(_grouped, rows)))


def told(found: Groups) -> Iterator[Part]:
    """Scores, who answered, and what the words are about."""
    scores, answers = found[Measure.SCORE][0], found[Measure.ANSWER][0]
    every, before = answers.n(), answers.n(before=True)
    lines = tuple(_score(name, scores) for name in DIMENSIONS)
    yield Part("scores", _SCORES, lines, every, before)
    yield _asked(found[Measure.ASKED][0], answers)
    yield _themes(found[Measure.THEME][0], answers)


def _score(name: str, sums: Sums) -> Line:
    values = both(
        lambda was: {
            "mean": sums.mean(name, before=was),
            "good": sums.share(name, buckets=GOOD, before=was),
            "poor": sums.share(name, buckets=POOR, before=was),
            **{str(s): sums.n(name, buckets=(s,), before=was) for s in _ALL},
            "answers": sums.n(name, before=was),
        }
    )
    buckets = {"good": GOOD, "poor": POOR, **{str(score): (score,) for score in _ALL}}
    behinds = {key: Behind(Measure.SCORE, (name,), some) for key, some in buckets.items()}
    return Line(name, name, *values, behind=Behind(Measure.SCORE, (name,)), behinds=behinds)


def _asked(asked: Sums, answers: Sums) -> Part:
    def line(key: str, sums: Sums, *keys: str) -> Line:
        now, before = sums.n(*keys), sums.n(*keys, before=True)
        behind = Behind(Measure.ASKED if sums is asked else Measure.ANSWER, keys)
        return Line(key, key, {"customers": now}, {"customers": before}, behind)

    columns = (Column("customers", Unit.COUNT),)
    lines = (
        line("asked", asked),
        line("answered", asked, "answered"),
        line("answers", answers),
        line("with_words", answers, WORDS),
        line("scores_only", answers, SCORES),
    )
    return Part("asked", columns, lines, asked.n(), asked.n(before=True))


def _themes(sums: Sums, answers: Sums) -> Part:
    lines = [
        Line(
            key,
            gettext(theme.words),
            {"answers": sums.n(key)},
            {"answers": sums.n(key, before=True)},
            Behind(Measure.THEME, (key,)),
        )
        for key, theme in BY_KEY.items()
        if sums.n(key) or sums.n(key, before=True)
    ]
    # What speaks for us first, then what speaks against us, the most often said first.
    lines.sort(key=lambda line: (not BY_KEY[line.key].good, -(line.now["answers"] or 0)))
    every, before = answers.n(WORDS), answers.n(WORDS, before=True)
    return Part("themes", (Column("answers", Unit.COUNT),), tuple(lines), every, before)


def trend(scope: InsightScope) -> Part:
    """Mean scores step by step, and how many answered. One query."""
    step, firsts = steps_of(scope.period.first, scope.period.last)
    sums = [Sums() for _ in firsts]
    for day in load_days(scope, Measure.SCORE, keys=TREND):
        row = {"n_now": day.n, "total_now": day.total, "n_before": 0, "total_before": 0}
        sums[(day.day - firsts[0]).days // step].add(day.key, day.bucket, row)
    lines = tuple(
        Line(
            first.isoformat(),
            first.isoformat(),
            {**{name: of.mean(name) for name in TREND}, "answers": of.n(TREND[0])},
            behind=Behind(Measure.SCORE, (TREND[0],), days=days_of(firsts, n, scope.period.last)),
        )
        for n, (first, of) in enumerate(zip(firsts, sums, strict=True))
    )
    columns = (*(Column(name, Unit.SCORE, 1) for name in TREND), Column("answers", Unit.COUNT))
    return Part("trend", columns, lines)


def _grouped(group: Group) -> Line:
    scores, answers = group.sums[Measure.SCORE], group.sums[Measure.ANSWER]
    values = both(
        lambda was: {
            **{name: scores.mean(name, before=was) for name in DIMENSIONS},
            "answers": answers.n(before=was),
        }
    )
    behinds = {name: group.behind(Measure.SCORE, name) for name in DIMENSIONS}
    return Line(
        group.key, group.name, *values, behind=group.behind(Measure.ANSWER), behinds=behinds
    )


def words(scope: InsightScope) -> QuerySet[Answer]:
    """Answers of the period with words that the reader may see, the newest first."""
    period = scope.period
    days = {"at__date__gte": period.first, "at__date__lte": period.last}
    rows = visible_answers(scope.who).filter(**days, ticket__confidential=False)
    if scope.teams is not None:
        rows = rows.filter(ticket__team__in=scope.teams)
    if scope.categories is not None:
        rows = rows.filter(ticket__category__in=scope.categories)
    return rows.exclude(words="").order_by("-at", "-pk")
