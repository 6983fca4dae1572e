"""From rows to what the API shows (feedback.api.shapes), without a query of their own."""

from typing import Any

from feedback import models
from tickets.api.render import person


def survey(row: models.Survey) -> dict[str, Any]:
    """A `Survey`."""
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "status": row.status,
        "due_at": row.due_at,
        "sent_at": row.sent_at,
        "expires_at": row.expires_at,
        "ended_at": row.ended_at,
    }


def answer(row: models.Answer) -> dict[str, Any]:
    """An `Answer`; the row comes with its ticket's names."""
    return {
        "id": row.pk,
        "survey": row.survey_id,
        "ticket": row.ticket.number,
        "team": row.ticket.team.key,
        "category": row.ticket.category.key,
        "scores": row.scores,
        "words": row.words,
        "channel": row.channel,
        "at": row.at,
    }


def followup(row: models.FollowUp) -> dict[str, Any]:
    """A `FollowUp`."""
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "answer": row.answer_id,
        "team": row.team.key,
        "why": row.why,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "closed_by": person(row.closed_by),
        "result": row.result,
    }


def idea(row: models.Idea) -> dict[str, Any]:
    """An `Idea`, with its votes counted by the query."""
    return {
        "id": row.pk,
        "title": row.title,
        "text": row.text,
        "author": person(row.author),
        "ticket": row.ticket.number if row.ticket and getattr(row, "shown", False) else None,
        "status": row.status,
        "votes": getattr(row, "vote_count", 0),
        "voted": getattr(row, "voted", False),
        "answer": row.answer,
        "answered_by": person(row.answered_by),
        "answered_at": row.answered_at,
        "created_at": row.created_at,
    }


def kudos(row: models.Kudos) -> dict[str, Any]:
    """A `Kudos`."""
    return {
        "id": row.pk,
        "to": person(row.to),
        "by": person(row.by),
        "ticket": row.ticket.number if row.ticket else None,
        "words": row.words,
        "created_at": row.created_at,
    }
