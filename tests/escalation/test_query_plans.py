"""How PostgreSQL finds what a sweep needs among many: by its index, and no more than it takes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.amends.multiply import multiply
from escalation.models import Deadline
from escalation.services import stepping
from tests.builders import NOW, Desk, make_ticket
from tests.escalation.builders import at

COPIES = 600


@pytest.fixture
def many(desk: Desk) -> None:
    """Some thousands of open deadlines, of which few are due."""
    for _ in range(3):
        make_ticket(desk)
    with transaction.atomic():
        multiply(COPIES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plan_of(read: Callable[[], object]) -> list[dict[str, Any]]:
    """The nodes of the plan of the first query that `read` makes, as it was executed."""
    with CaptureQueriesContext(connection) as seen:
        read()
    sql = next(query["sql"] for query in seen.captured_queries if "SELECT" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    return nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


def claim(now: dt.datetime) -> Callable[[], object]:
    """What a sweep asks for first."""
    return lambda: stepping._claim(now=now, size=100)


def scan_of_deadlines(plan: list[dict[str, Any]]) -> dict[str, Any]:
    read = [node for node in plan if node.get("Relation Name") == Deadline._meta.db_table]
    assert not [node for node in read if node["Node Type"] == "Seq Scan"]
    return next(node for node in plan if str(node.get("Index Name")).startswith("deadline_"))


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes(part))]


@pytest.mark.usefixtures("many")
def test_what_is_due_is_read_by_the_index_of_the_sweep_in_due_order() -> None:
    now = at("24 16:00")
    assert Deadline.objects.due(now).count() > 1_000
    plan = plan_of(claim(now))
    scan = scan_of_deadlines(plan)
    assert scan["Index Name"] == "deadline_sweep"
    assert scan["Actual Rows"] <= 110, "no more than it takes"
    assert not [node for node in plan if "Sort" in node["Node Type"]]


@pytest.mark.usefixtures("many")
def test_with_few_or_none_due_the_index_says_so_at_once() -> None:
    assert Deadline.objects.open().count() > 5_000
    for now in (NOW, at("24 12:30")):
        scan = scan_of_deadlines(plan_of(claim(now)))
        assert scan["Index Name"] == "deadline_sweep"
        assert scan["Actual Rows"] <= Deadline.objects.due(now).count() < 200


@pytest.mark.usefixtures("many")
def test_the_board_reads_no_more_open_deadlines_than_it_shows() -> None:
    scan = scan_of_deadlines(
        plan_of(
            lambda: list(
                Deadline.objects.open().filter(status="running").order_by("due_at", "id")[:50]
            )
        )
    )
    assert scan["Index Name"] == "deadline_open_by_due"
    assert scan["Actual Rows"] <= 50
