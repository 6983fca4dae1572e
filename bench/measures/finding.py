"""The pages of a large desk, as a browser gets them."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from bench.amends import calls
from bench.load import Call, Work
from bench.plan import DESK_PAGE, last_page
from bench.report import Check, Line, Section
from bench.servers import Site
from bench.sides import AMENDS, WHOLE, Ground
from bench.turns import load_in_turns

#: Within so many milliseconds 95 of 100 are to be there: pages, searches, tabs of insight.
PAGES, SEARCHES, INSIGHT = 100, 200, 300
#: Tickets that are looked at in turn.
KEYS = 200
#: Of insight, as their addresses end; the first is that of the answers.
TABS = ("", "customers/", "causes/", "promises/", "remedies/", "exceptions/", "ideas/", "times/")
METHOD = """\
Whole pages, and what is found while one types, in a table of {tickets:,} tickets of which three of
ten are open, asked for by one client: for a manager who sees every team, but where a rep or a
supervisor is named. It was filled without the outbox, which no page reads. All of it is copies of
fifty complaints, so each word stands in at least a fiftieth of the tickets and each name in one of
eighty customers: harder than life. Filters are in no index of their own. What insight counts lies
spread over two years, and is read for the last 13 weeks beside the 13 before. To fill it takes some
ten minutes and 35 GB."""


@dataclass(frozen=True)
class Place:
    """What is asked for, and what it has to keep to."""

    what: str
    paths: tuple[str, ...]
    within: int
    role: str = "manager"


def measure(ground: Ground) -> Section:
    """Queue, views and search by one client."""
    tickets = ground.sizes.whole
    section = Section("A large desk", METHOD.format(tickets=tickets))
    ground.collect_assets()
    with ExitStack() as stack:
        places = _places(ground, tickets)
        sessions = {
            role: ground.ask(AMENDS, WHOLE, "session", role=role)
            for role in {place.role for place in places}
        }
        site = stack.enter_context(ground.site(AMENDS, WHOLE))
        works: dict[Place, tuple[Site, Work]] = {
            place: (site, partial(_work, place, sessions[place.role])) for place in places
        }
        series = load_in_turns(ground.sizes, works, clients=1)
    section.lines += [Line(place.what, 1, series[place]) for place in places]
    for within, words in ((PAGES, "pages"), (SEARCHES, "searches"), (INSIGHT, "tabs of insight")):
        slowest = max(series[place].p95 for place in places if place.within == within)
        told = f"{within} ms beside the p95 of the slowest of these {words}"
        section.checks.append(Check(told, within / 1000 / slowest, 1))
    return section


def _places(ground: Ground, tickets: int) -> list[Place]:
    numbers = ground.ask(AMENDS, WHOLE, "keys", count=KEYS)
    return [
        *_lists(ground, tickets),
        Place("a ticket", tuple(f"/desk/tickets/{number}/" for number in numbers), PAGES),
        *(
            Place(f"search: {what}", (f"/desk/search/suggest/?q={quote(text)}",), SEARCHES)
            for what, text in _texts(numbers[0]).items()
        ),
        *_insight(ground),
    ]


def _lists(ground: Ground, tickets: int) -> list[Place]:
    deep = min(ground.sizes.deep_page, last_page(tickets))
    after = ground.ask(AMENDS, WHOLE, "desk_cursor", behind=(deep - 1) * DESK_PAGE)
    shared = ground.ask(AMENDS, WHOLE, "views")
    queue = "/desk/?view=team"
    pages = {
        "queue": queue,
        f"queue, page {deep:,}": f"{queue}&after={after}",
        "queue, unowned": "/desk/?view=unowned",
        "queue by pain": f"{queue}&sort=pain",
        "queue, who waits longest": f"{queue}&sort=oldest",
        "queue, put aside": "/desk/?view=snoozed",
        "a saved view": f"/desk/?view=s-{shared[0]}",
        "board of every clock": "/desk/late/",
    }
    found = [Place(what, (path,), PAGES) for what, path in pages.items()]
    return [
        *found,
        Place("queue of a rep", ("/desk/",), PAGES, "rep"),
        Place("queue of a supervisor", (queue,), PAGES, "supervisor"),
        Place("board of a supervisor", ("/desk/late/",), PAGES, "supervisor"),
    ]


def _texts(number: str) -> dict[str, str]:
    return {
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


def _insight(ground: Ground) -> list[Place]:
    first, last = ground.ask(AMENDS, WHOLE, "quarter")
    asked = f"?from={first}&to={last}"
    behind = f"/desk/insight/tickets/{asked}&measure=promise&bucket=1"
    return [
        *(
            Place(
                f"insight: {tab.strip('/') or 'answers'}", (f"/desk/insight/{tab}{asked}",), INSIGHT
            )
            for tab in TABS
        ),
        Place("insight: tickets behind a figure", (behind,), INSIGHT),
    ]


def _work(place: Place, session: str, number: int) -> list[Call]:
    return calls.desk_page(place.paths[number * 7 % len(place.paths)], session)
