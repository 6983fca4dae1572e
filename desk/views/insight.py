"""Insight: what customers said, why it happened, what was done about it, and what is behind each
figure."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from desk import late
from desk.back import Back, back_of
from desk.build.insight.listing import behind_words, entries_of, quotes_of, rows_of
from desk.build.insight.panels import panels_of
from desk.build.insight.pictures import csv_of
from desk.build.insight.views import QuoteView
from desk.build.insight.words import TABS, kind_of_remedy, name_of
from desk.present import LinkView
from desk.sheets import sheet
from desk.views.shell import Ask, desk_page, desk_render, query
from desk.walking_lists import way_through
from desk.words import number_words
from feedback.access import InsightScope, may_compare
from feedback.insight.measures import Measure
from feedback.services.insight import behind, customers
from feedback.services.insight.reading import COMPARING, insight
from feedback.services.insight.shapes import Insight, Line, Part, Tab
from tickets.catalogue import catalogue
from tickets.errors import Invalid, NotFound
from tickets.periods import Period, period_of

_NAMES = ("from", "to", "team", "category")
_BEHIND = ("measure", "key", "bucket", "alone")
#: Quotes on the first page and on that of customers; rows of a list.
QUOTES, PAGE = 12, 50


def asked_of(request: HttpRequest) -> dict[str, str]:
    """What the page is narrowed to, as the address says."""
    return {name: query(request, name) for name in _NAMES}


def _period(ask: Ask, asked: dict[str, str]) -> Period:
    return period_of(asked["from"], asked["to"], now=ask.now, zone=ask.zone)


def _tab(name: str) -> Tab:
    try:
        return Tab(name)
    except ValueError:
        raise NotFound(field="tab") from None


def found_of(ask: Ask, tab: Tab, asked: dict[str, str]) -> tuple[InsightScope, Insight]:
    """A tab for who asks. Raises `NotAllowed`, `Invalid`."""
    period = _period(ask, asked)
    return insight(ask.who, tab, period, team=asked["team"], category=asked["category"])


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask, tab: str = Tab.OVERVIEW.value) -> HttpResponse:
    """One tab, with the period before beside it."""
    which = _tab(tab)
    scope, found, frame, status = framed(request, ask, which)
    quotes: tuple[QuoteView, ...] = ()
    if which in {Tab.OVERVIEW, Tab.CUSTOMERS}:
        quotes = quotes_of(customers.words(scope)[:QUOTES])
    context = {
        **frame,
        "panels": panels_of(found, scope, quotes=quotes),
        "lists": entries_of(scope, which),
    }
    return desk_render(request, ask, "desk/insight.html", context, status=status)


def framed(
    request: HttpRequest, ask: Ask, which: Tab
) -> tuple[InsightScope, Insight, dict[str, Any], int]:
    """What a tab is of, its figures, what stands around its cards, and the status of the page:
    where what was asked makes no sense, the last weeks with what was wrong."""
    asked, error = asked_of(request), ""
    try:
        scope, found = found_of(ask, which, asked)
    except Invalid as wrong:
        error, asked = wrong.message, dict.fromkeys(asked, "")
        scope, found = found_of(ask, which, asked)
    kept = {name: value for name, value in asked.items() if value}
    frame = {
        "place": "insight",
        "tab": which.value,
        "title": str(TABS[which]),
        "tabs": _tabs(ask, which, request),
        "asked": asked,
        "narrowed": bool(kept.get("team") or kept.get("category")),
        "error": error,
        "query": request.GET.urlencode(),
        "period": found.period,
        "days": (found.period.last - found.period.first).days + 1,
        "printed": query(request, "print") == "1",
        "teams": late.teams_of(ask.who),
        "categories": catalogue().named,
    }
    return scope, found, frame, 400 if error else 200


def _tabs(ask: Ask, current: Tab, request: HttpRequest) -> list[LinkView]:
    """Those that this reader may open, for the same period."""
    asked = request.GET.copy()
    asked.pop("print", None)
    end = f"?{asked.urlencode()}" if asked else ""
    shown = [tab for tab in Tab if tab not in COMPARING or may_compare(ask.who)]
    return [
        LinkView(str(TABS[tab]), f"{_address(tab)}{end}", "", "", tab is current) for tab in shown
    ]


def _address(tab: Tab) -> str:
    return "/desk/insight/" if tab is Tab.OVERVIEW else f"/desk/insight/{tab.value}/"


@desk_page
@require_safe
def as_csv(request: HttpRequest, ask: Ask, tab: str) -> HttpResponse:
    """A tab as a file for a spreadsheet, or one of its tables (`part`)."""
    _, found = found_of(ask, _tab(tab), asked_of(request))
    wanted = query(request, "part")
    parts = [part for part in found.parts.values() if wanted in {"", part.key}]
    if not parts:
        raise NotFound(field="part")
    rows: list[tuple[str, ...]] = []
    for place, part in enumerate(parts):
        rows += [(), *csv_of(part, named=_named)] if place else csv_of(part, named=_named)
    name = "-".join(filter(None, ("insight", tab, wanted)))
    return sheet(rows, f"{name}-{found.period.first}-{found.period.last}")


def _named(part: Part, line: Line) -> str:
    return kind_of_remedy(line.key) if part.key == "remedies" else name_of(part, line)


@desk_page
@require_safe
def tickets(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The tickets behind a figure: the same days, teams and categories, and exactly those."""
    asked = {name: query(request, name) for name in (*_NAMES, *_BEHIND)}
    what, period = behind.behind_of(asked), _period(ask, asked)
    _, rows = behind.tallies_behind(ask.who, what, period)
    count, tickets_of = behind.size_behind(ask.who, what, period)
    after = query(request, "after")
    page = list(rows.filter(_after(after)).order_by("-day", "-pk")[: PAGE + 1])
    more = len(page) > PAGE
    way = way_through(row.ticket_id for row in page[:PAGE])
    last = page[PAGE - 1] if more else None
    request_ = request.GET.copy()
    if last is not None:
        request_["after"] = f"{last.day.isoformat()}_{last.pk}"
    context: dict[str, Any] = {
        "place": "insight",
        "words": behind_words(what),
        "count": number_words(count),
        "tickets": "" if tickets_of in {None, count} else number_words(tickets_of or 0),
        "period": period,
        "rows": rows_of(page[:PAGE], way=way, now=ask.now, zone=ask.zone),
        "clocks": what.measure in {Measure.PROMISE, Measure.PROMISE_CAUSE},
        "several": True,
        "next": f"?{request_.urlencode()}" if more else "",
        "first": not after,
        "back": back_of(request, Back(gettext("Insight"), "/desk/insight/")),
        "above": "/desk/insight/",
        "above_words": gettext("Back to insight"),
    }
    return desk_render(request, ask, "desk/insight_tickets.html", context)


def _after(cursor: str) -> Q:
    if not cursor:
        return Q()
    day, _, key = cursor.partition("_")
    try:
        at, pk = dt.date.fromisoformat(day), int(key)
    except ValueError:
        pk = -1
        at = dt.date.min
    if not 0 <= pk < 2**63:
        raise Invalid("This page does not exist any more. Start from the top.", field="after")
    return Q(day__lte=at) & (Q(day__lt=at) | Q(pk__lt=pk))
