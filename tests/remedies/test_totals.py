"""Totals agree with entries: the database refuses otherwise, and no sequence of acts gets there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remedies import services as remedies
from remedies.models import Offer, OfferComponent, Remedy, RemedyEntry
from remedies.services.offers import STANDS
from tests.builders import NOW, Desk, user
from tests.remedies.builders import draft_of, make_hurt, sent_offer
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.errors import DomainError
from tickets.models import Ticket
from tickets.money import Money

pytestmark = pytest.mark.django_db


def at_commit() -> None:
    """Have the database check now what it checks when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def accepted(desk: Desk) -> Remedy:
    """The credit of £90 of an accepted offer."""
    ticket = make_hurt(desk)
    offer = sent_offer(desk, ticket)
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    return Remedy.objects.get(ticket=ticket, rule="M-4")


def refused(write: Callable[[], Any]) -> str:
    """What the database says to a transaction that writes this; "" where it takes it."""
    try:
        with transaction.atomic():
            write()
            at_commit()
    except IntegrityError as error:
        return str(error)
    return ""


def entry(kind: str, amount: int, currency: str) -> str:
    """The SQL of one more line about the credit."""
    into = "remedy_id, kind, amount, currency, at, actor_name, reason, gateway_ref"
    values = f"id, '{kind}', {amount}, '{currency}', granted_at, 'x', '', ''"
    source = "FROM remedies_remedy WHERE rule = 'M-4'"
    return f"INSERT INTO remedies_remedyentry ({into}) SELECT {values} {source}"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE remedies_remedy SET status = 'reversed'",
        "UPDATE remedies_remedy SET status = 'failed'",
        "UPDATE remedies_remedy SET status = 'fulfilled', fulfilled_at = granted_at",
        entry("reversed", -1, "GBP"),
        entry("fulfilled", 0, "EUR"),
        "UPDATE remedies_offer SET total = total + 1",
    ],
)
def test_the_database_refuses_a_total_that_is_not_that_of_its_entries(
    remedy_desk: Desk, sql: str
) -> None:
    accepted(remedy_desk)
    assert refused(lambda: None) == ""
    with connection.cursor() as cursor:
        assert re.search("disagree|add up", refused(lambda: cursor.execute(sql)))


def test_a_remedy_without_an_entry_is_refused(remedy_desk: Desk) -> None:
    credit = accepted(remedy_desk)
    slipped_in = Remedy(
        ticket=credit.ticket,
        kind="credit",
        title="Slipped in",
        amount=100,
        currency="GBP",
        status="granted",
        granted_under="nobody",
        granted_at=NOW,
        gateway="manual",
    )
    assert "disagree" in refused(slipped_in.save)


def test_a_component_that_is_taken_off_takes_its_sum_along(remedy_desk: Desk) -> None:
    draft = draft_of(make_hurt(remedy_desk))
    parts = OfferComponent.objects.filter(offer=draft, rule="M-4")
    assert "add up" in refused(parts.delete)


# -- any sequence of acts ----------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """One thing that somebody tries; `pick` chooses among what there is."""

    name: str
    pick: int
    amount: int


NAMES = (
    "adjust add remove send accept part decline redraft withdraw fulfil fail reverse expire facts"
)
ACTS = st.lists(
    st.builds(Act, st.sampled_from(NAMES.split()), st.integers(0, 5), st.integers(1, 20_000)),
    min_size=1,
    max_size=14,
)


class Story:
    """A ticket to which anything may be done, in any order."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ticket: Ticket = make_hurt(desk)
        self.sue = user(desk.sue)

    def do(self, act: Act) -> None:
        """Try it. What the domain refuses changes nothing, which is the point as well."""
        method: Callable[[Act], Any] = getattr(self, act.name)
        try:
            with transaction.atomic():
                method(act)
        except DomainError:
            pass

    def _offer(self, status: str) -> Offer:
        found = Offer.objects.filter(ticket=self.ticket, status=status).first()
        if found is None:
            raise DomainError
        return found

    def _part(self, offer: Offer, pick: int) -> OfferComponent:
        parts = list(offer.components.all())
        if not parts:
            raise DomainError
        return parts[pick % len(parts)]

    def _remedy(self, pick: int) -> Remedy:
        found = list(Remedy.objects.filter(ticket=self.ticket).order_by("id"))
        if not found:
            raise DomainError
        return found[pick % len(found)]

    def adjust(self, act: Act) -> None:
        offer = self._offer("draft")
        part = self._part(offer, act.pick)
        remedies.adjust_component(
            offer, part.pk, act.amount, reason="Fair", actor=self.sue, now=NOW
        )

    def add(self, act: Act) -> None:
        remedies.add_component(
            self.ticket, kind="gift", title="A gift", amount=act.amount, currency="GBP",
            reason="Kind", actor=self.sue, now=NOW,
        )  # fmt: skip

    def remove(self, act: Act) -> None:
        offer = self._offer("draft")
        part = self._part(offer, act.pick)
        remedies.remove_component(offer, part.pk, reason="No", actor=self.sue, now=NOW)

    def send(self, act: Act) -> None:
        self._offer("draft")
        sent_offer(self.desk, self.ticket, actor=self.sue)

    def accept(self, act: Act) -> None:
        remedies.accept_offer(self._offer("sent"), actor=SYSTEM, now=NOW)

    def part(self, act: Act) -> None:
        offer = self._offer("sent")
        one = self._part(offer, act.pick)
        remedies.accept_offer(offer, components=[one.pk], actor=SYSTEM, now=NOW)

    def decline(self, act: Act) -> None:
        remedies.decline_offer(self._offer("sent"), wish="More", actor=SYSTEM, now=NOW)

    def redraft(self, act: Act) -> None:
        remedies.redraft(self.ticket, actor=self.sue, now=NOW)

    def withdraw(self, act: Act) -> None:
        remedies.withdraw_offer(self._offer("sent"), reason="Wrong", actor=self.sue, now=NOW)

    def fulfil(self, act: Act) -> None:
        remedies.fulfil_remedy(self._remedy(act.pick), actor=self.sue, now=NOW)

    def fail(self, act: Act) -> None:
        remedies.fail_remedy(self._remedy(act.pick), reason="Closed", actor=self.sue, now=NOW)

    def reverse(self, act: Act) -> None:
        remedies.reverse_remedy(self._remedy(act.pick), reason="Twice", actor=self.sue, now=NOW)

    def expire(self, act: Act) -> None:
        remedies.expire_next(now=NOW + STANDS)

    def facts(self, act: Act) -> None:
        services.set_loss(self.ticket, Money(act.amount, "GBP"), actor=self.sue, now=NOW)


def owed_now(ticket: Ticket) -> int:
    """What the customer was granted and keeps, by the remedies."""
    standing = Remedy.objects.filter(ticket=ticket).exclude(status="reversed")
    return sum(row.amount or 0 for row in standing)


@pytest.mark.slow
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS, begun=st.sampled_from([(), ("send",), ("send", "accept"), ("send", "part")]))
def test_whatever_is_done_totals_agree_with_entries(
    remedy_desk: Desk, acts: list[Act], begun: tuple[str, ...]
) -> None:
    with transaction.atomic():
        story = Story(remedy_desk)
        for name in begun:
            story.do(Act(name, 0, 0))
        at_commit()
        for act in acts:
            story.do(act)
            at_commit()  # the database's own check, after each act
            ticket = story.ticket
            entries = RemedyEntry.objects.filter(remedy__ticket=ticket)
            assert sum(entry.amount for entry in entries) == owed_now(ticket)
            for offer in Offer.objects.filter(ticket=ticket):
                assert offer.total == sum(part.amount or 0 for part in offer.components.all())
            for remedy in Remedy.objects.filter(ticket=ticket).prefetch_related("entries"):
                kinds = [entry.kind for entry in remedy.entries.all()]
                assert kinds.count("granted") == 1 and kinds.count("reversed") <= 1
                assert (remedy.status == "reversed") == ("reversed" in kinds)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM remedies_ledger_disagreement")
                assert cursor.fetchone() == (0,)
        transaction.set_rollback(True)
