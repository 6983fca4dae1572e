"""Asking for an exception: the wish beside the policy, for somebody who can say yes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remedies.models import ExceptionRequest, Offer, OfferComponent
from remedies.rules.draft import ComponentKind
from remedies.rules.states import UNDECIDED, ExceptionStatus, OfferStatus, RemedyEvent
from remedies.services.tallies import components_of, locked_offer
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, NotAllowed, NotFound
from tickets.models import Ticket, User
from tickets.money import words
from tickets.services.texts import clean_text, needed


@dataclass(frozen=True, slots=True)
class Addition:
    """Something that the policy does not give, which the requester wants in the offer."""

    kind: str
    title: str
    amount: int | None


def request_exception(
    offer: Offer,
    *,
    amounts: Mapping[int, int],
    reason: str,
    actor: Actor,
    now: dt.datetime,
    additions: Sequence[Addition] = (),
    evidence: str = "",
    seen: int | None = None,
) -> ExceptionRequest:
    """Ask for other sums than policy or authority allow: {component id: minor units}.

    The draft stays as it is until somebody decides. Raises `Conflict` where one waits already,
    `Invalid` where nothing is asked that differs, `NotAllowed` for others than people here.
    """
    why = needed(reason, what="a reason", field="reason", limit=2000)
    if actor.user is None:
        raise NotAllowed(who="A person of the team")
    with changing(offer.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_offer(change, offer.pk, OfferStatus.DRAFT)
        if any(
            e.offer_id == row.pk and e.status in UNDECIDED for e in change.all(ExceptionRequest)
        ):
            raise Conflict("An exception for this offer waits already.", field="offer")
        items = _items(components_of(row), amounts, additions)
        request = change.add(
            ExceptionRequest(
                ticket=change.ticket,
                offer=row,
                status=ExceptionStatus.PENDING.value,
                items=items,
                currency=row.currency,
                policy_total=sum(item["policy"] or 0 for item in items),
                asked_total=sum(item["asked"] or 0 for item in items),
                reason=why,
                evidence=clean_text(evidence, field="evidence", limit=4000),
                requester=actor.user,
                created_at=now,
            )
        )
        _record(change, row, request)
        tell_deciders(change, request)
    return request


def _record(change: Change, offer: Offer, request: ExceptionRequest) -> None:
    more = words(request.asked_total - offer.total, offer.currency)
    prefix = f"exceptions.{request.pk}"
    change.record(
        RemedyEvent.EXCEPTION_REQUESTED,
        data={
            "exception": request.pk,
            "offer": offer.pk,
            "asked": request.asked_total,
            "policy": request.policy_total,
            "currency": request.currency,
            "reason": request.reason,
            "words": f"{more} more than offered",
        },
        changes={
            f"{prefix}.status": (None, request.status),
            f"{prefix}.asked_total": (None, request.asked_total),
            f"{prefix}.requester": (None, request.requester_id),
        },
    )


def _places(amounts: Mapping[int, int], known: set[int]) -> dict[int, str]:
    """{component id: where its sum stands}. Raises `NotFound`, and `Invalid` below zero."""
    at = {}
    for place, (key, amount) in enumerate(amounts.items()):
        at[key] = f"amounts.{place}"
        if key not in known:
            raise NotFound(field=f"{at[key]}.component")
        if amount < 0:
            raise Invalid("A sum can't be below zero.", field=f"{at[key]}.amount")
    return at


def _items(
    parts: Sequence[OfferComponent],
    amounts: Mapping[int, int],
    additions: Sequence[Addition],
) -> list[dict[str, Any]]:
    at = _places(amounts, {part.pk for part in parts})
    items = []
    for part in parts:
        policy = part.amount if part.adjusted_from is None else part.adjusted_from
        asked = amounts.get(part.pk, part.amount)
        if part.owed and asked is not None and asked < (part.amount or 0):
            raise Invalid("A sum that the law gives is not lowered.", field=at[part.pk])
        if part.pk in amounts and part.amount is None:
            raise Invalid(f"{part.title} has no sum.", field=at[part.pk])
        if not part.rule:
            policy = None
        items.append(
            _item(
                part.pk,
                kind=part.kind,
                title=part.title,
                rule=part.rule,
                policy=policy,
                asked=asked,
            )
        )
    known = {member.value for member in ComponentKind}
    for place, extra in enumerate(additions):
        one = f"additions.{place}"
        if extra.kind not in known:
            allowed = ", ".join(sorted(known))
            raise Invalid(f"A component is one of: {allowed}.", field=f"{one}.kind")
        if extra.amount is not None and extra.amount <= 0:
            raise Invalid("A sum is more than nothing.", field=f"{one}.amount")
        title = needed(extra.title, what="what it is", field=f"{one}.title", limit=160)
        items.append(
            _item(None, kind=extra.kind, title=title, rule="", policy=None, asked=extra.amount)
        )
    # Asking for the very sums of the draft is right where they pass somebody's authority.
    return items


def _item(
    component: int | None,
    *,
    kind: str,
    title: str,
    rule: str,
    policy: int | None,
    asked: int | None,
) -> dict[str, Any]:
    return {
        "component": component,
        "kind": kind,
        "title": title,
        "rule": rule,
        "policy": policy,
        "asked": asked,
        "decided": None,
    }


def deciders_of(ticket: Ticket) -> list[User]:
    """The people who supervise the ticket's team, those who are away replaced by substitutes."""
    found = User.objects.filter(
        memberships__team=ticket.team, memberships__supervises=True, is_active=True
    )
    return list(found.select_related("substitute"))


def tell_deciders(change: Change, request: ExceptionRequest) -> None:
    """Alert those who may decide, but never the requester."""
    for user in deciders_of(change.ticket):
        person = user
        if user.is_away(change.now) and user.substitute is not None:
            person = user.substitute
        if person.pk != request.requester_id:
            change.alert(
                person,
                key=f"exception:{request.pk}",
                text=f"{request.requester.name} asks for an exception on {change.ticket.number}",
            )
