"""Promises that a text holds, as they are suggested under it."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk.words import day_words, moment_words, time_words
from tickets.models import Ticket
from tickets.promising import Promised, promises_in


def promised_views(
    text: str, ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo
) -> list[dict[str, object]]:
    """What is suggested, in the reader's own time, with the customer's beside it where that is
    another. `value` is what a browser's picker takes."""
    theirs = ZoneInfo(ticket.customer.time_zone)
    found = promises_in(text, now=now, zone=ticket.customer.time_zone)
    name = ticket.customer.name.split(" ")[0]
    return [_view(one, name, now=now, zone=zone, theirs=theirs) for one in found]


def _view(
    one: Promised, name: str, *, now: dt.datetime, zone: ZoneInfo, theirs: ZoneInfo
) -> dict[str, object]:
    here, there = one.due.astimezone(zone), one.due.astimezone(theirs)
    when = moment_words(one.due, now=now, zone=zone)
    if one.whole_day:
        # Said as a day, it is that of the customer.
        when = _("the end of %(day)s") % {"day": day_words(one.due, now=now, zone=theirs)}
    elif here.utcoffset() != there.utcoffset():
        told = {"when": when, "time": time_words(one.due, zone=theirs), "name": name}
        when = _("%(when)s (%(time)s for %(name)s)") % told
    return {
        "what": one.what,
        "said": one.said,
        "value": f"{here:%Y-%m-%dT%H:%M}",
        "when": when,
        "call": one.call,
    }
