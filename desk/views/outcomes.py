"""The page of outcomes: upheld and rejected, redress, and decisions that did not hold."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from desk import late
from desk.build.outcomes import bars_of, review_bars, review_words, share_words, table
from desk.build.ways import Ways
from desk.sheets import sheet
from desk.views.shell import Ask, desk_page, desk_render, query
from desk.words import number_words
from remedies.services.outcomes import Outcomes, outcomes
from tickets.catalogue import catalogue
from tickets.errors import Invalid
from tickets.periods import period_of

_NAMES = ("from", "to", "category", "team")


def _found(ask: Ask, asked: dict[str, str]) -> Outcomes:
    period = period_of(asked["from"], asked["to"], now=ask.now, zone=ask.zone)
    return outcomes(ask.who, period, category=asked["category"], team=asked["team"])


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """What the complaints settled in a period came to."""
    asked, error = {name: query(request, name) for name in _NAMES}, ""
    try:
        found = _found(ask, asked)
    except Invalid as wrong:
        error, asked = wrong.message, dict.fromkeys(asked, "")
        found = _found(ask, asked)
    ways = Ways("outcomes", found.period, {name: asked[name] for name in ("category", "team")})
    total = found.total
    context = {
        "place": "insight",
        "all": ways.cell(number_words(total.settled), total.settled, "all"),
        "counts": [
            ways.cell(number_words(count), count, "all", "", column)
            for column, count in (
                ("upheld", total.upheld),
                ("rejected", total.rejected),
                ("neither", total.neither),
            )
        ],
        "again_url": ways.url("stage") if found.reviews["stage"] else "",
        "asked": asked,
        "error": error,
        "query": request.GET.urlencode(),
        "found": found,
        "printed": query(request, "print") == "1",
        "share": share_words(found.total),
        "bars": bars_of(found, ways),
        "reviews": review_bars(found, ways),
        "review_words": review_words(found),
        "teams": late.teams_of(ask.who),
        "categories": catalogue().named,
    }
    return desk_render(request, ask, "desk/outcomes.html", context, status=400 if error else 200)


@desk_page
@require_safe
def as_csv(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    found = _found(ask, {name: query(request, name) for name in _NAMES})
    return sheet(table(found), f"outcomes-{found.period.first}-{found.period.last}")
