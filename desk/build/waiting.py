"""What rows of the queue say about exceptions and drafts, for a whole page at once."""

from collections.abc import Sequence

from remedies.models import ExceptionRequest, Offer
from remedies.rules.states import UNDECIDED, ExceptionStatus, OfferStatus
from tickets.models import Ticket
from tickets.money import words


def exceptions_waiting(tickets: Sequence[Ticket]) -> dict[int, str]:
    """Ticket id → who has to act on an exception of it. One query."""
    rows = ExceptionRequest.objects.filter(
        ticket__in=[ticket.pk for ticket in tickets],
        status__in=[status.value for status in UNDECIDED],
    ).select_related("requester")
    return {
        row.ticket_id: row.requester.get_short_name()
        if row.status == ExceptionStatus.ASKED_BACK
        else "Supervisor"
        for row in rows
    }


def drafts_of(tickets: Sequence[Ticket]) -> dict[int, str]:
    """Ticket id → the total of its draft offer, where it has one in money. One query."""
    rows = Offer.objects.filter(
        ticket__in=[ticket.pk for ticket in tickets], status=OfferStatus.DRAFT.value, total__gt=0
    )
    return {
        row.ticket_id: words(row.total, row.currency)
        for row in rows
        if not (row.explanation or {}).get("missing")
    }


def offers_out(tickets: Sequence[Ticket]) -> dict[int, str]:
    """Ticket id → the total of the offer that is with its customer. One query."""
    rows = Offer.objects.filter(
        ticket__in=[ticket.pk for ticket in tickets], status=OfferStatus.SENT.value
    )
    return {row.ticket_id: words(row.total, row.currency) for row in rows}
