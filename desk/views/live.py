"""What open pages ask for when something happened: their rows, their ticket's parts, the frame.

Without a session none of them leads to the page for signing in: they answer 401, and the page that
asked says so and keeps what was typed.
"""

import time
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from desk.alerts import unread_of
from desk.build.news import news_of
from desk.collision import changed_by_others
from desk.live import grants, keys, pulse
from desk.live.middleware import HEADER, answered
from desk.views import queue as queue_page
from desk.views.shell import Ask, DeskView, asked_language, me_of, query, shell_for, zone_of
from desk.views.ticket import parts_of
from tickets.access import Principal, access_ticket, may
from tickets.errors import DomainError
from tickets.languages import speaking_with
from tickets.services.alerts import claim_notices, settings_of

#: Rows that are told anew at once; a list that missed more is read again by its page.
ROWS_MOST = 60


def live_part(view: DeskView) -> DeskView:
    """Sign-in without a redirect, the one reading of the clock, and refusals in a word."""

    @never_cache
    @wraps(view)
    def part(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if not user.is_authenticated:
            return answered({"ended": True}, status=401)
        now = timezone.now()
        ask = Ask(Principal.of_user(user, now=now), now, zone_of(user.time_zone))
        with timezone.override(ask.zone), speaking_with(user, asked_language(request)):
            try:
                return view(request, ask, *args, **kwargs)
            except DomainError as error:
                return answered({"refused": error.message}, status=error.status)

    return part


@live_part
@require_safe
def pulse_slowly(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The pulse of a page whose grant is not known any more, or where Redis is away."""
    wants = pulse.Wants.of(request.GET.dict())
    moment = time.time()

    def look(redis: Any) -> dict[str, Any]:
        user = me_of(ask).pk
        stamp, bell = redis.mget(keys.stamp_of(wants.ticket), keys.bell_of(user))
        grant, life = grants.make(
            ask.who,
            ticket=wants.ticket,
            stamp=(stamp or b"").decode(),
            bell_stamp=(bell or b"").decode(),
            now=ask.now,
        )
        session = grants.session_of(request)
        redis.set(keys.grant_of(session, wants.ticket), grant.packed(), ex=life)
        if request.META.get(HEADER) != "1":
            wants_nothing = pulse.Found("", {}, [], 0)
            return pulse.answer(grant, wants_nothing, wants, now=moment)
        found = pulse.second(redis, grant, wants, now=moment)
        _tidy(redis, grant, found, moment)
        return pulse.answer(grant, found, wants, now=moment)

    told = cache.ask(look, None)  # type: ignore[attr-defined]
    return answered(told if told is not None else _without_redis(wants, ask))


def _tidy(redis: Any, grant: grants.Grant, found: pulse.Found, now: float) -> None:
    """Forget people who went without saying so; now and then is enough."""
    past = pulse.past_fields(found, now=now)
    for scope in grant.scopes if past else ():
        redis.hdel(keys.here_in(scope), *past)


def _without_redis(wants: pulse.Wants, ask: Ask) -> dict[str, Any]:
    """From the database: nobody is known to be here, and a list looks at itself."""
    grant, _ = grants.make(ask.who, ticket=wants.ticket, stamp="", bell_stamp="", now=ask.now)
    nothing = pulse.Found("", {}, [], 0)
    told = pulse.answer(grant, nothing, wants, now=0)
    return told | {"pace": pulse.PACE_WITHOUT_REDIS} | ({"again": True} if wants.view else {})


@live_part
@require_safe
def rows(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The rows of `only` (ids) as the list of the address shows them now; who is not among them is
    not in that list."""
    only = [int(n) for n in query(request, "only").split(",") if n.isdecimal() and len(n) < 19]
    groups = queue_page.groups_among(only[:ROWS_MOST], request, ask)
    return render(request, "desk/live/rows.html", {"groups": groups})


@live_part
@require_safe
def counts(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The numbers of the queue: of each view by its address, of the groups, and in words."""
    return answered(queue_page.numbers_of(request, ask))


@live_part
@require_safe
def ticket(request: HttpRequest, ask: Ask, number: str) -> HttpResponse:
    """The parts of a ticket as they are now, without its composer, and what happened since
    `seen`, the number of the last event that the page shows."""
    found = access_ticket(ask.who, number)
    seen = query(request, "seen")
    since = int(seen) if seen.isdecimal() and len(seen) < 9 else found.event_count
    others = changed_by_others(found, seen_event=since, me=me_of(ask))
    context = {
        **parts_of(found, ask),
        "news": news_of(found, since, me=me_of(ask), now=ask.now, zone=ask.zone),
        "holds": bool(others) and may(ask.who, "work", found),
        "menu": [],
    }
    return render(request, "desk/live/ticket.html", context)


@live_part
@require_safe
def frame(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The bell, the numbers of the rail, and a token for the forms of a page that outlived its
    session."""
    shell = shell_for(ask, "")
    get_token(request)
    wishes = settings_of(me_of(ask))
    alerts = unread_of(me_of(ask), now=ask.now)
    context = {"shell": shell, "mark": grants.bell_mark(alerts), "notify": wishes.notify}
    return render(request, "desk/live/frame.html", context)


@live_part
@require_POST
def notices(request: HttpRequest, ask: Ask) -> HttpResponse:
    """What this browser may show as notifications: each alert once, whoever asks first."""
    claimed = claim_notices(me_of(ask), now=ask.now)
    return answered(
        {
            "notices": [
                {
                    "id": row.pk,
                    "text": row.text,
                    "url": f"/desk/tickets/{row.ticket.number}/",
                    "urgent": row.urgent,
                }
                for row in claimed
            ]
        }
    )
