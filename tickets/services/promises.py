"""What we promise a customer, by when, and that it was kept."""

import datetime as dt

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.days import end_of_day
from tickets.errors import Invalid, Missing
from tickets.models import Ticket
from tickets.rules import EventType
from tickets.services.ownership import own_if_unowned
from tickets.services.texts import needed

WHAT_MAX = 200
#: So many in one message.
PROMISES_MAX = 5
#: What lies further ahead is a mistyped year.
LONGEST = dt.timedelta(days=731)


def make_promise(
    ticket: Ticket,
    *,
    what: str,
    due: dt.datetime | dt.date,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """Promise the customer something by the instant `due`. It becomes a deadline.

    A date alone means the end of that day in the customer's own time zone. Raises `Invalid` for
    what does not lie in the future, or more than two years ahead.
    """
    text = needed(what, what=_("what is promised"), field="what", limit=WHAT_MAX)
    until = promised_moment(ticket, due, now=now, field="due")
    if until is None:
        raise Missing(what=_("a date"), field="due")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        own_if_unowned(change)
        record_promise(change, text, until)


def record_promise(change: Change, what: str, until: dt.datetime) -> None:
    """Note a promise that was checked, within an open change."""
    change.record(
        EventType.PROMISE_MADE,
        data={
            "what": what,
            "due": until.astimezone(dt.UTC).isoformat(),
            "promise": change.ticket.event_count + 1,
        },
    )


def promised_moment(
    ticket: Ticket, due: dt.datetime | dt.date | None, *, now: dt.datetime, field: str
) -> dt.datetime | None:
    """The instant that was promised. Raises `Invalid` unless it lies in the future, and not so far
    that a year was mistyped."""
    if due is not None and not isinstance(due, dt.datetime):
        try:
            due = end_of_day(due, ticket.customer.time_zone)
        except OverflowError as error:
            raise Invalid("This date is too far away.", field=field) from error
    if due is not None and due <= now:
        raise Invalid("A promise lies in the future.", field=field)
    if due is not None and due > now + LONGEST:
        raise Invalid("A promise lies at most two years ahead.", field=field)
    return due


def keep_promise(
    ticket: Ticket,
    promise: int,
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """Record that a promise was kept. `promise` is the key in the data of its event."""
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        made = ticket.events.filter(type=EventType.PROMISE_MADE.value, data__promise=promise)
        if not made.exists():
            raise Invalid("There is no such promise on this ticket.", field="promise")
        change.record(EventType.PROMISE_KEPT, data={"promise": promise})
