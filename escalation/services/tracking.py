"""What the events of a ticket do to its deadlines: start, meet, pause, resume, end, move.

`react` is called for every event, inside the unit of work that records it. Nothing is read from the
database unless the event concerns a deadline.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from escalation.clock import Pause as PauseSpan
from escalation.clock import Status
from escalation.derive import CUSTOMER_SPOKE, MERGE_UNDONE_IN, MERGED, RESOLVED
from escalation.models import Deadline, Pause
from escalation.policies.pausing import CLOSED_TIME, PauseRule, rule_for
from escalation.policies.policy import Target
from escalation.rules import EscalationEvent
from escalation.services import adopting
from escalation.services.clocks import Clocks
from escalation.services.revising import choose_anew
from escalation.services.setup import Version, setup
from escalation.services.telling import by_machine
from tickets.change import Change
from tickets.models import Event
from tickets.rules import OPEN_STATUSES

OWN_EVENTS = frozenset(EscalationEvent)


def react(change: Change, event: Event) -> None:
    """Let an event do to the ticket's deadlines what the policy says."""
    if event.type in OWN_EVENTS:
        return
    moved = "status" in event.changes and event.type != "ticket_created"
    if not moved and event.type not in adopting.HEARD and not setup().concerns(event.type):
        return
    if by_machine(event):
        return
    if event.type == "ticket_created":
        # Nothing can be there yet: the tables need not be asked, nor the unit's own list.
        change.known(Deadline, [])
        change.known(Pause, [])
        if event.data.get("split_from"):
            return
    clocks = Clocks(change)
    if _changed_tickets(clocks, event):
        return
    if clocks.setup.may_choose_anew(event.type):
        choose_anew(clocks, at=event.at, before=event.seq)
    if moved or event.type in clocks.setup.words:
        _meet(clocks, event)
        _drop(clocks, event)
        if moved:
            _follow_status(clocks, event)
        _hold(clocks, event)
        _start(clocks, event)
    clocks.finish()


def follow_team(change: Change) -> None:
    """Have the open clocks of a ticket be those of the team that it came to."""
    clocks = Clocks(change)
    for row in clocks.open():
        clocks.touch(row).team_id = clocks.ticket.team_id
    clocks.finish()


def _changed_tickets(clocks: Clocks, event: Event) -> bool:
    """A merge or a split: clocks come, or all end since they run on elsewhere."""
    if event.type == MERGE_UNDONE_IN:
        _end(clocks, adopting.carried(clocks, event), Status.CANCELLED, event)
    elif event.type in adopting.HEARD:
        adopting.hear(clocks, event)
    elif event.type == MERGED:
        moved = adopting.moving(clocks, event)
        adopting.move(clocks, moved, event.data["other_id"])
        told = {"moved": [[row.kind, row.subject] for row in moved], "to": event.data["other"]}
        _end(clocks, list(clocks.open()), Status.CANCELLED, event, **told)
    else:
        return False
    clocks.finish()
    return True


# -- starting ---------------------------------------------------------------------------------


def _start(clocks: Clocks, event: Event) -> None:
    """Start every target of the ticket's policy that this event starts."""
    ticket = clocks.ticket
    version = clocks.setup.version_for(ticket)
    if version is None:
        return
    begun: list[Deadline] = []
    for target in version.policy.targets:
        if event.type not in target.starts and event.type not in target.restarts:
            continue
        still = ticket.status in OPEN_STATUSES or event.type in CUSTOMER_SPOKE
        if target.ends_with_resolution and not still:
            continue
        row = _row(clocks, version, target, event)
        if row is not None and not _goes_on(clocks, row):
            begun.append(_begin(clocks, row, target, event))
    clocks.record(EscalationEvent.DEADLINES_SET, begun, at=event.at, policy=version.key)


def _goes_on(clocks: Clocks, row: Deadline) -> bool:
    """Whether a clock for the same runs already, or will when the ticket is open again.

    A customer who writes on a finished ticket reopens it, and his oldest message without an answer
    still counts.
    """
    if clocks.open_of(row.kind, row.subject) is not None:
        return True
    if clocks.ticket.status in OPEN_STATUSES:
        return False
    last = [r for r in clocks.rows if r.kind == row.kind and r.subject == row.subject]
    return bool(last) and last[-1].cancel_reason == RESOLVED


def _row(clocks: Clocks, version: Version, target: Target, event: Event) -> Deadline | None:
    """The row of a deadline that an event starts; None where the event lacks what it needs."""
    subject = ""
    if target.subject:
        if (about := event.data.get(target.subject)) is None:
            return None
        subject = f"{target.subject}:{about}"
    until = event.data.get(target.until) if target.until else None
    moment = dt.datetime.fromisoformat(until) if until else None
    day = event.data.get(target.until_on) if target.until_on else None
    if moment is None and day is None and target.length is None:
        return None
    return Deadline.made(
        ticket=clocks.ticket,
        kind=target.kind.value,
        subject=subject,
        policy_id=version.id,
        status=Status.RUNNING.value,
        started_at=event.at,
        due_at=event.at,
        until=moment,
        until_on=dt.date.fromisoformat(day) if day else None,
    )


def _begin(clocks: Clocks, row: Deadline, target: Target, event: Event) -> Deadline:
    clocks.add(row)
    rule = _rule(clocks, row)
    if rule is not None and event.type not in CUSTOMER_SPOKE:
        clocks.pause(row, rule, start=event.at)
    if "from_promise" in event.data:
        adopting.take_promise(clocks, row, event)
    clocks.refresh(row, at=event.at)
    return row


# -- meeting and ending -----------------------------------------------------------------------


def _meet(clocks: Clocks, event: Event) -> None:
    if clocks.ticket.status not in OPEN_STATUSES and event.type != RESOLVED:
        # An answer to a ticket that is finished still is the answer.
        for row in _unanswered(clocks, event):
            _open_again(clocks, row, since=row.cancelled_at or event.at, at=event.at)
    met = [row for row in _concerned(clocks, event, "meets") if row.started_at <= event.at]
    _end(clocks, met, Status.MET, event)


def _unanswered(clocks: Clocks, event: Event) -> list[Deadline]:
    """The newest of each kind that ended with the resolution, where this event would meet it."""
    newest = {(row.kind, row.subject): row for row in clocks.rows}
    return [
        row
        for row in newest.values()
        if row.cancel_reason == RESOLVED and event.type in clocks.target_of(row).meets
    ]


def _drop(clocks: Clocks, event: Event) -> None:
    dropped = [*_concerned(clocks, event, "cancels"), *_concerned(clocks, event, "restarts")]
    _end(clocks, dropped, Status.CANCELLED, event)


def _concerned(clocks: Clocks, event: Event, which: str) -> list[Deadline]:
    """Open deadlines that have the event's type among `which` words of their target."""
    found = []
    for row in clocks.open():
        target = clocks.target_of(row)
        if event.type not in getattr(target, which):
            continue
        # What only says that it comes later does not keep the promise.
        if event.data.get("puts_off") == [row.kind, row.subject]:
            continue
        if _about(target, row, event):
            found.append(row)
    return found


def _end(clocks: Clocks, rows: list[Deadline], status: Status, event: Event, **told: Any) -> None:
    if not rows:
        return
    for row in rows:
        known = row.breached_at
        clocks.end(row, status, at=event.at, reason=event.type)
        if known is None and row.breached_at is not None and not clocks.ticket.historical:
            _tell_breach(clocks, row)
    type_ = EscalationEvent.DEADLINES_MET
    if status is Status.CANCELLED:
        type_ = EscalationEvent.DEADLINES_CANCELLED
    clocks.record(type_, rows, at=event.at, by=event.type, **told)


def _tell_breach(clocks: Clocks, row: Deadline) -> None:
    """A deadline ended late before a sweep noticed: the fact is told, and nobody is rung."""
    if "breach" not in row.steps_taken:
        row.steps_taken = [*row.steps_taken, "breach"]
        clocks.record(EscalationEvent.DEADLINE_BREACHED, [row], at=row.breached_at or row.due_at)


# -- pausing and resuming ---------------------------------------------------------------------


def _follow_status(clocks: Clocks, event: Event) -> None:
    status = clocks.ticket.status
    if event.type == "reopened":
        _revive(clocks, event)
        # While it was closed, another policy may have become the right one.
        choose_anew(clocks, at=event.at, before=event.seq + 1)
    elif status == RESOLVED:
        left = [row for row in clocks.open() if clocks.target_of(row).ends_with_resolution]
        _end(clocks, left, Status.CANCELLED, event)
        return
    _resume(clocks, event)
    _pause(clocks, event)


def _rule(clocks: Clocks, row: Deadline) -> PauseRule | None:
    """What pauses a deadline while the ticket stands as it does now."""
    ticket = clocks.ticket
    return rule_for(clocks.target_of(row).pauses, ticket.status, ticket.waiting_for)


def _pause(clocks: Clocks, event: Event) -> None:
    paused = []
    for row in list(clocks.open()):
        clocks.close_spent(row, at=event.at)
        rule = _rule(clocks, row)
        if rule is None or any(p.reason == rule.reason for p in clocks.open_pauses(row)):
            continue
        clocks.touch(row)
        if clocks.pause(row, rule, start=max(event.at, row.started_at)) is not None:
            clocks.refresh(row, at=event.at)
            paused.append(row)
    words = clocks.ticket.waiting_for
    clocks.record(EscalationEvent.DEADLINES_PAUSED, paused, at=event.at, waiting_for=words)


def _resume(clocks: Clocks, event: Event) -> None:
    """End the pauses of statuses in which the ticket no longer is; those of events stay."""
    resumed = []
    for row in list(clocks.open()):
        rule = _rule(clocks, row)
        over = {
            other.reason
            for other in clocks.target_of(row).pauses
            if other.on and (rule is None or other.reason != rule.reason)
        }
        ended = [clocks.close_pauses(row, at=event.at, reason=reason) for reason in sorted(over)]
        if not any(ended):
            continue
        clocks.touch(row)
        clocks.refresh(row, at=event.at)
        if rule is None:
            resumed.append(row)
    clocks.record(EscalationEvent.DEADLINES_RESUMED, resumed, at=event.at)


def _hold(clocks: Clocks, event: Event) -> None:
    """Pauses that events begin and end, such as an exception that is asked back."""
    paused, resumed = [], []
    for row in list(clocks.open()):
        target = clocks.target_of(row)
        if not _about(target, row, event):
            continue
        for rule in target.pauses:
            if event.type in rule.ends and clocks.close_pauses(
                row, at=event.at, reason=rule.reason
            ):
                resumed.append(row)
            elif event.type in rule.begins and not any(
                pause.reason == rule.reason for pause in clocks.open_pauses(row)
            ):
                clocks.touch(row)
                if clocks.pause(row, rule, start=max(event.at, row.started_at)) is not None:
                    paused.append(row)
    for row in [*paused, *resumed]:
        clocks.touch(row)
        clocks.refresh(row, at=event.at)
    why = str(event.data.get("words", ""))[:200]
    clocks.record(EscalationEvent.DEADLINES_PAUSED, paused, at=event.at, waiting_for=why)
    clocks.record(EscalationEvent.DEADLINES_RESUMED, resumed, at=event.at)


def _about(target: Target, row: Deadline, event: Event) -> bool:
    """Whether an event is about what the deadline is about."""
    about = f"{target.subject}:{event.data.get(target.subject)}" if target.subject else ""
    return row.subject == about


def _revive(clocks: Clocks, event: Event) -> None:
    """Reopening: what ended with the resolution runs on. Spent time stays spent, the time between
    counts as a pause."""
    text = event.replaced.get("resolved_at")
    resolved = dt.datetime.fromisoformat(text) if text else None
    back = []
    for row in clocks.rows:
        if row.is_open or clocks.open_of(row.kind, row.subject) is not None:
            continue
        ended = row.ended_at
        ended_then = row.cancel_reason == RESOLVED or (
            row.met_at is not None
            and row.met_at == resolved
            and RESOLVED in clocks.target_of(row).meets
        )
        if not ended_then or ended is None:
            continue
        _open_again(clocks, row, since=ended, at=event.at)
        clocks.refresh(row, at=event.at)
        back.append(row)
    clocks.record(EscalationEvent.DEADLINES_RESUMED, back, at=event.at)


def _open_again(clocks: Clocks, row: Deadline, *, since: dt.datetime, at: dt.datetime) -> None:
    """Let a clock run on. The time it was closed counts as a pause, unless it never pauses."""
    clocks.touch(row)
    row.status, row.met_at, row.cancelled_at, row.cancel_reason = "running", None, None, ""
    if clocks.target_of(row).pauses:
        clocks.add_pause(row, PauseSpan(since, max(at, since), None, CLOSED_TIME))
