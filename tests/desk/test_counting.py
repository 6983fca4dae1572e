"""Counts of the queue: exact while they are small, and found by an index however large it is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk import counting, queue, sizes
from desk.queue import Bounds
from desk.sets import Told
from desk.views.shell import zone_of
from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.access import Principal
from tickets.models import Ticket, User

pytestmark = pytest.mark.django_db


def counts(who: User) -> dict[str, int]:
    principal = Principal.of_user(who, now=NOW)
    bounds = Bounds.of(NOW, zone_of("UTC"))
    return sizes.counts_of(principal, queue.views_for(principal, bounds), bounds)[0]


def test_each_view_is_counted_by_what_stands_in_it(desk: Desk) -> None:
    tickets = [make_ticket(desk) for _ in range(4)]
    services.assign(tickets[0], desk.alice, actor=user(desk.sue), now=NOW)
    services.assign(tickets[1], desk.bob, actor=user(desk.sue), now=NOW)
    found = counts(desk.alice)
    assert (found["me"], found["mine"], found["unowned"], found["team"]) == (3, 1, 2, 4)


def test_those_one_stands_in_for_are_counted_once(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.assign(ticket, desk.bob, actor=user(desk.sue), now=NOW)
    User.objects.filter(pk=desk.bob.pk).update(substitute=desk.alice, away_from=NOW)
    found = counts(desk.alice)
    assert (found["me"], found["mine"], found["unowned"]) == (1, 0, 0)


def test_groups_add_up_to_the_view(desk: Desk) -> None:
    for _ in range(3):
        make_ticket(desk)
    who = Principal.of_user(desk.alice, now=NOW)
    bounds = Bounds.of(NOW, zone_of("UTC"))
    views = queue.views_for(who, bounds)
    for view in views:
        groups = sizes.group_counts(who, view, bounds)
        assert sum(groups.values()) == queue.tickets_in(view, who, bounds).count(), view.key


def test_above_the_most_a_count_says_so_and_stops(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST", 2)
    for _ in range(5):
        make_ticket(desk)
    assert counting.counted({"all": Told.all_of([Ticket.objects.order_by("id")])}) == {"all": 3}
    assert [counting.shown(n) for n in (0, 2, 3)] == ["0", "2", "2+"]


def test_all_views_are_counted_in_one_query_and_all_categories_in_another(desk: Desk) -> None:
    make_ticket(desk)
    # Whoever sees some teams alone is asked once what he sees of the others.
    for person, queries in ((desk.mona, 2), (desk.alice, 3)):
        who = Principal.of_user(person, now=NOW)
        bounds = Bounds.of(NOW, zone_of("UTC"))
        views = queue.views_for(who, bounds)
        with CaptureQueriesContext(connection) as seen:
            sizes.counts_of(who, views, bounds)
        assert len(seen) == queries
