"""What a person may grant alone, and what is left of it, read under the customer's lock."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from remedies.authority import Asked, Decision, Limit, Pot, Room, Span, Used, decide, room_for
from remedies.errors import AboveAuthority
from remedies.models import (
    Authority,
    ExceptionRequest,
    Grantor,
    Offer,
    OfferComponent,
    Remedy,
)
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import GRANTED, OfferStatus, RemedyStatus
from remedies.services.budgets import lock_budgets, pots_of
from remedies.services.gifts import component_gift, remedy_gift
from tickets.actors import Actor
from tickets.cached import Cached
from tickets.kept import Asking, given
from tickets.models import Customer, Ticket
from tickets.rules import ActorKind


def _load() -> dict[str, list[Limit]]:
    limits: dict[str, list[Limit]] = {}
    for row in Authority.objects.all():
        limits.setdefault(row.role, []).append(
            Limit(
                currency=row.currency,
                kind=ComponentKind(row.kind) if row.kind else None,
                per_remedy=row.per_remedy,
                per_ticket=row.per_ticket,
                per_customer=row.per_customer,
                period_days=row.period_days,
            )
        )
    return limits


_limits = Cached(_load, Authority)


def role_of(actor: Actor) -> str:
    """On whose account somebody grants: his role, "client", or "policy" for the desk itself; "" for
    a customer."""
    if actor.kind is ActorKind.CLIENT:
        return Grantor.CLIENT.value
    if actor.kind is ActorKind.SYSTEM:
        return Grantor.POLICY.value
    return actor.user.role if actor.user is not None else ""


def limits_of(actor: Actor) -> list[Limit]:
    """The limits of somebody who grants."""
    return _limits().get(role_of(actor), [])


def limits_of_role(role: str) -> list[Limit]:
    """The limits of everybody with this role."""
    return _limits().get(role, [])


def lock_customer(ticket: Ticket) -> None:
    """Hold the customer's row to the end of the transaction.

    Two who grant to one customer at the same instant, on whatever tickets, take turns here.
    Always taken after the ticket's own lock.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=ticket.customer_id)


def used_on(
    ticket: Ticket,
    *,
    currency: str,
    periods: set[int],
    now: dt.datetime,
    besides: Offer | None = None,
) -> Used:
    """What counts already: discretionary remedies that stand, and offers that are open.

    `besides` is the offer that is being weighed, and so not counted.
    """
    besides_key = besides.pk if besides is not None else 0
    return Used(
        ticket=_sums(_ON_TICKET, currency, besides_key, ticket=ticket.pk),
        customer={
            days: _sums(
                _FOR_CUSTOMER,
                currency,
                besides_key,
                customer=ticket.customer_id,
                since=now - dt.timedelta(days=days),
            )
            for days in periods
        },
    )


#: What the customer was promised: an open offer, and a draft that somebody above said yes to.
PROMISED = Q(offer__status=OfferStatus.SENT.value) | (
    Q(offer__status=OfferStatus.DRAFT.value)
    & Exists(
        ExceptionRequest.objects.filter(
            offer=OuterRef("offer"), status__in=[status.value for status in GRANTED]
        )
    )
)


#: The sum of each kind: what was granted, and what is promised.
_Sums = tuple[Asking[tuple[str, int | None]], Asking[tuple[str, int | None]]]


def _asking(remedies: Q, components: Q) -> _Sums:
    def granted() -> QuerySet[Remedy, tuple[str, int | None]]:
        rows = Remedy.objects.filter(remedies, currency=given("currency"))
        sums = rows.exclude(status=RemedyStatus.REVERSED.value).values("kind")
        return sums.annotate(total=Sum(remedy_gift())).values_list("kind", "total")

    def promised() -> QuerySet[OfferComponent, tuple[str, int | None]]:
        rows = OfferComponent.objects.filter(
            components, PROMISED, offer__currency=given("currency")
        )
        sums = rows.exclude(offer=given("besides")).values("kind")
        return sums.annotate(total=Sum(component_gift())).values_list("kind", "total")

    return Asking(granted), Asking(promised)


_ON_TICKET = _asking(Q(ticket=given("ticket")), Q(offer__ticket=given("ticket")))
_FOR_CUSTOMER = _asking(
    Q(ticket__customer=given("customer"), granted_at__gt=given("since")),
    Q(offer__ticket__customer=given("customer")),
)


def _sums(of: _Sums, currency: str, besides: int, **which: object) -> dict[ComponentKind, int]:
    """By kind. Two queries."""
    found: dict[ComponentKind, int] = {}
    for asking in of:
        for key, total in asking(currency=currency, besides=besides, **which):
            kind = ComponentKind(key)
            found[kind] = found.get(kind, 0) + (total or 0)
    return found


def asked_of(components: Sequence[OfferComponent]) -> list[Asked]:
    """The components of an offer as limits look at them."""
    return [
        Asked(
            ComponentKind(part.kind),
            part.amount,
            owed=part.owed,
            loss=part.loss,
            policy=part.adjusted_from,
        )
        for part in components
    ]


def weigh(
    offer: Offer | None,
    components: list[OfferComponent],
    *,
    ticket: Ticket,
    actor: Actor,
    now: dt.datetime,
    currency: str = "",
    waived: Collection[Span] = (),
) -> Decision:
    """Whether `actor` may grant these components by himself, and what is left of each limit.

    Without an offer (and with no components), what he may grant in `currency` before he types.
    """
    money = offer.currency if offer is not None else currency
    limits, used, pots = _known(ticket, actor, money, now, besides=offer)
    return decide(limits, asked_of(components), used, currency=money, pots=pots, waived=waived)


def _known(
    ticket: Ticket, actor: Actor, currency: str, now: dt.datetime, *, besides: Offer | None
) -> tuple[list[Limit], Used, list[Pot]]:
    limits = limits_of(actor)
    periods = {limit.period_days for limit in limits if limit.per_customer is not None}
    used = used_on(ticket, currency=currency, periods=periods, now=now, besides=besides)
    pots = pots_of(ticket, actor, currency=currency, now=now, besides=besides)
    return limits, used, pots


@dataclass(frozen=True, slots=True)
class Rooms:
    """What somebody may still grant alone: by component of the draft, set anew, and by kind, for
    something more."""

    currency: str
    by_component: Mapping[int, Room]
    by_kind: Mapping[ComponentKind, Room]


def rooms_on(
    offer: Offer | None,
    components: Sequence[OfferComponent],
    *,
    ticket: Ticket,
    actor: Actor,
    now: dt.datetime,
    currency: str = "",
) -> Rooms:
    """What `actor` may grant on the ticket before he types, everything else staying as it is.

    As many queries as `weigh`, however many components there are.
    """
    money = offer.currency if offer is not None else currency
    limits, used, pots = _known(ticket, actor, money, now, besides=offer)
    every = asked_of(components)
    by_component = {
        part.pk: room_for(
            ComponentKind(part.kind),
            limits,
            [*every[:at], *every[at + 1 :]],
            used,
            currency=money,
            pots=pots,
        )
        for at, part in enumerate(components)
        if part.amount is not None and part.is_discretionary
    }
    by_kind = {
        kind: room_for(kind, limits, every, used, currency=money, pots=pots)
        for kind in ComponentKind
    }
    return Rooms(money, by_component, by_kind)


def check_authority(
    offer: Offer,
    components: list[OfferComponent],
    *,
    ticket: Ticket,
    actor: Actor,
    now: dt.datetime,
    waived: Collection[Span] = (),
) -> Decision:
    """As `weigh`, raising `AboveAuthority` with the reason where he may not.

    The caller holds the customer's lock; here the budgets are held too.
    """
    lock_budgets(ticket, actor)
    decision = weigh(offer, components, ticket=ticket, actor=actor, now=now, waived=waived)
    if not decision.allowed:
        raise AboveAuthority(why=decision.reason, field="amount")
    return decision
