"""How a message of ours reads as a mail: its subject, its text, and the way to answer it.

Here, and not where mail is sent, so that what is previewed is what is sent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from tickets.languages import speaking
from tickets.models import Ticket

SUBJECT_MAX = 200
#: Files of a message beyond this many bytes stay on the customer's page.
_ATTACH_MAX = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mailed:
    """A message of ours as its mail reads."""

    subject: str
    text: str


def mailed(ticket: Ticket, body: str) -> Mailed:
    """The mail of a message on the ticket, in the language that the customer is written to."""
    with speaking(ticket.language):
        text = message_text(
            body=body, number=ticket.number, link=own_page(ticket), answers=takes_answers()
        )
        return Mailed(subject_of(ticket, ticket.subject), text)


def go_along(sizes: Iterable[int]) -> Iterator[bool]:
    """Of files of a message, in their order, whether the mail carries them; `sizes` in bytes."""
    room = _ATTACH_MAX
    for size in sizes:
        room -= size
        yield room >= 0


def own_page(ticket: Ticket) -> str:
    """The address of the customer's own page."""
    return f"{settings.SITE_URL}/c/{ticket.access_key}/"


def subject_of(ticket: Ticket, words: str) -> str:
    """The subject of a mail in the ticket's thread."""
    return f"[{ticket.number}] {words}"[:SUBJECT_MAX]


def takes_answers() -> bool:
    """Whether an answer to a mail comes in here: nobody is told to write where nobody reads."""
    return bool(settings.INBOUND_MAIL_ADDRESS or settings.INBOUND_IMAP_URL)


def message_text(*, body: str, number: str, link: str, answers: bool) -> str:
    """A person's words as they are, and below them how to answer."""
    where = gettext("Your complaint %(number)s: %(link)s") % {"number": number, "link": link}
    how = gettext("You can also answer this mail.")
    lines = (body, "", "-- ", where, *([how] if answers else []))
    return "\n".join(lines)
