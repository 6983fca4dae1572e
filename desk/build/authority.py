"""What the reader may grant alone, as bars."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from desk.glyphs import MeterView
from desk.words import money_words
from remedies.authority import Decision, Meter, Span
from remedies.models import Offer, OfferComponent
from remedies.services.authorities import weigh
from tickets.access import Principal
from tickets.models import Ticket


def standing_for(
    ticket: Ticket,
    offer: Offer,
    components: Sequence[OfferComponent],
    who: Principal,
    *,
    now: dt.datetime,
) -> Decision:
    """Whether the reader may send this offer alone, and what is left of his limits."""
    return weigh(offer, list(components), ticket=ticket, actor=who.actor, now=now)


def round_words(minor: int, currency: str) -> str:
    """A sum without its cents where there are none: "£20", "£12.50"."""
    told = money_words(minor, currency)
    return told.removesuffix(".00")


def meters_of(decision: Decision) -> tuple[MeterView, ...]:
    """The limits of a ticket, of its customer and of budgets, each as a bar."""
    shown = [meter for meter in decision.meters if meter.span is not Span.REMEDY or meter.over]
    return tuple(_bar(meter) for meter in shown)


def _bar(meter: Meter) -> MeterView:
    limit = round_words(meter.limit, meter.currency)
    months = round((meter.period_days or 0) / 30.4)
    label = {Span.TICKET: _("This ticket"), Span.REMEDY: _("One remedy")}.get(
        meter.span, _("In %(count)s months") % {"count": months}
    )
    if meter.span is Span.BUDGET:
        told = meter.name.removeprefix("in ")
        label = told[0].upper() + told[1:]
    if meter.kind is not None:
        label += f", {meter.kind}"
    whole = max(meter.limit, 1)
    if meter.over:
        over = round_words(-meter.left, meter.currency)
        return MeterView(
            label,
            _("%(sum)s over") % {"sum": over},
            limit,
            meter.before / whole,
            meter.this / whole,
            over=True,
        )
    left = round_words(max(meter.left, 0), meter.currency)
    return MeterView(
        label,
        left,
        (_("left of %(limit)s") % {"limit": limit}),
        meter.before / whole,
        meter.this / whole,
    )
