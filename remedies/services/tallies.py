"""What every change of an offer needs: its rows, their paths in events, its total."""

from collections.abc import Iterable
from typing import Any

from remedies.errors import OfferNotOpen
from remedies.models import ExceptionApproval, ExceptionRequest, Offer, OfferComponent
from remedies.rules.states import (
    GRANTED,
    UNDECIDED,
    ExceptionStatus,
    OfferStatus,
    RemedyEvent,
)
from tickets.change import Change, settle
from tickets.errors import NotFound
from tickets.saying import gettext_noop

Paths = dict[str, tuple[Any, Any]]


def components_of(offer: Offer) -> list[OfferComponent]:
    """The components of a stored offer, in order. One query."""
    settle()
    return list(OfferComponent.objects.filter(offer=offer).order_by("position", "id"))


def component_paths(component: OfferComponent, *, gone: bool = False) -> Paths:
    """The state of a component in events: kind and amount, appearing or going."""
    prefix = f"offers.{component.offer_id}.components.{component.pk}"
    state = {f"{prefix}.kind": component.kind, f"{prefix}.amount": component.amount}
    return {
        path: (value, None) if gone else (None, value)
        for path, value in state.items()
        if value is not None
    }


def set_total(offer: Offer, components: Iterable[OfferComponent] | None = None) -> Paths:
    """Make the total the sum of the components, by default the stored ones; not yet saved."""
    before = offer.total
    parts = components_of(offer) if components is None else components
    offer.total = sum(component.amount or 0 for component in parts)
    return {} if before == offer.total else {f"offers.{offer.pk}.total": (before, offer.total)}


def move(change: Change, offer: Offer, to: OfferStatus, *fields: str) -> Paths:
    """Give an offer another status, with other columns that go along; the path for the event."""
    before, offer.status = offer.status, to.value
    change.save(offer, "status", *fields)
    return {f"offers.{offer.pk}.status": (before, offer.status)}


def locked_offer(change: Change, offer_id: int, *statuses: OfferStatus) -> Offer:
    """The offer as it is now, under the ticket's lock.

    Raises `NotFound` where it is not this ticket's, `OfferNotOpen` where it has none of
    `statuses`.
    """
    offer = next((row for row in change.all(Offer) if row.pk == offer_id), None)
    if offer is None:
        raise NotFound(field="offer")
    if change.unit.is_pending(offer):
        change.flush()
    settle()
    if statuses and offer.status not in statuses:
        raise OfferNotOpen(status=offer.status.replace("_", " "), field="offer")
    return offer


def void_exceptions(change: Change, offer: Offer, reason: str, *, but: int = 0) -> None:
    """A changed offer takes the ground from what was asked or allowed for it, the yes of one of
    two included; `but` is the exception that made the change."""
    live = {status.value for status in UNDECIDED | GRANTED}
    for row in change.all(ExceptionRequest):
        if row.offer_id != offer.pk or row.status not in live or row.pk == but:
            continue
        for yes in change.all(ExceptionApproval):
            if yes.exception_id == row.pk and yes.void_at is None:
                yes.void_at = change.now
                change.save(yes, "void_at")
        before, row.status = row.status, ExceptionStatus.VOID.value
        change.save(row, "status")
        change.record(
            RemedyEvent.EXCEPTION_WITHDRAWN,
            data={"exception": row.pk, "reason": reason, "words": gettext_noop("exception void")},
            changes={f"exceptions.{row.pk}.status": (before, row.status)},
        )
