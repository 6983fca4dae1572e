"""Sending a customer the private link to his complaint again."""

import datetime as dt

from tickets.actors import SYSTEM
from tickets.change import changing
from tickets.errors import DomainError
from tickets.models import Ticket
from tickets.models.customers import ContactKind
from tickets.numbers import id_in

_BODY = """Here is the page of your complaint again:

{link}

Please keep this link to yourself: whoever has it can read your complaint."""


def send_link_again(*, number: str, email: str, now: dt.datetime) -> None:
    """Mail the link to the address on record if the number is that customer's; else nothing.

    At most one mail an hour leaves for a ticket.
    """
    try:
        key = id_in(number)
    except DomainError:
        return
    ticket = Ticket.objects.filter(
        pk=key,
        customer__contacts__kind=ContactKind.EMAIL.value,
        customer__contacts__normalized=email.strip().lower(),
    ).first()
    if ticket is None:
        return
    with changing(ticket, actor=SYSTEM, now=now) as change:
        change.enqueue(
            "mail",
            f"link:{ticket.pk}:{now:%Y%m%d%H}",
            {"template": "link", "subject": "Where your complaint stands", "body": _BODY},
        )
