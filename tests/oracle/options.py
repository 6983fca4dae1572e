"""Semantics other than ours that published vectors ask for, and where Amends offers them.

`chosen` is a word of a policy, and the vectors are asked through it; `asked` an argument of the
pure functions that no policy needs, for the reason given;
`reckoned` is arithmetic of the oracle alone: the product does not offer it, for the reason given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.oracle.cases import Vector, is_core, vectors

OFFERED: dict[tuple[str, str], str] = {
    ("pause_extends", "*"): "chosen: `pauses_on` and `statutory` of each target",
    ("next_update", "any_contact"): "chosen: `starts` and `restarts` of the target",
    ("time_of_day", "end_of_business_day"): "chosen: `end_of_day: true`, or 2wd",
    ("time_of_day", "keep"): "chosen: `end_of_day: false`",
    ("time_of_day", "clamp"): "chosen: `time_of_day: clamp`",
    ("time_of_day", "clamp_to_close"): "chosen: `time_of_day: clamp_to_close`",
    ("time_of_day", "roll_to_opening"): "chosen: `time_of_day: roll_to_opening`",
    ("day_origin", "roll_to_opening"): "chosen: `time_of_day: roll_to_opening`",
    ("boundary", "next_open"): "chosen: `boundary: next_open`",
    ("boundary", "prev_close"): "reckoned: only warnings count backwards, and before an "
    "opening they come at the closing",
    ("reversed", "negative"): "asked: Reversed.NEGATIVE; no clock ends before it starts",
    ("reversed", "absolute"): "asked: Reversed.ABSOLUTE; no clock ends before it starts",
    ("count", "start"): "asked: DayCount.START; a deadline adds days: `counted: true` there",
    ("count", "both"): "asked: DayCount.BOTH; a deadline adds days: `counted: true` there",
    ("closing_instant", "open"): "asked: `closing_is_open`; one instant moves no deadline",
    ("nonworking_origin", "roll"): "chosen: `nonworking_origin: roll`",
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
        if not is_core(vector):
            asked.update(_lines(vector))
    lines = [f"  {count}: {line}" for line, count in sorted(asked.items())]
    return ["of other semantics than ours:", *lines] if lines else []


def _lines(vector: Vector) -> list[str]:
    semantics = vector.get("semantics") or {}
    if not isinstance(semantics, dict):
        return [f"{semantics!r}: no semantics, no reason on record"]
    lines = [
        f"{key}={value}: {offer(key, value) or 'not offered, no reason on record'}"
        for key, value in semantics.items()
    ]
    return lines or ["no semantics named: an ambiguity of the clock change, answered as ours"]
