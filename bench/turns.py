"""The sides take turns, round by round, so that what the machine does meanwhile hits both."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from bench.load import Run, Work, drive
from bench.plan import Sizes
from bench.servers import Site
from bench.stats import Series

S = TypeVar("S")


def in_turns(rounds: int, sides: Mapping[S, Callable[[int], Run]]) -> dict[S, Series]:
    """Each side's runs, `rounds` of each; who begins alternates."""
    series = {side: Series() for side in sides}
    for number in range(rounds):
        order = list(sides) if number % 2 == 0 else list(reversed(list(sides)))
        for side in order:
            run = sides[side](number)
            series[side].add(run.latencies, elapsed=run.elapsed)
    return series


def load_in_turns(
    sizes: Sizes, works: Mapping[S, tuple[Site, Work]], *, clients: int
) -> dict[S, Series]:
    """The same work sent to each side's site by so many clients, after a warm-up of both."""
    done = dict.fromkeys(works, 0)

    def run_of(side: S) -> Callable[[int], Run]:
        site, work = works[side]

        def run(_: int, seconds: float = sizes.seconds) -> Run:
            result = drive(site.port, work, clients=clients, seconds=seconds, first=done[side])
            # Each client may have drawn a number that it did not use.
            done[side] += len(result.latencies) + clients
            return result

        run(0, sizes.warm_up)
        return run

    return in_turns(sizes.rounds, {side: run_of(side) for side in works})
