"""The way on from our answer, as set up for a category or one above it; costs nothing to ask."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

from tickets.cached import Cached
from tickets.catalogue import catalogue
from tickets.days import end_of_day, plus_months
from tickets.models import Category, Recourse, Ticket
from tickets.models.reviews import formal_by_default
from tickets.rules import Stage
from tickets.saying import spelled


@dataclass(frozen=True)
class Way:
    """What the customer can do after our answer. Days and months are those of the calendar."""

    formal: frozenset[str]
    review_days: int | None = None
    body: str = ""
    address: str = ""
    web: str = ""
    body_months: int | None = None
    note: str = ""

    def is_formal(self, stage: str) -> bool:
        """Whether a refusal at this stage goes out only when nothing lacks."""
        return stage in self.formal

    def review_until(self, answered: dt.datetime, zone: str) -> dt.datetime | None:
        """The last moment at which a review of an answer may be asked for: the end of a day in
        the customer's zone. None: without limit."""
        if self.review_days is None:
            return None
        day = answered.astimezone(ZoneInfo(zone)).date() + dt.timedelta(days=self.review_days)
        return end_of_day(day, zone)

    def body_until(self, answered: dt.datetime, zone: str) -> dt.date | None:
        """The last day on which the outside body may be turned to. None: without limit."""
        if self.body_months is None:
            return None
        return plus_months(answered.astimezone(ZoneInfo(zone)).date(), self.body_months)

    def review_words(self, answered: dt.datetime, zone: str) -> str:
        """How to ask for a review, and until when."""
        until = self.review_until(answered, zone)
        if until is None:
            return gettext(
                "If you don’t agree, ask for a review, on your page or by answering this letter: "
                "another person looks at everything again, free of charge."
            )
        last = until.astimezone(ZoneInfo(zone)).date()
        return gettext(
            "If you don’t agree, ask for a review until %(until)s, on your page or by answering "
            "this letter: another person looks at everything again, free of charge."
        ) % {"until": spelled(last, gettext("%-d %B %Y"))}

    def body_words(self, answered: dt.datetime, zone: str) -> str:
        """Who decides outside, where, until when; "" where nobody is set up."""
        if not self.body:
            return ""
        last = self.body_until(answered, zone)
        told: dict[str, object] = {"body": self.body}
        words = gettext("You may also turn to %(body)s")
        if last is not None and self.body_months is not None:
            told |= {"months": self.body_months, "until": spelled(last, gettext("%-d %B %Y"))}
            words = ngettext(
                "You may also turn to %(body)s within %(months)s month of our final answer (from "
                "today: until %(until)s)",
                "You may also turn to %(body)s within %(months)s months of our final answer (from "
                "today: until %(until)s)",
                self.body_months,
            )
        where = ", ".join(filter(None, (self.address, self.web)))
        note = f" {self.note}" if self.note else ""
        at = f": {where}" if where else ""
        return f"{words % told}{at}.{note}"


#: Where nothing is set up: a review and what follows it are formal, and without a time limit.
DEFAULT = Way(frozenset(formal_by_default()))


def _way(row: Recourse) -> Way:
    return Way(
        formal=frozenset(row.formal_stages),
        review_days=row.review_days,
        body=row.body,
        address=row.body_address,
        web=row.body_web,
        body_months=row.body_months,
        note=row.body_note,
    )


def _load() -> dict[str, Way]:
    rows = Recourse.objects.select_related("category")
    return {row.category.key if row.category else "": _way(row) for row in rows}


_ways = Cached(_load, Recourse, Category)


def recourse_of(ticket: Ticket) -> Way:
    """The way on for the ticket's category: its own, else the nearest above, else that for all."""
    ways = _ways()
    keys = (*catalogue().entry(ticket.category_id).keys, "")
    return next((ways[key] for key in keys if key in ways), DEFAULT)


def answered_at(ticket: Ticket) -> dt.datetime | None:
    """The moment of our last answer, from which time limits count: the last point decided, else
    the resolution, else the first reply. None where there is none yet."""
    decided = [point.decided_at for point in ticket.points.all() if point.decided_at]
    return max(decided) if decided else ticket.resolved_at or ticket.answered_at


def review_until(ticket: Ticket) -> dt.datetime | None:
    """The last moment at which the customer may ask for a review. None: no limit, or no answer."""
    answered = answered_at(ticket)
    if answered is None:
        return None
    return recourse_of(ticket).review_until(answered, ticket.customer.time_zone)


def may_still_ask(ticket: Ticket, *, now: dt.datetime) -> bool:
    """Whether a review can be asked for: at stage 1, after an answer, in its time."""
    if ticket.stage != Stage.FIRST or answered_at(ticket) is None:
        return False
    until = review_until(ticket)
    return until is None or now <= until
