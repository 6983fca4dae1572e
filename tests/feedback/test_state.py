"""What feedback keeps of a ticket is the fold of its events, after every kind of change."""

import datetime as dt
from typing import Any

from feedback import services as feedback
from feedback.models import Answer, FollowUp, Survey
from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.actors import Actor
from tickets.models import Ticket
from tickets.state import state_at
from tickets.values import json_value

DAY = dt.timedelta(days=1)


def stored(ticket: Ticket) -> dict[str, Any]:
    """What the tables of feedback say, in the paths that events use."""
    state: dict[str, Any] = {}
    for survey in Survey.objects.filter(ticket=ticket):
        for name in ("status", "due_at", "sent_at", "expires_at", "ended_at"):
            state[f"surveys.{survey.pk}.{name}"] = getattr(survey, name)
    for answer in Answer.objects.filter(ticket=ticket):
        values = {**answer.scores, "words": answer.words}
        state |= {f"surveys.{answer.survey_id}.{name}": value for name, value in values.items()}
    for followup in FollowUp.objects.filter(ticket=ticket):
        for name in ("why", "opened_at", "closed_at", "closed_by", "result"):
            state[f"followups.{followup.pk}.{name}"] = getattr(followup, name)
    return {path: json_value(v) for path, v in state.items() if v not in (None, "")}


def rebuilt(ticket: Ticket, at: dt.datetime) -> dict[str, Any]:
    """The same paths, folded from the events up to `at`."""
    paths = state_at(ticket, at).items()
    return {path: value for path, value in paths if path.startswith(("surveys.", "followups."))}


def _settle(ticket: Ticket, desk: Desk, now: dt.datetime) -> None:
    alice = user(desk.alice)
    for point in ticket.points.filter(outcome=""):
        services.decide_point(ticket, point.pk, outcome="upheld", actor=alice, now=now)
    services.resolve(ticket, actor=alice, now=now)


def test_every_change_of_feedback_can_be_rebuilt_at_every_past_moment(desk: Desk) -> None:
    ticket = make_ticket(desk)
    alice = user(desk.alice)
    customer = Actor.of_customer(ticket.customer)
    moments: dict[str, tuple[dt.datetime, dict[str, Any]]] = {}

    def keep(name: str, now: dt.datetime) -> None:
        moments[name] = (now, stored(ticket))

    _settle(ticket, desk, NOW)
    keep("planned", NOW)
    services.reopen(ticket, reason="Again", actor=alice, now=NOW + DAY)
    keep("cancelled", NOW + DAY)
    _settle(ticket, desk, NOW + 2 * DAY)
    keep("planned again", NOW + 2 * DAY)
    assert feedback.send_next(now=NOW + 4 * DAY)
    keep("sent", NOW + 4 * DAY)
    survey = Survey.objects.get(status="sent")
    now = NOW + 5 * DAY
    scores = {"handling": 1, "fair": 5}
    feedback.record_answer(survey, scores=scores, words="Slow", actor=customer, now=now)
    keep("answered", now)
    followup = FollowUp.objects.get()
    feedback.close_followup(followup, result="Rang", actor=alice, now=now + DAY)
    keep("closed", now + DAY)

    assert moments["closed"][1]
    for name, (at, state) in moments.items():
        assert rebuilt(ticket, at) == state, name


def test_a_survey_that_nobody_answers_can_be_rebuilt(desk: Desk) -> None:
    ticket = make_ticket(desk)
    _settle(ticket, desk, NOW)
    assert feedback.send_next(now=NOW + DAY)
    end = NOW + 60 * DAY
    assert feedback.expire_next(now=end)
    assert rebuilt(ticket, end) == stored(ticket)
    assert "expired" in stored(ticket).values()
