"""The page of fairness: equal remedies for equal facts, what they bring, how long they take."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from desk import late
from desk.build.answered import (
    BAND_HEADS,
    TIME_HEADS,
    band_finding,
    band_views,
    time_view,
)
from desk.build.fairness import groups_picture, outlier_views, part_pictures, table
from desk.build.ways import Ways
from desk.satisfaction import satisfaction
from desk.sheets import sheet
from desk.views.shell import Ask, desk_page, desk_render, query
from remedies.services.fairness import Asked, Fairness, fairness, offer_times, outliers_of
from tickets.catalogue import catalogue
from tickets.errors import Invalid
from tickets.periods import Period, period_of

_NAMES = ("from", "to", "category", "team", "rule", "currency")


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: query(request, name) for name in _NAMES}


def _period(ask: Ask, asked: dict[str, str]) -> Period:
    return period_of(asked["from"], asked["to"], now=ask.now, zone=ask.zone)


def _wanted(asked: dict[str, str]) -> Asked:
    return Asked(**{name: asked[name] for name in ("category", "team", "rule", "currency")})


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Spread for equal facts with what stands out first, answers by cost, time to an offer."""
    asked, error = _asked(request), ""
    try:
        found = fairness(ask.who, _period(ask, asked), _wanted(asked))
    except Invalid as wrong:
        error, asked = wrong.message, dict.fromkeys(asked, "")
        found = fairness(ask.who, _period(ask, asked), _wanted(asked))
    narrow = {name: asked[name] for name in ("category", "team")}
    currency, bands = satisfaction(ask.who, found.period, currency=found.currency, **narrow)
    times = offer_times(ask.who, found.period, **narrow)
    told = {name: asked[name] for name in ("category", "team", "rule")}
    ways = Ways("fairness", found.period, {**told, "currency": found.currency or currency})
    context = {
        "place": "insight",
        "asked": asked,
        "error": error,
        "query": request.GET.urlencode(),
        "found": found,
        "printed": query(request, "print") == "1",
        "picture": groups_picture(found, ways) if found.total else None,
        "parts": part_pictures(found, ways) if found.total else [],
        "outliers": outlier_views(found.outliers, found.currency, now=ask.now, zone=ask.zone),
        "bands": band_views(bands, ways),
        "band_heads": BAND_HEADS,
        "band_finding": band_finding(bands),
        "times": time_view(times, ways),
        "time_heads": TIME_HEADS,
        "standing_url": ways.url("standing") if found.standing_out else "",
        **_choices(ask, found),
    }
    return desk_render(request, ask, "desk/fairness.html", context, status=400 if error else 200)


def _choices(ask: Ask, found: Fairness) -> dict[str, object]:
    """What the page can be narrowed to."""
    return {
        "teams": late.teams_of(ask.who),
        "categories": catalogue().named,
        "rules": [(part.key, part.name) for part in found.by.get("rule", ())],
        "currencies": [total.currency for total in found.totals],
    }


@desk_page
@require_safe
def as_csv(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The same as a file, with everything that stands out."""
    asked = _asked(request)
    period, wanted = _period(ask, asked), _wanted(asked)
    found = fairness(ask.who, period, wanted)
    _, outliers = outliers_of(ask.who, period, wanted)
    return sheet(table(found, outliers), f"fairness-{period.first}-{period.last}")
