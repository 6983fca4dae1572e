"""What was given to make it right: cost, what is usual, and how long an offer took. And what was
asked for beyond policy and authority."""

from __future__ import annotations

from collections.abc import Iterator

from feedback.access import InsightScope
from feedback.insight.buckets import MONEY_EDGES, TIME_EDGES
from feedback.insight.measures import Measure
from feedback.services.insight.grouping import BY, Group, groups_of
from feedback.services.insight.shapes import (
    Behind,
    Column,
    Figure,
    Line,
    Part,
    Unit,
    both,
    days_of,
    steps_of,
)
from feedback.services.insight.sums import Groups, Sums, load, load_days

MEASURES = (Measure.REMEDY, Measure.GRANTED)
#: Shares at which a distribution is told: the ends of the box and its reach.
SPREAD = {"low": 0.1, "quarter": 0.25, "usual": 0.5, "three_quarters": 0.75, "high": 0.9}
_SPREAD = tuple(Column(name, Unit.MONEY) for name in SPREAD)
_COSTS = (
    Column("total", Unit.MONEY), Column("complaints", Unit.COUNT), Column("mean", Unit.MONEY),
    *_SPREAD,
)  # fmt: skip
_KINDS = (Column("remedies", Unit.COUNT), Column("total", Unit.MONEY), *_SPREAD)
_TIME = (Column("usual", Unit.SECONDS, -1), Column("high", Unit.SECONDS, -1),
         Column("offers", Unit.COUNT))  # fmt: skip
_GROUPED = (
    Column("total", Unit.MONEY), Column("complaints", Unit.COUNT), Column("usual", Unit.MONEY),
    Column("time", Unit.SECONDS, -1),
)  # fmt: skip
#: What may become of a request, in the order of the page.
DECISIONS = ("approved", "amended", "declined", "withdrawn", "void", "asked_back", "half_approved",
             "pending")  # fmt: skip


def parts(scope: InsightScope) -> Iterator[Part]:
    """All of it. Four queries, and one for names."""
    found = load(scope, *MEASURES, Measure.OFFER_TIME)
    yield cost(found)
    yield kinds(found)
    yield _times(found[Measure.OFFER_TIME][0])
    currency = currency_of(found)
    yield _trend(scope, currency)
    for by in BY:
        rows = groups_of(by, load(scope, Measure.GRANTED, Measure.OFFER_TIME, by=by))
        yield Part(by, _GROUPED, tuple(_grouped(row, currency) for row in rows), currency=currency)


def currency_of(found: Groups) -> str:
    """The currency in which most complaints were made good; "" where there is none."""
    return next(iter(found[Measure.GRANTED][0].keys), "")


def cost(found: Groups) -> Part:
    """What it cost by currency; the part's is that of its first line."""
    sums = found[Measure.GRANTED][0]
    lines = [
        Line(
            currency,
            currency,
            _cost(sums, currency, was=False),
            _cost(sums, currency, was=True),
            behind=Behind(Measure.GRANTED, (currency,)),
        )
        for currency in sums.keys
    ]
    return Part("cost", _COSTS, tuple(lines), sums.n(), sums.n(before=True), currency_of(found))


def _cost(sums: Sums, currency: str, *, was: bool) -> dict[str, Figure]:
    return {
        "total": sums.total(currency, before=was),
        "complaints": sums.n(currency, before=was),
        "mean": sums.mean(currency, before=was),
        **_spread(sums, currency, was=was),
    }


def _spread(sums: Sums, key: str, *, was: bool) -> dict[str, Figure]:
    return {
        name: sums.at(share, key, edges=MONEY_EDGES, before=was) for name, share in SPREAD.items()
    }


def kinds(found: Groups) -> Part:
    """By kind of remedy, the sums in the currency that most were granted in."""
    sums, currency = found[Measure.REMEDY][0], currency_of(found)
    lines = []
    for key in sums.keys:
        kind, _, of = key.partition(" ")
        if of and of != currency:
            continue
        values = (_kind(sums, key, was=False), _kind(sums, key, was=True))
        lines.append(Line(kind, kind, *values, behind=Behind(Measure.REMEDY, (key,))))
    return Part("remedies", _KINDS, tuple(lines), sums.n(), sums.n(before=True), currency)


def _kind(sums: Sums, key: str, *, was: bool) -> dict[str, Figure]:
    told: dict[str, Figure] = {"remedies": sums.n(key, before=was)}
    if " " in key:
        told |= {"total": sums.total(key, before=was), **_spread(sums, key, was=was)}
    return told


def _times(sums: Sums) -> Part:
    values = both(
        lambda was: {
            "usual": sums.at(0.5, edges=TIME_EDGES, before=was),
            "high": sums.at(0.9, edges=TIME_EDGES, before=was),
            "offers": sums.n(before=was),
        }
    )
    line = Line("offer", "offer", *values, behind=Behind(Measure.OFFER_TIME))
    return Part("time_to_offer", _TIME, (line,), sums.n(), sums.n(before=True))


def _trend(scope: InsightScope, currency: str) -> Part:
    """What was granted step by step. One query."""
    step, firsts = steps_of(scope.period.first, scope.period.last)
    sums = [[0, 0] for _ in firsts]
    for day in load_days(scope, Measure.GRANTED, keys=(currency,)):
        step_sums = sums[(day.day - firsts[0]).days // step]
        step_sums[0] += day.total
        step_sums[1] += day.n
    lines = tuple(
        Line(
            firsts[place].isoformat(),
            firsts[place].isoformat(),
            {"total": total, "complaints": n},
            behind=Behind(
                Measure.GRANTED, (currency,), days=days_of(firsts, place, scope.period.last)
            ),
        )
        for place, (total, n) in enumerate(sums)
    )
    columns = (Column("total", Unit.MONEY), Column("complaints", Unit.COUNT))
    return Part("trend", columns, lines, currency=currency)


def _grouped(group: Group, currency: str) -> Line:
    granted, times = group.sums[Measure.GRANTED], group.sums[Measure.OFFER_TIME]
    values = both(
        lambda was: {
            "total": granted.total(currency, before=was),
            "complaints": granted.n(currency, before=was),
            "usual": granted.at(0.5, currency, edges=MONEY_EDGES, before=was),
            "time": times.at(0.5, edges=TIME_EDGES, before=was),
        }
    )
    behind = group.behind(Measure.GRANTED, currency)
    behinds = {"time": group.behind(Measure.OFFER_TIME)}
    return Line(group.key, group.name, *values, behind=behind, behinds=behinds)


# -- exceptions -----------------------------------------------------------------------------------

_EXCEPTIONS = (Column("asked", Unit.COUNT),)
_BY = (Column("asked", Unit.COUNT), Column("approved", Unit.COUNT), Column("declined", Unit.COUNT))


def exceptions(scope: InsightScope) -> Iterator[Part]:
    """Requests beyond policy or authority, by what became of them. Three queries, one for names."""
    sums = load(scope, Measure.EXCEPTION)[Measure.EXCEPTION][0]
    known = [key for key in (*DECISIONS, *sums.keys) if key in sums.keys]
    lines = [
        Line(
            key,
            key,
            {"asked": sums.n(key)},
            {"asked": sums.n(key, before=True)},
            Behind(Measure.EXCEPTION, (key,)),
        )
        for key in dict.fromkeys(known)
    ]
    yield Part("decisions", _EXCEPTIONS, tuple(lines), sums.n(), sums.n(before=True))
    for by in BY:
        rows = groups_of(by, load(scope, Measure.EXCEPTION, by=by))
        yield Part(by, _BY, tuple(map(_by, rows)))


def _by(group: Group) -> Line:
    sums = group.sums[Measure.EXCEPTION]
    yes = ("approved", "amended")
    values = both(
        lambda was: {
            "asked": sums.n(before=was),
            "approved": sums.n(*yes, before=was),
            "declined": sums.n("declined", before=was),
        }
    )
    behinds = {
        "approved": group.behind(Measure.EXCEPTION, *yes),
        "declined": group.behind(Measure.EXCEPTION, "declined"),
    }
    behind = group.behind(Measure.EXCEPTION)
    return Line(group.key, group.name, *values, behind=behind, behinds=behinds)
