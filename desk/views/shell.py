"""What every page of the desk shares: who asks and when, the frame around it, and its refusals."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from desk.alerts import SHOWN, unread_of
from desk.build.codes import ROLES
from desk.counting import MOST_BESIDE, counted, shown
from desk.glyphs import AvatarView
from desk.inbox import waiting_for
from desk.late import late_tickets
from desk.live.grants import bell_mark
from desk.live.telling import bell_rang
from desk.own_keys import keys_json
from desk.queue import Bounds
from desk.sets import Told
from desk.words import moment_words
from tickets.access import Principal
from tickets.errors import DomainError, NotFound
from tickets.languages import speaking_with
from tickets.models import User
from tickets.services.alerts import read_alerts as mark_read

THEME_COOKIE = "amends-theme"
THEMES = {"light", "dark"}
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, at which moment, and in which time zone they read. Made once a request."""

    who: Principal
    now: dt.datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class RailItem:
    """One place of the desk; `go` is the key after G."""

    words: str
    url: str
    icon: str
    go: str = ""
    count: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class AlertView:
    """One thing to know, with where it leads."""

    words: str
    url: str
    when: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame: where one can go, and who is here."""

    rail: tuple[RailItem, ...]
    me: AvatarView
    role: str
    alerts: tuple[AlertView, ...]
    more_alerts: bool
    newest: int
    settings_url: str
    #: What the page tells the pulse of itself: whose it is, how its bell is, and since when.
    user_id: int = 0
    bell: str = ""
    since: str = ""
    zone: str = ""
    #: The reader's own keys, as JSON; "" where none was changed.
    keys: str = ""


DeskView = Callable[..., HttpResponseBase]


def zone_of(name: str) -> ZoneInfo:
    """The zone called `name`, or UTC where there is none such."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def asked_language(request: HttpRequest) -> str:
    """The language that the browser asks for, as far as the desk has it (LocaleMiddleware)."""
    return str(getattr(request, "LANGUAGE_CODE", "") or settings.LANGUAGE_CODE)


def desk_page(view: DeskView) -> DeskView:
    """Sign-in, the one reading of the clock, and a page for whatever the domain refuses."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(_way_back(request))
        now = timezone.now()
        user: Any = request.user
        ask = Ask(Principal.of_user(user, now=now), now, zone_of(user.time_zone))
        with timezone.override(ask.zone), speaking_with(user, asked_language(request)):
            try:
                return view(request, ask, *args, **kwargs)
            except DomainError as error:
                return _refused(request, ask, error)

    return page


def _refused(request: HttpRequest, ask: Ask, error: DomainError) -> HttpResponse:
    """The page that says why not, inside the frame; alone where the frame is refused as well."""
    context = {"error": error, "missing": error.status == 404}
    try:
        return desk_render(request, ask, "desk/refused.html", context, status=error.status)
    except DomainError:
        return refusal(request, error, template="desk/refused_alone.html")


def _way_back(request: HttpRequest) -> str:
    """Where to go on after signing in: the page asked for, or that of the form that was sent."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    same = page.netloc == request.get_host() and page.path.startswith("/desk/")
    if same:
        return urlunsplit(("", "", page.path, page.query, ""))
    # What is done on a ticket leads to its form when it is only asked for.
    return request.path if request.path.startswith("/desk/tickets/") else "/desk/"


def query(request: HttpRequest, name: str, default: str = "") -> str:
    """A parameter of the address, without the NUL that no database takes."""
    return request.GET.get(name, default).replace("\x00", "")[:300]


def refusal(request: HttpRequest, error: DomainError, *, template: str) -> HttpResponse:
    """The page that says why not, and how to go on. 404 where existence is a secret."""
    context = {
        "error": error,
        "theme": theme_of(request),
        "missing": error.status == 404,
    }
    return render(request, template, context, status=error.status)


def theme_of(request: HttpRequest) -> str:
    """The theme the reader chose, or "" for the system's."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def desk_render(
    request: HttpRequest,
    ask: Ask,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page inside the frame. `place` in the context is the rail's current key."""
    frame = {
        "shell": shell_for(ask, context.get("place", "")),
        "theme": theme_of(request),
    }
    return render(request, template, {**frame, **context}, status=status)


def me_of(ask: Ask) -> User:
    """The person who asks."""
    assert ask.who.user is not None  # desk_page lets only people in
    return ask.who.user


def _rail(ask: Ask) -> list[tuple[str, RailItem]]:
    """The places of the rail with their keys, for this person."""
    places = [
        ("queue", RailItem(_("Queue"), "/desk/", "list-filter", "q")),
        ("exceptions", RailItem(_("Exceptions"), "/desk/exceptions/", "scale", "e")),
        ("late", RailItem(pgettext("place of the desk", "Late"), "/desk/late/", "clock", "l")),
        ("customers", RailItem(_("Customers"), "/desk/customers/", "users-round", "c")),
    ]
    if ask.who.is_supervisor:
        places.append(("ledger", RailItem(_("Ledger"), "/desk/ledger/", "receipt-text", "r")))
    places.append(("insight", RailItem(_("Insight"), "/desk/insight/", "chart-column", "i")))
    places.append(("policies", RailItem(_("Policies"), "/desk/policies/", "book-text", "p")))
    return places


def places_of(ask: Ask) -> list[RailItem]:
    """Where this person can go from anywhere, without what waits there."""
    return [item for _, item in _rail(ask)]


def shell_for(ask: Ask, place: str) -> Shell:
    """The rail as this person sees it. Two queries, for counts and alerts."""
    user = me_of(ask)
    alerts = unread_of(user, now=ask.now)
    waits = counted(
        {
            "exceptions": Told.all_of([waiting_for(ask.who).order_by()]),
            "late": late_tickets(ask.who, Bounds.of(ask.now, ask.zone)),
        },
        most=MOST_BESIDE,
    )
    items = tuple(
        replace(
            item,
            count=shown(waits[key], MOST_BESIDE) if waits.get(key) else "",
            current=key == place,
        )
        for key, item in _rail(ask)
    )
    return Shell(
        rail=items,
        me=AvatarView.of(user.name or user.email, key=user.pk),
        role=ROLES[user.role],
        alerts=tuple(
            AlertView(
                words=alert.text,
                url=f"/desk/tickets/{alert.ticket.number}/",
                when=moment_words(alert.created_at, now=ask.now, zone=ask.zone),
                urgent=alert.urgent,
            )
            for alert in alerts[:SHOWN]
        ),
        more_alerts=len(alerts) > SHOWN,
        newest=alerts[0].pk if alerts else 0,
        settings_url="/desk/settings/" if user.is_staff else "",
        user_id=user.pk,
        bell=bell_mark(alerts),
        # Two seconds more than needed: Redis has a clock of its own.
        since=f"{int(ask.now.timestamp() * 1000) - 2000}-0",
        zone=ask.zone.key,
        keys=keys_json(user),
    )


@desk_page
def nowhere(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Any address of the desk that there is none of, for somebody who has signed in."""
    raise NotFound("Perhaps it moved, or the address lost a part on its way.")


@desk_page
@require_POST
def read_alerts(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The alerts that were shown are read."""
    shown = request.POST.get("newest", "")
    up_to = int(shown) if shown.isascii() and shown.isdecimal() and len(shown) < 19 else 0
    mark_read(me_of(ask), up_to=up_to, now=ask.now)
    bell_rang(me_of(ask).pk)
    return redirect(within(request, request.POST.get("next", "")))


def within(request: HttpRequest, address: str) -> str:
    """The address if it leads to this site, else the queue."""
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if safe else "/desk/"


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in a cookie; an empty choice follows the system again."""
    response = redirect(within(request, request.POST.get("next", "")))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=_YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
