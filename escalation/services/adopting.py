"""Clocks that go from one ticket to another, when tickets are merged or split.

Nothing starts anew: what ran there runs on here from its own start, with its pauses. What was
adopted stands in the event `deadlines_adopted`, so that events alone tell the same
(escalation.derive). `take` applies such an event; it is what a rehearsal of the past calls too.

A clock that is late and still open is one miss, wherever its duty goes. By a merge it goes to the
survivor as it is, and the other's row says that it is counted there; by a split the new ticket is
late too, and its row says that the miss is counted on the former one (`Deadline.counted_on`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from escalation.clock import Pause as PauseSpan
from escalation.clock import Status
from escalation.derive import CREATED, MERGE_UNDONE, MERGE_UNDONE_IN, MERGED, SPLIT_FROM
from escalation.models import Deadline
from escalation.plan import BREACH
from escalation.policies.kinds import Kind
from escalation.policies.pausing import rule_for
from escalation.policies.policy import Target
from escalation.rules import EscalationEvent
from escalation.services.clocks import Clocks
from escalation.services.revising import has_passed
from escalation.services.setup import Version
from escalation.told import MERGED_IN, brought, read_pause
from tickets.models import Event
from tickets.values import json_value

#: What `hear` does something with.
HEARD = frozenset({MERGED_IN, SPLIT_FROM, MERGE_UNDONE, MERGE_UNDONE_IN})
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
    split = event.type in {SPLIT_FROM, MERGE_UNDONE}
    ended = _ended_by_merge(clocks) if event.type == MERGE_UNDONE else None
    items = [
        item
        for row in there.open()
        if ended is None or row.kind in ended
        if (item := _item(clocks, there, row, event, split=split))
    ]
    if ended is not None:
        back = {item["kind"] for item in items}
        items += [_as_it_was(clocks, row) for kind, row in ended.items() if kind not in back]
    data: dict[str, Any] = {
        "from": event.data["other"],
        "from_id": event.data["other_id"],
        "adopted": items,
    }
    if split:
        data |= {"since": json_value(clocks.ticket.received_at), "over": _over(clocks, there)}
    if ended is not None:
        # What had been kept here before the merge is not owed again.
        data["over"] = sorted({*data["over"], *(row.kind for row in clocks.rows)})
    rows = take(clocks, data, at=event.at)
    if not split:
        rows += [row for row in _back(clocks, other.ticket.pk) if row not in rows]
    clocks.record(EscalationEvent.DEADLINES_ADOPTED, rows, at=event.at, **data)
    if not split:
        _tell_missed(clocks, rows, event)


def carried(clocks: Clocks, event: Event) -> list[Deadline]:
    """Open clocks that a merge brought, and that go with the other ticket now that it is undone."""
    past = [one for one in clocks.change.all(Event) if one.seq < event.seq]
    newest = sorted(past, key=lambda one: one.seq, reverse=True)
    kinds = brought(newest, event.data["other_id"])
    return [row for row in clocks.open() if row.kind in kinds and not row.subject]


def _ended_by_merge(clocks: Clocks) -> dict[str, Deadline]:
    """The clocks that ran here until the ticket became part of another, by kind."""
    gone = [row for row in clocks.rows if row.cancel_reason == MERGED and not row.subject]
    last = max((row.cancelled_at for row in gone if row.cancelled_at), default=None)
    return {row.kind: row for row in gone if row.cancelled_at == last}


def _as_it_was(clocks: Clocks, row: Deadline) -> dict[str, Any]:
    """A clock that ran on nowhere else, since the customer had been answered there: it is owed
    here again."""
    moments = {name: json_value(getattr(row, name)) for name in _MOMENTS if getattr(row, name)}
    return _told(row, clocks.spans_of(row)) | moments


def _back(clocks: Clocks, ticket_id: int) -> list[Deadline]:
    """What the other ticket answered for since a split is this one's own from now on."""
    rows = [row for row in clocks.open() if row.counted_on_id == ticket_id]
    for row in rows:
        clocks.touch(row).counted_on_id = None
    return rows


def moving(clocks: Clocks, event: Event) -> list[Deadline]:
    """Open clocks of a ticket that is merged whose duty runs on at the survivor. The survivor has
    heard of the merge before."""
    survivor = clocks.change.unit.changes.get(event.data["other_id"])
    if survivor is None:
        return []
    there = Clocks(survivor, rules=clocks.setup)
    promises = event.data.get("promises", {})

    def runs_there(row: Deadline) -> bool:
        name, _, number = row.subject.partition(":")
        subject = f"{name}:{promises[number]}" if number in promises else row.subject
        return there.open_of(row.kind, subject) is not None

    return [row for row in clocks.open() if runs_there(row)]


def move(clocks: Clocks, rows: Sequence[Deadline], ticket_id: int) -> None:
    """From now on another ticket answers for these clocks."""
    for row in rows:
        clocks.touch(row).counted_on_id = ticket_id


def take_promise(clocks: Clocks, row: Deadline, event: Event) -> None:
    """A promise that came with a merge is missed here where it was missed there."""
    other = clocks.change.unit.changes.get(event.data.get("from_id", 0))
    if other is None:
        return
    there = Clocks(other, rules=clocks.setup)
    theirs = there.open_of(row.kind, f"promise:{event.data['from_promise']}")
    late = _late(there, theirs, event) if theirs is not None else None
    if late:
        _be_late(clocks, row, late)


def take(
    clocks: Clocks, data: Mapping[str, Any], *, at: dt.datetime, earnest: bool = True
) -> list[Deadline]:
    """Give the ticket the clocks of an event `deadlines_adopted`; returns those that changed.

    What was late then stays so, with its former policy; but `earnest` False works it out anew.
    """
    version = clocks.setup.version_for(clocks.ticket)
    if version is None:
        return []
    taken = (_take_one(clocks, version, item, at=at, earnest=earnest) for item in data["adopted"])
    rows = [row for row in taken if row is not None]
    split = bool(data.get("since"))
    if split:
        known = {item["kind"] for item in data["adopted"]} | set(data["over"])
        rows += [
            _new(clocks, version.id, target, _moment(data["since"]))
            for target in version.policy.targets
            if _begins(target) and target.kind.value not in known
        ]
    for row in rows:
        clocks.refresh(row, at=at)
        if split and not earnest and _breach(clocks, row, at) is not None:
            row.counted_on_id = data.get("from_id")
    return rows


def _take_one(
    clocks: Clocks, version: Version, item: Mapping[str, Any], *, at: dt.datetime, earnest: bool
) -> Deadline | None:
    """One clock of the event; None where the ticket's policy has none of the kind."""
    row = clocks.open_of(item["kind"], "") or _carried(clocks, version, item)
    if row is None:
        return None
    clocks.touch(row)
    late, started = item.get("late"), _moment(item["started_at"])
    row.started_at = started if late else min(row.started_at, started)
    if late:
        _take_moments(row, item)
        if earnest:
            _be_late(clocks, row, late)
    if clocks.target_of(row).pauses:
        clocks.repause(row, [read_pause(pause) for pause in item["pauses"]], at=at)
    return row


def _be_late(clocks: Clocks, row: Deadline, late: Mapping[str, Any]) -> None:
    """What was missed stays missed since then, by its own policy, and nobody hears of it twice."""
    row.policy_id = late["policy"]
    row.breached_at = _moment(late["since"])
    row.steps_taken = list(late["steps"])
    counted_on = late.get("counted_on")
    row.counted_on_id = counted_on if counted_on != clocks.ticket.pk else None
    if late.get("acknowledged_at"):
        row.acknowledged_at = _moment(late["acknowledged_at"])
        row.acknowledged_by_id = late.get("acknowledged_by")


def _tell_missed(clocks: Clocks, rows: Sequence[Deadline], event: Event) -> None:
    """The survivor's own story, and what is owed for it, know of a miss that came with a merge."""
    for row in rows:
        if row.breached_at is not None and row.breached_at <= event.at:
            clocks.record(
                EscalationEvent.DEADLINE_BREACHED, [row], at=row.breached_at,
                **{"from": event.data["other"]},
            )  # fmt: skip


def _carried(clocks: Clocks, version: Version, item: Mapping[str, Any]) -> Deadline | None:
    """A clock of a kind that does not run here yet; None where the policy has none of it."""
    target = version.policy.by_kind.get(Kind(item["kind"]))
    if target is None:
        return None
    row = _new(clocks, version.id, target, _moment(item["started_at"]))
    _take_moments(row, item)
    return row


def _take_moments(row: Deadline, item: Mapping[str, Any]) -> None:
    for name in _MOMENTS:
        setattr(row, name, _moment(item[name]) if item.get(name) else None)


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
    late = _late(there, row, event)
    if mine is not None:
        if has_passed(clocks, mine, event.at) or (row.started_at >= mine.started_at and not late):
            return None
        if not late:
            return _told(row, [*_before(theirs, mine.started_at), *clocks.spans_of(mine)])
    elif not split and _answered_since(clocks, row):
        return None
    moments = {name: json_value(getattr(row, name)) for name in _MOMENTS if getattr(row, name)}
    # By a merge, and ours no longer where that is undone.
    carried = {"carried": True} if mine is None and not split else {}
    if late:
        if split:
            late["counted_on"] = late["counted_on"] or there.ticket.pk
        return _told(row, _before(theirs, event.at)) | moments | carried | {"late": late}
    spans = [*_before(theirs, event.at), *_waiting(clocks, target, theirs, event)]
    return _told(row, spans) | moments | carried


def _breach(clocks: Clocks, row: Deadline, at: dt.datetime) -> dt.datetime | None:
    """Since when an open clock is late at `at`, whether a sweep has noticed or not."""
    breach = row.breached_at or clocks.clock_of(row).at(at).breach_at()
    return breach if breach is not None and breach < at else None


def _late(there: Clocks, row: Deadline, event: Event) -> dict[str, Any] | None:
    """What goes along with a clock that is late already."""
    since = _breach(there, row, event.at)
    if since is None:
        return None
    return {
        "since": json_value(since),
        "policy": row.policy_id,
        "steps": list(dict.fromkeys([*row.steps_taken, BREACH])),
        "counted_on": row.counted_on_id,
        "acknowledged_at": json_value(row.acknowledged_at),
        "acknowledged_by": row.acknowledged_by_id,
    }


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
