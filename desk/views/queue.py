"""The rep's queue: what next, and what can be done with several rows at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from desk import queue, sizes
from desk.build.clocks import deadlines_by_ticket, is_late
from desk.build.filters import SORTS, address, back_words, filter_chips, filter_fields, text_of
from desk.build.rows import RowContext, rows_of
from desk.build.snoozing import preset_views
from desk.build.team import colleagues, works
from desk.build.waiting import exceptions_waiting, offers_on
from desk.counting import shown
from desk.forms.snooze import SnoozeForm
from desk.orders import BACK
from desk.present import GroupView, KeyView, LinkView
from desk.queue import Bounds, Page, View
from desk.setup import start
from desk.spelled import spelled
from desk.views.queue_views import shareable
from desk.views.shell import Ask, desk_page, desk_render, me_of, query, within
from desk.words import listed, long_moment_words, moment_words, number_words
from tickets.access import access_ticket, may
from tickets.catalogue import catalogue
from tickets.errors import DomainError, Invalid
from tickets.models import SavedView, Ticket, User
from tickets.models.desk import Sort
from tickets.saying import retold
from tickets.selecting import NAMES, Criteria
from tickets.services import pairing, take, together
from tickets.services.snoozing import check_moment
from tickets.services.views import may_change, queue_settings, views_of

#: So many tickets that were refused are named one by one.
REFUSED_SHOWN = 5
_TITLES = {
    "late": (pgettext_lazy("group of the queue", "Late"), "late"),
    # Due when work ended, and not missed before it begins again.
    "opening": (_l("By the next opening"), ""),
    "soon": (_l("Next two hours"), ""),
    "today": (_l("Today"), ""),
    "waiting": (_l("Waiting"), ""),
    "later": (_l("Later"), ""),
}
KEYS = (
    KeyView(("J", "K"), _l("move")),
    KeyView(("X",), _l("select")),
    KeyView(("⇧J", "⇧K"), _l("select on")),
    KeyView(("⏎",), pgettext_lazy("key", "open")),
    KeyView(("A",), _l("assign")),
    KeyView(("Z",), pgettext_lazy("key", "put aside")),
    KeyView(("F",), _l("filter")),
)
#: These, and the rest, in the list of all keys.
ALL_KEYS = (
    *KEYS,
    KeyView(("⇧X",), _l("select up to here")),
    KeyView(("R",), _l("reply to what is selected, one after the other")),
    KeyView(("L",), _l("link what is selected")),
    KeyView(("T",), _l("tag what is selected; else take the next one")),
    KeyView(("C",), _l("file what is selected elsewhere")),
    KeyView(("S",), _l("save the filter as a view")),
    KeyView(("N",), _l("show what is new")),
    KeyView(("G", "V"), _l("to the views; J and K among them")),
)


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """A view of the queue, one page of it; asked for by the list itself, its rows alone."""
    if start.is_needed(ask.who):
        return redirect("desk-start")
    bounds = Bounds.of(ask.now, ask.zone)
    views = queue.views_for(ask.who, bounds)
    saved = views_of(ask.who)
    settings = queue_settings(me_of(ask))
    view, changed, sort = _asked_for(request, views, saved, settings.sort)
    page = queue.page_of(ask.who, view, bounds, after=query(request, "after"), sort=sort)
    asked = query(request, "sort")
    here = address(view.key, view.criteria if changed else {}, sort=asked)
    context = {"after": page.after, "first": page.first, "view": view}
    alone = bool(request.headers.get("HX-Request")) and not page.first
    numbers = {} if alone else sizes.group_counts(ask.who, view, bounds)
    groups = _groups(page, numbers, bounds, _rows_context(page, ask, sort), sort)
    last = next((one.key for one in reversed(groups) if one.key != "waiting"), "")
    context |= {
        "groups": groups,
        "continued": query(request, "group"),
        "more": address(
            view.key, view.criteria if changed else {}, sort=sort, after=page.after, group=last
        ),
    }
    if alone:
        return render(request, "desk/components/queue_more.html", context)
    counts, by_category = sizes.counts_of(ask.who, views, bounds)
    people = colleagues(ask.who, ask.now) if works(ask.who) else []
    return desk_render(
        request,
        ask,
        "desk/queue.html",
        {
            **context,
            "place": "queue",
            "top_title": _("Queue"),
            "top_context": long_moment_words(ask.now, zone=ask.zone),
            "title": _("What next") if view.key == "me" and not changed else view.words,
            "summary": _summary(view, numbers, counts),
            "links": _links(view, views, counts),
            "categories": [
                LinkView(v.words, f"/desk/?view={v.key}", v.icon, shown(n), v.key == view.key)
                for v, n in queue.category_views(by_category)
            ],
            "works": works(ask.who),
            "people": people,
            "presets": preset_views(now=ask.now, zone=ask.zone),
            "unowned": counts.get("unowned", 0),
            "keys": KEYS,
            "all_keys": ALL_KEYS,
            "here": here,
            **_chosen(ask, view, saved, people, changed=changed, sort=sort),
            "density": settings.density,
        },
    )


def _asked_for(
    request: HttpRequest, views: list[View], saved: list[SavedView], usual: str
) -> tuple[View, bool, str]:
    """The view of the address, whether it is filtered beyond it, and the order."""
    view = queue.view_called(query(request, "view", "me"), views, saved)
    changed = bool(query(request, "filter")) or any(query(request, name) for name in NAMES)
    if changed:
        view = queue.narrowed(view, {name: query(request, name) for name in NAMES})
    usual = BACK if view.aside else usual
    sort = query(request, "sort") or (view.saved.sort if view.saved else usual)
    known = [*SORTS, BACK] if view.aside else SORTS
    return view, changed, sort if sort in known else usual


def groups_among(only: list[int], request: HttpRequest, ask: Ask) -> list[GroupView]:
    """Of the tickets `only`, those that stand in the list of this address, as it shows them."""
    bounds = Bounds.of(ask.now, ask.zone)
    views = queue.views_for(ask.who, bounds)
    usual = queue_settings(me_of(ask)).sort
    view, _, sort = _asked_for(request, views, views_of(ask.who), usual)
    page = queue.page_among(only, ask.who, view, bounds, sort=sort)
    return _groups(page, {}, bounds, _rows_context(page, ask, sort), sort)


def numbers_of(request: HttpRequest, ask: Ask) -> dict[str, Any]:
    """The counts of views by address, of groups by key, and the line over the list."""
    bounds = Bounds.of(ask.now, ask.zone)
    views = queue.views_for(ask.who, bounds)
    saved = views_of(ask.who)
    view, _, _ = _asked_for(request, views, saved, Sort.DUE.value)
    counts, by_category = sizes.counts_of(ask.who, views, bounds)
    numbers = sizes.group_counts(ask.who, view, bounds)
    categories = queue.category_views(by_category)
    named = [*((v, counts[v.key]) for v in views), *categories]
    return {
        "views": {f"/desk/?view={v.key}": shown(count) for v, count in named},
        "groups": {
            **{key: shown(count) for key, count in numbers.items()},
            "all": shown(sum(numbers.values())),
        },
        "summary": _summary(view, numbers, counts),
    }


def _rows_context(page: Page, ask: Ask, sort: str) -> RowContext:
    tickets = [*page.rows, *page.waiting]
    offered = offers_on(tickets)
    return RowContext(
        who=ask.who,
        now=ask.now,
        zone=ask.zone,
        deadlines=deadlines_by_ticket(tickets, now=ask.now),
        exceptions=exceptions_waiting(tickets),
        offers=offered.out,
        drafts=offered.drafts,
        sort=sort,
    )


def _chosen(
    ask: Ask, view: View, saved: list[SavedView], people: list[User], *, changed: bool, sort: str
) -> dict[str, Any]:
    """What the head of the list needs for filter, order and saved views. One query for teams."""
    teams = shareable(ask)
    filed = catalogue().by_key.values() if people else ()
    return {
        "own_views": [_saved_link(row, view) for row in saved if row.team_id is None],
        "shared_views": [_saved_link(row, view) for row in saved if row.team_id is not None],
        "fields": filter_fields(view.criteria, people, teams),
        "chips": filter_chips(view.key, view.criteria, people, teams, sort) if changed else (),
        "changed": changed,
        "criteria": _texts(spelled(view)),
        "sort": sort,
        "sorts": ({**SORTS} | ({BACK: back_words()} if view.aside else {})).items(),
        "teams": teams,
        "may_change": view.saved is not None and may_change(ask.who, view.saved),
        "categories_known": sorted(
            (one.category.key, one.words) for one in filed if one.category.active
        ),
    }


def _texts(criteria: Criteria | None) -> dict[str, str] | None:
    """As a form sends them; None where there is nothing to keep."""
    if criteria is None:
        return None
    return {name: text_of(value) for name, value in criteria.items()}


def _saved_link(row: SavedView, view: View) -> LinkView:
    made = queue.saved_view(row)
    return LinkView(row.name, f"/desk/?view={made.key}", made.icon, made.key, made.key == view.key)


def _links(view: View, views: list[View], counts: dict[str, int]) -> list[LinkView]:
    return [
        LinkView(v.words, f"/desk/?view={v.key}", v.icon, shown(counts[v.key]), v.key == view.key)
        for v in views
    ]


def _summary(view: View, numbers: dict[str, int], counts: dict[str, int]) -> str:
    total = sum(numbers.values())
    if view.key != "me" or view.criteria:
        said = ngettext("%(count)s ticket", "%(count)s tickets", total)
        return said % {"count": shown(total)}
    parts = [_("%(count)s yours") % {"count": shown(counts["mine"])}] if counts["mine"] else []
    if counts["unowned"]:
        parts.append(_("%(count)s without an owner") % {"count": shown(counts["unowned"])})
    standing_in = counts["me"] - counts["mine"] - counts["unowned"]
    if standing_in > 0:
        parts.append(_("%(count)s of those you stand in for") % {"count": shown(standing_in)})
    if not parts:
        return _("Nothing waits for you")
    return _("%(count)s for you: %(parts)s") % {"count": shown(total), "parts": listed(parts)}


def _groups(
    page: Page, numbers: dict[str, int], bounds: Bounds, context: RowContext, sort: str
) -> list[GroupView]:
    """The rows in groups by their nearest deadline, where that gives the order; else in one. The
    numbers are of the whole view, and left out where they are not known."""
    if sort != Sort.DUE:
        count = shown(sum(numbers.values())) if numbers else ""
        every = rows_of(page.rows, context)
        title = back_words() if sort == BACK else SORTS[sort]
        return [GroupView("all", title, count, every)] if every else []
    stood: dict[str, list[Ticket]] = {key: [] for key in _TITLES}
    for ticket in page.rows:
        rows = context.deadlines.get(ticket.pk, ())
        late = any(is_late(row, now=context.now) for row in rows)
        stood[bounds.group_of(ticket, late=late)].append(ticket)
    stood["waiting"].extend(page.waiting)
    return [
        GroupView(
            key,
            str(title),
            shown(numbers.get(key, 0)) if numbers else "",
            rows_of(stood[key], context),
            tone,
        )
        for key, (title, tone) in _TITLES.items()
        if stood[key]
    ]


@desk_page
@require_POST
def bulk(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Take one; or give, tag or file the selected ones. Says of each why it could not be done.

    A script is told where to go on, or what is wrong with what was typed, and with which field.
    """
    to = within(request, request.POST.get("view_url", ""))
    back, script = redirect(to), "application/json" in request.headers.get("Accept", "")
    if number := request.POST.get("take"):
        ticket = access_ticket(ask.who, number, verb="work")
        take(ticket, actor=ask.who.actor, now=ask.now)
        messages.success(request, _("%(number)s is yours.") % {"number": ticket.number})
        return redirect(f"/desk/tickets/{ticket.number}/")
    try:
        done = _do_to_all(request, ask)
    except DomainError as error:
        if script:
            told = {"code": error.code, "message": error.message, "field": error.field}
            return JsonResponse(told, status=422)
        messages.warning(request, error.message)
        return back
    if done.act is not None:
        many = len(done.numbers)
        said = ngettext("%(count)s ticket %(act)s.", "%(count)s tickets %(act)s.", many)
        words = said % {"count": number_words(many), "act": retold(done.act.words)}
        messages.success(request, words, extra_tags=f"undo:{done.act.pk}")
    _tell_refused(request, done)
    return JsonResponse({"to": to}) if script else back


def _do_to_all(request: HttpRequest, ask: Ask) -> together.Done:
    """Raises `DomainError` where nothing could be tried."""
    post, numbers = request.POST, request.POST.getlist("ticket")
    act = post.get("do", "")
    if act == "link":
        return pairing.link_all(ask.who, numbers, now=ask.now)
    if act == "tag":
        return together.tag_all(ask.who, numbers, post.get("tag", ""), now=ask.now)
    if act == "category":
        entry = catalogue().entry(post.get("category", ""))
        return together.file_all(ask.who, numbers, entry.category, now=ask.now)
    if act == "snooze" or post.get("preset"):
        return _snooze_all(request, ask, numbers)
    people = {str(person.pk): person for person in colleagues(ask.who, ask.now)}
    owner = people.get(post.get("owner", ""))
    if owner is None or not numbers:
        raise Invalid(_("Choose tickets, and somebody to give them to."), field="owner")
    return together.assign_all(ask.who, numbers, owner, now=ask.now)


def _snooze_all(request: HttpRequest, ask: Ask, numbers: list[str]) -> together.Done:
    """Until one of the moments by name, or the one that was typed. Raises `DomainError`."""
    form = SnoozeForm(request.POST, presets=preset_views(now=ask.now, zone=ask.zone), lines=())
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise Invalid(str(errors[0]), field=name)
    until = check_moment(form.cleaned_data["until"], now=ask.now)
    words = moment_words(until, now=ask.now, zone=ask.zone)
    reason = form.cleaned_data["reason"]
    return together.snooze_all(ask.who, numbers, until, now=ask.now, reason=reason, words=words)


def _tell_refused(request: HttpRequest, done: together.Done) -> None:
    """Why some were not changed: each reason once, with the tickets that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for one in done.refused:
        by_reason.setdefault(one.message, []).append(one.number)
    reasons = list(by_reason.items())
    for reason, numbers in reasons[:REFUSED_SHOWN]:
        named, more = numbers[:REFUSED_SHOWN], len(numbers) - REFUSED_SHOWN
        if more > 0:
            told = {"numbers": ", ".join(named), "count": number_words(more)}
            which = _("%(numbers)s and %(count)s more") % told
        else:
            which = listed(named)
        messages.warning(request, f"{which}: {reason}")
    rest = sum(len(numbers) for _reason, numbers in reasons[REFUSED_SHOWN:])
    if rest:
        said = ngettext(
            "%(count)s more was not changed either.",
            "%(count)s more were not changed either.",
            rest,
        )
        messages.warning(request, said % {"count": number_words(rest)})


@desk_page
@require_POST
def undo(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Change back what one did to several tickets."""
    back = redirect(within(request, request.POST.get("next", "")))
    try:
        done = together.undo(ask.who, key, now=ask.now)
    except DomainError as error:
        messages.warning(request, error.message)
        return back
    if done.numbers:
        many = len(done.numbers)
        said = ngettext(
            "Undone: %(count)s ticket is as before.",
            "Undone: %(count)s tickets are as before.",
            many,
        )
        messages.success(request, said % {"count": number_words(many)})
    _tell_refused(request, done)
    return back


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
        messages.info(request, _("Every ticket of your teams has an owner."))
        return redirect("/desk/")
    ticket = access_ticket(ask.who, found.number, verb="work")
    take(ticket, actor=ask.who.actor, now=ask.now)
    messages.success(request, _("%(number)s is yours.") % {"number": ticket.number})
    return redirect(f"/desk/tickets/{ticket.number}/")
