"""What a person may grant alone, and what is left of it, read under the customer's lock."""

import datetime as dt

from django.db.models import Q, Sum

from remedies.authority import Asked, Decision, Limit, Used, decide
from remedies.errors import AboveAuthority
from remedies.models import Authority, Grantor, Offer, OfferComponent, Remedy
from remedies.rules.draft import ComponentKind
from remedies.rules.states import OfferStatus, RemedyStatus
from remedies.services.budgets import lock_budgets, pots_of
from tickets.actors import Actor
from tickets.cached import Cached
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
    """On whose account somebody grants: his role, or "client"; "" for a customer or the desk."""
    if actor.kind is ActorKind.CLIENT:
        return Grantor.CLIENT.value
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
    return Used(
        ticket=_sums(Q(ticket=ticket), Q(offer__ticket=ticket), currency, besides),
        customer={
            days: _sums(
                Q(
                    ticket__customer_id=ticket.customer_id,
                    granted_at__gt=now - dt.timedelta(days=days),
                ),
                Q(offer__ticket__customer_id=ticket.customer_id),
                currency,
                besides,
            )
            for days in periods
        },
    )


def _sums(
    remedies: Q, components: Q, currency: str, besides: Offer | None
) -> dict[ComponentKind, int]:
    ours = Q(owed=False, loss=False)
    granted = (
        Remedy.objects.filter(remedies, ours, currency=currency)
        .exclude(status=RemedyStatus.REVERSED.value)
        .values("kind")
        .annotate(total=Sum("amount"))
    )
    promised = OfferComponent.objects.filter(
        components, ours, offer__status=OfferStatus.SENT.value, offer__currency=currency
    )
    if besides is not None:
        promised = promised.exclude(offer=besides)
    found: dict[ComponentKind, int] = {}
    for line in [*granted, *promised.values("kind").annotate(total=Sum("amount"))]:
        kind = ComponentKind(line["kind"])
        found[kind] = found.get(kind, 0) + (line["total"] or 0)
    return found


def weigh(
    offer: Offer | None,
    components: list[OfferComponent],
    *,
    ticket: Ticket,
    actor: Actor,
    now: dt.datetime,
    currency: str = "",
) -> Decision:
    """Whether `actor` may grant these components by himself, and what is left of each limit.

    Without an offer (and with no components), what he may grant in `currency` before he types.
    """
    money = offer.currency if offer is not None else currency
    limits = limits_of(actor)
    periods = {limit.period_days for limit in limits if limit.per_customer is not None}
    used = used_on(ticket, currency=money, periods=periods, now=now, besides=offer)
    asked = [
        Asked(ComponentKind(part.kind), part.amount, owed=part.owed, loss=part.loss)
        for part in components
    ]
    pots = pots_of(ticket, actor, currency=money, now=now, besides=offer)
    return decide(limits, asked, used, currency=money, pots=pots)


def check_authority(
    offer: Offer,
    components: list[OfferComponent],
    *,
    ticket: Ticket,
    actor: Actor,
    now: dt.datetime,
) -> Decision:
    """As `weigh`, raising `AboveAuthority` with the reason where he may not.

    The caller holds the customer's lock; here the budgets are held too.
    """
    lock_budgets(ticket, actor)
    decision = weigh(offer, components, ticket=ticket, actor=actor, now=now)
    if not decision.allowed:
        raise AboveAuthority(why=decision.reason, field="amount")
    return decision
