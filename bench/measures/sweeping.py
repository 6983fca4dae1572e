"""The sweep of deadlines."""

from functools import partial

from bench.load import Run
from bench.report import Section, milliseconds, number
from bench.sides import AMENDS, DEADLINES, LIMIT, Ground, Side
from bench.stats import Series, in_pairs, ratio
from bench.turns import in_turns

ROUNDS_IDLE = 20
CORRECTIONS = 300
METHOD = """\
One sweep on one process. Amends takes each due step under the lock of its ticket, with its
escalation, alerts, mails and events; the limit marks a ticket and writes an event, 100 in a
transaction."""


def measure(ground: Ground) -> Section:
    """Sweeps with nothing due, then with some."""
    sizes = ground.sizes
    section = Section("Sweeping deadlines", METHOD)
    running = {side: ground.ask(side, DEADLINES, "open_deadlines") for side in (AMENDS, LIMIT)}
    rows = [["", "open deadlines", "Amends", "limit", "ratio"]]
    rows.append(_idle(ground, running))
    rows.append(_due(ground, running, sizes.due))
    section.table = rows
    section.notes.append(
        "A step of Amends is a warning, a missed deadline or a rung of its path; several fall due"
        " on one ticket. Ratio: time of the limit by time of Amends for the same number of steps."
    )
    return section


def _idle(ground: Ground, running: dict[Side, int]) -> list[str]:
    def run(side: Side, _round: int) -> Run:
        before = ground.ask(side, DEADLINES, "due_moment", due=0)
        swept = ground.ask(side, DEADLINES, "sweep", now=before)
        if swept["steps"]:
            raise ValueError(f"{side.name} found something due")
        return Run([swept["seconds"]], swept["seconds"])

    series = in_turns(ROUNDS_IDLE, {side: partial(run, side) for side in (AMENDS, LIMIT)})
    words = [f"{milliseconds(series[side].p50)} ms" for side in (AMENDS, LIMIT)]
    share = f"{ratio(series[LIMIT].p50, series[AMENDS].p50):.2f}"
    return ["none due", f"{running[AMENDS]:,} / {running[LIMIT]:,}", *words, share]


def _due(ground: Ground, running: dict[Side, int], due: int) -> list[str]:
    steps: dict[Side, int] = {AMENDS: 0, LIMIT: 0}

    def run(side: Side, _round: int) -> Run:
        # A copy's moments are the original's and a bit, which need not be within working hours:
        # the sweep then first puts them right, takes no step, and is asked again.
        for _ in range(CORRECTIONS):
            now = ground.ask(side, DEADLINES, "due_moment", due=due)
            swept = ground.ask(side, DEADLINES, "sweep", now=now)
            if swept["steps"]:
                break
        else:
            raise ValueError(f"{side.name} took no step")
        steps[side] += swept["steps"]
        return Run([swept["seconds"] / swept["steps"]] * int(swept["steps"]), swept["seconds"])

    rounds = ground.sizes.rounds
    series = in_turns(rounds, {side: partial(run, side) for side in (AMENDS, LIMIT)})
    words = [_words(series[side], steps[side] // rounds) for side in (AMENDS, LIMIT)]
    share = f"{in_pairs(series[AMENDS], series[LIMIT]):.2f}"
    return [f"{due:,} due", f"{running[AMENDS]:,} / {running[LIMIT]:,}", *words, share]


def _words(series: Series, steps: int) -> str:
    seconds = steps / series.per_second
    return f"{steps:,} steps in {seconds:.2f} s ({number(series.per_second)}/s)"
