"""What an offer would be with other sums: worked out beside it, and only then written."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from remedies.models import Offer, OfferComponent
from remedies.services.tallies import Paths, component_paths
from tickets.errors import Invalid


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be written: sums that change, and what is new, each with its item."""

    changed: list[OfferComponent]
    added: list[tuple[OfferComponent, dict[str, Any]]]


def planned(
    offer: Offer,
    parts: Sequence[OfferComponent],
    items: Sequence[Mapping[str, Any]],
    *,
    key: str,
    reason: str,
) -> tuple[list[OfferComponent], Plan]:
    """The components as they would be with the sums under `key` of the items. Nothing is saved.

    Raises `Invalid` where a sum that the law gives would be lowered.
    """
    found = {part.pk: copy(part) for part in parts}
    changed: list[OfferComponent] = []
    added: list[tuple[OfferComponent, dict[str, Any]]] = []
    last = max((part.position for part in parts), default=-1)
    for item in items:
        amount = item[key]
        if item["component"] is None:
            if amount != 0:
                last += 1
                added.append((_new(offer, item, last, amount, reason), dict(item)))
            continue
        part = found[item["component"]]
        if part.owed and (amount or 0) < (part.amount or 0):
            raise Invalid("A sum that the law gives is not lowered.", field="decided")
        if part.amount == amount:
            continue
        if part.adjusted_from is None and part.rule:
            part.adjusted_from = part.amount
        part.amount, part.reason = amount, reason[:500]
        changed.append(part)
    return [*found.values(), *(part for part, _ in added)], Plan(changed, added)


def _new(
    offer: Offer, item: Mapping[str, Any], position: int, amount: int | None, reason: str
) -> OfferComponent:
    return OfferComponent(
        offer=offer,
        position=position,
        kind=item["kind"],
        title=item["title"],
        amount=amount,
        reason=reason[:500],
    )


def carry_out(
    offer: Offer, parts: Sequence[OfferComponent], items: list[dict[str, Any]], plan: Plan
) -> tuple[Paths, dict[str, Any]]:
    """Write the plan; the items then name their components. Returns the paths for the event, and
    what has to be put back to undo it."""
    stood = {part.pk: part for part in parts}
    paths: Paths = {}
    before = []
    for part in plan.changed:
        old = stood[part.pk]
        before.append([part.pk, old.amount, old.adjusted_from, old.reason])
        part.save(update_fields=["amount", "adjusted_from", "reason"])
        paths[f"offers.{offer.pk}.components.{part.pk}.amount"] = (old.amount, part.amount)
    made = iter(plan.added)
    kept = []
    for item in items:
        if item["component"] is None:
            if item["decided"] == 0:
                continue
            part, _ = next(made)
            part.save()
            item["component"] = part.pk
            paths |= component_paths(part)
        kept.append(item)
    asked = [dict(item) for item in items if item not in kept]
    items[:] = kept
    return paths, {
        "sums": before,
        "made": [part.pk for part, _ in plan.added],
        "dropped": asked,
    }
