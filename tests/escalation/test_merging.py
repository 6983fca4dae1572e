"""Merging and splitting keep every clock honest: none starts anew, and no miss is forgotten."""

import datetime as dt
from typing import Any

import pytest

from escalation.clock import Pause
from escalation.models import Deadline
from escalation.services import rehearsing, stepping
from escalation.services.setup import setup
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.escalation.builders import at, deadline
from tests.support.reckoning import reckon
from tickets import services
from tickets.access import Principal
from tickets.models import Event, Ticket
from tickets.services import pairing, together

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def first(desk: Desk) -> Ticket:
    """Received on Tuesday at 11:18."""
    return make_ticket(desk, customer=make_customer(), points=["No internet", "No visit"])


@pytest.fixture
def second(desk: Desk, first: Ticket) -> Ticket:
    """The same customer's, on Tuesday at 13:00."""
    return make_ticket(desk, customer=first.customer, now=at("24 13:00"))


def merge(desk: Desk, into: Ticket, other: Ticket, when: dt.datetime) -> None:
    """Alice makes two one."""
    services.merge_tickets(into, other, reason="One outage", actor=user(desk.alice), now=when)


def split(desk: Desk, ticket: Ticket, when: dt.datetime, **over: Any) -> Ticket:
    """Alice gives the last point a ticket of its own."""
    point = ticket.points.order_by("-id")[0]
    return services.split_ticket(
        ticket, [point.pk], reason="Two matters", actor=user(desk.alice), now=when, **over
    )


def agree(ticket: Ticket, now: dt.datetime) -> None:
    """The rows are what the events alone say, and what a rehearsal of them says."""
    rules = setup()
    events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
    rows = list(Deadline.objects.filter(ticket=ticket).order_by("id"))
    told = sorted(((r.kind, r.subject, r.started_at, r.ended_at, r.due_at) for r in rows), key=str)
    runs = reckon(events, rules).runs
    calendar = rules.calendar_for(rules.active[0], rules.active[0].policy.targets[0])
    reckoned = sorted(
        (
            (
                *run.key,
                run.started_at,
                run.ended_at,
                run.clock(lambda *_: calendar).at(run.ended_at or now).due(),
            )
            for run in runs
        ),
        key=str,
    )
    assert told == reckoned
    ticket = Ticket.objects.select_related("customer").get(pk=ticket.pk)
    again = rehearsing.rehearse(ticket, events, now=now)
    rehearsed = sorted((o.kind, o.subject, o.started_at) for o in again)
    assert rehearsed == sorted(one[:3] for one in told)


def kinds(ticket: Ticket) -> set[str]:
    """The kinds of its open clocks."""
    return set(Deadline.objects.open().filter(ticket=ticket).values_list("kind", flat=True))


# -- merging ----------------------------------------------------------------------------------


def test_the_survivor_keeps_the_earliest_start_of_each_kind(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    merge(desk, second, first, at("24 14:00"))
    second.refresh_from_db()
    row = deadline(second, "resolve")
    assert row.started_at == NOW
    assert row.due_at == at("25 11:18")  # eight working hours from the first receipt
    assert second.received_at == NOW
    assert second.events.filter(type="deadlines_adopted").count() == 1
    agree(second, at("24 14:00"))


def test_a_later_start_changes_nothing(desk: Desk, first: Ticket, second: Ticket) -> None:
    due = deadline(first, "resolve").due_at
    merge(desk, first, second, at("24 14:00"))
    row = deadline(first, "resolve")
    assert (row.started_at, row.due_at) == (NOW, due)
    agree(first, at("24 14:00"))


def test_the_clocks_of_the_other_end_and_what_it_missed_stays(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    stepping.sweep(now=at("24 12:30"))  # nobody acknowledged within an hour
    missed = deadline(first, "acknowledge").breached_at
    assert missed is not None
    merge(desk, second, first, at("24 14:00"))
    assert kinds(first) == set()
    rows = Deadline.objects.filter(ticket=first)
    assert {(row.status, row.cancel_reason) for row in rows} == {("cancelled", "merged")}
    assert deadline(first, "acknowledge").breached_at == missed
    first.refresh_from_db()
    assert first.attention_at.year == 9999
    agree(first, at("24 14:00"))


def test_an_adopted_clock_that_is_late_is_missed_by_the_next_sweep(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    merge(desk, second, first, at("24 13:30"))
    assert deadline(second, "first_response").due_at == at("24 13:18")
    stepping.sweep(now=at("24 13:31"))
    assert deadline(second, "first_response").breached_at == at("24 13:18")


def test_pauses_come_along_until_the_survivors_own_start(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    services.wait_for_customer(first, for_what="it", actor=user(desk.alice), now=at("24 12:00"))
    merge(desk, second, first, at("24 14:00"))
    row = deadline(second, "resolve")
    spans = [(pause.started_at, pause.ended_at) for pause in row.pauses.all()]
    assert spans == [(at("24 12:00"), at("24 13:00"))]
    assert row.due_at == at("25 12:18")
    agree(second, at("24 14:00"))


def test_whoever_was_answered_after_he_came_is_owed_no_first_answer_again(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    services.reply(second, body="We look.", actor=user(desk.alice), now=at("24 13:10"))
    merge(desk, second, first, at("24 14:00"))
    assert "first_response" not in kinds(second)
    agree(second, at("24 14:00"))


def test_whoever_came_after_the_answer_still_is_owed_one(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    services.reply(first, body="We look.", actor=user(desk.alice), now=at("24 11:30"))
    services.wait_for_customer(first, for_what="it", actor=user(desk.alice), now=at("24 13:05"))
    merge(desk, first, second, at("24 14:00"))
    row = Deadline.objects.open().get(ticket=first, kind="first_response")
    assert (row.started_at, row.due_at) == (at("24 13:00"), at("24 15:00"))
    reply = Deadline.objects.open().get(ticket=first, kind="next_reply")
    assert reply.paused_since == at("24 14:00")  # the survivor waits for the customer
    agree(first, at("24 14:00"))


def test_a_promise_is_kept_or_missed_on_the_survivor(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    alice = user(desk.alice)
    services.make_promise(second, what="Call", due=at("25 10:00"), actor=alice, now=at("24 13:30"))
    merge(desk, first, second, at("24 14:00"))
    row = deadline(first, "promise")
    assert (row.due_at, row.is_open) == (at("25 10:00"), True)
    agree(first, at("24 14:00"))
    key = int(row.subject.rpartition(":")[2])
    services.keep_promise(first, key, actor=alice, now=at("24 15:00"))
    assert not deadline(first, "promise").is_open


# -- splitting --------------------------------------------------------------------------------


def test_the_clocks_of_the_new_one_run_from_the_first_receipt(desk: Desk, first: Ticket) -> None:
    new = split(desk, first, at("24 12:00"))
    for row in Deadline.objects.filter(ticket=new):
        assert row.started_at == NOW
        assert row.due_at == deadline(first, row.kind).due_at
    assert kinds(new) == kinds(first) != set()
    new.refresh_from_db()
    first.refresh_from_db()
    assert new.attention_at == first.attention_at
    agree(new, at("24 12:00"))
    agree(first, at("24 12:00"))


def test_what_the_customer_was_told_already_is_not_owed_again(desk: Desk, first: Ticket) -> None:
    services.reply(first, body="We look.", actor=user(desk.alice), now=at("24 11:40"))
    new = split(desk, first, at("24 12:00"))
    told = set(Deadline.objects.filter(ticket=new).values_list("kind", flat=True))
    assert told.isdisjoint({"acknowledge", "first_response", "next_reply"})
    assert "resolve" in told
    agree(new, at("24 12:00"))


def test_pauses_before_a_split_count_for_both(desk: Desk, first: Ticket) -> None:
    services.wait_for_customer(first, for_what="it", actor=user(desk.alice), now=at("24 13:00"))
    new = split(desk, first, at("24 15:00"))
    assert new.status == "open"
    row = deadline(new, "resolve")
    assert [Pause(p.started_at, p.ended_at).end for p in row.pauses.all()] == [at("24 15:00")]
    assert row.due_at == at("25 13:18")
    agree(new, at("24 15:00"))


def test_what_was_missed_stays_with_the_original(desk: Desk, first: Ticket) -> None:
    stepping.sweep(now=at("24 12:30"))
    services.acknowledge(first, actor=user(desk.alice), now=at("24 12:40"))
    new = split(desk, first, at("24 12:45"))
    assert deadline(first, "acknowledge").breached_at is not None
    assert not Deadline.objects.filter(ticket=new, breached_at__isnull=False).exists()
    assert not Deadline.objects.filter(ticket=new, kind="acknowledge").exists()


def test_a_split_confirms_no_receipt_and_starts_nothing_twice(desk: Desk, first: Ticket) -> None:
    new = split(desk, first, at("24 12:00"))
    assert not new.outbox.filter(key__startswith="received:").exists()
    rows = list(Deadline.objects.filter(ticket=new).values_list("kind", flat=True))
    assert len(rows) == len(set(rows))


def test_a_merge_that_is_undone_leaves_both_with_clocks_that_nobody_has_to_start_anew(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    who = Principal.of_user(desk.alice, now=at("24 14:00"))
    act = pairing.merge_undoably(who, first, second, reason="One outage", now=at("24 14:00"))
    assert act is not None
    done = together.undo(who, act.pk, now=at("24 14:05"))
    assert done.numbers == (first.number,), done.refused
    for ticket in (first, second):
        rows = Deadline.objects.open().filter(ticket=ticket, kind="resolve")
        assert [row.started_at for row in rows] == [NOW], "the earliest start of both"
        kinds = list(Deadline.objects.open().filter(ticket=ticket).values_list("kind", flat=True))
        assert len(set(kinds)) == len(kinds) > 1
        ticket.refresh_from_db()
        agree(ticket, at("24 14:05"))


def running(ticket: Ticket) -> list[str]:
    """The kinds of clocks that run on it."""
    return sorted(Deadline.objects.open().filter(ticket=ticket).values_list("kind", flat=True))


@pytest.mark.parametrize("answered", ["first", "second"])
def test_a_merge_that_is_undone_makes_nobody_owe_an_answer_twice_or_never(
    desk: Desk, first: Ticket, second: Ticket, answered: str
) -> None:
    who = Principal.of_user(desk.alice, now=at("24 14:00"))
    ticket = first if answered == "first" else second
    services.reply(ticket, body="We are on it.", actor=user(desk.alice), now=at("24 13:30"))
    if answered == "second":
        services.take(first, actor=user(desk.alice), now=at("24 13:40"))
    before = [running(first), running(second)]
    assert before[0] != before[1]
    act = pairing.merge_undoably(who, first, second, reason="One outage", now=at("24 14:00"))
    assert act is not None
    assert together.undo(who, act.pk, now=at("24 14:05")).numbers == (first.number,)
    assert [running(first), running(second)] == before
    for one in (first, second):
        one.refresh_from_db()
        agree(one, at("24 14:05"))


def test_a_split_that_is_undone_leaves_the_clocks_as_they_were(desk: Desk, first: Ticket) -> None:
    before = {(d.kind, d.started_at, d.due_at) for d in Deadline.objects.open()}
    who = Principal.of_user(desk.alice, now=at("24 14:00"))
    point = first.points.order_by("-id")[0]
    new, act = pairing.split_undoably(
        who, first, [point.pk], reason="Two matters", now=at("24 14:00")
    )
    assert act is not None
    done = together.undo(who, act.pk, now=at("24 14:05"))
    assert done.numbers == (first.number,), done.refused
    assert {(d.kind, d.started_at, d.due_at) for d in Deadline.objects.open()} == before
    assert not Deadline.objects.open().filter(ticket=new).exists()
    for ticket in (first, new):
        ticket.refresh_from_db()
        agree(ticket, at("24 14:05"))
