"""Past tickets as the rules see them, many at a time: three queries for a batch, whatever its size.

The facts are those that the ticket ended with, or has now.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remedies.pain import Circumstances
from remedies.services.situations import breaches, earlier, facts_of, stored_events
from tickets.models import Point, Ticket
from tickets.rules import Outcome
from tickets.services.status import outcome_of


@dataclass(frozen=True, slots=True)
class Past:
    """One ticket, ready to be evaluated."""

    ticket: Ticket
    facts: Mapping[str, Any]
    currency: str | None


def pasts_of(tickets: Sequence[Ticket], *, now: dt.datetime) -> Iterator[Past]:
    """The facts of these tickets, whose customers were read with them."""
    if not tickets:
        return
    before, told, findings = (
        earlier(list(tickets)),
        stored_events(list(tickets)),
        _findings(tickets),
    )
    for ticket in tickets:
        happened = [one for _, one in told.get(ticket.pk, ())]
        promises, deadlines = breaches(happened)
        known = Circumstances(
            contacts=ticket.contacts,
            recurrence=before.get(ticket.pk, (0,))[0],
            deadlines_missed=deadlines,
            promises_broken=promises,
            hand_offs=ticket.handoffs,
            support_needs=bool(ticket.customer.support_needs.strip()),
        )
        facts = facts_of(ticket, known, happened, findings.get(ticket.pk), now=now)
        yield Past(ticket, facts, ticket.loss_currency or None)


def _findings(tickets: Sequence[Ticket]) -> dict[int, Outcome | None]:
    """By ticket: what its points came to together."""
    points: dict[int, list[Point]] = {}
    rows = Point.objects.filter(ticket__in=[t.pk for t in tickets]).only("ticket_id", "outcome")
    for point in rows:
        points.setdefault(point.ticket_id, []).append(point)
    return {ticket: outcome_of(found) for ticket, found in points.items()}
