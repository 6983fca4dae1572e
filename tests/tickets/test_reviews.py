"""A decision is looked at again: in its time, by another person, and what came of it is counted."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.actors import Actor
from tickets.days import plus_months
from tickets.errors import Conflict, Invalid, Missing, ReviewTooLate, SameReviewer
from tickets.models import Event, Recourse, Review, Ticket
from tickets.recourse import may_still_ask, recourse_of
from tickets.rules import is_better

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def decided(desk: Desk, outcome: str = "not_upheld", **over: Any) -> Ticket:
    """A complaint that alice took and decided."""
    ticket = make_ticket(desk, **over)
    alice = user(desk.alice)
    services.take(ticket, actor=alice, now=NOW)
    for point in ticket.points.all():
        services.decide_point(ticket, point.pk, outcome=outcome, actor=alice, now=NOW)
    ticket.refresh_from_db()
    return ticket


def ask(ticket: Ticket, now: dt.datetime = NOW, **over: Any) -> Review:
    """The customer asks for a review."""
    services.ask_review(
        ticket, reason="Page two!", actor=Actor.of_customer(ticket.customer), now=now,
        **over,
    )  # fmt: skip
    ticket.refresh_from_db()
    return Review.objects.get(ticket=ticket, stage="2")


def limited(desk: Desk, **over: Any) -> Recourse:
    """A review within 30 days, and an ombudsman within six months."""
    values = {
        "review_days": 30, "body": "the Communications Ombudsman",
        "body_address": "PO Box 1, Warrington", "body_months": 6, "body_note": "It is free.",
    }  # fmt: skip
    return Recourse.objects.create(**{**values, **over})


def test_a_review_may_be_asked_for_to_the_end_of_its_last_day(desk: Desk) -> None:
    limited(desk)
    last = dt.datetime(2026, 12, 24, 23, 59, 59, tzinfo=dt.UTC)
    in_time, late = decided(desk), decided(desk)
    assert may_still_ask(in_time, now=last)
    assert not may_still_ask(late, now=last + dt.timedelta(seconds=1))
    assert ask(in_time, last).late_because == ""
    with pytest.raises(
        ReviewTooLate, match=r"until 24 December 2026\. You may also turn to the Com"
    ):
        ask(late, last + dt.timedelta(seconds=1))
    assert not Review.objects.filter(ticket=late).exists()


def test_one_of_us_may_look_at_it_all_the_same_and_says_why(desk: Desk) -> None:
    limited(desk, review_days=1)
    ticket = decided(desk)
    late = NOW + 5 * DAY
    with pytest.raises(ReviewTooLate):
        services.ask_review(ticket, reason="New photo", actor=user(desk.bob), now=late)
    with pytest.raises(ReviewTooLate):
        ask(ticket, late, late_because="I was ill")
    services.ask_review(
        ticket, reason="New photo", late_because="She was in hospital", actor=user(desk.bob),
        now=late,
    )  # fmt: skip
    assert Review.objects.get(ticket=ticket).late_because == "She was in hospital"
    asked = Event.objects.get(ticket=ticket, type="review_asked")
    assert asked.data["late_because"] == "She was in hospital"


def test_without_a_limit_there_is_none(desk: Desk) -> None:
    assert ask(decided(desk), NOW + 300 * DAY).stage == "2"


def test_the_way_of_the_nearest_category_holds(desk: Desk) -> None:
    limited(desk, review_days=10)
    limited(desk, category=desk.broadband, review_days=20)
    assert recourse_of(make_ticket(desk)).review_days == 20
    assert recourse_of(make_ticket(desk, category=desk.flights)).review_days == 10
    with pytest.raises(IntegrityError), transaction.atomic():
        limited(desk)


def test_nobody_who_decided_before_decides_the_review(desk: Desk) -> None:
    ticket = decided(desk)
    services.decide_point(
        ticket, ticket.points.get().pk, outcome="not_upheld", actor=user(desk.sue), now=NOW
    )
    review = ask(ticket)
    assert set(review.deciders) == {desk.alice.pk, desk.sue.pk}
    point = ticket.points.get().pk
    for person in (desk.alice, desk.sue):
        with pytest.raises(SameReviewer):
            services.decide_point(ticket, point, outcome="upheld", actor=user(person), now=NOW)
        with pytest.raises(Invalid, match="had a part in it"):
            services.take(ticket, actor=user(person), now=NOW)
    with pytest.raises(Conflict, match="reviewed already"):
        ask(ticket)
    services.take(ticket, actor=user(desk.bob), now=NOW)
    services.decide_point(ticket, point, outcome="not_upheld", actor=user(desk.bob), now=NOW + DAY)
    review.refresh_from_db()
    assert (review.decided_by, review.overturned) == (desk.bob, False)


def test_a_reviewer_is_none_of_them(desk: Desk) -> None:
    ticket = decided(desk)
    services.hand_over(ticket, desk.bob, brief="On leave", actor=user(desk.alice), now=NOW)
    with pytest.raises(Invalid, match="another person"):
        ask(ticket, reviewer=desk.alice)
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("before", "after", "overturned"),
    [
        ("not_upheld", "upheld", True),
        ("not_upheld", "partly_upheld", True),
        ("partly_upheld", "upheld", True),
        ("out_of_scope", "partly_upheld", True),
        ("not_upheld", "not_upheld", False),
        ("upheld", "partly_upheld", False),
        ("upheld", "not_upheld", False),
        ("not_upheld", "withdrawn", False),
    ],
)
def test_what_is_better_for_the_customer_overturns(
    desk: Desk, before: str, after: str, overturned: bool
) -> None:
    assert is_better(before, after) is overturned
    ticket = decided(desk, before)
    review = ask(ticket)
    services.decide_point(
        ticket, ticket.points.get().pk, outcome=after, because="rule_misread",
        actor=user(desk.bob), now=NOW + DAY,
    )  # fmt: skip
    review.refresh_from_db()
    assert review.overturned is overturned
    assert review.decided_at == NOW + DAY
    told = Event.objects.filter(ticket=ticket, type="decision_overturned")
    assert told.exists() is overturned
    if overturned:
        data = told.get().data
        assert (data["from"], data["to"], data["because"]) == (before, after, "rule_misread")
        assert review.because == "rule_misread"


def test_who_overturns_says_why(desk: Desk) -> None:
    ticket = decided(desk)
    ask(ticket)
    point, bob = ticket.points.get().pk, user(desk.bob)
    with pytest.raises(Missing, match="why the first decision did not hold") as error:
        services.decide_point(ticket, point, outcome="upheld", actor=bob, now=NOW)
    assert error.value.field == "because"
    with pytest.raises(Invalid, match="facts_wrong"):
        services.decide_point(ticket, point, outcome="upheld", because="x", actor=bob, now=NOW)
    assert ticket.points.get().outcome == "not_upheld"


def test_an_outside_body_may_overturn_it_too(desk: Desk) -> None:
    ticket = decided(desk)
    services.escalate_to_external(ticket, body="Ombudsman", actor=user(desk.alice), now=NOW)
    services.decide_point(
        ticket, ticket.points.get().pk, outcome="upheld", because="outside_rule",
        actor=user(desk.alice), now=NOW + DAY,
    )  # fmt: skip
    review = Review.objects.get(ticket=ticket)
    assert (review.stage, review.overturned, review.why) == ("external", True, "Ombudsman")


def test_a_split_takes_along_what_was_decided_before(desk: Desk) -> None:
    ticket = decided(desk, points=["No internet", "Nobody came"])
    ask(ticket)
    services.take(ticket, actor=user(desk.bob), now=NOW)
    moving = ticket.points.get(text="Nobody came")
    new = services.split_ticket(ticket, [moving.pk], reason="Two", actor=user(desk.bob), now=NOW)
    there = Review.objects.get(ticket=new)
    assert there.before == {str(moving.pk): "not_upheld"}
    assert desk.alice.pk in there.deciders
    with pytest.raises(SameReviewer):
        services.decide_point(new, moving.pk, outcome="upheld", actor=user(desk.alice), now=NOW)
    assert str(moving.pk) not in Review.objects.get(ticket=ticket).before


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 28)),
        (dt.date(2026, 11, 24), 6, dt.date(2027, 5, 24)),
        (dt.date(2026, 12, 31), 12, dt.date(2027, 12, 31)),
        (dt.date(2028, 1, 30), 1, dt.date(2028, 2, 29)),
        (dt.date(2026, 11, 30), 1, dt.date(2026, 12, 30)),
    ],
)
def test_months_end_with_the_month(day: dt.date, months: int, then: dt.date) -> None:
    assert plus_months(day, months) == then
