"""The words of steps that are about what customers say afterwards."""

import datetime as dt

from desk.demo.playing import Play, Played
from desk.demo.verbs import verb
from feedback import services as feedback
from feedback.models import FollowUp, Survey
from feedback.rules import HIGHEST, LOWEST, SurveyStatus
from tickets.actors import Actor

TICK = dt.timedelta(seconds=10)


def scores_of(score: int, key: int) -> dict[str, int]:
    """Five scores around one, so that not all answers look alike; `key` makes the difference.

    A middling answer stays one: only a poor score calls for a follow-up.
    """
    lower = max(score - key % 2, LOWEST) if score > 3 else score
    higher = min(score + key % 2, HIGHEST) if score < 3 else score
    return {
        "handling": score,
        "result": lower,
        "effort": higher if score < 3 else max(score - key % 3 // 2, 3),
        "felt_heard": score,
        "fair": lower if key % 3 else score,
    }


@verb("survey")
def survey(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    score: int,
    words: str = "",
) -> None:
    """The customer answers, if he was asked: nobody is asked twice in a month."""
    ticket = played.open_ticket
    row = Survey.objects.filter(ticket=ticket, status=SurveyStatus.SENT.value).first()
    if row is not None:
        scores = scores_of(score, ticket.pk)
        feedback.record_answer(row, scores=scores, words=words, actor=actor, now=at)


@verb("followed")
def followed(play: Play, played: Played, *, actor: Actor, at: dt.datetime, result: str) -> None:
    """Somebody got in touch after a poor answer, if there was one."""
    row = FollowUp.objects.filter(ticket=played.open_ticket, closed_at=None).first()
    if row is not None:
        feedback.close_followup(row, result=result, actor=actor, now=at)


def ask_until(now: dt.datetime) -> None:
    """Send every survey that was due by then, at its own moment, and end those that ran out."""
    due = Survey.objects.filter(status=SurveyStatus.PLANNED.value, due_at__lte=now)
    while (at := due.order_by("due_at").values_list("due_at", flat=True).first()) is not None:
        feedback.send_next(now=min(at + TICK, now))
    over = Survey.objects.filter(status=SurveyStatus.SENT.value, expires_at__lte=now)
    while (
        at := over.order_by("expires_at").values_list("expires_at", flat=True).first()
    ) is not None:
        feedback.expire_next(now=min(at + TICK, now))
