"""Search: a number, an address, a name, or words of the matter."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q

from tickets.access import Principal, visible_tickets
from tickets.errors import DomainError
from tickets.models import Customer, Ticket
from tickets.numbers import id_in

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `exact` is the ticket whose number was typed."""

    exact: Ticket | None
    tickets: list[Ticket]
    customers: list[Customer]


def search(who: Principal, text: str, *, now: dt.datetime) -> Found:
    """Tickets that the reader may see and customers that match `text`. At most four queries."""
    text = text.strip()[:200]
    if not text:
        return Found(None, [], [])
    exact = _by_number(who, text)
    customers = list(
        Customer.objects.filter(merged_into=None)
        .filter(
            Q(name__icontains=text)
            | Q(contacts__normalized__icontains=text.lower())
            | Q(external_ids__value__iexact=text)
        )
        .distinct()
        .order_by("name")[:SHOWN]
    )
    tickets = visible_tickets(who).filter(
        Q(customer__in=[customer.pk for customer in customers])
        | Q(subject__icontains=text)
        | Q(tags__contains=[text.lower()])
        | Q(external_id=text)
        | Q(pk__in=_by_words(who, text))
    )
    found = list(tickets.with_names().order_by("-received_at")[:SHOWN])
    if exact is not None and exact not in found:
        found.insert(0, exact)
    return Found(exact, found, customers)


def _by_number(who: Principal, text: str) -> Ticket | None:
    if not any(character.isdigit() for character in text):
        return None
    try:
        key = id_in(text)
    except DomainError:
        return None
    return visible_tickets(who).with_names().filter(pk=key).first()


def _by_words(who: Principal, text: str) -> list[int]:
    """Newest tickets whose facts hold the text."""
    query = SearchQuery(text, config="simple")
    rows = visible_tickets(who).annotate(v=SearchVector("facts", config="simple")).filter(v=query)
    return list(rows.order_by("-received_at").values_list("pk", flat=True)[:SHOWN])
