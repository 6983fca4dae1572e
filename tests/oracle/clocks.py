"""Vectors of deadlines over ticket histories (`clock.json`) against `escalation.clock`.

Other semantics than ours are asked with the option of that name; two ways of measuring a pause that
we do not offer (`wall`, whole minutes) are reckoned here, from our own working time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from escalation.clock import Clock, Length, OpenTime, Reading, Step
from escalation.history import DEFAULT_PAUSING, Happening, Replay, What
from escalation.hours import Calendar
from escalation.law.lengths import length
from escalation.policies.kinds import Kind
from tests.oracle import options as semantics
from tests.oracle.cases import Failure, NotUnderstood, Vector, all_of_them, is_core, judged

KINDS = {
    "acknowledge": Kind.ACKNOWLEDGE,
    "first_response": Kind.FIRST_RESPONSE,
    "next_reply": Kind.NEXT_REPLY,
    "next_update": Kind.NEXT_UPDATE,
    "resolution": Kind.RESOLVE,
}
WHAT = {
    "created": What.CREATED,
    "customer_reply": What.CUSTOMER_WROTE,
    "agent_reply": What.WE_WROTE,
    "acknowledged": What.ACKNOWLEDGED,
    "status:waiting": What.WAITING,
    "status:open": What.OPEN,
    "status:closed": What.CLOSED,
    "reopened": What.REOPENED,
}
CHANGES = ("priority_changed", "policy_changed", "calendar_changed")
MINUTE = timedelta(minutes=1)

remarks = semantics.remarks


def run(
    paths: Sequence[Path], *, core_only: bool = False, **_: object
) -> tuple[int, list[Failure]]:
    """Number of vectors of which every asserted key agrees, and those that do not."""
    wanted = is_core if core_only else all_of_them
    return judged(paths, "vectors", judge, wanted=wanted)


def judge(vector: Vector) -> Failure | None:
    """What is wrong with one history; None when every asserted key agrees."""
    wrong = disagreements(vector)
    if not wrong:
        return None
    return Failure(vector["id"], {key: vector["expected"][key] for key in wrong}, wrong)


def disagreements(vector: Vector) -> dict[str, Any]:
    """What we got for each asserted key that differs."""
    story = Story.told(vector)
    wrong = {}
    for key, expected in vector["expected"].items():
        got = story.shown(key)
        if not _same(expected, got):
            wrong[key] = got
    return wrong


def _same(expected: Any, got: Any) -> bool:
    if isinstance(expected, dict):
        return set(expected) == set(got) and all(_same(expected[k], got[k]) for k in expected)
    if isinstance(expected, str) and isinstance(got, datetime):
        return datetime.fromisoformat(expected) == got
    return bool(expected == got)


@dataclass(slots=True)
class Story:
    """One vector replayed up to its moment of asking."""

    replay: Replay
    as_of: datetime
    created_at: datetime
    options: Vector
    steps: list[Vector]
    origins: dict[Kind, datetime] = field(default_factory=dict)

    @classmethod
    def told(cls, vector: Vector) -> Story:
        """Replay every event of the vector."""
        options = vector.get("semantics") or {}
        events = vector["events"]
        if not events:
            raise NotUnderstood("there is no event to start from")
        extends = options.get("pause_extends")
        replay = Replay(
            calendar=Calendar.parse(vector["calendar"]),
            lengths=_lengths(vector["targets"], options),
            pausing=DEFAULT_PAUSING if extends is None else frozenset(map(_kind, extends)),
            any_contact=options.get("next_update") == "any_contact",
        )
        as_of = datetime.fromisoformat(vector.get("as_of") or events[-1]["at"])
        created = datetime.fromisoformat(events[0]["at"])
        story = cls(replay, as_of, created, options, list(vector.get("steps") or []))
        for event in events:
            story._take(event)
        return story

    def _take(self, event: Vector) -> None:
        at = datetime.fromisoformat(event["at"])
        if event["type"] in WHAT:
            counts = event.get("counts_for")
            self.replay.apply(
                Happening(
                    at=at,
                    what=WHAT[event["type"]],
                    by_customer=event.get("by") == "customer",
                    counts_for=None if counts is None else frozenset(map(_kind, counts)),
                )
            )
            if event.get("status") == "waiting":
                self.replay.apply(Happening(at, What.WAITING))
            return
        if event["type"] not in CHANGES:
            raise NotUnderstood(f"there is no event {event['type']!r}")
        if event.get("targets") is not None:
            changed = _lengths(event["targets"], self.options)
            dropped = {_kind(k) for k, value in event["targets"].items() if value is None}
            if event["type"] == "policy_changed":
                self.replay.lengths = changed
            else:
                kept = {k: v for k, v in self.replay.lengths.items() if k not in dropped}
                self.replay.lengths = {**kept, **changed}
            if self.options.get("policy_start") == "change":
                self._start_anew(at)
        if "targets" in event and event["targets"] is None:
            self.replay.lengths = {}
        if event.get("calendar") is not None:
            self.replay.calendar = Calendar.parse(event["calendar"])
        if "steps" in event:
            self.steps = list(event["steps"] or [])

    def _start_anew(self, at: datetime) -> None:
        for item in self.replay.runs:
            if item.ended_at is None:
                item.started_at = at

    # -- what is asked ------------------------------------------------------------------------

    def shown(self, key: str) -> Any:
        """Our value for one key of `expected`."""
        special: dict[str, Callable[[], Any]] = {
            "next_due": self.next_due,
            "state": self.state,
            "paused_minutes": lambda: self.paused() // MINUTE,
            "paused_seconds": lambda: int(self.paused().total_seconds()),
            "escalation_at": lambda: dict(self.step_instants()),
            "escalations_fired": lambda: [k for k, at in self.step_instants() if self.fired(k, at)],
        }
        if key in special:
            return special[key]()
        name, _, asked = key.rpartition("_")
        if asked == "minutes" and name.endswith("_late"):
            name, asked = name.removesuffix("_late"), "late"
        if asked not in ("due", "minutes", "margin", "late", "breached"):
            raise NotUnderstood(f"{key!r} cannot be asked")
        return self._of_kind(_kind(name), asked)

    def _of_kind(self, kind: Kind, asked: str) -> Any:
        if asked == "due":
            return self.due(kind)
        clocks = self.replay.clocks(kind)
        if not clocks:
            return None
        reading = max((clock.read(self.as_of) for clock in clocks), key=lambda r: r.used)
        match asked:
            case "minutes":
                return reading.used // MINUTE
            case "margin":
                return _target(self.replay.lengths[kind]) // MINUTE - reading.used // MINUTE
            case "late":
                return reading.late // MINUTE
        return any(clock.read(self.as_of).breached for clock in clocks)

    def due(self, kind: Kind) -> datetime | None:
        """The deadline that runs, or that a source still shows when it is over."""
        clocks = self.replay.clocks(kind)
        if not clocks:
            return None
        if self.replay.running(kind):
            held = kind in self.replay.pausing and self.replay.waiting_since is not None
            return None if held else self._measured(clocks[-1])
        closed = self.replay.closed_at is not None
        kept = self.options.get("due_when_closed" if closed else "due_when_met") == "kept"
        if closed and kind is not Kind.RESOLVE:
            kept = kept or self.options.get("due_when_met") == "kept"
        return self._measured(clocks[-1]) if kept else None

    def _measured(self, clock: Clock) -> datetime:
        precision = self.options.get("precision")
        wall = self.options.get("pause_measure") == "wall"
        if not wall and precision is None:
            due = clock.due()
            if self.options.get("boundary") == "next_open" and isinstance(clock.length, OpenTime):
                return clock.calendar.next_open(due)
            return due
        due = Clock(clock.calendar, clock.length, clock.started_at).due()
        for pause in clock.pauses:
            if pause.end is None or pause.start >= due or pause.end <= clock.started_at:
                continue
            start = max(pause.start, clock.started_at)
            if wall:
                due += pause.end - start
                continue
            length = clock.calendar.between(start, pause.end)
            whole = length // MINUTE * MINUTE
            if precision == "minute_pause_ceil" and length > whole:
                whole += MINUTE
            due = clock.calendar.add(due, whole) if whole else due
        return due

    def next_due(self) -> datetime | None:
        """The earliest deadline now running."""
        return min(filter(None, (self.due(kind) for kind in KINDS.values())), default=None)

    def state(self) -> str:
        """The one word that some sources show for the whole ticket."""
        both = (Kind.FIRST_RESPONSE, Kind.RESOLVE)
        if any(r.breached for kind in both for r in self.readings(kind)):
            return "failed"
        if self.replay.closed_at is not None:
            return "fulfilled"
        if self.replay.waiting_since is not None:
            return "paused"
        if self.replay.lengths.get(Kind.FIRST_RESPONSE) and self.replay.running(both[0]):
            return "first_response_due"
        return "resolution_due"

    def readings(self, kind: Kind) -> Iterator[Reading]:
        """Every clock of the kind at the moment of asking."""
        return (clock.read(self.as_of) for clock in self.replay.clocks(kind))

    def paused(self) -> timedelta:
        """Open time since creation that did not count."""
        end = self.as_of if self.replay.closed_at is None else self.replay.closed_at
        return (
            Clock(
                self.replay.calendar,
                OpenTime(timedelta()),
                self.created_at,
                tuple(self.replay.all_pauses()),
                end,
            ).paused(end)
            if self.options.get("pause_measure") != "wall"
            else self._paused_wall()
        )

    def _paused_wall(self) -> timedelta:
        return sum(((p.end or self.as_of) - p.start for p in self.replay.all_pauses()), timedelta())

    def step_instants(self) -> Iterator[tuple[str, datetime]]:
        """Each step with its instant, where its deadline is known."""
        calendar = self.replay.calendar
        for item in self.steps:
            step = _step(item)
            if item["of"] == "created":
                clock = Clock(calendar, OpenTime(timedelta()), self.created_at)
                yield step.key, step.at(clock, self.created_at)
                continue
            clocks = self.replay.clocks(_kind(item["of"]))
            if clocks:
                yield step.key, step.at(clocks[-1], self._measured(clocks[-1]))

    def fired(self, key: str, at: datetime) -> bool:
        """Whether the step was taken by the moment of asking."""
        item = next(step for step in self.steps if step["id"] == key)
        kind = Kind.ACKNOWLEDGE if item["of"] == "created" else KINDS[item["of"]]
        ends = [r.ended_at for r in self.replay.runs if r.kind is kind] + [self.replay.closed_at]
        if item["of"] == "created":
            ends = [self._acknowledged_at(), self.replay.closed_at]
        return at <= self.as_of and not any(end is not None and end <= at for end in ends)

    def _acknowledged_at(self) -> datetime | None:
        runs = [r for r in self.replay.runs if r.kind is Kind.ACKNOWLEDGE]
        return runs[-1].ended_at if runs else None


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotUnderstood(f"there is no target {name!r}")
    return KINDS[name]


def _lengths(targets: Mapping[str, Any], options: Vector) -> dict[Kind, Length]:
    return {
        _kind(name): _length(value, options) for name, value in targets.items() if value is not None
    }


def _length(value: Any, options: Vector) -> Length:
    if isinstance(value, Mapping):
        if value.get("end_of_day"):
            return length({"working_days": value["days"]})
        # As a policy says it.
        said = {"working_days": value["days"], "time_of_day": options.get("day_origin", "keep")}
        return length(said)
    return OpenTime(timedelta(minutes=value))


def _target(length: Length) -> timedelta:
    if not isinstance(length, OpenTime):
        raise TypeError("a margin is asked only of a target in minutes")
    return length.amount


def _step(item: Vector) -> Step:
    if "offset_days" in item:
        return Step(item["id"], days=item["offset_days"])
    return Step(item["id"], offset=timedelta(minutes=item["offset_minutes"]))
