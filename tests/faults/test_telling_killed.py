"""Calls that climb and mails that tell, killed at every statement: each is done once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.builders import NOW, make_customer, make_ticket, user
from tests.faults import victims

if TYPE_CHECKING:
    from tests.builders import Desk
    from tests.support.live import LiveSite
    from tickets.models import Ticket

pytestmark = pytest.mark.slow

LATER = NOW + dt.timedelta(days=3)
STEPS = [
    {"to": ["lead"], "do": ["notify", "mail"], "answer_within": "1h"},
    {"to": ["role:manager"], "do": ["notify", "mail", "webhook"], "answer_within": "1h"},
    {"to": ["supervisors"], "do": ["notify", "call_back:4h"]},
]
Found = dict[str, Counter[tuple[Any, ...]]]


@pytest.fixture
def desk(live_db: LiveSite) -> Desk:
    """The named people and a path for calls, in a database that processes can share."""
    from escalation.models import EscalationPath
    from escalation.services.defaults import ensure_defaults
    from tests.builders import make_desk

    for name in ("web", "worker", "beat"):
        live_db.stop(name)  # only victims work here
    found = make_desk()
    ensure_defaults(now=NOW)
    EscalationPath.objects.update(called_by=[])
    EscalationPath.objects.create(key="calls", name="Calls", steps=STEPS, called_by=["rep"])
    cache.clear()
    return found


def tickets(desk: Desk, count: int) -> list[Ticket]:
    """So many complaints of one customer."""
    customer = make_customer()
    return [make_ticket(desk, customer=customer) for _ in range(count)]


def outcome() -> Found:
    """What calls and mails have come to, without keys and moments that differ from run to run."""
    from escalation.models import Climb, Escalation
    from escalation.rules import EscalationEvent
    from tickets.models import Alert, Event, Outbox

    rows: dict[str, Any] = {
        "steps": Escalation.objects.values_list("climb", "step", "due_at", "told"),
        "climbs": Climb.objects.values_list("pk", "next_at", "next_step", "steps_taken"),
        "events": Event.objects.filter(type__in=list(EscalationEvent)).values_list(
            "ticket", "type", "at"
        ),
        "promises": Event.objects.filter(type="promise_made").values_list("ticket", "data__due"),
        "alerts": Alert.objects.values_list("user", "ticket", "key", "mail_at", "mailed_at"),
        "outbox": Outbox.objects.values_list("kind", "key", "payload"),
    }
    return {
        name: Counter(tuple(map(repr, row)) for row in found.iterator())
        for name, found in rows.items()
    }


def undisturbed(work: Callable[[], object]) -> Found:
    """What it comes to where nobody is killed, which is then undone."""
    with transaction.atomic():
        work()
        found = outcome()
        transaction.set_rollback(True)
    return found


def agree(wanted: Found) -> None:
    """Nothing lacks, and nothing is there twice."""
    found = outcome()
    for part, rows in wanted.items():
        missing, more = rows - found[part], found[part] - rows
        assert not missing and not more, (part, missing, more)
    assert set(found["steps"].values()) <= {1}


def killed_at_every_statement(work: Callable[[], object]) -> int:
    """Let one process after the other die one statement later, until one lives; how many died."""
    for number in range(1, 1000):

        def victim(number: int = number) -> None:
            victims.dies_at(number)
            work()

        if victims.ended(victims.fork(victim)) != victims.KILLED:
            return number - 1
    raise AssertionError("none of them got to the end")


def call_above(desk: Desk, count: int) -> None:
    """Alice calls somebody above on so many tickets, and nobody answers."""
    from escalation.services.manual import escalate_by_hand

    for ticket in tickets(desk, count):
        escalate_by_hand(ticket, reason="She cries.", actor=user(desk.alice), now=NOW)


def climb() -> None:
    from escalation.services import calling

    calling.sweep_climbs(now=LATER)


def tell() -> None:
    from tickets.services import telling

    telling.tell(now=LATER)


def test_calls_killed_at_every_statement_climb_each_step_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from escalation.models import Climb

    monkeypatch.setattr("escalation.services.calling.BATCH", 2)
    call_above(desk, 5)
    wanted = undisturbed(climb)
    assert sum(wanted["steps"].values()) == 15
    assert killed_at_every_statement(climb) > 15, "each statement and both sides of each commit"
    agree(wanted)
    assert not Climb.objects.due(LATER).exists()
    assert not Climb.objects.filter(failures__gt=0).exists()


def test_eight_rounds_of_calls_at_once_climb_each_step_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("escalation.services.calling.BATCH", 2)
    call_above(desk, 12)
    wanted = undisturbed(climb)
    running = [victims.fork(climb) for _ in range(8)]
    assert [victims.ended(pid) for pid in running] == [0] * 8
    climb()
    agree(wanted)


def much_to_tell(desk: Desk) -> None:
    """One alert for each of five people, a burst for one of them, and more than is read for
    another; one more has read hers."""
    from tickets.models import Alert

    found = tickets(desk, 3)
    Alert.objects.all().delete()
    counts = {desk.alice: 1, desk.bob: 2, desk.sue: 9, desk.mona: 7, desk.charlie: 1}
    for person, count in counts.items():
        Alert.objects.bulk_create(
            Alert(
                user=person, ticket=found[n % 3], key=f"k{n}", text=f"Thing {n}", created_at=NOW,
                mail_at=NOW, read_at=NOW if person == desk.charlie else None,
            )
            for n in range(count)
        )  # fmt: skip


@pytest.mark.parametrize("batch", [1, 5])
def test_mails_killed_at_every_statement_tell_each_alert_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    from tickets.models import Alert, Outbox, Untold

    monkeypatch.setattr("tickets.services.telling.BATCH", batch)
    monkeypatch.setattr("tickets.services.telling.READ", 5)
    much_to_tell(desk)
    wanted = undisturbed(tell)
    assert killed_at_every_statement(tell) > 10, "each statement and both sides of each commit"
    agree(wanted)
    assert not Alert.objects.filter(mail_at__lte=LATER, mailed_at=None).exists()
    mails = Outbox.objects.filter(kind="mail", payload__template__startswith="alert")
    assert mails.count() == 1 + 2 + 1 + 1
    assert not Untold.objects.exists()


def test_eight_that_tell_at_once_tell_each_alert_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.services.telling.BATCH", 2)
    much_to_tell(desk)
    wanted = undisturbed(tell)
    running = [victims.fork(tell) for _ in range(8)]
    assert [victims.ended(pid) for pid in running] == [0] * 8
    tell()
    agree(wanted)
