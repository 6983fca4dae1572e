"""From what happened to a ticket, and its policy, to its deadlines: the whole reckoning anew. Pure.

The rows in the database are kept step by step as things happen (escalation.services.tracking). This
is the same from the events alone: what another policy would have made of them, and what the rows
are judged by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from escalation.clock import Clock, Length, OnDay, Pause, Until
from escalation.hours import Calendar
from escalation.policies.kinds import Kind
from escalation.policies.pausing import CLOSED_TIME, PauseRule, rule_for
from escalation.policies.policy import Policy, Target
from escalation.told import ADOPTED, brought, read_moment, read_pause

CREATED = "ticket_created"
RESOLVED = "resolved"
OPEN = frozenset({"new", "open", "waiting_customer", "waiting_third_party"})
#: After one of these a finished ticket is open again by the end of the same unit of work.
CUSTOMER_SPOKE = frozenset({"message_received", "information_given"})
EXTENDED = "deadline_extended"
MERGED = "merged"
SPLIT_FROM = "split_from"
#: A merge was undone: clocks come back to the one that had become part of the other.
MERGE_UNDONE = "merge_undone"
#: The same as it is told on the one that lives on: what came with the other goes with it.
MERGE_UNDONE_IN = "merge_undone_in"
POLICY_CHANGED = "policy_changed"

Calendars = Callable[[Policy, Target], Calendar]


@dataclass(frozen=True, slots=True)
class Told:
    """One event as clocks look at it; `status` and `why` are the ticket's after it."""

    type: str
    at: datetime
    status: str
    why: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    moved: bool = False
    resolved_before: datetime | None = None
    #: By a machine: it meets, starts and ends nothing.
    machine: bool = False


@dataclass(slots=True)
class Run:
    """One clock of the ticket: a kind, about a subject, from a start to an end."""

    policy: Policy
    target: Target
    subject: str
    started_at: datetime
    until: datetime | None = None
    until_on: date | None = None
    ended_at: datetime | None = None
    met: bool = False
    reason: str = ""
    pauses: list[Pause] = field(default_factory=list)
    extended_to: datetime | None = None
    extended_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is one of: there is one open for each."""
        return self.target.kind.value, self.subject

    @property
    def is_open(self) -> bool:
        """Whether it runs or is paused."""
        return self.ended_at is None

    def length(self) -> Length:
        """How long it is: the target's length, or to the date that was promised or written."""
        if (fixed := self.extended_to or self.until) is not None:
            by_law = self.target.length is not None and self.target.length.exact
            return Until(fixed, exact=by_law and self.extended_to is not None)
        if self.until_on is not None:
            return OnDay(self.until_on, self.target.length if self.target.statutory else None)
        if self.target.length is None:
            raise LookupError(f"{self.key} has neither a length nor an instant")
        return self.target.length

    def clock(self, calendars: Calendars) -> Clock:
        """The pure clock of the run."""
        return Clock(
            calendar=calendars(self.policy, self.target),
            length=self.length(),
            started_at=self.started_at,
            pauses=tuple(self.pauses),
            ended_at=self.ended_at,
            cancelled=not self.is_open and not self.met,
            extended_at=self.extended_at,
        )

    def passed(self, calendars: Calendars, at: datetime) -> bool:
        """Whether it was due before `at`; then no other policy moves it."""
        clock = self.clock(calendars).at(at)
        return clock.due() < at and clock.paused_since(at) is None

    def close_pauses(self, at: datetime, reason: str | None = None) -> bool:
        """End the pauses that last, or those for one reason; returns whether there were any."""
        found = False
        for index, pause in enumerate(self.pauses):
            if pause.end is None and (reason is None or pause.reason == reason):
                end = max(at, pause.start)
                self.pauses[index] = replace(pause, end=end)
                found = True
        return found

    def hold(self, rule: PauseRule, at: datetime) -> None:
        """Pause by a rule, unless it is paused for this reason, or its time is used up."""
        if any(p.reason == rule.reason and _lasts(p, at) for p in self.pauses):
            return
        start = max(at, self.started_at)
        limit = rule.limit(start, self.pauses)
        if limit is None or limit > start:
            self.pauses.append(Pause(start, None, limit, rule.reason))

    def end(self, at: datetime, *, met: bool, reason: str) -> None:
        """It is met, or runs no longer."""
        at = max(at, self.started_at)
        self.close_pauses(at)
        self.ended_at, self.met, self.reason = at, met, reason

    def open_again(self, since: datetime, at: datetime) -> None:
        """It runs on; the time between counts as a pause, unless it never pauses."""
        self.ended_at, self.met, self.reason = None, False, ""
        if self.target.pauses:
            self.pauses.append(Pause(since, max(at, since), None, CLOSED_TIME))


def _lasts(pause: Pause, at: datetime) -> bool:
    return pause.end is None and (pause.limit is None or pause.limit > at)


@dataclass(slots=True)
class Reckoning:
    """The deadlines of a ticket, grown event by event."""

    policy: Policy
    calendars: Calendars
    runs: list[Run] = field(default_factory=list)
    past: list[Told] = field(default_factory=list)
    #: Policies by the key that events name them by; without them what was adopted late is worked
    #: out anew, by the policy in force.
    versions: Mapping[int, Policy] = field(default_factory=dict)

    @classmethod
    def of(cls, policy: Policy, calendars: Calendars, told: Iterable[Told]) -> Reckoning:
        """The reckoning after all of `told`, as if `policy` had always been the one."""
        made = cls(policy, calendars)
        for one in told:
            made.take(one)
        return made

    def take(self, told: Told, policy: Policy | None = None) -> None:
        """The next thing that happened; `policy` is the one in force from then on."""
        if policy is not None and policy is not self.policy:
            self._switch(policy, told)
        self.past.append(told)
        if told.machine:
            return
        if told.type == EXTENDED:
            self._extend(told)
            return
        if told.type == ADOPTED:
            self._adopt(told)
            return
        if told.type == MERGE_UNDONE_IN:
            self._give_back(told)
            return
        if told.type == MERGED:
            for run in self.open():
                run.end(told.at, met=False, reason=MERGED)
            return
        self._meet(told)
        for run in self._concerned(told, "cancels") + self._concerned(told, "restarts"):
            run.end(told.at, met=False, reason=told.type)
        if told.moved:
            self._follow(told)
        self._hold(told)
        self._start(told)

    def open(self) -> list[Run]:
        """Those that run or are paused."""
        return [run for run in self.runs if run.is_open]

    def newest(self) -> dict[tuple[str, str], Run]:
        """The last run of each kind and subject."""
        return {run.key: run for run in self.runs}

    # -- one event --------------------------------------------------------------------------------

    def _meet(self, told: Told) -> None:
        if told.status not in OPEN and told.type != RESOLVED:
            for run in self.newest().values():
                if run.reason == RESOLVED and not run.met and told.type in run.target.meets:
                    run.open_again(run.ended_at or told.at, told.at)
        for run in self._concerned(told, "meets"):
            if run.started_at <= told.at:
                run.end(told.at, met=True, reason=told.type)

    def _concerned(self, told: Told, which: str) -> list[Run]:
        return [
            run
            for run in self.open()
            if told.type in getattr(run.target, which)
            and run.subject == _about(run.target, told)
            and told.data.get("puts_off") != list(run.key)
        ]

    def _follow(self, told: Told) -> None:
        if told.type == "reopened":
            self._revive(told)
            if any(run.policy is not self.policy for run in self.open()):
                # Another policy came while it was closed.
                self._switch(self.policy, told)
        elif told.status == RESOLVED:
            for run in self.open():
                if run.target.ends_with_resolution:
                    run.end(told.at, met=False, reason=told.type)
            return
        for run in self.open():
            rule = rule_for(run.target.pauses, told.status, told.why)
            for other in run.target.pauses:
                if other.on and (rule is None or other.reason != rule.reason):
                    run.close_pauses(told.at, other.reason)
            if rule is not None:
                run.hold(rule, told.at)

    def _revive(self, told: Told) -> None:
        open_keys = {run.key for run in self.open()}
        for run in list(self.runs):
            if run.is_open or run.ended_at is None or run.key in open_keys:
                continue
            by_resolution = run.met and RESOLVED in run.target.meets
            if (not run.met and run.reason == RESOLVED) or (
                by_resolution and run.ended_at == told.resolved_before
            ):
                run.open_again(run.ended_at, told.at)
                open_keys.add(run.key)

    def _hold(self, told: Told) -> None:
        for run in self.open():
            if run.subject != _about(run.target, told):
                continue
            for rule in run.target.pauses:
                if told.type in rule.ends and run.close_pauses(told.at, rule.reason):
                    continue
                if told.type in rule.begins:
                    run.hold(rule, told.at)

    def _start(self, told: Told) -> None:
        if told.data.get("split_from"):
            # Its clocks come from the ticket that it was a part of.
            return
        for target in self.policy.targets:
            if told.type not in target.starts and told.type not in target.restarts:
                continue
            still = told.status in OPEN or told.type in CUSTOMER_SPOKE
            if target.ends_with_resolution and not still:
                continue
            run = _run(self.policy, target, told)
            if run is None or self._goes_on(run, told):
                continue
            self.runs.append(run)
            rule = rule_for(target.pauses, told.status, told.why)
            if rule is not None and told.type not in CUSTOMER_SPOKE:
                run.hold(rule, told.at)

    def _goes_on(self, run: Run, told: Told) -> bool:
        same = [other for other in self.runs if other.key == run.key]
        if any(other.is_open for other in same):
            return True
        if told.status in OPEN:
            return False
        return bool(same) and not same[-1].met and same[-1].reason == RESOLVED

    def _extend(self, told: Told) -> None:
        for item in told.data.get("deadlines", []):
            key = (str(item.get("kind")), str(item.get("subject", "")))
            for run in self.open():
                if run.key == key:
                    run.extended_to = datetime.fromisoformat(str(told.data["to"]))
                    run.extended_at = told.at

    def _adopt(self, told: Told) -> None:
        """Clocks that came from another ticket, by a merge or a split."""
        for item in told.data.get("adopted", []):
            kind, started = Kind(item["kind"]), datetime.fromisoformat(item["started_at"])
            run = next((r for r in self.open() if r.key == (kind.value, "")), None)
            if run is None:
                target = self.policy.by_kind.get(kind)
                if target is None:
                    continue
                run = Run(self.policy, target, "", started, read_moment(item, "until"))
                run.extended_to = read_moment(item, "extended_to")
                run.extended_at = read_moment(item, "extended_at")
                self.runs.append(run)
            if late := item.get("late"):
                self._be_late(run, item, self.versions.get(late.get("policy"), run.policy))
            else:
                run.started_at = min(run.started_at, started)
            if run.target.pauses:
                run.pauses = [read_pause(pause) for pause in item["pauses"]]
        if told.data.get("since"):
            self._begin_late(told)

    def _give_back(self, told: Told) -> None:
        """What a merge brought, and nothing else, goes with the other ticket again."""
        kinds = brought(reversed(self.past[:-1]), told.data["other_id"])
        for run in self.open():
            if run.target.kind.value in kinds and not run.subject:
                run.end(told.at, met=False, reason=told.type)

    def _be_late(self, run: Run, item: Mapping[str, Any], policy: Policy) -> None:
        """What was missed elsewhere comes as it was there, and by the policy that it had."""
        run.policy, run.target = policy, policy.by_kind.get(run.target.kind, run.target)
        run.started_at = datetime.fromisoformat(item["started_at"])
        run.until = read_moment(item, "until")
        run.extended_to = read_moment(item, "extended_to")
        run.extended_at = read_moment(item, "extended_at")

    def _begin_late(self, told: Told) -> None:
        """After a split: what begins with every ticket, and never ran on the former one."""
        known = {item["kind"] for item in told.data["adopted"]} | set(told.data["over"])
        since = datetime.fromisoformat(told.data["since"])
        for target in self.policy.targets:
            begins = CREATED in target.starts and not target.subject and target.length is not None
            if begins and target.kind.value not in known:
                self.runs.append(Run(self.policy, target, "", since))

    # -- another policy ---------------------------------------------------------------------------

    def _switch(self, policy: Policy, told: Told) -> None:
        """Give open runs the targets of another policy, from the same start, with all pauses."""
        at = told.at
        fresh = Reckoning.of(policy, self.calendars, self.past)
        anew = {run.key: run for run in fresh.open()}
        newest = self.newest()
        for run in self.open():
            other = anew.pop(run.key, None)
            if run.passed(self.calendars, at):
                continue
            target = policy.by_kind.get(run.target.kind)
            if target is None:
                if not run.subject:
                    run.end(at, met=False, reason=POLICY_CHANGED)
                continue
            run.policy, run.target = policy, target
            if other is not None and other.started_at == run.started_at:
                run.pauses = other.pauses
        for key, other in anew.items() if told.status in OPEN else ():
            last = newest.get(key)
            if last is None or last.started_at < other.started_at:
                self.runs.append(other)
            elif last.reason == POLICY_CHANGED:
                last.ended_at, last.reason = None, ""
                last.policy, last.target, last.pauses = policy, other.target, other.pauses
        self.policy = policy


def _about(target: Target, told: Told) -> str:
    return f"{target.subject}:{told.data.get(target.subject)}" if target.subject else ""


def _run(policy: Policy, target: Target, told: Told) -> Run | None:
    """The run that an event starts; None where the event lacks what it needs."""
    if target.subject and told.data.get(target.subject) is None:
        return None
    text = told.data.get(target.until) if target.until else None
    until = datetime.fromisoformat(text) if text else None
    day = told.data.get(target.until_on) if target.until_on else None
    if until is None and day is None and target.length is None:
        return None
    on = date.fromisoformat(day) if day else None
    return Run(policy, target, _about(target, told), told.at, until, on)
