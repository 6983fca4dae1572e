"""Deadlines at a million, in many processes, their delay, and what they cost elsewhere."""

import os
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from bench.report import Check, Section, milliseconds, number
from bench.sides import AMENDS, MILLION, THOUSANDS, Ground

ROUNDS, TURNS = 20, 7
CORES = os.cpu_count() or 1
CREATED = 40
#: Seconds of database time that an idle sweep may take, steps a second that four processes should
#: make, seconds of delay that 99 of 100 steps should have at most, and of a new reckoning.
IDLE_AIM, STEPS_AIM, DELAY_AIM, ANEW_AIM = 0.005, 4_000, 2.0, 180
METHOD = """\
Amends alone, on open tickets that are copies of fifty; what is due next on a copy is worked out
anew before it is measured. An idle sweep is the time that PostgreSQL takes for it. A step is a
warning, a missed promise or a rung of a path, with its row, events, alerts and mails; where a
promise is missed, pain is assessed and the offer drafted anew in the same transaction. Delay is
from the moment at which a step falls due to the commit that did it: rung once a second as by beat,
answered by whichever of two processes is free, while the desk's clock runs so that so many
deadlines fall due in each second. Worked out anew is every open deadline of the newest tickets,
from its start and with all its pauses, as after a change of calendar, by two processes, while a
third one sweeps what falls due."""
LIMITS = """\
**What limits the steps** is the processor, and there Python more than PostgreSQL: three quarters of
a step's time are Python's (a third of that for pain and offer where promises are missed, the rest
for rows, events, alerts and the next instant), one quarter is PostgreSQL's, which runs on the same
cores. The line "at most" is what that alone allows. One and four processes do the same work, each
on a fresh copy. Asked every ten milliseconds while four worked on 5,000 due (2026-11-22, beside
this bench), PostgreSQL's sessions waited for their Python in two of three samples, for the disk in
one of twenty, and for a lock in none. Statements are few (some 25 for a hundred deadlines), and no
sweep waits for the tickets that another one holds.
The limit above only marks a row and writes an event; a step of ours also writes the row that makes
it happen once, tells people, plans the next instant, and where a promise was missed reads the
offer, assesses pain, evaluates the policy and writes what changed."""

Rows = Iterator[list[str]]


def measure(ground: Ground) -> Section:
    """Everything about clocks that the limit has not; a part that fails costs no other."""
    section = Section("Deadlines", METHOD)
    section.table = [["", "", "result", "aim"]]
    for name, part in _PARTS.items():
        try:
            for row in part(ground, section):
                section.table.append(row)
                ground.say("  ".join(row))
        except Exception as error:  # noqa: BLE001 - what was measured is not thrown away
            section.failed = True
            section.table.append([name, "", "could not be measured", ""])
            ground.say(f"{name}: {error}")
    section.notes.append(LIMITS)
    return section


def _ask(ground: Ground, kind: str, function: str, *, within: float, **arguments: Any) -> Any:
    agent = ground.agent(AMENDS, kind)
    return agent.call(f"bench.amends.{function}", within=within, **arguments)


def _reached(words: str, *, fine: bool) -> str:
    return f"{words}: {'reached' if fine else 'missed'}"


def _idle(ground: Ground, section: Section) -> Rows:
    taken: dict[str, list[float]] = {THOUSANDS: [], MILLION: []}
    for turn in range(TURNS):
        # In turns, so that what the machine does meanwhile hits both.
        for kind in (THOUSANDS, MILLION)[:: 1 if turn % 2 else -1]:
            taken[kind].append(_ask(ground, kind, "clocks:idle", within=60, rounds=ROUNDS))
    for kind, rounds in taken.items():
        deadlines = _ask(ground, kind, "work:open_deadlines", within=60)
        fine = median(rounds) < IDLE_AIM
        aim = _reached(f"< {milliseconds(IDLE_AIM)} ms", fine=fine)
        what = f"{deadlines:,} open deadlines"
        yield ["sweep, none due", what, f"{milliseconds(median(rounds))} ms", aim]
    shares = [few / many for few, many in zip(*taken.values(), strict=True)]
    section.checks.append(
        Check("an idle sweep at ten thousand beside a million", median(shares), 0.8)
    )


def _processes(ground: Ground, section: Section) -> Rows:
    for processes in (1, 4):
        due = 5 * ground.sizes.due
        with ground.copy(AMENDS, MILLION) as agent:
            found = agent.call(
                "bench.amends.clocks:sweeping", within=120, processes=processes, due=due
            )
        made = found["steps"] / found["seconds"]
        what = (
            f"{processes} process{'es' if processes > 1 else ''}, {due:,} due: "
            f"{found['steps']:,} steps, {found['missed']:,} of them missed promises"
        )
        aim = "" if processes == 1 else _reached(f"≥ {STEPS_AIM:,}/s", fine=made >= STEPS_AIM)
        yield ["steps", what, f"{number(made)}/s", aim]
        if processes == 1:
            python, server = found["cpu"] / found["steps"], found["server"] / found["steps"]
            spent = f"{milliseconds(python)} ms Python, {milliseconds(server)} ms PostgreSQL"
            yield ["", "processor's time of a step", spent, ""]
            most = f"{number(CORES / (python + server))}/s"
            yield ["", f"which makes on {CORES} cores at most", most, ""]
        grown = f"{found['early']:,} MB after a batch, {found['peak']:,} MB at most"
        yield ["", "memory of a process", grown, ""]


def _delays(ground: Ground, section: Section) -> Rows:
    for pace in ground.sizes.paces:
        found = _ask(
            ground, MILLION, "pacing:delays", within=90,
            per_second=pace, seconds=ground.sizes.pace_seconds,
        )  # fmt: skip
        aim = _in_time(found)
        yield ["delay", _delay_words(pace, found), _delay(found), aim if pace <= 100 else ""]


def _delay_words(pace: int, found: dict[str, Any]) -> str:
    steps = f"{found['steps']:,} step{'' if found['steps'] == 1 else 's'}"
    left = f", {found['left']:,} deadlines left undone" if found["left"] else ""
    return f"{pace:,} due a second for {found['seconds']} s: {steps}{left}"


def _delay(found: dict[str, Any]) -> str:
    return f"p50 {found['p50']:.2f} s, p99 {found['p99']:.2f} s"


def _in_time(found: dict[str, Any]) -> str:
    return _reached(f"p99 ≤ {DELAY_AIM:g} s", fine=found["p99"] <= DELAY_AIM and not found["left"])


def _anew(ground: Ground, section: Section) -> Rows:
    sizes = ground.sizes
    pace = sizes.paces[1]
    found = _ask(
        ground, MILLION, "clocks:rederiving_all", within=ANEW_AIM + 60,
        tickets=sizes.rederived, processes=2, seconds=ANEW_AIM, per_second=pace,
    )  # fmt: skip
    what = f"{found['tickets']:,} tickets, {found['moved']:,} deadlines moved"
    enough = found["tickets"] >= 0.99 * sizes.rederived
    aim = _reached(f"< {ANEW_AIM // 60} min", fine=enough and found["seconds"] < ANEW_AIM)
    yield ["worked out anew", what, f"{number(found['seconds'])} s", aim]
    yield ["", "memory of a process at most", f"{found['peak']:,} MB", ""]
    swept = found["sweep"]
    yield ["delay meanwhile", _delay_words(pace, swept), _delay(swept), _in_time(swept)]


def _share(ground: Ground, section: Section) -> Rows:
    found = _ask(ground, THOUSANDS, "clocks:share_of_creation", within=60, tickets=CREATED)
    share = (found["with"] - found["without"]) / found["with"]
    what = f"{milliseconds(found['with'])} ms with, {milliseconds(found['without'])} ms without"
    yield ["a ticket's creation", what, f"{share:.0%} is its deadlines", ""]


_PARTS: dict[str, Callable[[Ground, Section], Rows]] = {
    "sweep, none due": _idle,
    "steps": _processes,
    "delay": _delays,
    "worked out anew": _anew,
    "a ticket's creation": _share,
}
