"""The tickets behind a figure: as an address names them, and as a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Sum

from feedback.access import InsightScope, insight_scope
from feedback.insight.measures import Measure
from feedback.models import Rollup, Tally
from feedback.models.insight import Counted
from feedback.services.insight.shapes import Behind
from feedback.services.insight.sums import narrowed
from tickets.access import Principal, visible_tickets
from tickets.errors import Invalid
from tickets.periods import Period

#: What tells what was given and allowed.
_COMPARING = frozenset({Measure.REMEDY, Measure.GRANTED, Measure.OFFER_TIME, Measure.EXCEPTION})
MOST_KEYS = 50
#: Up to so many, how many tickets are behind a figure is told beside it.
MOST_TOLD = 5_000


def query_of(what: Behind, scope: InsightScope) -> str:
    """The address of what is behind a figure of this scope, from the "?" on without it."""
    first, last = what.days or (scope.period.first, scope.period.last)
    asked = {
        "measure": what.measure.value,
        "key": ",".join(what.keys),
        "bucket": ",".join(map(str, what.buckets)),
        "team": what.team or scope.team,
        "category": what.category or scope.category,
        "alone": "1" if what.alone else "",
        "from": first.isoformat(),
        "to": last.isoformat(),
    }
    return urlencode({name: value for name, value in asked.items() if value})


def behind_of(asked: Mapping[str, str]) -> Behind:
    """What an address asks for. Raises `Invalid`, naming what is wrong."""
    try:
        measure = Measure(asked.get("measure", ""))
    except ValueError:
        known = ", ".join(Measure)
        raise Invalid("A measure is one of: {known}.", known=known, field="measure") from None
    keys = tuple(key for key in asked.get("key", "").split(",") if key)
    if len(keys) > MOST_KEYS:
        raise Invalid("At most {most} keys are asked for at once.", most=MOST_KEYS, field="key")
    try:
        buckets = tuple(int(text) for text in asked.get("bucket", "").split(",") if text)
    except ValueError:
        raise Invalid("Buckets are numbers with commas between.", field="bucket") from None
    if len(buckets) > MOST_KEYS or any(not -1 <= bucket < 2**15 for bucket in buckets):
        raise Invalid("There is no such bucket.", field="bucket")
    alone, category = asked.get("alone", ""), asked.get("category", "")
    if alone not in {"", "1"} or (alone and not category):
        raise Invalid("“alone” is 1, beside a category.", field="alone")
    return Behind(measure, keys, buckets, asked.get("team", ""), category, bool(alone))


def tallies_behind(
    who: Principal, what: Behind, period: Period
) -> tuple[InsightScope, QuerySet[Tally]]:
    """Of which a figure of the period is the sum, each with its ticket, customer and category; no
    order. Raises `NotAllowed`, `Invalid`."""
    scope = _scope_of(who, what, period)
    # Nothing of what may not be seen is ever counted; what is hidden a moment ago is not shown.
    rows = _of(Tally.objects.all(), what, scope).filter(ticket__in=visible_tickets(who))
    return scope, rows.select_related("ticket__customer", "ticket__category", "ticket__team")


def size_behind(who: Principal, what: Behind, period: Period) -> tuple[int, int | None]:
    """The figure, and how many tickets are behind it, of which one may count several times: None
    where they are so many that nobody goes through them. At most two queries, besides those for
    the scope. Raises `NotAllowed`, `Invalid`."""
    scope, rows = tallies_behind(who, what, period)
    found = _of(Rollup.objects.all(), what, scope).aggregate(n=Sum("n", default=0))["n"]
    if found > MOST_TOLD:
        return found, None
    return found, rows.order_by().aggregate(of=Count("ticket", distinct=True))["of"]


def _scope_of(who: Principal, what: Behind, period: Period) -> InsightScope:
    compares = what.measure in _COMPARING
    return insight_scope(who, period, team=what.team, category=what.category, compares=compares)


Rows = TypeVar("Rows", bound=Counted)


def _of(rows: QuerySet[Rows], what: Behind, scope: InsightScope) -> QuerySet[Rows]:
    """Those of what was counted that the figure is made of."""
    rows = rows.filter(measure=what.measure, day__range=(scope.period.first, scope.period.last))
    if what.keys:
        rows = rows.filter(key__in=what.keys)
    if what.buckets:
        rows = rows.filter(bucket__in=what.buckets)
    if what.alone:
        rows = rows.filter(category__key=what.category)
    return narrowed(rows, scope)
