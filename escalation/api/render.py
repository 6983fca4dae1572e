"""From rows to what the API shows (escalation.api.shapes), without a query of their own."""

import datetime as dt
from typing import Any

from escalation import models
from escalation.services.explaining import Explanation
from tickets.api.render import person


def deadline(row: models.Deadline) -> dict[str, Any]:
    """A `Deadline`; the row comes with its ticket, policy and person."""
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "kind": row.kind,
        "subject": row.subject,
        "status": row.status,
        "policy": str(row.policy),
        "started_at": row.started_at,
        "due_at": row.due_at,
        "paused_since": row.paused_since,
        "extended_to": row.extended_to,
        "met_at": row.met_at,
        "cancelled_at": row.cancelled_at,
        "cancel_reason": row.cancel_reason,
        "breached_at": row.breached_at,
        "counted_on": row.counted_on.number if row.counted_on is not None else None,
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": person(row.acknowledged_by),
        "next_at": row.next_at,
        "next_step": row.next_step,
    }


def explanation(found: Explanation, row: models.Deadline) -> dict[str, Any]:
    """An `Explanation` of a deadline."""
    reading = found.reading
    return {
        "deadline": deadline(row),
        "standing": found.standing,
        "policy": found.policy,
        "calendar_zone": found.calendar_zone,
        "promised": found.promised,
        "granted_seconds": _seconds(reading.used + reading.left - reading.late),
        "used_seconds": _seconds(reading.used),
        "left_seconds": _seconds(reading.left),
        "late_seconds": _seconds(reading.late),
        "windows_by": found.unit,
        "windows": [
            {
                "start": w.start,
                "end": w.end,
                "seconds": _seconds(w.length),
                "stretches": w.stretches,
            }
            for w in found.windows
        ],
        "pauses": [
            {
                "start": p.start,
                "end": p.end,
                "reason": p.reason,
                "words": p.words,
                "seconds": _seconds(p.length),
            }
            for p in found.pauses
        ],
        "extensions": [
            {
                "at": e.at,
                "due_before": e.before,
                "due_after": e.after,
                "reason": e.reason,
                "by": e.by,
            }
            for e in found.extensions
        ],
        "steps": [
            {
                "step": s.key,
                "at": s.at,
                "taken": s.taken,
                "words": s.words,
                "done_at": s.done_at,
                "told": list(s.told),
            }
            for s in found.steps
        ],
        "reasons": list(reading.reasons),
        "text": list(found.lines()),
    }


def _seconds(amount: dt.timedelta) -> int:
    """Whole seconds, rounded down."""
    return int(amount.total_seconds())


def escalation(row: models.Escalation) -> dict[str, Any]:
    """An `Escalation`; the row comes with its ticket, deadline and people."""
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "deadline": row.deadline_id,
        "kind": row.deadline.kind if row.deadline is not None else "",
        "call": row.climb_id,
        "level": row.level,
        "step": row.step,
        "reason": row.reason,
        "told": row.told,
        "due_at": row.due_at,
        "done_at": row.done_at,
        "by": person(row.by),
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": person(row.acknowledged_by),
    }
