"""What the customer can still do after our answer, in words: a review in its time, then outside."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk.words import long_day_words
from tickets.models import Ticket
from tickets.recourse import answered_at, recourse_of
from tickets.rules import Stage


@dataclass(frozen=True, slots=True)
class RecourseView:
    """Whether a review can be asked for, until when, and who decides outside."""

    may_ask: bool
    #: "Thursday 24 December"; "" without limit.
    until: str = ""
    #: Why it can't be asked for; "" where it can.
    why_not: str = ""
    outside: str = ""


def recourse_view(ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo) -> RecourseView:
    """The way on from the last answer. One query, for the points."""
    answered = answered_at(ticket)
    if answered is None:
        why = _("Once you have our answer, you can have it reviewed here by another person.")
        return RecourseView(False, why_not=why)
    way = recourse_of(ticket)
    outside = way.body_words(answered, ticket.customer.time_zone)
    if ticket.stage == Stage.EXTERNAL:
        return RecourseView(False, why_not=_("Your complaint is with an outside body."))
    if ticket.stage == Stage.REVIEW:
        under_way = _("Your complaint is with another person already.")
        return RecourseView(False, why_not=under_way, outside=outside)
    until = way.review_until(answered, ticket.customer.time_zone)
    if until is None:
        return RecourseView(True, outside=outside)
    day = long_day_words(until, zone=zone)
    if now > until:
        why = _("A review could be asked for until %(when)s. You can still write to us.")
        return RecourseView(False, why_not=why % {"when": day}, outside=outside)
    return RecourseView(True, until=day, outside=outside)
