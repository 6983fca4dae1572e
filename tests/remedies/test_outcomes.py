"""What complaints came to: counted as published returns count, and decisions that did not hold."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from remedies import services as remedies
from remedies.rules.reporting import TimeBand, reported_as
from remedies.services.outcomes import Outcomes, outcomes
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.remedies.test_fairness import DAY, WEEK, who
from tests.support.api import token_client
from tickets import services
from tickets.actors import Actor
from tickets.errors import Invalid, NotAllowed
from tickets.models import Point, Ticket, User
from tickets.services.status import outcome_of

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def settled(desk: Desk, *found: str, **over: Any) -> Ticket:
    """A complaint with these findings, resolved now."""
    name = f"Customer {Ticket.objects.count()}"
    texts = [f"Point {place}" for place in range(len(found))]
    ticket = make_ticket(desk, customer=make_customer(name), points=texts, **over)
    alice = user(desk.alice)
    for point, outcome in zip(ticket.points.order_by("id"), found, strict=True):
        services.decide_point(ticket, point.pk, outcome=outcome, actor=alice, now=NOW)
    services.resolve(ticket, actor=alice, now=NOW)
    return ticket


def reviewed(desk: Desk) -> None:
    """Two refusals that were looked at again: one held, one fell."""
    for overturned in (True, False):
        ticket = make_ticket(desk, customer=make_customer(f"C {overturned}"))
        point = ticket.points.get().pk
        finding = remedies.Finding(point, "not_upheld", "No.", basis="Terms, clause 4")  # type: ignore[arg-type]
        no = remedies.No(reason="No.", next_stage="Ask.")
        remedies.refuse(ticket, findings=[finding], no=no, actor=user(desk.alice), now=NOW - DAY)
        customer = Actor.of_customer(ticket.customer)
        services.ask_review(ticket, reason="Look", actor=customer, now=NOW)
        services.decide_point(
            ticket, point, outcome="upheld" if overturned else "not_upheld",
            because="rule_misread" if overturned else "", actor=user(desk.bob), now=NOW + HOUR,
        )  # fmt: skip


def seen(desk: Desk, person: User | None = None, **narrow: str) -> Outcomes:
    return outcomes(who(person or desk.mona), WEEK, **narrow)


@pytest.mark.parametrize(
    "found",
    [
        ("upheld",), ("partly_upheld",), ("not_upheld",), ("withdrawn",), ("out_of_scope",),
        ("upheld", "not_upheld"), ("partly_upheld", "not_upheld"), ("upheld", "withdrawn"),
        ("not_upheld", "out_of_scope"), ("out_of_scope", "withdrawn"), ("upheld", "partly_upheld"),
    ],
)  # fmt: skip
def test_the_database_counts_as_the_pure_side_does(desk: Desk, found: tuple[str, ...]) -> None:
    ticket = settled(desk, *found)
    outcome = outcome_of(list(Point.objects.filter(ticket=ticket)))
    assert outcome is not None
    told = seen(desk)
    assert told.findings == {outcome.value: 1}
    expected = reported_as(outcome)
    assert (told.total.upheld, told.total.rejected, told.total.neither) == (
        expected == "upheld", expected == "rejected", expected is None,
    )  # fmt: skip


def test_a_rejection_with_goodwill_stays_one_and_its_money_is_redress(desk: Desk) -> None:
    ticket = settled(desk, "not_upheld")
    services.reopen(ticket, reason="Goodwill", actor=user(desk.ada), now=NOW)
    ada = user(desk.ada)
    from tests.remedies.builders import set_limits

    set_limits("admin", per_ticket=100_000)
    part = remedies.add_component(
        ticket, kind="gift", title="Goodwill", amount=2500, currency="GBP", reason="Kind",
        actor=ada, now=NOW,
    )  # fmt: skip
    remedies.send_offer(part.offer, body="Dear customer", actor=ada, now=NOW)
    remedies.accept_offer(part.offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    services.resolve(ticket, actor=ada, now=NOW)
    told = seen(desk)
    assert (told.total.upheld, told.total.rejected) == (0, 1)
    assert [(one.currency, one.total) for one in told.redress] == [("GBP", 2500)]
    assert told.answers == {"closed_with_monetary_relief": 1}


def test_time_bands_are_of_calendar_days(desk: Desk) -> None:
    for days in (0, 28, 29, 56, 57, 300):
        settled(desk, "upheld", now=NOW - days * DAY)
    assert seen(desk).bands == {
        TimeBand.FOUR_WEEKS: 2, TimeBand.EIGHT_WEEKS: 2, TimeBand.LONGER: 2,
    }  # fmt: skip


def test_a_decision_that_did_not_hold_is_counted_by_rule_team_and_reason(desk: Desk) -> None:
    reviewed(desk)
    told = seen(desk).reviews
    assert [(one.key, one.count, one.overturned) for one in told["stage"]] == [("2", 2, 1)]
    assert [(one.name, one.count, one.overturned) for one in told["rule"]] == [
        ("Terms, clause 4", 2, 1)
    ]
    assert [(one.key, one.overturned) for one in told["team"]] == [("home", 1)]
    assert [(one.key, one.overturned) for one in told["reason"]] == [("rule_misread", 1)]


def test_everybody_counts_what_he_may_see(desk: Desk) -> None:
    settled(desk, "upheld")
    settled(desk, "not_upheld", category=desk.flights)
    assert seen(desk).total.settled == 2
    assert seen(desk, desk.sue).total.settled == 1
    assert seen(desk, category="flights").total.rejected == 1
    assert seen(desk, team="home").total.upheld == 1
    with pytest.raises(NotAllowed):
        seen(desk, desk.alice)
    with pytest.raises(Invalid):
        seen(desk, category="x")
    empty = outcomes(who(desk.mona), type(WEEK)(NOW - 30 * DAY, NOW - 20 * DAY))
    assert (empty.total.settled, empty.redress) == (0, ())


def test_the_same_is_told_over_rest(desk: Desk) -> None:
    settled(desk, "partly_upheld")
    address = "/api/v1/reports/outcomes/"
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        client = token_client(scopes=["remedies:read"])
        told = client.get(address).json()
        assert (told["total"]["upheld"], told["total"]["upheld_share"]) == (1, 1.0)
        assert told["time_bands"][0] == {"key": "within_4_weeks", "count": 1}
        assert client.get(f"{address}?rule=1").json()["errors"][0]["field"] == "rule"
        rep = APIClient()
        rep.force_login(desk.alice, backend="django.contrib.auth.backends.ModelBackend")
        assert rep.get(address).status_code == 403


def test_more_complaints_take_no_more_queries(desk: Desk) -> None:
    settled(desk, "upheld")
    with CaptureQueriesContext(connection) as few:
        seen(desk)
    for _ in range(3):
        settled(desk, "upheld", "not_upheld")
    with CaptureQueriesContext(connection) as many:
        seen(desk)
    assert len(many) == len(few)
