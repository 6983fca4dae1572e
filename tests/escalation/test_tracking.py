"""What happens to a ticket starts, meets, pauses, resumes and ends its deadlines."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation.models import Deadline, DeadlinePolicy, Pause
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.escalation.builders import at, deadline, make_policy, types_of
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.errors import Invalid
from tickets.models import Customer, Ticket
from tickets.rules import NEVER, Channel
from tickets.state import fold

HOUR = dt.timedelta(hours=1)


def customer_of(ticket: Ticket) -> Actor:
    return Actor.of_customer(ticket.customer)


def test_a_new_ticket_has_its_deadlines_running(desk: Desk) -> None:
    ticket = make_ticket(desk)
    due = dict(Deadline.objects.filter(ticket=ticket).values_list("kind", "due_at"))
    assert due == {
        "acknowledge": at("24 12:18"),
        "first_response": at("24 13:18"),
        "next_reply": at("24 15:18"),
        "next_update": at("25 17:00"),
        "decide": at("26 17:00"),
        "resolve": at("25 11:18"),
    }
    assert types_of(ticket)[:2] == ["ticket_created", "deadlines_set"]


def test_the_ticket_shows_its_nearest_deadline(desk: Desk) -> None:
    ticket = make_ticket(desk)
    ticket.refresh_from_db()
    assert (ticket.attention_at, ticket.attention_kind) == (at("24 12:18"), "acknowledge")
    services.take(ticket, actor=user(desk.alice), now=NOW + HOUR / 2)
    ticket.refresh_from_db()
    assert (ticket.attention_at, ticket.attention_kind) == (at("24 13:18"), "first_response")


def test_deadlines_cost_one_insert_at_creation(desk: Desk) -> None:
    customer = make_customer()
    make_ticket(desk, customer=customer)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        make_ticket(desk, customer=customer)
    mine = [q["sql"] for q in seen.captured_queries if "escalation_" in q["sql"]]
    assert len(mine) == 1, mine
    assert mine[0].count('INSERT INTO "escalation_deadline"') == 1, mine


def test_no_automatic_mail_meets_a_deadline(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.reply(ticket, body="We have it.", automatic=True, actor=SYSTEM, now=NOW + HOUR)
    assert deadline(ticket, "first_response").status == "running"


def test_a_persons_reply_meets_response_and_reply_and_restarts_the_update(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.reply(ticket, body="We were wrong.", actor=user(desk.alice), now=NOW + HOUR)
    for kind in ("acknowledge", "first_response", "next_reply"):
        row = deadline(ticket, kind)
        assert (row.status, row.met_at, row.breached_at) == ("met", NOW + HOUR, None)
    update = deadline(ticket, "next_update")
    assert (update.status, update.started_at) == ("running", NOW + HOUR)
    assert Deadline.objects.filter(ticket=ticket, kind="next_update").count() == 2


def test_a_date_means_the_end_of_that_day_for_the_customer(desk: Desk) -> None:
    ticket = make_ticket(desk)
    Customer.objects.filter(pk=ticket.customer_id).update(time_zone="America/New_York")
    ticket = Ticket.objects.get(pk=ticket.pk)
    friday = dt.date(2026, 11, 27)
    services.make_promise(ticket, what="A call", due=friday, actor=user(desk.alice), now=NOW)
    services.reply(ticket, body="Soon.", promised_next=friday, actor=user(desk.alice), now=NOW)
    ends = dt.datetime(2026, 11, 28, 4, 59, 59, tzinfo=dt.UTC)
    assert (deadline(ticket, "promise").due_at, deadline(ticket, "next_update").due_at) == (
        ends,
    ) * 2
    today = dt.datetime(2026, 11, 25, 4, 59, 58, tzinfo=dt.UTC)
    promise: dict[str, Any] = {
        "what": "A call",
        "actor": user(desk.alice),
        "due": dt.date(2026, 11, 24),
    }
    services.make_promise(ticket, **promise, now=today)
    with pytest.raises(Invalid):
        services.make_promise(ticket, **promise, now=today + dt.timedelta(seconds=1))
    with pytest.raises(Invalid):
        services.make_promise(ticket, **promise | {"due": dt.date.max}, now=NOW)


def gold_policy() -> None:
    """Whoever has a golden tier is decided in two hours."""
    data = {
        "calendar": "office",
        "match": {"tier": ["gold"]},
        "targets": [{"kind": "resolve", "within": "2h"}],
    }
    DeadlinePolicy.objects.create(key="gold", name="Gold", order=1, data=data, created_at=NOW)


def test_another_tier_works_open_deadlines_out_anew(desk: Desk) -> None:
    gold_policy()
    ticket = make_ticket(desk)
    other = make_ticket(desk, customer=make_customer("Otto", email="otto@example.org"))
    before = deadline(ticket, "resolve").due_at
    stays = deadline(other, "resolve").due_at
    later = NOW + dt.timedelta(hours=1)
    services.update_customer(ticket.customer, {"tier": "gold"}, now=later)
    row = deadline(ticket, "resolve")
    assert (row.policy.key, row.started_at, row.due_at) == (
        "gold",
        NOW,
        NOW + dt.timedelta(hours=2),
    )
    assert row.due_at < before and deadline(other, "resolve").due_at == stays
    assert "tier_changed" in types_of(ticket) and "deadlines_moved" in types_of(ticket)
    services.update_customer(ticket.customer, {"tier": "gold", "name": "Ines M"}, now=later)
    assert types_of(ticket).count("tier_changed") == 1
    services.update_customer(ticket.customer, {"tier": ""}, now=later)
    assert deadline(ticket, "resolve").due_at == before


def test_a_merge_that_brings_a_tier_counts_for_all_tickets(desk: Desk) -> None:
    gold_policy()
    plain = make_ticket(desk)
    golden = make_ticket(desk, customer=make_customer("Otto", email="otto@example.org"))
    assert plain.customer_id != golden.customer_id
    services.update_customer(golden.customer, {"tier": "gold"}, now=NOW)
    keep = Customer.objects.get(pk=plain.customer_id)
    gone = Customer.objects.get(pk=golden.customer_id)
    services.merge_customers(keep, gone, actor=user(desk.mona), now=NOW)
    assert deadline(plain, "resolve").policy.key == "gold"
    assert deadline(golden, "resolve").policy.key == "gold"


def test_a_reply_can_promise_the_next_word_by_a_date(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.reply(
        ticket, body="More on Friday.", promised_next=at("27 12:00"),
        actor=user(desk.alice), now=NOW + HOUR,
    )  # fmt: skip
    assert deadline(ticket, "next_update").due_at == at("27 12:00")


def test_a_late_reply_leaves_the_breach_as_a_fact(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.reply(ticket, body="We were wrong.", actor=user(desk.alice), now=NOW + 3 * HOUR)
    row = deadline(ticket, "first_response")
    assert (row.status, row.breached_at, row.met_at) == ("met", at("24 13:18"), NOW + 3 * HOUR)
    assert "deadline_breached" in types_of(ticket)


def test_a_second_message_does_not_restart_the_reply_clock(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.receive_message(
        ticket, body="Hello?", channel=Channel.EMAIL, actor=customer_of(ticket), now=NOW + HOUR
    )
    assert Deadline.objects.filter(ticket=ticket, kind="next_reply").count() == 1
    assert deadline(ticket, "next_reply").started_at == NOW


def test_waiting_pauses_and_the_customers_answer_resumes(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.request_information(
        ticket, facts=["monthly_fee"], body="What do you pay?", actor=user(desk.alice),
        now=at("24 15:18"),
    )  # fmt: skip
    resolve = deadline(ticket, "resolve")
    assert (resolve.status, resolve.paused_since) == ("paused", at("24 15:18"))
    assert deadline(ticket, "next_update").status == "paused"
    services.give_information(
        ticket, facts={"monthly_fee": "30"}, body="", actor=customer_of(ticket), now=at("26 10:00")
    )
    resolve.refresh_from_db()
    # 15:18 to 17:00, all of Wednesday and an hour of Thursday did not count.
    assert resolve.status == "running"
    assert resolve.due_at == at("25 11:18") + dt.timedelta(days=1) + dt.timedelta(
        hours=2, minutes=42
    )
    assert Pause.objects.get(deadline=resolve).ended_at == at("26 10:00")
    assert deadline(ticket, "next_reply").started_at == at("26 10:00")


def test_acknowledge_and_first_response_never_pause(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.wait_for_customer(
        ticket, for_what="the bill", actor=user(desk.alice), now=NOW + HOUR / 2
    )
    assert deadline(ticket, "acknowledge").status == "running"
    assert deadline(ticket, "first_response").status == "running"


def test_waiting_for_somebody_else_pauses_nothing(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.wait_for_third_party(
        ticket, for_what="the courier", actor=user(desk.alice), now=NOW + HOUR
    )
    assert not Deadline.objects.filter(ticket=ticket, status="paused").exists()


def test_a_pause_begun_after_the_breach_moves_nothing(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.wait_for_customer(
        ticket, for_what="the bill", actor=user(desk.alice), now=at("26 09:30")
    )
    resolve = deadline(ticket, "resolve")
    assert (resolve.status, resolve.due_at) == ("running", at("25 11:18"))


def test_his_oldest_message_without_an_answer_still_counts(desk: Desk) -> None:
    ticket = resolved(desk, at("24 14:18"))
    services.receive_message(
        ticket, body="Nobody answered me.", channel=Channel.EMAIL, actor=customer_of(ticket),
        now=at("26 10:00"),
    )  # fmt: skip
    # Three of four hours were used before it was closed.
    row = Deadline.objects.get(ticket=ticket, kind="next_reply")
    assert (row.status, row.due_at) == ("running", at("26 11:00"))


def resolved(desk: Desk, now: dt.datetime) -> Ticket:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    resolve(desk, ticket, now)
    return ticket


def resolve(desk: Desk, ticket: Ticket, now: dt.datetime) -> None:
    for point in ticket.points.all():
        services.decide_point(
            ticket, point.pk, outcome="upheld", finding="We were wrong.",
            actor=user(desk.alice), now=now,
        )  # fmt: skip
    services.resolve(ticket, actor=user(desk.alice), now=now)


def test_resolving_meets_or_ends_what_runs(desk: Desk) -> None:
    ticket = resolved(desk, at("24 14:18"))
    assert deadline(ticket, "resolve").status == "met"
    assert deadline(ticket, "decide").status == "met"
    assert deadline(ticket, "next_update").status == "cancelled"
    assert deadline(ticket, "first_response").breached_at == at("24 13:18")
    ticket.refresh_from_db()
    assert ticket.attention_at == NEVER


def test_reopening_goes_on_with_the_time_that_was_spent(desk: Desk) -> None:
    ticket = resolved(desk, at("24 14:18"))
    services.reopen(ticket, reason="It broke again.", actor=user(desk.alice), now=at("26 10:00"))
    row = deadline(ticket, "resolve")
    # Three of eight hours were used: five are left from Thursday 10:00.
    assert (row.status, row.met_at, row.due_at) == ("running", None, at("26 15:00"))


def test_a_customer_who_writes_again_starts_the_reply_clock(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.reply(ticket, body="We were wrong.", actor=user(desk.alice), now=at("24 12:00"))
    resolve(desk, ticket, at("24 14:18"))
    services.receive_message(
        ticket, body="It broke again.", channel=Channel.EMAIL, actor=customer_of(ticket),
        now=at("26 10:00"),
    )  # fmt: skip
    row = deadline(ticket, "next_reply")
    assert (row.status, row.started_at, row.due_at) == ("running", at("26 10:00"), at("26 14:00"))
    assert Deadline.objects.filter(ticket=ticket, kind="next_reply", status="running").count() == 1


def test_a_promise_is_a_deadline_of_its_own(desk: Desk) -> None:
    ticket = make_ticket(desk)
    for text in ("27 12:00", "30 12:00"):
        services.make_promise(
            ticket, what="a call", due=at(text), actor=user(desk.alice), now=NOW + HOUR
        )
    first, second = Deadline.objects.filter(ticket=ticket, kind="promise").order_by("due_at")
    services.keep_promise(
        ticket, int(first.subject.split(":")[1]), actor=user(desk.alice), now=NOW + 2 * HOUR
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("met", "running")


def test_more_pain_brings_the_severe_policy_from_the_same_start(desk: Desk) -> None:
    targets = [{"kind": "resolve", "within": "4h"}, {"kind": "next_reply", "within": "1h"}]
    make_policy("severe", order=1, data={"match": {"pain": {"min": 4}}, "targets": targets})
    ticket = make_ticket(desk)
    services.override_pain(
        ticket, 5, reason="He is ill.", actor=user(desk.alice), now=NOW + HOUR / 2
    )
    assert deadline(ticket, "resolve").due_at == at("24 15:18")
    assert deadline(ticket, "next_reply").due_at == at("24 12:18")
    assert deadline(ticket, "decide").status == "cancelled"
    assert "deadlines_moved" in types_of(ticket)


def test_what_has_passed_is_not_moved_by_another_policy(desk: Desk) -> None:
    make_policy(
        "severe", order=1,
        data={"match": {"pain": {"min": 4}}, "targets": [{"kind": "resolve", "within": "80h"}]},
    )  # fmt: skip
    ticket = make_ticket(desk)
    services.override_pain(
        ticket, 5, reason="He is ill.", actor=user(desk.alice), now=at("26 12:00")
    )
    assert deadline(ticket, "resolve").due_at == at("25 11:18")


def test_a_ticket_from_the_past_is_measured_and_rings_nobody(desk: Desk) -> None:
    ticket = make_ticket(desk, historical=True, received_at=at("02 10:00"), external=("old", "1"))
    row = deadline(ticket, "first_response")
    assert (row.due_at, row.breached_at, row.next_at) == (at("02 12:00"), at("02 12:00"), None)
    services.reply(
        ticket, body="We were wrong.", actor=user(desk.alice), now=NOW, at=at("02 11:00")
    )
    row.refresh_from_db()
    assert (row.status, row.met_at, row.breached_at) == ("met", at("02 11:00"), None)
    assert not ticket.alerts.exists()


def test_the_state_of_every_deadline_follows_from_the_events(desk: Desk) -> None:
    ticket = resolved(desk, at("24 14:18"))
    services.reopen(ticket, reason="It broke again.", actor=user(desk.alice), now=at("26 10:00"))
    services.wait_for_customer(
        ticket, for_what="the bill", actor=user(desk.alice), now=at("26 10:30")
    )
    state = fold(ticket.events.order_by("seq"))
    for row in Deadline.objects.filter(ticket=ticket):
        for name in ("kind", "status", "due_at", "met_at", "breached_at", "cancelled_at"):
            value = getattr(row, name)
            value = value.isoformat() if isinstance(value, dt.datetime) else value
            assert state.get(f"deadlines.{row.pk}.{name}") == (value or None), (row.kind, name)
