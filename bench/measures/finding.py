"""The queue and its search in the table of a large desk, as a browser gets them."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from bench.amends import calls
from bench.load import Call, Work
from bench.plan import PAGE, last_page
from bench.report import Check, Line, Section
from bench.servers import Site
from bench.sides import AMENDS, WHOLE, Ground
from bench.turns import load_in_turns

#: Within so many milliseconds 95 of 100 pages, and 95 of 100 searches, are to be there.
PAGES, SEARCHES = 100, 200
METHOD = """\
Pages for a manager who sees every team, and what is found while he types, in a table of {tickets:,}
tickets of which three of ten are open, asked for by one client. It was filled without events and
outbox, which no page of these reads. All of it is copies of fifty complaints, so each word stands
in at least a fiftieth of the tickets and each name in one of eighty customers: harder than life.
Filters are in no index of their own."""


@dataclass(frozen=True)
class Place:
    """What is asked for, and what it has to keep to."""

    what: str
    path: str
    within: int


def measure(ground: Ground) -> Section:
    """Queue, views and search by one client."""
    tickets = ground.sizes.whole
    section = Section("A large desk", METHOD.format(tickets=tickets))
    ground.collect_assets()
    with ExitStack() as stack:
        session = ground.ask(AMENDS, WHOLE, "session", role="manager")
        places = _places(ground, tickets)
        site = stack.enter_context(ground.site(AMENDS, WHOLE))
        works: dict[Place, tuple[Site, Work]] = {
            place: (site, partial(_work, place, session)) for place in places
        }
        series = load_in_turns(ground.sizes, works, clients=1)
    section.lines += [Line(place.what, 1, series[place]) for place in places]
    for within, words in ((PAGES, "pages"), (SEARCHES, "searches")):
        slowest = max(series[place].p95 for place in places if place.within == within)
        told = f"{within} ms beside the p95 of the slowest of these {words}"
        section.checks.append(Check(told, within / 1000 / slowest, 1))
    return section


def _places(ground: Ground, tickets: int) -> list[Place]:
    deep = min(ground.sizes.deep_page, last_page(tickets))
    after = ground.ask(AMENDS, WHOLE, "desk_cursor", behind=(deep - 1) * PAGE)
    number = ground.ask(AMENDS, WHOLE, "keys", count=1)[0]
    shared = ground.ask(AMENDS, WHOLE, "views")
    queue = "/desk/?view=team"
    pages = {
        "queue": queue,
        f"queue, page {deep:,}": f"{queue}&after={after}",
        "queue, unowned": "/desk/?view=unowned",
        "queue by pain": f"{queue}&sort=pain",
        "queue, who waits longest": f"{queue}&sort=oldest",
        "a saved view": f"/desk/?view=s-{shared[0]}",
    }
    texts = {
        "a number": number,
        "a word that many have": "broadband",
        "the beginning of a word": "engin",
        "two words": "fee mentioned",
        "a name": "Lindqvist",
        "a name, nearly": "Lindkvist",
        "an address": "ines.calloway.0@example.org",
        "a fact": "AC-000012",
        "a tag": "repeat",
        "nothing": "zzyzx",
    }
    suggest = "/desk/search/suggest/?q="
    return [
        *(Place(what, path, PAGES) for what, path in pages.items()),
        *(
            Place(f"search: {what}", f"{suggest}{quote(text)}", SEARCHES)
            for what, text in texts.items()
        ),
    ]


def _work(place: Place, session: str, _number: int) -> list[Call]:
    return calls.desk_page(place.path, session)
