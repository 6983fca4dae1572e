"""What rows of the queue say about exceptions and drafts, for a whole page at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from desk.build.team import name_people
from desk.words import money_words
from remedies.models import ExceptionRequest, Offer
from remedies.rules.states import UNDECIDED, ExceptionStatus, OfferStatus
from tickets.kept import Asking, given
from tickets.models import Ticket

_ASKED: Asking[ExceptionRequest] = Asking(
    lambda: ExceptionRequest.objects.filter(
        ticket__among=given("tickets"), status__in=[status.value for status in UNDECIDED]
    ).only("ticket_id", "status", "requester_id")
)
#: Of the explanation, which is long, only what is missing.
_OFFERED: Asking[tuple[int, str, int, str, object]] = Asking(
    lambda: Offer.objects.filter(
        ticket__among=given("tickets"),
        status__in=[OfferStatus.DRAFT.value, OfferStatus.SENT.value],
    ).values_list("ticket_id", "status", "total", "currency", "explanation__missing")
)


def exceptions_waiting(tickets: Sequence[Ticket]) -> dict[int, str]:
    """Ticket id → who has to act on an exception of it. One query."""
    rows = _ASKED(tickets=[ticket.pk for ticket in tickets])
    name_people(rows, "requester")
    return {
        row.ticket_id: row.requester.get_short_name()
        if row.status == ExceptionStatus.ASKED_BACK
        else _("Supervisor")
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Offered:
    """What rows say of offers: ticket id → the total, in words."""

    #: Drafts in money that lack no fact.
    drafts: dict[int, str]
    #: With their customer, who has not answered yet.
    out: dict[int, str]


def offers_on(tickets: Sequence[Ticket]) -> Offered:
    """The draft offers of these tickets, and those that are with their customers. One query."""
    found = Offered({}, {})
    rows = _OFFERED(tickets=[ticket.pk for ticket in tickets])
    for ticket_id, status, total, currency, missing in rows:
        if status == OfferStatus.SENT:
            found.out[ticket_id] = money_words(total, currency)
        elif total and not missing:
            found.drafts[ticket_id] = money_words(total, currency)
    return found
