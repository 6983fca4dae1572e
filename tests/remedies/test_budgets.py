"""Budgets of goodwill: bounded for a person and a team, anew in each period."""

import datetime as dt
import itertools

import pytest
from django.db import IntegrityError, transaction

from remedies import services as remedies
from remedies.errors import AboveAuthority
from remedies.models import Budget, Offer
from tests.builders import NOW, Desk, make_customer, user
from tests.remedies.builders import draft_of, make_hurt, sent_offer
from tickets.actors import Actor
from tickets.models import Team, Ticket

pytestmark = pytest.mark.django_db

#: What a rep may give on one ticket of pain 4: the credit of £90; the refund is a proven loss.
CREDIT = 9000
_people = itertools.count()


def budget(amount: int, **whose: object) -> Budget:
    """So much in pounds each month."""
    return Budget.objects.create(currency="GBP", amount=amount, **whose)


def hurt(desk: Desk, now: dt.datetime = NOW) -> Ticket:
    """A complaint of somebody who never complained before."""
    return make_hurt(desk, customer=make_customer(email=f"{next(_people)}@example.com"), now=now)


def test_a_person_gives_no_more_than_his_budget_of_the_month(remedy_desk: Desk) -> None:
    budget(CREDIT, user=remedy_desk.alice)
    sent_offer(remedy_desk, hurt(remedy_desk))
    with pytest.raises(AboveAuthority, match="over your limit of £90 in your budget for November"):
        sent_offer(remedy_desk, hurt(remedy_desk))
    # Somebody else has his own, or none.
    sent_offer(remedy_desk, hurt(remedy_desk), actor=user(remedy_desk.bob))


def test_the_next_month_begins_anew(remedy_desk: Desk) -> None:
    budget(CREDIT, user=remedy_desk.alice)
    first = hurt(remedy_desk)
    offer = sent_offer(remedy_desk, first)
    remedies.accept_offer(offer, actor=Actor.of_customer(first.customer), now=NOW)
    later = NOW + dt.timedelta(days=10)
    assert sent_offer(remedy_desk, hurt(remedy_desk, now=later), now=later).status == "sent"


def test_an_offer_that_was_withdrawn_uses_nothing(remedy_desk: Desk) -> None:
    budget(CREDIT, user=remedy_desk.alice)
    offer = sent_offer(remedy_desk, hurt(remedy_desk))
    remedies.withdraw_offer(offer, reason="A mistake.", actor=user(remedy_desk.alice), now=NOW)
    assert sent_offer(remedy_desk, hurt(remedy_desk)).status == "sent"


def test_a_team_gives_no_more_than_its_budget_whoever_gives(remedy_desk: Desk) -> None:
    ticket = hurt(remedy_desk)
    budget(CREDIT, team=ticket.team)
    sent_offer(remedy_desk, ticket)
    with pytest.raises(AboveAuthority, match="in the budget of"):
        sent_offer(remedy_desk, hurt(remedy_desk), actor=user(remedy_desk.bob))
    sent_offer(remedy_desk, hurt(remedy_desk), actor=user(remedy_desk.sue))  # above it


def test_what_is_left_of_a_budget_is_seen_before_anything_is_typed(remedy_desk: Desk) -> None:
    budget(2 * CREDIT, user=remedy_desk.alice)
    sent_offer(remedy_desk, hurt(remedy_desk))
    decision = remedies.weigh(
        None, [], ticket=hurt(remedy_desk), actor=user(remedy_desk.alice), now=NOW, currency="GBP"
    )
    (meter,) = [meter for meter in decision.meters if meter.span == "budget"]
    assert (meter.left, meter.limit) == (CREDIT, 2 * CREDIT)
    assert meter.words() == "£90 left of £180 in your budget for November 2026"


def test_a_budget_in_another_currency_is_not_asked(remedy_desk: Desk) -> None:
    Budget.objects.create(currency="EUR", amount=1, user=remedy_desk.alice)
    assert sent_offer(remedy_desk, hurt(remedy_desk)).status == "sent"


def test_the_database_knows_whose_a_budget_is(remedy_desk: Desk) -> None:
    for whose in ({}, {"user": remedy_desk.alice, "team": Team.objects.first()}):
        with pytest.raises(IntegrityError, match="budget_of_one"), transaction.atomic():
            budget(1, **whose)
    budget(1, user=remedy_desk.alice)
    with pytest.raises(IntegrityError, match="budget_of_person_once"), transaction.atomic():
        budget(2, user=remedy_desk.alice)


def test_a_sum_set_by_law_is_of_no_budget(remedy_desk: Desk) -> None:
    budget(0, user=remedy_desk.alice)
    ticket = hurt(remedy_desk)
    draft = draft_of(ticket)
    draft.components.exclude(rule="L-1").delete()
    Offer.objects.filter(pk=draft.pk).update(total=3140)
    assert sent_offer(remedy_desk, ticket).status == "sent"
