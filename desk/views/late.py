"""The board of every clock, and what a supervisor does about one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from desk import counting, late, sharing
from desk.build.board import board_row, load_view, proposal_view, team_load_view
from desk.build.clocks import clock_of
from desk.build.events import KINDS
from desk.build.team import colleagues, works
from desk.forms.late import ReassignForm, TakeOverForm
from desk.present import GroupView, KeyView
from desk.queue import Bounds
from desk.views.shell import Ask, DeskView, desk_page, desk_render, query
from desk.words import decimal_words, long_moment_words, number_words
from escalation.models import Deadline
from escalation.services.manual import acknowledge_escalation, take_over
from tickets.access import access_ticket
from tickets.errors import DomainError, NotFound
from tickets.listed import Cursor
from tickets.rules import Role
from tickets.services import assign, together

_TITLES = {
    "late": (gettext_lazy("Missed"), "late"),
    # Due when work ended, and not missed before it begins again: no hour of it is left.
    "opening": (gettext_lazy("By the next opening"), "soon"),
    "soon": (gettext_lazy("Under one hour"), "soon"),
    "today": (gettext_lazy("Today"), ""),
    "later": (gettext_lazy("Later"), ""),
    "paused": (gettext_lazy("Paused"), ""),
}


def _keys() -> tuple[KeyView, ...]:
    return (
        KeyView(("J", "K"), gettext("move")),
        KeyView(("T",), gettext("take over")),
        KeyView(("E",), gettext("extend, with the letter")),
        KeyView(("A",), gettext("acknowledge")),
        KeyView(("R",), gettext("reassign")),
        KeyView(("S",), gettext("share out as proposed")),
        KeyView(("D",), gettext("who is on duty")),
        KeyView(("P",), gettext("promises kept")),
    )


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Every open clock that the reader may see, by time left."""
    bounds = Bounds.of(ask.now, ask.zone)
    team, kind = query(request, "team"), query(request, "kind")
    found = late.clocks(ask.who, team=team, kind=kind)
    counts = late.counts_of(found, bounds)
    due_today = counts.late + counts.opening + counts.soon + counts.today
    groups: dict[str, list[Any]] = {key: [] for key in _TITLES}
    after = Cursor.of(query(request, "after"))
    shown, more = late.rows_of(found, after=after)
    for deadline in shown:
        row = board_row(deadline, who=ask.who, now=ask.now, zone=ask.zone)
        groups[late.group_of(deadline, bounds)].append(row)
    context = {
        "place": "late",
        "top_title": gettext("Running late"),
        "top_context": long_moment_words(ask.now, zone=ask.zone),
        "groups": [
            GroupView(
                key, str(title), counting.shown(getattr(counts, key)), tuple(groups[key]), tone
            )
            for key, (title, tone) in _TITLES.items()
            if groups[key]
        ],
        "total": counting.shown(due_today + counts.later + counts.paused),
        "due_today": counting.shown(due_today),
        "more": more,
        "further": after is not None,
        "teams": late.teams_of(ask.who),
        "team": team,
        "kind": kind,
        "kinds": list(KINDS.items()),
        "works": works(ask.who),
        "keys": _keys(),
    }
    beside = _loads(ask, bounds) | _kept(ask)
    return desk_render(request, ask, "desk/late.html", {**context, **beside})


def _loads(ask: Ask, bounds: Bounds) -> dict[str, Any]:
    """Who has how much today, by person and by team, and how what nobody owns could be shared."""
    today = late.today_of(ask.who, bounds)
    loads = late.loads_of(ask.who, today)
    answers = sharing.answers_left(ask.who, now=ask.now, zone=ask.zone)
    most = max((load.due for load in loads), default=0)
    several = len(late.teams_of(ask.who)) > 1
    team_loads = late.team_loads_of(ask.who, bounds, today) if several else []
    most_of_team = max((load.due for load in team_loads), default=0)
    proposal = None
    if ask.who.supervises or ask.who.role is Role.ADMIN:
        proposal = sharing.proposal_of(ask.who, loads, bounds, answers=answers)
    unowned = next((load for load in loads if load.user is None), None)
    some = gettext("Of the %(count)s clocks that are due first.")
    return {
        "loads": [
            load_view(
                load, most=max(most, answers or 0), now=ask.now, zone=ask.zone, answers=answers
            )
            for load in loads
        ],
        "answers": answers is not None,
        "team_loads": [team_load_view(load, most=most_of_team) for load in team_loads],
        "proposal": proposal_view(proposal, now=ask.now, zone=ask.zone) if proposal else None,
        "unowned": unowned.due if unowned else 0,
        "loads_note": some % {"count": number_words(late.AMONG)} if today.are_some else "",
    }


def _kept(ask: Ask) -> dict[str, Any]:
    """The promises that were decided lately, and how many of them were kept."""
    kept, every = late.kept_this_week(ask.who, now=ask.now)
    newest = gettext("the last %(count)s") % {"count": number_words(every)}
    return {
        "kept": kept,
        "kept_words": newest if every >= late.AMONG else gettext("last seven days"),
        "every": every,
        "kept_share": f"{decimal_words(100 * kept / every)} %" if every else "",
    }


@desk_page
@require_POST
def share(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Give what nobody owns to whom the page proposed it; what was taken meanwhile stays so."""
    pairs = [given.partition(":") for given in request.POST.getlist("give")[: together.MOST]]
    people = {str(person.pk): person for person in colleagues(ask.who, ask.now)}
    given = {number: people[key] for number, _, key in pairs if key in people}
    try:
        done = together.share_all(ask.who, given, now=ask.now)
    except DomainError as error:
        messages.warning(request, error.message)
        return redirect("/desk/late/")
    many = len(done.numbers)
    if done.act is not None:
        words = ngettext("%(count)s ticket has an owner.", "%(count)s tickets have an owner.", many)
        messages.success(
            request, words % {"count": number_words(many)}, extra_tags=f"undo:{done.act.pk}"
        )
    for one in done.refused:
        messages.warning(request, f"{one.number}: {one.message}")
    return redirect("/desk/late/")


def acting(view: Callable[..., HttpResponse]) -> DeskView:
    """The deadline, for somebody who may work on its ticket."""

    @desk_page
    def page(request: HttpRequest, ask: Ask, deadline_id: int) -> HttpResponse:
        deadline = late.access_deadline(ask.who, deadline_id)
        access_ticket(ask.who, deadline.ticket_id, verb="work")
        return view(request, ask, deadline)

    return page


def _answer(
    request: HttpRequest, ask: Ask, deadline: Deadline, form: Any, *, verb: str, status: int = 200
) -> HttpResponse:
    titles = {
        "take-over": gettext("Take over"),
        "reassign": gettext("Reassign"),
        "acknowledge": gettext("Acknowledge"),
    }
    title = titles[verb]
    context = {
        "place": "late",
        "top_title": title,
        "form": form,
        "title": title,
        "button": title,
        "back": "/desk/late/",
        "deadline": deadline,
        "clock": clock_of(deadline, now=ask.now, zone=ask.zone, size=30),
        "ticket": deadline.ticket,
    }
    return desk_render(request, ask, "desk/late_form.html", context, status=status)


def _run(
    request: HttpRequest, ask: Ask, deadline: Deadline, form: Any, run: Callable[[], str], verb: str
) -> HttpResponse:
    """Do it if the form is in order; say beside the form what the domain refuses."""
    if not form.is_valid():
        return _answer(request, ask, deadline, form, verb=verb, status=422)
    try:
        words = run()
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error)
        return _answer(request, ask, deadline, form, verb=verb, status=max(error.status, 400))
    messages.success(request, words)
    return redirect("/desk/late/")


@acting
def take(request: HttpRequest, ask: Ask, deadline: Deadline) -> HttpResponse:
    """Take the ticket over, with a brief."""
    form = TakeOverForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _answer(request, ask, deadline, form, verb="take-over")

    def run() -> str:
        take_over(
            deadline.ticket, brief=form.cleaned_data["brief"], actor=ask.who.actor, now=ask.now
        )
        return gettext("%(number)s is yours. Its path climbs no further.") % {
            "number": deadline.ticket.number
        }

    return _run(request, ask, deadline, form, run, "take-over")


@acting
@require_POST
def acknowledge(request: HttpRequest, ask: Ask, deadline: Deadline) -> HttpResponse:
    """Say "I am on it": the path climbs no further, the clock runs on."""
    try:
        acknowledge_escalation(deadline, actor=ask.who.actor, now=ask.now)
    except NotFound:
        raise
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(
            request, gettext("Noted: you are on %(number)s.") % {"number": deadline.ticket.number}
        )
    return redirect("/desk/late/")


@acting
def reassign(request: HttpRequest, ask: Ask, deadline: Deadline) -> HttpResponse:
    """Give the ticket to a colleague, with a brief."""
    people = colleagues(ask.who, ask.now, team_id=deadline.ticket.team_id)
    people = [person for person in people if person.pk != deadline.ticket.owner_id]
    data = request.POST if request.method == "POST" else None
    form = ReassignForm(data, people=people)
    if request.method != "POST":
        return _answer(request, ask, deadline, form, verb="reassign")

    def run() -> str:
        owner = form.cleaned_data["to"]
        brief = form.cleaned_data["brief"]
        assign(deadline.ticket, owner, brief=brief, actor=ask.who.actor, now=ask.now)
        return gettext("%(number)s is with %(name)s now.") % {
            "number": deadline.ticket.number,
            "name": owner.name,
        }

    return _run(request, ask, deadline, form, run, "reassign")
