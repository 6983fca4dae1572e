"""The orders of the queue, and the places in them: where a page goes on, what stands before a
ticket and what after it."""

import datetime as dt

from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tickets.errors import Invalid
from tickets.models import Ticket
from tickets.models.desk import Sort
from tickets.models.tickets import TicketQuerySet

#: The order of the queue: the nearest running deadline.
BY_DATE = ("attention_at", "id")
#: The order of what is put aside, which is that of its index; no view keeps it as its own.
BACK = "back"
BY_RETURN = ("snoozed_until", "id")
_ORDERS = {
    Sort.DUE.value: BY_DATE,
    Sort.PAIN.value: ("ease", *BY_DATE),
    Sort.OLDEST.value: ("received_at", "id"),
    Sort.NEWEST.value: ("-received_at", "-id"),
    BACK: BY_RETURN,
}


def in_order(tickets: TicketQuerySet, sort: str) -> TicketQuerySet:
    """The tickets in one of the orders of the queue."""
    if sort == Sort.PAIN:
        tickets = tickets.annotate(ease=Value(5) - Coalesce("pain", 0))
    return tickets.order_by(*_ORDERS[sort])


def cursor_of(ticket: Ticket, sort: str = Sort.DUE.value) -> str:
    """Where the page after this ticket begins."""
    at = ticket.attention_at if sort in (Sort.DUE, Sort.PAIN) else ticket.received_at
    if sort == BACK and ticket.snoozed_until is not None:
        at = ticket.snoozed_until
    mark = f"{at.timestamp():.6f}_{ticket.pk}"
    return f"{5 - (ticket.pain or 0)}_{mark}" if sort == Sort.PAIN else mark


def past(cursor: str, sort: str) -> Q:
    """What stands after the place that `cursor` names, in this order. Raises `Invalid`."""
    return _beyond(cursor, sort, later=sort != Sort.NEWEST)


def ahead(cursor: str, sort: str) -> Q:
    """What stands before that place. Raises `Invalid`."""
    return _beyond(cursor, sort, later=sort == Sort.NEWEST)


def _beyond(cursor: str, sort: str, *, later: bool) -> Q:
    """What has a later moment, or an earlier one; of the same moment, the keys that follow it."""
    *first, stamp, key = ["", *cursor.split("_")][-3:]
    try:
        at = dt.datetime.fromtimestamp(float(stamp), dt.UTC)
        pk = int(key)
        ease = int(first[0]) if sort == Sort.PAIN else 0
    except (ValueError, IndexError, OverflowError, OSError):
        raise Invalid(
            _("This page does not exist any more. Start from the top."), field="after"
        ) from None
    column = next(name.lstrip("-") for name in _ORDERS[sort] if name not in ("ease", "id"))
    way = "gt" if later else "lt"
    beyond = Q(**{f"{column}__{way}e": at})
    beyond &= Q(**{f"{column}__{way}": at}) | Q(**{f"id__{way}": pk})
    if sort == Sort.PAIN:
        return Q(**{f"ease__{way}e": ease}) & (Q(**{f"ease__{way}": ease}) | beyond)
    return beyond


def order_of(ticket: Ticket, sort: str) -> str:
    """A number by which rows of a group stand in that order."""
    if sort == Sort.PAIN:
        return f"{(5 - (ticket.pain or 0)) * 10**12 + ticket.attention_at.timestamp():.3f}"
    if sort == Sort.DUE:
        return f"{ticket.attention_at.timestamp():.3f}"
    if sort == BACK and ticket.snoozed_until is not None:
        return f"{ticket.snoozed_until.timestamp():.3f}"
    at = ticket.received_at.timestamp()
    return f"{-at if sort == Sort.NEWEST else at:.3f}"
