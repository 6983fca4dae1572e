"""What somebody weighs before he decides an exception: decisions in cases like it, and its cost."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum

from remedies.access import may_see_drafts, visible_exceptions
from remedies.authority import Pot
from remedies.models import ExceptionRequest, RuleProposal
from remedies.rules.states import DECIDED, GRANTED, ExceptionStatus, ProposalStatus
from remedies.services.budgets import pots_of
from tickets.access import Principal
from tickets.actors import Actor

#: Similar decisions that a case shows, and how far back one looks for them.
SIMILAR, LOOKS_BACK = 4, dt.timedelta(days=60)
_DECIDED = sorted(status.value for status in DECIDED)
_GRANTED = sorted(status.value for status in GRANTED)


@dataclass(frozen=True)
class Weighing:
    """Sums in minor units of the request's currency."""

    #: Decisions about the same rules in the same category: the newest; and how many of how many
    #: were approved since then.
    similar: tuple[ExceptionRequest, ...]
    approved: int
    decided: int
    since: dt.datetime
    #: Asked for beyond the policy, and given so by exceptions of this month so far.
    more: int
    month: int
    #: The team's budgets that it would come from, as they stand without it.
    budgets: tuple[Pot, ...]
    #: The changed rule that is proposed for exceptions like it.
    proposal: RuleProposal | None


def weighing_of(
    row: ExceptionRequest, who: Principal, *, now: dt.datetime, zone: dt.tzinfo
) -> Weighing:
    """All of it, as far as `who` may see it; months begin in his `zone`. The row comes with its
    ticket, offer and requester. Six queries at most."""
    similar, approved, decided = similar_to(row, who, now=now)
    return Weighing(
        similar=tuple(similar),
        approved=approved,
        decided=decided,
        since=now - LOOKS_BACK,
        more=more_of(row),
        month=max(month_total(who, row, now=now, zone=zone), 0),
        budgets=tuple(budgets_of(row, now=now)),
        proposal=proposal_for(row, who),
    )


def more_of(row: ExceptionRequest) -> int:
    """What is asked for beyond the policy, in minor units."""
    return max(row.asked_total - row.policy_total, 0)


def similar_to(
    row: ExceptionRequest, who: Principal, *, now: dt.datetime
) -> tuple[list[ExceptionRequest], int, int]:
    """Decisions of the last 60 days about the same rule in the same category: the newest, how
    many were approved, and how many there are. Two queries."""
    found = (
        visible_exceptions(who)
        .filter(
            status__in=_DECIDED,
            decided_at__gte=now - LOOKS_BACK,
            ticket__category_id=row.ticket.category_id,
        )
        .exclude(pk=row.pk)
    )
    if row.rules:
        found = found.filter(rules__overlap=row.rules)
    said_no = Count("pk", filter=Q(status=ExceptionStatus.DECLINED.value))
    counts = found.aggregate(all=Count("pk"), no=said_no)
    newest = found.select_related("ticket", "decider").order_by("-decided_at", "-id")[:SIMILAR]
    return list(newest), counts["all"] - counts["no"], counts["all"]


def month_total(who: Principal, row: ExceptionRequest, *, now: dt.datetime, zone: dt.tzinfo) -> int:
    """What exceptions of this month gave beyond policy, in minor units of the row's currency."""
    first = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    granted = visible_exceptions(who).filter(
        decided_at__gte=first, status__in=_GRANTED, currency=row.currency
    )
    beyond = Sum(F("decided_total") - F("policy_total"))
    return granted.aggregate(beyond=beyond)["beyond"] or 0


def budgets_of(row: ExceptionRequest, *, now: dt.datetime) -> list[Pot]:
    """The budgets of the ticket's team that it would come from; what is his own is not told."""
    actor = Actor.of_user(row.requester)
    pots = pots_of(row.ticket, actor, currency=row.currency, now=now, besides=row.offer)
    return [pot for pot in pots if pot.of_team]


def proposal_for(row: ExceptionRequest, who: Principal) -> RuleProposal | None:
    """The changed rule that Amends proposes for exceptions like this one. One query."""
    if not row.rules or not may_see_drafts(who):
        return None
    return RuleProposal.objects.filter(
        status=ProposalStatus.OPEN.value,
        rule__in=row.rules,
        category=row.ticket.category_id,
        currency=row.currency,
    ).first()
