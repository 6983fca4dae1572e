"""A policy tried on the past: what it would have given, against the policies in force.

Tickets stream through in batches, each in a read-only transaction; only sums are kept. Several
processes may each take a part. Whoever runs it sees how far it is, and can stop it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F, Value, Window
from django.db.models.functions import RowNumber

from remedies.active import Active, active, compiled
from remedies.authority import NOTHING_USED, Asked, Limit, decide
from remedies.errors import FactWrong
from remedies.models import Grantor, Offer, RemedyPolicy
from remedies.rules import OfferDraft, Policy
from remedies.rules.checks.comparing import NOTHING, Compared, Given, Tally, facts_digest
from remedies.rules.language.evaluation import work_out
from remedies.rules.language.given import read_facts, same_facts
from remedies.services.authorities import limits_of_role
from remedies.services.drafting import evaluate_for
from remedies.services.pasts import pasts_of
from remedies.services.situations import Situation
from tickets.catalogue import catalogue
from tickets.models import Ticket

BATCH = 1000


@dataclass(frozen=True)
class Period:
    """Tickets received from `since` and before `until` (aware moments), of `teams` (keys; None for
    all). What was merged into another ticket is not looked at twice."""

    since: dt.datetime
    until: dt.datetime
    teams: frozenset[int] | None = None

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

    def parts(self, size: int) -> Iterator[tuple[int, int, int]]:
        """Spans of keys with so many tickets each: first, last, and how many. One query."""
        rows = Ticket.objects.filter(**self._where())
        places = rows.annotate(
            part=(Window(RowNumber(), order_by=F("pk").asc()) - 1) / Value(size)
        ).values("pk", "part")
        sql, parameters = places.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(id), max(id), count(*)"  # noqa: S608 - the SQL is Django's own
                f" FROM ({sql}) AS t(id, part) GROUP BY part ORDER BY part",
                parameters,
            )
            yield from cursor.fetchall()

    def keys(self, first: int, last: int) -> list[int]:
        """The keys of its tickets from `first` to `last`."""
        rows = Ticket.objects.filter(**self._where(), pk__range=(first, last)).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    def _where(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "received_at__gte": self.since,
            "received_at__lt": self.until,
            "merged_into__isnull": True,
        }
        return found if self.teams is None else {**found, "team__in": self.teams}


class Pair(NamedTuple):
    """The policies for one ticket: in force, if any, and as it would be; and whether both know the
    same facts."""

    before: Policy | None
    after: Policy
    alike: bool


@lru_cache(maxsize=64)
def _pair(before: str, after: str) -> Pair:
    policy = compiled(after)
    if not before:
        return Pair(None, policy, alike=False)
    return Pair(compiled(before), policy, same_facts(compiled(before), policy))


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
        return cls.between(active(), source, beside=beside)

    @classmethod
    def between(cls, in_force: Active, source: str, *, beside: str = "") -> "Sides":
        """The same with others in force. Raises `PolicyInvalid`."""
        then = in_force.with_policy(stand_in(source))
        now = in_force.with_policy(stand_in(beside)) if beside else in_force
        return cls(now, then)

    def policies_for(self, ticket: Ticket) -> Pair | None:
        """What is in force for the ticket, and what would be; None where the draft is not about
        it."""
        keys = catalogue().entry(ticket.category_id).keys
        before, after = self.now.row_for(keys), self.then.row_for(keys)
        if before is after or after is None:
            return None
        return _pair(before.source if before is not None else "", after.source)


def stand_in(source: str) -> RemedyPolicy:
    """A policy that is not stored, as evaluations take it. Raises `PolicyInvalid`."""
    policy = compiled(source)
    return RemedyPolicy(
        key=policy.name, title=policy.title, source=source, categories=list(policy.categories)
    )


def backtest(keys: list[int], sides: Sides, *, now: dt.datetime) -> Tally:
    """The tally of the tickets with these keys, each as on the day when it was settled; what is
    open as it is `now`."""
    tally = Tally(looked_at=len(keys))
    limits = limits_of_role(Grantor.REP.value)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        tickets = list(Ticket.objects.filter(pk__in=keys).select_related("customer").order_by("pk"))
        offered = _offered(keys)
        for ticket, situation in pasts_of(tickets, now=now):
            pair = sides.policies_for(ticket)
            if pair is None:
                continue
            one = _compared(ticket, situation, pair, limits=limits, now=now)
            if one is None:
                tally.unreadable += 1
                continue
            if (sent := offered.get(ticket.pk)) is not None:
                one = _as_offered(one, situation, pair.after, sent)
            tally.add(one)
    return tally


def _compared(
    ticket: Ticket, situation: Situation, pair: Pair, *, limits: list[Limit], now: dt.datetime
) -> Compared | None:
    """One ticket under both; None where one of them can't read its facts."""
    was, draft = _both(situation, pair, now=ticket.resolved_at or now)
    if draft is None or (pair.before is not None and was is None):
        return None
    if was is not None and was.currency != draft.currency:
        return None
    then = Given.of(draft, beyond=_beyond(draft, limits))
    if was is None:
        given = NOTHING
    elif was.components == draft.components:
        given = then
    else:
        given = Given.of(was, beyond=_beyond(was, limits))
    return Compared(ticket.number, draft.currency, ticket.pain or 0, given, then)


def _both(
    situation: Situation, pair: Pair, *, now: dt.datetime
) -> tuple[OfferDraft | None, OfferDraft | None]:
    """What both give. Facts are read once for the two where both know the same ones."""
    if pair.before is not None and pair.alike:
        try:
            told = read_facts(pair.after, situation.facts, situation.currency)
        except FactWrong:
            pass  # below, what is wrong is left out as the product does it
        else:
            was, draft = (
                work_out(policy, told, now=now, explained=False)
                for policy in (pair.before, pair.after)
            )
            return was, draft
    return (
        None if pair.before is None else evaluated(pair.before, situation, now=now),
        evaluated(pair.after, situation, now=now),
    )


def evaluated(
    policy: Policy, situation: Situation, *, now: dt.datetime, explained: bool = False
) -> OfferDraft | None:
    """What the policy gives, as the product drafts it, without words unless `explained`; None
    where too many facts are wrong."""
    try:
        return evaluate_for(policy, situation, now=now, explained=explained)[0]
    except FactWrong:
        return None


def _as_offered(one: Compared, situation: Situation, policy: Policy, sent: int) -> Compared:
    """With what was really sent, and a mark of the facts; as it is where one of them is wrong."""
    try:
        told = read_facts(policy, situation.facts, one.currency)
    except FactWrong:
        return one
    return replace(one, facts=facts_digest(policy, told.typed, one.currency), offered=sent)


def _beyond(draft: OfferDraft, limits: list[Limit]) -> bool:
    """Whether a rep would have had to ask for an exception."""
    asked = [Asked(p.kind, p.amount, owed=p.owed, loss=p.loss) for p in draft.components]
    return not decide(limits, asked, NOTHING_USED, currency=draft.currency).allowed


def _offered(keys: list[int]) -> dict[int, int]:
    """By ticket: what was sent last."""
    rows = Offer.objects.filter(ticket__in=keys, sent_at__isnull=False).order_by("sent_at")
    return dict(rows.values_list("ticket_id", "total"))
