"""Three hours in which nothing ran, with fifty thousand steps due when it is over."""

from __future__ import annotations

import datetime as dt
import resource
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from bench.amends.multiply import SPACING, multiply
from tests.builders import NOW
from tests.faults import victims

if TYPE_CHECKING:
    from tests.support.live import LiveSite

pytestmark = pytest.mark.long

OUTAGE = dt.timedelta(hours=3)
COPIES = int(OUTAGE / SPACING)
TICKETS = 35
WEEKS = dt.timedelta(days=28)


def test_after_an_outage_everything_due_is_done_in_due_order_and_once(live_db: LiveSite) -> None:
    from escalation.models import Deadline, Escalation
    from escalation.services.defaults import ensure_defaults
    from escalation.services.stepping import sweep
    from tests.builders import make_customer, make_desk, make_ticket
    from tickets.models import Alert

    for name in ("web", "worker", "beat"):
        live_db.stop(name)
    desk = make_desk()
    ensure_defaults(now=NOW)
    customer = make_customer()
    for number in range(TICKETS):
        make_ticket(desk, now=NOW + dt.timedelta(seconds=number), customer=customer)
    with transaction.atomic():
        multiply(COPIES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    now = NOW + WEEKS
    assert Deadline.objects.due(now).count() > 50_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    running = [victims.fork(lambda: sweep(now=now, limit=10**9)) for _ in range(4)]
    assert [victims.ended(pid) for pid in running] == [0] * 4
    while sweep(now=now, limit=10**9).steps:
        pass
    assert not Deadline.objects.due(now).exists()
    assert not Deadline.objects.filter(failures__gt=0).exists()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"
    # Once each is told by the table's unique key; none early, each stamped twice.
    assert not Escalation.objects.filter(due_at__gt=now).exists()
    breached = Deadline.objects.filter(breached_at__isnull=False).count()
    assert Escalation.objects.filter(step="breach").count() == breached
    doubled = Alert.objects.values("user_id", "key")
    assert doubled.count() == doubled.distinct().count()
