"""What a deadline will do and when: its due moment, its breach, its warnings and steps. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from escalation.clock import Clock, Step
from escalation.hours import Calendar
from escalation.policies.paths import Path, PathStep
from escalation.policies.policy import Target

BREACH = "breach"
RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing that happens to a deadline at an instant, unless it is met before."""

    at: datetime
    key: str
    step: PathStep | None = None


@dataclass(frozen=True)
class Plan:
    """A deadline's future. A paused one has none but the end of its longest pause."""

    due_at: datetime
    breach_at: datetime | None
    #: From when on it counts as missed; what follows a miss is not before.
    missed_at: datetime
    #: Warnings, the miss, the path's steps before it and the ends of pauses, in order.
    early: tuple[Planned, ...]
    #: The path's steps after the miss: worked out where somebody comes that far, as few do.
    late: Callable[[], list[Planned]] = field(compare=False, repr=False)

    @cached_property
    def steps(self) -> tuple[Planned, ...]:
        """Everything that will happen, in order."""
        return tuple(sorted([*self.early, *self.late()], key=_order))

    def next(self, taken: Collection[str], *, climbing: bool = True) -> Planned | None:
        """The first thing that was not done; `climbing` False leaves the path out.

        A path that somebody acknowledged is not climbed, but warned and recorded it is.
        """
        first = _first(self.early, taken, climbing=climbing)
        if first is not None and (first.key == BREACH or first.at < self.missed_at):
            return first
        return _first(self.steps, taken, climbing=climbing)


def _order(planned: Planned) -> tuple[datetime, bool]:
    return planned.at, planned.key != BREACH


def _first(steps: Iterable[Planned], taken: Collection[str], *, climbing: bool) -> Planned | None:
    for planned in steps:
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
    early = [Planned(step.at(clock, due), step.key) for step in target.warnings]
    early = [p for p in early if p.at < missed]
    early.append(Planned(missed, BREACH))
    climb = _Climb(path.steps if path is not None else (), clock, due, missed)
    early += climb.early()
    since = clock.paused_since(now)

    def stands(planned: Planned) -> bool:
        if since is not None:
            # What fell due before the pause is still to be done; the rest waits for its end.
            return planned.at <= since
        return breach is not None or (planned.at <= due and planned.key != BREACH)

    def late() -> list[Planned]:
        return [p for p in climb.late() if stands(p)]

    resumes = [
        Planned(pause.limit, f"{RESUME}:{pause.start:%Y%m%dT%H%M%S}")
        for pause in limited
        if pause.end is None and pause.limit is not None and pause.start < due
    ]
    early = sorted([*filter(stands, early), *resumes], key=_order)
    return Plan(due, breach, missed, tuple(early), late)


@dataclass(frozen=True, slots=True)
class _Climb:
    """The steps of a path with their instants: a step's own, or the end of the time in which the
    step before it had to be acknowledged, whichever comes first."""

    steps: tuple[PathStep, ...]
    clock: Clock
    due: datetime
    missed: datetime

    def early(self) -> list[Planned]:
        """Those before the deadline, and those that an unanswered one of them demands."""
        return [planned for planned, early in self._walk(late=False) if early]

    def late(self) -> list[Planned]:
        """All others."""
        return [planned for planned, early in self._walk(late=True) if not early]

    def _walk(self, *, late: bool) -> Iterator[tuple[Planned, bool]]:
        before: Planned | None = None
        early = False
        for step in self.steps:
            asked = before.step.answer_within if before is not None and before.step else None
            early = (step.timed and _is_early(step.when)) or (early and asked is not None)
            if not early and not late:
                before = None
                continue
            at = self._own(step) if step.timed else None
            if before is not None and before.step is not None and asked is not None:
                demanded = later(self.clock.calendar, before.at, asked, real=before.step.real)
                at = demanded if at is None else min(at, demanded)
            if at is not None:
                before = Planned(at, step.when.key, step)
                yield before, early

    def _own(self, step: PathStep) -> datetime:
        start = self.due if _is_early(step.when) else self.missed
        if step.real and step.when.percent is None:
            return start + (step.when.offset or timedelta())
        return step.when.at(self.clock, start)


def later(calendar: Calendar, moment: datetime, by: timedelta, *, real: bool) -> datetime:
    """A moment moved by working time, or with `real` by time on the wall."""
    return moment + by if real else calendar.add(moment, by)


def _is_early(when: Step) -> bool:
    """Whether a step of a path stands before the deadline."""
    if when.percent is not None:
        return when.percent < 100
    return (when.offset or timedelta()) < timedelta() or (when.days or 0) < 0
