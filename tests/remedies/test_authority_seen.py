"""What each may grant is seen before he types; limits are per currency; raised losses count."""

import pytest

from remedies import services as remedies
from remedies.errors import AboveAuthority
from remedies.models import Authority, Offer
from remedies.services.authorities import rooms_on, used_on
from tests.builders import NOW, Desk, make_customer, user
from tests.remedies.builders import draft_of, make_hurt, part, sent_offer
from tickets.actors import Actor
from tickets.models import Ticket
from tickets.money import Money

pytestmark = pytest.mark.django_db


def add(ticket: Ticket, desk: Desk, amount: int, currency: str = "GBP") -> None:
    """Alice adds a credit of her own."""
    remedies.add_component(
        ticket, kind="credit", title="Kindness", amount=amount, currency=currency, reason="Kind",
        actor=user(desk.alice), now=NOW,
    )  # fmt: skip


def test_the_most_that_is_said_is_the_most_that_is_taken(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = draft_of(ticket)
    parts = list(offer.components.all())
    rooms = rooms_on(offer, parts, ticket=ticket, actor=user(remedy_desk.alice), now=NOW)
    credit = part(offer, "M-4")
    assert rooms.by_component[credit.pk].most == 10_000
    assert rooms.by_component[credit.pk].words.startswith("up to £100, of £100")
    assert part(offer, "L-1").pk not in rooms.by_component, "a proven loss is not hers to set"
    more = rooms.by_kind[credit.kind]  # type: ignore[index]
    assert more.most == 1000, "£90 of the £100 are in the draft already"
    with pytest.raises(AboveAuthority):
        add(ticket, remedy_desk, 1001)
    add(ticket, remedy_desk, 1000)


def test_a_currency_without_a_limit_is_said_clearly(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk, loss=Money(3140, "EUR"))
    with pytest.raises(AboveAuthority, match="You have no limit in EUR") as caught:
        sent_offer(remedy_desk, ticket)
    assert "Your limits are in GBP; nothing is converted." in caught.value.message
    rooms = rooms_on(None, [], ticket=ticket, actor=user(remedy_desk.alice), now=NOW,
                     currency="EUR")  # fmt: skip
    assert {room.most for room in rooms.by_kind.values()} == {0}


def test_each_currency_has_its_own_limits(remedy_desk: Desk) -> None:
    Authority.objects.create(role="rep", currency="EUR", per_ticket=10_000, per_customer=10_000)
    customer = make_customer()
    pounds = make_hurt(remedy_desk, customer=customer)
    euros = make_hurt(
        remedy_desk, customer=customer, category=remedy_desk.broadband, loss=Money(3140, "EUR")
    )
    for ticket in (pounds, euros):
        remedies.accept_offer(
            sent_offer(remedy_desk, ticket), actor=Actor.of_customer(customer), now=NOW
        )
    used = {
        money: used_on(pounds, currency=money, periods={365}, now=NOW).customer[365]
        for money in ("GBP", "EUR")
    }
    assert [sum(kinds.values()) for kinds in used.values()] == [9000, 9000]
    third = make_hurt(
        remedy_desk, customer=customer, category=remedy_desk.flights, loss=Money(3140, "EUR")
    )
    with pytest.raises(AboveAuthority, match="€"):
        sent_offer(remedy_desk, third)


def test_a_loss_that_is_raised_is_a_gift_by_what_it_was_raised(remedy_desk: Desk) -> None:
    """Otherwise any sum could be had by raising what nobody's limits are about."""
    ticket = make_hurt(remedy_desk)
    offer = draft_of(ticket)
    loss = part(offer, "L-1")

    def ask(amount: int) -> None:
        row = remedies.request_exception(
            offer, amounts={loss.pk: amount}, reason="More was broken",
            actor=user(remedy_desk.alice), now=NOW,
        )  # fmt: skip
        remedies.approve_exception(row, reason="Yes", actor=user(remedy_desk.sue), now=NOW)

    with pytest.raises(AboveAuthority, match="over your limit of £500"):
        ask(3140 + 50_000)
    remedies.withdraw_exception(
        offer.exceptions.get(), reason="Less", actor=user(remedy_desk.alice), now=NOW
    )
    ask(3140 + 10_000)
    accepted = remedies.accept_offer(
        sent_offer(remedy_desk, ticket), actor=Actor.of_customer(ticket.customer), now=NOW
    )
    assert accepted.total == 3140 + 10_000 + 9000
    used = used_on(ticket, currency="GBP", periods=set(), now=NOW)
    assert sum(used.ticket.values()) == 19_000


def test_what_was_approved_and_not_sent_yet_counts_as_promised(remedy_desk: Desk) -> None:
    customer = make_customer()
    ticket = make_hurt(remedy_desk, customer=customer)
    offer = draft_of(ticket)
    row = remedies.request_exception(
        offer, amounts={part(offer, "M-4").pk: 20_000}, reason="Worse",
        actor=user(remedy_desk.alice), now=NOW,
    )  # fmt: skip
    other = make_hurt(remedy_desk, customer=customer, category=remedy_desk.broadband)
    remedies.approve_exception(row, reason="Yes", actor=user(remedy_desk.sue), now=NOW)
    with pytest.raises(AboveAuthority, match="for this customer"):
        sent_offer(remedy_desk, other, actor=user(remedy_desk.bob))
    assert Offer.objects.filter(status="sent").count() == 0
