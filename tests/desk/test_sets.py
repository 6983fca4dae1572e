"""What is kept of a list is, for each reader and at each moment, what Django finds anew."""

import datetime as dt

import pytest

from desk import late, queue
from desk.counting import counted
from desk.heads import heads
from desk.queue import Bounds
from desk.sets import Told
from desk.views.shell import zone_of
from escalation.models import Deadline
from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.access import Principal, visible_tickets
from tickets.models import Membership, Ticket, User

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
EVERYBODY = ("alice", "bob", "charlie", "sue", "mona", "audrey", "ada")


@pytest.fixture
def some(desk: Desk) -> list[Ticket]:
    """Owned or not, of two teams, put aside, confidential, waiting, and of long ago."""
    alice, sue = user(desk.alice), user(desk.sue)
    tickets = [
        make_ticket(
            desk,
            category=desk.flights if number % 3 == 2 else desk.outage,
            now=NOW - number * DAY,
        )
        for number in range(9)
    ]
    for number, person in ((0, desk.alice), (1, desk.bob), (3, desk.alice), (4, desk.bob)):
        services.assign(tickets[number], person, actor=sue, now=NOW)
    services.snooze(tickets[3], until=NOW + DAY / 2, actor=alice, now=NOW)
    services.set_confidential(tickets[4], True, actor=sue, now=NOW)
    services.set_confidential(tickets[6], True, actor=sue, now=NOW)
    services.name_person(tickets[6], desk.charlie, actor=sue, now=NOW)
    return tickets


def kept(who: Principal, bounds: Bounds) -> dict[str, list[int]]:
    return {
        view.key: sorted(heads((queue.parts_of(view, who, bounds), 1_000)))
        for view in queue.views_for(who, bounds)
    }


def anew(who: Principal, bounds: Bounds) -> dict[str, list[int]]:
    return {
        view.key: sorted(queue.tickets_in(view, who, bounds).values_list("pk", flat=True))
        for view in queue.views_for(who, bounds)
    }


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.usefixtures("some")
def test_views_are_the_same_at_any_moment(desk: Desk, name: str) -> None:
    who = Principal.of_user(getattr(desk, name), now=NOW)
    found = []
    for now in (NOW, NOW + DAY, NOW - 20 * DAY, NOW):
        bounds = Bounds.of(now, zone_of("Europe/Berlin"))
        found.append(kept(who, bounds))
        assert found[-1] == anew(who, bounds)
    assert found[0] == found[3]
    if name == "ada":
        assert found[0]["snoozed"] and not found[1]["snoozed"], "the moment is told, not kept"


@pytest.mark.usefixtures("some")
def test_what_somebody_sees_changes_with_his_teams_and_whom_he_stands_in_for(desk: Desk) -> None:
    bounds = Bounds.of(NOW, zone_of("UTC"))

    def of_alice() -> dict[str, list[int]]:
        who = Principal.of_user(User.objects.get(pk=desk.alice.pk), now=NOW)
        found = kept(who, bounds)
        assert found == anew(who, bounds)
        return found

    before = of_alice()
    Membership.objects.create(user=desk.alice, team=desk.travel)
    after = of_alice()
    assert set(before["team"]) < set(after["team"])
    User.objects.filter(pk=desk.bob.pk).update(substitute=desk.alice, away_from=NOW)
    assert set(after["me"]) < set(of_alice()["me"])


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.usefixtures("some")
def test_the_board_has_the_clocks_of_what_one_sees(desk: Desk, name: str) -> None:
    who = Principal.of_user(getattr(desk, name), now=NOW)
    seen = visible_tickets(who).filter(historical=False)
    for team, kind in (("", ""), ("travel", ""), ("", "resolve"), ("home", "resolve")):
        clocks = late.clocks(who, team=team, kind=kind)
        rows = Deadline.objects.open().filter(ticket__in=seen)
        rows = rows.filter(team__key=team) if team else rows
        rows = rows.filter(kind=kind) if kind else rows
        assert sorted(heads((clocks.running, 1_000), (clocks.paused, 1_000))) == sorted(
            rows.values_list("pk", flat=True)
        )


def test_the_last_of_some_are_chosen_from_further(some: list[Ticket]) -> None:
    told = Told.of(Ticket.objects.order_by("received_at", "id"))
    assert told is not None
    newest = told.last(4)
    odd = Told.of(Ticket.objects.filter(pk__in=[one.pk for one in some[1::2]]))
    by_age = sorted(some, key=lambda one: (one.received_at, one.pk))[-4:]
    expected = [one.pk for one in by_age if one not in some[1::2]]
    assert sorted(heads(([newest.among(odd, but=True)], 10))) == sorted(expected)
    assert counted({"last": [newest], "among": [newest.among(odd, but=True)]}) == {
        "last": 4,
        "among": len(expected),
    }


def test_a_kind_that_there_is_none_of_is_not_kept(desk: Desk) -> None:
    make_ticket(desk)
    who = Principal.of_user(desk.sue, now=NOW)
    before = late._kept_clocks.cache_info().currsize
    assert late.clocks(who, kind="made up") == late.Clocks((), ())
    assert late._kept_clocks.cache_info().currsize == before


def test_what_one_of_two_sets_asks_does_not_reach_into_the_other(some: list[Ticket]) -> None:
    either = Ticket.objects.filter(pk=some[0].pk) | Ticket.objects.filter(pk=some[1].pk)
    told = Told.of(either)
    assert told is not None
    assert counted({"first": [told.that("id = %s", some[1].pk)]}) == {"first": 1}


def test_of_nothing_there_is_nothing() -> None:
    assert Told.of(Ticket.objects.none()) is None
    assert heads(((), 10)) == []
    every = Told.of(Ticket.objects.all())
    assert every is not None and counted({"none": [every.among(None)], "all": [every]}) == {
        "none": 0,
        "all": 0,
    }
