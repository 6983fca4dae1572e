"""What a page asks for while it is open: JSON, also where the session has ended meanwhile."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.views.public import brand
from desk.views.shell import Ask, asked_language, desk_page, theme_of, zone_of
from tickets.access import Principal
from tickets.errors import DomainError
from tickets.languages import speaking_with

Answers = Callable[..., HttpResponseBase]


def desk_data(view: Answers) -> Answers:
    """Like `desk_page`, for scripts: 401 instead of a way to sign in, and refusals as JSON."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if not user.is_authenticated:
            return _never_kept(JsonResponse({"message": _("You are signed out.")}, status=401))
        now = timezone.now()
        ask = Ask(Principal.of_user(user, now=now), now, zone_of(user.time_zone))
        with timezone.override(ask.zone), speaking_with(user, asked_language(request)):
            try:
                return _never_kept(view(request, ask, *args, **kwargs))
            except DomainError as error:
                said = {"message": error.message, "code": error.code, "field": error.field}
                return _never_kept(JsonResponse(said, status=error.status))

    return answer


def _never_kept(response: HttpResponseBase) -> HttpResponseBase:
    add_never_cache_headers(response)
    return response


@desk_data
@require_safe
def here(request: HttpRequest, ask: Ask) -> HttpResponseBase:
    """Who is signed in, and the token that forms need: it is another one after signing in again."""
    return JsonResponse({"me": ask.who.user.pk if ask.who.user else 0, "csrf": get_token(request)})


@desk_page
@require_safe
def again(request: HttpRequest, ask: Ask) -> HttpResponseBase:
    """The end of signing in again in a window of its own."""
    return render(request, "desk/again.html", {"brand": brand(), "theme": theme_of(request)})
