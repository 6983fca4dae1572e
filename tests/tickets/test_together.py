"""Several tickets at once: what is refused is named, and all of it can be undone, once."""

import datetime as dt

import pytest

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.access import Principal
from tickets.errors import Conflict, Invalid, Missing, NotFound
from tickets.models import Alert, BulkAct, Ticket, TicketLink, User
from tickets.services import pairing, together

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=1)


def who(person: User) -> Principal:
    return Principal.of_user(person, now=NOW)


@pytest.fixture
def some(desk: Desk) -> list[Ticket]:
    return [make_ticket(desk, customer=make_customer(name)) for name in ("Ines", "Rosa", "Sam")]


def numbers(tickets: list[Ticket]) -> list[str]:
    return [ticket.number for ticket in tickets]


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_what_cannot_be_done_is_named_and_stops_none_of_the_others(
    desk: Desk, some: list[Ticket]
) -> None:
    foreign = make_ticket(desk, category=desk.flights)
    services.assign(some[1], desk.bob, actor=user(desk.alice), now=NOW)
    wanted = ["A-999", foreign.number, *numbers(some), some[0].number]
    done = together.assign_all(who(desk.alice), wanted, desk.bob, now=LATER)
    assert done.numbers == (some[0].number, some[2].number)
    refused = {one.number: one.code for one in done.refused}
    assert refused == {
        "A-999": "not_found", foreign.number: "not_found", some[1].number: "conflict"
    }  # fmt: skip
    assert {fresh(ticket).owner for ticket in some} == {desk.bob}


def test_undo_gives_back_to_whoever_had_it_before(desk: Desk, some: list[Ticket]) -> None:
    services.take(some[1], actor=user(desk.alice), now=NOW)
    done = together.assign_all(who(desk.alice), numbers(some[:2]), desk.bob, now=NOW)
    assert done.act is not None
    assert done.act.words == "given to Bob"
    assert fresh(some[1]).handoffs == 1
    undone = together.undo(who(desk.alice), done.act.pk, now=LATER)
    assert sorted(undone.numbers) == sorted(numbers(some[:2]))
    assert fresh(some[0]).owner is None
    assert (fresh(some[1]).owner, fresh(some[1]).handoffs) == (desk.alice, 0)
    assert not Alert.objects.filter(user=desk.bob, read_at=None).exists()
    event = some[1].events.order_by("-seq").first()
    assert event is not None
    assert (event.type, event.data) == ("assignment_undone", {"to": "Alice", "from": "Bob"})


def test_what_somebody_changed_since_stays_as_it_is(desk: Desk, some: list[Ticket]) -> None:
    done = together.take_all(who(desk.alice), numbers(some), now=NOW)
    assert done.act is not None
    services.add_note(some[0], body="Looked at it.", actor=user(desk.bob), now=NOW)
    services.set_tags(some[0], ["seen"], actor=user(desk.bob), now=NOW)
    undone = together.undo(who(desk.alice), done.act.pk, now=LATER)
    assert [one.number for one in undone.refused] == [some[0].number]
    assert undone.refused[0].code == "stale"
    assert fresh(some[0]).owner == desk.alice
    assert fresh(some[1]).owner is None


def test_an_act_is_undone_once_by_whoever_did_it_and_soon(desk: Desk, some: list[Ticket]) -> None:
    done = together.tag_all(who(desk.alice), numbers(some), "Leeds", now=NOW)
    assert done.act is not None
    key = done.act.pk
    with pytest.raises(NotFound):
        together.undo(who(desk.bob), key, now=LATER)
    with pytest.raises(Conflict):
        together.undo(who(desk.alice), key, now=NOW + dt.timedelta(hours=1))
    together.undo(who(desk.alice), key, now=LATER)
    with pytest.raises(Conflict):
        together.undo(who(desk.alice), key, now=LATER)
    assert {tuple(fresh(ticket).tags) for ticket in some} == {()}


def test_tags_are_added_and_taken_back(desk: Desk, some: list[Ticket]) -> None:
    services.set_tags(some[0], ["old"], actor=user(desk.alice), now=NOW)
    services.set_tags(some[1], ["leeds"], actor=user(desk.alice), now=NOW)
    done = together.tag_all(who(desk.alice), numbers(some), " Leeds ", now=NOW)
    assert fresh(some[0]).tags == ["leeds", "old"]
    assert [(one.number, one.code) for one in done.refused] == [(some[1].number, "conflict")]
    assert done.act is not None
    together.undo(who(desk.alice), done.act.pk, now=LATER)
    assert [fresh(ticket).tags for ticket in some] == [["old"], ["leeds"], []]


def test_tickets_are_filed_elsewhere_and_back(desk: Desk, some: list[Ticket]) -> None:
    done = together.file_all(who(desk.alice), numbers(some), desk.broadband, now=NOW)
    assert {fresh(ticket).category for ticket in some} == {desk.broadband}
    assert done.act is not None
    together.undo(who(desk.alice), done.act.pk, now=LATER)
    assert {fresh(ticket).category for ticket in some} == {desk.outage}


def test_the_auditor_changes_nothing(desk: Desk, some: list[Ticket]) -> None:
    done = together.tag_all(who(desk.audrey), numbers(some), "x", now=NOW)
    assert (done.act, done.numbers) == (None, ())
    assert {one.code for one in done.refused} == {"not_allowed"}


def test_nothing_too_much_and_no_tag_are_refused_at_once(desk: Desk) -> None:
    alice = who(desk.alice)
    with pytest.raises(Missing):
        together.tag_all(alice, [], "x", now=NOW)
    with pytest.raises(Missing):
        together.tag_all(alice, ["A-10019"], " ", now=NOW)
    with pytest.raises(Invalid):
        together.tag_all(alice, [str(number) for number in range(201)], "x", now=NOW)


def test_what_was_done_is_forgotten_after_a_day(desk: Desk, some: list[Ticket]) -> None:
    together.tag_all(who(desk.alice), numbers(some), "one", now=NOW)
    together.tag_all(who(desk.alice), numbers(some), "two", now=NOW + dt.timedelta(days=2))
    assert BulkAct.objects.get().words == "tagged two"


def test_several_are_linked_with_the_first_and_it_is_undone(desk: Desk, some: list[Ticket]) -> None:
    foreign = make_ticket(desk, category=desk.flights)
    done = pairing.link_all(who(desk.alice), [*numbers(some), foreign.number], now=NOW)
    assert done.numbers == tuple(numbers(some))
    assert [(one.number, one.code) for one in done.refused] == [(foreign.number, "not_found")]
    links = TicketLink.objects.values_list("ticket", "other", "kind")
    assert set(links) == {(one.pk, some[0].pk, "related") for one in some[1:]}
    again = pairing.link_all(who(desk.alice), numbers(some), now=NOW)
    assert (again.act, again.numbers) == (None, ())
    assert {one.code for one in again.refused} == {"conflict"}
    with pytest.raises(Missing, match="at least two"):
        pairing.link_all(who(desk.alice), numbers(some)[:1], now=NOW)
    assert done.act is not None
    undone = together.undo(who(desk.alice), done.act.pk, now=LATER)
    assert sorted(undone.numbers) == sorted(numbers(some)[1:])
    assert not TicketLink.objects.exists()
