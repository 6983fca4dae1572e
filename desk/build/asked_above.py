"""The customer asked for somebody above: what he sees of it, and by when somebody else is told."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk.present import StageView
from desk.words import day_words, long_moment_words, moment_words
from escalation.models import Climb
from escalation.rules import EscalationLevel
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class AskedAbove:
    """A customer's wish for somebody with more say. While it is `open` he need not ask again."""

    open: bool
    asked: str
    next: str
    stage: StageView


def asked_above(ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo) -> AskedAbove | None:
    """His newest wish, in his own time; None where he never asked. One query."""
    climb = (
        Climb.objects.filter(ticket=ticket, level=EscalationLevel.CUSTOMER.value)
        .select_related("acknowledged_by")
        .order_by("-id")
        .first()
    )
    if climb is None:
        return None
    asked = moment_words(climb.started_at, now=now, zone=zone)
    if climb.ended_at is None and ticket.is_open:
        told = _next_words(climb, now=now, zone=zone)
        stage = StageView("now", _("Somebody with more say looks at it"), asked, told)
        return AskedAbove(True, asked, told, stage)
    if climb.acknowledged_by is not None and climb.acknowledged_at is not None:
        when = day_words(climb.acknowledged_at, now=now, zone=zone)
        name = climb.acknowledged_by.get_short_name()
        words = _("%(name)s, who has more say, took it up") % {"name": name}
        return AskedAbove(False, asked, "", StageView("done", words, when))
    when = day_words(climb.started_at, now=now, zone=zone)
    return AskedAbove(False, asked, "", StageView("done", _("You asked for somebody above"), when))


def _next_words(climb: Climb, *, now: dt.datetime, zone: ZoneInfo) -> str:
    told = _("You asked, and they are told.")
    if climb.next_at is None:
        rest = _("You hear from us, and need not ask again.")
        return f"{told} {rest}"
    if climb.next_at <= now:
        late = _("Nobody has taken it up yet, so the next one above is told now.")
        return f"{told} {late}"
    by = long_moment_words(climb.next_at, zone=zone)
    words = _(
        "If nobody takes it up by %(when)s, the next one above is told. You need not ask again."
    )
    return f"{told} {words % {'when': by}}"


def with_wish(
    stages: tuple[StageView, ...], wish: AskedAbove | None, *, offered: bool
) -> tuple[StageView, ...]:
    """The timeline with the wish where it stands: before what comes next, but not before an offer
    (`offered`), which is the customer's own to decide."""
    if wish is None:
        return stages
    at = next((place for place, one in enumerate(stages) if one.state != "done"), len(stages))
    if wish.open and offered:
        later = StageView("later", wish.stage.words, wish.stage.when, wish.stage.detail)
        return (*stages[: at + 1], later, *stages[at + 1 :])
    after = tuple(
        StageView("later", one.words, one.when, one.detail) if wish.open else one
        for one in stages[at:]
    )
    return (*stages[:at], wish.stage, *after)
