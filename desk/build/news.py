"""What happened on a ticket while somebody had it open, in lines."""

import datetime as dt
from zoneinfo import ZoneInfo

from desk.build.events import event_view
from desk.present import EventView
from tickets.models import Ticket, User

#: Lines that are shown; the conversation has them all.
LINES = 5
#: What follows from something else that is told, or what nobody acts upon.
_QUIET = frozenset(
    {"pain_assessed", "mail_sent", "offer_redrafted", "offer_drafted", "survey_planned"}
)


def news_of(
    ticket: Ticket, since: int, *, me: User, now: dt.datetime, zone: ZoneInfo
) -> tuple[EventView, ...]:
    """What happened after the event with the number `since`, newest first; not what the reader did
    himself. One query."""
    rows = ticket.events.filter(seq__gt=since).exclude(actor=me).exclude(type__in=_QUIET)
    return tuple(event_view(row, now=now, zone=zone) for row in rows.order_by("-seq")[:LINES])
