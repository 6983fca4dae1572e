"""Exceptions asked for and decided at the same instant, on real connections."""

from functools import partial

import pytest

from remedies import services as remedies
from remedies.models import (
    Authority,
    Budget,
    DecisionLevel,
    ExceptionApproval,
    ExceptionRequest,
    Offer,
)
from remedies.services.authorities import used_on
from tests.builders import NOW, Desk, make_customer, make_user, user
from tests.remedies.builders import draft_of, make_hurt, part
from tests.remedies.test_at_once import at_once, busy_desk
from tickets.models import Customer, Membership, Ticket
from tickets.money import Money

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["busy_desk"]


def asked(desk: Desk, ticket: Ticket, amount: int) -> ExceptionRequest:
    """Alice asks for a larger credit."""
    offer = draft_of(ticket)
    return remedies.request_exception(
        offer, amounts={part(offer, "M-4").pk: amount}, reason="Worse than it looks",
        actor=user(desk.alice), now=NOW,
    )  # fmt: skip


def tickets_of(desk: Desk, customer: Customer, count: int, currency: str = "GBP") -> list[Ticket]:
    """Complaints of one customer, each with a credit of 90 and no more."""
    found = [
        make_hurt(desk, customer=customer, category=desk.broadband, loss=Money(3140, currency))
        for _ in range(count)
    ]
    for ticket in found:
        Offer.objects.get(ticket=ticket).components.filter(rule="M-5").delete()
    return found


def test_two_currencies_at_once_pass_the_limit_of_neither(busy_desk: Desk) -> None:
    """Of three offers of £90 and three of €90 to one customer, two of each are inside."""
    Authority.objects.create(role="rep", currency="EUR", per_customer=20_000)
    customer = make_customer()
    tickets = [
        *tickets_of(busy_desk, customer, 3), *tickets_of(busy_desk, customer, 3, "EUR")
    ]  # fmt: skip
    people = [busy_desk.alice, busy_desk.bob] * 3
    ends = at_once(
        *[
            lambda ticket=ticket, person=person: remedies.send_offer(
                draft_of(ticket), body="Sorry.", actor=user(person), now=NOW
            )
            for ticket, person in zip(tickets, people, strict=True)
        ]
    )
    assert ends == ["AboveAuthority"] * 2 + ["done"] * 4
    for money in ("GBP", "EUR"):
        used = used_on(tickets[0], currency=money, periods={365}, now=NOW)
        assert sum(used.customer[365].values()) == 18_000


def test_approvals_at_once_pass_no_limit_of_the_one_who_decides(busy_desk: Desk) -> None:
    """A supervisor may give one customer £500: of three approvals of £200 two are inside."""
    Authority.objects.filter(role="supervisor").update(per_customer=50_000)
    customer = make_customer()
    rows = [asked(busy_desk, ticket, 20_000) for ticket in tickets_of(busy_desk, customer, 3)]
    sue = user(busy_desk.sue)
    ends = at_once(
        *[
            lambda row=row: remedies.approve_exception(row, reason="Yes", actor=sue, now=NOW)
            for row in rows
        ]
    )
    assert ends == ["AboveAuthority", "done", "done"]
    used = used_on(rows[0].ticket, currency="GBP", periods={365}, now=NOW)
    assert sum(used.customer[365].values()) == 40_000


def test_a_budget_of_the_one_who_decides_is_not_passed_at_once(busy_desk: Desk) -> None:
    Budget.objects.create(user=busy_desk.sue, currency="GBP", amount=45_000)
    rows = [asked(busy_desk, make_hurt(busy_desk, customer=make_customer(f"P {n}")), 20_000)
            for n in range(3)]  # fmt: skip
    sue = user(busy_desk.sue)
    ends = at_once(
        *[
            lambda row=row: remedies.approve_exception(row, reason="Yes", actor=sue, now=NOW)
            for row in rows
        ]
    )
    assert ends == ["AboveAuthority", "done", "done"]


def test_two_who_say_yes_at_the_same_instant_are_both_heard(busy_desk: Desk) -> None:
    helen = make_user("Helen", "supervisor")
    Membership.objects.create(user=helen, team=busy_desk.home, supervises=True)
    DecisionLevel.objects.create(
        name="Two", order=1, currency="GBP", up_to=90_000, needed=2, own_limits=False
    )
    row = asked(busy_desk, make_hurt(busy_desk), 60_000)
    ends = at_once(
        *[
            lambda person=person: remedies.approve_exception(
                row, reason="Yes", actor=user(person), now=NOW
            )
            for person in (busy_desk.sue, helen)
        ]
    )
    row.refresh_from_db()
    assert (ends, row.status) == (["done", "done"], "approved")
    assert ExceptionApproval.objects.filter(exception=row, void_at=None).count() == 2


def test_one_person_who_says_yes_twice_at_once_is_one(busy_desk: Desk) -> None:
    helen = make_user("Helen", "supervisor")
    Membership.objects.create(user=helen, team=busy_desk.home, supervises=True)
    DecisionLevel.objects.create(
        name="Two", order=1, currency="GBP", up_to=90_000, needed=2, own_limits=False
    )
    row = asked(busy_desk, make_hurt(busy_desk), 60_000)
    sue = user(busy_desk.sue)
    ends = at_once(*[lambda: remedies.approve_exception(row, reason="Yes", actor=sue, now=NOW)] * 3)
    row.refresh_from_db()
    assert (ends, row.status) == (["ApprovedAlready", "ApprovedAlready", "done"], "pending")


def test_two_requests_for_one_draft_at_once_are_one(busy_desk: Desk) -> None:
    ticket = make_hurt(busy_desk)
    ends = at_once(*[lambda: asked(busy_desk, ticket, 20_000)] * 3)
    assert ends == ["Conflict", "Conflict", "done"]


def test_sending_and_taking_the_approval_back_at_once_leave_one_of_the_two(
    busy_desk: Desk,
) -> None:
    """Whichever comes first counts: never an offer with the customer whose approval is gone."""
    for _ in range(4):
        row = asked(busy_desk, make_hurt(busy_desk, customer=make_customer()), 20_000)
        remedies.approve_exception(row, reason="Yes", actor=user(busy_desk.sue), now=NOW)
        offer = Offer.objects.get(pk=row.offer_id)
        alice, sue = user(busy_desk.alice), user(busy_desk.sue)
        ends = at_once(
            partial(remedies.send_offer, offer, body="Sorry.", actor=alice, now=NOW),
            partial(remedies.undo_decision, row, actor=sue, now=NOW),
        )
        row.refresh_from_db()
        offer.refresh_from_db()
        state = (offer.status, row.status)
        assert state in {("sent", "approved"), ("draft", "pending")}
        assert ends == (["TooLate", "done"] if offer.status == "sent" else ["Conflict", "done"])
