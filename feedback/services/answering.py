"""What the customer says, taken once."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from feedback.errors import AnsweredBefore, ScoreInvalid, SurveyOver
from feedback.models import Answer, FollowUp, Survey
from feedback.rules import (
    DIMENSIONS,
    HIGHEST,
    LOWEST,
    FeedbackEvent,
    SurveyStatus,
    poor_dimensions,
)
from feedback.services.asking import survey_settings
from tickets.actors import SYSTEM, Actor
from tickets.change import Change, changing
from tickets.errors import Missing, NotFound
from tickets.models import User
from tickets.rules import Channel
from tickets.saying import Phrase
from tickets.services.texts import clean_text


def survey_by_token(token: str) -> Survey:
    """The survey of a link, to show it. Reading never answers it. Raises `NotFound`."""
    survey = None
    if len(token) <= 32:
        survey = Survey.objects.select_related("ticket__customer").filter(token=token).first()
    if survey is None or survey.status == SurveyStatus.PLANNED:
        raise NotFound(field="link")
    return survey


def record_answer(
    survey: Survey,
    *,
    scores: Mapping[str, Any],
    words: str = "",
    actor: Actor,
    now: dt.datetime,
    channel: Channel = Channel.FORM,
) -> Answer:
    """Take the customer's answer: scores by dimension (1 to 5, any may be left out) and words.

    A poor score opens a follow-up for the ticket's team. Raises `AnsweredBefore`, `SurveyOver`,
    `ScoreInvalid` (naming the dimension), `Missing` where nothing was said.
    """
    clean = _clean_scores(scores)
    text = clean_text(words, field="words", limit=4000)
    if not clean and not text:
        raise Missing(what=_("at least one answer"), field="handling")
    with changing(survey.ticket_id, actor=actor, now=now) as change:
        row = next(one for one in change.all(Survey) if one.pk == survey.pk)
        if row.status == SurveyStatus.ANSWERED:
            raise AnsweredBefore(field="survey")
        if row.status != SurveyStatus.SENT or (row.expires_at and row.expires_at <= now):
            raise SurveyOver(field="survey")
        row.status = SurveyStatus.ANSWERED.value
        row.ended_at = now
        change.save(row, "status", "ended_at")
        answer = change.add(
            Answer(
                survey=row,
                ticket=change.ticket,
                words=text,
                channel=Channel(channel).value,
                at=now,
                **clean,
            )
        )
        poor = poor_dimensions(clean, at_most=survey_settings().poor_at_most)
        prefix = f"surveys.{row.pk}"
        change.record(
            FeedbackEvent.ANSWER_RECEIVED,
            data={"survey": row.pk, "scores": clean, "words": text, "poor": poor},
            changes={
                f"{prefix}.status": ("sent", row.status),
                f"{prefix}.ended_at": (None, now),
                **{f"{prefix}.{name}": (None, score) for name, score in clean.items()},
                f"{prefix}.words": (None, text),
            },
        )
        if poor:
            _open_followup(change, answer, poor)
    return answer


def _clean_scores(scores: Mapping[str, Any]) -> dict[str, int]:
    clean: dict[str, int] = {}
    for name, raw in scores.items():
        if name not in DIMENSIONS:
            known = ", ".join(DIMENSIONS)
            raise ScoreInvalid("A survey asks for {known}.", known=known, field=str(name)[:40])
        if raw in (None, ""):
            continue
        text = str(raw)
        if isinstance(raw, bool) or text not in {str(n) for n in range(LOWEST, HIGHEST + 1)}:
            raise ScoreInvalid(field=name)
        clean[name] = int(text)
    return clean


def _open_followup(change: Change, answer: Answer, poor: list[str]) -> None:
    ticket = change.ticket
    names = ", ".join(name.replace("_", " ") for name in poor)
    why = f"A poor score for {names}."[:200]
    followup = change.add(
        FollowUp(
            ticket=ticket, answer=answer, team_id=ticket.team_id, why=why, opened_at=change.now
        )
    )
    change.record(
        FeedbackEvent.FOLLOWUP_OPENED,
        data={"followup": followup.pk, "why": why, "team": ticket.team.name},
        changes={
            f"followups.{followup.pk}.why": (None, why),
            f"followups.{followup.pk}.opened_at": (None, change.now),
        },
        actor=SYSTEM,
    )
    people = {user.pk: user for user in _who_follows_up(change)}
    for user in people.values():
        text = Phrase(
            "{name} is not content with {number}: {why}",
            name=ticket.customer.name,
            number=ticket.number,
            why=why,
        )
        change.alert(user, key=f"followup:{followup.pk}", text=text)


def _who_follows_up(change: Change) -> list[User]:
    """The owner, and those who watch over the team: nobody has to find it by chance."""
    ticket = change.ticket
    watchers = User.objects.filter(
        memberships__team_id=ticket.team_id, memberships__supervises=True, is_active=True
    )
    if ticket.confidential:
        watchers = watchers.none()
    return [*([ticket.owner] if ticket.owner else []), *watchers]
