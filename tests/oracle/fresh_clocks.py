"""Fresh random histories, in the form of `clock.json`, answered by the rules of its README.

The evaluator shares no code with `escalation/`: it paints the open seconds and the paused ones
(`walker`) and counts what is open and not paused. Left to the published vectors: what is shown of a
deadline that has ended, and pauses measured otherwise than in open time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.oracle.cases import Vector
from tests.oracle.fresh import ZONES, Maker, walked
from tests.oracle.walker import WEEK, OutOfSight, Walker

PAUSING = {"next_reply", "next_update", "resolution"}
TARGETS = ("acknowledge", "first_response", "next_reply", "next_update", "resolution")
ALL_DAY = [["00:00", "24:00"]]
Events = list[dict[str, Any]]


@dataclass
class Told:
    """A history read once, by the rules."""

    events: Events
    as_of: datetime
    targets: dict[str, Any] = field(default_factory=dict)
    calendar: dict[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    #: (target, start, end) of each run, the last one of a target perhaps without end.
    runs: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    held: datetime | None = None
    waiting: bool = False
    closed: datetime | None = None

    def read(self) -> Told:
        """Take every event in order."""
        for event in self.events:
            at = datetime.fromisoformat(event["at"])
            for name in ("targets", "calendar", "steps"):
                if name in event:
                    setattr(self, name, event[name] or {})
            if event.get("targets") and self.options.get("policy_start") == "change":
                self.runs = [(n, at if end is None else start, end) for n, start, end in self.runs]
            self._take(event, at)
        return self

    @property
    def pausing(self) -> set[str]:
        """The targets that a wait stops."""
        return set(self.options.get("pause_extends", PAUSING))

    def _take(self, event: dict[str, Any], at: datetime) -> None:
        kind = event["type"]
        waits = kind == "status:waiting" or event.get("status") == "waiting"
        if kind == "created":
            self._create(event, at)
        elif kind == "acknowledged":
            self._end("acknowledge", at)
        elif kind == "customer_reply":
            self._hear(at)
        elif kind == "agent_reply":
            self._answer(event.get("counts_for", ["first_response", "next_reply"]), at)
        elif kind in {"status:open", "reopened"} and self.held is not None:
            self.pauses.append((self.held, at))
            self.held = self.closed = None
            self.waiting = False
        elif kind == "status:closed":
            self.closed, self.held = at, self.held or at
        if waits:
            self.held, self.waiting = self.held or at, True

    def _create(self, event: dict[str, Any], at: datetime) -> None:
        names = ["acknowledge", "first_response", "resolution"]
        names += ["next_reply"] if event["by"] == "customer" else []
        names += ["next_update"] if self.options.get("next_update") == "any_contact" else []
        self.runs += [(name, at, None) for name in names]

    def _hear(self, at: datetime) -> None:
        if not any(n == "next_reply" and end is None for n, _, end in self.runs):
            self.runs.append(("next_reply", at, None))
        if self.options.get("next_update") == "any_contact":
            self._update(at)

    def _answer(self, counts: list[str], at: datetime) -> None:
        for name in counts:
            self._end(name, at)
        if "next_reply" in counts:
            self._update(at)

    def _update(self, at: datetime) -> None:
        """The periodic update is given, and the next one runs from here."""
        self._end("next_update", at)
        self.runs.append(("next_update", at, None))

    def _end(self, name: str, at: datetime) -> None:
        self.runs = [
            (kind, start, at if kind == name and end is None else end)
            for kind, start, end in self.runs
        ]


class Judge:
    """What a history comes to at the moment of asking."""

    def __init__(self, told: Told, walker: Walker) -> None:
        self.told, self.walker = told, walker
        self.end = told.closed or told.as_of
        pauses = list(told.pauses)
        if told.held is not None and told.held < told.as_of:
            pauses.append((told.held, told.as_of))
        self.unpaused = walker.without(pauses)

    def _until(self, end: datetime | None) -> Judge:
        """The same for a target that was met at `end`: what comes after does not move it."""
        if end is None:
            return self
        before = [(low, min(high, end)) for low, high in self.told.pauses if low < end]
        return Judge(replace(self.told, pauses=before, held=None), self.walker)

    def counting(self, name: str) -> Walker:
        """The seconds that count for a target."""
        return self.unpaused if name in self.told.pausing else self.walker

    def due(self, name: str, start: datetime) -> datetime:
        """The deadline of a run that began at `start`."""
        length = self.told.targets[name]
        if not isinstance(length, dict):
            due = self.counting(name).add(start, length * 60)
            if self.told.options.get("boundary") == "next_open":
                due = self.walker.next_open(due)
            return due
        if length["end_of_day"]:
            due = self.walker.close_of_day(start, length["days"])
        else:
            due = self.walker.add_days_time(start, length["days"])
        for low, high in self.told.pauses:
            since = max(low, start)
            if name in self.told.pausing and since < min(high, due):
                moved = self.walker.elapsed(since, high)
                due = self.walker.add(due, moved) if moved else due
        return due

    def used(self, name: str, start: datetime, end: datetime | None) -> int:
        """Seconds that counted so far."""
        last = self.end if end is None else min(end, self.end)
        return self.counting(name).elapsed(start, max(start, last))

    def granted(self, name: str, start: datetime) -> int:
        """Seconds that the target allows."""
        length = self.told.targets[name]
        if not isinstance(length, dict):
            return int(length) * 60
        if length["end_of_day"]:
            base = self.walker.close_of_day(start, length["days"])
        else:
            base = self.walker.add_days_time(start, length["days"])
        return self.walker.elapsed(start, base)

    def expected(self) -> dict[str, Any]:
        """Every key that is asserted of this history."""
        found: dict[str, Any] = {}
        dues = []
        late: dict[str, bool] = {}
        for name in TARGETS:
            mine = [(start, end) for kind, start, end in self.told.runs if kind == name]
            if self.told.targets.get(name) is None or not mine:
                continue
            due = self._running(name, *mine[-1])
            found[f"{name}_due"] = None if due is None else due.isoformat()
            dues += [due] if due is not None else []
            over = [self.used(name, *run) - self.granted(name, run[0]) for run in mine]
            late[name] = found[f"{name}_breached"] = max(over) > 0
            if not isinstance(self.told.targets[name], dict) and name != "next_update":
                used = max(self.used(name, *run) for run in mine) // 60
                found[f"{name}_minutes"] = used
                found[f"{name}_margin"] = self.told.targets[name] - used
                found[f"{name}_late_minutes"] = max(*over, 0) // 60
        found["next_due"] = min(dues).isoformat() if dues else None
        created = datetime.fromisoformat(self.told.events[0]["at"])
        counted = self.unpaused.elapsed(created, self.end)
        found["paused_seconds"] = self.walker.elapsed(created, self.end) - counted
        found["state"] = self._state(late)
        if self.told.held is None:
            found |= self._stepped(created)
        return found

    def _running(self, name: str, start: datetime, end: datetime | None) -> datetime | None:
        if end is not None or self.told.closed is not None:
            return None
        if self.told.waiting and name in self.told.pausing:
            return None
        return self.due(name, start)

    def _state(self, late: dict[str, bool]) -> str:
        if late.get("first_response") or late.get("resolution"):
            return "failed"
        if self.told.closed is not None:
            return "fulfilled"
        if self.told.waiting:
            return "paused"
        answered = any(n == "first_response" and end for n, _, end in self.told.runs)
        asked = self.told.targets.get("first_response") is not None
        return "first_response_due" if asked and not answered else "resolution_due"

    def _stepped(self, created: datetime) -> dict[str, Any]:
        """When each step is, and which of them were taken."""
        moments, fired = {}, []
        for step in self.told.steps:
            of = step["of"]
            runs = [(s, e) for kind, s, e in self.told.runs if kind == of]
            if of != "created" and (not runs or self.told.targets.get(of) is None):
                continue
            at = created if of == "created" else self._until(runs[-1][1]).due(of, runs[-1][0])
            minutes = step.get("offset_minutes", 0)
            if "offset_days" in step:
                at = self.walker.add_days_time(at, step["offset_days"])
            elif minutes > 0:
                at = self.walker.add(at, minutes * 60)
            elif minutes < 0:
                at = self.walker.subtract(at, -minutes * 60)
            moments[step["id"]] = at.isoformat()
            kind = "acknowledge" if of == "created" else of
            ends = [end for name, _, end in self.told.runs if name == kind and end is not None]
            if at <= self.told.as_of and not any(end <= at for end in ends):
                fired.append(step["id"])
        return {"escalation_at": moments, "escalations_fired": fired}


# -- making histories -------------------------------------------------------------------------


class Historian:
    """Makes histories that could be true: an answer wakes, what is closed is only reopened."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.maker = Maker(seed)
        self.random: random.Random = self.maker.random

    def length(self) -> Any:
        """A target in minutes or days, or none."""
        rnd = self.random
        if rnd.random() < 0.25:
            return {"days": rnd.randrange(1, 6), "end_of_day": rnd.random() < 0.6}
        return rnd.choice([30, 60, 240, 480, 90, 1440, rnd.randrange(10, 3000)])

    def targets(self) -> dict[str, Any]:
        """Lengths for some of the targets."""
        return {name: self.length() for name in TARGETS if self.random.random() < 0.85}

    def steps(self) -> list[dict[str, Any]]:
        """Some steps before, at and after."""
        rnd = self.random
        made = []
        for key in ("a", "b", "c")[: rnd.randrange(4)]:
            of = rnd.choice(["created", "acknowledge", "first_response", "resolution"])
            step: dict[str, Any] = {"id": key, "of": of}
            if rnd.random() < 0.3:
                step["offset_days"] = rnd.choice([1, 2, 3, -1, -2])
            else:
                step["offset_minutes"] = rnd.choice([0, 30, 240, -15, -60, 600])
            made.append(step)
        return made

    def vector(self, key: str) -> Vector:
        """One history with what it comes to."""
        around = self.maker.moment(self.random.choice(ZONES))
        calendar = self.maker.calendar(around)
        if self.random.random() < 0.3:
            # Always open: what happens and what falls due often do so in the same second.
            calendar = {"tz": calendar["tz"], "hours": dict.fromkeys(WEEK, ALL_DAY)}
        targets, steps, options = self.targets(), self.steps(), self.options()
        events = self._events(around, targets)
        as_of = datetime.fromisoformat(events[-1]["at"])
        as_of += timedelta(seconds=self.random.choice([0, 3600, self.random.randrange(400_000)]))
        told = Told(events, as_of, targets, calendar, steps, options).read()
        expected = Judge(told, walked(told.calendar, around)).expected()
        return {
            "id": key, "kind": "clock", "calendar": calendar, "targets": targets, "steps": steps,
            "events": events, "as_of": as_of.isoformat(), "expected": expected, "core": not options,
            "semantics": options,
        }  # fmt: skip

    def options(self) -> dict[str, Any]:
        """Mostly the usual semantics."""
        rnd = self.random
        if rnd.random() < 0.7:
            return {}
        some: dict[str, Any] = {
            "pause_extends": sorted(rnd.sample(TARGETS, rnd.randrange(6))),
            "next_update": "any_contact",
            "policy_start": "change",
            "boundary": "next_open",
        }
        return {key: some[key] for key in rnd.sample(sorted(some), rnd.choice([1, 1, 2]))}

    def _events(self, around: datetime, targets: dict[str, Any]) -> Events:
        rnd, zone = self.random, around.tzinfo
        at, status = around.astimezone(UTC), "open"
        created = {
            "at": at.isoformat(),
            "type": "created",
            "by": rnd.choice(["customer", "customer", "agent", "system"]),
        }
        if rnd.random() < 0.1:
            created["status"] = status = "waiting"
        events: Events = [created]
        for _ in range(rnd.randrange(1, 12)):
            at += timedelta(seconds=rnd.choice([0, 60, 1800, 9000]) * rnd.randrange(1, 30))
            exact = [
                around.astimezone(UTC) + timedelta(minutes=m)
                for m in targets.values()
                if isinstance(m, int)
            ]
            if rnd.random() < 0.3 and (later := [due for due in exact if due >= at]):
                at = min(later)
            event: dict[str, Any] = {
                "at": at.astimezone(zone).isoformat(),
                "type": self._next(status),
            }
            status = {
                "status:waiting": "waiting", "status:open": "open", "reopened": "open",
                "status:closed": "closed",
            }.get(event["type"], status)  # fmt: skip
            if event["type"] == "agent_reply" and rnd.random() < 0.3:
                event["counts_for"] = rnd.choice([["first_response"], ["next_reply"]])
            if event["type"] == "policy_changed":
                event["targets"] = self.targets() if rnd.random() < 0.7 else None
            if event["type"] == "priority_changed":
                event["targets"] = {name: self.length() for name in TARGETS}
                if rnd.random() < 0.5:
                    event["steps"] = self.steps()
            if event["type"] == "calendar_changed":
                event["calendar"] = self.maker.calendar(around)
            events.append(event)
        return events

    def _next(self, status: str) -> str:
        often = {
            "open": ["customer_reply", "agent_reply", "status:waiting", "status:closed",
                     "acknowledged", "priority_changed", "policy_changed", "calendar_changed"],
            "waiting": ["status:open", "status:open", "customer_reply", "agent_reply",
                        "status:closed", "calendar_changed"],
            "closed": ["reopened"],
        }  # fmt: skip
        return self.random.choice(often[status])


def histories(seed: int, count: int) -> list[Vector]:
    """So many histories of one seed."""
    historian = Historian(seed)
    made: list[Vector] = []
    while len(made) < count:
        try:
            made.append(historian.vector(f"fresh-{seed}-{len(made)}"))
        except OutOfSight:
            continue
    return made
