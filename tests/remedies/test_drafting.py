"""An offer is drafted as soon as a ticket is there, and keeps step with what is known."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remedies import services as remedies
from remedies.models import Offer, OfferComponent
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.remedies.builders import draft_of, make_hurt, part, sent_offer
from tickets import services
from tickets.actors import SYSTEM
from tickets.change import Change, changing, unit_of_work
from tickets.errors import Invalid
from tickets.models import Event, Ticket
from tickets.money import Money
from tickets.rules import Channel

pytestmark = pytest.mark.django_db


def test_a_new_ticket_has_its_pain_and_its_offer_at_once(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    ticket.refresh_from_db()
    assert ticket.pain == 4
    offer = draft_of(ticket)
    assert (offer.total, offer.currency) == (3140 + 9000, "GBP")
    assert [c.rule for c in offer.components.all()] == ["G-2", "L-1", "M-4"]
    credit = part(offer, "M-4")
    assert (credit.range_min, credit.range_max) == (9000, 13500)
    assert credit.steps == ["£90 to £135"]
    types = list(Event.objects.filter(ticket=ticket).values_list("type", flat=True))
    assert "pain_assessed" in types
    assert types.count("offer_drafted") == 1


def test_pain_says_why(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk, factors={"consequence": "serious", "depends": "yes"})
    event = Event.objects.get(ticket=ticket, type="pain_assessed")
    assert event.data["reasons"][0] == {
        "factor": "consequence",
        "words": "Home, work or care of others broke down",
        "effect": "level 4",
    }


def test_an_answer_that_is_none_is_refused_by_name(remedy_desk: Desk) -> None:
    with pytest.raises(Invalid) as caught:
        make_ticket(remedy_desk, factors={"distress": "very"})
    assert caught.value.field == "factors.distress"
    assert not Ticket.objects.exists()


def test_a_missing_fact_is_named(remedy_desk: Desk) -> None:
    ticket = make_ticket(remedy_desk)
    offer = draft_of(ticket)
    assert offer.explanation["missing"] == []
    assert any(item["rule"] == "L-1" for item in offer.explanation["not_applied"])


def test_a_changed_fact_changes_the_draft_and_says_so(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    services.set_loss(ticket, Money(15_000, "GBP"), actor=user(remedy_desk.alice), now=NOW)
    offer = draft_of(ticket)
    assert offer.total == 15_000 + 10_500
    event = Event.objects.get(ticket=ticket, type="offer_redrafted")
    assert event.changes[f"offers.{offer.pk}.total"] == 25_500
    assert Offer.objects.filter(ticket=ticket).count() == 1


def test_what_a_person_set_within_range_survives_a_change(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = draft_of(ticket)
    alice = user(remedy_desk.alice)
    remedies.adjust_component(
        offer, part(offer, "M-4").pk, 9500, reason="Two sofas", actor=alice, now=NOW
    )
    services.set_loss(ticket, Money(4000, "GBP"), actor=alice, now=NOW)
    credit = part(draft_of(ticket), "M-4")
    assert (credit.amount, credit.adjusted_from) == (9500, 9000)
    assert draft_of(ticket).total == 4000 + 9500


def test_a_complaint_that_is_not_upheld_loses_its_offer(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    point = ticket.points.get()
    services.decide_point(
        ticket, point.pk, outcome="not_upheld", actor=user(remedy_desk.alice), now=NOW
    )
    assert draft_of(ticket).total == 0
    assert not OfferComponent.objects.filter(offer__ticket=ticket).exists()


def test_a_missed_deadline_adds_to_the_offer(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    from tickets.actors import SYSTEM
    from tickets.change import changing

    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.record("deadline_breached", data={"deadlines": [{"kind": "first_response"}]})
    offer = draft_of(ticket)
    assert part(offer, "S-1").amount == 500
    assert (
        part(offer, "M-4").steps[0]
        == "£90 to £135; 1 of 4 facts makes it worse: our deadline missed"
    )


def test_the_same_kind_of_complaint_again_counts(remedy_desk: Desk) -> None:
    customer = make_customer()
    make_hurt(remedy_desk, customer=customer, now=NOW - dt.timedelta(days=30), actor=None)
    ticket = make_hurt(remedy_desk, customer=customer)
    assert part(draft_of(ticket), "M-5").steps == [
        "25 % of £90 = £22.50; rounded half up to £1 = £23"
    ]


def test_nothing_is_drafted_again_while_a_sent_offer_says_the_same(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    sent_offer(remedy_desk, ticket)
    services.receive_message(
        ticket, body="Thanks", channel=Channel.EMAIL, actor=user(remedy_desk.bob), now=NOW
    )
    assert Offer.objects.filter(ticket=ticket).count() == 1


def test_a_new_loss_after_sending_is_drafted_beside_the_sent_offer(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    first = sent_offer(remedy_desk, ticket)
    services.set_loss(ticket, Money(6000, "GBP"), actor=user(remedy_desk.alice), now=NOW)
    assert draft_of(ticket).total == 6000 + 9000
    second = sent_offer(remedy_desk, ticket)
    first.refresh_from_db()
    assert (first.status, second.status) == ("superseded", "sent")


def test_what_was_granted_is_taken_off_a_later_draft(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    remedies.accept_offer(offer, actor=user(remedy_desk.alice), now=NOW)
    services.set_loss(ticket, Money(6000, "GBP"), actor=user(remedy_desk.alice), now=NOW)
    draft = draft_of(ticket)
    assert [(c.rule, c.amount) for c in draft.components.all()] == [("L-1", 2860)]
    assert draft.components.get().steps[-1] == "less £31.40 granted before"


def test_a_currency_that_the_policy_does_not_pay_in_still_makes_an_apology(
    remedy_desk: Desk,
) -> None:
    ticket = make_ticket(remedy_desk, loss=Money(5000, "JPY"))
    offer = draft_of(ticket)
    assert offer.total == 0
    assert "JPY" in offer.explanation["problems"][0]


def test_a_ticket_from_the_past_gets_no_offer(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk, historical=True)
    assert not Offer.objects.filter(ticket=ticket).exists()


def test_drafting_reads_nothing_and_inserts_the_offer_and_its_parts_once(remedy_desk: Desk) -> None:
    make_hurt(remedy_desk)  # keys and caches
    customer = make_customer("Omar Haddad")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        make_hurt(remedy_desk, customer=customer)
    about = [q["sql"] for q in queries.captured_queries if "remedies_" in q["sql"]]
    assert not [sql for sql in about if sql.startswith("SELECT")]
    assert len(about) <= 2
    written = " ".join(about)
    for table in ("remedies_offer", "remedies_offercomponent"):
        assert written.count(f'INSERT INTO "{table}"') == 1


def test_pain_is_never_lowered_once_an_offer_went_out(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    sent_offer(remedy_desk, ticket)
    services.set_factors(ticket, {"consequence": "bother"}, actor=user(remedy_desk.alice), now=NOW)
    ticket.refresh_from_db()
    assert ticket.pain == 4


def test_a_batch_of_missed_deadlines_leaves_the_offers_that_one_by_one_would(
    remedy_desk: Desk,
) -> None:
    together = [make_hurt(remedy_desk) for _ in range(3)]
    alone = make_hurt(remedy_desk)

    def miss(change: Change) -> None:
        for kind in ("acknowledge", "promise"):
            change.record("deadline_breached", data={"deadlines": [{"kind": kind}]})

    with unit_of_work(now=NOW) as unit:
        locked = Ticket.objects.select_for_update().filter(pk__in=[t.pk for t in together])
        for change in unit.hold(locked, SYSTEM):
            miss(change)
    with changing(alone, actor=SYSTEM, now=NOW) as change:
        miss(change)

    def stands(ticket: Ticket) -> list[tuple[object, ...]]:
        offer = draft_of(ticket)
        rows = offer.components.values_list("position", "rule", "amount", "steps", "facts")
        return [(offer.total, offer.facts, offer.explanation), *rows]

    assert draft_of(alone).total > 3140 + 9000
    assert {repr(stands(ticket)) for ticket in together} == {repr(stands(alone))}
