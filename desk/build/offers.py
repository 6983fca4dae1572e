"""Offers, exceptions and authority as the right part of a ticket shows them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from desk.present import MeterView, OfferView
from tickets.access import Principal
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class RemedyLine:
    """A granted component and where its fulfilment stands; `tick` is where a person ticks it off."""

    icon: str
    name: str
    sum: str
    state: str
    tick: str = ""


@dataclass(frozen=True, slots=True)
class OfferPart:
    """Everything about remedies that the page shows."""

    offer: OfferView | None = None
    meters: tuple[MeterView, ...] = ()
    #: Why the next step can be taken now.
    ready: str = ""
    #: Who decides an exception that waits.
    waiting_for: str = ""
    #: What of the offer counts against the limits.
    counts: str = ""
    notes: tuple[str, ...] = ()
    remedies: tuple[RemedyLine, ...] = ()
    actions: tuple[Any, ...] = ()


def offer_part(
    ticket: Ticket, who: Principal, *, now: dt.datetime, zone: ZoneInfo
) -> OfferPart:
    """The offer of a ticket, what its reader may grant, and what waits to be decided."""
    return OfferPart()
