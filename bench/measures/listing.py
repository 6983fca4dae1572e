"""Pages of the open queue: the first and a deep one, few tickets and many."""

import json
from urllib.parse import urlsplit

from bench.load import Call, Connection, Work
from bench.plan import PAGE, last_page
from bench.report import Check, Line, Section
from bench.servers import Site
from bench.sides import AMENDS, FEW, LIMIT, MANY, Ground, Side
from bench.stats import Series, ratio
from bench.turns import load_in_turns

AIM, FLAT = 0.6, 0.9
METHOD = """\
A page of {page} tickets of the open queue, by what is due first, as the API gives it to an
integration, in databases of {few:,} and {many:,} tickets of which three of ten are open. Deep
pages are reached by following `next` from the first one."""


def measure(ground: Ground) -> Section:
    """Pages by 1 and by 8 clients, and the deep ones beside the first ones."""
    sizes = ground.sizes
    section = Section("The open queue", METHOD.format(page=PAGE, few=sizes.few, many=sizes.many))
    found: dict[tuple[str, str, int], Series] = {}
    for kind, tickets in ((FEW, sizes.few), (MANY, sizes.many)):
        deep = min(sizes.deep_page, last_page(tickets))
        with ground.sites(kind) as up:
            paths = {side: _paths(side, site, token, deep) for side, (site, token) in up.items()}
            for place, number in (("first", 1), ("deep", deep)):
                works: dict[Side, tuple[Site, Work]] = {
                    side: (site, _work(side, paths[side][place], token))
                    for side, (site, token) in up.items()
                }
                for clients in (1, 8):
                    series = load_in_turns(sizes, works, clients=clients)
                    what = f"page {number:,} of {tickets:,}"
                    section.lines.append(Line(what, clients, series[AMENDS], series[LIMIT], AIM))
                    found[kind, place, clients] = series[AMENDS]
    for clients in (1, 8):
        _compare(section, found, clients, sizes.deep_page)
    return section


def _work(side: Side, path: str, token: str) -> Work:
    calls = side.calls.page(path, token)
    return lambda _: calls


def _paths(side: Side, site: Site, token: str, deep: int) -> dict[str, str]:
    """The addresses of the first page and of page number `deep`."""
    first = path = side.calls.FIRST_PAGE
    connection = Connection(site.port)
    for _ in range(deep - 1):
        call: Call = side.calls.page(path, token)[0]
        answer = json.loads(connection.ask(call))
        if not answer["next"] or len(answer["results"]) != PAGE:
            raise ValueError(f"{side.name} has no page {deep}")
        parts = urlsplit(answer["next"])
        path = f"{parts.path}?{parts.query}"
    connection.close()
    return {"first": first, "deep": path}


def _compare(
    section: Section, found: dict[tuple[str, str, int], Series], clients: int, deep: int
) -> None:
    def rate(kind: str, place: str) -> float:
        return found[kind, place, clients].per_second

    who = f"{clients} client{'s' if clients > 1 else ''}"
    section.checks += [
        Check(f"page {deep:,} and page 1, many tickets, {who}",
              ratio(rate(MANY, "deep"), rate(MANY, "first")), FLAT),
        Check(f"page 1, many tickets and few, {who}",
              ratio(rate(MANY, "first"), rate(FEW, "first")), FLAT),
    ]  # fmt: skip
