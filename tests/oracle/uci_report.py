"""The page docs/uci.md, made of what a replay found."""

from __future__ import annotations

from collections import Counter
from textwrap import fill

from tests.oracle.uci_log import PAIN, STATUSES
from tests.oracle.uci_replay import Account

HEAD = """# A real log of incidents, lived again

Made by `python -m tests.oracle uci FILE --report docs/uci.md` of the incident management log that
an IT company gave to the UCI Machine Learning Repository (Amaral, Fantinato, Peres, 2018;
CC BY 4.0), in the form of `uci_incident_events.csv.gz`. The command starts a PostgreSQL of its own
and has every incident live again through the services of `tickets/` and `escalation/`: each update
of the log is the call that a person would have made, with the log's own time as `now` and no other
clock.

**{incidents:,} incidents, {updates:,} updates, {calls:,} calls of services, {refused} refused.**
After each update the ticket's status, team, owner, hand-offs and reopenings are held against the
log; at the end its counters against the log's, its stored row against the fold of its events, and
its {deadlines:,} deadlines (start, due moment, policy, pauses, end) against a reckoning from the
events alone. {disagreements} The sweep runs where a wait of the log outlasts the longest pause that
the policy allows (28 days); it took {steps} steps.
"""


def page(account: Account) -> str:
    """The whole page, in Markdown."""
    wrong = len(account.failures)
    text = HEAD.format(
        incidents=account.incidents,
        updates=account.updates,
        steps=account.steps,
        calls=account.calls.total(),
        refused=account.refused or "none",
        deadlines=account.deadlines.total(),
        disagreements=f"**{wrong} of these comparisons failed.**" if wrong else "All agree.",
    )
    return text + "".join(
        [_counters(account), _calls(account), _moves(account), _words(), _odd(account)]
    )


def _table(head: str, rule: str, rows: list[str]) -> str:
    return "\n".join(["", f"| {head} |", f"| {rule} |", *rows, ""])


def _counted(counts: Counter[str]) -> list[str]:
    return [f"| {name} | {count:,} |" for name, count in counts.most_common()]


def _counters(account: Account) -> str:
    rows = [f"| {name} | {count:,} |" for name, count in account.counters.items()]
    words = fill(
        "The log's `reassignment_count` is the number of moves to another team; our own counter of"
        " hand-offs counts changes of the owner too, and is held against those that the log shows."
        " Where the log counts a reassignment and names the same group before and after, there is"
        " nothing to do again.",
        100,
    )
    return f"\n## Counters\n\n{words}\n" + _table("counter | count", "--- | ---:", rows)


def _calls(account: Account) -> str:
    calls = _table("asked of the services | times", "--- | ---:", _counted(account.calls))
    kinds = _table("deadlines that ran | count", "--- | ---:", _counted(account.deadlines))
    return f"\n## What was done\n{calls}{kinds}"


def _moves(account: Account) -> str:
    """Each change of the log's state, and what it is in our words."""
    rows = []
    for (before, after), count in sorted(account.moves.items(), key=lambda item: -item[1]):
        ours = " to ".join(dict.fromkeys(filter(None, map(_status, (before, after)))))
        rows.append(f"| {before or 'none'} | {after or 'none'} | {ours} | {count:,} |")
    table = _table("from | to | for us | times", "--- | --- | --- | ---:", rows)
    total = account.moves.total()
    return f"\n## Every change of state\n\n{total:,} of {len(account.moves)} kinds.\n{table}"


def _status(state: str) -> str:
    """Our status in words; empty where the log gives no state, for then it stays as it was."""
    status = STATUSES.get(state)
    return "" if status is None else status.value.replace("_", " ")


def _words() -> str:
    pains = ", ".join(f"{priority} is pain {pain}" for priority, pain in PAIN.items())
    words = fill(
        "New and Active are both open: for us the difference is whether somebody has taken the"
        f" ticket. A priority of the log is set as pain ({pains}), so that real changes of priority"
        " change the deadline policy under open clocks.",
        100,
    )
    return f"\n{words}\n"


def _odd(account: Account) -> str:
    rows = [f"| {count:,} | {odd} |" for odd, count in account.odd.most_common()]
    table = _table("times | what the log says, and what is made of it", "---: | ---", rows)
    return f"\n## What has no counterpart\n{table}"
