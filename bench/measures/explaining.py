"""The plans of the queue's pages."""

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
    """Fails where a page of the queue is not answered by an index in order."""
    agent = ground.agent(AMENDS, MANY)
    token = ground.ask(AMENDS, MANY, "token")
    headers = {"Authorization": f"Bearer {token}"}
    plans = agent.call("bench.explain:explain", pages=list(API_PAGES), headers=headers)
    session = ground.ask(AMENDS, MANY, "session", role="manager")
    headers = {"Cookie": f"sessionid={session}"}
    plans += agent.call("bench.explain:explain", pages=list(DESK_PAGES), headers=headers)
    section = Section("How PostgreSQL finds a page", METHOD.format(tickets=ground.sizes.many))
    section.table = [["page", "found by", "rows read", "ms", ""]]
    for plan in plans:
        section.table.append([
            f"`{plan['page']}`", ", ".join(plan["scans"]), f"{plan['rows']:,}",
            milliseconds(plan["milliseconds"] / 1000), plan["problem"],
        ])  # fmt: skip
    return section
