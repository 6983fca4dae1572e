"""The inbox of exceptions: the case, the policy beside the wish, and the decision."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from desk import inbox
from desk.build.exceptions import case_of, inbox_row, next_after
from desk.forms.exceptions import DecideForm, first_words
from desk.present import KeyView
from desk.views.shell import Ask, desk_page, desk_render
from remedies.access import access_exception, may_see_drafts, visible_exceptions
from remedies.models import ExceptionRequest
from remedies.rules.grounds import DECLINE_WORDS, DeclineCode
from remedies.rules.states import UNDECIDED, ExceptionStatus
from remedies.services import (
    approve_exception,
    ask_back,
    decide_together,
    decline_exception,
    undo_decision,
)
from remedies.services.exceptions import Outcome
from remedies.services.exceptions.undoing import UNDO
from tickets.errors import DomainError, NotFound

_OUTCOMES = {
    ExceptionStatus.APPROVED.value: gettext_lazy("approved"),
    ExceptionStatus.AMENDED.value: gettext_lazy("amended"),
    ExceptionStatus.DECLINED.value: gettext_lazy("declined"),
}


def _keys() -> tuple[KeyView, ...]:
    return (
        KeyView(("A",), gettext("approve")),
        KeyView(("M",), gettext("amend")),
        KeyView(("D",), gettext("decline")),
        KeyView(("B",), gettext("ask back")),
        KeyView(("J", "K"), gettext("next, previous")),
        KeyView(("X",), gettext("select")),
        KeyView(("U",), gettext("undo")),
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
    case = case_of(chosen, ask.who, now=ask.now, zone=ask.zone) if chosen else None
    decidable = case is not None and case.state in UNDECIDED and not case.why_not
    total = inbox.waiting_for(ask.who).count() if len(rows) >= inbox.SHOWN else len(rows)
    context: dict[str, Any] = {
        "place": "exceptions",
        "top_title": gettext("Exceptions"),
        "top_context": gettext("to decide")
        if ask.who.is_supervisor
        else gettext("that you asked for"),
        "rows": [inbox_row(row, current=chosen, now=ask.now, zone=ask.zone) for row in rows],
        "decided_today": inbox.decided_today(ask.who, now=ask.now, zone=ask.zone),
        "total": total,
        "hidden": max(total - len(rows), 0),
        "case": case,
        "several": ask.who.is_supervisor and len(rows) > 1,
        "codes": DECLINE_WORDS.items(),
        "outcomes": request.session.pop("together", None),
        "undo": _undo_of(request, ask),
        "sees_rules": may_see_drafts(ask.who),
        "form": form
        or (DecideForm(row=chosen, initial={"reason": first_words(chosen)}) if chosen else None),
        "decidable": decidable,
        "opened": opened,
        "keys": _keys(),
    }
    return desk_render(request, ask, "desk/exceptions.html", context, status=status)


def _approve(row: ExceptionRequest, form: DecideForm, ask: Ask) -> str:
    done = approve_exception(
        row, reason=form.cleaned_data["reason"], actor=ask.who.actor, now=ask.now
    )
    return _said(
        done,
        gettext("Approved for %(customer)s. %(name)s sends it.")
        % {"customer": row.ticket.customer.name, "name": row.requester.name},
    )


def _said(row: ExceptionRequest, words: str) -> str:
    """What to say after a yes, which may be one of two."""
    if row.status in UNDECIDED:
        return gettext("Your yes is kept for %(name)s. Somebody else has to say it too.") % {
            "name": row.ticket.customer.name
        }
    return words


def _amend(row: ExceptionRequest, form: DecideForm, ask: Ask) -> str:
    done = approve_exception(
        row,
        reason=form.cleaned_data["reason"],
        decided=form.decided,
        actor=ask.who.actor,
        now=ask.now,
    )
    return _said(
        done, gettext("Approved with your sums for %(name)s.") % {"name": row.ticket.customer.name}
    )


def _decline(row: ExceptionRequest, form: DecideForm, ask: Ask) -> str:
    decline_exception(
        row,
        reason=form.cleaned_data["reason"],
        code=form.cleaned_data["code"] or DeclineCode.OTHER,
        actor=ask.who.actor,
        now=ask.now,
    )
    return gettext("Declined. %(name)s reads why.") % {"name": row.requester.name}


def _ask_back(row: ExceptionRequest, form: DecideForm, ask: Ask) -> str:
    ask_back(row, question=form.cleaned_data["reason"], actor=ask.who.actor, now=ask.now)
    return gettext("Asked back. %(name)s answers first.") % {"name": row.requester.name}


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
    if request.POST["do"] == "ask":
        messages.success(request, words)
    else:
        until = (ask.now + UNDO).isoformat()
        request.session["undo"] = {"id": row.pk, "words": words, "until": until}
    return redirect(f"/desk/exceptions/{after.pk}/" if after else "/desk/exceptions/")


def _undo_of(request: HttpRequest, ask: Ask) -> dict[str, Any] | None:
    """What was just decided, and how long it can be taken back; said once."""
    told: dict[str, Any] | None = request.session.pop("undo", None)
    if told is None:
        return None
    left = dt.datetime.fromisoformat(told["until"]) - ask.now
    return {**told, "seconds": max(int(left.total_seconds()), 0)}


@desk_page
@require_POST
def undo(request: HttpRequest, ask: Ask, exception_id: int) -> HttpResponse:
    """Take one's own decision back at once; the case opens again."""
    row = access_exception(ask.who, exception_id)
    try:
        undo_decision(row, actor=ask.who.actor, now=ask.now)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, gettext("Taken back. It waits again."))
    return redirect(f"/desk/exceptions/{row.pk}/")


@desk_page
@require_POST
def together(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Decide the selected ones with one reason; what became of each is told on the next page."""
    keys = [int(key) for key in request.POST.getlist("exception") if key.isdecimal()][:500]
    try:
        found = decide_together(
            keys,
            say=request.POST.get("do", ""),
            reason=request.POST.get("reason", ""),
            code=request.POST.get("code") or DeclineCode.OTHER,
            who=ask.who,
            now=ask.now,
        )
    except DomainError as error:
        messages.error(
            request, gettext("Nothing was decided. %(message)s") % {"message": error.message}
        )
        return redirect("/desk/exceptions/")
    seen = visible_exceptions(ask.who).filter(pk__in=keys)
    names = {
        row.pk: f"{row.ticket.customer.name}, {row.ticket.number}"
        for row in seen.select_related("ticket__customer")
    }
    request.session["together"] = [
        {"done": one.done, "name": names.get(one.exception, ""), "words": _outcome_words(one)}
        for one in found
    ]
    if done := [str(one.row.pk) for one in found if one.row and one.row.status not in UNDECIDED]:
        words = ngettext("%(count)s decided.", "%(count)s decided.", len(done))
        request.session["undo"] = {
            "ids": done,
            "words": words % {"count": len(done)},
            "until": (ask.now + UNDO).isoformat(),
        }
    return redirect("/desk/exceptions/")


@desk_page
@require_POST
def undo_together(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Take back what one decided together, each by itself; what can't be is named with why."""
    keys = [int(key) for key in request.POST.getlist("exception") if key.isdecimal()][:500]
    back, refused = 0, []
    for key in keys:
        try:
            row = access_exception(ask.who, key)
            undo_decision(row, actor=ask.who.actor, now=ask.now)
            back += 1
        except DomainError as error:
            refused.append({"done": False, "name": "", "words": error.message})
    if refused:
        request.session["together"] = refused
    if back:
        words = ngettext(
            "%(count)s taken back. It waits again.", "%(count)s taken back. They wait again.", back
        )
        messages.success(request, words % {"count": back})
    return redirect("/desk/exceptions/")


def _outcome_words(one: Outcome) -> str:
    if one.row is None:
        return one.message
    if one.row.status in UNDECIDED:
        return gettext("your yes is kept; somebody else has to say it too")
    return str(_OUTCOMES.get(one.row.status, one.row.status))
