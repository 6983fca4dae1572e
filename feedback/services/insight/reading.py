"""One tab of insight for one reader: what it reads, and whether he may."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feedback.access import InsightScope, insight_scope, may_compare
from feedback.services.insight import causes, customers, ideas, promises, remedies, times
from feedback.services.insight.shapes import Insight, Part, Tab
from feedback.services.insight.sums import load
from tickets.access import Principal
from tickets.periods import Period

#: Tabs that tell what was given and allowed.
COMPARING = frozenset({Tab.REMEDIES, Tab.EXCEPTIONS})


def insight(
    who: Principal, tab: Tab, period: Period, *, team: str = "", category: str = ""
) -> tuple[InsightScope, Insight]:
    """What a tab tells of what `who` may see, with the period before beside it.

    Days are UTC's. A handful of queries on the sums, however many tickets there are. Raises
    `NotAllowed`, `Invalid`.
    """
    compares = tab in COMPARING
    scope = insight_scope(who, period, team=team, category=category, compares=compares)
    parts = {part.key: part for part in _PARTS[tab](scope)}
    return scope, Insight(tab, period, parts)


def _overview(scope: InsightScope) -> Iterator[Part]:
    """The first look: two queries, one for names."""
    wanted = [*customers.MEASURES, *causes.MEASURES[:3], *promises.MEASURES[:1]]
    compares = may_compare(scope.who)
    found = load(scope, *wanted, *(remedies.MEASURES if compares else ()))
    yield from customers.told(found)
    yield customers.trend(scope)
    yield causes.pareto(found)
    yield promises.kinds(found)
    if compares:
        yield remedies.cost(found)
        yield remedies.kinds(found)


_PARTS: dict[Tab, Callable[[InsightScope], Iterator[Part]]] = {
    Tab.OVERVIEW: _overview,
    Tab.CUSTOMERS: customers.parts,
    Tab.CAUSES: causes.parts,
    Tab.PROMISES: promises.parts,
    Tab.REMEDIES: remedies.parts,
    Tab.EXCEPTIONS: remedies.exceptions,
    Tab.IDEAS: ideas.parts,
    Tab.TIMES: times.parts,
}
