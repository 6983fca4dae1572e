"""Clocks that go from one ticket to another, when tickets are merged or split.

Nothing starts anew: what ran there runs on here from its own start, with its pauses. What was
adopted stands in the event `deadlines_adopted`, so that events alone tell the same
(escalation.derive). `take` applies such an event; it is what a rehearsal of the past calls too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from escalation.clock import Pause as PauseSpan
from escalation.clock import Status
from escalation.derive import CREATED, MERGED_IN, SPLIT_FROM, read_pause
from escalation.models import Deadline
from escalation.policies.kinds import Kind
from escalation.policies.pausing import rule_for
from escalation.policies.policy import Target
from escalation.rules import EscalationEvent
from escalation.services.clocks import Clocks
from escalation.services.revising import has_passed
from escalation.services.setup import Version
from tickets.change import json_value
from tickets.models import Event

#: What `hear` does something with.
HEARD = frozenset({MERGED_IN, SPLIT_FROM})
#: The customer heard from us: whoever was answered is not owed a first answer again.
ONCE = frozenset({Kind.ACKNOWLEDGE, Kind.FIRST_RESPONSE})
#: Moments of a clock beside its start that go with it where nothing of the kind runs here.
_MOMENTS = ("until", "extended_to", "extended_at")


def hear(clocks: Clocks, event: Event) -> None:
    """Adopt what the event says. The other ticket is in the same unit of work."""
    other = clocks.change.unit.changes.get(event.data["other_id"])
    if other is None:
        # The past is being rehearsed: what was adopted then is told by its own event.
        return
    there = Clocks(other, rules=clocks.setup)
    split = event.type == SPLIT_FROM
    items = [
        item for row in there.open() if (item := _item(clocks, there, row, event, split=split))
    ]
    data: dict[str, Any] = {"from": event.data["other"], "adopted": items}
    if split:
        data |= {"since": json_value(clocks.ticket.received_at), "over": _over(clocks, there)}
    rows = take(clocks, data, at=event.at)
    clocks.record(EscalationEvent.DEADLINES_ADOPTED, rows, at=event.at, **data)


def take(clocks: Clocks, data: Mapping[str, Any], *, at: dt.datetime) -> list[Deadline]:
    """Give the ticket the clocks of an event `deadlines_adopted`; returns those that changed."""
    version = clocks.setup.version_for(clocks.ticket)
    if version is None:
        return []
    rows = []
    for item in data["adopted"]:
        row = clocks.open_of(item["kind"], "") or _carried(clocks, version, item)
        if row is None:
            continue
        clocks.touch(row)
        row.started_at = min(row.started_at, _moment(item["started_at"]))
        if clocks.target_of(row).pauses:
            clocks.repause(row, [read_pause(pause) for pause in item["pauses"]], at=at)
        rows.append(row)
    if data.get("since"):
        known = {item["kind"] for item in data["adopted"]} | set(data["over"])
        for target in version.policy.targets:
            if _begins(target) and target.kind.value not in known:
                rows.append(_new(clocks, version.id, target, _moment(data["since"])))
    for row in rows:
        clocks.refresh(row, at=at)
    return rows


def _carried(clocks: Clocks, version: Version, item: Mapping[str, Any]) -> Deadline | None:
    """A clock of a kind that does not run here yet; None where the policy has none of it."""
    target = version.policy.by_kind.get(Kind(item["kind"]))
    if target is None:
        return None
    row = _new(clocks, version.id, target, _moment(item["started_at"]))
    for name in _MOMENTS:
        setattr(row, name, _moment(item[name]) if item.get(name) else None)
    return row


def _begins(target: Target) -> bool:
    return CREATED in target.starts and not target.subject and target.length is not None


def _new(clocks: Clocks, policy: int, target: Target, started: dt.datetime) -> Deadline:
    return clocks.add(
        Deadline(
            ticket=clocks.ticket,
            kind=target.kind.value,
            subject="",
            policy_id=policy,
            status=Status.RUNNING.value,
            started_at=started,
            due_at=started,
        )
    )


def _item(
    clocks: Clocks, there: Clocks, row: Deadline, event: Event, *, split: bool
) -> dict[str, Any] | None:
    """What is adopted of an open clock of the other ticket; None where it changes nothing."""
    mine = clocks.open_of(row.kind, "")
    version = clocks.setup.version_for(clocks.ticket)
    target = version.policy.by_kind.get(Kind(row.kind)) if version is not None else None
    if row.subject or (mine is None and target is None):
        return None
    theirs = there.spans_of(row)
    if mine is not None:
        if row.started_at >= mine.started_at or has_passed(mine, event.at):
            return None
        spans = [*_before(theirs, mine.started_at), *clocks.spans_of(mine)]
        return _told(row, spans)
    if not split and _answered_since(clocks, row):
        return None
    spans = [*_before(theirs, event.at), *_waiting(clocks, target, theirs, event)]
    moments = {name: json_value(getattr(row, name)) for name in _MOMENTS if getattr(row, name)}
    return _told(row, spans) | moments


def _told(row: Deadline, spans: Sequence[PauseSpan]) -> dict[str, Any]:
    pauses = [
        {
            "start": json_value(span.start),
            "end": json_value(span.end),
            "limit": json_value(span.limit),
            "reason": span.reason,
        }
        for span in spans
    ]
    return {"kind": row.kind, "started_at": json_value(row.started_at), "pauses": pauses}


def _before(spans: Sequence[PauseSpan], at: dt.datetime) -> list[PauseSpan]:
    """The pauses until an instant: one that lasts ends there."""
    return [
        span if span.end is not None and span.end <= at else replace(span, end=at)
        for span in spans
        if span.start < at
    ]


def _waiting(
    clocks: Clocks, target: Target | None, before: Sequence[PauseSpan], event: Event
) -> list[PauseSpan]:
    """The pause of a clock that comes to a ticket which waits."""
    ticket = clocks.ticket
    rule = rule_for(target.pauses, ticket.status, ticket.waiting_for) if target else None
    if rule is None:
        return []
    limit = rule.limit(event.at, before)
    if limit is not None and limit <= event.at:
        return []
    return [PauseSpan(event.at, None, limit, rule.reason)]


def _answered_since(clocks: Clocks, row: Deadline) -> bool:
    """Whether the customer had here, after he came there, what is owed once."""
    return row.kind in ONCE and any(
        own.met_at is not None and own.met_at >= row.started_at
        for own in clocks.rows
        if own.kind == row.kind
    )


def _over(clocks: Clocks, there: Clocks) -> list[str]:
    """Kinds that ran on the other ticket and run no longer: they don't begin again."""
    ticket = clocks.ticket
    ran = {row.kind for row in there.rows if not row.subject}
    if ticket.acknowledged_at is not None:
        ran.add(Kind.ACKNOWLEDGE.value)
    if ticket.answered_at is not None:
        ran.add(Kind.FIRST_RESPONSE.value)
    return sorted(ran - {row.kind for row in there.open()})


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
