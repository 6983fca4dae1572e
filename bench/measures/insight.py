"""Insight: counting every ticket anew, following what happens, and reading each tab."""

from bench.report import Section, milliseconds, number
from bench.sides import AMENDS, MANY, Ground

ROUNDS, EVENTS = 7, 1_000
AIM = 0.3
METHOD = """\
Amends alone. Counting anew is `manage.py rollups rebuild` by one process on tickets that have no
sums yet. Following is what the worker does about one note on each of so many tickets. A tab is read
for a manager who sees every team, 13 weeks against the 13 before, when what was counted lies spread
over two years; the time is that of the service, queries and arithmetic, without the page around
it."""


def measure(ground: Ground) -> Section:
    """All of it, on the large database."""
    section = Section("Insight", METHOD)
    section.table = [["", "", "result", "aim"]]
    with ground.copy(AMENDS, MANY) as agent:
        within = 3_600

        def ask(name: str, **values: int) -> dict[str, float]:
            found: dict[str, float] = agent.call(
                f"bench.amends.insight:{name}", within=within, **values
            )
            return found

        made = ask("rebuild", at_most=ground.sizes.many)
        speed = f"{number(made['tickets'] / made['seconds'])} tickets/s"
        what = f"{int(made['tickets']):,} tickets, {int(made['tallies']):,} rows"
        section.table.append(["counted anew", what, speed, ""])
        followed = ask("following", events=EVENTS)
        each = followed["seconds"] / max(followed["events"], 1)
        section.table.append(
            ["followed", f"{int(followed['events']):,} events", f"{milliseconds(each)} ms each", ""]
        )
        there = ask("spread")
        section.table.append(["kept", f"{int(there['sums']):,} sums of two years", "", ""])
        for tab, seconds in ask("reading", rounds=ROUNDS).items():
            word = "reached" if seconds < AIM else "missed"
            aim = f"< {milliseconds(AIM)} ms: {word}"
            section.table.append(["read", tab, f"{milliseconds(seconds)} ms", aim])
    for row in section.table[1:]:
        ground.say("  ".join(row))
    return section
