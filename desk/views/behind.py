"""The tickets behind a figure of the reports: promises kept, equal remedies, outcomes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from desk.back import Back, back_of
from desk.build.behind import TITLES, rows_of, words_of
from desk.satisfaction import answers_behind
from desk.views.shell import Ask, desk_page, desk_render, query
from desk.walking_lists import way_through
from desk.words import number_words
from escalation.services.reports import clocks_behind, promises_behind
from remedies.services import fairness, outcomes_behind
from tickets.errors import Invalid, NotFound
from tickets.listed import Cursor, Listed, Page
from tickets.periods import Period, period_of

SIZE = 50
_NAMES = ("team", "category", "kind", "rule", "currency", "what", "key", "column")
Asked = dict[str, str]


def _deadlines(ask: Ask, period: Period, asked: Asked, page: Page) -> Listed:
    narrow = {name: asked[name] for name in ("team", "kind", "category")}
    return promises_behind(
        ask.who, period, page, **narrow, by=asked["what"] or "all", key=asked["key"],
        which=asked["column"],
    )  # fmt: skip


def _fairness(ask: Ask, period: Period, asked: Asked, page: Page) -> Listed:
    narrow = {name: asked[name] for name in ("category", "team")}
    what, _, by = asked["what"].partition("-")
    if what == "offers":
        return fairness.first_offers_behind(
            ask.who, period, page, **narrow, by=by or "all", key=asked["key"]
        )
    if what == "answers":
        return answers_behind(
            ask.who, period, page, **narrow, currency=asked["currency"],
            band=asked["key"], poor=asked["column"] == "poor",
        )  # fmt: skip
    wanted = fairness.Asked(**narrow, rule=asked["rule"], currency=asked["currency"])
    figure = fairness.Figure(asked["what"] or "all", asked["key"], asked["column"] or "all")
    return fairness.tickets_behind(ask.who, period, wanted, figure, page)


def _outcomes(ask: Ask, period: Period, asked: Asked, page: Page) -> Listed:
    narrow = {name: asked[name] for name in ("category", "team")}
    kinds = asked["what"] or "all", asked["key"], asked["column"] or "all"
    return outcomes_behind.tickets_behind(
        ask.who, period, outcomes_behind.Figure(*kinds), page, **narrow
    )


_LISTS: dict[str, Callable[[Ask, Period, Asked, Page], Listed]] = {
    "deadlines": _deadlines,
    "fairness": _fairness,
    "outcomes": _outcomes,
}


def cursor_of(request: HttpRequest) -> Cursor | None:
    """Behind which row the page begins; None: from the top. Raises `Invalid`."""
    text = query(request, "after")
    cursor = Cursor.of(text)
    if text and cursor is None:
        raise Invalid("This page does not exist any more. Start from the top.", field="after")
    return cursor


def next_of(request: HttpRequest, after: Cursor | None) -> str:
    """The address of the page behind this row, narrowed in the same way; "" after the last."""
    kept = request.GET.copy()
    kept["after"] = after.text if after else ""
    return f"?{kept.urlencode()}" if after else ""


def found_of(request: HttpRequest, ask: Ask, report: str) -> tuple[Asked, Period, Page, Listed]:
    """What the address asks for, and exactly what that figure counts. Raises `NotFound`,
    `NotAllowed`, `Invalid`."""
    if report not in _LISTS:
        raise NotFound(field="report")
    asked = {name: query(request, name) for name in _NAMES}
    period = period_of(query(request, "from"), query(request, "to"), now=ask.now, zone=ask.zone)
    page = Page(cursor_of(request), SIZE)
    return asked, period, page, _LISTS[report](ask, period, asked, page)


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask, report: str) -> HttpResponse:
    """The same days, teams and filters as the figure."""
    asked, period, page, found = found_of(request, ask, report)
    promises = report == "deadlines"
    clocks = clocks_behind(found, which=asked["column"]) if promises else []
    way = way_through(ticket for ticket, _ in found.rows)
    context = {
        "place": "late" if promises else "insight",
        "words": words_of(report, asked["what"], asked["key"], asked["column"]),
        "count": number_words(found.count),
        "tickets": "",
        "period": period,
        "rows": rows_of(found, clocks, way=way, now=ask.now, zone=ask.zone),
        "clocks": promises,
        "next": next_of(request, found.after),
        "first": page.after is None,
        "back": back_of(request, Back(TITLES[report], f"/desk/reports/{report}/")),
        "above": f"/desk/reports/{report}/",
        "above_words": gettext("Back to the report"),
    }
    return desk_render(request, ask, "desk/insight_tickets.html", context)
