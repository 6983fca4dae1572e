"""Export and import as a page: looked at first, then put in force."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from desk.setup import files
from desk.setup.access import check_may_change, check_may_see
from desk.setup.errors import SetupInvalid
from desk.setup.keeping import Author
from desk.setup.rules import Way
from desk.views.shell import Ask, desk_page, desk_render
from tickets.errors import DomainError, NotAllowed


@desk_page
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The file to take along; a file to look at, and to put in force."""
    check_may_see(ask.who)
    if request.method != "POST":
        return _page(request, ask)
    check_may_change(ask.who)
    author = Author(ask.who, ask.now, Way.FILE)
    text, data = "", None
    try:
        text = _text(request)
        data = files.read(text)
        if request.POST.get("do") == "put":
            done = files.put(data, author, stamp=request.POST.get("stamp", ""))
            messages.success(request, gettext("In force: %(words)s.") % {"words": done.words})
            return redirect("/desk/settings/")
        return _page(request, ask, text=text, plan=files.plan(data, author))
    except NotAllowed as error:
        told = gettext("Something in this file is not yours to change.")
        return _page(
            request, ask, text=text, problems=[("", f"{told} {error.message}")], status=403
        )
    except DomainError as error:
        return _page(request, ask, text=text, problems=files.told_of(error, data), status=422)


def _text(request: HttpRequest) -> str:
    """What was chosen or written. Raises `SetupInvalid`."""
    chosen = request.FILES.get("file")
    if chosen is None:
        return request.POST.get("text", "").replace("\x00", "")
    if chosen.size is None or chosen.size > files.MOST_CHARACTERS:
        raise SetupInvalid([("", gettext("The file is too large."))])
    try:
        return chosen.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise SetupInvalid([("", gettext("This file is no text."))]) from error


def _page(
    request: HttpRequest, ask: Ask, *, text: str = "", plan: files.Plan | None = None,
    problems: Any = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "place": "settings", "text": text, "plan": plan, "problems": problems,
        "back": ("/desk/settings/", gettext("Settings")), "name": files.name_of(ask.now),
    }  # fmt: skip
    return desk_render(request, ask, "desk/setup/file.html", context, status=status)


@desk_page
@require_safe
def download(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The file."""
    text = files.as_yaml(files.export(ask.who))
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{files.name_of(ask.now)}"'
    return answer


@desk_page
@require_safe
def schema(request: HttpRequest, ask: Ask) -> HttpResponse:
    """What may stand in it."""
    check_may_see(ask.who)
    return JsonResponse(files.schema(), json_dumps_params={"indent": 2})
