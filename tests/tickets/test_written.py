"""What somebody may see is written down once, and says the same in whatever query it stands."""

import pytest
from django.db.models import Exists, OuterRef, Subquery

from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.access import Principal, of_seen, visible_tickets
from tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db


def seen_with(who: Principal) -> list[list[int]]:
    """The tickets that `who` sees, found in five ways."""
    direct = visible_tickets(who)
    within = Ticket.objects.filter(pk__in=direct.values("pk"))
    # Twice nested, where Django calls the table U0 and V0.
    once = Ticket.objects.filter(pk=OuterRef("ticket_id"), pk__in=direct.values("pk"))
    events = Event.objects.filter(Exists(once), ticket=OuterRef("pk"))
    joined = Ticket.objects.filter(pk__in=Event.objects.filter(of_seen(who)).values("ticket_id"))
    row_by_row = Ticket.objects.filter(of_seen(who, "pk"))
    deep = Ticket.objects.filter(Exists(events))
    first = Event.objects.filter(of_seen(who, "ticket__pk"), ticket=OuterRef("pk"))
    told = Ticket.objects.annotate(event=Subquery(first.values("pk")[:1])).exclude(event=None)
    ways = (direct, within, deep, joined, row_by_row, told)
    return [sorted(way.values_list("pk", flat=True)) for way in ways]


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "sue", "mona", "audrey", "ada"])
def test_it_holds_of_the_same_tickets_however_deep_it_stands(desk: Desk, name: str) -> None:
    alice = user(desk.alice)
    for number in range(8):
        ticket = make_ticket(desk, category=desk.flights if number % 2 else desk.outage)
        if number > 1:
            services.set_confidential(ticket, True, actor=alice, now=NOW)
        if number in (4, 5):
            services.name_person(ticket, desk.charlie, actor=alice, now=NOW)
        if number in (6, 7):
            services.name_person(ticket, desk.bob, actor=alice, now=NOW)
            services.complain_about(ticket, desk.bob, actor=alice, now=NOW)
    first, *others = seen_with(Principal.of_user(getattr(desk, name), now=NOW))
    assert all(other == first for other in others)


def test_of_imported_tickets_alone_or_of_the_others(desk: Desk) -> None:
    here, elsewhere = make_ticket(desk), make_ticket(desk)
    Ticket.objects.filter(pk=elsewhere.pk).update(historical=True)
    who = Principal.of_user(desk.alice, now=NOW)

    def found(historical: bool | None) -> set[int]:
        events = Event.objects.filter(of_seen(who, historical=historical))
        return set(events.values_list("ticket_id", flat=True))

    assert found(None) == {here.pk, elsewhere.pk}
    assert found(False) == {here.pk}
    assert found(True) == {elsewhere.pk}


def test_who_sees_nothing_finds_nothing(desk: Desk) -> None:
    make_ticket(desk)
    nobody = Principal.of_client("Shop", scopes=frozenset(), teams=frozenset())
    assert seen_with(nobody) == [[]] * 6


def test_the_values_of_one_reader_are_not_those_of_another(desk: Desk) -> None:
    ticket = make_ticket(desk)
    readers = [Principal.of_user(one, now=NOW) for one in (desk.alice, desk.charlie, desk.alice)]
    assert [visible_tickets(who).filter(pk=ticket.pk).exists() for who in readers] == [
        True,
        False,
        True,
    ]
