"""Goodwill budgets: which are about a grant, and what of each is used. Sums in minor units."""

import datetime as dt

from django.db.models import Q, Sum

from remedies.authority import Pot
from remedies.models import Budget, Offer, OfferComponent, Remedy
from remedies.rules.periods import Every, period_of
from remedies.rules.states import OfferStatus, RemedyStatus
from tickets.actors import Actor
from tickets.cached import Cached
from tickets.models import Ticket
from tickets.rules import Role


def _load() -> frozenset[tuple[int | None, int | None]]:
    return frozenset(Budget.objects.values_list("user_id", "team_id"))


#: Whose budgets there are; most desks have few, and then nothing is asked.
_owners = Cached(_load, Budget)
_OURS = Q(owed=False, loss=False)


def lock_budgets(ticket: Ticket, actor: Actor) -> None:
    """Hold the budgets that a grant on the ticket would use, to the end of the transaction.

    Two who give from one budget at the same instant take turns here. Always taken after the lock
    of the customer, and in order of their keys.
    """
    if not _are_about(ticket, actor):
        return
    rows = Budget.objects.select_for_update(no_key=True).filter(_about(ticket, actor))
    list(rows.order_by("pk").values_list("pk", flat=True))


def pots_of(
    ticket: Ticket,
    actor: Actor,
    *,
    currency: str,
    now: dt.datetime,
    besides: Offer | None = None,
) -> list[Pot]:
    """The budgets in `currency` of the person and of the ticket's team, with what is used of each
    in the period of `now`; `besides` is the offer that is being weighed, and so not counted."""
    if not _are_about(ticket, actor):
        return []
    rows = Budget.objects.filter(_about(ticket, actor), currency=currency)
    found = []
    for row in rows.select_related("user", "team"):
        period = period_of(Every(row.every), now)
        used = _used(row, period.start_at, besides)
        owner = "your budget" if row.user_id else f"the budget of {row.team}"
        found.append(Pot(f"in {owner} for {period.words}", currency, row.amount, used))
    return found


def _are_about(ticket: Ticket, actor: Actor) -> bool:
    """Whether there may be a budget of the person or the team."""
    person = actor.user.pk if actor.user is not None else None
    return any(user == person if user else team == ticket.team_id for user, team in _owners())


def _about(ticket: Ticket, actor: Actor) -> Q:
    mine = Q(user=actor.user) if actor.user is not None else Q(pk__in=[])
    # A team's budget that is used up is a reason for an exception: those above may go beyond it.
    above = actor.user is not None and actor.user.role != Role.REP
    return mine if above else mine | Q(team=ticket.team_id)


def _used(row: Budget, since: dt.datetime, besides: Offer | None) -> int:
    """What was granted in the period and stands, and what open offers promise."""
    if row.user_id is not None:
        # What somebody above approved is not of his budget.
        granted = Q(granted_by=row.user_id, exception=None)
        promised = Q(offer__sent_by=row.user_id) & ~Q(offer__exceptions__status__in=_APPROVED)
    else:
        granted, promised = Q(ticket__team=row.team_id), Q(offer__ticket__team=row.team_id)
    remedies = Remedy.objects.filter(granted, _OURS, currency=row.currency, granted_at__gte=since)
    standing = remedies.exclude(status=RemedyStatus.REVERSED.value)
    components = OfferComponent.objects.filter(
        promised, _OURS, offer__status=OfferStatus.SENT.value, offer__currency=row.currency
    )
    if besides is not None:
        components = components.exclude(offer=besides)
    sums = [rows.aggregate(total=Sum("amount"))["total"] or 0 for rows in (standing, components)]
    return sum(sums)


_APPROVED = ("approved", "amended")
