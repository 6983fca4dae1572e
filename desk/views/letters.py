"""The letter that goes with an offer: looked at while it is written, previewed as it is read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from desk.actions import ACTIONS, Doing, form_for
from desk.build.customer_offer import preview_for_customer
from desk.build.offers import current_offer
from desk.views.shell import Ask, desk_page, desk_render
from desk.views.ticket import no_ticket, render_ticket
from desk.words import long_day_words
from remedies.apology import check_apology
from remedies.rules.states import OfferStatus
from remedies.services import preview_offer
from tickets.access import access_ticket
from tickets.errors import Conflict, DomainError, NotFound, NumberInvalid


@desk_page
@require_POST
def apology(request: HttpRequest, ask: Ask) -> HttpResponse:
    """What the text has of an apology, for the page that it is written on."""
    found = check_apology(request.POST.get("body", "")[:20_000])
    return render(request, "desk/components/apology.html", {"apology": found})


@desk_page
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, ask: Ask, number: str) -> HttpResponse:
    """Mail and page as the customer will read them; sent from here, or changed further."""
    try:
        ticket = access_ticket(ask.who, number, verb="work")
    except (NumberInvalid, NotFound) as error:
        return no_ticket(request, ask, number, error)
    offer = current_offer(ticket)
    if offer is None or offer.status != OfferStatus.DRAFT:
        raise Conflict("There is no draft of an offer to look at.", field="offer")
    doing = Doing(ticket, ask.who, ask.now, ask.zone)
    # Asked for without a text, it shows the letter that is proposed.
    typed = request.POST if request.method == "POST" else form_for(ACTIONS["offer"], doing).initial
    form = form_for(ACTIONS["offer"], doing, typed)
    if not form.is_valid():
        return render_ticket(request, ask, ticket, opened="offer", form=form, status=422)
    data: dict[str, Any] = form.cleaned_data
    try:
        found = preview_offer(
            offer,
            body=data["body"],
            expires_at=data.get("expires_at"),
            sender=ask.who.actor.name,
            now=ask.now,
        )
    except DomainError as error:
        form.refuse(error)
        return render_ticket(request, ask, ticket, opened="offer", form=form, status=422)
    context = {
        "place": "queue",
        "ticket": ticket,
        "form": form,
        "preview": found,
        "apology": found.checklist,
        "to": [c.value for c in ticket.customer.contacts.all() if c.kind == "email"][:1],
        "first": ticket.customer.name.split(" ")[0],
        "until": long_day_words(found.until, zone=ask.zone),
        "offer": preview_for_customer(offer, found.components),
    }
    return desk_render(request, ask, "desk/preview.html", context)
