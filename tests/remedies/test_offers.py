"""Offers: adjusted inside range and authority, sent, answered, run out."""

import datetime as dt

import pytest

from remedies import services as remedies
from remedies.errors import AboveAuthority, OfferNotOpen, OutsideRange
from remedies.models import Offer, OfferComponent, Remedy, RemedyEntry
from remedies.services import weigh
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.remedies.builders import draft_of, make_hurt, part, put_in_force, sent_offer, set_limits
from tickets import services
from tickets.actors import Actor
from tickets.errors import Conflict, Invalid, Missing, NotFound, SameReviewer, Stale
from tickets.models import Alert, Event, Outbox
from tickets.money import Money

pytestmark = pytest.mark.django_db

LAWFUL = """
policy: lawful
currency: GBP
facts: {days_without: number, pain: number}
rules:
  - rule: O-1
    title: Late repair
    gives: compensation
    amount: {each: "10.34", per: days_without}
    owed: yes
    pay_within_days: 30
  - rule: G-1
    gives: apology
    title: Apology
  - rule: M-1
    gives: credit
    title: Credit for distress
    range: {from: 20, to: 60, worse: [{when: {fact: pain, at_least: 4}, says: it was bad}]}
"""


@pytest.fixture
def lawful_desk(desk: Desk) -> Desk:
    """A policy with a sum set by law, and a rep who may grant £30 a ticket."""
    put_in_force(LAWFUL)
    set_limits("rep", per_ticket=3_000)
    return desk


def test_a_rep_sets_a_sum_inside_the_range_with_a_reason(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = draft_of(ticket)
    credit = part(offer, "M-4")
    remedies.adjust_component(
        offer, credit.pk, 9900, reason="Slept on the sofa", actor=user(remedy_desk.alice), now=NOW
    )
    offer.refresh_from_db()
    credit.refresh_from_db()
    assert offer.total == 3140 + 9900
    assert (credit.amount, credit.adjusted_from, credit.reason) == (9900, 9000, "Slept on the sofa")
    event = Event.objects.get(ticket=ticket, type="offer_adjusted")
    assert event.replaced[f"offers.{offer.pk}.components.{credit.pk}.amount"] == 9000


def test_beyond_the_range_is_an_exception(remedy_desk: Desk) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    with pytest.raises(OutsideRange, match=r"£90.00 to £135.00"):
        remedies.adjust_component(
            offer,
            part(offer, "M-4").pk,
            14_000,
            reason="More",
            actor=user(remedy_desk.sue),
            now=NOW,
        )
    with pytest.raises(OutsideRange):
        remedies.adjust_component(
            offer, part(offer, "M-4").pk, 8_000, reason="Less", actor=user(remedy_desk.sue), now=NOW
        )


def test_inside_the_range_and_above_authority_is_an_exception_too(remedy_desk: Desk) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    with pytest.raises(AboveAuthority, match="£20 over your limit of £100"):
        remedies.adjust_component(
            offer,
            part(offer, "M-4").pk,
            12_000,
            reason="More",
            actor=user(remedy_desk.alice),
            now=NOW,
        )
    assert part(offer, "M-4").amount == 9000


def test_a_proven_loss_is_not_adjusted(remedy_desk: Desk) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    with pytest.raises(OutsideRange):
        remedies.adjust_component(
            offer,
            part(offer, "L-1").pk,
            5000,
            reason="More",
            actor=user(remedy_desk.alice),
            now=NOW,
        )


def test_a_reason_is_needed(remedy_desk: Desk) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    with pytest.raises(Missing, match="a reason"):
        remedies.adjust_component(
            offer, part(offer, "M-4").pk, 9100, reason=" ", actor=user(remedy_desk.alice), now=NOW
        )


def test_a_rep_adds_something_of_his_own_inside_his_authority(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    alice = user(remedy_desk.alice)
    remedies.add_component(
        ticket, kind="gift", title="Flowers", amount=1000, currency="GBP", reason="Her birthday",
        actor=alice, now=NOW,
    )  # fmt: skip
    assert draft_of(ticket).total == 3140 + 9000 + 1000
    with pytest.raises(AboveAuthority):
        remedies.add_component(
            ticket, kind="gift", title="Vase", amount=100, currency="GBP", reason="With it",
            actor=alice, now=NOW,
        )  # fmt: skip


def test_what_a_person_added_he_may_take_off_and_what_the_policy_gives_not(
    remedy_desk: Desk,
) -> None:
    ticket = make_hurt(remedy_desk)
    alice = user(remedy_desk.alice)
    flowers = remedies.add_component(
        ticket, kind="gift", title="Flowers", amount=1000, currency="GBP", reason="Her birthday",
        actor=alice, now=NOW,
    )  # fmt: skip
    offer = draft_of(ticket)
    with pytest.raises(Conflict):
        remedies.remove_component(offer, part(offer, "M-4").pk, reason="No", actor=alice, now=NOW)
    remedies.remove_component(offer, flowers.pk, reason="She has some", actor=alice, now=NOW)
    assert draft_of(ticket).total == 3140 + 9000


def test_an_offer_is_sent_by_a_person_with_his_words(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket, body="We were wrong. Here is how we put it right.")
    assert offer.status == "sent"
    assert offer.sent_by == remedy_desk.alice
    assert offer.expires_at == NOW + dt.timedelta(days=14)
    assert offer.message is not None
    assert offer.message.body.startswith("We were wrong")
    assert Outbox.objects.filter(kind="mail", ticket=ticket).exists()
    ticket.refresh_from_db()
    assert ticket.answered_at == NOW
    assert Event.objects.filter(ticket=ticket, type="offer_sent").count() == 1


def test_an_offer_above_authority_is_not_sent(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk, factors={"consequence": "harm"})
    with pytest.raises(AboveAuthority):
        sent_offer(remedy_desk, ticket)
    assert draft_of(ticket).status == "draft"
    assert not Event.objects.filter(ticket=ticket, type="reply_sent").exists()


def test_sums_set_by_law_do_not_count_against_authority(lawful_desk: Desk) -> None:
    ticket = make_ticket(lawful_desk, facts={"days_without": 9})
    offer = sent_offer(lawful_desk, ticket)
    assert offer.total == 9306 + 2000


def test_two_offers_of_one_customer_share_his_limit(remedy_desk: Desk) -> None:
    customer = make_customer()
    for n in range(2):
        ticket = make_hurt(
            remedy_desk, customer=customer, now=NOW - dt.timedelta(days=400 * (1 - n))
        )
        sent_offer(remedy_desk, ticket)
    third = make_hurt(remedy_desk, customer=customer, factors={"consequence": "plans"})
    decision = weigh(
        draft_of(third),
        list(draft_of(third).components.all()),
        ticket=third,
        actor=user(remedy_desk.alice),
        now=NOW,
    )
    customer_meter = next(m for m in decision.meters if m.span == "customer")
    assert customer_meter.before >= 9000
    assert customer_meter.limit == 20_000


def test_a_limit_for_the_year_stops_the_third_offer(remedy_desk: Desk) -> None:
    customer = make_customer()
    for _ in range(2):
        sent_offer(remedy_desk, make_hurt(remedy_desk, customer=customer))
    third = make_hurt(remedy_desk, customer=customer)
    with pytest.raises(AboveAuthority, match="for this customer in 365 days"):
        sent_offer(remedy_desk, third)


def test_the_customer_accepts_and_everything_is_in_the_ledger(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    services.take(ticket, actor=user(remedy_desk.alice), now=NOW)
    offer = sent_offer(remedy_desk, ticket)
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    offer.refresh_from_db()
    assert offer.status == "accepted"
    granted = {r.rule: r for r in Remedy.objects.filter(ticket=ticket)}
    assert set(granted) == {"G-2", "L-1", "M-4"}
    assert (granted["M-4"].amount, granted["M-4"].currency) == (9000, "GBP")
    assert granted["M-4"].granted_under == "rep"
    assert granted["M-4"].granted_by == remedy_desk.alice
    assert granted["L-1"].granted_under == "proven loss"
    assert sum(e.amount for e in RemedyEntry.objects.filter(remedy__ticket=ticket)) == 12_140
    assert Alert.objects.filter(user=remedy_desk.alice, key=f"offer-answered:{offer.pk}").exists()


def test_an_ordinary_apology_is_delivered_by_the_letter(lawful_desk: Desk) -> None:
    ticket = make_ticket(lawful_desk, facts={"days_without": 1})
    remedies.accept_offer(sent_offer(lawful_desk, ticket), actor=user(lawful_desk.alice), now=NOW)
    apology = Remedy.objects.get(ticket=ticket, kind="apology")
    assert (apology.status, apology.gateway) == ("fulfilled", "letter")
    assert apology.amount is None


def test_a_part_is_accepted_and_what_the_law_gives_comes_with_it(lawful_desk: Desk) -> None:
    ticket = make_ticket(lawful_desk, facts={"days_without": 2})
    offer = sent_offer(lawful_desk, ticket)
    remedies.accept_offer(
        offer, components=[part(offer, "G-1").pk], actor=user(lawful_desk.alice), now=NOW
    )
    offer.refresh_from_db()
    assert offer.status == "partly_accepted"
    assert {r.rule for r in Remedy.objects.filter(ticket=ticket)} == {"O-1", "G-1"}
    assert Remedy.objects.get(ticket=ticket, rule="O-1").due_on == dt.date(2026, 12, 24)
    assert part(offer, "M-1").accepted is False


def test_a_decline_keeps_the_wish_and_grants_what_the_law_gives(lawful_desk: Desk) -> None:
    ticket = make_ticket(lawful_desk, facts={"days_without": 2})
    offer = sent_offer(lawful_desk, ticket)
    remedies.decline_offer(
        offer, wish="A month free", actor=Actor.of_customer(ticket.customer), now=NOW
    )
    offer.refresh_from_db()
    assert (offer.status, offer.wish) == ("declined", "A month free")
    assert [r.rule for r in Remedy.objects.filter(ticket=ticket)] == ["O-1"]
    assert Event.objects.get(ticket=ticket, type="offer_declined").data["wish"] == "A month free"


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_an_answered_offer_is_not_answered_again(remedy_desk: Desk, answer: str) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    actor = Actor.of_customer(ticket.customer)
    remedies.accept_offer(offer, actor=actor, now=NOW)
    again = remedies.accept_offer if answer == "accept" else remedies.decline_offer
    with pytest.raises(OfferNotOpen, match="accepted"):
        again(offer, actor=actor, now=NOW)
    assert Remedy.objects.filter(ticket=ticket).count() == 3


def test_an_offer_runs_out_at_its_moment_and_not_before(lawful_desk: Desk) -> None:
    ticket = make_ticket(lawful_desk, facts={"days_without": 2})
    offer = sent_offer(lawful_desk, ticket)
    end = NOW + dt.timedelta(days=14)
    assert not remedies.expire_next(now=end - dt.timedelta(seconds=1))
    with pytest.raises(OfferNotOpen):
        remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=end)
    assert remedies.expire_next(now=end)
    assert not remedies.expire_next(now=end)
    offer.refresh_from_db()
    assert offer.status == "expired"
    assert [r.rule for r in Remedy.objects.filter(ticket=ticket)] == ["O-1"]


def test_an_offer_is_withdrawn_unless_the_law_gives_it(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    remedies.withdraw_offer(offer, reason="Wrong person", actor=user(remedy_desk.alice), now=NOW)
    offer.refresh_from_db()
    assert offer.status == "withdrawn"


def test_what_the_law_gives_is_not_withdrawn(lawful_desk: Desk) -> None:
    offer = sent_offer(lawful_desk, make_ticket(lawful_desk, facts={"days_without": 2}))
    with pytest.raises(Conflict, match="law"):
        remedies.withdraw_offer(offer, reason="Oops", actor=user(lawful_desk.alice), now=NOW)


def test_after_a_decline_a_new_draft_is_made_when_asked_for(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    remedies.decline_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    draft = remedies.redraft(ticket, actor=user(remedy_desk.alice), now=NOW)
    assert draft is not None
    assert draft_of(ticket).total == offer.total


def test_the_review_is_answered_by_another_person(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    services.take(ticket, actor=user(remedy_desk.alice), now=NOW)
    sent_offer(remedy_desk, ticket)
    services.ask_review(
        ticket, reason="Too little", actor=Actor.of_customer(ticket.customer), now=NOW
    )
    remedies.redraft(ticket, actor=user(remedy_desk.bob), now=NOW)
    with pytest.raises(SameReviewer):
        sent_offer(remedy_desk, ticket)
    sent_offer(remedy_desk, ticket, actor=user(remedy_desk.bob))


def test_a_stale_version_changes_nothing(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    with pytest.raises(Stale):
        sent_offer(remedy_desk, ticket, seen=999)
    assert draft_of(ticket).status == "draft"


def test_an_offer_of_another_ticket_is_not_found(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    other = make_hurt(remedy_desk, customer=make_customer("Omar Haddad"))
    offer = draft_of(ticket)
    with pytest.raises(NotFound):
        remedies.adjust_component(
            offer,
            part(draft_of(other), "M-4").pk,
            9100,
            reason="Mixed up",
            actor=user(remedy_desk.alice),
            now=NOW,
        )


def test_an_integration_has_limits_of_its_own(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    with pytest.raises(AboveAuthority):
        sent_offer(remedy_desk, ticket, actor=Actor.of_client("shop"))


def test_an_empty_offer_is_not_sent(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    services.decide_point(
        ticket, ticket.points.get().pk, outcome="not_upheld", actor=user(remedy_desk.alice), now=NOW
    )
    with pytest.raises(Invalid, match="empty"):
        sent_offer(remedy_desk, ticket)


def test_a_by_hand_offer_needs_no_policy(desk: Desk) -> None:
    set_limits("rep", per_ticket=5_000)
    ticket = make_ticket(desk)
    assert not Offer.objects.exists()
    remedies.add_component(
        ticket, kind="credit", title="Goodwill", amount=500, currency="GBP", reason="Kind",
        actor=user(desk.alice), now=NOW,
    )  # fmt: skip
    assert draft_of(ticket).total == 500
    assert OfferComponent.objects.get().rule == ""
    assert Money(500, "GBP").words() == "£5.00"
