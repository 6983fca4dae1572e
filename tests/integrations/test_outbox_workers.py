"""Several workers at one outbox, in transactions of their own."""

import threading
from collections import Counter

import pytest
from django.db import connection

from integrations import tasks
from integrations.outbox import deliver_next
from tests.builders import NOW, make_desk, make_ticket
from tickets import outbox
from tickets.actors import SYSTEM
from tickets.change import changing
from tickets.models import Outbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_workers_side_by_side_deliver_each_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_handlers", dict(outbox._handlers))
    monkeypatch.setattr(outbox, "_bells", [])
    carried: Counter[str] = Counter()
    lock = threading.Lock()

    def handler(row: Outbox) -> None:
        with lock:
            carried[row.key] += 1

    outbox.register("test", handler)
    ticket = make_ticket(make_desk())
    Outbox.objects.all().delete()
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        for number in range(60):
            change.enqueue("test", f"row {number}", {})

    def work() -> None:
        try:
            while deliver_next(now=NOW):
                pass
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(carried) == 60
    assert set(carried.values()) == {1}
    assert not Outbox.objects.exclude(state="delivered").exists()


def test_a_commit_rings_and_a_dead_broker_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rung: list[float] = []

    def broken(*, countdown: float) -> None:
        rung.append(countdown)
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.deliver_outbox, "apply_async", broken)
    monkeypatch.setattr(tasks._Bell, "quiet_until", 0.0)
    desk = make_desk()

    make_ticket(desk)
    make_ticket(desk)

    assert len(rung) == 1, "after a failure it is left alone for a while"
    assert Outbox.objects.filter(state="pending").count() == 2


def test_many_commits_in_a_moment_ring_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[float] = []
    monkeypatch.setattr(
        tasks.deliver_outbox, "apply_async", lambda *, countdown: rung.append(countdown)
    )
    monkeypatch.setattr(tasks._Bell, "quiet_until", 0.0)

    for _ in range(5):
        tasks.ring()

    assert rung == [tasks.PAUSE]
