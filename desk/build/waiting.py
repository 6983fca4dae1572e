"""What rows of the queue say about exceptions and drafts, for a whole page at once."""

from collections.abc import Sequence

from tickets.models import Ticket


def exceptions_waiting(tickets: Sequence[Ticket]) -> dict[int, str]:
    """Ticket id → who is going to decide an exception of it."""
    return {}


def drafts_of(tickets: Sequence[Ticket]) -> dict[int, str]:
    """Ticket id → the total of its draft offer."""
    return {}
