"""What is previewed is what is sent: the mail word for word, and the apology in it."""

import datetime as dt

import pytest
from django.core import mail

from integrations.mail.outgoing import deliver_mail
from remedies import services as remedies
from remedies.errors import OfferNotOpen
from remedies.models import Offer, OfferComponent, Remedy
from tests.builders import NOW, Desk, user
from tests.remedies.builders import draft_of, make_hurt, part, put_in_force, sent_offer
from tickets import services
from tickets.actors import Actor
from tickets.errors import Conflict, Invalid, NotFound
from tickets.models import Event, Outbox, Ticket
from tickets.state import state_at

pytestmark = pytest.mark.django_db

VOUCHER = """
policy: general
title: A voucher, or cash
currencies: [GBP]
facts:
  pain: number
  loss: {type: money, default: 0}
rules:
  - rule: V-1
    title: For the trouble
    gives: credit
    form: bank transfer
    pay_within_days: 10
    range: {from: {each: 10, per: pain}, to: {each: 20, per: pain}}
    options: [{form: voucher, amount: {each: 15, per: pain}}]
  - {rule: L-1, title: Loss, gives: refund, amount: loss, makes_good_loss: yes}
"""


def with_choice(desk: Desk) -> Ticket:
    """A ticket of pain 4 whose credit of £40 can be had as a voucher of £60."""
    put_in_force(VOUCHER)
    return make_hurt(desk)


def test_the_mail_is_word_for_word_what_was_previewed(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = draft_of(ticket)
    seen = remedies.preview_offer(offer, body="", sender="Alice", now=NOW)
    assert Offer.objects.get(pk=offer.pk).status == "draft"
    sent_offer(remedy_desk, ticket, body=seen.body)
    row = Outbox.objects.get(ticket=ticket, kind="mail", payload__template="message")
    row.delivered_at = NOW
    deliver_mail(row)
    letter = mail.outbox[-1]
    assert (letter.subject, letter.body) == (seen.subject, seen.text)


def test_the_proposed_letter_says_what_was_found_and_what_changes(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    alice = user(remedy_desk.alice)
    point = ticket.points.get()
    services.decide_point(
        ticket, point.pk, outcome="upheld", finding="The job was closed too early.",
        actor=alice, now=NOW,
    )  # fmt: skip
    services.add_corrective_action(
        ticket, text="No job is closed before the line is tested.", owner=remedy_desk.alice,
        due_on=NOW.date(), actor=alice, now=NOW,
    )  # fmt: skip
    seen = remedies.preview_offer(draft_of(ticket), body="", sender="Alice", now=NOW)
    assert f"- {point.text.rstrip('.:')}: The job was closed too early." in seen.body
    assert "we change this:\n- No job is closed" in seen.body
    assert "until Tuesday 8 December" in seen.body
    assert seen.checklist.missing == ()


def test_what_an_apology_lacks_is_said_and_bars_nothing(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    seen = remedies.preview_offer(draft_of(ticket), body="Here is £90.", sender="Alice", now=NOW)
    assert "regret" in seen.checklist.missing
    sent_offer(remedy_desk, ticket, body="Here is £90.")


def test_only_a_draft_is_previewed_and_for_some_time(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = draft_of(ticket)
    with pytest.raises(Invalid):
        remedies.preview_offer(offer, body="", sender="Alice", now=NOW, expires_at=NOW)
    sent = sent_offer(remedy_desk, ticket)
    with pytest.raises(Conflict):
        remedies.preview_offer(sent, body="", sender="Alice", now=NOW)


def test_the_customer_may_have_a_larger_voucher_in_place_of_cash(remedy_desk: Desk) -> None:
    ticket = with_choice(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    credit = part(offer, "V-1")
    assert credit.choices == {"voucher": 6000}
    remedies.accept_offer(
        offer, choices={credit.pk: "voucher"}, actor=Actor.of_customer(ticket.customer), now=NOW
    )
    remedy = Remedy.objects.get(ticket=ticket, rule="V-1")
    assert (remedy.amount, remedy.form) == (6000, "voucher")
    assert remedy.due_on == NOW.date() + dt.timedelta(days=10)
    told = Event.objects.get(ticket=ticket, type="offer_accepted").data
    assert told["total"] == 6000 + 3140
    state = state_at(ticket, NOW)
    assert state[f"offers.{offer.pk}.components.{credit.pk}.chosen"] == "voucher"
    services.set_factors(ticket, {"distress": "annoyed"}, actor=user(remedy_desk.alice), now=NOW)
    assert not Offer.objects.filter(ticket=ticket, status="draft").exists()


def test_cash_stays_cash_and_no_other_form_is_had(remedy_desk: Desk) -> None:
    ticket = with_choice(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    credit, loss = part(offer, "V-1"), part(offer, "L-1")
    customer = Actor.of_customer(ticket.customer)
    with pytest.raises(Invalid, match="bank transfer, voucher"):
        remedies.accept_offer(offer, choices={credit.pk: "gold"}, actor=customer, now=NOW)
    with pytest.raises(NotFound):
        remedies.accept_offer(
            offer, components=[loss.pk], choices={credit.pk: "voucher"}, actor=customer, now=NOW
        )
    remedies.accept_offer(offer, choices={credit.pk: "bank transfer"}, actor=customer, now=NOW)
    assert Remedy.objects.get(ticket=ticket, rule="V-1").amount == 4000


@pytest.mark.parametrize(("set_to", "voucher"), [(5000, 7500), (4001, 6002), (8000, 12_000)])
def test_the_voucher_grows_with_the_sum_that_a_person_sets(
    remedy_desk: Desk, set_to: int, voucher: int
) -> None:
    ticket = with_choice(remedy_desk)
    offer = draft_of(ticket)
    sue = user(remedy_desk.sue)
    for amount in (set_to, 4000, set_to):
        remedies.adjust_component(
            offer, part(offer, "V-1").pk, amount, reason="Fair", actor=sue, now=NOW
        )
    assert part(offer, "V-1").choices == {"voucher": voucher}


def test_the_letter_names_the_choice_and_when_it_comes(remedy_desk: Desk) -> None:
    ticket = with_choice(remedy_desk)
    seen = remedies.preview_offer(draft_of(ticket), body="", sender="Alice", now=NOW)
    assert "You choose: £40.00, or £60.00 as voucher." in seen.body
    assert "For the trouble: as bank transfer, within 10 days." in seen.body


def test_a_no_may_say_what_would_be_fair(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    remedies.decline_offer(
        offer, wish="Two visits cost me a day's pay.", wish_amount=25_000, wish_kind="compensation",
        actor=Actor.of_customer(ticket.customer), now=NOW,
    )  # fmt: skip
    offer.refresh_from_db()
    assert (offer.status, offer.wish_amount) == ("declined", 25_000)
    assert offer.wish_kind == "compensation"
    told = Event.objects.get(ticket=ticket, type="offer_declined").data
    assert told["words"] == "£250.00 as compensation: Two visits cost me a day's pay."
    with pytest.raises(OfferNotOpen):
        remedies.decline_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)


@pytest.mark.parametrize(
    ("wish", "field"),
    [({"wish_amount": 0}, "wish_amount"), ({"wish_amount": 10**18}, "wish_amount"),
     ({"wish_kind": "gold"}, "wish_kind")],
)  # fmt: skip
def test_what_cannot_be_wished_is_refused_by_name(
    remedy_desk: Desk, wish: dict[str, object], field: str
) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    with pytest.raises(Invalid) as caught:
        remedies.decline_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW, **wish)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_what_was_sent_keeps_its_choices(remedy_desk: Desk) -> None:
    from tests.remedies.test_ledger import refused

    sent_offer(remedy_desk, with_choice(remedy_desk))
    assert OfferComponent.objects.exclude(options=[]).exists()
    assert refused("UPDATE remedies_offercomponent SET options = '[]'")
