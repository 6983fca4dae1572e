"""An offer as its customer reads it."""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from desk.build.customer_page import OfferStanding
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One line of the offer."""

    id: int
    words: str
    sum: str
    why: str = ""
    owed: bool = False


@dataclass(frozen=True, slots=True)
class CustomerOffer:
    """The offer on the customer's page; `lines` is empty where there is none."""

    standing: OfferStanding = field(default_factory=OfferStanding)
    id: int = 0
    total: str = ""
    lines: tuple[CustomerLine, ...] = ()
    letter: tuple[str, ...] = ()
    owed_words: str = ""


def offer_for_customer(ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo) -> CustomerOffer:
    """The newest offer that was sent, or none."""
    return CustomerOffer()
