"""Each page of the queue is read from an index, in its order: nothing is sorted."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk import queue, sizes
from desk.orders import BACK
from desk.queue import Bounds
from desk.views.shell import zone_of
from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.access import Principal
from tickets.models.desk import Sort

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize("key", ["team", "unowned", "mine", "snoozed"])
def test_no_page_of_the_queue_sorts(desk: Desk, key: str) -> None:
    for number in range(5):
        ticket = make_ticket(desk)
        if number % 2:
            services.snooze(ticket, until=NOW + HOUR, actor=user(desk.alice), now=NOW)
    who = Principal.of_user(desk.mona, now=NOW)
    bounds = Bounds.of(NOW, zone_of("UTC"))
    view = queue.view_called(key, queue.views_for(who, bounds))
    with CaptureQueriesContext(connection) as caught:
        sort = BACK if view.aside else Sort.DUE.value
        queue.page_of(who, view, bounds, sort=sort)
    pages = [query["sql"] for query in caught if " LIMIT " in query["sql"]]
    # Those to act on and those that wait are looked for in one go.
    assert len(pages) == 1
    with connection.cursor() as cursor:
        # With five rows a sort costs nothing, so what is asked is whether it can be done without.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for page in pages:
            cursor.execute(f"EXPLAIN {page}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Sort" not in plan, plan
            assert "Join" not in plan and "Nested Loop" not in plan, plan
            read = re.findall(r".* on tickets_ticket(?: |$).*", plan)
            assert len(read) == (1 if view.aside else 2), plan
            assert all("Index Scan" in line or "Index Only Scan" in line for line in read), plan


def test_counts_leave_out_what_is_aside_without_reading_a_ticket(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.snooze(ticket, until=NOW + HOUR, actor=user(desk.alice), now=NOW)
    who = Principal.of_user(desk.mona, now=NOW)
    bounds = Bounds.of(NOW, zone_of("UTC"))
    views = [view for view in queue.views_for(who, bounds) if not view.settled]
    with CaptureQueriesContext(connection) as caught:
        sizes.counts_of(who, views, bounds)
    counting = [query["sql"] for query in caught if "COUNT(" in query["sql"]]
    assert len(counting) == 2
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "indexscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for sql in counting:
            cursor.execute(f"EXPLAIN {sql}")
            plan = [line for (line,) in cursor.fetchall()]
            read = [line for line in plan if re.search(r" on tickets_ticket( |$)", line)]
            assert read
            assert all("Index Only Scan" in line for line in read), "\n".join(plan)
