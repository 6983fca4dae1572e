"""A ticket's state at any past moment is the fold of its events, for every kind of change."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.models import Event, Ticket
from tickets.money import Money
from tickets.rules import Channel
from tickets.services.files import Upload
from tickets.state import fold, state_at, state_now

MINUTE = dt.timedelta(minutes=1)

Step = Callable[[Desk, Ticket, dt.datetime], Any]


def _point(ticket: Ticket) -> int:
    point = ticket.points.first()
    assert point is not None
    return point.pk


def _merge(desk: Desk, ticket: Ticket, now: dt.datetime) -> None:
    services.merge_customers(
        make_customer("Ina Calloway"), ticket.customer, actor=user(desk.sue), now=now
    )


def _link(desk: Desk, ticket: Ticket, now: dt.datetime) -> None:
    other = make_ticket(desk, customer=ticket.customer, now=now)
    services.link(ticket, other, "related", actor=user(desk.alice), now=now)
    services.link(other, ticket, "follow_up", actor=user(desk.alice), now=now)
    services.unlink(ticket, other, "related", actor=user(desk.alice), now=now)


def _take_in(desk: Desk, ticket: Ticket, now: dt.datetime) -> None:
    other = make_ticket(
        desk,
        customer=ticket.customer,
        now=now,
        facts={"visits_missed": "2"},
        uploads=[Upload("bill.txt", b"38")],
    )
    services.merge_tickets(ticket, other, reason="One outage", actor=user(desk.bob), now=now)


def _promise(desk: Desk, ticket: Ticket, now: dt.datetime) -> None:
    services.make_promise(
        ticket,
        what="Call",
        due=now + dt.timedelta(days=1),
        actor=user(desk.alice),
        now=now,
    )
    made = ticket.events.get(type="promise_made")
    services.keep_promise(ticket, made.data["promise"], actor=user(desk.alice), now=now)


def _action(desk: Desk, ticket: Ticket, now: dt.datetime) -> None:
    action = services.add_corrective_action(
        ticket,
        text="Tell the scheduler",
        owner=desk.sue,
        due_on=now.date(),
        actor=user(desk.alice),
        now=now,
    )
    services.complete_corrective_action(action, actor=user(desk.sue), now=now)


STEPS: dict[str, Step] = {
    "take": lambda d, t, now: services.take(t, actor=user(d.alice), now=now),
    "hand over": lambda d, t, now: services.hand_over(
        t, d.bob, brief="Lives in Leeds", actor=user(d.alice), now=now
    ),
    "reply": lambda d, t, now: services.reply(t, body="Sorry.", actor=user(d.bob), now=now),
    "note": lambda d, t, now: services.add_note(
        t, body="Look", mentions=[d.sue], actor=user(d.bob), now=now
    ),
    "facts": lambda d, t, now: services.set_facts(
        t, {"days_without": "9", "monthly_fee": "£38"}, actor=user(d.bob), now=now
    ),
    "a fact taken away": lambda d, t, now: services.set_facts(
        t, {"days_without": None}, actor=user(d.bob), now=now
    ),
    "factors": lambda d, t, now: services.set_factors(t, {"lasted": 9}, actor=user(d.bob), now=now),
    "loss": lambda d, t, now: services.set_loss(t, Money(2000, "GBP"), actor=user(d.bob), now=now),
    "pain overridden": lambda d, t, now: services.override_pain(
        t, 4, reason="Telecare", actor=user(d.bob), now=now
    ),
    "category": lambda d, t, now: services.change_category(
        t, d.broadband, actor=user(d.bob), now=now
    ),
    "subject": lambda d, t, now: services.change_subject(t, "Offline", actor=user(d.bob), now=now),
    "tags": lambda d, t, now: services.set_tags(t, ["Leeds"], actor=user(d.bob), now=now),
    "point": lambda d, t, now: services.add_point(
        t, "Two visits not kept", actor=user(d.bob), now=now
    ),
    "point decided": lambda d, t, now: services.decide_point(
        t,
        _point(t),
        outcome="upheld",
        finding="We were wrong",
        actor=user(d.bob),
        now=now,
    ),
    "corrective action": _action,
    "promise": _promise,
    "link": _link,
    "merge": _merge,
    "taken in": _take_in,
    "split off": lambda d, t, now: services.split_ticket(
        t, [_point(t)], reason="Two matters", actor=user(d.bob), now=now
    ),
    "attachment": lambda d, t, now: services.attach(
        t, [Upload("a.txt", b"hello")], actor=user(d.bob), now=now
    ),
    "confidential": lambda d, t, now: services.set_confidential(
        t, True, actor=user(d.bob), now=now
    ),
    "named": lambda d, t, now: services.name_person(t, d.sue, actor=user(d.bob), now=now),
    "unnamed": lambda d, t, now: services.unname_person(t, d.sue, actor=user(d.bob), now=now),
    "open again": lambda d, t, now: services.set_confidential(t, False, actor=user(d.bob), now=now),
    "ask": lambda d, t, now: services.request_information(
        t, facts=["account"], body="Your account?", actor=user(d.bob), now=now
    ),
    "answer": lambda d, t, now: services.give_information(
        t, facts={"account": "LB-1"}, body="", actor=user(d.bob), now=now
    ),
    "third party": lambda d, t, now: services.wait_for_third_party(
        t, for_what="Courier", actor=user(d.bob), now=now
    ),
    "resume": lambda d, t, now: services.resume(t, actor=user(d.bob), now=now),
    "wait": lambda d, t, now: services.wait_for_customer(
        t, for_what="Photos", actor=user(d.bob), now=now
    ),
    "customer writes": lambda d, t, now: services.receive_message(
        t, body="Here.", channel=Channel.EMAIL, actor=user(d.bob), now=now
    ),
    "customer escalates": lambda d, t, now: services.escalated_by_customer(
        t, reason="Nobody answers", actor=user(d.bob), now=now
    ),
    "second point decided": lambda d, t, now: [
        services.decide_point(t, p.pk, outcome="not_upheld", actor=user(d.bob), now=now)
        for p in t.points.filter(outcome="")
    ],
    "resolve": lambda d, t, now: services.resolve(t, actor=user(d.bob), now=now),
    "close": lambda d, t, now: services.close(t, actor=user(d.bob), now=now),
    "reopen": lambda d, t, now: services.reopen(t, reason="New", actor=user(d.bob), now=now),
    "review": lambda d, t, now: services.ask_review(
        t, reason="Not enough", actor=user(d.bob), now=now
    ),
    "taken by another": lambda d, t, now: services.take(t, actor=user(d.alice), now=now),
    "decided again": lambda d, t, now: services.decide_point(
        t, _point(t), outcome="upheld", because="facts_wrong", actor=user(d.charlie), now=now
    ),
    "external": lambda d, t, now: services.escalate_to_external(
        t, body="Ombudsman", actor=user(d.alice), now=now
    ),
    "moved": lambda d, t, now: services.move_to_team(
        t, d.travel, brief="A flight", owner=d.charlie, actor=user(d.alice), now=now
    ),
    "about a colleague": lambda d, t, now: services.complain_about(
        t, d.charlie, actor=user(d.alice), now=now
    ),
}


def test_every_kind_of_change_can_be_rebuilt_at_every_past_moment(desk: Desk) -> None:
    ticket = make_ticket(desk, uploads=[Upload("photo.txt", b"x")], points=["One", "Two"])
    moments: dict[str, tuple[dt.datetime, dict[str, Any]]] = {"opened": (NOW, state_now(ticket))}
    now = NOW
    for name, step in STEPS.items():
        now += MINUTE
        step(desk, ticket, now)
        ticket = Ticket.objects.get(pk=ticket.pk)
        moments[name] = (now, state_now(ticket))
    own = _own_paths(moments["moved"][1])
    assert own  # the comparison below is of something
    for name, (at, state) in moments.items():
        assert _own_paths(state_at(ticket, at)) == state, f"after: {name}"
    types = set(Event.objects.filter(ticket=ticket).values_list("type", flat=True))
    assert {
        "ticket_created",
        "went_external",
        "review_asked",
        "person_unnamed",
        "merged_in",
        "split_off",
    } <= types


def _own_paths(state: dict[str, Any]) -> dict[str, Any]:
    """Without what other apps keep about a ticket; their tests rebuild that."""
    foreign = (
        "offers.",
        "exceptions.",
        "remedies.",
        "refusals.",
        "deadlines.",
        "climbs.",
        "escalation.",
        "surveys.",
        "escalations.",
        "followups.",
        "pauses.",
        "extensions.",
        "components.",
    )
    return {path: value for path, value in state.items() if not path.startswith(foreign)}


def test_each_event_says_what_it_replaced(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    services.hand_over(ticket, desk.bob, brief="Go on", actor=user(desk.alice), now=NOW)
    event = ticket.events.get(type="handed_over")
    assert event.replaced["owner"] == desk.alice.pk
    assert event.changes["owner"] == desk.bob.pk
    assert event.data["brief"] == "Go on"


def test_events_are_numbered_without_a_gap_and_the_fold_of_none_is_empty(
    desk: Desk,
) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    seqs = list(ticket.events.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert fold([]) == {}


@pytest.mark.parametrize("name", ["open again"])
def test_a_step_that_changes_nothing_leaves_no_event(desk: Desk, name: str) -> None:
    ticket = make_ticket(desk)
    before = ticket.events.count()
    STEPS[name](desk, ticket, NOW)
    assert ticket.events.count() == before
