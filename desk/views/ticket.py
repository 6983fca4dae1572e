"""The ticket: one page, three parts, and every action on it as a plain form."""

import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_safe

from desk.actions import ACTIONS, Action, Doing, form_for
from desk.back import back_of
from desk.build.about import about
from desk.build.clocks import nearest
from desk.build.drafts import DraftView, draft_view, put_back
from desk.build.events import event_view
from desk.build.offers import offer_part
from desk.build.owed import deadlines_view, next_step, pain_override, pain_view
from desk.build.standing import standing_words
from desk.build.talk import head_of, links_of
from desk.build.texts import TextView, texts_for
from desk.build.thread import thread_of
from desk.build.windows import windows_of
from desk.collision import changed_by_others
from desk.present import KeyView, NoticeView
from desk.queue import Bounds
from desk.said import undo_mark
from desk.sending import carry_out, draft_kind
from desk.views.shell import Ask, desk_page, desk_render, me_of, query
from desk.walking import place_words
from desk.walking_lists import after_sending, list_key, view_key, walk_through
from escalation.models import Deadline
from tickets.access import access_ticket, lead_on, may
from tickets.errors import DomainError, NotFound, NumberInvalid, Stale
from tickets.kept import Asking, given
from tickets.models import Draft, Event, Ticket
from tickets.numbers import PREFIX
from tickets.rules import TextUse
from tickets.services.drafts import drafts_on
from tickets.services.people import prefer_next_after_sending

#: After these a rep has done with a ticket for now.
LEAD_ON = frozenset({"reply", "ask", "offer", "resolve", "hand-over", "snooze"})

#: Beside what can be done to the ticket, which the page lists from its own controls.
KEYS = (
    KeyView(("[", "]"), _l("previous, next ticket")),
    KeyView(("1", "2", "3"), _l("customer, conversation, what is owed")),
    KeyView((";",), _l("texts")),
    KeyView(("/",), _l("texts, at the start of a line")),
    KeyView(("@",), _l("mention, in a note")),
    KeyView(("Ctrl", "⏎"), _l("send, then the next ticket")),
    KeyView(("Ctrl", "⇧", "⏎"), _l("look at it as the customer will, before it is sent")),
)


@dataclass(frozen=True, slots=True)
class Panel:
    """One tab of the composer with its form."""

    action: Action
    form: Any
    open: bool
    draft: DraftView
    #: The form is sent once, however often its button is pressed.
    once: str
    held: NoticeView | None = None
    #: What its button does as the ticket stands, and what comes of it; "" for what it always does.
    button: str = ""
    hint: str = ""

    @property
    def keeps_drafts(self) -> bool:
        """Whether what is typed is kept while one types."""
        return draft_kind(self.action.verb) is not None

    @property
    def typed(self) -> bool:
        """Whether what stands in it came with a form that was sent just now."""
        return bool(self.form.is_bound)

    @property
    def use(self) -> str:
        """For which form reusable texts are looked up; "" where there are none."""
        return self.action.verb if self.action.verb in set(TextUse) else ""

    @property
    def leads_on(self) -> bool:
        """Whether the next ticket may open afterwards."""
        return self.action.verb in LEAD_ON


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask, number: str) -> HttpResponse:
    """The page of one ticket; `?do=` names the form that is open."""
    try:
        ticket = access_ticket(ask.who, number)
    except (NumberInvalid, NotFound) as error:
        return no_ticket(request, ask, number, error)
    if ticket.number != number:
        return redirect(f"/desk/tickets/{ticket.number}/")
    survivor = lead_on(ask.who, ticket)
    if survivor is not ticket and query(request, "own") != "1":
        messages.info(
            request,
            _("%(number)s is part of %(other)s now.")
            % {"number": ticket.number, "other": survivor.number},
        )
        return redirect(f"/desk/tickets/{survivor.number}/")
    verb = query(request, "do")
    if verb == "refuse":
        return redirect(f"/desk/tickets/{ticket.number}/refusal/")
    return render_ticket(request, ask, ticket, opened=verb if verb in ACTIONS else "reply")


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, ask: Ask, number: str, verb: str) -> HttpResponse:
    """Do one thing. What can't be done is said beside its form, with all that was typed."""
    action = ACTIONS.get(verb)
    if action is None:
        raise NotFound(field="verb")
    if request.method != "POST":
        # Whoever was signed out while writing comes back here from signing in.
        return redirect(f"/desk/tickets/{number}/?do={verb}#composer")
    try:
        ticket = access_ticket(ask.who, number, verb=action.verb_needed)
    except (NumberInvalid, NotFound) as error:
        return no_ticket(request, ask, number, error)
    form = form_for(action, Doing(ticket, ask.who, ask.now, ask.zone), request.POST, request.FILES)
    if not form.is_valid():
        return render_ticket(request, ask, ticket, opened=verb, form=form, status=422)
    others = _others(ticket, form, ask)
    seen = form.cleaned_data.get("version") if others else None
    doing = Doing(ticket, ask.who, ask.now, ask.zone, seen, form.cleaned_data)
    try:
        words = carry_out(action, doing, request.POST, me=me_of(ask))
    except Stale:
        held = held_notice(others, ask)
        return render_ticket(request, ask, ticket, opened=verb, form=form, held=held, status=409)
    except DomainError as error:
        form.refuse(error)
        return render_ticket(
            request, ask, ticket, opened=verb, form=form, status=max(error.status, 400)
        )
    if words is None:
        messages.info(request, _("That was done already, and is not done twice."))
        return redirect(f"/desk/tickets/{ticket.number}/{action.then}")
    return _onward(request, ask, ticket, action, words)


def _onward(
    request: HttpRequest, ask: Ask, ticket: Ticket, action: Action, words: str
) -> HttpResponse:
    """The next ticket where one is wanted and there is one; else the same again."""
    if action.verb in LEAD_ON and request.POST.get("then_asked"):
        on = request.POST.get("then") == "next"
        prefer_next_after_sending(me_of(ask), on)
        if on:
            bounds = Bounds.of(ask.now, ask.zone)
            number, key = after_sending(
                ticket, request.POST.get("view", ""), ask.who, bounds=bounds
            )
            if number is not None:
                told = _("%(number)s: %(words)s This is the next one.") % {
                    "number": ticket.number,
                    "words": words,
                }
                messages.success(request, told, extra_tags=undo_mark(words))
                return redirect(f"/desk/tickets/{number}/?view={key}")
            if key == "x":  # that was the last of those that were chosen
                messages.success(request, words, extra_tags=undo_mark(words))
                return redirect("/desk/")
    messages.success(request, words, extra_tags=undo_mark(words))
    return redirect(f"/desk/tickets/{ticket.number}/{action.then}")


def no_ticket(request: HttpRequest, ask: Ask, number: str, error: DomainError) -> HttpResponse:
    """404, with a search for what was in the address."""
    digits = re.sub(r"[\s.#–-]", "", number).upper().removeprefix(PREFIX)
    mistyped = isinstance(error, NumberInvalid) and re.fullmatch(r"\d{4,18}", digits)
    context = {
        "place": "queue",
        "name": number[:60],
        "secret": isinstance(error, NotFound),
        "hint": _("One digit was probably misheard or mistyped.") if mistyped else "",
    }
    return desk_render(request, ask, "desk/no_ticket.html", context, status=404)


def _others(ticket: Ticket, form: Any, ask: Ask) -> list[Event]:
    assert ask.who.user is not None  # desk_page lets only people in
    return changed_by_others(ticket, seen_event=form.cleaned_data.get("events"), me=ask.who.user)


def held_notice(others: list[Event], ask: Ask) -> NoticeView:
    """Why nothing was sent, and what is new."""
    names = list(dict.fromkeys(event.actor_name for event in others))
    first = names[0] if names else _("Somebody")
    views = [event_view(event, now=ask.now, zone=ask.zone) for event in others]
    wrote = any(event.type in {"message_received", "information_given"} for event in others)
    if wrote:
        lead = _("Not sent. %(who)s wrote while you typed.")
    else:
        lead = _("Not sent. %(who)s changed the ticket while you typed.")
    return NoticeView(
        lead % {"who": first},
        _("Your text is kept. Read what is new, then send again."),
        details=tuple(f"{view.words}, {view.who}, {view.when}" for view in views),
    )


def render_ticket(
    request: HttpRequest,
    ask: Ask,
    ticket: Ticket,
    *,
    opened: str,
    form: Any = None,
    held: NoticeView | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, with the form `opened` in the composer."""
    if status != 200:
        ticket = access_ticket(ask.who, ticket.pk)  # as it is now, not as it was seen
    doing = Doing(ticket, ask.who, ask.now, ask.zone)
    may_work = may(ask.who, "work", ticket)
    key = _view_key(request)
    walk = walk_through(key, ask.who, bounds=Bounds.of(ask.now, ask.zone))
    context = {
        "place": "queue",
        "back": back_of(request),
        "view_key": key,
        "walk": walk.words,
        "walk_place": place_words(walk.place_of(ticket)),
        **parts_of(ticket, ask),
        **(_composer(request, doing, opened, form, held) if may_work else {"menu": []}),
    }
    context |= _standing_acts(context, may_supervise=may(ask.who, "supervise", ticket))
    context["keys"] = KEYS
    return desk_render(request, ask, "desk/ticket.html", context, status=status)


def parts_of(ticket: Ticket, ask: Ask) -> dict[str, Any]:
    """All that the page shows of the ticket beside its composer: what is told anew while it is
    open."""
    return {
        "ticket": ticket,
        "about": about(ticket, ask.who, now=ask.now, zone=ask.zone),
        "head": head_of(ticket),
        "links": links_of(ticket, ask.who),
        "thread": thread_of(ticket, now=ask.now, zone=ask.zone),
        "me": me_of(ask),
        "may_work": may(ask.who, "work", ticket),
        **owed_part(ticket, ask),
    }


_DEADLINES: Asking[Deadline] = Asking(
    lambda: (
        Deadline.objects.filter(ticket=given("ticket"))
        .select_related("counted_on")
        .prefetch_related("pauses")
        .order_by("id")
    )
)


def owed_part(ticket: Ticket, ask: Ask) -> dict[str, Any]:
    """Next step, pain, deadlines and offer."""
    assert ask.who.user is not None  # desk_page lets only people in
    deadlines = _DEADLINES(ticket=ticket.pk)
    offer = offer_part(ticket, ask.who, now=ask.now, zone=ask.zone)
    first = nearest(deadlines)
    return {
        "step": next_step(
            ticket,
            deadlines,
            me=ask.who.user,
            ready=offer.ready,
            exception=offer.waiting_for,
            offered=offer.sent_until,
            now=ask.now,
            zone=ask.zone,
        ),
        "pain": pain_view(ticket, pain_override(ticket)),
        "deadlines": deadlines_view(
            deadlines,
            windows=windows_of(first, now=ask.now),
            name=ticket.customer.name.split(" ")[0],
            now=ask.now,
            zone=ask.zone,
        ),
        "offer": offer,
        "aside": ticket.is_snoozed(ask.now),
        "standing": standing_words(ticket, me=me_of(ask), now=ask.now, zone=ask.zone),
    }


def _view_key(request: HttpRequest) -> str:
    """The list that one walks through: as said, else the one that led here."""
    said = request.GET.get("view", "")
    if not said and request.method == "POST":
        said = request.POST.get("view", "")
    return view_key(said) or list_key(back_of(request).url)


def _composer(
    request: HttpRequest, doing: Doing, opened: str, form: Any, held: NoticeView | None
) -> dict[str, Any]:
    tabs = [action for action in ACTIONS.values() if action.place == "tab"]
    extra = ACTIONS[opened]
    shown = tabs if extra in tabs else [*tabs, extra]
    assert doing.who.user is not None  # desk_page lets only people in
    kept = drafts_on(doing.ticket, user=doing.who.user)
    panels = [_panel(action, doing, opened, form, held, kept) for action in shown]
    texts = _texts(request, doing, next(panel for panel in panels if panel.open))
    status = doing.ticket.status
    menu = [a for a in ACTIONS.values() if a.place == "menu" and status in a.when]
    asked = form is not None or bool(query(request, "do"))
    return {"panels": panels, "menu": menu, "opened": opened, "asked": asked, "texts": texts}


def _texts(request: HttpRequest, doing: Doing, panel: Panel) -> list[TextView]:
    """Reusable texts to choose from without JavaScript (`?texts=1`); one that was chosen
    (`?text=`) stands in the form already."""
    wanted = query(request, "text")
    if not panel.use or not (wanted or query(request, "texts")):
        return []
    found = texts_for(doing.ticket, TextUse(panel.use), me=doing.actor, zone=doing.zone)
    for text in found:
        if text.key == wanted and not panel.form.is_bound:
            before = str(panel.form.initial.get("body") or "").rstrip()
            panel.form.initial["body"] = f"{before}\n\n{text.text}".lstrip()
            return []
    return found


def _standing_acts(context: dict[str, Any], *, may_supervise: bool) -> dict[str, Any]:
    """What can be done about an escalation; the menu without what answers a call nobody made."""
    lines = context["standing"]
    called, down = any(line.call for line in lines), any(line.down for line in lines)
    left_out = {
        "answer-call": not called,
        "de-escalate": not (down and may_supervise),
        "end-snooze": not context["aside"],
    }
    return {
        "may_answer": called and context["may_work"],
        "may_end": down and may_supervise,
        "menu": [action for action in context["menu"] if not left_out.get(action.verb)],
    }


def _panel(
    action: Action,
    doing: Doing,
    opened: str,
    form: Any,
    held: NoticeView | None,
    kept: dict[str, Draft],
) -> Panel:
    here = action.verb == opened
    kind = draft_kind(action.verb)
    draft = kept.get(kind.value) if kind is not None else None
    view = draft_view(draft, now=doing.now, zone=doing.zone)
    said = _said(action, doing.ticket)
    if here and form is not None:
        if held is not None:
            form.data = form.data.copy()
            form.data["version"] = doing.ticket.version
            form.data["events"] = doing.ticket.event_count
        return Panel(action, form, True, replace(view, words=""), uuid4().hex, held, *said)
    found = form_for(action, doing)
    put_back(found, draft)
    return Panel(action, found, here, view, uuid4().hex, None, *said)


def _said(action: Action, ticket: Ticket) -> tuple[str, str]:
    """Button and sentence of what is done and undone by the same act."""
    if action.verb != "confidential":
        return "", ""
    if ticket.confidential:
        return _("Open it to its team"), _("Only its owner and those named see it now.")
    return _("Make it confidential"), _("Then only its owner and those named see it.")
