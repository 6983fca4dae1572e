"""How PostgreSQL answers a page of the queue: by its index, reading no more rows than it shows.

Called by bench.agent on a filled database; a page is asked for as over HTTP, and each of its
queries for tickets is explained. `problems` is what a test or a run fails on.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

#: Rows that a page may read for each row that it shows: those of a page, and a few it skips.
ROWS_PER_PAGE = 120
TICKETS = "tickets_ticket"


@dataclass(frozen=True)
class Plan:
    """The plan of one query."""

    page: str
    query: str
    #: Scans of the ticket table: "Index Scan by ticket_queue".
    scans: tuple[str, ...]
    sorts: bool
    #: It counts tickets, and so reads each of them: no page, but said beside it.
    counts: bool
    #: Most rows that any scan of tickets read, those thrown away included.
    rows: int
    milliseconds: float

    def problem(self) -> str:
        """Why this page does not stay quick as the tickets become many; "" where it does."""
        if self.counts:
            return ""
        if any(scan.startswith("Seq") for scan in self.scans):
            return "reads the whole table"
        if self.sorts:
            return "sorts what an index could give in order"
        if self.rows > ROWS_PER_PAGE:
            return f"reads {self.rows:,} rows for one page"
        return ""


def explain(pages: list[str], headers: dict[str, str]) -> list[dict[str, Any]]:
    """The plans of the queries for pages of tickets, and of counts, that each of `pages` makes."""
    plans = []
    for page in pages:
        for query in _queries(page, headers):
            plan = _plan(page, query)
            plans.append(asdict(plan) | {"problem": plan.problem()})
    return plans


def _queries(page: str, headers: dict[str, str]) -> list[str]:
    client = Client(headers=headers)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(page)
    if response.status_code != 200:
        raise ValueError(f"{page}: {response.status_code} {response.content[:300]!r}")
    found = [query["sql"] for query in captured.captured_queries]
    about = [sql for sql in found if f'FROM "{TICKETS}"' in sql]
    return [sql for sql in about if " LIMIT " in sql or "COUNT(" in sql]


def _plan(page: str, query: str) -> Plan:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        tree = cursor.fetchone()[0][0]
    nodes = list(_nodes(tree["Plan"]))
    scans = [node for node in nodes if node.get("Relation Name") == TICKETS]
    return Plan(
        page=page,
        query=query[:200],
        scans=tuple(_words(node) for node in scans),
        # desk.counting stops at 999, but reads what it counts all the same.
        counts="COUNT(" in query or "cardinality(" in query,
        sorts=any(node["Node Type"] in {"Sort", "Incremental Sort"} for node in nodes),
        rows=max((_read(node) for node in scans), default=0),
        milliseconds=tree["Execution Time"],
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def _words(node: dict[str, Any]) -> str:
    index = node.get("Index Name")
    return f"{node['Node Type']}{f' by {index}' if index else ''}"


def _read(node: dict[str, Any]) -> int:
    loops = node.get("Actual Loops", 1)
    each = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
    return int(each * loops)
