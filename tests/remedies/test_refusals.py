"""A refusal is composed, not a status."""

from dataclasses import replace

import pytest

from remedies import services as remedies
from remedies.models import Offer, Refusal
from tests.builders import NOW, Desk, make_ticket, user
from tests.remedies.builders import draft_of, make_hurt, put_in_force, sent_offer
from tickets import services
from tickets.actors import Actor
from tickets.errors import Conflict, Invalid, Missing, SameReviewer
from tickets.models import Event, RootCause, Ticket
from tickets.rules import Outcome

pytestmark = pytest.mark.django_db

NO = remedies.No(
    reason="The contract names this fee on its first page.",
    next_stage="If you don't agree, write to us until 24 December and somebody else will look.",
)


def findings(ticket: Ticket, outcome: Outcome = Outcome.NOT_UPHELD) -> list[remedies.Finding]:
    """The same answer to each point."""
    return [
        remedies.Finding(point.pk, outcome, "We found the fee in your contract.")
        for point in ticket.points.all()
    ]


def test_a_refusal_answers_each_point_and_goes_out_as_a_letter(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    refusal = remedies.refuse(
        ticket, findings=findings(ticket), no=NO, actor=user(remedy_desk.alice), now=NOW
    )
    assert ticket.points.get().outcome == "not_upheld"
    body = refusal.message.body
    assert "“Nine days offline, two visits not kept”\nWe found the fee" in body
    assert "write to us until 24 December" in body
    assert "sorry you" not in body
    assert Offer.objects.get(ticket=ticket).status == "withdrawn"
    assert Event.objects.get(ticket=ticket, type="refusal_sent").data["refusal"] == refusal.pk


def test_what_lacks_is_named(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    with pytest.raises(Missing, match="what the customer can do next, and by when"):
        remedies.refuse(
            ticket,
            findings=findings(ticket),
            no=remedies.No(reason="No.", next_stage=" "),
            actor=user(remedy_desk.alice),
            now=NOW,
        )
    assert not Refusal.objects.exists()
    assert ticket.points.get().outcome == ""


def test_why_it_happened_stays_known_when_a_point_is_answered_again(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    cause = RootCause.objects.create(key="scheduler", name="Scheduler")
    alice = user(remedy_desk.alice)
    point = ticket.points.get()
    services.decide_point(
        ticket, point.pk, outcome="upheld", root_cause=cause, actor=alice, now=NOW
    )
    remedies.refuse(ticket, findings=findings(ticket), no=NO, actor=alice, now=NOW)
    assert ticket.points.get().root_cause == cause


def test_every_point_is_answered(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk, points=["No internet", "Nobody came"])
    with pytest.raises(Missing, match="an answer to “Nobody came”"):
        remedies.refuse(
            ticket, findings=findings(ticket)[:1], no=NO, actor=user(remedy_desk.alice), now=NOW
        )


def test_a_refusal_finds_against_something(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    with pytest.raises(Invalid):
        remedies.refuse(
            ticket,
            findings=findings(ticket, Outcome.UPHELD),
            no=NO,
            actor=user(remedy_desk.alice),
            now=NOW,
        )


def test_stage_two_needs_more_and_another_person(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    alice = user(remedy_desk.alice)
    services.take(ticket, actor=alice, now=NOW)
    remedies.refuse(ticket, findings=findings(ticket), no=NO, actor=alice, now=NOW)
    services.ask_review(
        ticket, reason="Page two!", actor=Actor.of_customer(ticket.customer), now=NOW
    )
    with pytest.raises(SameReviewer):
        remedies.refuse(ticket, findings=findings(ticket), no=NO, actor=alice, now=NOW)
    bob = user(remedy_desk.bob)
    with pytest.raises(Missing, match="what would change the decision"):
        remedies.refuse(ticket, findings=findings(ticket), no=NO, actor=bob, now=NOW)
    full = remedies.No(
        reason=NO.reason,
        next_stage=NO.next_stage,
        would_change="A contract without that page.",
        instead="We waive the fee next year.",
    )
    with pytest.raises(Missing, match="the outside body and its time limit"):
        remedies.refuse(ticket, findings=findings(ticket), no=full, actor=bob, now=NOW)
    full = replace(full, outside="The ombudsman, PO Box 1, until 24 May.")
    quoted = [replace(one, basis="Contract, page one: the fee.") for one in findings(ticket)]
    remedies.refuse(ticket, findings=quoted, no=full, actor=bob, now=NOW)
    assert Refusal.objects.filter(ticket=ticket).count() == 2


def test_what_the_law_gives_is_not_refused(desk: Desk) -> None:
    put_in_force(
        """
policy: lawful
currency: GBP
rules:
  - {rule: O-1, title: Late repair, gives: compensation, amount: 25, owed: yes}
"""
    )
    ticket = make_ticket(desk)
    assert draft_of(ticket).total == 2500
    with pytest.raises(Conflict, match="Late repair"):
        remedies.refuse(ticket, findings=findings(ticket), no=NO, actor=user(desk.alice), now=NOW)
    assert ticket.points.get().outcome == ""


def test_a_sent_offer_is_withdrawn_by_a_refusal(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    remedies.refuse(
        ticket, findings=findings(ticket), no=NO, actor=user(remedy_desk.alice), now=NOW
    )
    offer.refresh_from_db()
    assert offer.status == "withdrawn"
