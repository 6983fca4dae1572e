"""Two tickets become one, and one becomes two: nothing is lost, and who may not, can't."""

import datetime as dt
from typing import Any

import pytest

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.access import Principal, access_by_key, access_ticket, lead_on
from tickets.actors import Actor
from tickets.errors import (
    Conflict,
    FactUnknown,
    Invalid,
    Merged,
    Missing,
    NotFound,
    Stale,
    WrongStatus,
)
from tickets.models import Customer, Ticket
from tickets.money import Money
from tickets.rules import Channel
from tickets.services.files import Upload
from tickets.state import state_at, state_now

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def customer(desk: Desk) -> Customer:
    """The one who complained twice."""
    return make_customer()


@pytest.fixture
def first(desk: Desk, customer: Customer) -> Ticket:
    """What he wrote first."""
    return make_ticket(
        desk,
        customer=customer,
        points=["No internet", "Two visits not kept"],
        facts={"days_without": "9"},
        tags=["leeds"],
        uploads=[Upload("router.txt", b"red light")],
    )


@pytest.fixture
def second(desk: Desk, customer: Customer) -> Ticket:
    """The same again, half an hour later."""
    return make_ticket(
        desk,
        customer=customer,
        now=NOW + dt.timedelta(minutes=30),
        points=["Nobody answers"],
        facts={"days_without": "8", "monthly_fee": "£38"},
        tags=["outage"],
        loss=Money(2000, "GBP"),
        wish="My money back",
        uploads=[Upload("bill.txt", b"38 pounds")],
    )


def merge(desk: Desk, into: Ticket, other: Ticket, **over: Any) -> None:
    """Alice makes two one."""
    values = {"reason": "The same outage", "actor": user(desk.alice), "now": LATER, **over}
    services.merge_tickets(into, other, **values)
    into.refresh_from_db()
    other.refresh_from_db()


def split(desk: Desk, ticket: Ticket, points: list[int], **over: Any) -> Ticket:
    """Alice makes one two."""
    values = {"reason": "Two matters", "actor": user(desk.alice), "now": LATER, **over}
    new = services.split_ticket(ticket, points, **values)
    ticket.refresh_from_db()
    return Ticket.objects.get(pk=new.pk)


# -- merging ----------------------------------------------------------------------------------


def test_the_survivor_has_all_that_both_had(desk: Desk, first: Ticket, second: Ticket) -> None:
    services.make_promise(
        second, what="Call back", due=NOW + dt.timedelta(days=2), actor=user(desk.alice), now=LATER
    )
    merge(desk, first, second)
    texts = {"No internet", "Two visits not kept", "Nobody answers"}
    assert {point.text for point in first.points.all()} == texts
    assert first.messages.count() == 2
    assert {file.name for file in first.attachments.all()} == {"router.txt", "bill.txt"}
    assert first.tags == ["leeds", "outage"]
    assert first.facts["days_without"] == "9"  # its own stands
    assert "monthly_fee" in first.facts
    assert (first.loss_minor, first.wish, first.contacts) == (2000, "My money back", 2)
    promise = first.events.get(type="promise_made")
    assert promise.data["what"] == "Call back"
    told = first.events.get(type="merged_in")
    assert [row["label"] for row in told.data["conflicts"]] == ["Days without"]
    assert told.data["conflicts"][0]["other"] == "8"


def test_the_other_is_closed_for_good_and_leads_to_the_survivor(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    merge(desk, first, second)
    assert (second.status, second.merged_into) == ("closed", first)
    assert second.links_out.get().other == first
    assert second.messages.count() == 1  # what was said stays where it was said
    assert {"ticket_created", "merged"} <= set(second.events.values_list("type", flat=True))
    alice = Principal.of_user(desk.alice, now=LATER)
    assert access_by_key(second.access_key) == first
    assert lead_on(alice, access_ticket(alice, second.number)) == first
    with pytest.raises(Merged, match=first.number):
        access_ticket(alice, second.number, verb="work")
    with pytest.raises(Merged):
        services.reopen(second, reason="Again", actor=user(desk.alice), now=LATER)
    with pytest.raises(Merged):
        services.reply(second, body="Hello", actor=user(desk.alice), now=LATER)


def test_what_the_customer_says_to_the_other_is_heard_on_the_survivor(
    desk: Desk, first: Ticket, second: Ticket, customer: Customer
) -> None:
    third = make_ticket(desk, customer=customer)
    merge(desk, first, second)
    merge(desk, third, first)
    message = services.receive_message(
        second,
        body="Any news?",
        channel=Channel.EMAIL,
        actor=Actor.of_customer(customer),
        now=LATER,
    )
    assert message.ticket == third


def test_owner_and_whoever_works_on_the_other_are_told(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    services.take(second, actor=user(desk.bob), now=NOW + dt.timedelta(minutes=40))
    merge(desk, first, second)
    assert first.owner == desk.bob  # a complaint never loses its owner silently
    assert desk.bob.alerts.filter(key__startswith=f"merged:{second.pk}").exists()


def test_a_merge_can_be_rebuilt_on_both_sides(desk: Desk, first: Ticket, second: Ticket) -> None:
    services.decide_point(
        second,
        second.points.get().pk,
        outcome="upheld",
        finding="We were wrong",
        actor=user(desk.alice),
        now=NOW + dt.timedelta(minutes=31),
    )
    services.add_corrective_action(
        second,
        text="Staff the hotline",
        owner=desk.sue,
        due_on=LATER.date(),
        point_id=second.points.get().pk,
        actor=user(desk.alice),
        now=NOW + dt.timedelta(minutes=32),
    )
    before = state_now(second)
    merge(desk, first, second)
    for ticket in (first, second):
        assert _own(state_at(ticket, LATER)) == state_now(ticket)
    assert _own(state_at(second, LATER - dt.timedelta(minutes=1))) == before
    assert first.actions.get().text == "Staff the hotline"


def _own(state: dict[str, Any]) -> dict[str, Any]:
    foreign = ("offers.", "deadlines.", "escalation", "components.", "pauses.")
    return {path: value for path, value in state.items() if not path.startswith(foreign)}


def test_what_can_not_be_one_is_refused(desk: Desk, first: Ticket, second: Ticket) -> None:
    stranger = make_ticket(desk, customer=make_customer("Rosa Ferrante"))
    with pytest.raises(Conflict, match="itself"):
        merge(desk, first, first)
    with pytest.raises(Conflict, match="two customers"):
        merge(desk, first, stranger)
    with pytest.raises(Missing):
        merge(desk, first, second, reason=" ")
    with pytest.raises(Stale):
        merge(desk, first, second, seen=first.version + 7)
    services.set_confidential(second, True, actor=user(desk.alice), now=LATER)
    with pytest.raises(Conflict, match="confidential"):
        merge(desk, first, second)
    assert not first.events.filter(type="merged_in").exists()


def test_one_that_is_finished_or_was_merged_is_refused(
    desk: Desk, first: Ticket, second: Ticket, customer: Customer
) -> None:
    third = make_ticket(desk, customer=customer)
    services.decide_point(
        third, third.points.get().pk, outcome="upheld", actor=user(desk.alice), now=LATER
    )
    services.resolve(third, actor=user(desk.alice), now=LATER)
    for into, other in ((first, third), (third, first)):
        with pytest.raises(WrongStatus, match="finished"):
            merge(desk, into, other)
    merge(desk, first, second)
    with pytest.raises(Merged):
        merge(desk, first, second)


def test_once_two_customers_are_one_so_can_their_tickets(desk: Desk, first: Ticket) -> None:
    again = make_customer("Ina Calloway")
    other = make_ticket(desk, customer=again)
    services.merge_customers(first.customer, again, actor=user(desk.sue), now=LATER)
    merge(desk, first, other)
    assert first.points.count() == 3


def test_whom_the_other_is_about_does_not_see_the_survivor(
    desk: Desk, first: Ticket, second: Ticket
) -> None:
    services.take(first, actor=user(desk.bob), now=LATER)
    services.set_confidential(first, True, actor=user(desk.alice), now=LATER)
    services.complain_about(second, desk.bob, actor=user(desk.alice), now=LATER)
    merge(desk, first, second)
    bob = Principal.of_user(desk.bob, now=LATER)
    with pytest.raises(NotFound):
        access_ticket(bob, first.number)
    assert first.owner is None


# -- splitting --------------------------------------------------------------------------------


def test_points_get_a_ticket_of_their_own_with_the_first_message(desk: Desk, first: Ticket) -> None:
    services.take(first, actor=user(desk.alice), now=NOW)
    kept, moved = first.points.all()
    new = split(desk, first, [moved.pk])
    assert list(first.points.all()) == [kept]
    assert list(new.points.all()) == [moved]
    assert new.subject == "Two visits not kept"
    assert (new.customer, new.owner, new.status) == (first.customer, desk.alice, "open")
    assert (new.received_at, new.acknowledged_at) == (first.received_at, first.acknowledged_at)
    assert (new.facts, first.facts) == ({}, {"days_without": "9"})  # else it was paid for twice
    assert new.messages.get().body == first.messages.get().body
    assert new.attachments.get().name == "router.txt"
    assert first.links_in.get().ticket == new
    assert first.events.get(type="split_off").data["other"] == new.number
    assert new.events.get(type="split_from").data["points"] == ["Two visits not kept"]


def test_what_sums_are_worked_out_from_is_in_one_of_the_two(desk: Desk, first: Ticket) -> None:
    alice, at = user(desk.alice), NOW
    facts = {"monthly_fee": "£38", "visits_missed": 2, "account": "L-44", "reported": "2026-11-20"}
    services.set_facts(first, facts, actor=alice, now=at)
    point = first.points.all()[1].pk
    new = split(desk, first, [point], facts={"visits_missed": "there", "monthly_fee": "both"})
    assert set(new.facts) == {"monthly_fee", "visits_missed", "account", "reported"}
    assert set(first.facts) == {"monthly_fee", "days_without", "account", "reported"}
    told = first.events.filter(type="facts_set").latest("seq")
    assert told.data["names"] == ["visits_missed"]
    assert told.data["to"] == new.number
    assert told.changes["facts.visits_missed"] is None
    for ticket in (first, new):
        assert _own(state_at(ticket, LATER)) == state_now(ticket)


def test_a_fact_that_only_the_new_category_asks_for_goes_along(desk: Desk, first: Ticket) -> None:
    services.change_category(first, "flights", actor=user(desk.alice), now=NOW)
    new = split(desk, first, [first.points.all()[1].pk], category="outage")
    assert (new.facts, first.facts) == ({"days_without": "9"}, {})


def test_a_fact_that_the_new_category_has_no_place_for_stays(desk: Desk, first: Ticket) -> None:
    keys = [point.pk for point in first.points.all()]
    for facts, error in (
        ({"days_without": "there"}, FactUnknown),
        ({"nothing": "both"}, Invalid),
        ({"days_without": "nowhere"}, Invalid),
    ):
        with pytest.raises(error) as refused:
            split(desk, first, keys[1:], category="broadband", facts=facts)
        assert refused.value.field == f"facts.{next(iter(facts))}"
    new = split(desk, first, keys[1:], category="broadband")
    assert (new.facts, first.facts) == ({}, {"days_without": "9"})


def test_a_split_can_be_rebuilt_on_both_sides(desk: Desk, first: Ticket) -> None:
    services.complain_about(first, desk.bob, actor=user(desk.alice), now=NOW)
    before = state_now(Ticket.objects.get(pk=first.pk))
    new = split(desk, first, [first.points.all()[1].pk], category="broadband")
    assert new.confidential
    assert {p.user: p.relation for p in new.people.all()} == {
        desk.alice: "named",
        desk.bob: "complained_about",
    }
    for ticket in (first, new):
        assert _own(state_at(ticket, LATER)) == state_now(ticket)
    assert _own(state_at(first, LATER - dt.timedelta(minutes=1))) == before


def test_a_split_that_can_not_be_is_refused(desk: Desk, first: Ticket, second: Ticket) -> None:
    keys = [point.pk for point in first.points.all()]
    foreign = second.points.get().pk
    with pytest.raises(Invalid, match="at least one"):
        split(desk, first, keys)
    with pytest.raises(Missing):
        split(desk, first, [])
    with pytest.raises(NotFound) as refused:
        split(desk, first, [keys[0], foreign])
    assert refused.value.field == "points.1"
    with pytest.raises(NotFound):
        split(desk, first, keys[:1], messages=[second.messages.get().pk])
    with pytest.raises(Stale):
        split(desk, first, keys[:1], seen=first.version + 7)
    with pytest.raises(Missing):
        split(desk, first, keys[:1], reason="")
    merge(desk, second, first)
    with pytest.raises(Merged):
        split(desk, first, keys[:1])
    assert Ticket.objects.count() == 2
