"""A remedy that does not come by its date is a missed promise: noted once, told, answered."""

import datetime as dt

import pytest

from remedies import services as remedies
from remedies.models import Offer, Remedy
from remedies.services.situations import situation_of
from tests.builders import NOW, Desk, user
from tests.remedies.builders import make_hurt, part, sent_offer
from tests.remedies.test_ledger import disagreements
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.models import Alert, Event, Ticket

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=6)


def granted(desk: Desk, due: dt.date | None = None) -> tuple[Ticket, Remedy]:
    """A ticket of alice whose offer was accepted, and its refund, due on `due`."""
    ticket = make_hurt(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    offer = sent_offer(desk, ticket)
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    refund = Remedy.objects.get(ticket=ticket, rule="L-1")
    if due is not None:
        refund.due_on = due
        refund.save(update_fields=["due_on"])
    return ticket, refund


def sweep(now: dt.datetime) -> int:
    """How many were noted."""
    noted = 0
    while remedies.note_late_next(now=now):
        noted += 1
    return noted


def ran_out(ticket: Ticket, remedy: Remedy) -> None:
    """Escalation tells that the clock of the remedy ran out."""
    told = {"id": 1, "kind": "deliver_remedy", "subject": f"remedy:{remedy.pk}"}
    with changing(ticket, actor=SYSTEM, now=LATER) as change:
        change.record("deadline_breached", data={"deadlines": [told]})


def test_its_date_passes_and_what_the_policy_adds_is_drafted_once(remedy_desk: Desk) -> None:
    ticket, refund = granted(remedy_desk, NOW.date() + dt.timedelta(days=5))
    assert sweep(NOW + dt.timedelta(days=5)) == 0  # until the end of that day
    assert sweep(LATER) == 1
    assert sweep(LATER) == 0
    refund.refresh_from_db()
    assert refund.late_at is not None and refund.status == "granted"
    event = Event.objects.get(ticket=ticket, type="remedy_late")
    assert (event.data["remedy"], event.data["words"]) == (refund.pk, "Loss, in full: £31.40")
    draft = Offer.objects.get(ticket=ticket, status="draft")
    added = part(draft, "S-2")
    assert (added.amount, added.steps) == (1000, ["£10 × 1 = £10"])
    assert "we broke it" in added.words
    alert = Alert.objects.get(user=remedy_desk.alice, key=f"remedy-late:{refund.pk}")
    assert alert.urgent and "not delivered" in alert.text


def test_what_is_added_is_granted_and_not_added_again(remedy_desk: Desk) -> None:
    ticket, _ = granted(remedy_desk, NOW.date())
    sweep(LATER)
    offer = sent_offer(remedy_desk, ticket, now=LATER, actor=user(remedy_desk.sue))
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=LATER)
    assert Remedy.objects.get(ticket=ticket, rule="S-2").amount == 1000
    services.set_factors(ticket, {"distress": "calm"}, actor=user(remedy_desk.alice), now=LATER)
    assert not Offer.objects.filter(ticket=ticket, status="draft").exists()
    assert disagreements() == []


def test_a_clock_that_ran_out_says_the_same_and_counts_once(remedy_desk: Desk) -> None:
    ticket, refund = granted(remedy_desk, NOW.date())
    ran_out(ticket, refund)
    assert sweep(LATER) == 0
    ran_out(ticket, refund)
    assert Event.objects.filter(ticket=ticket, type="remedy_late").count() == 1
    with changing(ticket, actor=SYSTEM, now=LATER) as change:
        facts = situation_of(change).facts
    assert (facts["remedies_late"], facts["promises_broken"]) == (1, 1)
    assert facts["deadlines_missed"] == 0
    assert facts["late_remedies_sum"] == {"minor": 3140, "currency": "GBP"}


def test_on_a_settled_ticket_it_is_owed_all_the_same(remedy_desk: Desk) -> None:
    ticket, _ = granted(remedy_desk, NOW.date())
    services.decide_point(
        ticket, ticket.points.get().pk, outcome="upheld", finding="Yes.",
        actor=user(remedy_desk.alice), now=NOW,
    )  # fmt: skip
    services.resolve(ticket, actor=user(remedy_desk.alice), now=NOW)
    sweep(LATER)
    draft = Offer.objects.get(ticket=ticket, status="draft")
    assert part(draft, "S-2").amount == 1000
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


@pytest.mark.parametrize("act", ["fulfil", "reverse"])
def test_what_came_in_time_or_was_taken_back_is_not_late(remedy_desk: Desk, act: str) -> None:
    ticket, refund = granted(remedy_desk, NOW.date())
    if act == "fulfil":
        remedies.fulfil_remedy(refund, actor=user(remedy_desk.alice), now=NOW)
    else:
        remedies.reverse_remedy(refund, reason="No", actor=user(remedy_desk.sue), now=NOW)
    assert sweep(LATER) == 0
    ran_out(ticket, refund)
    assert not Event.objects.filter(ticket=ticket, type="remedy_late").exists()
