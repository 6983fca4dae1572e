"""How a message of ours reads as a mail: its subject, its text, and the way to answer it.

Here, and not where mail is sent, so that what is previewed is what is sent.
"""

from django.conf import settings
from django.utils.translation import gettext

from tickets.models import Ticket

SUBJECT_MAX = 200


def own_page(ticket: Ticket) -> str:
    """The address of the customer's own page."""
    return f"{settings.SITE_URL}/c/{ticket.access_key}/"


def subject_of(ticket: Ticket, words: str) -> str:
    """The subject of a mail in the ticket's thread."""
    return f"[{ticket.number}] {words}"[:SUBJECT_MAX]


def message_text(*, body: str, number: str, link: str) -> str:
    """A person's words as they are, and below them how to answer."""
    where = gettext("Your complaint %(number)s: %(link)s") % {"number": number, "link": link}
    how = gettext("You can also answer this mail.")
    return f"{body}\n\n-- \n{where}\n{how}"
