"""How an import tells the ledger of what was given in the past.

The contract of the event `remedy_recorded` (for receivers; amounts in minor units):

    at      the moment at which the customer got it
    data    kind      a component: refund, credit, compensation, replacement …
            minor     int, or None where the source doesn't say how much
            currency  ISO 4217, "" with no amount
            at        the same moment, ISO 8601 in UTC
            source    "<system>:<id>" of the record it came from: one remedy for each
    changes none: the receiver that keeps the ledger records its own `remedies.<id>…` paths

It is only recorded on historical tickets, so nothing is to be fulfilled and nobody told.
"""

import datetime as dt

from integrations.events import IntegrationEvent
from integrations.importing.records import Remedy
from tickets.actors import Actor
from tickets.change import changing
from tickets.models import Ticket


def record_remedy(
    ticket: Ticket, remedy: Remedy, *, source: str, actor: Actor, now: dt.datetime
) -> None:
    """Tell the stream of a remedy of the past, within the unit of work that is open."""
    money = remedy.money
    with changing(ticket, actor=actor, now=now) as change:
        change.record(
            IntegrationEvent.REMEDY_RECORDED,
            data={
                "kind": remedy.kind,
                "minor": money.minor if money else None,
                "currency": money.currency if money else "",
                "at": remedy.at.isoformat(),
                "source": source,
            },
            at=remedy.at,
        )
