"""Each order of the list is that of an index: no page sorts what it does not show."""

import pytest
from django.db import connection

from tests.builders import NOW, Desk, make_customer, make_ticket
from tickets.access import Principal, visible_tickets
from tickets.api import render
from tickets.api.filters import ORDERS
from tickets.api.pagination import after
from tickets.rules import OPEN_STATUSES

INDEXES = {"queue": "ticket_queue", "newest": "ticket_received", "oldest": "ticket_received"}


@pytest.mark.parametrize("name", ORDERS)
def test_a_page_deep_inside_is_read_from_the_index(desk: Desk, name: str) -> None:
    customer = make_customer()
    for _ in range(5):
        make_ticket(desk, customer=customer)
    order = ORDERS[name]
    client = Principal.of_client("shop", scopes=frozenset({"tickets:read"}))
    rows = visible_tickets(client)
    if name == "queue":
        rows = rows.filter(status__in=sorted(OPEN_STATUSES))
    page = after(render.columns(rows), order, [NOW, 1]).order_by(*order.by)[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
        # With five rows a sort costs nothing, so what is asked is whether it can be done without.
        cursor.execute("SET LOCAL enable_sort = off")
        plan = page.explain()
    assert INDEXES[name] in plan, plan
    assert "Sort" not in plan, plan
    # The row comparison bounds the scan instead of filtering what it finds.
    assert "Index Cond: (ROW(" in plan, plan
