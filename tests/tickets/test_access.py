"""Who sees which ticket, and who may do what to it."""

import datetime as dt

import pytest

from tests.builders import NOW, Desk, make_ticket, make_user, user
from tickets import services
from tickets.access import Principal, access_ticket, may, seen_in_parts, visible_tickets
from tickets.actors import Actor
from tickets.errors import NotAllowed, NotFound
from tickets.models import Ticket, User
from tickets.state import state_at, state_now


def principal(person: User) -> Principal:
    return Principal.of_user(person, now=NOW)


def sees(person: User, ticket: Ticket) -> bool:
    return visible_tickets(principal(person)).filter(pk=ticket.pk).exists()


@pytest.mark.parametrize(
    ("name", "seen", "works", "supervises"),
    [
        ("alice", True, True, False),
        ("bob", True, True, False),
        ("charlie", False, False, False),
        ("sue", True, True, True),
        ("mona", True, False, False),
        ("audrey", True, False, False),
        ("ada", True, True, True),
    ],
)
def test_each_role_has_its_view_of_a_ticket_of_home(
    desk: Desk, name: str, seen: bool, works: bool, supervises: bool
) -> None:
    ticket = make_ticket(desk)
    who = principal(getattr(desk, name))
    assert visible_tickets(who).filter(pk=ticket.pk).exists() is seen
    assert may(who, "work", ticket) is works
    assert may(who, "supervise", ticket) is supervises


@pytest.mark.parametrize("name", ["alice", "charlie", "sue", "mona", "audrey", "ada"])
def test_the_parts_of_what_one_sees_are_all_of_it_and_each_ticket_is_in_one(
    desk: Desk, name: str
) -> None:
    person, alice = getattr(desk, name), user(desk.alice)
    for number in range(8):
        ticket = make_ticket(desk, category=desk.flights if number % 2 else desk.outage)
        if number % 4 > 1:  # his own, wherever it is
            Ticket.objects.filter(pk=ticket.pk).update(owner=person)
        if number > 3:
            services.set_confidential(ticket, True, actor=alice, now=NOW)
    who = principal(person)
    parts = [visible_tickets(who).filter(part.which) for part in seen_in_parts(who)]
    found = [ticket.pk for part in parts for ticket in part]
    assert sorted(found) == sorted(visible_tickets(who).values_list("pk", flat=True))
    assert found


def test_what_one_may_not_see_is_not_there(desk: Desk) -> None:
    ticket = make_ticket(desk)
    with pytest.raises(NotFound):
        access_ticket(principal(desk.charlie), ticket.number)


def test_what_one_sees_but_may_not_do_is_refused_saying_who_can(desk: Desk) -> None:
    ticket = make_ticket(desk)
    with pytest.raises(NotAllowed, match="Somebody of the team"):
        access_ticket(principal(desk.audrey), ticket.number, verb="work")


def test_a_confidential_ticket_is_seen_by_owner_and_named_people_only(
    desk: Desk,
) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    services.set_confidential(ticket, True, actor=user(desk.alice), now=NOW)
    services.name_person(ticket, desk.charlie, actor=user(desk.alice), now=NOW)
    everyone = ["alice", "bob", "charlie", "sue", "mona", "audrey", "ada"]
    assert [n for n in everyone if sees(getattr(desk, n), ticket)] == [
        "alice",
        "charlie",
    ]


EVERYONE = ["alice", "bob", "charlie", "sue", "mona", "audrey", "ada"]
SHOP = Actor.of_client("Shop")


def seers(desk: Desk, ticket: Ticket) -> list[str]:
    """Names of those who see the ticket."""
    return [name for name in EVERYONE if sees(getattr(desk, name), ticket)]


def test_a_ticket_that_is_born_confidential_is_seen_by_its_teams_supervisors(desk: Desk) -> None:
    ticket = make_ticket(desk, actor=SHOP, confidential=True)

    assert seers(desk, ticket) == ["sue"]
    assert state_at(ticket, NOW) == state_now(ticket)


def test_a_person_who_opens_a_confidential_ticket_sees_it(desk: Desk) -> None:
    assert seers(desk, make_ticket(desk, actor=user(desk.bob), confidential=True)) == ["bob"]


def test_an_integration_that_closes_a_ticket_to_all_leaves_the_supervisors(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.set_confidential(ticket, True, actor=SHOP, now=NOW)

    assert seers(desk, ticket) == ["sue"]


def test_a_complaint_about_the_only_supervisor_goes_above_her(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.complain_about(ticket, desk.sue, actor=SHOP, now=NOW)

    assert seers(desk, ticket) == ["mona", "ada"]


def test_the_last_one_who_sees_a_confidential_ticket_is_not_taken_off_it(desk: Desk) -> None:
    ticket = make_ticket(desk, actor=SHOP, confidential=True)
    services.unname_person(ticket, desk.sue, actor=SHOP, now=NOW)

    assert seers(desk, ticket) == ["sue"]


def test_the_person_complained_about_never_sees_it_even_as_owner(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    services.complain_about(ticket, desk.alice, actor=user(desk.sue), now=NOW)
    assert not sees(desk.alice, ticket)
    assert sees(desk.sue, ticket)
    assert Ticket.objects.get(pk=ticket.pk).owner is None


def test_a_substitute_sees_the_tickets_of_who_is_away(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    assert not sees(desk.charlie, ticket)
    services.set_away(
        desk.alice,
        away_from=NOW,
        away_until=NOW + dt.timedelta(days=2),
        substitute=desk.charlie,
    )
    assert sees(desk.charlie, ticket)
    later = Principal.of_user(desk.charlie, now=NOW + dt.timedelta(days=3))
    assert not visible_tickets(later).filter(pk=ticket.pk).exists()


def test_a_client_sees_the_teams_it_was_given_and_nothing_confidential(
    desk: Desk,
) -> None:
    ticket = make_ticket(desk)
    scopes = frozenset({"tickets:read"})
    everywhere = Principal.of_client("shop", scopes=scopes)
    elsewhere = Principal.of_client("shop", scopes=scopes, teams=frozenset({desk.travel.pk}))
    assert visible_tickets(everywhere).exists()
    assert not visible_tickets(elsewhere).exists()
    assert not may(everywhere, "work", ticket)
    services.set_confidential(ticket, True, actor=user(desk.sue), now=NOW)
    assert not visible_tickets(everywhere).exists()


def test_a_person_without_a_team_sees_nothing(desk: Desk) -> None:
    make_ticket(desk)
    assert not visible_tickets(principal(make_user("Newcomer"))).exists()
