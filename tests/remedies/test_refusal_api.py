"""Saying no over REST: each missing part with its field, the letter before it is sent."""

from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from remedies.models import Refusal
from tests.builders import NOW, Desk, make_ticket
from tests.remedies.builders import put_in_force
from tests.support.api import token_client
from tickets import services
from tickets.actors import Actor
from tickets.models import Event, Recourse, Ticket, User

pytestmark = pytest.mark.django_db
POLICY = """
policy: contract
title: Contract
currency: GBP
facts:
  days_without: {type: number, default: 0}
  storm: {type: yes_no, default: yes}
exclusions:
  - {exclusion: X-1, when: storm, reason: A storm had closed the line., covers: [compensation]}
rules:
  - rule: D-1
    title: Days without
    clause: Terms, clause 4
    gives: compensation
    amount: {each: 5, per: days_without}
"""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    put_in_force(POLICY)
    return make_ticket(desk)


def signed_in(person: User) -> Any:
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def finding(ticket: Ticket, **over: str) -> dict[str, Any]:
    """The answer to its one point."""
    point = ticket.points.get().pk
    return {"point": point, "outcome": "not_upheld", "finding": "It was the storm.", **over}


def test_each_missing_part_is_listed_with_its_field(desk: Desk, ticket: Ticket) -> None:
    Recourse.objects.create(formal_stages=["1", "2"])
    address = f"/api/v1/tickets/{ticket.number}/refuse/"
    answer = signed_in(desk.alice).post(
        address, {"findings": [finding(ticket, finding="")]}, format="json"
    )
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "refusal_lacks")
    assert {(one["field"], one["code"]) for one in told["errors"]} == {
        ("findings.0.finding", "missing_finding"),
        ("findings.0.rule", "missing_rule"),
        ("reason", "missing_reason"),
        ("instead", "missing_instead"),
        ("would_change", "missing_would_change"),
        ("outside", "missing_outside"),
    }
    assert answer["Content-Type"] == "application/problem+json"
    assert not Refusal.objects.exists()


def test_the_rule_is_quoted_from_the_policy_and_the_way_on_from_the_setup(
    desk: Desk, ticket: Ticket
) -> None:
    Recourse.objects.create(
        formal_stages=["1"], review_days=30, body="the Ombudsman", body_months=6,
        body_web="ombudsman.example",
    )  # fmt: skip
    alice = signed_in(desk.alice)
    sent = {
        "findings": [finding(ticket, rule="D-1")], "reason": "The line was closed by a storm.",
        "instead": "A router for a day like that.", "would_change": "A day without a storm.",
    }  # fmt: skip
    seen = alice.post(
        f"/api/v1/tickets/{ticket.number}/refusal/preview/", sent, format="json"
    ).json()
    assert (seen["formal"], seen["may_send"], seen["lacking"]) == (True, True, [])
    (ground,) = [one for one in seen["grounds"] if one["rule"] == "D-1"]
    assert (ground["why"], ground["clause"]) == ("excluded", "Terms, clause 4")
    quoted = "Terms, clause 4 (Days without): A storm had closed the line."
    assert ground["quoted"] == quoted
    assert f"We went by this rule: {quoted}" in seen["letter"]
    assert "turn to the Ombudsman within 6 months of our final answer" in seen["letter"]
    assert not Refusal.objects.exists()
    made = alice.post(f"/api/v1/tickets/{ticket.number}/refuse/", sent, format="json")
    assert made.status_code == 201, made.json()
    told = made.json()
    assert told["points"][0]["rule_words"] == quoted
    assert "ask for a review until 24 December 2026" in told["next_stage"]
    assert "ombudsman.example" in told["outside"]
    assert Event.objects.get(ticket=ticket, type="refusal_sent").data["rules"] == ["D-1"]


def test_what_cant_be_quoted_is_named(desk: Desk, ticket: Ticket) -> None:
    alice = signed_in(desk.alice)
    for over, field in (
        ({"rule": "Z-9"}, "findings.0.rule"),
        ({"quote": "I am to blame."}, "findings.0.quote"),
    ):
        body = {"findings": [finding(ticket, **over)], "reason": "No."}
        answer = alice.post(f"/api/v1/tickets/{ticket.number}/refuse/", body, format="json")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field
    wrong = {"findings": [{**finding(ticket), "outcome": "maybe"}], "reason": "No."}
    answer = alice.post(f"/api/v1/tickets/{ticket.number}/refuse/", wrong, format="json")
    assert answer.json()["errors"][0]["field"] == "findings.0.outcome"


def test_a_letter_changed_by_hand_keeps_its_parts_at_a_formal_stage(
    desk: Desk, ticket: Ticket
) -> None:
    Recourse.objects.create(formal_stages=["1"], body="the Ombudsman", body_months=6)
    sent = {
        "findings": [finding(ticket, rule="D-1")], "reason": "The line was closed by a storm.",
        "instead": "A router.", "would_change": "A day without a storm.", "body": "Dear Ines, no.",
    }  # fmt: skip
    answer = signed_in(desk.alice).post(
        f"/api/v1/tickets/{ticket.number}/refuse/", sent, format="json"
    )
    assert answer.status_code == 400
    assert {one["field"] for one in answer.json()["errors"]} == {"body"}


def test_at_a_review_the_same_person_can_not_and_who_overturns_says_why(
    desk: Desk, ticket: Ticket
) -> None:
    alice, bob = signed_in(desk.alice), signed_in(desk.bob)
    address = f"/api/v1/tickets/{ticket.number}/refuse/"
    first = {"findings": [finding(ticket)], "reason": "A storm."}
    assert alice.post(address, first, format="json").status_code == 201
    services.ask_review(
        ticket, reason="No storm", actor=Actor.of_customer(ticket.customer), now=NOW
    )
    again = alice.post(address, first, format="json")
    assert (again.status_code, again.json()["code"]) == (403, "same_reviewer")
    decide = f"/api/v1/tickets/{ticket.number}/points/{ticket.points.get().pk}/decide/"
    silent = bob.post(decide, {"outcome": "upheld"}, format="json")
    assert silent.json()["errors"][0]["field"] == "because"
    said = bob.post(decide, {"outcome": "upheld", "because": "facts_wrong"}, format="json")
    assert said.status_code == 200, said.json()
    assert Event.objects.filter(ticket=ticket, type="decision_overturned").count() == 1


def test_who_may_not_see_or_work_may_not_preview(desk: Desk, ticket: Ticket) -> None:
    address = f"/api/v1/tickets/{ticket.number}/refusal/preview/"
    body = {"findings": [finding(ticket)]}
    assert signed_in(desk.charlie).post(address, body, format="json").status_code == 404
    bare = signed_in(desk.alice).post(address, {}, format="json")
    assert bare.status_code == 200 and not bare.json()["may_send"]
    assert {"reason", "points"} <= {one["code"] for one in bare.json()["lacking"]}
    assert signed_in(desk.audrey).post(address, body, format="json").status_code == 403
    assert (
        token_client(scopes=["tickets:read"]).post(address, body, format="json").status_code == 403
    )
