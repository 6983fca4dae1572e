"""The policy editor: every form on it works as a page, and in parts where scripts run.

The text is what is edited. What is typed into a cell or a field comes with the whole text, is
brought into it here, and the text goes back. Nothing is stored until somebody saves.
"""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from desk.build.editor import Typed, editor_view
from desk.build.policies import diff_lines
from desk.build.policy_side import tickets_to_try
from desk.present import KeyView
from desk.views.shell import Ask, desk_page, desk_render, me_of, query
from remedies import services, tasks
from remedies.access import access_policy, may_edit_policies, may_see_drafts, visible_policies
from remedies.errors import DraftStale, PolicyInvalid
from remedies.models import RemedyPolicy
from remedies.rules.checks.checking import look_through, mended
from remedies.rules.editing.outline import HEAD, NEW, item_called, with_new
from remedies.rules.editing.ruleforms import form_of
from remedies.rules.editing.rulewriting import apply_cells, apply_form
from remedies.rules.editing.text import Parts, remove
from remedies.rules.language.source import MOST_CHARACTERS
from remedies.rules.states import PolicyStatus
from tickets.access import access_ticket
from tickets.errors import DomainError, NotFound
from tickets.models import Ticket


def _keys() -> tuple[KeyView, ...]:
    return (
        KeyView(("←", "↑", "→", "↓"), gettext("move in the matrix")),
        KeyView(("Enter",), gettext("edit, or go down")),
        KeyView(("Tab",), gettext("next")),
        KeyView(("Ctrl", "."), gettext("take the suggestion")),
        KeyView(("Ctrl", "S"), gettext("save draft")),
    )


#: Buttons that change more than what is typed: the part that is edited is drawn anew.
_BUTTONS = ("do", "go_rule", "go_tab", "remove")


@desk_page
def show(request: HttpRequest, ask: Ask, key: str, version: int) -> HttpResponse:
    """One version in the editor; with POST what is typed by now, saved or not."""
    row = access_policy(ask.who, key, version)
    if request.method == "POST":
        typed = _typed(request, ask, row)
        return _page(request, ask, row, typed)
    tickets = _tickets(ask, row)
    typed = Typed(
        text=row.source,
        rule=query(request, "rule"),
        tab=query(request, "tab"),
        ticket=_ticket(ask, query(request, "ticket"), tickets),
        tickets=tickets,
        seen=row.revision,
        search=bool(query(request, "search")),
    )
    return _page(request, ask, row, typed)


@desk_page
@require_POST
def look(request: HttpRequest, ask: Ask, key: str, version: int) -> HttpResponse:
    """While somebody types: what it comes to. In parts; without scripts the whole page."""
    row = access_policy(ask.who, key, version)
    return _page(request, ask, row, _typed(request, ask, row), parts=True)


@desk_page
@require_POST
def search(request: HttpRequest, ask: Ask, key: str, version: int) -> HttpResponse:
    """The checks with what the search for disproportion has found by now; a worker goes on."""
    row = access_policy(ask.who, key, version)
    typed = replace(_typed(request, ask, row, acts=False), search=True)
    return _page(request, ask, row, typed, parts=True)


@desk_page
@require_POST
def save(request: HttpRequest, ask: Ask, key: str, version: int) -> HttpResponse:
    """Save the draft, mistakes and all; where somebody else did meanwhile, say so and keep it."""
    row = access_policy(ask.who, key, version, edit=True)
    typed = _typed(request, ask, row)
    try:
        row = services.write_draft(
            row, typed.text, by=me_of(ask), now=ask.now, seen=typed.seen or None
        )
    except DraftStale as error:
        row = access_policy(ask.who, key, version)
        conflict = {
            "error": error,
            "lines": diff_lines(row.source, typed.text),
            "current": row.revision,
        }
        return _page(request, ask, row, typed, parts=True, conflict=conflict, status=409)
    except NotFound:
        raise
    except DomainError as error:
        refused = {"error": error, "lines": (), "current": 0}
        return _page(request, ask, row, typed, parts=True, conflict=refused, status=error.status)
    if not request.headers.get("HX-Request"):
        at = {"rule": typed.rule, "tab": typed.tab}
        where = urlencode({name: value for name, value in at.items() if value})
        return redirect(f"/desk/policies/{key}/{version}/?{where}")
    response = _page(request, ask, row, replace(typed, seen=row.revision), parts=True)
    response.headers["HX-Trigger"] = "policy-saved"
    return response


# -- what is typed --------------------------------------------------------------------------------


def _typed(request: HttpRequest, ask: Ask, row: RemedyPolicy, *, acts: bool = True) -> Typed:
    """What the page holds, with what was typed into cells and fields brought into the text."""
    post = request.POST
    text = _text(post, "source", row.source)
    if row.status != PolicyStatus.DRAFT or not may_edit_policies(ask.who):
        text = row.source
    rule = post.get("go_rule") or post.get("rule", "")
    shown = post.get("rule", "")
    wrong: dict[str, str] = {}
    if text != row.source or "source" in post:
        text, wrong = _brought_in(text, post, shown)
        if acts:
            text, rule = _done(text, post, rule)
    seen = post.get("seen", "")
    tab, _, line = (post.get("go_tab") or post.get("tab", "")).partition(":")
    tickets = _tickets(ask, row)
    number = post.get("number", "").strip() or post.get("ticket", "")
    return Typed(
        text=text,
        rule=rule[:200],
        tab=tab[:20],
        line=int(line) if line.isascii() and line.isdecimal() and len(line) < 7 else 0,
        ticket=_ticket(ask, number, tickets),
        tickets=tickets,
        valid=_text(post, "valid", row.source),
        kept={name: post[name] for name in wrong if name in post},
        wrong=wrong,
        seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0,
    )


def _text(post: QueryDict, name: str, otherwise: str) -> str:
    """A text as it was before a browser sent it: with plain ends of lines."""
    return post.get(name, otherwise).replace("\r\n", "\n")[: MOST_CHARACTERS + 1]


def _brought_in(text: str, post: QueryDict, shown: str) -> tuple[str, dict[str, str]]:
    """The text with the cells and the fields that the page showed."""
    sent = {name: str(value) for name, value in post.items()}
    try:
        text, wrong = apply_cells(text, sent)
        if "form" not in post:
            return text, wrong
        parts = Parts(text)
        item = item_called(parts, shown)
        if item is not None:
            text, more = apply_form(text, form_of(parts, item), sent)
            wrong |= more
    except PolicyInvalid:
        return text, {}  # no YAML: the text itself is what was typed
    return text, wrong


def _done(text: str, post: QueryDict, rule: str) -> tuple[str, str]:
    """What a button does to the text: mend a word, set a cell, add or take away a rule."""
    verb, _, what = post.get("do", "").partition(":")
    try:
        if verb == "mend" and what.isdecimal():
            marks = look_through(text).marks
            return (mended(text, marks[int(what)]) if int(what) < len(marks) else text), rule
        if verb == "set":
            cell, _, value = what.partition("=")
            return apply_cells(text, {cell: value})[0], rule
        if verb.startswith("add-") and verb.removeprefix("add-") in NEW:
            return with_new(text, verb.removeprefix("add-"))
        if verb == "remove-rule":
            item = item_called(Parts(text), what)
            gone = item is not None and item.name != HEAD
            return (remove(text, item.path) if item is not None and gone else text), ""
    except (PolicyInvalid, DomainError):
        return text, rule
    return text, rule


def _tickets(ask: Ask, row: RemedyPolicy) -> tuple[Ticket, ...]:
    if not may_see_drafts(ask.who):
        return ()
    return tuple(tickets_to_try(ask.who, row.categories))


def _ticket(ask: Ask, number: str, tickets: tuple[Ticket, ...]) -> Ticket | None:
    """The ticket with that number, if the reader may see it; else the first of those offered."""
    if number:
        try:
            return access_ticket(ask.who, number[:20])
        except DomainError:
            pass
    return tickets[0] if tickets else None


# -- the page -------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    ask: Ask,
    row: RemedyPolicy,
    typed: Typed,
    *,
    parts: bool = False,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    active = visible_policies(ask.who).filter(key=row.key, status=PolicyStatus.ACTIVE.value).first()
    edits = may_edit_policies(ask.who)
    view = editor_view(
        row,
        typed,
        active=active,
        editable=edits and row.status == PolicyStatus.DRAFT,
        tries=may_see_drafts(ask.who),
        now=ask.now,
        zone=ask.zone,
    )
    if view.searched is not None and view.searched.ask:
        tasks.search_policy.delay(view.text_searched)
    context: dict[str, Any] = {
        "place": "policies",
        "view": view,
        "edits": edits,
        "conflict": conflict,
        "keys": _keys(),
        "number_wrong": _number_wrong(request, typed),
    }
    if not (parts and request.headers.get("HX-Request")):
        return desk_render(request, ask, "desk/editor.html", context, status=status)
    context |= {
        "oob": True,
        # What somebody has seen, and what was refused, are told by saving alone: an answer to
        # something typed before must not bring back what stood there then.
        "saving": request.path.endswith("/save/"),
        "searched": typed.search,
        "whole": any(name in request.POST for name in _BUTTONS),
    }
    response = render(request, "desk/parts/editor_oob.html", context)  # 200: htmx swaps no other
    at = {"rule": view.item.name if view.item else "", "tab": view.tab}
    response.headers["HX-Replace-Url"] = f"{view.url}?{urlencode(at)}"
    return response


def _number_wrong(request: HttpRequest, typed: Typed) -> bool:
    """Whether the number of a ticket was typed that is not there, or not for this reader."""
    number = request.POST.get("number", "").strip()
    found = typed.ticket.number if typed.ticket is not None else ""
    return bool(number) and number.upper().replace(" ", "") != found
