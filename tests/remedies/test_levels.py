"""Exceptions are routed by data: who may decide so much, two of a group, substitutes, the next."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from remedies import services as remedies
from remedies.access import access_exception, exceptions_to_decide
from remedies.errors import (
    AboveAuthority,
    AboveLevel,
    AlreadyDecided,
    ApprovedAlready,
    EarlierDecider,
    NobodyDecides,
    NothingBeyond,
    TooLate,
)
from remedies.models import (
    DecisionLevel,
    ExceptionApproval,
    ExceptionRequest,
    OfferComponent,
)
from remedies.services.exceptions import move_up
from remedies.services.exceptions.undoing import undo_until
from tests.builders import NOW, Desk, make_user, user
from tests.remedies.builders import draft_of, make_hurt, part, sent_offer, set_limits
from tickets import services
from tickets.access import Principal
from tickets.actors import Actor
from tickets.change import changing
from tickets.errors import Invalid, NotAllowed, NotFound
from tickets.models import (
    Alert,
    Attachment,
    Event,
    FactDefinition,
    Membership,
    Ticket,
    User,
)
from tickets.money import Money
from tickets.state import state_at

pytestmark = pytest.mark.django_db


def ask(desk: Desk, ticket: Ticket, amount: int = 20_000, **over: Any) -> ExceptionRequest:
    """Alice asks for a larger credit than the policy gives."""
    offer = draft_of(ticket)
    wanted = OfferComponent.objects.filter(offer=offer, rule="M-4").first()
    values: dict[str, Any] = {
        "amounts": {} if wanted is None else {wanted.pk: amount},
        "reason": "Her father slept at the neighbours'",
        "actor": user(desk.alice),
        "now": NOW,
        **over,
    }
    return remedies.request_exception(offer, **values)


def level(name: str, order: int, **over: Any) -> DecisionLevel:
    """A level in pounds."""
    values: dict[str, Any] = {"currency": "GBP", "own_limits": False, **over}
    return DecisionLevel.objects.create(name=name, order=order, **values)


@pytest.fixture
def helen(remedy_desk: Desk) -> User:
    """A second supervisor of the team."""
    person = make_user("Helen", "supervisor")
    Membership.objects.create(user=person, team=remedy_desk.home, supervises=True)
    return person


@pytest.fixture
def ladder(remedy_desk: Desk, helen: User) -> list[DecisionLevel]:
    """£250 for a supervisor, £800 for two of them, anything for a manager."""
    return [
        level("Supervisors", 1, up_to=25_000),
        level("Two supervisors", 2, up_to=80_000, needed=2),
        level("Managers", 3, who="managers"),
    ]


def told(row: ExceptionRequest) -> set[str]:
    alerts = Alert.objects.filter(key__startswith=f"exception:{row.pk}")
    return set(alerts.values_list("user__name", flat=True))


def decide(row: ExceptionRequest, person: User, **over: Any) -> ExceptionRequest:
    """He says yes."""
    values: dict[str, Any] = {"reason": "Yes", "actor": user(person), "now": NOW, **over}
    remedies.approve_exception(row, **values)
    row.refresh_from_db()
    return row


def test_a_small_sum_goes_to_supervisors_and_a_large_one_to_the_manager(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    small = ask(remedy_desk, make_hurt(remedy_desk))
    assert told(small) == {"Sue", "Helen"}
    large = ask(remedy_desk, make_hurt(remedy_desk), 90_000)
    assert told(large) == {"Mona"}
    assert large.route == [ladder[2].pk]
    with pytest.raises(NotAllowed, match="Managers"):
        decide(large, remedy_desk.sue)
    mona = Principal.of_user(remedy_desk.mona, now=NOW)
    assert list(exceptions_to_decide(mona)) == [large]
    assert decide(large, remedy_desk.mona).status == "approved"


def test_what_was_granted_before_on_the_ticket_counts_for_the_level(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    """Two requests of £200 are £400: the second is not a supervisor's alone."""
    ticket = make_hurt(remedy_desk)
    first = ask(remedy_desk, ticket)
    decide(first, remedy_desk.sue)
    offer = sent_offer(remedy_desk, ticket)
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    component: dict[str, Any] = {"kind": "credit", "title": "More", "amount": 20_000}
    with pytest.raises(AboveAuthority):
        remedies.add_component(
            ticket, **component, currency="GBP", reason="Kind", actor=user(remedy_desk.alice),
            now=NOW,
        )  # fmt: skip
    second = remedies.request_exception(
        ticket,
        amounts={},
        additions=[remedies.Addition(**component)],
        reason="Again",
        actor=user(remedy_desk.alice),
        now=NOW,
    )
    assert second.at_stake >= 40_000
    assert ladder[0].pk not in second.route


def test_two_different_people_say_yes_above_a_limit(
    remedy_desk: Desk, ladder: list[DecisionLevel], helen: User
) -> None:
    ticket = make_hurt(remedy_desk)
    row = decide(ask(remedy_desk, ticket, 60_000), remedy_desk.sue)
    assert (row.status, row.decider) == ("pending", None)
    assert part(draft_of(ticket), "M-4").amount == 9000
    sue = Principal.of_user(remedy_desk.sue, now=NOW)
    assert not exceptions_to_decide(sue).exists(), "it waits for somebody else now"
    with pytest.raises(ApprovedAlready):
        decide(row, remedy_desk.sue)
    assert decide(row, helen).status == "approved"
    assert part(draft_of(ticket), "M-4").amount == 60_000
    assert ExceptionApproval.objects.filter(exception=row, void_at=None).count() == 2
    half = Event.objects.get(ticket=ticket, type="exception_half_approved")
    assert half.data["words"] == "£631.40; one more has to say yes"


def test_a_yes_that_needs_another_is_taken_back_at_once_and_said_again(
    remedy_desk: Desk, ladder: list[DecisionLevel], helen: User
) -> None:
    ticket = make_hurt(remedy_desk)
    row = ask(remedy_desk, ticket, 60_000)
    at = next(i for i, item in enumerate(row.items) if item["rule"] == "M-4")
    asked = row.items[at]
    decide(row, remedy_desk.sue, decided={at: 50_000})
    with pytest.raises(AlreadyDecided):
        remedies.undo_decision(row, actor=user(helen), now=NOW)
    late = NOW + dt.timedelta(seconds=20)
    with pytest.raises(TooLate):
        remedies.undo_decision(row, actor=user(remedy_desk.sue), now=late)
    soon = NOW + dt.timedelta(seconds=9)
    row = remedies.undo_decision(row, actor=user(remedy_desk.sue), now=soon)
    assert (row.status, row.items[at]) == ("pending", asked | {"decided": None})
    assert not ExceptionApproval.objects.filter(exception=row, void_at=None).exists()
    sue = Principal.of_user(remedy_desk.sue, now=soon)
    assert row in exceptions_to_decide(sue), "it waits for her again"
    assert not Event.objects.filter(ticket=ticket, type="exception_reopened").exists()
    back = Event.objects.get(ticket=ticket, type="exception_yes_withdrawn")
    assert back.replaced == {f"exceptions.{row.pk}.half_approved": 53_140}
    # The same yes again: those who have to say it too are told again.
    decide(row, remedy_desk.sue, decided={at: 50_000})
    told = Alert.objects.filter(ticket=ticket, user=helen, key__startswith="exception-half:")
    assert told.count() == 2


def test_a_manager_alone_suffices_where_two_supervisors_would(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    row = ask(remedy_desk, make_hurt(remedy_desk), 60_000)
    assert decide(row, remedy_desk.mona).status == "approved"


def test_other_sums_void_the_yes_of_the_first(
    remedy_desk: Desk, ladder: list[DecisionLevel], helen: User
) -> None:
    row = decide(ask(remedy_desk, make_hurt(remedy_desk), 60_000), remedy_desk.sue)
    at = next(i for i, item in enumerate(row.items) if item["rule"] == "M-4")
    decide(row, helen, decided={at: 50_000})
    assert row.status == "pending", "Helen alone said yes to £500"
    assert ExceptionApproval.objects.get(exception=row, void_at=None).user == helen
    # Sue says yes to what Helen said yes to.
    assert decide(row, remedy_desk.sue).status == "amended"
    assert row.items[at]["decided"] == 50_000


def test_a_changed_draft_voids_a_half_given_yes(
    remedy_desk: Desk, ladder: list[DecisionLevel], helen: User
) -> None:
    ticket = make_hurt(remedy_desk)
    row = decide(ask(remedy_desk, ticket, 60_000), remedy_desk.sue)
    services.set_loss(ticket, Money(5000, "GBP"), actor=user(remedy_desk.alice), now=NOW)
    row.refresh_from_db()
    assert row.status == "void"
    assert not ExceptionApproval.objects.filter(exception=row, void_at=None).exists()
    with pytest.raises(AlreadyDecided):
        decide(row, helen)


def test_the_database_counts_each_person_once(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    row = decide(ask(remedy_desk, make_hurt(remedy_desk), 60_000), remedy_desk.sue)
    yes = ExceptionApproval.objects.get(exception=row)
    yes.pk = None
    with pytest.raises(IntegrityError, match="approval_each_person_once"), transaction.atomic():
        yes.save(force_insert=True)


def test_nobody_amends_beyond_what_he_decides_about(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    row = ask(remedy_desk, make_hurt(remedy_desk))
    at = next(i for i, item in enumerate(row.items) if item["rule"] == "M-4")
    with pytest.raises(AboveLevel, match="Managers can") as caught:
        decide(row, remedy_desk.sue, decided={at: 90_000})
    assert caught.value.code == "above_level"


def test_a_currency_without_a_level_is_said_when_it_is_asked_for(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    ticket = make_hurt(remedy_desk, loss=Money(3140, "EUR"))
    with pytest.raises(NobodyDecides, match="Nobody may decide about €"):
        ask(remedy_desk, ticket)


def test_kinds_may_have_people_of_their_own_who_see_no_more_than_the_case(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    ours = level("Credits", 0, up_to=50_000, who="people", kinds=["credit"])
    ours.people.add(remedy_desk.charlie)
    row = ask(remedy_desk, make_hurt(remedy_desk))
    charlie = Principal.of_user(remedy_desk.charlie, now=NOW)
    assert list(exceptions_to_decide(charlie)) == [row]
    assert access_exception(charlie, row.pk, verb="supervise") == row
    assert decide(row, remedy_desk.charlie).status == "approved"


def test_a_confidential_ticket_is_decided_by_those_named_on_it(
    remedy_desk: Desk, ladder: list[DecisionLevel], helen: User
) -> None:
    ticket = make_hurt(remedy_desk)
    alice = user(remedy_desk.alice)
    services.take(ticket, actor=alice, now=NOW)
    services.set_confidential(ticket, confidential=True, actor=alice, now=NOW)
    with pytest.raises(NobodyDecides):
        ask(remedy_desk, ticket)
    services.name_person(ticket, helen, actor=alice, now=NOW)
    row = ask(remedy_desk, ticket)
    assert told(row) == {"Helen"}
    with pytest.raises(NotAllowed):
        decide(row, remedy_desk.sue)
    assert decide(row, helen).status == "approved"


def test_who_decided_on_the_ticket_before_does_not_decide_again(
    remedy_desk: Desk, helen: User
) -> None:
    ticket = make_hurt(remedy_desk)
    first = ask(remedy_desk, ticket)
    remedies.decline_exception(
        first, reason="No receipts", code="not_proven", actor=user(remedy_desk.sue), now=NOW
    )
    second = ask(remedy_desk, ticket)
    assert told(second) == {"Helen"}
    with pytest.raises(EarlierDecider):
        decide(second, remedy_desk.sue)
    assert decide(second, helen).status == "approved"


def test_where_no_supervisor_is_left_those_above_are_told(remedy_desk: Desk) -> None:
    row = ask(remedy_desk, make_hurt(remedy_desk), actor=user(remedy_desk.sue))
    assert told(row) == {"Mona"}


def test_a_substitute_decides_for_the_one_who_is_away(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    remedy_desk.mona.away_from = NOW - dt.timedelta(days=1)
    remedy_desk.mona.substitute = remedy_desk.bob
    remedy_desk.mona.save()
    row = ask(remedy_desk, make_hurt(remedy_desk), 90_000)
    assert told(row) == {"Bob"}
    assert decide(row, remedy_desk.bob).status == "approved"
    assert ExceptionApproval.objects.get(exception=row).stands_in_for == remedy_desk.mona


def test_a_substitute_does_not_decide_his_own_request(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    remedy_desk.mona.away_from = NOW - dt.timedelta(days=1)
    remedy_desk.mona.substitute = remedy_desk.alice
    remedy_desk.mona.save()
    row = ask(remedy_desk, make_hurt(remedy_desk), 90_000)
    with pytest.raises(NotAllowed):
        decide(row, remedy_desk.alice)


def test_a_missed_deadline_asks_the_next_level(
    remedy_desk: Desk, ladder: list[DecisionLevel]
) -> None:
    ticket = make_hurt(remedy_desk)
    row = ask(remedy_desk, ticket)
    with changing(ticket, actor=Actor.of_customer(ticket.customer), now=NOW) as change:
        change.record(
            "deadline_breached",
            data={"deadlines": [{"kind": "approve", "subject": f"exception:{row.pk}"}]},
        )
    row.refresh_from_db()
    assert row.told == [ladder[0].pk, ladder[1].pk]
    with changing(ticket, actor=user(remedy_desk.sue), now=NOW) as change:
        assert move_up(change, row.pk)
        assert not move_up(change, row.pk), "there is nobody above"
    assert told(row) == {"Sue", "Helen", "Mona"}
    mona = Principal.of_user(remedy_desk.mona, now=NOW)
    assert list(exceptions_to_decide(mona)) == [row]
    moved = Event.objects.filter(ticket=ticket, type="exception_moved_up").first()
    assert moved is not None and moved.data["level"] == "Two supervisors"


def test_an_exception_that_is_none_is_refused(remedy_desk: Desk) -> None:
    with pytest.raises(NothingBeyond, match="you may offer it yourself"):
        ask(remedy_desk, make_hurt(remedy_desk), 9500)


def test_why_it_is_one_is_kept(remedy_desk: Desk) -> None:
    row = ask(remedy_desk, make_hurt(remedy_desk))
    assert row.grounds == ["authority", "policy"]
    words = [one["words"] for one in row.because]
    assert words[0] == "Credit for distress: more than the policy gives."
    assert words[1] == "This is £100 over your limit of £100 in one remedy."
    assert row.rules == ["M-4"]


def test_against_an_exclusion_says_which(remedy_desk: Desk) -> None:
    FactDefinition.objects.create(name="already_made_good", label="Made good", kind="yes_no")
    ticket = make_hurt(remedy_desk, facts={"already_made_good": True})
    refused = [i for i in draft_of(ticket).explanation["not_applied"] if i["why"] == "excluded"]
    assert {"L-1", "M-4"} <= {item["rule"] for item in refused}
    row = ask(
        remedy_desk,
        ticket,
        amounts={},
        additions=[remedies.Addition("credit", "Once more", 5000, instead_of="M-4")],
    )
    assert row.grounds == ["exclusion"]
    assert "X-2: We have made this good already." in row.because[0]["words"]
    wish = remedies.Addition("credit", "Once more", 5000, instead_of="L-9")
    with pytest.raises(NotFound):
        ask(remedy_desk, make_hurt(remedy_desk), amounts={}, additions=[wish])


def test_files_of_the_ticket_are_its_evidence_and_no_others(remedy_desk: Desk) -> None:
    mine, other = make_hurt(remedy_desk), make_hurt(remedy_desk)
    files = [
        Attachment.objects.create(
            ticket=ticket, name="a.pdf", content_type="application/pdf", size=1, created_at=NOW
        )
        for ticket in (mine, other)
    ]
    with pytest.raises(NotFound) as caught:
        ask(remedy_desk, mine, attachments=[files[0].pk, files[1].pk])
    assert caught.value.field == "attachments.1"
    assert ask(remedy_desk, mine, attachments=[files[0].pk]).attachments == [files[0].pk]


def test_a_decline_has_a_code(remedy_desk: Desk) -> None:
    row = ask(remedy_desk, make_hurt(remedy_desk))
    sue = user(remedy_desk.sue)
    with pytest.raises(Invalid, match="A reason code is one of"):
        remedies.decline_exception(row, reason="No", code="mood", actor=sue, now=NOW)
    remedies.decline_exception(row, reason="No", code="too_much", actor=sue, now=NOW)
    row.refresh_from_db()
    assert row.decline_code == "too_much"
    with pytest.raises(IntegrityError, match="exception_decline_code_known"), transaction.atomic():
        ExceptionRequest.objects.filter(pk=row.pk).update(decline_code="mood")


def test_a_decision_can_be_taken_back_at_once(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    offer = draft_of(ticket)
    before = state_at(ticket, NOW)
    row = ask(remedy_desk, ticket, additions=[remedies.Addition("refund", "Wall mounting", 8900)])
    decide(row, remedy_desk.sue)
    assert offer.components.filter(title="Wall mounting").exists()
    later = NOW + dt.timedelta(seconds=8)
    with pytest.raises(NotAllowed):
        remedies.undo_decision(row, actor=user(remedy_desk.mona), now=later)
    remedies.undo_decision(row, actor=user(remedy_desk.sue), now=later)
    row.refresh_from_db()
    offer.refresh_from_db()
    assert (row.status, row.decider, row.decided_total) == ("pending", None, None)
    assert (offer.total, part(offer, "M-4").amount) == (12_140, 9000)
    assert part(offer, "M-4").adjusted_from is None
    assert not offer.components.filter(title="Wall mounting").exists()
    state = state_at(ticket, later)
    for key in before:
        if key.startswith(f"offers.{offer.pk}"):
            assert state[key] == before[key], key
    # And it is decided again, otherwise.
    at = next(i for i, item in enumerate(row.items) if item["title"] == "Wall mounting")
    decide(row, remedy_desk.sue, decided={at: 0}, now=later)
    assert row.status == "amended"
    assert not offer.components.filter(title="Wall mounting").exists()


def test_a_decision_is_not_taken_back_late_or_after_the_customer_heard(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    row = decide(ask(remedy_desk, ticket), remedy_desk.sue)
    sue = user(remedy_desk.sue)
    with pytest.raises(TooLate, match="ten seconds"):
        remedies.undo_decision(row, actor=sue, now=NOW + dt.timedelta(seconds=16))
    sent_offer(remedy_desk, ticket)
    with pytest.raises(TooLate, match="The offer was sent meanwhile"):
        remedies.undo_decision(row, actor=sue, now=NOW + dt.timedelta(seconds=5))


def test_a_no_is_not_taken_back_either_once_the_customer_has_the_offer(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    row = ask(remedy_desk, ticket)
    sue = user(remedy_desk.sue)
    remedies.decline_exception(row, reason="No", code="too_much", actor=sue, now=NOW)
    row.refresh_from_db()
    assert undo_until(row) == NOW + dt.timedelta(seconds=10)
    sent_offer(remedy_desk, ticket)
    with pytest.raises(TooLate, match="with that the decision is final"):
        remedies.undo_decision(row, actor=sue, now=NOW + dt.timedelta(seconds=5))
    row = ExceptionRequest.objects.select_related("offer").get(pk=row.pk)
    assert (row.status, undo_until(row)) == ("declined", None)


def test_several_are_decided_at_once_and_one_that_fails_stops_no_other(
    remedy_desk: Desk,
) -> None:
    fine = ask(remedy_desk, make_hurt(remedy_desk))
    large = ask(remedy_desk, make_hurt(remedy_desk), 60_000)
    own = ask(remedy_desk, make_hurt(remedy_desk), actor=user(remedy_desk.sue))
    last = ask(remedy_desk, make_hurt(remedy_desk))
    who = Principal.of_user(remedy_desk.sue, now=NOW)
    found = remedies.decide_together(
        [fine.pk, large.pk, own.pk, 999_999, last.pk, fine.pk],
        say="approve", reason="Storm week", who=who, now=NOW,
    )  # fmt: skip
    assert [(one.exception, one.code) for one in found] == [
        (fine.pk, ""),
        (large.pk, "above_authority"),
        (own.pk, "own_request"),
        (999_999, "not_found"),
        (last.pk, ""),
    ]
    assert part(draft_of(large.ticket), "M-4").amount == 9000
    statuses = ExceptionRequest.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["approved", "pending", "pending", "approved"]


def test_what_is_wrong_with_the_call_itself_decides_nothing(remedy_desk: Desk) -> None:
    row = ask(remedy_desk, make_hurt(remedy_desk))
    who = Principal.of_user(remedy_desk.sue, now=NOW)
    wrong: list[dict[str, Any]] = [
        {"say": "maybe"}, {"keys": []}, {"reason": " "}, {"code": "mood"},
                 {"keys": list(range(101))}]  # fmt: skip
    for over in wrong:
        values: dict[str, Any] = {"keys": [row.pk], "say": "decline", "reason": "No", **over}
        with pytest.raises(Invalid):
            remedies.decide_together(values.pop("keys"), **values, who=who, now=NOW)
    row.refresh_from_db()
    assert row.status == "pending"


def test_a_level_may_hold_people_to_their_own_limits(remedy_desk: Desk) -> None:
    level("Supervisors", 1, up_to=90_000, own_limits=True)
    row = ask(remedy_desk, make_hurt(remedy_desk), 60_000)
    with pytest.raises(AboveAuthority, match="over your limit of £500"):
        decide(row, remedy_desk.sue)


def test_a_level_is_no_way_round_the_customers_limit(remedy_desk: Desk) -> None:
    level("Supervisors", 1, up_to=90_000)
    set_limits("supervisor", kind="credit", per_customer=30_000)
    row = ask(remedy_desk, make_hurt(remedy_desk), 60_000)
    with pytest.raises(AboveAuthority, match="for this customer"):
        decide(row, remedy_desk.sue)
