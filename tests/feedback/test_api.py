"""Feedback over REST: who was asked, what they said, what came of it."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from feedback.models import FollowUp
from tests.builders import Desk, make_ticket
from tests.feedback.test_surveys import LATER, asked
from tests.support.api import token_client
from tickets.models import User

SignIn = Callable[[User], APIClient]


@pytest.fixture(autouse=True)
def _later() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def as_user(desk: Desk) -> SignIn:
    def sign_in(person: User) -> APIClient:
        client = APIClient()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def test_an_answer_taken_on_the_phone_opens_a_follow_up_that_is_closed(
    desk: Desk, as_user: SignIn
) -> None:
    survey = asked(desk)
    alice = as_user(desk.alice)
    answer = alice.post(
        f"/api/v1/surveys/{survey.pk}/answer/", {"handling": 1, "words": "Too slow"}
    )
    assert answer.status_code == 201, answer.json()
    assert answer.json()["scores"]["handling"] == 1
    again = alice.post(f"/api/v1/surveys/{survey.pk}/answer/", {"handling": 5})
    assert (again.status_code, again.json()["code"]) == (409, "answered_before")
    rows = alice.get("/api/v1/follow-ups/", {"open": "true"}).json()["results"]
    assert [row["ticket"] for row in rows] == [survey.ticket.number]
    closed = alice.post(f"/api/v1/follow-ups/{rows[0]['id']}/close/", {"result": "Called her"})
    assert closed.status_code == 200
    assert FollowUp.objects.get().closed_by == desk.alice
    assert alice.get("/api/v1/follow-ups/", {"open": "true"}).json()["results"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"handling": 6}, "handling"),
        ({"handling": "well"}, "handling"),
        ({"mood": 3}, "mood"),
        ({"words": "x" * 4001}, "words"),
        ({}, "handling"),
    ],
)
def test_a_bad_answer_names_the_field_and_leaves_nothing(
    desk: Desk, as_user: SignIn, body: dict[str, Any], field: str
) -> None:
    survey = asked(desk)
    answer = as_user(desk.alice).post(f"/api/v1/surveys/{survey.pk}/answer/", body)
    assert answer.status_code == 400
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not survey.ticket.answers.exists()


def test_the_secret_link_of_a_survey_is_not_told(desk: Desk, as_user: SignIn) -> None:
    survey = asked(desk)
    answer = as_user(desk.audrey).get(f"/api/v1/surveys/{survey.pk}/")
    assert answer.status_code == 200
    assert survey.token not in answer.content.decode()


def test_who_may_not_see_the_ticket_sees_nothing_of_its_survey(desk: Desk, as_user: SignIn) -> None:
    survey = asked(desk)
    charlie = as_user(desk.charlie)
    assert charlie.get(f"/api/v1/surveys/{survey.pk}/").status_code == 404
    assert charlie.post(f"/api/v1/surveys/{survey.pk}/answer/", {"fair": 1}).status_code == 404
    assert charlie.get("/api/v1/surveys/").json()["results"] == []
    audrey = as_user(desk.audrey)
    assert audrey.post(f"/api/v1/surveys/{survey.pk}/answer/", {"fair": 1}).status_code == 403


def test_an_integration_needs_the_scopes_of_feedback(desk: Desk) -> None:
    survey = asked(desk)
    reader = token_client(scopes=["feedback:read"])
    assert len(reader.get("/api/v1/surveys/").json()["results"]) == 1
    assert reader.post(f"/api/v1/surveys/{survey.pk}/answer/", {"fair": 1}).status_code == 403
    writer = token_client(scopes=["feedback:write"])
    assert writer.post(f"/api/v1/surveys/{survey.pk}/answer/", {"fair": 1}).status_code == 201
    assert token_client(scopes=["tickets:read"]).get("/api/v1/answers/").status_code == 403


def test_ideas_and_kudos_go_round(desk: Desk, as_user: SignIn) -> None:
    alice, bob, mona = as_user(desk.alice), as_user(desk.bob), as_user(desk.mona)
    ticket = make_ticket(desk)
    idea = alice.post(
        "/api/v1/ideas/", {"title": "Call", "text": "First", "ticket": ticket.number}
    ).json()
    assert bob.post(f"/api/v1/ideas/{idea['id']}/vote/").json()["votes"] == 2
    assert bob.post(f"/api/v1/ideas/{idea['id']}/vote/").status_code == 409
    taken = bob.delete(f"/api/v1/ideas/{idea['id']}/vote/").json()
    assert (taken["votes"], taken["voted"], taken["ticket"]) == (1, False, ticket.number)
    gone = bob.delete(f"/api/v1/ideas/{idea['id']}/vote/")
    assert (gone.status_code, gone.json()["code"]) == (409, "not_voted")
    charlie = as_user(desk.charlie).get("/api/v1/ideas/?status=new").json()["results"][0]
    assert (charlie["id"], charlie["ticket"]) == (idea["id"], None)
    assert alice.get("/api/v1/ideas/?status=done").json()["results"] == []
    assert alice.get("/api/v1/ideas/?status=lost").status_code == 400
    body = {"status": "planned", "answer": "In May"}
    assert bob.post(f"/api/v1/ideas/{idea['id']}/answer/", body).status_code == 403
    assert mona.post(f"/api/v1/ideas/{idea['id']}/answer/", body).json()["status"] == "planned"
    late = body | {"seen_answered_at": None}
    held = mona.post(f"/api/v1/ideas/{idea['id']}/answer/", late)
    assert (held.status_code, held.json()["code"]) == (409, "answered_meanwhile")
    made = bob.post(
        "/api/v1/kudos/", {"to": desk.alice.pk, "words": "Thanks", "ticket": ticket.number}
    )
    assert made.status_code == 201, made.json()
    assert alice.get("/api/v1/kudos/").json()["results"][0]["words"] == "Thanks"
    assert as_user(desk.charlie).get("/api/v1/kudos/").json()["results"] == []


def test_lists_cost_the_same_however_long(
    desk: Desk, as_user: SignIn, django_assert_max_num_queries: Any
) -> None:
    asked(desk)
    alice = as_user(desk.alice)
    for path in ("surveys", "answers", "follow-ups", "ideas", "kudos"):
        with django_assert_max_num_queries(6):
            assert alice.get(f"/api/v1/{path}/").status_code == 200
