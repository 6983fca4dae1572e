"""Pauses by status, reason and event, each with its longest time; promises at any hour."""

import datetime as dt
from typing import Any

from escalation.models import Deadline, DeadlinePolicy, Pause
from escalation.services import stepping
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline, make_policy, types_of
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.models import Ticket
from tickets.rules import Channel

HOUR = dt.timedelta(hours=1)


def policy_with(*targets: dict[str, Any], **data: Any) -> DeadlinePolicy:
    return make_policy("special", order=1, data={"targets": list(targets), **data})


def wait(desk: Desk, ticket: Ticket, what: str, now: dt.datetime) -> None:
    services.wait_for_customer(ticket, for_what=what, actor=user(desk.alice), now=now)


def test_each_reason_has_its_own_longest_time(desk: Desk) -> None:
    policy_with(
        {"kind": "resolve", "within": "16h", "pauses": [
            {"on": "waiting_customer", "because": ["photo"], "at_most": "1d", "reason": "evidence"},
            {"on": "waiting_customer", "at_most": "14d"},
        ]}
    )  # fmt: skip
    ticket = make_ticket(desk)
    wait(desk, ticket, "A photo of the router", at("24 13:00"))
    pause = Pause.objects.get(deadline=deadline(ticket, "resolve"))
    assert (pause.reason, pause.limit_at) == ("evidence", at("25 13:00"))
    services.resume(ticket, actor=user(desk.alice), now=at("24 14:00"))
    wait(desk, ticket, "An answer", at("24 15:00"))
    assert Pause.objects.latest("id").reason == "waiting_customer"


def test_pauses_of_one_reason_end_when_their_time_together_is_used_up(desk: Desk) -> None:
    policy_with({"kind": "resolve", "within": "40h", "pauses": [
        {"on": "waiting_customer", "in_all": "1d"}]})  # fmt: skip
    ticket = make_ticket(desk)
    wait(desk, ticket, "the bill", at("24 12:00"))
    services.resume(ticket, actor=user(desk.alice), now=at("25 06:00"))
    wait(desk, ticket, "the bill", at("25 10:00"))
    assert Pause.objects.latest("id").limit_at == at("25 16:00")
    stepping.sweep(now=at("25 16:10"))
    row = deadline(ticket, "resolve")
    assert (row.status, row.due_at.isoformat()[:10]) == ("running", "2026-12-02")
    services.resume(ticket, actor=user(desk.alice), now=at("26 10:00"))
    wait(desk, ticket, "the bill", at("26 11:00"))
    assert deadline(ticket, "resolve").status == "running"


def test_waiting_for_somebody_else_pauses_where_a_policy_says_so(desk: Desk) -> None:
    policy_with({"kind": "resolve", "within": "8h", "pauses": {
        "waiting_customer": "14d", "waiting_third_party": "2d"}})  # fmt: skip
    ticket = make_ticket(desk)
    wait(desk, ticket, "the bill", at("24 12:18"))
    services.wait_for_third_party(
        ticket, for_what="the courier", actor=user(desk.alice), now=at("24 13:18")
    )
    assert deadline(ticket, "resolve").status == "paused"
    assert [p.reason for p in Pause.objects.order_by("id")] == [
        "waiting_customer",
        "waiting_third_party",
    ]
    services.resume(ticket, actor=user(desk.alice), now=at("24 14:18"))
    assert deadline(ticket, "resolve").due_at == at("25 13:18")


def test_what_law_sets_runs_through_waits_and_closing(desk: Desk) -> None:
    policy_with({"kind": "resolve", "within": "8h", "statutory": True})
    ticket = make_ticket(desk)
    wait(desk, ticket, "the bill", at("24 12:18"))
    assert (deadline(ticket, "resolve").status, deadline(ticket, "resolve").due_at) == (
        "running",
        at("25 11:18"),
    )


def ask(ticket: Ticket, type_: str, now: dt.datetime) -> None:
    with changing(ticket, actor=SYSTEM, now=now) as change:
        change.record(type_, data={"exception": 7, "words": "Which bill?"})


def test_an_exception_that_is_asked_back_waits_for_the_answer(desk: Desk) -> None:
    ticket = make_ticket(desk)
    ask(ticket, "exception_requested", at("24 12:00"))
    ask(ticket, "exception_asked_back", at("24 13:00"))
    row = deadline(ticket, "approve")
    assert (row.status, row.paused_since) == ("paused", at("24 13:00"))
    wait(desk, ticket, "the bill", at("24 13:30"))
    services.resume(ticket, actor=user(desk.alice), now=at("24 13:45"))
    assert deadline(ticket, "approve").status == "paused"
    ask(ticket, "exception_answered", at("24 15:00"))
    row.refresh_from_db()
    assert (row.status, row.due_at) == ("running", at("24 16:00"))
    assert "deadlines_paused" in types_of(ticket)


def test_the_time_closed_is_a_pause_without_a_longest_time(desk: Desk) -> None:
    ticket = make_ticket(desk)
    for point in ticket.points.all():
        services.decide_point(
            ticket, point.pk, outcome="upheld", finding="We were wrong.",
            actor=user(desk.alice), now=at("24 12:18"),
        )  # fmt: skip
    services.resolve(ticket, actor=user(desk.alice), now=at("24 12:18"))
    later = dt.datetime(2026, 12, 29, 10, tzinfo=dt.UTC)
    services.reopen(ticket, reason="It broke.", actor=user(desk.alice), now=later)
    assert deadline(ticket, "resolve").due_at == later + 7 * HOUR


def test_a_promise_holds_at_the_hour_that_was_said(desk: Desk) -> None:
    ticket = make_ticket(desk)
    # Saturday at ten, when the office is closed.
    services.make_promise(
        ticket, what="a call", due=at("28 10:00"), actor=user(desk.alice), now=NOW
    )
    stepping.sweep(now=at("28 10:00"))
    assert deadline(ticket, "promise").breached_at is None
    stepping.sweep(now=at("28 10:01"))
    assert deadline(ticket, "promise").breached_at == at("28 10:00")


def test_a_machine_that_writes_is_no_first_response(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.reply(ticket, body="Thank you.", actor=SYSTEM, now=NOW + HOUR)
    assert deadline(ticket, "first_response").status == "running"
    assert deadline(ticket, "next_reply").status == "running"


def test_no_change_of_status_meets_acknowledgement_or_first_response(desk: Desk) -> None:
    ticket = make_ticket(desk)
    client = Actor.of_client("crm")
    services.wait_for_third_party(ticket, for_what="the courier", actor=client, now=NOW + HOUR / 4)
    services.resume(ticket, actor=client, now=NOW + HOUR / 2)
    rows = Deadline.objects.filter(ticket=ticket, kind__in=["acknowledge", "first_response"])
    assert {(row.status, row.started_at) for row in rows} == {("running", NOW)}


def test_facts_that_become_known_bring_another_policy_from_the_same_start(desk: Desk) -> None:
    policy_with({"kind": "resolve", "within": "4h"}, match={"facts": {"days_without": {"min": 3}}})
    ticket = make_ticket(desk, category="outage")
    assert deadline(ticket, "resolve").due_at == at("25 11:18")
    services.set_facts(ticket, {"days_without": 5}, actor=user(desk.alice), now=NOW + HOUR)
    assert deadline(ticket, "resolve").due_at == at("24 15:18")
    services.receive_message(
        ticket, body="And?", channel=Channel.EMAIL, actor=Actor.of_customer(ticket.customer),
        now=NOW + 2 * HOUR,
    )  # fmt: skip
    assert deadline(ticket, "resolve").started_at == NOW
