"""Where exceptions are the rule: what Amends found, taken as a draft or dismissed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from desk.build.proposals import proposal_of, rows_of
from desk.forms.base import Fields
from desk.present import KeyView
from desk.views.shell import Ask, desk_page, desk_render
from desk.words import number_words
from remedies.access import check_may_edit_policies, may_edit_policies
from remedies.models import RuleProposal
from remedies.services import mining, proposals
from tickets.errors import DomainError

LIST = "/desk/exceptions/rules/"


class DismissForm(Fields):
    """Why the rule stays as it is."""

    reason = forms.CharField(
        label=gettext_lazy("Why does the rule stay as it is?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "2", "class": "input grows"}),
        error_messages={"required": gettext_lazy("Whoever looks at it next reads your reason.")},
    )


def _keys() -> tuple[KeyView, ...]:
    return (
        KeyView(("J", "K"), gettext("next, previous")),
        KeyView(("D",), gettext("dismiss")),
        KeyView(("T",), gettext("take")),
    )


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask, key: int = 0) -> HttpResponse:
    """The list with one open: the one asked for, else the first."""
    chosen = proposals.access_proposal(ask.who, key) if key else None
    return _page(request, ask, chosen, opened=bool(key))


def _page(
    request: HttpRequest,
    ask: Ask,
    chosen: RuleProposal | None,
    *,
    opened: bool,
    form: DismissForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = rows_of(ask.who, chosen)
    if chosen is None and rows:
        chosen = proposals.access_proposal(ask.who, rows[0].id)
        rows = rows_of(ask.who, chosen)
    view = proposal_of(chosen, ask.who, now=ask.now, zone=ask.zone) if chosen else None
    context: dict[str, Any] = {
        "place": "exceptions",
        "top_title": gettext("Becoming the rule"),
        "rows": rows,
        "one": view,
        "opened": opened,
        "edits": may_edit_policies(ask.who),
        "form": form or DismissForm(),
        "keys": _keys(),
    }
    return desk_render(request, ask, "desk/proposals.html", context, status=status)


@desk_page
@require_POST
def look(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Look now, as is done each night."""
    check_may_edit_policies(ask.who)
    found = len(mining.look(now=ask.now))
    words = gettext("Looked. No exception is the rule.")
    if found:
        words = ngettext(
            "Looked. %(count)s exception is the rule.",
            "Looked. %(count)s exceptions are the rule.",
            found,
        ) % {"count": number_words(found)}
    messages.success(request, words)
    return redirect(LIST)


@desk_page
@require_POST
def dismiss(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """The rule stays, with a reason."""
    row = proposals.access_proposal(ask.who, key, edit=True)
    form = DismissForm(request.POST)
    if not form.is_valid():
        return _page(request, ask, row, opened=True, form=form, status=422)
    try:
        proposals.dismiss(row, reason=form.cleaned_data["reason"], who=ask.who, now=ask.now)
    except DomainError as error:
        form.refuse(error)
        return _page(request, ask, row, opened=True, form=form, status=max(error.status, 400))
    messages.success(request, gettext("Dismissed. It comes back only when there are many more."))
    return redirect(LIST)


@desk_page
@require_POST
def take(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Begin a draft with the changed rule, and go on in the editor."""
    row = proposals.access_proposal(ask.who, key, edit=True)
    try:
        draft = proposals.take(row, who=ask.who, now=ask.now)
    except DomainError as error:
        form = DismissForm({"reason": "-"})
        form.is_valid()
        form.refuse(error)
        return _page(request, ask, row, opened=True, form=form, status=max(error.status, 400))
    messages.success(request, gettext("%(draft)s is a draft now.") % {"draft": draft})
    return redirect(f"/desk/policies/{draft.key}/{draft.version}/")
