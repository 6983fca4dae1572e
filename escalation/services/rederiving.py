"""Open deadlines anew, after a calendar, path or policy was changed: from the same start, with all
pauses, never from now."""

import datetime as dt

from escalation.models import Deadline
from escalation.services import tracking
from escalation.services.clocks import Clocks
from tickets.actors import SYSTEM
from tickets.change import changing

BATCH = 200


def rederive_ticket(ticket_id: int, *, now: dt.datetime) -> int:
    """The open deadlines of one ticket. Returns how many moved."""
    with changing(ticket_id, actor=SYSTEM, now=now) as change:
        clocks = Clocks(change)
        moved = tracking.change_policy(clocks, at=now)
        return moved + tracking.rederive(clocks, at=now)


def rederive_batch(*, now: dt.datetime, after: int = 0, size: int = BATCH) -> int | None:
    """The next tickets with open deadlines after the key `after`, each in its own transaction.

    Returns the last key, or None when there are no more. Harmless to run again.
    """
    tickets = list(
        Deadline.objects.open()
        .filter(ticket_id__gt=after, ticket__historical=False)
        .order_by("ticket_id")
        .values_list("ticket_id", flat=True)
        .distinct()[:size]
    )
    for ticket in tickets:
        rederive_ticket(ticket, now=now)
    return tickets[-1] if tickets else None


def rederive_all(*, now: dt.datetime) -> int:
    """Every ticket with open deadlines, here and now. Returns how many tickets were looked at."""
    count, after = 0, 0
    while (last := rederive_batch(now=now, after=after)) is not None:
        count, after = count + 1, last
    return count
