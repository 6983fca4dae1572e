"""Deadlines at a million, in many processes, their delay, and what they cost elsewhere."""

from typing import Any

from bench.report import Section, milliseconds, number
from bench.sides import AMENDS, DEADLINES, MILLION, THOUSANDS, Ground

ROUNDS = 30
CREATED = 40
METHOD = """\
Amends alone. An idle sweep is the time that PostgreSQL takes for it. Delay is from the moment at
which a step falls due to its commit, rung once a second as by beat, in one process; the desk's
clock runs faster than ours by as much as makes so many steps due. Worked out anew is every open
deadline, from its start and with all its pauses, as after a change of calendar."""


def measure(ground: Ground) -> Section:
    """Everything about clocks that the limit has not."""
    section = Section("Deadlines", METHOD)
    section.table = [["", "", "result"]]
    for row in (*_idle(ground), *_processes(ground), *_delays(ground), _anew(ground)):
        section.table.append(row)
    section.table.append(_share(ground))
    return section


def _ask(ground: Ground, kind: str, function: str, **arguments: Any) -> Any:
    return ground.agent(AMENDS, kind).call(f"bench.amends.clocks:{function}", **arguments)


def _idle(ground: Ground) -> list[list[str]]:
    rows = []
    for kind in (THOUSANDS, MILLION):
        found = _ask(ground, kind, "idle", rounds=ROUNDS)
        what = f"{found['open']:,} open deadlines"
        rows.append(["sweep, none due", what, f"{milliseconds(found['seconds'])} ms"])
    return rows


def _processes(ground: Ground) -> list[list[str]]:
    rows = []
    for processes in (1, 4):
        found = _ask(ground, MILLION, "sweeping", processes=processes, due=5 * ground.sizes.due)
        what = f"{processes} process{'es' if processes > 1 else ''}, {found['steps']:,} steps"
        speed = number(found["steps"] / found["seconds"])
        rows.append(["steps", what, f"{speed}/s"])
    return rows


def _delays(ground: Ground) -> list[list[str]]:
    rows = []
    for pace in ground.sizes.paces:
        found = _ask(ground, MILLION, "delays", per_second=pace, seconds=ground.sizes.pace_seconds)
        what = f"{pace:,} a second ({number(found['per_second'])} were), {found['steps']:,} steps"
        rows.append(["delay", what, f"p50 {found['p50']:.2f} s, p99 {found['p99']:.2f} s"])
    return rows


def _anew(ground: Ground) -> list[str]:
    found = _ask(ground, MILLION, "rederiving_all", tickets=ground.sizes.rederived, processes=2)
    what = f"{found['tickets']:,} tickets, {found['moved']:,} deadlines moved, 2 processes"
    return ["worked out anew", what, f"{number(found['seconds'])} s"]


def _share(ground: Ground) -> list[str]:
    found = _ask(ground, DEADLINES, "share_of_creation", tickets=CREATED)
    share = (found["with"] - found["without"]) / found["with"]
    what = f"{milliseconds(found['with'])} ms with, {milliseconds(found['without'])} ms without"
    return ["a ticket's creation", what, f"{share:.0%} is its deadlines"]
