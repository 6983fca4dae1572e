"""One ticket with its thread."""

from bench.load import Work
from bench.report import Line, Section
from bench.servers import Site
from bench.sides import AMENDS, LIMIT, MANY, Ground, Side
from bench.turns import load_in_turns

AIM = 0.5
KEYS = 500
METHOD = """\
One of {keys} tickets from all over {tickets:,}, with all that was said on it. Amends gives the
ticket with its points, links, people, actions and files, and its messages; the limit one ticket
with its events."""


def measure(ground: Ground) -> Section:
    """Reads by 1 and by 8 clients."""
    section = Section("Reading a ticket", METHOD.format(keys=KEYS, tickets=ground.sizes.many))
    with ground.sites(MANY) as up:
        works: dict[Side, tuple[Site, Work]] = {
            side: (site, _work(side, ground.ask(side, MANY, "keys", count=KEYS), token))
            for side, (site, token) in up.items()
        }
        for clients in (1, 8):
            series = load_in_turns(ground.sizes, works, clients=clients)
            section.lines.append(
                Line("read a ticket with its thread", clients, series[AMENDS], series[LIMIT], AIM)
            )
    return section


def _work(side: Side, keys: list[str], token: str) -> Work:
    return lambda number: side.calls.read(keys[number * 7 % len(keys)], token)
