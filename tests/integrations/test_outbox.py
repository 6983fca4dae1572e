"""What leaves the process leaves it, whatever fails on the way."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integrations.errors import NotDead
from integrations.outbox import LEASE, deliver_next, retry_dead
from integrations.rules import MAX_ATTEMPTS
from tests.builders import NOW, Desk, make_ticket, user
from tickets import outbox
from tickets.actors import SYSTEM
from tickets.change import changing
from tickets.errors import NotFound
from tickets.models import Alert, Event, Outbox, Ticket

DAY = dt.timedelta(days=1)


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The keys that the handler of "test" delivered."""
    keys: list[str] = []
    monkeypatch.setattr(outbox, "_handlers", dict(outbox._handlers))
    outbox.register("test", lambda row: keys.append(row.key))
    yield keys


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """A ticket whose own mail is out of the way."""
    ticket = make_ticket(desk)
    Outbox.objects.all().delete()
    return ticket


def put(ticket: Ticket, key: str = "one", **over: Any) -> Outbox:
    """An outbox row of the kind "test"."""
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.enqueue("test", key, {}, **over)
    return Outbox.objects.get(key=key)


def failing(error: Exception) -> Callable[[Outbox], None]:
    """A handler that fails like this."""

    def handler(_row: Outbox) -> None:
        raise error

    return handler


def test_what_is_due_is_delivered_once(ticket: Ticket, carried: list[str]) -> None:
    row = put(ticket)

    assert deliver_next(now=NOW)
    assert not deliver_next(now=NOW + DAY)

    row.refresh_from_db()
    assert carried == ["one"]
    assert (row.state, row.delivered_at, row.attempts) == ("delivered", NOW, 1)


def test_what_is_not_due_waits(ticket: Ticket, carried: list[str]) -> None:
    put(ticket, due=NOW + DAY)

    assert not deliver_next(now=NOW)
    assert deliver_next(now=NOW + DAY)


def test_the_oldest_goes_first(ticket: Ticket, carried: list[str]) -> None:
    put(ticket, "later", due=NOW + DAY)
    put(ticket, "sooner")

    assert deliver_next(now=NOW + DAY)
    assert deliver_next(now=NOW + DAY)

    assert carried == ["sooner", "later"]


def test_a_failure_is_noted_and_tried_again_later(ticket: Ticket, carried: list[str]) -> None:
    row = put(ticket)
    outbox.register("test", failing(ConnectionError("the server is down")))

    assert deliver_next(now=NOW)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("pending", 1)
    assert row.last_error == "ConnectionError: the server is down"
    assert dt.timedelta(seconds=10) <= row.next_attempt_at - NOW < dt.timedelta(seconds=13)


def test_a_failing_row_does_not_stop_the_others(ticket: Ticket, carried: list[str]) -> None:
    put(ticket, "poisoned")
    put(ticket, "good")

    def handler(row: Outbox) -> None:
        if row.key == "poisoned":
            raise RuntimeError("no")
        carried.append(row.key)

    outbox.register("test", handler)

    while deliver_next(now=NOW):
        pass

    assert carried == ["good"]


def test_after_too_many_tries_people_hear_of_it(
    ticket: Ticket, desk: Desk, carried: list[str]
) -> None:
    row = put(ticket)
    outbox.register("test", failing(ConnectionError("still down")))
    moment, tries = NOW, 0

    while deliver_next(now=moment):
        tries += 1
        moment += DAY

    row.refresh_from_db()
    assert (row.state, tries) == ("dead", MAX_ATTEMPTS)
    event = Event.objects.get(ticket=ticket, type="outbox_dead")
    assert event.data == {
        "outbox": row.pk,
        "kind": "test",
        "error": "ConnectionError: still down",
    }
    assert [alert.user for alert in Alert.objects.filter(ticket=ticket)] == [desk.sue]


def test_what_can_not_succeed_is_given_up_at_once(ticket: Ticket, carried: list[str]) -> None:
    row = put(ticket)
    outbox.register("test", failing(outbox.PermanentFailure("no such address")))

    assert deliver_next(now=NOW)

    row.refresh_from_db()
    assert (row.state, row.last_error) == ("dead", "no such address")


def test_a_kind_that_nobody_delivers_is_a_dead_letter(ticket: Ticket) -> None:
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.enqueue("pigeon", "p", {})

    assert deliver_next(now=NOW)

    assert Outbox.objects.get(key="p").state == "dead"


def test_a_row_whose_worker_was_killed_is_delivered_by_another(
    ticket: Ticket, carried: list[str]
) -> None:
    row = put(ticket)
    outbox.register("test", failing(KeyboardInterrupt()))  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        deliver_next(now=NOW)

    outbox.register("test", lambda one: carried.append(one.key))
    assert not deliver_next(now=NOW + LEASE / 2), "the lease still runs"
    assert deliver_next(now=NOW + LEASE)

    row.refresh_from_db()
    assert carried == ["one"]
    assert (row.state, row.attempts) == ("delivered", 2)


def test_a_row_that_kills_every_worker_is_given_up(ticket: Ticket, carried: list[str]) -> None:
    row = put(ticket)
    Outbox.objects.filter(pk=row.pk).update(attempts=MAX_ATTEMPTS)

    assert deliver_next(now=NOW)

    row.refresh_from_db()
    assert (row.state, carried) == ("dead", [])


def test_a_worker_that_comes_too_late_changes_nothing(ticket: Ticket, carried: list[str]) -> None:
    row = put(ticket)

    def slow(one: Outbox) -> None:
        """While this one sleeps, its lease runs out and another claims the row."""
        Outbox.objects.filter(pk=one.pk).update(attempts=2)
        raise outbox.PermanentFailure("too late")

    outbox.register("test", slow)
    deliver_next(now=NOW)

    row.refresh_from_db()
    assert row.state == "pending"
    assert not Event.objects.filter(ticket=ticket, type="outbox_dead").exists()


def test_a_person_has_a_dead_letter_tried_again(
    ticket: Ticket, desk: Desk, carried: list[str]
) -> None:
    row = put(ticket)
    outbox.register("test", failing(outbox.PermanentFailure("no")))
    deliver_next(now=NOW)
    outbox.register("test", lambda one: carried.append(one.key))

    retry_dead(row.pk, actor=user(desk.sue), now=NOW + DAY)
    assert deliver_next(now=NOW + DAY)

    assert carried == ["one"]
    event = Event.objects.get(ticket=ticket, type="outbox_retried")
    assert event.actor == desk.sue


def test_only_a_dead_letter_is_tried_again_by_hand(ticket: Ticket, carried: list[str]) -> None:
    row = put(ticket)

    with pytest.raises(NotDead):
        retry_dead(row.pk, actor=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        retry_dead(10**9, actor=SYSTEM, now=NOW)
