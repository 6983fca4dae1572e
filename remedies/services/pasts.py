"""Past tickets as the rules see them, many at a time: three queries for a batch, whatever its size.

The facts are those that the ticket ended with, or has now.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from remedies.services.situations import Situation, earlier, situation_from, stored_events
from tickets.models import Point, Ticket
from tickets.rules import Outcome
from tickets.services.status import finding_of


def pasts_of(tickets: Sequence[Ticket], *, now: dt.datetime) -> Iterator[tuple[Ticket, Situation]]:
    """Each of these tickets, whose customers were read with them, as the rules see it."""
    if not tickets:
        return
    listed = list(tickets)
    before, told, findings = earlier(listed), stored_events(listed), _findings(listed)
    for ticket in listed:
        happened = [one for _, one in told.get(ticket.pk, ())]
        again, finding = before.get(ticket.pk, (0,))[0], findings.get(ticket.pk)
        yield ticket, situation_from(ticket, again, happened, finding, now=now)


def _findings(tickets: Sequence[Ticket]) -> dict[int, Outcome | None]:
    """By ticket: what its points came to together."""
    outcomes: dict[int, list[str]] = {}
    rows = Point.objects.filter(ticket__in=[t.pk for t in tickets])
    for ticket, outcome in rows.values_list("ticket_id", "outcome"):
        outcomes.setdefault(ticket, []).append(outcome)
    return {ticket: finding_of(found) for ticket, found in outcomes.items()}
