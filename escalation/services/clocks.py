"""The deadlines of one ticket in an open change: rows joined with the pure clock.

`Clocks` is the only place that writes a deadline's row. It works on the rows in hand, and `finish`
writes what changed, in one query, and keeps the ticket's nearest deadline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from escalation.clock import Clock, Length, OnDay, Status, Until
from escalation.clock import Pause as PauseSpan
from escalation.law.rules import Law
from escalation.models import Deadline, Pause
from escalation.plan import Plan, make_plan
from escalation.policies.paths import Path
from escalation.policies.pausing import PauseRule
from escalation.policies.policy import Target
from escalation.services.setup import Setup, Version, setup
from tickets.bulk import update
from tickets.change import Change, Changes
from tickets.models import Ticket
from tickets.rules import NEVER
from tickets.values import json_value

#: Columns that belong to the state of the ticket, and so to its events.
TOLD = (
    "kind", "subject", "status", "started_at", "due_at", "until", "until_on", "extended_to",
    "met_at", "cancelled_at", "breached_at", "acknowledged_at", "counted_on_id",
)  # fmt: skip
WRITTEN = [
    "policy", "started_at", "status", "due_at", "until", "until_on", "extended_to", "extended_at",
    "paused_since", "used_seconds", "met_at", "cancelled_at", "cancel_reason", "breached_at",
    "steps_taken", "acknowledged_at", "acknowledged_by", "next_at", "next_step",
    "failures", "last_error", "counted_on", "team",
]  # fmt: skip

#: Those of them that another reckoning can change.
REVISED = [
    "policy", "status", "due_at", "paused_since", "used_seconds", "cancelled_at", "cancel_reason",
    "breached_at", "next_at", "next_step",
]  # fmt: skip

#: What a plan is made of: target, path, clock, and as of when.
Ingredients = tuple[Target, Path | None, Clock, dt.datetime]
#: What a row comes to: due, status, since when it is paused, and what happens next and when.
Moments = tuple[dt.datetime, str, dt.datetime | None, dt.datetime | None, str]
_STANDS = attrgetter("due_at", "status", "paused_since", "next_at", "next_step")


class Clocks:
    """Every deadline of the ticket that a change has in hand."""

    def __init__(self, change: Change, *, rules: Setup | None = None) -> None:
        self.change = change
        self.ticket = change.ticket
        #: What is set up; for a preview, what would be.
        self.setup: Setup = rules or setup()
        #: Who is named on the ticket or complained about, where a sweep has read it.
        self.links: list[tuple[int, str]] | None = None
        self._before: dict[int, dict[str, Any]] = {}
        self._dirty: dict[int, Deadline] = {}
        self._plans: dict[int, tuple[Ingredients, Plan]] = {}
        self._voided: list[Pause] = []

    # -- reading ----------------------------------------------------------------------------------

    @property
    def rows(self) -> list[Deadline]:
        """All deadlines of the ticket, oldest first."""
        return self.change.all(Deadline)

    def open(self) -> Iterator[Deadline]:
        """Those that run or are paused."""
        return (row for row in self.rows if row.is_open)

    def open_of(self, kind: str, subject: str) -> Deadline | None:
        """The open one of a kind about a subject; there is at most one."""
        return next(
            (row for row in self.open() if row.kind == kind and row.subject == subject), None
        )

    def version_of(self, row: Deadline) -> Version:
        """The policy that the row was made by."""
        return self.setup.versions[row.policy_id]

    def target_of(self, row: Deadline) -> Target:
        """The target that the row was made by."""
        return self.setup.versions[row.policy_id].policy.by_kind[row.kind]

    def is_stale(self, row: Deadline, version: Version) -> bool:
        """Whether a row was made by another policy, or by facts that may be others now."""
        return (
            row.policy_id != version.id
            or self.target_of(row).asks_facts
            # A day ends by the team's own clock where no calendar says when it closes.
            or row.until_on is not None
        )

    def pauses_of(self, row: Deadline) -> list[Pause]:
        """The pauses of a deadline that count, in order of recording."""
        return [
            pause
            for pause in self.change.all(Pause)
            if pause.deadline_id == row.pk and pause.voided_at is None
        ]

    def open_pauses(self, row: Deadline) -> list[Pause]:
        """Those that still last; two at most in practice, each for a reason of its own."""
        return [pause for pause in self.pauses_of(row) if pause.ended_at is None]

    def spans_of(self, row: Deadline) -> list[PauseSpan]:
        """The pauses of a deadline as the pure clock takes them."""
        return [
            PauseSpan(pause.started_at, pause.ended_at, pause.limit_at, pause.reason)
            for pause in self.pauses_of(row)
        ]

    def clock_of(self, row: Deadline) -> Clock:
        """The pure clock of a row."""
        target = self.target_of(row)
        return Clock(
            calendar=self.setup.calendar_for(self.version_of(row), target, self.ticket.team_id),
            length=_length(row, target, self.ticket),
            started_at=row.started_at,
            pauses=tuple(self.spans_of(row)),
            ended_at=row.ended_at,
            cancelled=row.status == Status.CANCELLED,
            extended_at=row.extended_at,
        )

    def plan_of(self, row: Deadline, *, now: dt.datetime, clock: Clock | None = None) -> Plan:
        """What the row is going to do. Worked out once, unless its clock changes; `clock` is the
        row's, where the caller has it."""
        target = self.target_of(row)
        clock = clock or self.clock_of(row)
        made_of = (target, self.setup.path_for(target, self.ticket), clock, now)
        kept = self._plans.get(row.pk)
        if kept is None or kept[0] != made_of:
            target, path, clock, now = made_of
            kept = self._plans[row.pk] = (made_of, make_plan(target, path, clock, now=now))
        return kept[1]

    # -- writing ----------------------------------------------------------------------------------

    def touch(self, row: Deadline) -> Deadline:
        """Remember what the row was before it is changed."""
        if row.pk not in self._before:
            self._before[row.pk] = _told(row)
        self._dirty[row.pk] = row
        return row

    def add(self, row: Deadline) -> Deadline:
        """A new deadline, whose moments are then worked out by `refresh`."""
        row.team_id = self.ticket.team_id
        self.change.add(row)
        self._before[row.pk] = {}
        return row

    def pause(self, row: Deadline, rule: PauseRule, *, start: dt.datetime) -> Pause | None:
        """Let a deadline pause by a rule of its target; None where its longest time is used up."""
        limit = rule.limit(start, self.spans_of(row))
        if limit is not None and limit <= start:
            return None
        return self.add_pause(row, PauseSpan(start, None, limit, rule.reason))

    def add_pause(self, row: Deadline, span: PauseSpan) -> Pause:
        """A pause of a deadline, as it is given."""
        return self.change.add(
            Pause(
                ticket=self.ticket,
                deadline=row,
                reason=span.reason[:100],
                started_at=span.start,
                ended_at=span.end,
                limit_at=span.limit,
            )
        )

    def renew(self, row: Deadline, *, at: dt.datetime) -> None:
        """Refresh an open row, and leave it alone where it comes out as it is: then it is neither
        told nor written. `used_seconds` stays as of the last time that something happened."""
        if self.ticket.historical:
            self.touch(row)
            self._refresh_past(row, self.clock_of(row))
            return
        clock = self.clock_of(row)
        comes = self._coming(row, clock, at=at)
        if comes != _STANDS(row):
            self.touch(row)
            self._take(row, clock, comes, at=at)

    def refresh(self, row: Deadline, *, at: dt.datetime) -> None:
        """Work out the row's moments anew, from its start and with all its pauses, as of `at`."""
        clock = self.clock_of(row)
        if self.ticket.historical:
            self._refresh_past(row, clock)
        elif row.is_open:
            self._take(row, clock, self._coming(row, clock, at=at), at=at)
        else:
            comes = (clock.at(at).due(), row.status, row.paused_since, None, "")
            self._take(row, clock, comes, at=at)

    def _coming(self, row: Deadline, clock: Clock, *, at: dt.datetime) -> Moments:
        """What an open row comes to, by what is set up now."""
        plan = self.plan_of(row, now=at, clock=clock)
        since = clock.at(at).paused_since(at)
        status = Status.PAUSED if since is not None else Status.RUNNING
        step = plan.next(row.steps_taken, climbing=row.acknowledged_at is None)
        if step is None:
            return plan.due_at, status.value, since, None, ""
        return plan.due_at, status.value, since, step.at, step.key

    def _take(self, row: Deadline, clock: Clock, comes: Moments, *, at: dt.datetime) -> None:
        if at > row.started_at:
            row.used_seconds = int(clock.used(at).total_seconds())
        row.due_at, row.status, row.paused_since, row.next_at, row.next_step = comes

    def _refresh_past(self, row: Deadline, clock: Clock) -> None:
        """Tickets from the past are measured like all others, and ring nobody."""
        clock = clock.at(self.change.now)
        row.due_at = clock.due()
        breach = clock.breach_at(row.due_at)
        end = row.ended_at or self.change.now
        row.used_seconds = int(clock.used(end).total_seconds())
        row.breached_at = breach if breach is not None and breach < end else None
        if row.is_open:
            since = clock.paused_since(self.change.now)
            row.status = Status.PAUSED.value if since is not None else Status.RUNNING.value
            row.paused_since = since

    def end(self, row: Deadline, status: Status, *, at: dt.datetime, reason: str = "") -> None:
        """A deadline is met, or runs no longer. That it was missed stays true."""
        self.touch(row)
        at = max(at, row.started_at)
        self.close_pauses(row, at=at)
        row.paused_since = None
        row.status = status.value
        if status is Status.MET:
            row.met_at = at
        else:
            row.cancelled_at, row.cancel_reason = at, reason
        if row.breached_at is None and not self.ticket.historical:
            breach = self.clock_of(row).breach_at()
            if breach is not None and breach < at:
                row.breached_at = breach
        self.refresh(row, at=at)

    def repause(self, row: Deadline, spans: Iterable[PauseSpan], *, at: dt.datetime) -> bool:
        """Give a deadline the pauses of another reckoning. Those that no longer count stay, marked
        so. Returns whether anything changed; the caller writes."""
        wanted = {(span.start, span.reason): span for span in spans}
        changed = False
        for pause in self.pauses_of(row):
            span = wanted.pop((pause.started_at, pause.reason), None)
            if span is not None and _same(pause, span):
                continue
            changed = True
            pause.voided_at = at
            self._voided.append(pause)
            if span is not None:
                self.add_pause(row, span)
        for span in wanted.values():
            self.add_pause(row, span)
            changed = True
        return changed

    def close_pauses(self, row: Deadline, *, at: dt.datetime, reason: str | None = None) -> bool:
        """End the pauses that last, or those for one reason; returns whether there were any."""
        found = [p for p in self.open_pauses(row) if reason is None or p.reason == reason]
        for pause in found:
            pause.ended_at = max(at, pause.started_at)
            self.change.save(pause, "ended_at")
        return bool(found)

    def close_spent(self, row: Deadline, *, at: dt.datetime) -> bool:
        """End the pauses whose longest time is over at `at`."""
        spent = [p for p in self.open_pauses(row) if p.limit_at is not None and p.limit_at <= at]
        for pause in spent:
            pause.ended_at = pause.limit_at
            self.change.save(pause, "ended_at")
        return bool(spent)

    # -- telling ----------------------------------------------------------------------------------

    def changes(self, rows: list[Deadline]) -> dict[str, tuple[Any, Any]]:
        """What became of `rows` since they were last told of, as paths of the ticket's state."""
        paths: dict[str, tuple[Any, Any]] = {}
        for row in rows:
            before, after = self._before.get(row.pk, {}), _told(row)
            for name in (*after, *(before.keys() - after.keys())):
                was, value = before.get(name), after.get(name)
                if was != value:
                    path = f"deadlines.{row.pk}.{name}"
                    paths[path] = (json_value(was), json_value(value))
            self._before[row.pk] = after
        return paths

    def record(
        self,
        type_: str,
        rows: list[Deadline],
        *,
        at: dt.datetime,
        also: Changes | None = None,
        **data: Any,
    ) -> None:
        """Tell that something befell `rows`, with the ticket's nearest deadline beside it; `also`
        are further paths of the ticket's state."""
        if not rows:
            return
        self._keep_attention()
        self.change.record(
            type_,
            data={"deadlines": [brief(row) for row in rows], **data},
            changes={**self.changes(rows), **(also or {})},
            at=at,
        )

    def finish(self) -> None:
        """Write the rows that were changed, in one query."""
        update(Pause, self.voided(), ["voided_at"])
        write(self.dirty())

    def voided(self) -> list[Pause]:
        """Stored pauses that no longer count and are not written yet; the caller writes them."""
        voided, self._voided = self._voided, []
        return [pause for pause in voided if not self.change.unit.is_pending(pause)]

    def dirty(self) -> list[Deadline]:
        """The stored rows that were changed and are not written yet; the caller writes them."""
        dirty, self._dirty = self._dirty, {}
        return [row for row in dirty.values() if not self.change.unit.is_pending(row)]

    def _keep_attention(self) -> None:
        running = [row for row in self.rows if row.status == Status.RUNNING]
        nearest = min(running, key=lambda row: row.due_at, default=None)
        self.change.set(
            attention_at=nearest.due_at if nearest is not None else NEVER,
            attention_kind=nearest.kind if nearest is not None else "",
        )


def write(rows: list[Deadline], names: list[str] = WRITTEN) -> None:
    """Write columns of many deadlines in one statement, however many there are."""
    update(Deadline, rows, names)


def _same(pause: Pause, span: PauseSpan) -> bool:
    """Whether a stored pause holds the clock as long as `span`. One that ended with its longest
    time has that as its end."""
    stored = PauseSpan(pause.started_at, pause.ended_at, pause.limit_at)
    return stored.until == span.until


def brief(row: Deadline) -> dict[str, Any]:
    """A deadline in the data of an event, for people and for the feed."""
    told = {"id": row.pk, "kind": row.kind, "due_at": json_value(row.due_at)}
    return told | {"subject": row.subject} if row.subject else told


def _told(row: Deadline) -> dict[str, Any]:
    """The part of a deadline that is state of the ticket, empty values left out."""
    values = row.__dict__
    return {name: values[name] for name in TOLD if values[name]}


def _length(row: Deadline, target: Target, ticket: Ticket) -> Length:
    if row.extended_to is not None:
        return Until(row.extended_to, exact=target.length is not None and target.length.exact)
    if row.until is not None:
        return Until(row.until)
    usual = target.length
    if isinstance(usual, Law) and usual.asks:
        usual = usual.given(ticket.facts)
    if row.until_on is not None:
        return OnDay(row.until_on, at_most=usual if target.statutory else None)
    if usual is None:
        raise LookupError(f"{row} has neither a length nor an instant")
    return usual
