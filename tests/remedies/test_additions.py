"""What a policy adds for a late remedy: granted in one step or by itself, and never twice."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from remedies import services as remedies
from remedies.errors import AboveAuthority, OfferNotOpen, PolicyInvalid
from remedies.models import Authority, ExceptionRequest, Offer, OfferComponent, Remedy
from remedies.services.lateness import add_for_lateness
from tests.builders import NOW, Desk, user
from tests.remedies.builders import draft_of, make_hurt, part, put_in_force, sent_offer, set_limits
from tests.remedies.conftest import PACKS
from tests.remedies.test_lateness import LATER, granted, sweep
from tests.remedies.test_ledger import disagreements
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.errors import Conflict
from tickets.models import Event, Message, Ticket
from tickets.state import fold, state_now

pytestmark = pytest.mark.django_db

GENERAL = (PACKS / "general.yaml").read_text()
TODAY = NOW.date()


def added(ticket: Ticket) -> list[int | None]:
    """What the ledger has of it."""
    return list(Remedy.objects.filter(ticket=ticket, rule="S-2").values_list("amount", flat=True))


def second_late(ticket: Ticket) -> None:
    """Another remedy of the ticket does not come either."""
    other = Remedy.objects.filter(ticket=ticket, rule="M-4").update(due_on=TODAY)
    assert other == 1
    sweep(LATER + dt.timedelta(days=1))


def test_a_rep_grants_it_in_one_step_and_the_rest_stays_drafted(remedy_desk: Desk) -> None:
    ticket, _ = granted(remedy_desk, TODAY)
    sweep(LATER)
    draft = draft_of(ticket)
    rest = set(draft.components.values_list("rule", flat=True)) - {"S-2"}
    made = remedies.grant_added(draft, actor=user(remedy_desk.sue), now=LATER)
    remedy = Remedy.objects.get(ticket=ticket, rule="S-2")
    assert (remedy.amount, remedy.granted_under, remedy.granted_by) == (
        1000, "supervisor", remedy_desk.sue,
    )  # fmt: skip
    assert (made.status, remedy.offer_id, remedy.for_late) == ("accepted", made.pk, 1)
    component = part(made, "S-2")
    assert (component.clause, component.steps) == ("S-2", ["£10 × 1 = £10"])
    letter = Message.objects.get(offer=made)
    assert "£10.00" in letter.body and "need not do anything" in letter.body
    assert Event.objects.get(ticket=ticket, type="offer_granted").data["total"] == 1000
    draft.refresh_from_db()
    assert draft.status == ("draft" if rest else "withdrawn")
    assert set(draft.components.values_list("rule", flat=True)) == rest
    with pytest.raises((Conflict, OfferNotOpen)):
        remedies.grant_added(draft, actor=user(remedy_desk.sue), now=LATER)
    with changing(ticket, actor=SYSTEM, now=LATER) as change:
        add_for_lateness(change)
    assert added(ticket) == [1000]
    assert disagreements() == []
    ticket.refresh_from_db()
    events = Event.objects.filter(ticket=ticket).order_by("seq")
    told = fold(list(events))
    assert {path: told.get(path) for path in state_now(ticket)} == state_now(ticket)
    assert told[f"offers.{made.pk}.status"] == "accepted"


def test_it_needs_authority_and_nothing_else_open(remedy_desk: Desk) -> None:
    ticket, _ = granted(remedy_desk, TODAY)
    offer = Offer.objects.get(ticket=ticket, status="accepted")
    with pytest.raises(OfferNotOpen):
        remedies.grant_added(offer, actor=user(remedy_desk.sue), now=LATER)
    sweep(LATER)
    draft = draft_of(ticket)
    limit = Authority.objects.get(role="rep")
    limit.per_ticket = 500
    limit.save()
    with pytest.raises(AboveAuthority):
        remedies.grant_added(draft, actor=user(remedy_desk.alice), now=LATER)
    asked = remedies.request_exception(
        draft, amounts={part(draft, "S-2").pk: 2000}, reason="Twice promised",
        actor=user(remedy_desk.alice), now=LATER,
    )  # fmt: skip
    with pytest.raises(Conflict, match="exception"):
        remedies.grant_added(draft, actor=user(remedy_desk.sue), now=LATER)
    remedies.withdraw_exception(asked, reason="No", actor=user(remedy_desk.alice), now=LATER)
    assert not ExceptionRequest.objects.filter(status="pending").exists()
    assert added(ticket) == []
    first = draft_of(make_hurt(remedy_desk))
    with pytest.raises(Conflict, match="Send it as an offer"):
        remedies.grant_added(first, actor=user(remedy_desk.sue), now=LATER)


def test_the_policy_grants_it_by_itself_within_its_own_limits(remedy_desk: Desk) -> None:
    limit = set_limits("policy", per_remedy=1000, per_ticket=15_000)
    ticket, _ = granted(remedy_desk, TODAY)
    services.set_factors(ticket, {"distress": "calm"}, actor=user(remedy_desk.alice), now=NOW)
    sweep(LATER)
    sweep(LATER)
    remedy = Remedy.objects.get(ticket=ticket, rule="S-2")
    assert (remedy.amount, remedy.granted_under, remedy.granted_by) == (1000, "policy", None)
    told = Message.objects.get(offer__remedies=remedy)
    assert told.automatic and "£10.00" in told.body
    drafted = OfferComponent.objects.filter(offer__ticket=ticket, offer__status="draft")
    assert not drafted.filter(rule="S-2").exists()
    assert Offer.objects.filter(ticket=ticket, status="draft").count() <= 1
    second_late(ticket)
    assert added(ticket) == [1000, 1000], "the second time £20 less the £10 granted before"
    limit.per_remedy = 500
    limit.save()
    Remedy.objects.filter(ticket=ticket, rule="S-2").update(due_on=TODAY)
    sweep(LATER + dt.timedelta(days=2))
    assert added(ticket) == [1000, 1000], "beyond the limits it waits for a person"
    assert part(draft_of(ticket), "S-2").amount == 1000
    assert disagreements() == []


def test_without_a_limit_of_its_own_nothing_is_granted_by_itself(remedy_desk: Desk) -> None:
    ticket, _ = granted(remedy_desk, TODAY)
    sweep(LATER)
    assert added(ticket) == []
    assert part(draft_of(ticket), "S-2").amount == 1000


def test_what_the_customer_may_still_accept_is_not_granted_beside_it(remedy_desk: Desk) -> None:
    ticket, _ = granted(remedy_desk, TODAY)
    sweep(LATER)
    offer = sent_offer(remedy_desk, ticket, now=LATER, actor=user(remedy_desk.sue))
    set_limits("policy", per_ticket=50_000)
    second_late(ticket)
    assert added(ticket) == []
    later = LATER + dt.timedelta(days=1)
    draft = draft_of(ticket)
    with pytest.raises(Conflict, match="the offer that the customer has"):
        remedies.grant_added(draft, actor=user(remedy_desk.sue), now=later)
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=later)
    with changing(ticket, actor=SYSTEM, now=later) as change:
        add_for_lateness(change)
    assert added(ticket) == [1000, 1000]


def test_the_database_lets_a_rule_add_once_for_each_late_remedy(remedy_desk: Desk) -> None:
    ticket, _ = granted(remedy_desk, TODAY)
    sweep(LATER)
    remedies.grant_added(draft_of(ticket), actor=user(remedy_desk.sue), now=LATER)
    again = Remedy.objects.get(ticket=ticket, rule="S-2")
    again.pk, again.component = None, None
    with pytest.raises(IntegrityError, match="remedy_added_once"), transaction.atomic():
        again.save()


def test_only_a_rule_about_lateness_may_be_automatic(remedy_desk: Desk) -> None:
    wrong = GENERAL.replace("per: deadlines_missed, at_most: 20}",
                            "per: deadlines_missed, at_most: 20}\n    automatic: yes")  # fmt: skip
    with pytest.raises(PolicyInvalid, match="remedies_late"):
        put_in_force(wrong)
