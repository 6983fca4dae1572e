"""Semantics other than ours that published vectors ask for, and where Amends offers them.

`chosen` is a word of a policy, `asked` an argument of the pure functions that no policy needs;
`reckoned` is arithmetic of the oracle alone: the product does not offer it, for the reason given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.oracle.cases import Vector, vectors

OFFERED: dict[tuple[str, str], str] = {
    ("pause_extends", "*"): "chosen: `pauses_on` and `statutory` of each target",
    ("next_update", "any_contact"): "chosen: `starts` and `restarts` of the target",
    ("time_of_day", "end_of_business_day"): "chosen: `end_of_day: true`, or 2wd",
    ("time_of_day", "keep"): "chosen: `end_of_day: false`",
    ("time_of_day", "clamp"): "asked: TimeOfDay.CLAMP",
    ("time_of_day", "clamp_to_close"): "asked: TimeOfDay.CLAMP_TO_CLOSE",
    ("time_of_day", "roll_to_opening"): "asked: TimeOfDay.ROLL_TO_OPENING",
    ("day_origin", "roll_to_opening"): "asked: `origin` of Days",
    ("boundary", "next_open"): "asked: Boundary.NEXT_OPEN; a breach begins there in any case",
    ("boundary", "prev_close"): "reckoned: `prev_open` of the result",
    ("reversed", "negative"): "asked: Reversed.NEGATIVE",
    ("reversed", "absolute"): "asked: Reversed.ABSOLUTE",
    ("count", "start"): "asked: DayCount.START",
    ("count", "both"): "asked: DayCount.BOTH",
    ("closing_instant", "open"): "asked: `closing_is_open`",
    ("nonworking_origin", "roll"): "asked: `roll` of add_days",
    ("zero", "unchanged"): "reckoned: nothing added is no question that a deadline asks",
    ("dst", "wall"): "reckoned: a promise of an hour is a real hour, in the night of a change too",
    ("pause_measure", "wall"): "reckoned: a weekend's wait would give days of working time",
    ("precision", "minute_pause_floor"): "reckoned: seconds are kept, only display rounds",
    ("precision", "minute_pause_ceil"): "reckoned: seconds are kept, only display rounds",
    ("policy_start", "change"): "reckoned: a change never restarts a clock (see docs/deadlines.md)",
    ("due_when_met", "kept"): "display: every row keeps its due moment when it ends",
    ("due_when_closed", "kept"): "display: every row keeps its due moment when it ends",
}  # fmt: skip


def offer(key: str, value: Any) -> str:
    """Where a value of a semantics key is offered; "" for one that is not known."""
    return OFFERED.get((key, str(value))) or OFFERED.get((key, "*"), "")


def remarks(paths: Sequence[Path]) -> list[str]:
    """The vectors of other semantics by what they ask for, and where that is offered."""
    asked: Counter[str] = Counter()
    for vector in vectors(paths):
        if not vector["core"]:
            asked.update(_lines(vector))
    lines = [f"  {count}: {line}" for line, count in sorted(asked.items())]
    return ["of other semantics than ours:", *lines] if lines else []


def _lines(vector: Vector) -> list[str]:
    semantics = vector.get("semantics") or {}
    lines = [
        f"{key}={value}: {offer(key, value) or 'not offered, no reason on record'}"
        for key, value in semantics.items()
    ]
    return lines or ["no semantics named: an ambiguity of the clock change, answered as ours"]
