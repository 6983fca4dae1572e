"""Who is on duty: this week, by rota."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from desk.forms.me import DAYS, DutyForm
from desk.views.shell import Ask, desk_page, desk_render, me_of, zone_of
from desk.words import moment_words, whole_day_words
from escalation.access import access_rota, may_change_rota
from escalation.models import DutySlot, Rota
from escalation.people import directory
from escalation.services.rotas import NewSlot, add_slot, on_duty, remove_slot
from tickets.errors import DomainError

WEEK = dt.timedelta(days=6)


@dataclass(frozen=True, slots=True)
class DutyView:
    """One stretch of duty of the coming week."""

    who: str
    when: str
    now: bool


@dataclass(frozen=True, slots=True)
class RotaView:
    """A rota: who is on duty now, the coming week, and its slots to be changed."""

    rota: Rota
    now: str
    week: tuple[DutyView, ...]
    slots: tuple[tuple[DutySlot, str], ...]
    may_change: bool
    form: DutyForm | None


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Every rota, with the coming week."""
    return _page(request, ask)


@desk_page
@require_POST
def add(request: HttpRequest, ask: Ask, key: str) -> HttpResponse:
    """One more duty."""
    rota = access_rota(ask.who, key, change=True)
    form = DutyForm(request.POST, prefix=rota.key)
    if form.is_valid():
        data = form.cleaned_data
        slot = NewSlot(
            user=data["person"], starts=data["starts"], ends=data["ends"],
            weekday=form.weekday_number, on=data["on"],
        )  # fmt: skip
        try:
            add_slot(rota, slot)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                gettext("%(name)s is in the rota %(name2)s.")
                % {"name": data["person"].name, "name2": rota.name},
            )
            return redirect("/desk/rota/")
    return _page(request, ask, refused=form, refused_key=rota.key, status=422)


@desk_page
@require_POST
def remove(request: HttpRequest, ask: Ask, key: str, slot: int) -> HttpResponse:
    """One duty less."""
    rota = access_rota(ask.who, key, change=True)
    remove_slot(rota, slot)
    messages.success(request, gettext("Taken off the rota."))
    return redirect("/desk/rota/")


def _page(
    request: HttpRequest,
    ask: Ask,
    *,
    refused: DutyForm | None = None,
    refused_key: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = Rota.objects.select_related("team").prefetch_related("slots__user")
    views = [_view(row, ask, refused if row.key == refused_key else None) for row in rows]
    context: dict[str, Any] = {"place": "late", "top_title": gettext("On duty"), "rotas": views}
    may_set_up = me_of(ask).has_perm("escalation.add_rota") and me_of(ask).is_staff
    context["add_url"] = reverse("admin:escalation_rota_add") if may_set_up else ""
    context["empty_words"] = (
        gettext("A rota says who is on duty when. Paths then tell whoever that is.")
        if may_set_up
        else gettext("An administrator sets one up. Paths then tell whoever is on duty.")
    )
    return desk_render(request, ask, "desk/rota.html", context, status=status)


def _view(rota: Rota, ask: Ask, form: DutyForm | None) -> RotaView:
    book = directory()
    may = may_change_rota(ask.who, rota)
    today = ask.now.astimezone(zone_of(rota.time_zone)).date()
    roster = book.rosters.get(rota.key)
    duties = roster.duties(today - dt.timedelta(days=1), today + WEEK) if roster else []
    names = [person.name for person in on_duty(rota, at=ask.now)]
    return RotaView(
        rota=rota,
        now=", ".join(names) or gettext("Nobody, so the next above is told"),
        week=tuple(
            DutyView(
                who=book.people[duty.person].name,
                when=gettext("%(start)s to %(end)s")
                % {
                    "start": moment_words(duty.start, now=ask.now, zone=ask.zone),
                    "end": f"{duty.end.astimezone(ask.zone):%H:%M}",
                },
                now=duty.start <= ask.now < duty.end,
            )
            for duty in duties
            if duty.end > ask.now and duty.person in book.people
        ),
        slots=tuple((slot, _day(slot)) for slot in rota.slots.all()),
        may_change=may,
        form=(form or DutyForm(prefix=rota.key)) if may else None,
    )


def _day(slot: DutySlot) -> str:
    if slot.on is not None:
        return whole_day_words(slot.on)
    return gettext("Every %(day)s") % {"day": DAYS[slot.weekday or 0][1]}
