"""Evaluations in a second, a policy tried on the past, grants at once."""

import os
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from bench.report import Section, number
from bench.servers import Agent
from bench.sides import AMENDS, MANY, Ground

CORES = os.cpu_count() or 1
ROUNDS = 7
#: Explained evaluations a second on one core, and seconds for a hundred thousand past tickets.
EVALUATIONS_AIM, BACKTEST_AIM = 10_000, 20
METHOD = """\
Amends alone, on closed and open tickets of which each has facts, pain and loss of its own. An
evaluation is the default policy (`remedies/packs/general.yaml`) on the facts of one ticket, from
what is stored to a drafted offer: explained, with every step and every reason why not in words; and
without words, as a backtest does it; in a second of the processor's time. A backtest is
`manage.py policy backtest` of that policy with one row changed, from the start of the command to
its end: each ticket is read, put into facts and evaluated under both policies, by two processes,
beside PostgreSQL on the same cores. A grant is an offer sent by a rep, with his authority weighed
under the customer's lock, and accepted: message, events, remedies and their entries in the ledger.
On one customer, all wait for the same lock."""

Rows = Iterator[list[str]]


def measure(ground: Ground) -> Section:
    """All three, on one copy; a part that fails costs no other."""
    section = Section("Remedies", METHOD)
    section.table = [["", "", "result", "aim"]]
    with ground.copy(AMENDS, MANY) as agent:
        agent.call("bench.amends.past:vary", within=600)
        ground.bench.settle()
        for name, part in _PARTS.items():
            try:
                for row in part(ground, agent):
                    section.table.append(row)
                    ground.say("  ".join(row))
            except Exception as error:  # noqa: BLE001 - what was measured is not thrown away
                section.failed = True
                section.table.append([name, "", "could not be measured", ""])
                ground.say(f"{name}: {error}")
    return section


def _ask(agent: Agent, function: str, within: float = 300, **arguments: Any) -> Any:
    return agent.call(f"bench.amends.past:{function}", within=within, **arguments)


def _reached(words: str, *, fine: bool) -> str:
    return f"{words}: {'reached' if fine else 'missed'}"


def _evaluations(ground: Ground, agent: Agent) -> Rows:
    found = _ask(agent, "evaluating", tickets=ground.sizes.evaluated, rounds=ROUNDS)
    what = f"{ground.sizes.evaluated:,} tickets, one process"
    made = median(found["explained"])
    aim = _reached(f"≥ {EVALUATIONS_AIM:,}/s", fine=made >= EVALUATIONS_AIM)
    yield ["evaluations, explained", what, f"{number(made)}/s", aim]
    yield ["evaluations, without words", what, f"{number(median(found['unexplained']))}/s", ""]


def _backtest(ground: Ground, agent: Agent) -> Rows:
    folder = ground.bench.folder / "past"
    folder.mkdir(exist_ok=True)
    found = _ask(agent, "backtesting", tickets=ground.sizes.replayed, folder=str(folder))
    seconds = found["seconds"]
    # Whole days are replayed, so rather more than were asked for.
    share = seconds * 100_000 / found["tickets"]
    whole = ground.sizes.replayed == 100_000
    aim = _reached(f"≤ {BACKTEST_AIM} s", fine=share <= BACKTEST_AIM) if whole else ""
    yield ["backtest", f"{found['tickets']:,} past tickets, two processes", f"{seconds:.1f} s", ""]
    yield ["", "which makes, for 100,000", f"{share:.1f} s", aim]
    yield ["", "processor's time of both", f"{found['cpu']:.1f} s", ""]
    yield ["", "memory of a process at most", f"{found['peak']:,} MB", ""]


def _grants(ground: Ground, agent: Agent) -> Rows:
    for one_customer in (False, True):
        for processes in (1, 4):
            found = _ask(
                agent, "granting", processes=processes, grants=ground.sizes.grants,
                one_customer=one_customer,
            )  # fmt: skip
            whom = "all to one customer" if one_customer else "each to another customer"
            many = f"{processes} process{'es' if processes > 1 else ''}"
            made = f"{number(found['per_second'])}/s"
            yield ["grants", f"{many}, {ground.sizes.grants:,} {whom}", made, ""]


_PARTS: dict[str, Callable[[Ground, Agent], Rows]] = {
    "evaluations": _evaluations,
    "backtest": _backtest,
    "grants": _grants,
}
