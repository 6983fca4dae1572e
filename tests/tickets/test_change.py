"""The unit of work: all or nothing, one writer at a time, no change without an event."""

import threading
from typing import Any

import pytest
from django.db import connection

from tests.builders import NOW, Desk, make_desk, make_ticket, user
from tickets import services
from tickets.actors import SYSTEM
from tickets.change import changing, unit_of_work
from tickets.errors import Conflict, DomainError, Invalid, NotFound, Stale
from tickets.models import Event, Outbox, Ticket
from tickets.signals import ticket_changed


@pytest.fixture
def failing_receiver() -> Any:
    """Somebody who reacts to notes by failing."""

    def fail(event: Event, **_: Any) -> None:
        if event.type == "note_added":
            raise Invalid("I can't live with notes.")

    ticket_changed.connect(fail)
    yield fail
    ticket_changed.disconnect(fail)


@pytest.mark.usefixtures("failing_receiver")
def test_if_anyone_who_reacts_fails_nothing_is_half_done(desk: Desk) -> None:
    ticket = make_ticket(desk)
    before = ticket.events.count(), ticket.messages.count(), Outbox.objects.count()
    with pytest.raises(Invalid):
        services.add_note(ticket, body="Look", actor=user(desk.alice), now=NOW)
    assert (ticket.events.count(), ticket.messages.count(), Outbox.objects.count()) == before


def test_a_column_changed_without_an_event_is_an_error_of_the_programmer(desk: Desk) -> None:
    ticket = make_ticket(desk)
    with (
        pytest.raises(RuntimeError, match="subject"),
        changing(ticket, actor=SYSTEM, now=NOW) as change,
    ):
        change.set(subject="Quietly")
    assert Ticket.objects.get(pk=ticket.pk).subject == ticket.subject


def test_a_stale_version_is_refused_and_says_both_versions(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    with pytest.raises(Stale) as error:
        services.reply(ticket, body="Hello", actor=user(desk.bob), now=NOW, seen=ticket.version)
    assert error.value.params == {"seen": 1, "current": 2}


def test_a_unit_of_work_is_one_version(desk: Desk) -> None:
    ticket = make_ticket(desk)
    with unit_of_work(now=NOW):
        services.take(ticket, actor=user(desk.alice), now=NOW)
        services.set_tags(ticket, ["a"], actor=user(desk.alice), now=NOW)
    assert Ticket.objects.get(pk=ticket.pk).version == 2


def test_a_ticket_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound), changing(999_999, actor=SYSTEM, now=NOW):
        raise AssertionError("not reached")


def test_one_bad_ticket_of_a_batch_costs_the_others_nothing(desk: Desk) -> None:
    good = []
    with unit_of_work(now=NOW) as unit:
        for subject in ("one", "", "three"):
            try:
                with unit.attempt():
                    ticket = make_ticket(desk, subject=subject)
                    if not subject:
                        raise Invalid("no")
                    good.append(ticket.pk)
            except DomainError:
                continue
    assert sorted(Ticket.objects.values_list("pk", flat=True)) == sorted(good)
    assert set(Event.objects.values_list("ticket_id", flat=True)) == set(good)


def test_the_same_outbox_key_leaves_once(desk: Desk) -> None:
    ticket = make_ticket(desk)
    for _ in range(2):
        with changing(ticket, actor=SYSTEM, now=NOW) as change:
            change.enqueue("mail", "once", {"template": "plain"})
    assert Outbox.objects.filter(key="once").count() == 1


def test_tickets_from_the_past_ring_nobody(desk: Desk) -> None:
    ticket = make_ticket(desk, historical=True)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    services.reply(ticket, body="Sorry", actor=user(desk.alice), now=NOW)
    services.add_note(ticket, body="x", mentions=[desk.bob], actor=user(desk.alice), now=NOW)
    assert not Outbox.objects.filter(ticket=ticket).exists()
    assert not desk.bob.alerts.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_who_take_a_ticket_at_the_same_instant_do_not_both_get_it() -> None:
    desk = make_desk()
    ticket = make_ticket(desk)
    start = threading.Barrier(2)
    results: list[str] = []

    def take(person: Any) -> None:
        start.wait()
        try:
            services.take(ticket, actor=user(person), now=NOW, seen=1)
            results.append("taken")
        except (Stale, Conflict) as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(p,)) for p in (desk.alice, desk.bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["stale", "taken"]
    assert ticket.events.filter(type__in=["assigned", "handed_over"]).count() == 1


def test_opening_a_ticket_takes_a_constant_and_small_number_of_queries(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    customer = make_ticket(desk).customer
    with django_assert_max_num_queries(20):
        make_ticket(desk, customer=customer, points=["a", "b", "c"])
