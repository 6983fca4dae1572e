"""Offers: changed within range and authority, sent by a person, taken back, run out."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from remedies.errors import OutsideRange
from remedies.models import ExceptionRequest, Offer, OfferComponent
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import GRANTED, UNDECIDED, OfferStatus, RemedyEvent
from remedies.services.authorities import check_authority, lock_customer
from remedies.services.tallies import (
    Paths,
    component_paths,
    components_of,
    locked_offer,
    move,
    set_total,
    void_exceptions,
)
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, NotFound
from tickets.models import Ticket
from tickets.money import decimals_of, words
from tickets.rules import Channel
from tickets.saying import Kept, gettext_noop
from tickets.services import check_reviewer, reply
from tickets.services.files import Upload
from tickets.services.texts import clean_line, needed

#: What was done, as it is kept.
ADDED = Kept("{title} added")
TAKEN_OFF = Kept("{title} taken off")

#: How long an offer stands unless its sender says otherwise.
STANDS = dt.timedelta(days=14)


def component_in(offer: Offer, component_id: int) -> OfferComponent:
    """A component of the offer. Raises `NotFound`."""
    found = OfferComponent.objects.filter(offer=offer, pk=component_id).first()
    if found is None:
        raise NotFound(field="component")
    return found


def check_range(component: OfferComponent, amount: int) -> None:
    """Raises `OutsideRange` where a person may not set `amount` without an exception.

    A sum set by law or a proven loss stays as it is; a range holds both ways; a fixed sum may
    be raised (authority is its limit) and not lowered.
    """
    policy = component.amount if component.adjusted_from is None else component.adjusted_from
    low, high = policy or 0, policy
    if component.ranged:
        low, high = component.range_min or 0, component.range_max
    elif component.is_discretionary:
        high = None
    if amount < low or (high is not None and amount > high):
        currency = component.offer.currency
        span = words(low, currency)
        if high is None:
            span = _("%(low)s to any sum") % {"low": span}
        elif high != low:
            span = _("%(low)s to %(high)s") % {"low": span, "high": words(high, currency)}
        raise OutsideRange(span=span, field="amount")


def adjust_component(
    offer: Offer,
    component_id: int,
    amount: int,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> OfferComponent:
    """Set one sum of a draft, in minor units, inside its range and the actor's authority.

    What was asked or allowed by exception for the offer is void with it. Raises `OutsideRange`,
    `AboveAuthority`, `OfferNotOpen`, `Missing` without a reason.
    """
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(offer.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_offer(change, offer.pk, OfferStatus.DRAFT)
        component = component_in(row, component_id)
        if component.amount is None:
            raise Invalid("This part of the offer has no sum to change.", field="amount")
        if amount < 0:
            raise Invalid("A sum can't be below nothing.", field="amount")
        check_range(component, amount)
        before = component.amount
        if (amount, why) == (before, component.reason):
            return component  # sent twice: nothing changes, and no approval is void
        if component.adjusted_from is None and component.rule:
            component.adjusted_from = before
        component.amount, component.reason = amount, why
        if component.adjusted_from == amount:
            component.adjusted_from = None
        lock_customer(change.ticket)
        parts = [p if p.pk != component.pk else component for p in components_of(row)]
        check_authority(row, parts, ticket=change.ticket, actor=actor, now=now)
        component.save(update_fields=["amount", "adjusted_from", "reason"])
        _touched(change, row, component, before, why)
    return component


def _touched(
    change: Change, offer: Offer, component: OfferComponent, before: int | None, reason: str
) -> None:
    path = f"offers.{offer.pk}.components.{component.pk}.amount"
    changes = {path: (before, component.amount)} | set_total(offer)
    change.save(offer, "total")
    void_exceptions(change, offer, "The offer changed.")
    change.record(
        RemedyEvent.OFFER_ADJUSTED,
        data={
            "offer": offer.pk,
            "component": component.pk,
            "title": component.title,
            "from": before,
            "to": component.amount,
            "currency": offer.currency,
            "reason": reason,
            "words": f"{component.title}: {words(component.amount, offer.currency)}",
        },
        changes=changes,
    )


def add_component(
    ticket: Ticket,
    *,
    kind: ComponentKind | str,
    title: str,
    amount: int | None,
    currency: str,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    says: str = "",
    seen: int | None = None,
) -> OfferComponent:
    """Add something of one's own to the draft (or begin one), inside the actor's authority.

    `amount` is minor units, None for what has no sum. Raises `AboveAuthority`, `Invalid`.
    """
    if kind not in {member.value for member in ComponentKind}:
        known = ", ".join(member.value for member in ComponentKind)
        raise Invalid("A component is one of: {known}.", known=known, field="kind")
    if amount is not None and amount <= 0:
        raise Invalid("A sum is more than nothing.", field="amount")
    decimals_of(currency)
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    line = needed(title, what=_("what it is"), field="title", limit=160)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        offer = draft_in(change, currency, actor)
        if offer.currency != currency:
            raise Invalid("This offer is in {currency}.", currency=offer.currency, field="currency")
        change.flush()
        parts = components_of(offer)
        component = OfferComponent(
            offer=offer,
            position=max((part.position for part in parts), default=-1) + 1,
            kind=ComponentKind(kind).value,
            title=clean_line(line, field="title", limit=160),
            words=says,
            amount=amount,
            reason=why,
        )
        lock_customer(change.ticket)
        check_authority(offer, [*parts, component], ticket=change.ticket, actor=actor, now=now)
        component.save()
        _added(change, offer, component)
    return component


def _added(change: Change, offer: Offer, component: OfferComponent) -> None:
    void_exceptions(change, offer, "The offer changed.")
    changes = component_paths(component) | set_total(offer)
    change.save(offer, "total")
    change.record(
        RemedyEvent.OFFER_ADJUSTED,
        data={
            "offer": offer.pk,
            "component": component.pk,
            "title": component.title,
            "from": None,
            "to": component.amount,
            "currency": offer.currency,
            "reason": component.reason,
            "words": ADDED(title=component.title),
        },
        changes=changes,
    )


def draft_in(change: Change, currency: str, actor: Actor) -> Offer:
    """The ticket's draft, within an open change; an empty one where there is none."""
    for offer in change.all(Offer):
        if offer.status == OfferStatus.DRAFT:
            return offer
    offer = change.add(
        Offer(
            ticket=change.ticket,
            status=OfferStatus.DRAFT.value,
            currency=currency,
            made_by=actor.user,
            created_at=change.now,
        )
    )
    change.record(
        RemedyEvent.OFFER_DRAFTED,
        data={
            "offer": offer.pk,
            "total": 0,
            "currency": currency,
            "words": gettext_noop("by hand"),
        },
        changes={
            f"offers.{offer.pk}.status": (None, offer.status),
            f"offers.{offer.pk}.currency": (None, currency),
            f"offers.{offer.pk}.total": (None, 0),
        },
    )
    return offer


def remove_component(
    offer: Offer,
    component_id: int,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """Take off the draft what a person added to it. What the policy gives stays."""
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(offer.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_offer(change, offer.pk, OfferStatus.DRAFT)
        component = component_in(row, component_id)
        if component.rule:
            raise Conflict("What the policy gives can't be taken off.", field="component")
        paths = component_paths(component, gone=True)
        key, title = component.pk, component.title
        component.delete()
        void_exceptions(change, row, "The offer changed.")
        changes = paths | set_total(row)
        change.save(row, "total")
        change.record(
            RemedyEvent.OFFER_ADJUSTED,
            data={
                "offer": row.pk,
                "component": key,
                "title": title,
                "to": None,
                "reason": why,
                "words": TAKEN_OFF(title=title),
            },
            changes=changes,
        )


def covering_exception(
    change: Change, offer: Offer, parts: list[OfferComponent]
) -> ExceptionRequest | None:
    """The exception that allows exactly these sums, or None."""
    sums = {part.pk: part.amount for part in parts}
    for row in change.all(ExceptionRequest):
        if row.offer_id != offer.pk or row.status not in GRANTED:
            continue
        if {item["component"]: item["decided"] for item in row.items} == sums:
            return row
    return None


def send_offer(
    offer: Offer,
    *,
    body: str,
    actor: Actor,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
    channel: Channel = Channel.EMAIL,
    uploads: Sequence[Upload] = (),
    seen: int | None = None,
) -> Offer:
    """Send a draft with a reply that a person wrote, and its files. An offer sent before is
    superseded.

    It stands until `expires_at`, by default 14 days. Raises `AboveAuthority` unless an
    exception allows these very sums, `Conflict` while one waits, `SameReviewer` at stage 2.
    """
    until = expires_at or now + STANDS
    if until <= now:
        raise Invalid("An offer stands for some time.", field="expires_at")
    with changing(offer.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_offer(change, offer.pk, OfferStatus.DRAFT)
        check_reviewer(change)
        if any(
            e.offer_id == row.pk and e.status in UNDECIDED for e in change.all(ExceptionRequest)
        ):
            raise Conflict("An exception for this offer waits to be decided.", field="offer")
        parts = components_of(row)
        if not parts:
            raise Invalid("This offer is empty. Add something, or refuse.", field="offer")
        lock_customer(change.ticket)
        _supersede(change, row)
        if covering_exception(change, row, parts) is None:
            check_authority(row, parts, ticket=change.ticket, actor=actor, now=now)
        message = reply(
            change.ticket, body=body, uploads=uploads, actor=actor, now=now, channel=channel
        )
        change.flush()
        row.sent_at, row.sent_by, row.expires_at, row.message = now, actor.user, until, message
        paths = move(change, row, OfferStatus.SENT, "sent_at", "sent_by", "expires_at", "message")
        change.record(
            RemedyEvent.OFFER_SENT,
            data={
                "offer": row.pk,
                "message": message.pk,
                "total": row.total,
                "currency": row.currency,
                "until": until.isoformat(),
                "words": words(row.total, row.currency) if row.total else "without money",
            },
            changes=paths | {f"offers.{row.pk}.expires_at": (None, until)},
        )
    return row


def _supersede(change: Change, row: Offer) -> None:
    """An offer that was sent before gives way to `row`."""
    for other in change.all(Offer):
        if other.status != OfferStatus.SENT:
            continue
        paths = move(change, other, OfferStatus.SUPERSEDED)
        void_exceptions(change, other, "Another offer takes its place.")
        change.record(
            RemedyEvent.OFFER_SUPERSEDED,
            data={"offer": other.pk, "by": row.pk, "words": gettext_noop("by a new offer")},
            changes=paths,
        )


def withdraw_offer(
    offer: Offer,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """Take an offer back before it is answered. What the law gives can't be taken back."""
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(offer.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_offer(change, offer.pk, OfferStatus.DRAFT, OfferStatus.SENT)
        if row.status == OfferStatus.SENT and any(part.owed for part in components_of(row)):
            raise Conflict("A sum that the law gives can't be taken back.", field="offer")
        withdraw_in(change, row, why)


def withdraw_in(change: Change, row: Offer, reason: str, *, also: Paths | None = None) -> None:
    """Take an offer back, within an open change; `also` are further paths that changed."""
    paths = move(change, row, OfferStatus.WITHDRAWN) | (also or {})
    void_exceptions(change, row, "The offer was withdrawn.")
    change.record(
        RemedyEvent.OFFER_WITHDRAWN, data={"offer": row.pk, "reason": reason}, changes=paths
    )
