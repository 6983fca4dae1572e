"""Exceptions: asked for by a rep, decided by somebody else who can, good for exactly those sums."""

import pytest
from django.db import IntegrityError, transaction

from remedies import services as remedies
from remedies.access import access_exception, exceptions_to_decide
from remedies.errors import AboveAuthority, AlreadyDecided, OwnRequest
from remedies.models import ExceptionRequest, Offer, Remedy
from tests.builders import NOW, Desk, make_user, user
from tests.remedies.builders import draft_of, make_hurt, part, sent_offer
from tickets import services
from tickets.access import Principal
from tickets.actors import Actor
from tickets.errors import Conflict, Invalid, Missing, NotAllowed, NotFound
from tickets.models import Alert, Event, Membership, Ticket
from tickets.money import Money
from tickets.state import state_at

pytestmark = pytest.mark.django_db


def ask(desk: Desk, ticket: Ticket, amount: int = 20_000, **over: object) -> ExceptionRequest:
    """Alice asks for a larger credit than the policy gives."""
    offer = draft_of(ticket)
    values: dict[str, object] = {
        "amounts": {part(offer, "M-4").pk: amount},
        "reason": "Her father slept at the neighbours'",
        "actor": user(desk.alice),
        "now": NOW,
        **over,
    }
    return remedies.request_exception(offer, **values)  # type: ignore[arg-type]


def test_a_request_puts_the_wish_beside_the_policy(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket)
    assert (request.policy_total, request.asked_total) == (12_140, 23_140)
    credit = next(item for item in request.items if item["rule"] == "M-4")
    assert (credit["policy"], credit["asked"], credit["decided"]) == (9000, 20_000, None)
    assert draft_of(ticket).total == 12_140
    assert Alert.objects.filter(user=remedy_desk.sue, key=f"exception:{request.pk}").exists()
    event = Event.objects.get(ticket=ticket, type="exception_requested")
    assert event.data["exception"] == request.pk


def test_an_approval_lets_exactly_these_sums_be_sent(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket)
    remedies.approve_exception(request, reason="She is right", actor=user(remedy_desk.sue), now=NOW)
    request.refresh_from_db()
    assert (request.status, request.decided_total) == ("approved", 23_140)
    offer = sent_offer(remedy_desk, ticket)
    assert offer.total == 23_140
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    credit = Remedy.objects.get(ticket=ticket, rule="M-4")
    assert credit.granted_under == f"exception {request.pk}"
    assert credit.exception == request
    assert Alert.objects.filter(
        user=remedy_desk.alice, key=f"exception-decided:{request.pk}"
    ).exists()


def test_any_change_of_a_sum_voids_the_approval(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket)
    remedies.approve_exception(request, reason="Yes", actor=user(remedy_desk.sue), now=NOW)
    services.set_loss(ticket, Money(5000, "GBP"), actor=user(remedy_desk.alice), now=NOW)
    request.refresh_from_db()
    assert request.status == "void"
    assert part(draft_of(ticket), "M-4").amount == 9000
    assert Event.objects.filter(ticket=ticket, type="exception_withdrawn").exists()


def test_nobody_decides_his_own_request(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket, actor=user(remedy_desk.sue))
    for decide in (remedies.approve_exception, remedies.decline_exception):
        with pytest.raises(OwnRequest):
            decide(request, reason="Of course", actor=user(remedy_desk.sue), now=NOW)


def test_the_database_refuses_a_decision_by_the_requester(remedy_desk: Desk) -> None:
    request = ask(remedy_desk, make_hurt(remedy_desk))
    with (
        pytest.raises(IntegrityError, match="exception_not_decided_by_requester"),
        transaction.atomic(),
    ):
        ExceptionRequest.objects.filter(pk=request.pk).update(decider=remedy_desk.alice)


def test_a_decider_has_limits_too(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket, amount=60_000)
    with pytest.raises(AboveAuthority, match="£100 over your limit of £500"):
        remedies.approve_exception(request, reason="Yes", actor=user(remedy_desk.sue), now=NOW)
    request.refresh_from_db()
    assert request.status == "pending"
    assert part(draft_of(ticket), "M-4").amount == 9000


def test_an_amended_request_is_good_for_the_amended_sum(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket)
    position = next(i for i, item in enumerate(request.items) if item["rule"] == "M-4")
    remedies.approve_exception(
        request, reason="Half", decided={position: 15_000}, actor=user(remedy_desk.sue), now=NOW
    )
    request.refresh_from_db()
    assert (request.status, request.decided_total) == ("amended", 18_140)
    assert sent_offer(remedy_desk, ticket).total == 18_140


def test_a_declined_request_leaves_the_draft_as_it_was(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket)
    remedies.decline_exception(request, reason="No receipts", actor=user(remedy_desk.sue), now=NOW)
    request.refresh_from_db()
    assert (request.status, request.decision_reason) == ("declined", "No receipts")
    assert draft_of(ticket).total == 12_140
    with pytest.raises(AlreadyDecided):
        remedies.approve_exception(request, reason="Yes", actor=user(remedy_desk.sue), now=NOW)


def test_asking_back_waits_for_the_requester(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket)
    sue = user(remedy_desk.sue)
    remedies.ask_back(request, question="Since when?", actor=sue, now=NOW)
    request.refresh_from_db()
    assert (request.status, request.question) == ("asked_back", "Since when?")
    remedies.answer_back(request, answer="Monday", actor=user(remedy_desk.alice), now=NOW)
    request.refresh_from_db()
    assert (request.status, request.answer) == ("pending", "Monday")
    remedies.approve_exception(request, reason="Then yes", actor=sue, now=NOW)


def test_something_the_policy_does_not_know_can_be_asked_for(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(
        remedy_desk,
        ticket,
        amounts={},
        additions=[remedies.Addition("refund", "Wall mounting", 8900)],
    )
    assert request.asked_total == 12_140 + 8900
    remedies.approve_exception(request, reason="Fair", actor=user(remedy_desk.sue), now=NOW)
    offer = sent_offer(remedy_desk, ticket)
    assert offer.total == 21_040
    assert offer.components.filter(title="Wall mounting", rule="").exists()


def test_an_offer_is_not_sent_while_an_exception_waits(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    ask(remedy_desk, ticket)
    with pytest.raises(Conflict, match="waits to be decided"):
        sent_offer(remedy_desk, ticket)
    with pytest.raises(Conflict, match="waits already"):
        ask(remedy_desk, ticket)


def test_a_ticket_is_not_resolved_while_an_exception_waits(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket)
    alice = user(remedy_desk.alice)
    services.decide_point(ticket, ticket.points.get().pk, outcome="upheld", actor=alice, now=NOW)
    request.refresh_from_db()
    assert request.status == "pending"
    with pytest.raises(Conflict, match="exception"):
        services.resolve(ticket, actor=alice, now=NOW)
    remedies.withdraw_exception(request, reason="Not needed", actor=alice, now=NOW)
    services.resolve(ticket, actor=alice, now=NOW)


def test_the_state_of_an_exception_can_be_rebuilt_from_the_events(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    request = ask(remedy_desk, ticket)
    prefix = f"exceptions.{request.pk}"
    assert state_at(ticket, NOW)[f"{prefix}.status"] == "pending"
    remedies.approve_exception(request, reason="Fair", actor=user(remedy_desk.sue), now=NOW)
    state = state_at(ticket, NOW)
    assert state[f"{prefix}.status"] == "approved"
    assert state[f"{prefix}.asked_total"] == state[f"{prefix}.decided_total"] == 23_140
    assert state[f"{prefix}.decider"] == remedy_desk.sue.pk
    offer = draft_of(ticket)
    assert state[f"offers.{offer.pk}.total"] == offer.total == 23_140
    sums = {row.pk: row.amount for row in offer.components.all() if row.amount is not None}
    assert sums == {key: state[f"offers.{offer.pk}.components.{key}.amount"] for key in sums}


def test_a_reason_is_needed_and_a_person(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    with pytest.raises(Missing):
        ask(remedy_desk, ticket, reason=" ")
    with pytest.raises(NotAllowed):
        ask(remedy_desk, ticket, actor=Actor.of_client("shop"))
    with pytest.raises(NotFound):
        ask(remedy_desk, ticket, amounts={999_999: 1})
    with pytest.raises(Invalid):
        ask(remedy_desk, ticket, amount=-1)
    assert not ExceptionRequest.objects.exists()


def test_the_inbox_shows_what_one_may_decide(remedy_desk: Desk) -> None:
    request = ask(remedy_desk, make_hurt(remedy_desk))
    sue = Principal.of_user(remedy_desk.sue, now=NOW)
    assert list(exceptions_to_decide(sue)) == [request]
    for name in ("alice", "bob", "charlie", "audrey"):
        who = Principal.of_user(getattr(remedy_desk, name), now=NOW)
        assert not exceptions_to_decide(who).exists(), name
    with pytest.raises(NotFound):
        access_exception(Principal.of_user(remedy_desk.charlie, now=NOW), request.pk)
    with pytest.raises(NotAllowed):
        access_exception(Principal.of_user(remedy_desk.bob, now=NOW), request.pk, verb="supervise")


def test_the_substitute_of_somebody_away_is_told(remedy_desk: Desk) -> None:
    helen = make_user("Helen", "supervisor")
    Membership.objects.create(user=helen, team=remedy_desk.home, supervises=True)
    remedy_desk.sue.away_from = NOW
    remedy_desk.sue.substitute = helen
    remedy_desk.sue.save()
    request = ask(remedy_desk, make_hurt(remedy_desk))
    told = set(
        Alert.objects.filter(key=f"exception:{request.pk}").values_list("user__name", flat=True)
    )
    assert told == {"Helen"}
    assert Offer.objects.count() == 1
