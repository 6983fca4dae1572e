"""The customer answers an offer: all of it, a part of it, or no."""

import datetime as dt
from collections.abc import Collection, Mapping

from remedies.errors import OfferNotOpen
from remedies.models import Offer, OfferComponent
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import OfferStatus, RemedyEvent
from remedies.services.authorities import lock_customer
from remedies.services.ledger import grant_in
from remedies.services.offers import covering_exception
from remedies.services.tallies import components_of, locked_offer, move
from tickets.actors import SYSTEM, Actor
from tickets.change import Change, changing
from tickets.errors import Invalid, NotFound
from tickets.money import words
from tickets.saying import Phrase, gettext_noop
from tickets.services.texts import clean_text

#: Before the sum of an offer that was accepted in part, as it is kept.
IN_PART = gettext_noop("in part") + ", "


def accept_offer(
    offer: Offer,
    *,
    actor: Actor,
    now: dt.datetime,
    components: Collection[int] | None = None,
    choices: Mapping[int, str] | None = None,
    seen: int | None = None,
) -> Offer:
    """The customer takes all of an offer, or the `components` (ids) he names.

    `choices` are the forms that he would rather have, by component: a larger voucher for cash.

    Done by himself through his link, or by somebody here on his behalf. What he takes, and what
    the law gives him anyway, goes into the ledger in the same transaction. Raises
    `OfferNotOpen` where it was answered, replaced or ran out; `Invalid` for nothing at all.
    """
    with changing(offer.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = _open(change, offer, now)
        parts = components_of(row)
        chosen = parts if components is None else _chosen(parts, components)
        lock_customer(change.ticket)
        paths = _choose(change, row, chosen, choices or {})
        whole = len(chosen) == len(parts)
        status = OfferStatus.ACCEPTED if whole else OfferStatus.PARTLY_ACCEPTED
        row.answered_at = now
        paths |= move(change, row, status, "answered_at") | _mark(row, parts, chosen)
        total = sum(part.settled[0] or 0 for part in chosen)
        change.record(
            RemedyEvent.OFFER_ACCEPTED,
            data={
                "offer": row.pk,
                "total": total,
                "currency": row.currency,
                "part": not whole,
                "words": (IN_PART if not whole else "") + words(total, row.currency),
            },
            changes=paths,
        )
        grant_in(change, row, chosen, exception=covering_exception(change, row, parts))
        _tell(change, row, _ACCEPTS if whole else _ACCEPTS_PART)
    return row


def _open(change: Change, offer: Offer, now: dt.datetime) -> Offer:
    row = locked_offer(change, offer.pk, OfferStatus.SENT)
    if row.expires_at is not None and row.expires_at <= now:
        raise OfferNotOpen(status="no longer open: it ran out", field="offer")
    return row


def _chosen(parts: list[OfferComponent], ids: Collection[int]) -> list[OfferComponent]:
    """What was named, and what the law gives anyway."""
    known = {part.pk for part in parts}
    if not set(ids) <= known:
        raise NotFound(field="components")
    if not ids:
        raise Invalid("Name what is accepted, or decline the offer.", field="components")
    return [part for part in parts if part.pk in ids or part.owed]


def _choose(
    change: Change, row: Offer, chosen: list[OfferComponent], choices: Mapping[int, str]
) -> dict[str, tuple[object, object]]:
    """Note the form that the customer would rather have. Raises `Invalid` for one that is not
    offered, naming those that are."""
    parts = {part.pk: part for part in chosen}
    paths: dict[str, tuple[object, object]] = {}
    for key, form in choices.items():
        part = parts.get(key)
        if part is None:
            raise NotFound(field="choices")
        if form in {"", part.form}:
            continue
        if form not in part.choices:
            offered = ", ".join([part.form or "as it is", *part.choices])
            raise Invalid(
                "{title} can be had as: {offered}.",
                title=part.title,
                offered=offered,
                field="choices",
            )
        part.chosen = form
        change.save(part, "chosen")
        paths[f"offers.{row.pk}.components.{key}.chosen"] = (None, form)
    return paths


def _mark(
    row: Offer, parts: list[OfferComponent], chosen: list[OfferComponent]
) -> dict[str, tuple[object, object]]:
    """Note for each component whether it was accepted. Two queries at most."""
    taken = {part.pk for part in chosen}
    OfferComponent.objects.filter(pk__in=taken).update(accepted=True)
    if len(taken) < len(parts):
        OfferComponent.objects.filter(offer=row).exclude(pk__in=taken).update(accepted=False)
    return {
        f"offers.{row.pk}.components.{part.pk}.accepted": (None, part.pk in taken) for part in parts
    }


def decline_offer(
    offer: Offer,
    *,
    actor: Actor,
    now: dt.datetime,
    wish: str = "",
    wish_amount: int | None = None,
    wish_kind: ComponentKind | str = "",
    seen: int | None = None,
) -> Offer:
    """The customer says no, and if he likes what would be fair instead: in his words, as a sum
    (minor units of the offer's currency), of which kind.

    What the law gives him is granted all the same. Raises `OfferNotOpen`, `Invalid`.
    """
    text = clean_text(wish, field="wish", limit=2000)
    kind = _wished(wish_amount, wish_kind)
    with changing(offer.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = _open(change, offer, now)
        row.answered_at, row.wish = now, text
        row.wish_amount, row.wish_kind = wish_amount, kind
        parts = components_of(row)
        owed = [part for part in parts if part.owed]
        paths = move(change, row, OfferStatus.DECLINED, "answered_at", *_WISH)
        paths |= _mark(row, parts, owed)
        change.record(
            RemedyEvent.OFFER_DECLINED,
            data={
                "offer": row.pk,
                "wish": text,
                "amount": wish_amount,
                "kind": kind,
                "currency": row.currency,
                "words": wish_words(row) or gettext_noop("without a wish"),
            },
            changes=paths,
        )
        grant_in(change, row, owed, exception=None)
        _tell(change, row, _DECLINES)
    return row


_WISH = ("wish", "wish_amount", "wish_kind")
#: A wish beyond this is a slip of the keyboard.
MOST_WISHED = 10**13


def _wished(amount: int | None, kind: ComponentKind | str) -> str:
    """The kind of a wish. Raises `Invalid` for what can't be wished."""
    if amount is not None and not 0 < amount <= MOST_WISHED:
        raise Invalid("A sum is more than nothing.", field="wish_amount")
    if kind and kind not in set(ComponentKind):
        known = ", ".join(ComponentKind)
        raise Invalid("What is wished is one of: {known}.", known=known, field="wish_kind")
    return str(kind)


def wish_words(offer: Offer) -> str:
    """What the customer would find fair instead, in one line; "" where he did not say."""
    parts = []
    if offer.wish_amount is not None:
        parts.append(words(offer.wish_amount, offer.currency))
    if offer.wish_kind:
        parts.append(f"as {offer.wish_kind}" if parts else offer.wish_kind)
    named = " ".join(parts)
    return f"{named}: {offer.wish}" if named and offer.wish else named or offer.wish


_ACCEPTS = gettext_noop("{name} accepts the offer on {number}")
_ACCEPTS_PART = gettext_noop("{name} accepts a part of the offer on {number}")
_DECLINES = gettext_noop("{name} declines the offer on {number}")


def _tell(change: Change, row: Offer, did: str) -> None:
    owner = change.ticket.owner
    if owner is not None and owner != change.actor.user:
        text = Phrase(did, name=change.ticket.customer.name, number=change.ticket.number)
        change.alert(owner, key=f"offer-answered:{row.pk}", text=text)


def expire_next(*, now: dt.datetime) -> bool:
    """Let the next offer run out that was not answered in time. Returns whether there was one.

    What the law gives is granted all the same.
    """
    due = Offer.objects.filter(status=OfferStatus.SENT.value, expires_at__lte=now)
    found = due.order_by("expires_at", "id").first()
    if found is None:
        return False
    with changing(found.ticket_id, actor=SYSTEM, now=now) as change:
        try:
            row = locked_offer(change, found.pk, OfferStatus.SENT)
        except OfferNotOpen:
            return True  # answered or replaced while we waited for the lock
        parts = components_of(row)
        owed = [part for part in parts if part.owed]
        paths = move(change, row, OfferStatus.EXPIRED) | _mark(row, parts, owed)
        change.record(
            RemedyEvent.OFFER_EXPIRED,
            data={"offer": row.pk, "words": gettext_noop("not answered in time")},
            changes=paths,
            at=row.expires_at,
        )
        grant_in(change, row, owed, exception=None)
        if change.ticket.owner is not None:
            change.alert(
                change.ticket.owner,
                key=f"offer-expired:{row.pk}",
                text=Phrase(
                    "The offer on {number} ran out without an answer", number=change.ticket.number
                ),
            )
    return True
