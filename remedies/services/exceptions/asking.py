"""Asking for an exception: the wish beside the policy, why it is one, and for whom to decide."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from remedies.errors import NothingBeyond
from remedies.models import ExceptionRequest, Offer, OfferComponent
from remedies.rules.grounds import Because, Wish, grounds_of
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import UNDECIDED, ExceptionStatus, OfferStatus, RemedyEvent
from remedies.services.authorities import lock_customer, weigh
from remedies.services.exceptions.plans import planned
from remedies.services.exceptions.routing import begin_route, tell
from remedies.services.offers import draft_in
from remedies.services.tallies import components_of, locked_offer
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, Missing, NotAllowed, NotFound
from tickets.languages import speaking
from tickets.models import Attachment, Ticket
from tickets.money import decimals_of, words
from tickets.services.texts import clean_text, needed

#: Files that one request may point at.
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Addition:
    """Something that the policy does not give, which the requester wants in the offer.

    `instead_of` names the rule that was excluded, where it is asked for against that.
    """

    kind: str
    title: str
    amount: int | None
    instead_of: str = ""


def request_exception(
    offer: Offer | Ticket,
    *,
    amounts: Mapping[int, int],
    reason: str,
    actor: Actor,
    now: dt.datetime,
    additions: Sequence[Addition] = (),
    evidence: str = "",
    attachments: Sequence[int] = (),
    currency: str = "",
    seen: int | None = None,
) -> ExceptionRequest:
    """Ask for other sums than policy or authority allow: {component id: minor units}.

    Of a draft; of a ticket that has none, such as after everything was granted, an empty one in
    `currency` is begun, to which `additions` go. `attachments` are keys of the ticket's files
    that show it. The draft stays as it is until somebody decides. Raises `Conflict` where one
    waits already, `NothingBeyond` where the one who asks may do it himself, `NobodyDecides` where
    nobody may, `NotAllowed` for others than people here.
    """
    why = needed(reason, what=_("a reason"), field="reason", limit=2000)
    if actor.user is None:
        raise NotAllowed(who=_("A person of the team"))
    key = offer.pk if isinstance(offer, Ticket) else offer.ticket_id
    with changing(key, actor=actor, now=now, seen=seen) as change:
        row = _draft(change, offer, currency, actor)
        if any(
            e.offer_id == row.pk and e.status in UNDECIDED for e in change.all(ExceptionRequest)
        ):
            raise Conflict("An exception for this offer waits already.", field="offer")
        parts = components_of(row)
        items = _items(parts, amounts, additions, _refused(row))
        lock_customer(change.ticket)
        request = ExceptionRequest(
            ticket=change.ticket,
            offer=row,
            status=ExceptionStatus.PENDING.value,
            items=items,
            currency=row.currency,
            policy_total=sum(item["policy"] or 0 for item in items),
            asked_total=sum(item["asked"] or 0 for item in items),
            reason=why,
            evidence=clean_text(evidence, field="evidence", limit=4000),
            attachments=_files(change, attachments),
            requester=actor.user,
            created_at=now,
        )
        because = _because(change, request, parts, actor)
        request.because = [one.as_json() for one in because]
        request.grounds = sorted({str(one.ground) for one in because})
        request.rules = rules_bent(items)
        levels = begin_route(change, request, parts)
        change.add(request)
        _record(change, row, request)
        tell(change, request, levels)
    return request


def _draft(change: Change, of: Offer | Ticket, currency: str, actor: Actor) -> Offer:
    """The draft that it is about. Raises `Invalid` for another currency, `OfferNotOpen`."""
    if isinstance(of, Offer):
        row = locked_offer(change, of.pk, OfferStatus.DRAFT)
    else:
        money = currency or change.ticket.loss_currency
        if not money:
            raise Missing(what=_("a currency"), field="currency")
        decimals_of(money)
        row = draft_in(change, money, actor)
        change.flush()
    if currency and row.currency != currency:
        raise Invalid("This offer is in {currency}.", currency=row.currency, field="currency")
    return row


def _files(change: Change, keys: Sequence[int]) -> list[int]:
    """The keys of files of this ticket. Raises `NotFound` for another one, `Invalid` for many."""
    wanted = list(dict.fromkeys(keys))
    if len(wanted) > MOST_FILES:
        raise Invalid("Name at most {most} files.", most=MOST_FILES, field="attachments")
    if not wanted:
        return []
    mine = Attachment.objects.filter(ticket=change.ticket.pk, pk__in=wanted)
    known = set(mine.values_list("pk", flat=True))
    for place, key in enumerate(wanted):
        if key not in known:
            raise NotFound(field=f"attachments.{place}")
    return wanted


def _because(
    change: Change, request: ExceptionRequest, parts: Sequence[OfferComponent], actor: Actor
) -> tuple[Because, ...]:
    """Why it needs somebody above. Raises `NothingBeyond`."""
    wanted, _ = planned(request.offer, parts, request.items, key="asked", reason="")
    with speaking("en"):  # kept with the request, for everybody
        standing = weigh(request.offer, wanted, ticket=change.ticket, actor=actor, now=change.now)
    above = "" if standing.allowed else standing.reason
    wishes = [wish_of(item) for item in request.items]
    found = grounds_of(wishes, refused=refused_of(request.offer), above=above)
    if not found:
        raise NothingBeyond(field="amounts")
    return found


def wish_of(item: Mapping[str, Any]) -> Wish:
    """One item of a request as the pure rules look at it."""
    most = item.get("most", item["policy"])
    return Wish(
        title=item["title"],
        kind=item["kind"],
        rule=item["rule"],
        asked=item["asked"],
        policy=item["policy"],
        most=most,
        open_end=bool(item["rule"]) and most is None and item["policy"] is not None,
        instead_of=item.get("instead_of", ""),
    )


def rules_bent(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """The rules that a request bends, "+credit" for what the policy does not give."""
    found = set()
    for item in items:
        if wish_of(item).beyond or (not item["rule"] and item["component"] is None):
            found.add(item["rule"] or item.get("instead_of") or f"+{item['kind']}")
    return sorted(found)


def refused_of(offer: Offer) -> list[dict[str, Any]]:
    """The rules that gave nothing when the offer was drafted."""
    found: list[dict[str, Any]] = (offer.explanation or {}).get("not_applied", [])
    return found


def _refused(offer: Offer) -> set[str]:
    return {item["rule"] for item in refused_of(offer)}


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
            "grounds": request.grounds,
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
    refused: set[str],
) -> list[dict[str, Any]]:
    at = _places(amounts, {part.pk for part in parts})
    items = []
    for part in parts:
        policy = part.amount if part.adjusted_from is None else part.adjusted_from
        asked = amounts.get(part.pk, part.amount)
        if part.owed and asked is not None and asked < (part.amount or 0):
            raise Invalid("A sum that the law gives is not lowered.", field=at[part.pk])
        if part.pk in amounts and part.amount is None:
            raise Invalid("{title} has no sum.", title=part.title, field=at[part.pk])
        if not part.rule:
            policy = None
        items.append(
            _item(
                part.pk,
                kind=part.kind,
                title=part.title,
                rule=part.rule,
                policy=policy,
                most=part.range_max if part.ranged else policy,
                asked=asked,
            )
        )
    known = {member.value for member in ComponentKind}
    for place, extra in enumerate(additions):
        one = f"additions.{place}"
        if extra.kind not in known:
            allowed = ", ".join(sorted(known))
            raise Invalid("A component is one of: {allowed}.", allowed=allowed, field=f"{one}.kind")
        if extra.amount is not None and extra.amount <= 0:
            raise Invalid("A sum is more than nothing.", field=f"{one}.amount")
        title = needed(extra.title, what=_("what it is"), field=f"{one}.title", limit=160)
        if extra.instead_of and extra.instead_of not in refused:
            raise NotFound(field=f"{one}.instead_of")
        items.append(
            _item(
                None,
                kind=extra.kind,
                title=title,
                rule="",
                policy=None,
                asked=extra.amount,
                instead_of=extra.instead_of,
            )
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
    most: int | None = None,
    instead_of: str = "",
) -> dict[str, Any]:
    return {
        "component": component,
        "kind": kind,
        "title": title,
        "rule": rule,
        "policy": policy,
        "most": most,
        "asked": asked,
        "decided": None,
        "instead_of": instead_of,
    }
