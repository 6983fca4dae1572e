"""The points of a complaint: what we found on each, and what we change that it does not come
again."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.change import changing
from tickets.errors import Conflict, Invalid, Missing, NotFound
from tickets.models import CorrectiveAction, Point, RootCause, Ticket, User
from tickets.rules import EventType, Outcome
from tickets.services.reviews import check_reviewer, decided_again
from tickets.services.texts import clean_line, clean_text, needed


def add_point(
    ticket: Ticket,
    text: str,
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> Point:
    """Add a head of complaint."""
    line = clean_line(text, field="text", limit=300)
    if not line:
        raise Missing(what=_("what the point is"), field="text")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        point = change.add(Point(ticket=change.ticket, text=line))
        change.record(
            EventType.POINT_ADDED,
            data={"point": point.pk, "text": line},
            changes={f"points.{point.pk}.text": (None, line)},
        )
    return point


def decide_point(
    ticket: Ticket,
    point_id: int,
    *,
    outcome: Outcome | str,
    actor: Actor,
    now: dt.datetime,
    finding: str = "",
    root_cause: RootCause | None = None,
    because: str = "",
    seen: int | None = None,
    at: dt.datetime | None = None,
) -> Point:
    """Give a point its outcome, the finding in plain words, and why it happened.

    It may be decided again; the event keeps what it replaced. Raises `NotFound` where the
    point is not this ticket's, `Invalid` for an outcome that does not exist; at a review
    `SameReviewer`, and `Missing` where it overturns the decision before it and does not say
    why (`because`).
    """
    if outcome not in {member.value for member in Outcome}:
        known = ", ".join(member.value for member in Outcome)
        raise Invalid("An outcome is one of: {known}.", known=known, field="outcome")
    text = clean_text(finding, field="finding", limit=4000)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        check_reviewer(change)
        point = next((p for p in change.all(Point) if p.pk == point_id), None)
        if point is None:
            raise NotFound(field="point")
        new: dict[str, Any] = {
            "outcome": Outcome(outcome).value,
            "finding": text,
            "root_cause": root_cause,
            "decided_at": at or now,
            "decided_by": actor.user,
        }
        changes = {}
        for name, value in new.items():
            before = getattr(point, name)
            setattr(point, name, value)
            changes[f"points.{point.pk}.{name}"] = (before, value)
        change.save(point, *new)
        change.record(
            EventType.POINT_DECIDED,
            data={
                "point": point.pk,
                "text": point.text,
                "outcome": point.outcome,
                "cause": root_cause.name if root_cause else "",
            },
            changes=changes,
            at=at,
        )
        decided_again(change, point, because=because, at=at or now)
    return point


def add_corrective_action(
    ticket: Ticket,
    *,
    text: str,
    owner: User,
    due_on: dt.date,
    actor: Actor,
    now: dt.datetime,
    point_id: int | None = None,
) -> CorrectiveAction:
    """Decide what we change, who does it and by which day."""
    line = needed(text, what=_("what is going to change"), field="text", limit=500)
    if due_on < now.date():
        raise Invalid("This day is past.", field="due_on")
    with changing(ticket, actor=actor, now=now) as change:
        if point_id is not None and not any(p.pk == point_id for p in change.all(Point)):
            raise NotFound(field="point")
        action = change.add(
            CorrectiveAction(
                ticket=change.ticket,
                point_id=point_id,
                text=line,
                owner=owner,
                due_on=due_on,
            )
        )
        prefix = f"actions.{action.pk}"
        change.record(
            EventType.ACTION_ADDED,
            data={"text": line, "owner": owner.name, "due_on": due_on.isoformat()},
            changes={
                f"{prefix}.text": (None, line),
                f"{prefix}.owner": (None, owner),
                f"{prefix}.due_on": (None, due_on),
            },
        )
    return action


def complete_corrective_action(action: CorrectiveAction, *, actor: Actor, now: dt.datetime) -> None:
    """What was to change has changed. Raises `Conflict` where that was said before."""
    with changing(action.ticket_id, actor=actor, now=now) as change:
        row = next(a for a in change.all(CorrectiveAction) if a.pk == action.pk)
        if row.done_at is not None:
            raise Conflict("This is done already.", field="action")
        row.done_at = now
        change.save(row, "done_at")
        change.record(
            EventType.ACTION_DONE,
            data={"text": row.text},
            changes={f"actions.{row.pk}.done_at": (None, now)},
        )
