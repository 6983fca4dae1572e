"""Exceptions are talked about: something is asked back, answered, or no longer wanted."""

import datetime as dt

from django.utils.translation import gettext as _

from remedies.models import ExceptionRequest
from remedies.rules.states import ExceptionStatus, RemedyEvent
from remedies.services.exceptions.deciding import locked_exception, seated_decider
from remedies.services.exceptions.routing import tell_all
from remedies.services.tallies import Paths
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.saying import Phrase
from tickets.services.texts import needed


def ask_back(
    exception: ExceptionRequest,
    *,
    question: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> ExceptionRequest:
    """Ask the requester something first; the request waits for him."""
    text = needed(question, what=_("a question"), field="question", limit=2000)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(change, exception.pk, ExceptionStatus.PENDING)
        seated_decider(change, row, actor)
        row.question, row.answer = text, ""
        _shift(change, row, ExceptionStatus.ASKED_BACK, "question", "answer")
        change.record(
            RemedyEvent.EXCEPTION_ASKED_BACK,
            data={"exception": row.pk, "question": text, "words": text},
            changes=_path(row, ExceptionStatus.PENDING),
        )
        change.alert(
            row.requester,
            key=f"exception-asked:{row.pk}:{change.ticket.event_count}",
            text=Phrase(
                "{name} asks about your exception on {number}: {what}",
                name=actor.name,
                number=change.ticket.number,
                what=text,
            ),
        )
    return row


def answer_back(
    exception: ExceptionRequest,
    *,
    answer: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> ExceptionRequest:
    """Answer what was asked back; the request waits for a decision again."""
    text = needed(answer, what=_("an answer"), field="answer", limit=2000)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(change, exception.pk, ExceptionStatus.ASKED_BACK)
        row.answer = text
        _shift(change, row, ExceptionStatus.PENDING, "answer")
        change.record(
            RemedyEvent.EXCEPTION_ANSWERED,
            data={"exception": row.pk, "words": text},
            changes=_path(row, ExceptionStatus.ASKED_BACK),
        )
        tell_all(
            change,
            row,
            text=Phrase(
                "{name} answered about the exception on {number}",
                name=actor.name,
                number=change.ticket.number,
            ),
            key=f"exception-answered:{row.pk}:{change.ticket.event_count}",
        )
    return row


def withdraw_exception(
    exception: ExceptionRequest,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> ExceptionRequest:
    """The requester, or whoever works on the ticket now, no longer asks for it."""
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(
            change, exception.pk, ExceptionStatus.PENDING, ExceptionStatus.ASKED_BACK
        )
        before = ExceptionStatus(row.status)
        _shift(change, row, ExceptionStatus.WITHDRAWN)
        change.record(
            RemedyEvent.EXCEPTION_WITHDRAWN,
            data={"exception": row.pk, "reason": why, "by_hand": True},
            changes=_path(row, before),
        )
    return row


def _shift(change: Change, row: ExceptionRequest, to: ExceptionStatus, *fields: str) -> None:
    row.status = to.value
    change.save(row, "status", *fields)


def _path(row: ExceptionRequest, before: ExceptionStatus) -> Paths:
    return {f"exceptions.{row.pk}.status": (before.value, row.status)}
