"""Goodwill budgets: which are about a grant, and what of each is used. Sums in minor units."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext

from remedies.authority import Pot
from remedies.models import Budget, ExceptionRequest, Offer, OfferComponent, Remedy
from remedies.rules.periods import Every, period_of
from remedies.rules.states import GRANTED, OfferStatus, RemedyStatus
from remedies.services.gifts import component_gift, remedy_gift
from tickets.actors import Actor
from tickets.cached import Cached
from tickets.models import Ticket
from tickets.rules import Role


def _load() -> frozenset[tuple[int | None, int | None]]:
    return frozenset(Budget.objects.values_list("user_id", "team_id"))


#: Whose budgets there are; most desks have few, and then nothing is asked.
_owners = Cached(_load, Budget)


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
        told = {"team": row.team, "period": period.words}
        words = gettext("in the budget of %(team)s for %(period)s") % told
        label = gettext("The budget of %(team)s for %(period)s") % told
        if row.user_id:
            words = gettext("in your budget for %(period)s") % told
            label = gettext("Your budget for %(period)s") % told
        found.append(Pot(words, currency, row.amount, used, label, of_team=not row.user_id))
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
    """What was granted in the period and stands, and what is promised: by open offers, and by
    drafts that somebody above said yes to."""
    approved = _approved(OuterRef("offer"))
    sent, drafted = (
        Q(offer__status=OfferStatus.SENT.value),
        Q(offer__status=OfferStatus.DRAFT.value),
    )
    if row.user_id is not None:
        # What somebody above approved is of his budget, and not of that of the one who sent it.
        granted = Q(granted_by=row.user_id, exception=None) | Q(exception__decider=row.user_id)
        his = Q(Exists(approved.filter(decider=row.user_id)))
        promised = (sent & Q(offer__sent_by=row.user_id) & ~Q(Exists(approved))) | (
            (sent | drafted) & his
        )
    else:
        granted = Q(ticket__team=row.team_id)
        promised = Q(offer__ticket__team=row.team_id) & (sent | (drafted & Q(Exists(approved))))
    remedies = Remedy.objects.filter(granted, currency=row.currency, granted_at__gte=since)
    standing = remedies.exclude(status=RemedyStatus.REVERSED.value)
    components = OfferComponent.objects.filter(promised, offer__currency=row.currency)
    if besides is not None:
        components = components.exclude(offer=besides)
    given = standing.aggregate(total=Sum(remedy_gift()))["total"] or 0
    return given + (components.aggregate(total=Sum(component_gift()))["total"] or 0)


def _approved(offer: OuterRef) -> QuerySet[ExceptionRequest]:
    granted = [status.value for status in GRANTED]
    return ExceptionRequest.objects.filter(offer=offer, status__in=granted)
