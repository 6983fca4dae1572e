"""Sending a customer the private link to his complaint again."""

import datetime as dt

from django.utils.translation import gettext as _

from tickets.actors import SYSTEM
from tickets.change import changing
from tickets.errors import DomainError
from tickets.languages import speaking
from tickets.models import Ticket
from tickets.models.customers import ContactKind
from tickets.numbers import id_in


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
    with speaking(ticket.language):
        subject = _("Where your complaint stands")
        paragraphs = (
            _("Here is the page of your complaint again:"),
            "{link}",
            _("Please keep this link to yourself: whoever has it can read your complaint."),
        )
    body = "\n\n".join(paragraphs)
    with changing(ticket, actor=SYSTEM, now=now) as change:
        once = f"link:{ticket.pk}:{now:%Y%m%d%H}"
        change.enqueue("mail", once, {"template": "link", "subject": subject, "body": body})
