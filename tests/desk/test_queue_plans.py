"""Each page of the queue is read from an index, in its order: nothing is sorted."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk import queue
from desk.queue import Bounds
from desk.views.shell import zone_of
from tests.builders import NOW, Desk, make_ticket
from tickets.access import Principal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", ["team", "unowned", "mine"])
def test_no_page_of_the_queue_sorts(desk: Desk, key: str) -> None:
    for _ in range(5):
        make_ticket(desk)
    who = Principal.of_user(desk.mona, now=NOW)
    bounds = Bounds.of(NOW, zone_of("UTC"))
    view = queue.view_called(key, queue.views_for(who, bounds))
    with CaptureQueriesContext(connection) as caught:
        queue.page_of(who, view, bounds)
    pages = [query["sql"] for query in caught if " LIMIT " in query["sql"]]
    assert len(pages) == 2
    with connection.cursor() as cursor:
        # With five rows a sort costs nothing, so what is asked is whether it can be done without.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for page in pages:
            cursor.execute(f"EXPLAIN {page}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Sort" not in plan, plan
            assert "Join" not in plan and "Nested Loop" not in plan, plan
