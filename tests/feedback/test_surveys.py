"""A survey is planned, sent once, answered once; a poor answer gets a follow-up."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from feedback import services as feedback
from feedback.errors import AnsweredBefore, ScoreInvalid, SurveyOver
from feedback.models import Answer, FollowUp, Survey
from tests.builders import NOW, Desk, make_desk, make_ticket, user
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.errors import Conflict, Missing, NotFound
from tickets.models import Outbox, Ticket
from tickets.state import state_at

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LATER = NOW + HOUR


def settled(desk: Desk, **over: Any) -> Ticket:
    """A resolved ticket, whose survey is due an hour after."""
    ticket = make_ticket(desk, **over)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    for point in ticket.points.all():
        services.decide_point(ticket, point.pk, outcome="upheld", actor=user(desk.alice), now=NOW)
    services.resolve(ticket, actor=user(desk.alice), now=NOW)
    return ticket


def asked(desk: Desk) -> Survey:
    """A survey that was sent."""
    settled(desk)
    assert feedback.send_next(now=LATER)
    return Survey.objects.get()


def customer(survey: Survey) -> Actor:
    return Actor.of_customer(survey.ticket.customer)


def answer(survey: Survey, *, now: dt.datetime = LATER, **scores: Any) -> Answer:
    words = scores.pop("words", "")
    return feedback.record_answer(
        survey, scores=scores, words=words, actor=customer(survey), now=now
    )


def test_a_resolved_complaint_is_asked_about_once_and_by_mail(desk: Desk) -> None:
    ticket = settled(desk)
    assert not feedback.send_next(now=LATER - dt.timedelta(seconds=1))
    assert feedback.send_next(now=LATER)
    assert not feedback.send_next(now=LATER)
    survey = Survey.objects.get(ticket=ticket)
    mail = Outbox.objects.get(key=f"survey:{survey.pk}")
    assert f"/s/{survey.token}/" in mail.payload["body"]


def test_a_remedy_on_its_way_holds_the_question_back_until_it_arrives(desk: Desk) -> None:
    ticket = make_ticket(desk)
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.record("remedy_granted", data={"remedy": 7})
    for point in ticket.points.all():
        services.decide_point(ticket, point.pk, outcome="upheld", actor=user(desk.alice), now=NOW)
    services.resolve(ticket, actor=user(desk.alice), now=NOW)
    assert Survey.objects.get().due_at == NOW + 14 * DAY
    with changing(ticket, actor=SYSTEM, now=NOW + DAY) as change:
        change.record("remedy_fulfilled", data={"remedy": 7})
    assert Survey.objects.get().due_at == NOW + DAY + HOUR


def test_a_reopened_complaint_is_not_asked_about(desk: Desk) -> None:
    ticket = settled(desk)
    services.reopen(ticket, reason="More", actor=user(desk.alice), now=NOW)
    assert Survey.objects.get().status == "cancelled"
    assert not feedback.send_next(now=LATER)


def test_who_does_not_want_to_be_asked_is_not_asked(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.update_customer(ticket.customer, {"do_not_survey": True}, now=NOW)
    settled(desk, customer=ticket.customer)
    assert not Survey.objects.exists()


def test_an_answer_is_taken_once(desk: Desk) -> None:
    survey = asked(desk)
    answer(survey, handling=5, fair=4, words="Thank you")
    with pytest.raises(AnsweredBefore):
        answer(survey, handling=1)
    assert Answer.objects.get().scores["handling"] == 5
    assert not FollowUp.objects.exists()


def test_a_poor_score_opens_a_follow_up_for_the_team_with_a_deadline(desk: Desk) -> None:
    survey = asked(desk)
    answer(survey, handling=2, result=4)
    followup = FollowUp.objects.get()
    assert followup.team == desk.home
    assert "handling" in followup.why
    opened = survey.ticket.events.get(type="followup_opened")
    assert opened.data["followup"] == followup.pk
    assert desk.alice.alerts.filter(key=f"followup:{followup.pk}").exists()
    assert desk.sue.alerts.filter(key=f"followup:{followup.pk}").exists()
    feedback.close_followup(followup, result="Called him", actor=user(desk.alice), now=LATER)
    with pytest.raises(Conflict):
        feedback.close_followup(followup, result="Again", actor=user(desk.alice), now=LATER)


@pytest.mark.parametrize("score", [0, 6, "five", True, 2.5, "1e0", -1])
def test_a_score_outside_1_to_5_is_refused_naming_the_question(desk: Desk, score: Any) -> None:
    with pytest.raises(ScoreInvalid) as error:
        answer(asked(desk), felt_heard=score)
    assert error.value.field == "felt_heard"
    assert not Answer.objects.exists()


def test_an_unknown_question_and_an_empty_answer_are_refused(desk: Desk) -> None:
    survey = asked(desk)
    with pytest.raises(ScoreInvalid, match="felt_heard"):
        answer(survey, mood=3)
    with pytest.raises(Missing):
        answer(survey, handling="")


def test_a_survey_ends_and_takes_no_answer_afterwards(desk: Desk) -> None:
    survey = asked(desk)
    end = LATER + 30 * DAY
    with pytest.raises(SurveyOver):
        answer(survey, now=end, handling=1)
    assert feedback.expire_next(now=end)
    assert not feedback.expire_next(now=end)
    assert Survey.objects.get().status == "expired"


def test_a_link_that_was_never_sent_leads_nowhere(desk: Desk) -> None:
    settled(desk)
    planned = Survey.objects.get()
    for token in (planned.token, "x" * 22, "x" * 300):
        with pytest.raises(NotFound):
            feedback.survey_by_token(token)


def test_what_was_asked_and_answered_can_be_rebuilt(desk: Desk) -> None:
    survey = asked(desk)
    prefix = f"surveys.{survey.pk}"
    assert state_at(survey.ticket, NOW)[f"{prefix}.status"] == "planned"
    answer(survey, now=LATER + HOUR, handling=1, words="Bad")
    assert state_at(survey.ticket, LATER)[f"{prefix}.status"] == "sent"
    after = state_at(survey.ticket, LATER + HOUR)
    assert after[f"{prefix}.handling"] == 1
    assert after[f"{prefix}.words"] == "Bad"
    followup = FollowUp.objects.get()
    assert after[f"followups.{followup.pk}.why"] == followup.why


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_survey_once_and_two_answers_at_once_are_one() -> None:
    desk = make_desk()
    settled(desk)
    results: list[Any] = []

    def at_once(work: Any) -> None:
        start = threading.Barrier(2)

        def run() -> None:
            start.wait()
            try:
                results.append(work())
            except AnsweredBefore as error:
                results.append(error.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    at_once(lambda: feedback.send_next(now=LATER))
    survey = Survey.objects.get()
    assert survey.ticket.events.filter(type="survey_sent").count() == 1
    results.clear()
    at_once(lambda: answer(survey, handling=3).pk)
    assert results.count("answered_before") == 1
    assert Answer.objects.count() == 1
