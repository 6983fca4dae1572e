"""With a real worker and a real beat, and with each of the real parts gone for a while."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from tests.support.live import eventually, free_port

if TYPE_CHECKING:
    from tests.builders import Desk
    from tests.support.live import LiveSite
    from tickets.models import Ticket

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
#: How often a step of the escalation path may be due for one ticket's deadlines, at least.
STEPS_AT_LEAST = 4


@pytest.fixture
def live_desk(live_db: LiveSite) -> Desk:
    """The named people and the default deadlines, in the live site's database."""
    from escalation.services.defaults import ensure_defaults
    from tests.builders import make_desk

    for name in ("web", "worker", "beat"):
        live_db.stop(name)  # each test says what its processes find
    desk = make_desk()
    ensure_defaults(now=timezone.now())
    return desk


def neglected(desk: Desk, count: int = 1) -> list[Ticket]:
    """Tickets that came in three weeks ago, to which nobody has reacted."""
    from tests.builders import make_customer, make_ticket

    received = timezone.now() - 21 * DAY
    customer = make_customer()
    return [
        make_ticket(desk, now=timezone.now(), received_at=received, customer=customer)
        for _ in range(count)
    ]


def due_steps() -> int:
    """Deadlines of which something is due and not done."""
    from escalation.models import Deadline

    return Deadline.objects.due(timezone.now()).count()


def taken() -> Counter[tuple[int, str]]:
    """How often each step of each deadline was taken."""
    from escalation.models import Escalation

    rows = Escalation.objects.filter(deadline__isnull=False)
    return Counter(rows.values_list("deadline_id", "step"))


def test_nobody_reacts_and_every_step_fires_once_through_beat_and_worker(
    live_db: LiveSite, live_desk: Desk
) -> None:
    from escalation.models import Deadline

    live_db.start_worker()
    live_db.start_beat()
    ticket = neglected(live_desk)[0]
    eventually(lambda: due_steps() == 0)
    before = taken()
    # Later rings, which see to another ticket, change nothing on this one.
    neglected(live_desk)
    eventually(lambda: due_steps() == 0 and len(taken()) > len(before))
    assert {step: taken()[step] for step in before} == before
    assert set(before.values()) == {1}
    first = Deadline.objects.get(ticket=ticket, kind="first_response")
    steps = [step for deadline, step in before if deadline == first.pk]
    assert "breach" in steps
    assert len(steps) >= STEPS_AT_LEAST
    types = list(ticket.events.order_by("seq").values_list("type", flat=True))
    assert types.index("deadline_warned") < types.index("deadline_breached")
    assert types.index("deadline_breached") < types.index("escalated")
    # Everything is stamped with when it was due as well as with when it was done.
    breach = ticket.events.filter(type="deadline_breached").first()
    assert breach is not None
    assert breach.at < breach.recorded_at - DAY
    # The supervisor hears of it, and the mails of the path have left.
    assert live_desk.sue.alerts.filter(ticket=ticket).exists()
    eventually(lambda: any("sue@example.org" in str(m["to"]) for m in live_db.mails()))


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    live_db: LiveSite, live_desk: Desk
) -> None:
    from tickets.models import Event

    tickets = neglected(live_desk, count=30)
    live_db.start_worker()
    live_db.start_beat()
    eventually(lambda: sum(taken().values()) > 0)
    live_db.stop("worker", number=signal.SIGKILL)
    live_db.start_worker()
    eventually(lambda: due_steps() == 0, seconds=60)
    counts = taken()
    assert set(counts.values()) == {1}
    each = Counter(deadline for deadline, _ in counts)
    assert len(each) >= len(tickets)
    breaches = Event.objects.filter(type="deadline_breached")
    assert breaches.count() == sum(1 for _, step in counts if step == "breach")


@pytest.fixture
def without_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Processes that are started meanwhile find nobody where Redis should be."""
    real = {name: os.environ[name] for name in ("REDIS_URL", "CACHE_URL") if name in os.environ}
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    monkeypatch.setenv("REDIS_URL", nobody)
    monkeypatch.setenv("CACHE_URL", nobody)
    yield real


def _open_over_http(site: LiveSite, token: str) -> int:
    body = {
        "customer": {"name": "Ines Calloway", "email": "ines.calloway@example.org"},
        "category": "outage",
        "body": "Nine days without internet.",
    }
    request = urllib.request.Request(
        f"{site.url}/api/v1/tickets/",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


def test_without_redis_a_complaint_is_taken_and_confirmed_when_it_is_back(
    live_db: LiveSite,
    live_desk: Desk,
    without_redis: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.support.api import make_token

    token = make_token()
    live_db.start_web()
    assert _open_over_http(live_db, token) == 201
    assert not live_db.mails()
    for name, url in without_redis.items():
        monkeypatch.setenv(name, url)
    live_db.start_worker()
    live_db.start_beat()
    eventually(lambda: any("ines" in str(m["to"]) for m in live_db.mails()))


class _Postbox:
    """An SMTP server's memory."""

    def __init__(self) -> None:
        self.to: list[str] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        self.to += envelope.rcpt_tos
        return "250 OK"


def test_without_a_mail_server_the_mail_waits_and_leaves_when_it_is_back(
    live_db: LiveSite, live_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.builders import make_ticket
    from tickets.models import Outbox

    port = free_port()
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{port}")
    live_db.start_worker()
    live_db.start_beat()
    ticket = make_ticket(live_desk, now=timezone.now())
    mail = Outbox.objects.filter(ticket=ticket, kind="mail")
    eventually(lambda: mail.filter(state="pending").exclude(last_error="").exists())
    box = _Postbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        # The growing delay need not be sat out.
        mail.update(next_attempt_at=timezone.now())
        eventually(lambda: mail.filter(state="delivered").exists())
    finally:
        server.stop()
    assert box.to == ["ines.calloway@example.org"]
