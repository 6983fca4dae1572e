"""One clock on the board of what runs late: how it stands, how far its path is, what comes next."""

import datetime as dt
from dataclasses import dataclass

from escalation.clock import Status
from escalation.models import Deadline
from escalation.plan import BREACH, RESUME
from escalation.policies.kinds import Kind
from escalation.services.setup import setup

NOTHING = dt.timedelta()
#: Due within so much time on the wall, a clock is soon due.
SOON = dt.timedelta(hours=1)
STANDINGS = ("late", "soon", "in_time", "paused")


@dataclass(frozen=True)
class Standing:
    """How a clock stands at a moment. `left` and `late` are working time of its calendar.

    `level` is how many steps of its path are taken; `next_*` is what happens if nobody acts, with
    whom the path names and what is done.
    """

    standing: str
    left: dt.timedelta
    late: dt.timedelta
    level: int
    levels: int
    next_kind: str
    next_to: tuple[str, ...]
    next_do: tuple[str, ...]


def standing_of(row: Deadline, *, now: dt.datetime) -> Standing:
    """The row as the board shows it, without a query; it comes with its ticket."""
    known = setup()
    version = known.versions.get(row.policy_id)
    target = version.policy.by_kind.get(Kind(row.kind)) if version else None
    path = known.path_for(target, row.ticket) if target else None
    calendar = known.counted_by(row, version, target) if version and target else None

    def between(start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        if end <= start:
            return NOTHING
        return calendar.between(start, end) if calendar is not None else end - start

    late = row.breached_at is not None or (row.next_step == BREACH and row.next_at is not None
                                           and row.next_at < now)  # fmt: skip
    step = next((s for s in path.steps if s.when.key == row.next_step), None) if path else None
    return Standing(
        standing=_standing(row, late=late, now=now),
        left=NOTHING if late else between(row.paused_since or now, row.due_at),
        late=between(row.due_at, row.paused_since or now) if late else NOTHING,
        level=sum(1 for key in row.steps_taken if key.startswith("path:")),
        levels=len(path.steps) if path else 0,
        next_kind=_next_kind(row),
        next_to=step.to if step is not None else (),
        next_do=step.actions if step is not None else (),
    )


def _standing(row: Deadline, *, late: bool, now: dt.datetime) -> str:
    if late:
        return "late"
    if row.status == Status.PAUSED:
        return "paused"
    return "soon" if row.due_at - now < SOON else "in_time"


def _next_kind(row: Deadline) -> str:
    """ "warning", "breach", "path", "resume", or "" where nothing will happen."""
    if row.next_at is None:
        return ""
    head = row.next_step.partition(":")[0]
    return {"warn": "warning", BREACH: "breach", RESUME: "resume"}.get(head, head)
