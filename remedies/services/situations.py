"""What the rules may know of a ticket: its own columns and facts, and what happened to it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
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


#: What escalation records when a path wants our delay in the offer; data: seconds.
DELAY_OWED = "delay_owed"
#: What we record when a remedy did not come by its date; data: amount, currency.
LATE = "remedy_late"
TOLD = frozenset({BREACHED, DELAY_OWED, LATE, "escalated", "deescalated"})
#: The clock that runs for a remedy. That it ran out is told as `LATE`, and counts as that.
DELIVERY = "deliver_remedy"
#: The path of the ticket's state that says since when it is in escalation; null where it is not.
IN_ESCALATION = "escalation.since"


@dataclass(frozen=True, slots=True)
class Told:
    """An event of missed deadlines or of escalation, as far as rules look at it."""

    type: str
    at: dt.datetime
    data: Mapping[str, Any]
    changes: Mapping[str, Any]

    @classmethod
    def of(cls, event: Event) -> "Told":
        """From the event."""
        return cls(event.type, event.at, event.data, event.changes)


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
    again = 0 if change.unit.is_pending(ticket.customer) else _recurrence(change)
    finding = outcome_of(change.all(Point))
    return situation_from(ticket, again, _told(change), finding, now=change.now)


def situation_from(
    ticket: Ticket,
    again: int,
    told: Sequence[Told],
    finding: Outcome | None,
    *,
    now: dt.datetime,
) -> Situation:
    """The same from what was read of a ticket before, such as of many at once: how often the same
    cause came up in the year before, what clocks and escalation told, and the finding."""
    promises, deadlines = breaches(told)
    known = Circumstances(
        contacts=ticket.contacts,
        recurrence=again,
        deadlines_missed=deadlines,
        promises_broken=promises,
        hand_offs=ticket.handoffs,
        support_needs=bool(ticket.customer.support_needs.strip()),
    )
    facts = _facts(ticket, known, told, finding, now=now)
    return Situation(known, facts, ticket.loss_currency or None)


def _recurrence(change: Change) -> int:
    """How many complaints of the same category the customer had in the year before."""
    ticket = change.ticket
    count, *about = change.read(earlier) or (0,)
    if about == [ticket.customer_id, ticket.category_id]:
        return count
    change.forget(earlier)  # filed elsewhere since it was asked
    return (change.read(earlier) or (0,))[0]


_EARLIER = """
SELECT t.id, count(e.id), t.customer, t.category
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    AS t(id, customer, category, since, received)
LEFT JOIN tickets_ticket e ON e.customer_id = t.customer AND e.category_id = t.category
    AND e.received_at >= t.since AND e.received_at < t.received AND e.id <> t.id
GROUP BY t.id, t.customer, t.category
"""


def earlier(tickets: list[Ticket]) -> dict[int, tuple[int, int, int]]:
    """By ticket: complaints of its customer in its category in the year before it, and which
    customer and category that was. One query."""
    rows = [
        (t.pk, t.customer_id, t.category_id, t.received_at - RECURRENCE, t.received_at)
        for t in tickets
    ]
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [list(column) for column in zip(*rows, strict=True)])
        return {key: (count, *about) for key, count, *about in cursor.fetchall()}


def _told(change: Change) -> list[Told]:
    """What clocks and escalation told of the ticket, in order, this unit included."""
    if change.is_new:
        return []
    own = {event.pk for event in change.events}
    stored = [one for key, one in change.read(stored_events) or () if key not in own]
    return stored + [Told.of(event) for event in change.events if event.type in TOLD]


def breaches(told: Iterable[Told]) -> tuple[int, int]:
    """Promises broken and other deadlines missed, by what was told. A remedy that did not come by
    its date is a promise."""
    events = list(told)
    missed = [one.data for one in events if one.type == BREACHED]
    kinds = [deadline.get("kind") for data in missed for deadline in data.get("deadlines", [])]
    promises, deliveries = kinds.count("promise"), kinds.count(DELIVERY)
    return promises + len(late_remedies(events)), len(kinds) - promises - deliveries


def late_remedies(told: Iterable[Told]) -> list[Mapping[str, Any]]:
    """What was told of each remedy that did not come by its date."""
    return [one.data for one in told if one.type == LATE]


def _late_sum(told: Iterable[Told], currency: str | None) -> dict[str, Any] | None:
    """What those remedies are worth together, as money; None where it is in another currency."""
    late = [one for one in late_remedies(told) if one.get("amount")]
    kept = currency or next((str(one.get("currency")) for one in late), None)
    if kept is None or any(one.get("currency") != kept for one in late):
        return None
    return Money(sum(int(one["amount"]) for one in late), kept).as_json()


def stored_events(tickets: list[Ticket]) -> dict[int, list[tuple[int, Told]]]:
    """By ticket: each event of missed deadlines and of escalation, with its key. One query."""
    found: dict[int, list[tuple[int, Told]]] = {}
    keys = [ticket.pk for ticket in tickets]
    rows = Event.objects.filter(ticket__in=keys, type__in=TOLD).order_by("ticket_id", "seq")
    columns = ("ticket_id", "pk", "type", "at", "data", "changes")
    for ticket, key, type_, at, data, changes in rows.values_list(*columns):
        found.setdefault(ticket, []).append((key, Told(type_, at, data, changes)))
    return found


def hours_in_escalation(told: Iterable[Told], *, now: dt.datetime) -> int:
    """Whole hours that the customer spent in escalation so far, rounded down."""
    spent, since = dt.timedelta(), None
    for one in told:
        if IN_ESCALATION not in one.changes:
            continue
        text = one.changes[IN_ESCALATION]
        if text is not None:
            since = dt.datetime.fromisoformat(text)
        elif since is not None:
            spent, since = spent + max(one.at - since, dt.timedelta()), None
    if since is not None:
        spent += max(now - since, dt.timedelta())
    return int(spent.total_seconds()) // 3600


def our_delay(told: Iterable[Told]) -> int:
    """Whole hours of the longest delay of ours that a path wants added to the offer."""
    seconds = [int(one.data.get("seconds", 0)) for one in told if one.type == DELAY_OWED]
    return max(seconds, default=0) // 3600


def _facts(
    ticket: Ticket,
    known: Circumstances,
    told: Sequence[Told],
    finding: Outcome | None,
    *,
    now: dt.datetime,
) -> dict[str, Any]:
    """Every fact by the name that policies call it. docs/remedies.md lists those made here."""
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
        "hours_in_escalation": hours_in_escalation(told, now=now),
        "our_delay_hours": our_delay(told),
        "remedies_late": len(late_remedies(told)),
        "late_remedies_sum": _late_sum(told, ticket.loss_currency or None),
        "support_needs": known.support_needs,
        "channel": ticket.channel,
        "category": catalogue().entry(ticket.category_id).category.key,
        "stage": ticket.stage,
        "tier": ticket.customer.tier or None,
        "customer_since": ticket.customer.since,
        "received": ticket.received_at,
    }
