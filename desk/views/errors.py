"""Pages for what goes wrong: 400, 403, 404 and 500, for readers of the desk and for customers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from desk.views.public import brand
from desk.views.shell import theme_of


def _page(request: HttpRequest, status: int, lead: str, words: str) -> HttpResponse:
    context = {
        "lead": lead,
        "words": words,
        "theme": theme_of(request),
        "brand": brand(),
        "home": "/desk/" if request.path.startswith("/desk/") else "/complain/",
    }
    return render(request, "desk/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what arrived can't be read."""
    return _page(
        request,
        400,
        gettext("That could not be read."),
        gettext("Nothing was changed. Go back and try again."),
    )


def forbidden(request: HttpRequest, exception: Any = None, reason: str = "") -> HttpResponse:
    """403, also where a form was open too long or cookies are off."""
    words = gettext(
        "Nothing was changed. Perhaps the page was open for too long: reload it and try again."
    )
    return _page(request, 403, gettext("That is not allowed here."), words)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    words = gettext("Perhaps it moved, or the address lost a part on its way.")
    return _page(request, 404, gettext("There is nothing at this address."), words)


def too_many(request: HttpRequest) -> HttpResponse:
    """429, where links were tried that lead nowhere."""
    words = gettext(
        "Many links that lead nowhere were opened from your connection. If yours is the one we"
        " sent you, wait a minute and open it again."
    )
    return _page(request, 429, gettext("Please wait a minute."), words)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our own mistake. Reads nothing, so that it can't fail as well."""
    words = gettext(
        "What you did before is safe. Try again in a moment; we see the mistake in our records."
    )
    return _page(request, 500, gettext("Something went wrong on our side."), words)
