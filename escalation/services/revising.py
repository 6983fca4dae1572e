"""Another policy, pain, team, calendar: open deadlines worked out anew from the ticket's events.

From the same start, with all pauses, never from now. What has passed is not moved, no step is taken
back, and what no longer counts stays as evidence. `revise` works on rows in hand and writes
nothing, so that a preview is the very same; `settle` ends, tells and leaves the rest to be written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from escalation.clock import Status
from escalation.derive import POLICY_CHANGED, Reckoning, Run, Told
from escalation.hours import Calendar
from escalation.models import Deadline
from escalation.policies.kinds import Kind
from escalation.policies.policy import Policy, Target
from escalation.rules import EscalationEvent
from escalation.services.clocks import Clocks
from escalation.services.setup import Version
from escalation.services.telling import tell
from tickets.models import Event
from tickets.rules import OPEN_STATUSES
from tickets.values import json_value

#: Reads what happened to the ticket; called only where another policy needs to know.
Story = Callable[[], Iterable[Told]]


@dataclass
class Revision:
    """What another reckoning does to the deadlines of one ticket."""

    policy: str = ""
    moved: list[tuple[Deadline, dt.datetime]] = field(default_factory=list)
    dropped: list[Deadline] = field(default_factory=list)
    added: list[Deadline] = field(default_factory=list)
    #: Of those moved or added: missed at once.
    missed: list[Deadline] = field(default_factory=list)
    looked_at: int = 0

    def __bool__(self) -> bool:
        """Whether anything that people see changes."""
        return bool(self.moved or self.dropped or self.added)


def choose_anew(clocks: Clocks, *, at: dt.datetime, before: int) -> int:
    """After an event that may bring another policy: `before` is its number. Returns how many
    deadlines moved."""

    def story() -> Iterable[Told]:
        events = sorted(clocks.change.all(Event), key=lambda event: event.seq)
        return tell(event for event in events if event.seq < before)

    revision = Revision()
    _revise_policy(clocks, revision, at=at, story=story)
    settle(clocks, revision, at=at)
    return len(revision.moved)


def revise(clocks: Clocks, *, at: dt.datetime, story: Story) -> Revision:
    """The ticket's open deadlines by what is set up now: policy, calendar and path."""
    revision = Revision()
    done = {row.pk for row in _revise_policy(clocks, revision, at=at, story=story)}
    for row in list(clocks.open()):
        revision.looked_at += 1
        if row.pk in done or has_passed(clocks, row, at):
            continue
        _refresh(clocks, row, revision, at=at)
    return revision


def settle(clocks: Clocks, revision: Revision, *, at: dt.datetime, why: str = "") -> None:
    """End what was dropped, and tell what moved, ended and began, on the ticket."""
    for row in revision.dropped:
        clocks.end(row, Status.CANCELLED, at=at, reason=POLICY_CHANGED)
    clocks.record(EscalationEvent.DEADLINES_CANCELLED, revision.dropped, at=at, by=POLICY_CHANGED)
    was = {str(row.pk): json_value(before) for row, before in revision.moved}
    more: dict[str, Any] = {"policy": revision.policy, "was": was} | ({"why": why} if why else {})
    clocks.record(
        EscalationEvent.DEADLINES_MOVED, [row for row, _ in revision.moved], at=at, **more
    )
    clocks.record(EscalationEvent.DEADLINES_SET, revision.added, at=at, policy=revision.policy)


def has_passed(clocks: Clocks, row: Deadline, at: dt.datetime) -> bool:
    """Whether its due moment, as it was promised, is over: then nothing moves it."""
    if row.breached_at is not None or row.status == Status.RUNNING:
        return row.breached_at is not None or row.due_at < at
    # Paused as far as the row knows; its longest pause may be over, and no sweep has noticed.
    clock = clocks.clock_of(row).at(at)
    return clock.paused_since(at) is None and clock.due() < at


# -- inside ---------------------------------------------------------------------------------------


def _revise_policy(
    clocks: Clocks, revision: Revision, *, at: dt.datetime, story: Story
) -> list[Deadline]:
    """Give open deadlines the policy that fits the ticket now; returns those it looked at."""
    version = clocks.setup.version_for(clocks.ticket)
    if version is None or not clocks.rows:
        return []
    rows = [row for row in clocks.open() if clocks.is_stale(row, version)]
    if not rows and (any(clocks.open()) or clocks.rows[-1].policy_id == version.id):
        return []
    revision.policy = f"{version.key} v{version.number}"
    anew = _reckon(clocks, version, rows, story)
    for row in rows:
        run = anew.pop((row.kind, row.subject), None) if anew is not None else None
        if has_passed(clocks, row, at):
            continue
        target = version.policy.by_kind.get(Kind(row.kind))
        if target is None:
            if not row.subject:
                revision.dropped.append(row)
            continue
        clocks.touch(row)
        row.policy_id = version.id
        if run is not None and run.started_at == row.started_at:
            clocks.repause(row, run.pauses, at=at)
        _refresh(clocks, row, revision, at=at)
    if anew is not None and clocks.ticket.status in OPEN_STATUSES:
        for run in anew.values():
            _bring(clocks, version, run, revision, at=at)
    return rows


def _reckon(
    clocks: Clocks, version: Version, rows: list[Deadline], story: Story
) -> dict[tuple[str, str], Run] | None:
    """What would run if the policy had always been the one; None where it is as it is, because the
    policies differ only in lengths, warnings and paths."""
    shapes = {clocks.version_of(row).policy.shape for row in rows or clocks.rows[-1:]}
    if shapes == {version.policy.shape}:
        return None

    def calendars(_: Policy, target: Target) -> Calendar:
        return clocks.setup.calendar_for(version, target, clocks.ticket.team_id)

    return {run.key: run for run in Reckoning.of(version.policy, calendars, story()).open()}


def _refresh(clocks: Clocks, row: Deadline, revision: Revision, *, at: dt.datetime) -> None:
    was = row.due_at
    clocks.renew(row, at=at)
    if row.due_at != was:
        revision.moved.append((row, was))
        _note_missed(clocks, row, revision, at=at)


def _note_missed(clocks: Clocks, row: Deadline, revision: Revision, *, at: dt.datetime) -> None:
    breach = clocks.plan_of(row, now=at).breach_at
    if breach is not None and breach < at:
        revision.missed.append(row)


def _bring(
    clocks: Clocks, version: Version, run: Run, revision: Revision, *, at: dt.datetime
) -> None:
    """A clock that the former policy did not have, from its own start; or had, and gave up."""
    kind, subject = run.key
    same = [r for r in clocks.rows if (r.kind, r.subject) == run.key]
    last = same[-1] if same else None
    if last is not None and last.is_open:
        return
    if last is None or last.started_at < run.started_at:
        row = clocks.add(
            Deadline.made(
                ticket=clocks.ticket,
                kind=kind,
                subject=subject,
                policy_id=version.id,
                started_at=run.started_at,
                due_at=run.started_at,
                until=run.until,
                until_on=run.until_on,
            )
        )
    elif last.cancel_reason == POLICY_CHANGED:
        row = clocks.touch(last)
        row.status, row.cancelled_at, row.cancel_reason = Status.RUNNING.value, None, ""
        row.policy_id = version.id
    else:
        return
    clocks.repause(row, run.pauses, at=at)
    clocks.refresh(row, at=at)
    revision.added.append(row)
    _note_missed(clocks, row, revision, at=at)
