"""What is asked again and again is thought out once, and finds what Django finds."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.kept import Asking, GivenMoment, given
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_other_values_find_other_rows_with_what_belongs_to_them(desk: Desk) -> None:
    one, other = make_ticket(desk), make_ticket(desk)
    asking = Asking(
        lambda: (
            Ticket.objects.filter(pk=given("key"))
            .select_related("customer", "owner")
            .prefetch_related("messages")
        )
    )
    for ticket in (one, other, one):
        (found,) = asking(key=ticket.pk)
        with CaptureQueriesContext(connection) as caught:
            assert found == ticket and found.customer == ticket.customer and found.owner is None
            assert list(found.messages.all()) == list(Message.objects.filter(ticket=ticket))
        assert len(caught) == 1, "what was prefetched is not asked for again"
    assert asking(key=0) == []


def test_the_rows_of_one_time_are_not_those_of_the_next(desk: Desk) -> None:
    ticket = make_ticket(desk)
    asking = Asking(lambda: Ticket.objects.filter(pk=given("key")))
    (before,) = asking(key=ticket.pk)
    services.assign(ticket, desk.alice, actor=user(desk.sue), now=NOW)
    (after,) = asking(key=ticket.pk)
    assert (before.owner_id, after.owner_id) == (None, desk.alice.pk)


def test_one_of_a_list_of_any_length(desk: Desk) -> None:
    tickets = [make_ticket(desk) for _ in range(4)]
    asking = Asking(lambda: Ticket.objects.filter(pk__among=given("keys")).order_by("-pk"))
    for some in (tickets[:1], tickets[1:], []):
        assert asking(keys=[one.pk for one in some]) == list(reversed(some))


def test_values_and_moments_are_told_each_time(desk: Desk) -> None:
    ticket = make_ticket(desk)
    at = ticket.received_at
    asking: Asking[tuple[str, int]] = Asking(
        lambda: Ticket.objects.filter(
            received_at__lte=GivenMoment.called("now"), customer=given("customer")
        ).values_list("number", "team")
    )
    customer = ticket.customer_id
    assert asking(now=at, customer=customer) == [(ticket.number, ticket.team_id)]
    assert asking(now=at - HOUR, customer=customer) == []
    assert asking(now=at, customer=0) == []


def test_who_forgets_a_value_is_told_which(desk: Desk) -> None:
    asking = Asking(lambda: Ticket.objects.filter(pk=given("key")))
    with pytest.raises(KeyError, match="key"):
        asking()


def test_a_moment_that_nobody_told_is_not_taken_for_the_first_year() -> None:
    forgotten = Ticket.objects.filter(received_at__gt=GivenMoment.called("now"))
    with pytest.raises(TypeError, match="which moment now is"):
        list(forgotten)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection() -> None:
    asking: Asking[int] = Asking(
        lambda: Ticket.objects.filter(pk=given("key")).values_list("pk", flat=True)
    )
    assert asking(key=0) == []

    def ask(key: int) -> list[int]:
        try:
            return asking(key=key)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, (1, 2, 3))) == [[], [], []]
