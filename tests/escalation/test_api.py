"""Deadlines and escalations over REST: read, explain, and the verbs of people."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from escalation.models import Escalation
from escalation.services import stepping
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline
from tests.support.api import token_client
from tickets import services
from tickets.models import Ticket, User

SignIn = Callable[[User], Any]


@pytest.fixture
def as_user(desk: Desk) -> SignIn:
    from rest_framework.test import APIClient

    def sign_in(person: User) -> Any:
        client = APIClient()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def owned(desk: Desk) -> Ticket:
    ticket = make_ticket(desk)
    services.assign(ticket, desk.alice, actor=user(desk.sue), now=NOW)
    return ticket


def test_deadlines_of_a_ticket_are_listed_nearest_first(desk: Desk, as_user: SignIn) -> None:
    ticket = owned(desk)
    answer = as_user(desk.alice).get(
        "/api/v1/deadlines/", {"ticket": ticket.number, "order": "due"}
    )
    assert answer.status_code == 200
    kinds = [row["kind"] for row in answer.json()["results"]]
    assert kinds == ["first_response", "next_reply", "resolve", "next_update", "decide"]


def test_what_one_may_not_see_is_not_there(desk: Desk, as_user: SignIn) -> None:
    row = deadline(owned(desk), "resolve")
    charlie = as_user(desk.charlie)
    assert charlie.get("/api/v1/deadlines/").json()["results"] == []
    assert charlie.get(f"/api/v1/deadlines/{row.pk}/").status_code == 404
    assert charlie.post(f"/api/v1/deadlines/{row.pk}/acknowledge/").status_code == 404
    assert as_user(desk.audrey).get(f"/api/v1/deadlines/{row.pk}/").status_code == 200
    assert as_user(desk.audrey).post(f"/api/v1/deadlines/{row.pk}/acknowledge/").status_code == 403


def test_a_list_costs_the_same_however_long(
    desk: Desk, as_user: SignIn, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        owned(desk)
    client = as_user(desk.alice)
    client.get("/api/v1/deadlines/")
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/deadlines/").json()["results"]) == 24
    stepping.sweep(now=at("24 13:30"))
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/escalations/").json()["results"]) >= 12


def test_an_explanation_adds_up(desk: Desk, as_user: SignIn) -> None:
    row = deadline(owned(desk), "resolve")
    with time_machine.travel(at("24 13:18"), tick=False):
        answer = as_user(desk.alice).get(f"/api/v1/deadlines/{row.pk}/explain/")
    body = answer.json()
    assert (body["used_seconds"], body["left_seconds"]) == (2 * 3600, 6 * 3600)
    assert [step["step"] for step in body["steps"]][:2] == ["warn:75%", "breach"]
    assert body["promised"] == "8 h of working time"


def test_acknowledging_and_extending_over_rest(desk: Desk, as_user: SignIn) -> None:
    ticket = owned(desk)
    row = deadline(ticket, "resolve")
    alice = as_user(desk.alice)
    with time_machine.travel(at("24 14:00"), tick=False):
        answer = alice.post(f"/api/v1/deadlines/{row.pk}/acknowledge/")
        assert answer.json()["acknowledged_by"] == {"id": desk.alice.pk, "name": "Alice"}
        assert alice.post(f"/api/v1/deadlines/{row.pk}/acknowledge/").status_code == 409
        data = {"to": "2026-11-27T12:00:00Z", "reason": "The engineer.", "letter": "Friday noon."}
        answer = alice.post(f"/api/v1/deadlines/{row.pk}/extend/", data, format="json")
        assert answer.status_code == 200, answer.json()
        assert answer.json()["due_at"].startswith("2026-11-27T12:00:00")
        again = alice.post(f"/api/v1/deadlines/{row.pk}/extend/", data, format="json")
        assert (again.status_code, again.json()["code"]) == (422, "extension_refused")


def test_a_stale_version_changes_nothing(desk: Desk, as_user: SignIn) -> None:
    row = deadline(owned(desk), "resolve")
    answer = as_user(desk.alice).post(
        f"/api/v1/deadlines/{row.pk}/acknowledge/", headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 412
    row.refresh_from_db()
    assert row.acknowledged_at is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"to": "tomorrow", "reason": "x"},
        {"to": "2026-11-27T12:00:00", "reason": "x"},
        {"to": "2026-11-27T12:00:00Z", "reason": ""},
        {"to": "2026-11-27T12:00:00Z", "reason": "x", "why": "y"},
    ],
)
def test_bad_input_names_the_field(desk: Desk, as_user: SignIn, data: dict[str, Any]) -> None:
    row = deadline(owned(desk), "resolve")
    answer = as_user(desk.alice).post(f"/api/v1/deadlines/{row.pk}/extend/", data, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    ("before", "status"),
    [
        ("2026-11-27T12:00:00Z", 200),
        # Within what Python can tell, and beyond the offsets that PostgreSQL can.
        ("0077-11-14T19:19:14-21:24", 200),
        ("2026-11-27T12:00:00+23:59", 200),
        ("0001-01-01T00:00:00+12:00", 400),
        ("9999-12-31T23:00:00-12:00", 400),
        ("soon", 400),
    ],
)
def test_any_moment_can_be_asked_about(
    desk: Desk, as_user: SignIn, before: str, status: int
) -> None:
    answer = as_user(desk.alice).get("/api/v1/deadlines/", {"due_before": before})
    assert answer.status_code == status, answer.json()


def test_escalating_and_taking_over(desk: Desk, as_user: SignIn) -> None:
    ticket = owned(desk)
    with time_machine.travel(at("24 14:00"), tick=False):
        stepping.sweep(now=at("24 14:00"))
        made = as_user(desk.alice).post(
            f"/api/v1/tickets/{ticket.number}/escalate/", {"reason": "He is ill."}, format="json"
        )
        assert made.status_code == 201
        assert made.json()["told"] == ["Sue"]
        taken = as_user(desk.sue).post(
            f"/api/v1/tickets/{ticket.number}/take-over/", {"brief": "I call."}, format="json"
        )
    assert taken.status_code == 200, taken.json()
    ticket.refresh_from_db()
    assert ticket.owner == desk.sue
    assert not Escalation.objects.filter(deadline__kind="first_response", acknowledged_at=None)


def test_an_integration_needs_the_scope(desk: Desk) -> None:
    row = deadline(owned(desk), "resolve")
    assert token_client(scopes=["config:read"]).get("/api/v1/deadlines/").status_code == 403
    reader = token_client("Reader", scopes=["tickets:read"])
    assert reader.get(f"/api/v1/deadlines/{row.pk}/").status_code == 200
    assert reader.post(f"/api/v1/deadlines/{row.pk}/acknowledge/").status_code == 403
