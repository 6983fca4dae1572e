"""The rep's queue: what next, and what can be done with several rows at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from desk import queue
from desk.build.clocks import deadlines_by_ticket, is_late
from desk.build.rows import RowContext, rows_of
from desk.build.team import colleagues, works
from desk.build.waiting import exceptions_waiting, offers_on
from desk.counting import MOST, shown
from desk.present import GroupView, KeyView, LinkView
from desk.queue import Bounds, Page, View
from desk.views.shell import Ask, desk_page, desk_render, query, within
from desk.words import count_words, listed, long_moment_words
from tickets.access import access_ticket, may
from tickets.errors import DomainError
from tickets.models import Ticket, User
from tickets.services import assign, take

_TITLES = {
    "late": ("Late", "late"),
    "soon": ("Next two hours", ""),
    "today": ("Today", ""),
    "waiting": ("Waiting", ""),
    "later": ("Later", ""),
}
KEYS = (
    KeyView(("J", "K"), "move"),
    KeyView(("X",), "select"),
    KeyView(("⏎",), "open"),
    KeyView(("A",), "assign"),
    KeyView(("/",), "search"),
)


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """A view of the queue, one page of it."""
    bounds = Bounds.of(ask.now, ask.zone)
    views = queue.views_for(ask.who, bounds)
    view = queue.view_called(query(request, "view", "me"), views)
    page = queue.page_of(ask.who, view, bounds, after=query(request, "after"))
    counts, by_category = queue.counts_of(ask.who, views)
    numbers = queue.group_counts(ask.who, view, bounds)
    tickets = [*page.rows, *page.waiting]
    offered = offers_on(tickets)
    context = RowContext(
        who=ask.who,
        now=ask.now,
        zone=ask.zone,
        deadlines=deadlines_by_ticket(tickets),
        exceptions=exceptions_waiting(tickets),
        offers=offered.out,
        drafts=offered.drafts,
    )
    return desk_render(
        request,
        ask,
        "desk/queue.html",
        {
            "place": "queue",
            "top_title": "Queue",
            "top_context": long_moment_words(ask.now, zone=ask.zone),
            "view": view,
            "summary": _summary(view, numbers, counts),
            "links": _links(view, views, counts),
            "categories": [
                LinkView(v.words, f"/desk/?view={v.key}", v.icon, shown(n), v.key == view.key)
                for v, n in queue.category_views(by_category)
            ],
            "groups": _groups(page, numbers, bounds, context),
            "after": page.after,
            "first": page.first,
            "works": works(ask.who),
            "people": colleagues(ask.who, ask.now) if works(ask.who) else [],
            "unowned": counts.get("unowned", 0),
            "keys": KEYS,
        },
    )


def _links(view: View, views: list[View], counts: dict[str, int]) -> list[LinkView]:
    return [
        LinkView(v.words, f"/desk/?view={v.key}", v.icon, shown(counts[v.key]), v.key == view.key)
        for v in views
    ]


def _summary(view: View, numbers: dict[str, int], counts: dict[str, int]) -> str:
    total = sum(numbers.values())
    if view.key != "me":
        return f"{shown(total)} tickets" if total > MOST else count_words(total, "ticket")
    parts = [f"{shown(counts['mine'])} yours"] if counts["mine"] else []
    if counts["unowned"]:
        parts.append(f"{shown(counts['unowned'])} without an owner")
    standing_in = counts["me"] - counts["mine"] - counts["unowned"]
    if standing_in > 0:
        parts.append(f"{shown(standing_in)} of those you stand in for")
    return f"{shown(total)} for you: {listed(parts)}" if parts else "Nothing waits for you"


def _groups(
    page: Page, numbers: dict[str, int], bounds: Bounds, context: RowContext
) -> list[GroupView]:
    stood: dict[str, list[Ticket]] = {key: [] for key in _TITLES}
    for ticket in page.rows:
        rows = context.deadlines.get(ticket.pk, ())
        late = any(is_late(row, now=context.now) for row in rows)
        stood[bounds.group_of(ticket, late=late)].append(ticket)
    stood["waiting"].extend(page.waiting)
    return [
        GroupView(key, title, shown(numbers.get(key, 0)), rows_of(stood[key], context), tone)
        for key, (title, tone) in _TITLES.items()
        if stood[key]
    ]


@desk_page
@require_POST
def bulk(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Take one, or give the selected tickets to a colleague; says of each that could not be."""
    back = redirect(within(request, request.POST.get("view_url", "")))
    if number := request.POST.get("take"):
        ticket = access_ticket(ask.who, number, verb="work")
        take(ticket, actor=ask.who.actor, now=ask.now)
        messages.success(request, f"{ticket.number} is yours.")
        return redirect(f"/desk/tickets/{ticket.number}/")
    people = {str(person.pk): person for person in colleagues(ask.who, ask.now)}
    owner = people.get(request.POST.get("owner", ""))
    numbers = request.POST.getlist("ticket")
    if owner is None or not numbers:
        messages.warning(request, "Choose tickets, and somebody to give them to.")
        return back
    done, refused = _give(numbers, owner, ask)
    if done:
        messages.success(request, f"{count_words(done, 'ticket')} given to {owner.name}.")
    for words in refused:
        messages.warning(request, words)
    return back


def _give(numbers: list[str], owner: User, ask: Ask) -> tuple[int, list[str]]:
    done, refused = 0, []
    for number in numbers[: queue.PAGE]:
        try:
            ticket = access_ticket(ask.who, number, verb="work")
            assign(
                ticket,
                owner,
                actor=ask.who.actor,
                now=ask.now,
                brief=f"Given from the queue by {ask.who.actor.name}.",
            )
        except DomainError as error:
            refused.append(f"{number}: {error.message}")
        else:
            done += 1
    return done, refused


@desk_page
@require_POST
def take_next(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Take the ticket without an owner that is due first."""
    bounds = Bounds.of(ask.now, ask.zone)
    page = queue.page_of(
        ask.who, queue.view_called("unowned", queue.views_for(ask.who, bounds)), bounds
    )
    found = next((one for one in (*page.rows, *page.waiting) if may(ask.who, "work", one)), None)
    if found is None:
        messages.info(request, "Every ticket of your teams has an owner.")
        return redirect("/desk/")
    ticket = access_ticket(ask.who, found.number, verb="work")
    take(ticket, actor=ask.who.actor, now=ask.now)
    messages.success(request, f"{ticket.number} is yours.")
    return redirect(f"/desk/tickets/{ticket.number}/")
