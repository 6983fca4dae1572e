"""The plans of the queue's pages."""

from typing import Any

from bench.amends import calls
from bench.report import Section, milliseconds
from bench.sides import AMENDS, MANY, Ground

METHOD = """\
The queries for pages of tickets, explained by PostgreSQL in the database of {tickets:,} tickets:
which index gives them, how many rows it reads, and how long the query alone takes."""
API_PAGES = (
    calls.FIRST_PAGE,
    "/api/v1/tickets/",
    "/api/v1/tickets/?order=oldest",
    "/api/v1/tickets/?order=queue&unowned=true",
)
DESK_PAGES = ("/desk/?view=team", "/desk/?view=unowned")


def measure(ground: Ground) -> Section:
    """The plans, and by name every page that PostgreSQL does not answer by an index in order."""
    section = Section("How PostgreSQL finds a page", METHOD.format(tickets=ground.sizes.many))
    section.table = [["page", "found by", "rows read", "ms", ""]]
    slow = []
    for plan in _plans(ground):
        words = "counts" if plan["counts"] else plan["problem"]
        took = milliseconds(plan["milliseconds"] / 1000)
        scans = ", ".join(plan["scans"])
        section.table.append([f"`{plan['page']}`", scans, f"{plan['rows']:,}", took, words])
        if plan["problem"]:
            slow.append(f"`{plan['page']}` {plan['problem']}")
    section.notes.append(
        f"**Not by an index: {'; '.join(slow)}.**"
        if slow
        else "Every page is found by an index in order, and reads no more than it shows."
    )
    return section


def _plans(ground: Ground) -> list[dict[str, Any]]:
    agent = ground.agent(AMENDS, MANY)
    token = {"Authorization": f"Bearer {ground.ask(AMENDS, MANY, 'token')}"}
    session = {"Cookie": f"sessionid={ground.ask(AMENDS, MANY, 'session', role='manager')}"}
    found: list[dict[str, Any]] = []
    for pages, headers in ((API_PAGES, token), (DESK_PAGES, session)):
        found += agent.call("bench.explain:explain", pages=list(pages), headers=headers)
    return found
