"""What goes to the customer: looked at while it is written, previewed as it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from desk.actions import ACTIONS, Doing, form_for
from desk.build.customer_offer import preview_for_customer
from desk.build.customer_page import as_said
from desk.build.offers import current_offer
from desk.build.people import size_words
from desk.sending import keep_typed
from desk.views.shell import Ask, desk_page, desk_render, me_of
from desk.views.ticket import no_ticket, render_ticket
from desk.walking_lists import view_key
from desk.words import long_day_words
from remedies.apology import check_apology
from remedies.rules.states import OfferStatus
from remedies.services import preview_offer
from tickets.access import access_ticket
from tickets.errors import Conflict, DomainError, NotFound, NumberInvalid
from tickets.mailed import go_along, mailed
from tickets.models import DraftFile, Ticket
from tickets.services.conversation import public_text

#: What can be looked at before it is sent, beside an offer.
_MESSAGES = ("reply", "ask")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that goes with what is previewed; one that is too large stands on the page only."""

    name: str
    detail: str
    mailed: bool


@desk_page
@require_POST
def apology(request: HttpRequest, ask: Ask) -> HttpResponse:
    """What the text has of an apology, for the page that it is written on."""
    found = check_apology(request.POST.get("body", "")[:20_000])
    return render(request, "desk/components/apology.html", {"apology": found})


@desk_page
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, ask: Ask, number: str) -> HttpResponse:
    """Mail and page of an offer as the customer will read them; sent from here, or changed."""
    try:
        ticket = access_ticket(ask.who, number, verb="work")
    except (NumberInvalid, NotFound) as error:
        return no_ticket(request, ask, number, error)
    offer = current_offer(ticket)
    if offer is None or offer.status != OfferStatus.DRAFT:
        raise Conflict("There is no draft of an offer to look at.", field="offer")

    def look(data: dict[str, Any]) -> dict[str, Any]:
        found = preview_offer(
            offer,
            body=data["body"],
            expires_at=data.get("expires_at"),
            sender=ask.who.actor.name,
            now=ask.now,
        )
        return {
            "mail": found,
            "preview": found,
            "apology": found.checklist,
            "until": long_day_words(found.until, zone=ask.zone),
            "offer": preview_for_customer(offer, found.components),
        }

    return _looked_at(request, ask, ticket, "offer", look)


@desk_page
@require_http_methods(["GET", "POST"])
def preview_message(request: HttpRequest, ask: Ask, number: str, verb: str) -> HttpResponse:
    """Mail and page of a reply or a question, as the customer will read them."""
    if verb not in _MESSAGES:
        raise NotFound(field="verb")
    try:
        ticket = access_ticket(ask.who, number, verb="work")
    except (NumberInvalid, NotFound) as error:
        return no_ticket(request, ask, number, error)
    if request.method != "POST":
        # Whoever was signed out while writing comes back here from signing in.
        return redirect(f"/desk/tickets/{ticket.number}/?do={verb}#composer")

    def look(data: dict[str, Any]) -> dict[str, Any]:
        text = public_text(data["body"], what=_("a message"))
        return {"mail": mailed(ticket, text), "said": as_said(text, me=me_of(ask), now=ask.now)}

    return _looked_at(request, ask, ticket, verb, look)


def _looked_at(
    request: HttpRequest,
    ask: Ask,
    ticket: Ticket,
    verb: str,
    look: Callable[[dict[str, Any]], dict[str, Any]],
) -> HttpResponse:
    """The page with what `look` makes of the form; what is wrong is said in the form itself."""
    action = ACTIONS[verb]
    doing = Doing(ticket, ask.who, ask.now, ask.zone)
    posted = request.method == "POST"
    # Asked for without a text, it shows the letter that is proposed.
    typed = request.POST if posted else form_for(action, doing).initial
    form = form_for(action, doing, typed, request.FILES if posted else None)
    if not form.is_valid():
        return render_ticket(request, ask, ticket, opened=verb, form=form, status=422)
    try:
        shown = look(form.cleaned_data)
        # What is looked at is not lost where one goes back, with scripts or without.
        kept = keep_typed(doing, verb, request.POST, form, me=me_of(ask)) if posted else []
    except DomainError as error:
        form.refuse(error)
        return render_ticket(request, ask, ticket, opened=verb, form=form, status=422)
    context = {
        "place": "queue",
        "ticket": ticket,
        "form": form,
        "action": action,
        "carried": _carried(request, form),
        "kept": [row.pk for row in kept],
        "files": _files(kept),
        "view_key": view_key(request.POST.get("view", "")),
        "to": [c.value for c in ticket.customer.contacts.all() if c.kind == "email"][:1],
        "first": ticket.customer.name.split(" ")[0],
        "asked": _asked(form),
        **shown,
    }
    return desk_render(request, ask, "desk/preview.html", context)


def _asked(form: Any) -> list[str]:
    """What the customer's page asks for, by name."""
    chosen = form.cleaned_data.get("facts") or () if form.is_bound else ()
    return (
        [str(label) for name, label in form.fields["facts"].choices if name in chosen]
        if chosen
        else []
    )


def _carried(request: HttpRequest, form: Any) -> list[tuple[str, str]]:
    """What the form said, to be sent from here as it is; beside its files."""
    if request.method != "POST":
        names = ("version", "events", "body")
        return [(name, str(form.data.get(name) or "")) for name in names]
    left_out = {"csrfmiddlewaretoken", "kept"}
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in left_out
        for value in values
    ]


def _files(kept: list[DraftFile]) -> list[KeptFile]:
    goes = go_along(row.size for row in kept)
    return [
        KeptFile(row.name, size_words(row.size), one) for row, one in zip(kept, goes, strict=True)
    ]
