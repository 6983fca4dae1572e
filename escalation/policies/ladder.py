"""When each step of a path is taken that somebody called, and no clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.hours import Calendar
from escalation.policies.paths import Path, PathStep

#: What is climbed where no path is set up for such a call.
USUAL = Path.parse([{"to": ["lead", "supervisors"], "do": ["notify", "mail"]}], key="usual")


@dataclass(frozen=True, slots=True)
class Rung:
    """A step with its instant."""

    at: datetime
    step: PathStep


def rungs(path: Path, calendar: Calendar, start: datetime) -> list[Rung]:
    """Every step of a path that was called at `start`, with its instant, in the path's order.

    A step's own time counts from the call; one that has to be acknowledged in time brings the next
    one at the end of that time, where that is sooner.
    """
    found: list[Rung] = []
    for step in path.steps:
        at = _moved(calendar, start, step.when.offset, step.when.days, real=step.real)
        own = at if step.timed else None
        if found and (asked := found[-1].step.answer_within) is not None:
            before = found[-1]
            demanded = _moved(calendar, before.at, asked, None, real=before.step.real)
            own = demanded if own is None else min(own, demanded)
        if own is not None:
            found.append(Rung(own, step))
    return found


def _moved(
    calendar: Calendar, start: datetime, by: timedelta | None, days: int | None, *, real: bool
) -> datetime:
    if days:
        return calendar.add_working_days(start, days)
    if not by:
        return start
    return start + by if real else calendar.add(start, by)
