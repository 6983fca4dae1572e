"""Pages of the open queue: the first and a deep one, few tickets and many."""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.load import Call, Connection, Work
from bench.plan import PAGE, last_page
from bench.report import Check, Line, Section
from bench.servers import Site
from bench.sides import AMENDS, FEW, LIMIT, MANY, Ground, Side
from bench.stats import Series, in_pairs
from bench.turns import load_in_turns

AIM, FLAT = 0.6, 0.9
METHOD = """\
A page of {page} tickets of the open queue, by what is due first, as the API gives it to an
integration, in databases of {few:,} and {many:,} tickets of which three of ten are open. Deep
pages are reached by following `next` from the first one."""


def measure(ground: Ground) -> Section:
    """Pages by 1 and by 8 clients. All of them take turns, as they are compared with each other."""
    sizes = ground.sizes
    section = Section("The open queue", METHOD.format(page=PAGE, few=sizes.few, many=sizes.many))
    pages: list[Page] = []
    with ExitStack() as stack:
        works: dict[tuple[Page, Side], tuple[Site, Work]] = {}
        for kind, tickets in ((FEW, sizes.few), (MANY, sizes.many)):
            deep = min(sizes.deep_page, last_page(tickets))
            places = [Page(kind, number, tickets) for number in (1, deep)]
            pages += places
            for side, (site, token) in stack.enter_context(ground.sites(kind)).items():
                for page, path in zip(places, _paths(side, site, token, deep), strict=True):
                    works[page, side] = (site, _work(side, path, token))
        for clients in (1, 8):
            series = load_in_turns(sizes, works, clients=clients)
            for page in pages:
                what = f"page {page.number:,} of {page.tickets:,}"
                ours, limit = series[page, AMENDS], series[page, LIMIT]
                section.lines.append(Line(what, clients, ours, limit, AIM))
            section.checks += _compare(pages, {p: series[p, AMENDS] for p in pages}, clients)
    return section


@dataclass(frozen=True)
class Page:
    """A page that is measured."""

    kind: str
    number: int
    tickets: int


def _work(side: Side, path: str, token: str) -> Work:
    calls = side.calls.page(path, token)
    return lambda _: calls


def _paths(side: Side, site: Site, token: str, deep: int) -> list[str]:
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
    return [first, path]


def _compare(pages: list[Page], found: dict[Page, Series], clients: int) -> list[Check]:
    few, _, first, deep = pages
    who = f"{clients} client{'s' if clients > 1 else ''}"

    return [
        Check(f"page {deep.number:,} beside page 1 of {deep.tickets:,}, {who}",
              in_pairs(found[deep], found[first]), FLAT),
        Check(f"page 1 of {first.tickets:,} beside page 1 of {few.tickets:,}, {who}",
              in_pairs(found[first], found[few]), FLAT),
    ]  # fmt: skip
