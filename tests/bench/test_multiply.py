"""Copies of tickets are tickets: whole, with keys of their own, and like the original."""

import pytest
from django.db import connection
from django.test import Client

from bench.amends.desk import complain, desk, set_up
from bench.amends.multiply import SPACING, belonging, multiply
from bench.explain import explain
from escalation.models import Deadline
from tests.builders import NOW
from tickets.access import Principal, access_ticket
from tickets.models import ContactPoint, Customer, Event, Message, Outbox, Point, Ticket, User
from tickets.numbers import number_of

COPIES = 3


def fill(copies: int) -> list[Ticket]:
    """Two tickets, an open and a resolved one, and so many copies of each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            pytest.skip("The database's role is no superuser, so rows can't be copied in bulk.")
    set_up(now=NOW)
    at_desk = desk()
    tickets = [complain(at_desk, 1, is_open=True), complain(at_desk, 2, is_open=False)]
    multiply(copies)
    return tickets


@pytest.fixture
def originals(db: None) -> list[Ticket]:
    """Two tickets with a few copies of each."""
    return fill(COPIES)


def test_every_row_of_a_ticket_is_copied_with_it(originals: list[Ticket]) -> None:
    assert Ticket.objects.count() == Customer.objects.count() == 2 * (COPIES + 1)
    for model in (Point, Message, Event, Deadline, Outbox):
        counts = {
            model.objects.filter(ticket=ticket).count() for ticket in tickets_like(originals[1])
        }
        assert len(counts) == 1, model
        assert counts.pop() > 0, model
    assert {Ticket, Customer, ContactPoint, Event, Deadline, Outbox} <= set(belonging())
    assert len(belonging()) == len({model._meta.db_table for model in belonging()})


def tickets_like(ticket: Ticket) -> list[Ticket]:
    """The ticket and its copies."""
    return list(Ticket.objects.filter(subject=ticket.subject).order_by("id"))


def test_copies_have_keys_numbers_and_moments_of_their_own(originals: list[Ticket]) -> None:
    first, *copies = tickets_like(originals[0])
    for place, copy in enumerate(copies, start=1):
        assert copy.number == number_of(copy.pk)
        assert copy.received_at - first.received_at == place * SPACING
        assert copy.customer_id != first.customer_id
        assert copy.customer.contacts.exists()
        assert copy.access_key != first.access_key
        assert copy.owner_id == first.owner_id


def test_what_points_at_a_copy_is_its_own(originals: list[Ticket]) -> None:
    for ticket in Ticket.objects.all():
        assert list(ticket.events.order_by("seq").values_list("seq", flat=True)) == list(
            range(1, ticket.event_count + 1)
        )
    connection.check_constraints()


def test_a_copy_can_be_worked_on(originals: list[Ticket]) -> None:
    copy = tickets_like(originals[0])[-1]
    manager = Principal.of_user(User.objects.get(role="manager"), now=NOW)
    assert access_ticket(manager, copy.number).pk == copy.pk
    # New keys begin behind those of the copies.
    later = complain(desk(), 3, is_open=True)
    assert later.pk > max(ticket.pk for ticket in tickets_like(originals[0]))


@pytest.mark.slow
@pytest.mark.django_db
def test_a_page_of_the_queue_is_found_by_an_index_and_reads_what_it_shows() -> None:
    fill(1_500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(User.objects.get(role="manager"))
    headers = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
    pages = ["/api/v1/tickets/?order=queue", "/api/v1/tickets/", "/desk/?view=team"]
    plans = [plan for plan in explain(pages, headers) if not plan["counts"]]
    assert {plan["page"] for plan in plans} == set(pages)
    for plan in plans:
        assert plan["problem"] == "" or plan["rows"] == 0, plan
    assert plans[0]["scans"] == ("Index Scan by ticket_queue",)
    assert plans[0]["rows"] == 51
