"""Customers: their list, one of them with everything that happened, and search."""

from dataclasses import replace
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from desk.back import Back, back_of
from desk.build.about import earlier_of, since_words, traits_of
from desk.build.clocks import deadlines_by_ticket
from desk.build.customer_card import line_of_customer
from desk.build.people import customer_avatar
from desk.build.rows import RowContext, rows_of
from desk.present import KeyView
from desk.views.shell import Ask, desk_page, desk_render, query
from desk.walking_lists import RESULTS, way_through
from tickets.access import access_customer, visible_tickets
from tickets.finding import find
from tickets.models import Customer

KEYS = (KeyView(("J", "K"), _l("move")), KeyView(("⏎",), pgettext_lazy("key", "open")))
PAGE = 50
#: Of so many words at most a search that found nothing offers to leave each out.
FEW_WORDS = 6


def _fewer(text: str) -> list[tuple[str, str]]:
    """Each of some words with the search that leaves it out."""
    words = text.split()
    if not 1 < len(words) <= FEW_WORDS:
        return []
    rests = (" ".join([*words[:at], *words[at + 1 :]]) for at in range(len(words)))
    return [
        (word, f"/desk/search/?{urlencode({'q': rest})}")
        for word, rest in zip(words, rests, strict=True)
    ]


@desk_page
@require_safe
def search(request: HttpRequest, ask: Ask) -> HttpResponse:
    """What matches the words; a ticket's number leads straight to it."""
    text = query(request, "q")
    found = find(ask.who, text, most=RESULTS + 1)
    if found.exact is not None:
        return redirect(f"/desk/tickets/{found.exact.number}/")
    tickets, customers = found.tickets[:RESULTS], found.customers[:RESULTS]
    context = RowContext(
        who=ask.who,
        now=ask.now,
        zone=ask.zone,
        deadlines=deadlines_by_ticket(tickets, now=ask.now),
        way=way_through((ticket.pk for ticket in tickets), found=True),
    )
    return desk_render(
        request,
        ask,
        "desk/search.html",
        {
            "place": "queue",
            "top_title": _("Search"),
            "search_text": text,
            "meant": found.meant,
            "fewer": _fewer(text) if not (found.tickets or found.customers) else (),
            "rows": rows_of(tickets, context),
            "more": len(found.tickets) > RESULTS,
            "customers": [line_of_customer(customer, now=ask.now) for customer in customers],
            "more_customers": len(found.customers) > RESULTS,
            "keys": KEYS,
        },
    )


@desk_page
@require_safe
def customers(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Customers by name, fifty at a time."""
    everyone = Customer.objects.filter(merged_into=None).order_by("name", "id")
    page = Paginator(everyone, PAGE).get_page(request.GET.get("page"))
    return desk_render(
        request,
        ask,
        "desk/customers.html",
        {
            "place": "customers",
            "top_title": _("Customers"),
            "customers": [line_of_customer(customer, now=ask.now) for customer in page],
            "pages": page,
            "keys": KEYS,
        },
    )


@desk_page
@require_safe
def customer(request: HttpRequest, ask: Ask, customer_id: int) -> HttpResponse:
    """One customer: what to know, and every complaint that the reader may see."""
    found = access_customer(ask.who, customer_id)
    if found.pk != customer_id:
        return redirect(f"/desk/customers/{found.pk}/")
    tickets = list(
        visible_tickets(ask.who)
        .filter(
            customer=found, status__in=["new", "open", "waiting_customer", "waiting_third_party"]
        )
        .with_names()
        .order_by("attention_at", "id")[:PAGE]
    )
    every, count = earlier_of(found, ask.who, now=ask.now, zone=ask.zone, limit=PAGE)
    settled = [item for item in every if item.done]
    way = way_through([*(ticket.pk for ticket in tickets), *(item.id for item in settled)])
    context = RowContext(
        who=ask.who,
        now=ask.now,
        zone=ask.zone,
        deadlines=deadlines_by_ticket(tickets, now=ask.now),
        way=way,
    )
    return desk_render(
        request,
        ask,
        "desk/customer.html",
        {
            "place": "customers",
            "back": back_of(request, Back(_("Customers"), "/desk/customers/")),
            "customer": found,
            "avatar": customer_avatar(found),
            "since": since_words(found, now=ask.now),
            "traits": traits_of(found, every),
            "external_ids": [str(row) for row in found.external_ids.all()],
            "rows": rows_of(tickets, context),
            "earlier": [replace(item, url=f"{item.url}{way}") for item in settled],
            "count": count,
            "keys": KEYS,
        },
    )
