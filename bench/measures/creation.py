"""Tickets created over HTTP."""

import itertools

from bench.load import Work
from bench.report import Line, Section
from bench.servers import Site
from bench.sides import AMENDS, LIMIT, MANY, Ground, Side
from bench.turns import load_in_turns

AIM = 0.5
METHOD = """\
A `POST` for each complaint, with a new customer, into a database that has {tickets:,} tickets.
Amends writes the customer with his address, the ticket with its point and message, its deadlines,
the pain assessed, the offer drafted, the events of all that, the outbox, and the answer under its
`Idempotency-Key`. The limit writes one ticket and one event."""


def measure(ground: Ground) -> Section:
    """Creations by 1 and by 8 clients."""
    section = Section("Creating a ticket", METHOD.format(tickets=ground.sizes.many))
    numbers = {side: itertools.count(1_000_000) for side in (AMENDS, LIMIT)}

    def work(side: Side, token: str) -> Work:
        return lambda _: side.calls.create(next(numbers[side]), token)

    with ground.sites(MANY) as up:
        works: dict[Side, tuple[Site, Work]] = {
            side: (site, work(side, token)) for side, (site, token) in up.items()
        }
        for clients in (1, 8):
            series = load_in_turns(ground.sizes, works, clients=clients)
            section.lines.append(
                Line("create a ticket", clients, series[AMENDS], series[LIMIT], AIM)
            )
    return section
