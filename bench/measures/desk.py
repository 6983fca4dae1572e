"""The pages of the desk, as a browser gets them. The limit has none."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from bench.amends import calls
from bench.load import Call, Work
from bench.plan import DESK_PAGE, last_page
from bench.report import Line, Section
from bench.servers import Site
from bench.sides import AMENDS, FEW, MANY, Ground
from bench.turns import load_in_turns

KEYS = 200
METHOD = """\
Whole pages for a manager who sees every team: the queue with its counts, the rows with their
deadlines, and a ticket with its timeline, offer and clocks. There is nothing of the kind in the
limit; they stand here so that a change for the worse is seen."""


@dataclass(frozen=True)
class Place:
    """A page that is measured."""

    what: str
    paths: tuple[str, ...]


def measure(ground: Ground) -> Section:
    """Queue and ticket pages by 1 and by 8 clients."""
    sizes = ground.sizes
    section = Section("Pages of the desk", METHOD)
    ground.collect_assets()
    with ExitStack() as stack:
        works: dict[Place, tuple[Site, Work]] = {}
        for kind, tickets in ((FEW, sizes.few), (MANY, sizes.many)):
            session = ground.ask(AMENDS, kind, "session", role="manager")
            site = stack.enter_context(ground.site(AMENDS, kind))
            for place in _places(ground, kind, tickets):
                works[place] = (site, partial(_work, place, session))
        for clients in (1, 8):
            series = load_in_turns(sizes, works, clients=clients)
            section.lines += [Line(place.what, clients, series[place]) for place in works]
    return section


def _places(ground: Ground, kind: str, tickets: int) -> list[Place]:
    deep = min(ground.sizes.deep_page, last_page(tickets))
    after = ground.ask(AMENDS, kind, "desk_cursor", behind=(deep - 1) * DESK_PAGE)
    numbers = ground.ask(AMENDS, kind, "keys", count=KEYS)
    queue = "/desk/?view=team"
    return [
        Place(f"queue, page 1 of {tickets:,}", (queue,)),
        Place(f"queue, page {deep:,} of {tickets:,}", (f"{queue}&after={after}",)),
        Place(f"a ticket of {tickets:,}", tuple(f"/desk/tickets/{n}/" for n in numbers)),
    ]


def _work(place: Place, session: str, number: int) -> list[Call]:
    return calls.desk_page(place.paths[number * 7 % len(place.paths)], session)
