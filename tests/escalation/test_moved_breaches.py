"""A clock that is late and still open when tickets are merged or split is one miss, not two."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from escalation.models import Climb, Deadline, Spell
from escalation.services import rehearsing, stepping
from escalation.services.explaining import explain
from escalation.services.manual import (
    acknowledge_escalation,
    acknowledge_step,
    escalate_by_hand,
)
from escalation.services.reports import Line, report
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.escalation.builders import at, deadline, make_policy
from tests.escalation.test_merging import agree, merge, split
from tickets import services
from tickets.access import Principal
from tickets.models import Alert, Event, Ticket
from tickets.periods import Period
from tickets.state import fold

pytestmark = pytest.mark.django_db
WEEK = Period(at("23 00:00"), at("30 00:00"))
LATER = at("27 12:00")


@pytest.fixture
def first(desk: Desk) -> Ticket:
    """Received on Tuesday at 11:18."""
    return make_ticket(desk, customer=make_customer(), points=["No internet", "No visit"])


@pytest.fixture
def second(desk: Desk, first: Ticket) -> Ticket:
    """The same customer's, on Tuesday at 13:00."""
    return make_ticket(desk, customer=first.customer, now=at("24 13:00"))


def missed(desk: Desk, kind: str) -> int:
    """How many promises of a kind the report says were missed."""
    line: Line = report(Principal.of_user(desk.mona, now=NOW), WEEK, now=LATER, kind=kind).total
    return line.missed


def told(ticket: Ticket) -> dict[str, Any]:
    """The ticket's deadlines as its events alone tell them."""
    state = fold(ticket.events.order_by("seq"))
    return {path: value for path, value in state.items() if path.startswith("deadlines.")}


def rows_agree(ticket: Ticket) -> None:
    """Which ticket answers for a clock, and since when it was missed, stands in the events."""
    state = told(ticket)
    for row in Deadline.objects.filter(ticket=ticket):
        prefix = f"deadlines.{row.pk}"
        assert state.get(f"{prefix}.counted_on_id") == row.counted_on_id
        breached = state.get(f"{prefix}.breached_at")
        assert (dt.datetime.fromisoformat(breached) if breached else None) == row.breached_at


# -- merging ----------------------------------------------------------------------------------


def test_a_miss_goes_to_the_survivor_and_is_counted_once(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    stepping.sweep(now=at("24 12:30"))  # nobody acknowledged within an hour
    merge(desk, second, first, at("24 13:30"))
    stepping.sweep(now=at("24 13:31"))
    here, there = deadline(second, "acknowledge"), deadline(first, "acknowledge")
    assert (here.started_at, here.breached_at) == (NOW, at("24 12:18"))
    assert (there.breached_at, there.status) == (at("24 12:18"), "cancelled")
    assert there.counted_on == second
    assert here.counted_on is None
    assert missed(desk, "acknowledge") == 1
    for ticket in (first, second):
        rows_agree(ticket)
        agree(ticket, at("24 13:31"))


def test_a_miss_that_no_sweep_has_seen_is_counted_once_too(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    merge(desk, second, first, at("24 14:00"))
    stepping.sweep(now=at("24 14:01"))
    assert deadline(second, "acknowledge").breached_at == at("24 12:18")
    assert missed(desk, "acknowledge") == 1
    rows_agree(second)


def test_both_late_are_one_duty_and_one_miss(desk: Desk, first: Ticket, second: Ticket) -> None:
    stepping.sweep(now=at("24 14:30"))
    assert missed(desk, "acknowledge") == 2  # as long as they are two
    own = deadline(second, "acknowledge").breached_at
    merge(desk, second, first, at("24 15:00"))
    assert deadline(second, "acknowledge").breached_at == own
    assert missed(desk, "acknowledge") == 1


def test_nobody_hears_of_the_same_miss_twice(desk: Desk, first: Ticket, second: Ticket) -> None:
    services.take(first, actor=user(desk.alice), now=at("24 11:20"))
    services.take(second, actor=user(desk.alice), now=at("24 13:01"))
    stepping.sweep(now=at("24 13:30"))  # no first answer within two hours: the ladder begins
    steps = deadline(first, "first_response").steps_taken
    assert "breach" in steps
    rung = Alert.objects.count()
    merge(desk, second, first, at("24 13:40"))
    stepping.sweep(now=at("24 13:41"))
    assert deadline(second, "first_response").steps_taken == steps
    assert Alert.objects.count() == rung
    stepping.sweep(now=at("24 14:30"))  # an hour after the miss comes the next step, here
    assert len(deadline(second, "first_response").steps_taken) == len(steps) + 1


def test_the_survivors_story_knows_of_the_miss(desk: Desk, first: Ticket, second: Ticket) -> None:
    stepping.sweep(now=at("24 12:30"))
    merge(desk, second, first, at("24 13:10"))
    event = second.events.get(type="deadline_breached")
    assert (event.at, event.data["from"]) == (at("24 12:18"), first.number)
    assert [one["kind"] for one in event.data["deadlines"]] == ["acknowledge"]


def test_a_late_clock_of_another_policy_stays_late_by_its_own(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    stepping.sweep(now=at("24 12:30"))
    own = deadline(first, "acknowledge").policy_id
    make_policy("slow", order=1, data={"match": {"pain": {"min": 4}}, "targets": [
        {"kind": "acknowledge", "within": "30h"}]})  # fmt: skip
    services.override_pain(second, 5, reason="Asked.", actor=user(desk.alice), now=at("24 13:10"))
    assert deadline(second, "acknowledge").due_at > at("26 09:00")
    merge(desk, second, first, at("24 13:30"))
    row = deadline(second, "acknowledge")
    assert (row.due_at, row.breached_at, row.policy_id) == (at("24 12:18"), at("24 12:18"), own)
    assert missed(desk, "acknowledge") == 1


def test_what_the_survivor_had_is_missed_where_it_was(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    services.acknowledge(second, actor=user(desk.alice), now=at("24 13:05"))
    merge(desk, second, first, at("24 13:30"))
    there = deadline(first, "acknowledge")
    assert there.breached_at == at("24 12:18")
    assert there.counted_on is None
    assert missed(desk, "acknowledge") == 1


def test_a_broken_promise_is_broken_once(desk: Desk, first: Ticket, second: Ticket) -> None:
    alice = user(desk.alice)
    services.make_promise(first, what="Call", due=at("24 13:30"), actor=alice, now=at("24 12:00"))
    stepping.sweep(now=at("24 13:40"))
    merge(desk, second, first, at("24 14:00"))
    stepping.sweep(now=at("24 14:01"))
    assert deadline(second, "promise").breached_at == at("24 13:30")
    assert deadline(first, "promise").counted_on == second
    assert missed(desk, "promise") == 1
    rows_agree(second)


def test_acknowledged_on_the_other_is_acknowledged_on_the_survivor(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    services.take(first, actor=user(desk.alice), now=at("24 11:20"))
    stepping.sweep(now=at("24 13:30"))
    late = deadline(first, "first_response")
    acknowledge_escalation(late, actor=user(desk.alice), now=at("24 13:32"))
    merge(desk, second, first, at("24 13:40"))
    row = deadline(second, "first_response")
    assert (row.acknowledged_at, row.acknowledged_by) == (at("24 13:32"), desk.alice)


def test_the_explanation_says_where_it_went(desk: Desk, first: Ticket, second: Ticket) -> None:
    stepping.sweep(now=at("24 12:30"))
    merge(desk, second, first, at("24 13:30"))
    (found,) = explain(Ticket.objects.get(pk=first.pk), now=LATER, kind="acknowledge")
    assert f"moved to {second.number} and counted there" in found.standing


def test_whoever_was_called_and_has_not_answered_is_called_on_the_survivor(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    bob = user(desk.bob)
    escalate_by_hand(first, reason="She cries.", actor=bob, now=at("24 13:10"))
    merge(desk, second, first, at("24 13:30"))
    (climb,) = Climb.objects.filter(ticket=second)
    assert climb.reason == f"She cries. (called on {first.number})"
    assert climb.ended_at is None
    assert not Climb.objects.filter(ticket=first, ended_at=None).exists()
    assert Alert.objects.filter(ticket=second, user=desk.sue).exists()
    (here,), (there,) = (Spell.objects.filter(ticket=ticket) for ticket in (second, first))
    assert (here.started_at, here.ended_at, there.ended_at) == (
        at("24 13:30"), None, at("24 13:30"),
    )  # fmt: skip
    state = fold(second.events.order_by("seq"))
    assert dt.datetime.fromisoformat(state["escalation.since"]) == at("24 13:30")


def test_what_was_answered_is_not_called_again(desk: Desk, first: Ticket, second: Ticket) -> None:
    step = escalate_by_hand(first, reason="She cries.", actor=user(desk.bob), now=at("24 13:10"))
    acknowledge_step(step, actor=user(desk.sue), now=at("24 13:20"))
    merge(desk, second, first, at("24 13:30"))
    assert not Climb.objects.filter(ticket=second).exists()


# -- splitting --------------------------------------------------------------------------------


def test_a_miss_before_a_split_is_counted_on_the_former_ticket_alone(
    desk: Desk, first: Ticket
) -> None:
    stepping.sweep(now=at("24 12:30"))
    new = split(desk, first, at("24 12:45"))
    stepping.sweep(now=at("24 12:46"))
    row = deadline(new, "acknowledge")
    assert (row.breached_at, row.is_open, row.counted_on) == (at("24 12:18"), True, first)
    assert deadline(first, "acknowledge").counted_on is None
    assert missed(desk, "acknowledge") == 1
    services.acknowledge(new, actor=user(desk.alice), now=at("24 12:50"))
    assert missed(desk, "acknowledge") == 1
    rows_agree(new)
    agree(new, at("24 12:50"))
    (found,) = explain(Ticket.objects.get(pk=new.pk), now=LATER, kind="acknowledge")
    assert f"missed on {first.number}" in found.standing


def test_a_miss_after_a_split_is_each_tickets_own(desk: Desk, first: Ticket) -> None:
    split(desk, first, at("24 12:00"))
    stepping.sweep(now=at("24 12:30"))
    assert missed(desk, "acknowledge") == 2


def test_a_split_that_is_merged_again_is_one_miss_still(desk: Desk, first: Ticket) -> None:
    stepping.sweep(now=at("24 12:30"))
    new = split(desk, first, at("24 12:45"))
    merge(desk, first, new, at("24 13:00"))
    assert missed(desk, "acknowledge") == 1
    assert deadline(first, "acknowledge").counted_on is None


def test_merged_into_the_part_that_was_split_off_it_is_one_miss_still(
    desk: Desk, first: Ticket
) -> None:
    stepping.sweep(now=at("24 12:30"))
    new = split(desk, first, at("24 12:45"))
    merge(desk, Ticket.objects.get(pk=new.pk), first, at("24 13:00"))
    assert missed(desk, "acknowledge") == 1


# -- the past once more -----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["merge", "split"])
def test_a_rehearsal_counts_it_once_too(
    desk: Desk, first: Ticket, second: Ticket, how: str
) -> None:
    stepping.sweep(now=at("24 12:30"))
    if how == "merge":
        merge(desk, second, first, at("24 13:30"))
        both = [first, second]
    else:
        both = [first, split(desk, first, at("24 13:30"))]
    found = []
    for ticket in both:
        events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
        again = Ticket.objects.select_related("customer").get(pk=ticket.pk)
        found += rehearsing.rehearse(again, events, now=LATER)
    assert [o.status for o in found if o.kind == "acknowledge"].count("missed") == 1


def test_page_and_api_say_which_ticket_answers(
    client: Client, desk: Desk, first: Ticket, second: Ticket
) -> None:
    stepping.sweep(now=at("24 12:30"))
    merge(desk, second, first, at("24 13:30"))
    client.force_login(desk.mona)
    url = f"/api/v1/deadlines/?ticket={first.number}"
    found = {one["kind"]: one["counted_on"] for one in client.get(url).json()["results"]}
    assert found["acknowledge"] == second.number
    page = client.get(f"/desk/tickets/{first.number}/deadlines/").content.decode()
    assert f"Moved to {second.number}, and counted there." in page
