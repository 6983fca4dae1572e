"""The pages of the guided start."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from desk.setup import keeping, start
from desk.setup.access import check_admin, check_may_change, check_may_see
from desk.setup.controls import controls_of, document_in, others
from desk.setup.fields import told
from desk.setup.keeping import Author
from desk.setup.pictures import weeks_of
from desk.setup.rules import Step, Way
from desk.setup.section import Doc
from desk.views.shell import Ask, desk_page, desk_render
from escalation.hours import Calendar
from escalation.models import WorkCalendar
from escalation.worktime import WorkTimeError
from tickets.errors import DomainError, NotAllowed, NotFound


@desk_page
@require_safe
def begin(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The step that is next; at the end what was reached."""
    check_may_see(ask.who)
    rows = start.progress()
    step = start.next_step(rows)
    if step is not None:
        return redirect("desk-start-step", step.value)
    context = {
        "place": "settings", "steps": rows, "ready": start.ready(), "form": _form_address(),
    }  # fmt: skip
    return desk_render(request, ask, "desk/setup/started.html", context)


@desk_page
def step(request: HttpRequest, ask: Ask, step: str) -> HttpResponse:
    """One step: its form, kept whole or left out."""
    check_may_see(ask.who)
    if step not in set(Step):
        raise NotFound(field="step")
    here = Step(step)
    guide, author = start.GUIDES[here], Author(ask.who, ask.now, Way.START)
    if request.method != "POST":
        return _page(request, ask, here, guide.begin())
    check_may_change(ask.who)
    do = request.POST.get("do", "keep")
    if do == "skip":
        if not guide.optional:
            raise NotAllowed("Without this no complaint can be taken in.")
        start.skip(here, author)
        return redirect("desk-start")
    if not start.may_take(here, ask.who):
        check_admin(ask.who)
    doc = document_in(guide.fields, request.POST, locked=frozenset(), held=None)
    if do in {"more", "preview"}:
        return _page(request, ask, here, doc, spare=6 if do == "more" else 0)
    try:
        start.finish(here, doc, author)
    except NotFound:
        raise
    except DomainError as error:
        return _page(request, ask, here, doc, problems=keeping.refused(error), status=422)
    messages.success(request, gettext("%(title)s: kept.") % {"title": told(guide.title)})
    return redirect("desk-start")


def _page(
    request: HttpRequest, ask: Ask, here: Step, doc: Doc, *,
    problems: Sequence[tuple[str, str]] = (), spare: int = 0, status: int = 200,
) -> HttpResponse:  # fmt: skip
    guide = start.GUIDES[here]
    rows = start.progress()
    steps = list(start.GUIDES)
    at = steps.index(here)
    context: dict[str, Any] = {
        "place": "settings", "guide": guide, "steps": rows, "number": at + 1, "of": len(steps),
        "before": steps[at - 1].value if at else "",
        "controls": controls_of(guide.fields, doc, problems=problems, spare=spare),
        "problems": problems, "others": others(problems, guide.fields),
        "may_take": start.may_take(here, ask.who), **_more(here, doc, ask),
    }  # fmt: skip
    return desk_render(request, ask, "desk/setup/start.html", context, status=status)


def _more(here: Step, doc: Doc, ask: Ask) -> dict[str, Any]:
    """What a step shows beside its form."""
    if here in {Step.TEAM, Step.HOLIDAYS}:
        return {"shown": {"weeks": _weeks(here, doc, ask)}}
    if here is Step.MAIL:
        return {"inbound": settings.INBOUND_MAIL_ADDRESS, "sender": settings.DEFAULT_FROM_EMAIL}
    if here is Step.FORM:
        address = _form_address()
        return {"form_address": address, "code": _code(address)}
    return {}


def _weeks(here: Step, doc: Doc, ask: Ask) -> Any:
    row = WorkCalendar.objects.filter(is_default=True).first()
    data = row.data(alone=True) if row is not None else {"tz": "Europe/London", "hours": {}}
    if here is Step.TEAM:
        data |= {"tz": doc["time_zone"], "hours": doc["hours"]}
    else:
        data |= {"country": doc["country"], "subdivision": doc["subdivision"]}
    try:
        return weeks_of(Calendar.parse(data), now=ask.now)
    except WorkTimeError:
        return None


def _form_address() -> str:
    return f"{settings.SITE_URL}/complain/"


def _code(address: str) -> str:
    """The address as a code to scan, made here and of nothing that somebody typed."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, title=None
    )
    return mark_safe(out.getvalue().decode())
