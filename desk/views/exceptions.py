"""The inbox of exceptions: the case, the policy beside the wish, and the decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from desk import inbox
from desk.build.exceptions import case_of, inbox_row, next_after
from desk.forms.exceptions import DecideForm
from desk.present import KeyView
from desk.views.shell import Ask, desk_page, desk_render
from remedies.access import access_exception, may_decide
from remedies.models import ExceptionRequest
from remedies.rules.states import UNDECIDED
from remedies.services import approve_exception, ask_back, decline_exception
from tickets.errors import DomainError, NotFound

KEYS = (
    KeyView(("A",), "approve"),
    KeyView(("M",), "amend"),
    KeyView(("D",), "decline"),
    KeyView(("B",), "ask back"),
    KeyView(("J", "K"), "next, previous"),
)


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask, exception_id: int = 0) -> HttpResponse:
    """The inbox with one case open: the one asked for, else the first."""
    rows = inbox.ordered(ask.who)
    chosen = access_exception(ask.who, exception_id) if exception_id else next(iter(rows), None)
    return render_inbox(request, ask, chosen, rows=rows, opened=bool(exception_id))


def render_inbox(
    request: HttpRequest,
    ask: Ask,
    chosen: ExceptionRequest | None,
    *,
    rows: list[ExceptionRequest] | None = None,
    form: DecideForm | None = None,
    opened: bool = True,
    status: int = 200,
) -> HttpResponse:
    """The page: list, case, comparison, decision bar."""
    if rows is None:
        rows = inbox.ordered(ask.who)
    decidable = (
        chosen is not None
        and chosen.status in UNDECIDED
        and chosen.requester_id != (ask.who.user.pk if ask.who.user else 0)
        and may_decide(ask.who, chosen)
    )
    context: dict[str, Any] = {
        "place": "exceptions",
        "top_title": "Exceptions",
        "top_context": "to decide" if ask.who.is_supervisor else "that you asked for",
        "rows": [inbox_row(row, current=chosen, now=ask.now, zone=ask.zone) for row in rows],
        "decided_today": inbox.decided_today(ask.who, now=ask.now, zone=ask.zone),
        "case": case_of(chosen, ask.who, now=ask.now, zone=ask.zone) if chosen else None,
        "form": form
        or (DecideForm(row=chosen, initial={"reason": chosen.reason[:300]}) if chosen else None),
        "decidable": decidable,
        "opened": opened,
        "keys": KEYS,
    }
    return desk_render(request, ask, "desk/exceptions.html", context, status=status)


def _approve(row: ExceptionRequest, form: DecideForm, ask: Ask) -> str:
    approve_exception(row, reason=form.cleaned_data["reason"], actor=ask.who.actor, now=ask.now)
    return f"Approved for {row.ticket.customer.name}. {row.requester.name} sends it."


def _amend(row: ExceptionRequest, form: DecideForm, ask: Ask) -> str:
    approve_exception(
        row,
        reason=form.cleaned_data["reason"],
        decided=form.decided,
        actor=ask.who.actor,
        now=ask.now,
    )
    return f"Approved with your sums for {row.ticket.customer.name}."


def _decline(row: ExceptionRequest, form: DecideForm, ask: Ask) -> str:
    decline_exception(row, reason=form.cleaned_data["reason"], actor=ask.who.actor, now=ask.now)
    return f"Declined. {row.requester.name} reads why."


def _ask_back(row: ExceptionRequest, form: DecideForm, ask: Ask) -> str:
    ask_back(row, question=form.cleaned_data["reason"], actor=ask.who.actor, now=ask.now)
    return f"Asked back. {row.requester.name} answers first."


_DECISIONS: dict[str, Any] = {
    "approve": _approve,
    "amend": _amend,
    "decline": _decline,
    "ask": _ask_back,
}


@desk_page
@require_POST
def decide(request: HttpRequest, ask: Ask, exception_id: int) -> HttpResponse:
    """Approve, amend, decline or ask back; then the next one opens."""
    row = access_exception(ask.who, exception_id, verb="supervise")
    run = _DECISIONS.get(request.POST.get("do", ""))
    if run is None:
        raise NotFound(field="do")
    form = DecideForm(request.POST, row=row)
    if not form.is_valid():
        return render_inbox(request, ask, row, form=form, status=422)
    after = next_after(inbox.ordered(ask.who), row)
    try:
        words = run(row, form, ask)
    except DomainError as error:
        form.refuse(error)
        row = access_exception(ask.who, exception_id)
        return render_inbox(request, ask, row, form=form, status=max(error.status, 400))
    messages.success(request, words)
    return redirect(f"/desk/exceptions/{after.pk}/" if after else "/desk/exceptions/")
