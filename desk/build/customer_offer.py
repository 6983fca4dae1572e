"""An offer as its customer reads it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.build.customer_page import OfferStanding
from desk.build.offers import component_sum, left_out
from desk.words import listed, long_day_words, money_words
from remedies.models import Offer, OfferComponent, Remedy
from remedies.rules.retelling import told_all
from remedies.rules.states import OfferStatus, RemedyStatus
from tickets.models import Ticket
from tickets.saying import retold

_HEADINGS = {
    OfferStatus.ACCEPTED: gettext_lazy("You accepted"),
    OfferStatus.PARTLY_ACCEPTED: gettext_lazy("You accepted a part"),
    OfferStatus.DECLINED: gettext_lazy("You declined"),
    OfferStatus.EXPIRED: gettext_lazy("Our offer ran out"),
}
_STANDINGS = {
    OfferStatus.SENT: "sent",
    OfferStatus.ACCEPTED: "accepted",
    OfferStatus.PARTLY_ACCEPTED: "part",
    OfferStatus.DECLINED: "declined",
    OfferStatus.EXPIRED: "declined",
}


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """Another form in which he may have a part."""

    form: str
    sum: str


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One line of the offer, or one remedy that was granted."""

    id: int
    words: str
    sum: str
    why: str = ""
    owed: bool = False
    #: Left out when a part was accepted.
    left: bool = False
    #: In which form he has it as it stands, and which others he may choose.
    form: str = ""
    choices: tuple[CustomerChoice, ...] = ()
    #: The voucher's code, for his eyes.
    code: str = ""


@dataclass(frozen=True, slots=True)
class CustomerOffer:
    """The offer on the customer's page; `lines` is empty where there is none."""

    standing: OfferStanding = field(default_factory=OfferStanding)
    id: int = 0
    open: bool = False
    heading: str = ""
    total: str = ""
    has_sum: bool = False
    lines: tuple[CustomerLine, ...] = ()
    remedies: tuple[CustomerLine, ...] = ()
    letter: bool = False
    owed_words: str = ""


def sent_offer(ticket: Ticket) -> Offer | None:
    """The newest offer that the customer was shown. One query."""
    return (
        Offer.objects.filter(ticket=ticket, status__in=[s.value for s in _STANDINGS])
        .order_by("-sent_at", "-id")
        .first()
    )


def offer_for_customer(ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo) -> CustomerOffer:
    """The newest offer that was sent, or none; and what was granted."""
    rows = Remedy.objects.filter(ticket=ticket).select_related("voucher")
    remedies = list(rows.order_by("id"))
    offer = sent_offer(ticket)
    granted = tuple(_granted(remedy, zone=zone) for remedy in remedies)
    if offer is None:
        return CustomerOffer(remedies=granted)
    components = list(offer.components.all())
    taken = sum(part.settled[0] or 0 for part in components if not left_out(offer, part))
    is_open = offer.status == OfferStatus.SENT and (
        offer.expires_at is None or offer.expires_at > now
    )
    return CustomerOffer(
        standing=_standing(offer, remedies, is_open=is_open),
        id=offer.pk,
        open=is_open,
        heading=str(_HEADINGS.get(OfferStatus(offer.status), _("Our offer"))),
        total=money_words(taken, offer.currency) if taken else _("in words"),
        has_sum=offer.total > 0,
        lines=tuple(_line(component, offer) for component in components),
        remedies=granted,
        letter=offer.message_id is not None,
        owed_words=_owed(components),
    )


def preview_for_customer(offer: Offer, components: Sequence[OfferComponent]) -> CustomerOffer:
    """A draft as its page will show it once it is sent."""
    return CustomerOffer(
        id=offer.pk,
        open=True,
        heading=_("Our offer"),
        total=money_words(offer.total, offer.currency) if offer.total else _("in words"),
        has_sum=offer.total > 0,
        lines=tuple(_line(component, offer) for component in components),
        owed_words=_owed(components),
    )


def _standing(offer: Offer, remedies: Sequence[Remedy], *, is_open: bool) -> OfferStanding:
    state = _STANDINGS[OfferStatus(offer.status)]
    waiting = [r for r in remedies if r.status in {RemedyStatus.GRANTED, RemedyStatus.FAILED}]
    dates = [remedy.due_on for remedy in waiting if remedy.due_on]
    done = [remedy.fulfilled_at for remedy in remedies if remedy.fulfilled_at]
    return OfferStanding(
        state="sent" if is_open else ("declined" if state == "sent" else state),
        decide_by=offer.expires_at,
        decided_at=offer.answered_at,
        paid_by=dt.datetime.combine(max(dates), dt.time(12), dt.UTC) if dates else None,
        paid_at=max(done) if done and not waiting else None,
    )


def _line(component: OfferComponent, offer: Offer) -> CustomerLine:
    steps = told_all(component.steps)
    amount, _ = component.settled
    stands = component_sum(component, offer.currency)
    return CustomerLine(
        id=component.pk,
        words=retold(component.title),
        sum=money_words(amount, offer.currency) if component.chosen else stands,
        form=component.chosen or component.form,
        choices=tuple(
            CustomerChoice(form, money_words(minor, offer.currency))
            for form, minor in component.choices.items()
        ),
        why=steps or retold(component.words),
        owed=component.owed,
        left=left_out(offer, component),
    )


def _granted(remedy: Remedy, *, zone: ZoneInfo) -> CustomerLine:
    if remedy.status == RemedyStatus.FULFILLED and remedy.fulfilled_at:
        why = _("done on %(when)s") % {"when": long_day_words(remedy.fulfilled_at, zone=zone)}
    elif remedy.status == RemedyStatus.REVERSED:
        why = _("taken back")
    elif remedy.due_on:
        noon = dt.datetime.combine(remedy.due_on, dt.time(12), dt.UTC)
        why = _("by %(when)s") % {"when": long_day_words(noon, zone=zone)}
    else:
        why = _("on its way")
    voucher = getattr(remedy, "voucher", None)
    code = ""
    if voucher is not None and voucher.void_at is None:
        code = voucher.code
        if voucher.expires_on:
            noon = dt.datetime.combine(voucher.expires_on, dt.time(12), dt.UTC)
            last = f"{long_day_words(noon, zone=zone)} {noon.year}"
            why = _("%(how)s, good until %(when)s") % {"how": why, "when": last}
    total = money_words(remedy.amount, remedy.currency)
    return CustomerLine(remedy.pk, remedy.title, total, why, form=remedy.form, code=code)


def _owed(components: Sequence[OfferComponent]) -> str:
    """Which parts are the customer's whatever he decides."""
    owed = [component.title.lower() for component in components if component.owed]
    words = _("Yours whatever you decide, by law: %(what)s.")
    return words % {"what": listed(owed)} if owed else ""
