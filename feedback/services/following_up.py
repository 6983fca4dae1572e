"""Somebody got in touch with a customer who was not content."""

import datetime as dt

from django.utils.translation import gettext as _

from feedback.models import FollowUp
from feedback.rules import FeedbackEvent
from tickets.actors import Actor
from tickets.change import changing
from tickets.errors import Conflict
from tickets.services.texts import needed


def close_followup(
    followup: FollowUp, *, result: str, actor: Actor, now: dt.datetime, seen: int | None = None
) -> FollowUp:
    """Record what came of a follow-up. Raises `Missing` without words, `Conflict` if closed."""
    text = needed(result, what=_("what came of it"), field="result", limit=2000)
    with changing(followup.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = next(one for one in change.all(FollowUp) if one.pk == followup.pk)
        if row.closed_at is not None:
            raise Conflict("This follow-up is closed already.", field="followup")
        row.closed_at, row.closed_by, row.result = now, actor.user, text
        change.save(row, "closed_at", "closed_by", "result")
        prefix = f"followups.{row.pk}"
        change.record(
            FeedbackEvent.FOLLOWUP_CLOSED,
            data={"followup": row.pk, "result": text},
            changes={
                f"{prefix}.closed_at": (None, now),
                f"{prefix}.closed_by": (None, actor.user),
                f"{prefix}.result": (None, text),
            },
        )
    return row
