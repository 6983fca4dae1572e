"""Ideas and thanks: told, voted for, answered and given; what became of them; and their files."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.back import Back, back_of
from desk.build.insight import ideas as build
from desk.build.insight.pictures import csv_of
from desk.forms.base import Fields
from desk.forms.ideas import IdeaAnswerForm, IdeaForm, ThanksForm
from desk.sending import first_time
from desk.sheets import sheet
from desk.views.behind import cursor_of, next_of
from desk.views.insight import asked_of, found_of, framed
from desk.views.shell import Ask, desk_page, desk_render, me_of, query
from desk.words import number_words
from feedback import services
from feedback.access import (
    access_idea,
    check_answers_ideas,
    check_person,
    may_answer_ideas,
    visible_ideas,
)
from feedback.rules import IdeaStatus
from feedback.services.insight import ideas as counted
from feedback.services.insight.shapes import Tab
from tickets.access import Principal, access_ticket
from tickets.errors import DomainError, Invalid, NotFound
from tickets.listed import Cursor
from tickets.models import Ticket
from tickets.rules import Role

#: Ideas of a page, and of a page of the list behind a figure.
PAGE, ROWS = 20, 50
Refused = tuple[int, IdeaAnswerForm]


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The ideas with their voices and answers; a POST tells a new one."""
    if request.method != "POST":
        return _page(request, ask)
    author = check_person(ask.who)
    form = IdeaForm(request.POST)

    def tell() -> None:
        services.suggest_idea(
            title=form.cleaned_data["title"],
            text=form.cleaned_data["text"],
            author=author,
            ticket=_ticket(ask.who, form.cleaned_data["ticket"]),
            now=ask.now,
        )

    if not _done(request, ask, form, tell):
        return _page(request, ask, idea=form, status=422)
    messages.success(request, gettext("Told. Others can vote for it now, and it gets an answer."))
    return redirect(_here(request))


@desk_page
@require_POST
def thank(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Thank a colleague."""
    check_person(ask.who)
    form = ThanksForm(request.POST, me=me_of(ask), prefix="thanks")

    def give() -> None:
        services.give_kudos(
            to=form.cleaned_data["to"],
            words=form.cleaned_data["words"],
            actor=ask.who.actor,
            ticket=_ticket(ask.who, form.cleaned_data["ticket"]),
            now=ask.now,
        )

    if not _done(request, ask, form, give):
        return _page(request, ask, thanks=form, status=422)
    told = gettext("%(name)s is thanked.") % {"name": form.cleaned_data["to"].name}
    messages.success(request, told)
    return redirect(_here(request))


@desk_page
@require_POST
def vote(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Add one's voice, or take it back."""
    user = check_person(ask.who)
    idea = access_idea(ask.who, key)
    try:
        if request.POST.get("back"):
            services.take_back(idea, user=user)
            words = gettext("Your vote is taken back.")
        else:
            services.vote(idea, user=user)
            words = gettext("Your vote counts.")
    except DomainError as error:
        messages.info(request, error.message)
    else:
        messages.success(request, words)
    return redirect(_here(request, f"idea-{key}"))


@desk_page
@require_POST
def answer(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Say what becomes of an idea. One that was answered meanwhile keeps both."""
    by = check_answers_ideas(ask.who)
    idea = access_idea(ask.who, key)
    form = IdeaAnswerForm.of(idea, request.POST)

    def give() -> None:
        services.answer_idea(
            idea,
            status=form.cleaned_data["status"],
            answer=form.cleaned_data["answer"],
            by=by,
            seen=form.cleaned_data["seen"],
            now=ask.now,
        )

    if not _done(request, ask, form, give):
        if "answer" in form.errors and "seen" not in form.errors:
            form = _seen_anew(form, access_idea(ask.who, key))
        return _page(request, ask, refused=(key, form), status=422)
    messages.success(request, gettext("Answered."))
    return redirect(_here(request, f"idea-{key}"))


def _seen_anew(form: IdeaAnswerForm, idea: Any) -> IdeaAnswerForm:
    """The form as it was typed, with the answer that is shown now."""
    typed: Any = form.data
    data = typed.copy()
    data[form.add_prefix("seen")] = idea.answered_at.isoformat() if idea.answered_at else ""
    again = IdeaAnswerForm.of(idea, data)
    again.full_clean()
    for name, errors in form.errors.items():
        if name not in again.errors:
            again.errors[name] = errors
    return again


def _done(request: HttpRequest, ask: Ask, form: Fields, act: Callable[[], None]) -> bool:
    """Do it, once for each form that was made; what is refused is said at its field."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            if first_time(request.POST.get("once", ""), me_of(ask), now=ask.now):
                act()
    except DomainError as error:
        form.refuse(error)
        return False
    return True


def _ticket(who: Principal, typed: str) -> Ticket | None:
    """The ticket with the number that was typed. Raises `Invalid` at its field."""
    if not typed:
        return None
    try:
        return access_ticket(who, typed)
    except NotFound:
        raise Invalid("You see no ticket with this number.", field="ticket") from None
    except DomainError as error:
        error.field = "ticket"
        raise


def _query(request: HttpRequest) -> dict[str, str]:
    names = ("from", "to", "team", "category", "status")
    return {name: value for name in names if (value := query(request, name))}


def _here(request: HttpRequest, part: str = "ideas") -> str:
    """The page as it was narrowed, at one of its parts."""
    asked = _query(request)
    return f"{build.PAGE}{'?' if asked else ''}{urlencode(asked)}#{part}"


def _page(
    request: HttpRequest,
    ask: Ask,
    *,
    idea: IdeaForm | None = None,
    thanks: ThanksForm | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    scope, found, frame, framed_status = framed(request, ask, Tab.IDEAS)
    wanted = query(request, "status")
    wanted = wanted if wanted in set(IdeaStatus) else ""
    only = str(refused[0]) if refused else query(request, "idea")
    rows: Any = visible_ideas(ask.who).order_by("-vote_count", "-pk")
    if only.isascii() and only.isdecimal() and len(only) < 19:
        rows = rows.filter(pk=int(only))
    elif wanted:
        rows = rows.filter(status=wanted)
    pages = Paginator(rows, PAGE).get_page(query(request, "page"))
    answers = may_answer_ideas(ask.who)
    context = {
        **frame,
        "ideas": [
            build.idea_view(row, now=ask.now, zone=ask.zone, answers=answers, refused=refused)
            for row in pages
        ],
        "pages": pages,
        "only": bool(only),
        "page_query": urlencode(_query(request)),
        "choices": build.choices(counted.by_status(), wanted, _query_without(request)),
        "may_tell": ask.who.role is not Role.AUDITOR,
        "idea_form": idea or IdeaForm(),
        "thanks_form": thanks or ThanksForm(me=me_of(ask), prefix="thanks"),
        "once": uuid4().hex,
        "panels": [build.figures(found.parts["ideas"], scope)],
        "lists": [build.thanks(scope, now=ask.now, zone=ask.zone)],
    }
    status = framed_status if status == 200 else status
    return desk_render(request, ask, "desk/ideas.html", context, status=status)


def _query_without(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in _query(request).items() if name != "status"}


@desk_page
@require_safe
def behind(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The ideas of a figure, each with the ticket that it came of."""
    asked = asked_of(request)
    scope, found = found_of(ask, Tab.IDEAS, asked)
    status, of, after = query(request, "status"), query(request, "of"), cursor_of(request)
    rows, ideas, votes = counted.ideas_behind(scope, status=status, of=of)
    page = list((rows.filter(after.behind("created_at")) if after else rows)[: ROWS + 1])
    last = page[ROWS - 1] if len(page) > ROWS else None
    context: dict[str, Any] = {
        "place": "insight",
        "words": build.behind_words(status, of),
        "count": number_words(ideas),
        "votes": ngettext("%(count)s vote", "%(count)s votes", votes)
        % {"count": number_words(votes)},
        "period": found.period,
        "rows": build.rows_of(page[:ROWS], zone=ask.zone),
        "first": after is None,
        "next": next_of(request, Cursor(last.created_at, (last.pk,)) if last else None),
        "above": "/desk/insight/ideas/",
        "above_words": gettext("Back to the ideas"),
        "back": back_of(request, Back(gettext("Ideas and kudos"), build.PAGE)),
    }
    return desk_render(request, ask, "desk/ideas_behind.html", context)


@desk_page
@require_safe
def as_csv(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Figures, ideas and thanks of the period as a file, or one of the three (`part`)."""
    scope, found = found_of(ask, Tab.IDEAS, asked_of(request))
    wanted = query(request, "part")
    if wanted not in {"", "ideas", "list", "thanks"}:
        raise NotFound(field="part")
    rows: list[tuple[str, ...]] = []
    between: list[tuple[str, ...]] = [] if wanted else [()]
    if wanted in {"", "ideas"}:
        rows += csv_of(found.parts["ideas"])
    if wanted in {"", "list"}:
        ideas = counted.ideas_of(scope).order_by("-created_at", "-pk")
        rows += [*between, *build.csv_of_ideas(ideas)]
    if wanted in {"", "thanks"}:
        rows += [*between, *build.csv_of_thanks(build.thanks_of(scope))]
    name = "-".join(filter(None, ("insight-ideas", wanted)))
    return sheet(rows, f"{name}-{found.period.first}-{found.period.last}")
