"""What a deadline will do and when: its due moment, its breach, its warnings and steps. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.clock import Clock, Step
from escalation.paths import Path, PathStep
from escalation.policy import Target

BREACH = "breach"
RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing that happens to a deadline at an instant, unless it is met before."""

    at: datetime
    key: str
    step: PathStep | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A deadline's future. A paused one has none but the end of its longest pause."""

    due_at: datetime
    breach_at: datetime | None
    steps: tuple[Planned, ...]

    def next(self, taken: Collection[str], *, climbing: bool = True) -> Planned | None:
        """The first thing that was not done; `climbing` False leaves the path out.

        A path that somebody acknowledged is not climbed, but warned and recorded it is.
        """
        for planned in self.steps:
            if planned.key not in taken and (climbing or planned.step is None):
                return planned
        return None


def make_plan(target: Target, path: Path | None, clock: Clock, *, now: datetime) -> Plan:
    """Everything that will happen to a clock with this target and path, as things stand at `now`.

    Steps at and after the deadline count from the moment it is missed, which for a deadline at
    closing is the next opening: nobody is told that a promise was broken while it can be kept.
    """
    limited, clock = clock.pauses, clock.at(now)
    due = clock.due()
    breach = clock.breach_at(due)
    missed = clock.calendar.next_open(due) if breach is None else breach
    planned = [Planned(step.at(clock, due), step.key) for step in target.warnings]
    planned = [p for p in planned if p.at < missed]
    planned.append(Planned(missed, BREACH))
    for step in path.steps if path is not None else ():
        planned.append(Planned(_path_instant(step.when, clock, due, missed), step.when.key, step))
    since = clock.paused_since(now)
    if since is not None:
        # What fell due before the pause is still to be done; the rest waits for its end.
        planned = [p for p in planned if p.at <= since]
    elif breach is None:
        planned = [p for p in planned if p.at <= due and p.key != BREACH]
    planned += [
        Planned(pause.limit, f"{RESUME}:{pause.start:%Y%m%dT%H%M%S}")
        for pause in limited
        if pause.end is None and pause.limit is not None and pause.start < due
    ]
    planned.sort(key=lambda p: (p.at, p.key != BREACH))
    return Plan(due, breach, tuple(planned))


def _path_instant(when: Step, clock: Clock, due: datetime, breach: datetime) -> datetime:
    if when.percent is not None and when.percent < 100:
        return when.at(clock, due)
    if (when.offset or timedelta()) < timedelta() or (when.days or 0) < 0:
        return when.at(clock, due)
    return when.at(clock, breach)
