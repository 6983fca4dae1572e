"""Saved views on the page: keep, rename, share, order, take away, put back; and how it looks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk import queue, sizes
from desk.counting import shown
from desk.queue import Bounds
from desk.views.shell import Ask, desk_page, me_of, within
from tickets.errors import DomainError, Invalid
from tickets.models import SavedView, Team
from tickets.selecting import NAMES
from tickets.services.views import (
    access_view,
    change_view,
    move_view,
    put_back_view,
    remove_view,
    save_view,
    set_queue_settings,
    views_of,
)


def shareable(ask: Ask) -> list[Team]:
    """Teams with which the reader may share a view: where he works. One query."""
    ids = {*(ask.who.teams or ()), *ask.who.supervises}
    return list(Team.objects.filter(pk__in=ids, active=True).order_by("name")) if ids else []


def _team(request: HttpRequest, ask: Ask) -> Team | None:
    key = request.POST.get("share", "")
    if not key:
        return None
    found = [team for team in shareable(ask) if team.key == key]
    if not found:
        raise Invalid(_("Choose one of your teams."), field="share")
    return found[0]


@desk_page
@require_POST
def save(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Keep what is chosen under a name."""
    try:
        row = save_view(
            ask.who,
            name=request.POST.get("name", ""),
            criteria={name: request.POST.get(name, "") for name in NAMES},
            sort=request.POST.get("sort", "") or "due",
            team=_team(request, ask),
            now=ask.now,
        )
    except DomainError as error:
        messages.warning(request, error.message)
        return redirect(within(request, request.POST.get("next", "")))
    messages.success(request, _("%(view)s is kept, with your views.") % {"view": row.name})
    return redirect(f"/desk/?view=s-{row.pk}")


@desk_page
@require_POST
def change(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Rename it, share it or no longer, keep other criteria, move it, or take it away."""
    act = request.POST.get("do", "")
    page = f"/desk/?view=s-{key}"
    try:
        row = access_view(ask.who, key)
        if act == "remove":
            remove_view(ask.who, row, now=ask.now)
            messages.success(
                request, _("%(view)s is gone.") % {"view": row.name}, extra_tags=f"undo-view:{key}"
            )
            return redirect("/desk/")
        _change(request, ask, row, act)
    except DomainError as error:
        messages.warning(request, error.message)
    return redirect(page)


def _change(request: HttpRequest, ask: Ask, row: SavedView, act: str) -> None:
    post = request.POST
    if act in {"up", "down"}:
        beside = [one.pk for one in views_of(ask.who) if one.team_id == row.team_id]
        move_view(ask.who, row, to=beside.index(row.pk) + (1 if act == "down" else -1))
    elif act == "criteria":
        wanted = {name: post.get(name, "") for name in NAMES}
        change_view(ask.who, row, criteria=wanted, now=ask.now)
        messages.success(request, _("%(view)s is kept as it is now.") % {"view": row.name})
    else:
        seen = post.get("version", "")
        change_view(
            ask.who,
            row,
            name=post.get("name", ""),
            share=_team(request, ask) or False,
            seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else None,
            now=ask.now,
        )
        messages.success(request, "Kept.")


@desk_page
@require_POST
def put_back(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Undo taking a view away."""
    try:
        put_back_view(ask.who, key)
    except DomainError as error:
        messages.warning(request, error.message)
        return redirect("/desk/")
    return redirect(f"/desk/?view=s-{key}")


@desk_page
@require_POST
def settings(request: HttpRequest, ask: Ask) -> HttpResponse:
    """In which order the queue stands, and how dense, from now on."""
    sort, density = request.POST.get("sort"), request.POST.get("density")
    set_queue_settings(me_of(ask), sort=sort, density=density)
    return redirect(within(request, request.POST.get("next", "")))


@desk_page
@require_safe
def counts(request: HttpRequest, ask: Ask) -> HttpResponse:
    """How many tickets each saved view has: asked for once the page stands."""
    bounds = Bounds.of(ask.now, ask.zone)
    views = [queue.saved_view(row) for row in views_of(ask.who)]
    found = sizes.total_of(ask.who, views, bounds)
    told = [(view.key, shown(found[view.key])) for view in views]
    return render(request, "desk/components/view_counts.html", {"counts": told})
