"""A policy tried on the past: what it would have given, against the policies in force.

Tickets stream through in batches, each in a read-only transaction; only sums are kept. Several
processes may each take a part. Whoever runs it sees how far it is, and can stop it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from remedies.active import Active, active, compiled
from remedies.authority import NOTHING_USED, Asked, Limit, decide
from remedies.errors import FactWrong
from remedies.models import Grantor, Offer, RemedyPolicy
from remedies.rules import OfferDraft, Policy
from remedies.rules.comparing import NOTHING, Compared, Given, Tally, facts_digest
from remedies.services.authorities import limits_of_role
from remedies.services.drafting import evaluate_for
from remedies.services.pasts import pasts_of
from remedies.services.situations import Situation
from tickets.catalogue import catalogue
from tickets.models import Ticket

BATCH = 1000


@dataclass(frozen=True)
class Period:
    """Tickets received from `since` and before `until` (aware moments)."""

    since: dt.datetime
    until: dt.datetime

    def count(self) -> int:
        """How many there are."""
        return Ticket.objects.filter(**self._where()).count()

    def batches(self) -> Iterator[list[int]]:
        """Their keys in order, a batch at a time."""
        after = 0
        while True:
            rows = Ticket.objects.filter(**self._where(), pk__gt=after).order_by("pk")
            keys = list(rows.values_list("pk", flat=True)[:BATCH])
            if not keys:
                return
            yield keys
            after = keys[-1]

    def _where(self) -> dict[str, dt.datetime]:
        return {"received_at__gte": self.since, "received_at__lt": self.until}


@dataclass(frozen=True)
class Sides:
    """The policies as they are, and as they would be."""

    now: Active
    then: Active

    @classmethod
    def with_draft(cls, source: str, *, beside: str = "") -> "Sides":
        """The policies in force, and those with the one of this text in the place of its key.

        With `beside`, another text, that one stands for what is in force. Raises `PolicyInvalid`.
        """
        in_force = active()
        then = in_force.with_policy(stand_in(source))
        now = in_force.with_policy(stand_in(beside)) if beside else in_force
        return cls(now, then)


def stand_in(source: str) -> RemedyPolicy:
    """A policy that is not stored, as evaluations take it. Raises `PolicyInvalid`."""
    policy = compiled(source)
    return RemedyPolicy(
        key=policy.name, title=policy.title, source=source, categories=list(policy.categories)
    )


def backtest(keys: list[int], sides: Sides, *, now: dt.datetime) -> Tally:
    """The tally of the tickets with these keys."""
    tally = Tally(looked_at=len(keys))
    limits = limits_of_role(Grantor.REP.value)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        tickets = list(Ticket.objects.filter(pk__in=keys).select_related("customer").order_by("pk"))
        offered = _offered(keys)
        for ticket, situation in pasts_of(tickets, now=now):
            one = _compared(ticket, situation, sides, limits, offered.get(ticket.pk), now, tally)
            if one is not None:
                tally.add(one)
    return tally


def _compared(
    ticket: Ticket,
    situation: Situation,
    sides: Sides,
    limits: list[Limit],
    offered: int | None,
    now: dt.datetime,
    tally: Tally,
) -> Compared | None:
    """One ticket under both; None where the draft is not about it."""
    keys = catalogue().entry(ticket.category_id).keys
    before, after = sides.now.row_for(keys), sides.then.row_for(keys)
    if before is after or after is None:
        return None
    policy = compiled(after.source)
    draft = _evaluated(policy, situation, now)
    was = None if before is None else _evaluated(compiled(before.source), situation, now)
    if draft is None or (was is not None and was.currency != draft.currency):
        tally.unreadable += 1
        return None
    return Compared(
        number=ticket.number,
        currency=draft.currency,
        pain=ticket.pain or 0,
        now=NOTHING if was is None else Given.of(was, beyond=_beyond(was, limits)),
        then=Given.of(draft, beyond=_beyond(draft, limits)),
        facts=facts_digest(policy, draft),
        offered=offered,
    )


def _evaluated(policy: Policy, situation: Situation, now: dt.datetime) -> OfferDraft | None:
    """What the policy gives, as the product drafts it; None where too many facts are wrong."""
    try:
        return evaluate_for(policy, situation, now=now)[0]
    except FactWrong:
        return None


def _beyond(draft: OfferDraft, limits: list[Limit]) -> bool:
    """Whether a rep would have had to ask for an exception."""
    asked = [Asked(p.kind, p.amount, owed=p.owed, loss=p.loss) for p in draft.components]
    return not decide(limits, asked, NOTHING_USED, currency=draft.currency).allowed


def _offered(keys: list[int]) -> dict[int, int]:
    """By ticket: what was sent last."""
    rows = Offer.objects.filter(ticket__in=keys, sent_at__isnull=False).order_by("sent_at")
    return dict(rows.values_list("ticket_id", "total"))
