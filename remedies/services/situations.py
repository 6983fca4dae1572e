"""What the rules may know of a ticket: its own columns and facts, and what happened to it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from remedies.pain import Circumstances
from tickets.catalogue import catalogue
from tickets.change import Change
from tickets.models import Event, Point, Ticket
from tickets.money import Money
from tickets.rules import Outcome
from tickets.services.status import outcome_of

#: Complaints of the same kind within this time count as the same cause again.
RECURRENCE = dt.timedelta(days=365)
#: What escalation records when promises of time are missed; data: deadlines, each with kind.
BREACHED = "deadline_breached"


@dataclass(frozen=True, slots=True)
class Situation:
    """A ticket as the rules see it."""

    circumstances: Circumstances
    facts: Mapping[str, Any]
    currency: str | None


def situation_of(change: Change) -> Situation:
    """The facts of the ticket that is being changed.

    One query for earlier complaints, unless the customer is new with this one, and for a ticket
    that is not new one for its missed deadlines and what it needs of the customer and the points.
    """
    ticket = change.ticket
    promises, deadlines = (0, 0) if change.is_new else _breaches(change)
    known = Circumstances(
        contacts=ticket.contacts,
        recurrence=0 if change.unit.is_pending(ticket.customer) else _recurrence(change),
        deadlines_missed=deadlines,
        promises_broken=promises,
        hand_offs=ticket.handoffs,
        support_needs=bool(ticket.customer.support_needs.strip()),
    )
    return Situation(known, _facts(change, known), ticket.loss_currency or None)


def _recurrence(change: Change) -> int:
    """How many complaints of the same category the customer had in the year before."""
    ticket = change.ticket
    count, *about = change.read(_earlier) or (0,)
    if about == [ticket.customer_id, ticket.category_id]:
        return count
    change.forget(_earlier)  # filed elsewhere since it was asked
    return (change.read(_earlier) or (0,))[0]


_EARLIER = """
SELECT t.id, count(e.id), t.customer, t.category
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    AS t(id, customer, category, since, received)
LEFT JOIN tickets_ticket e ON e.customer_id = t.customer AND e.category_id = t.category
    AND e.received_at >= t.since AND e.received_at < t.received AND e.id <> t.id
GROUP BY t.id, t.customer, t.category
"""


def _earlier(tickets: list[Ticket]) -> dict[int, tuple[int, int, int]]:
    """By ticket: complaints of its customer in its category in the year before it, and which
    customer and category that was. One query."""
    rows = [
        (t.pk, t.customer_id, t.category_id, t.received_at - RECURRENCE, t.received_at)
        for t in tickets
    ]
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [list(column) for column in zip(*rows, strict=True)])
        return {key: (count, *about) for key, count, *about in cursor.fetchall()}


def _breaches(change: Change) -> tuple[int, int]:
    """Promises broken and other deadlines missed on the ticket, this unit included."""
    own = {event.pk for event in change.events}
    told = [data for key, data in change.read(_stored_breaches) or () if key not in own]
    told += [event.data for event in change.events if event.type == BREACHED]
    kinds = [deadline.get("kind") for data in told for deadline in data.get("deadlines", [])]
    promises = kinds.count("promise")
    return promises, len(kinds) - promises


def _stored_breaches(tickets: list[Ticket]) -> dict[int, list[tuple[int, dict[str, Any]]]]:
    """By ticket: key and data of each event that tells of missed deadlines. One query."""
    found: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    rows = Event.objects.filter(ticket__in=[ticket.pk for ticket in tickets], type=BREACHED)
    for ticket, key, data in rows.values_list("ticket_id", "pk", "data"):
        found.setdefault(ticket, []).append((key, data))
    return found


def _facts(change: Change, known: Circumstances) -> dict[str, Any]:
    """Every fact by the name that policies call it. docs/remedies.md lists those made here."""
    ticket = change.ticket
    finding = outcome_of(change.all(Point))
    loss = (
        None
        if ticket.loss_minor is None
        else Money(ticket.loss_minor, ticket.loss_currency).as_json()
    )
    return {
        **ticket.facts,
        "factors": ticket.factors,
        "somebody_depends": ticket.factors.get("depends") in ("yes", True),
        "pain": ticket.pain,
        "loss": loss,
        "outcome": str(finding) if isinstance(finding, Outcome) else "undecided",
        "contacts": known.contacts,
        "same_cause_before": known.recurrence,
        "deadlines_missed": known.deadlines_missed,
        "promises_broken": known.promises_broken,
        "hand_offs": known.hand_offs,
        "support_needs": known.support_needs,
        "channel": ticket.channel,
        "category": catalogue().entry(ticket.category_id).category.key,
        "stage": ticket.stage,
        "tier": ticket.customer.tier or None,
        "customer_since": ticket.customer.since,
        "received": ticket.received_at,
    }
