"""Merging and splitting over HTTP: answers, versions, keys, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.models import Ticket, User

REASON = "The same outage"


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """The one that lives on."""
    return make_ticket(desk, customer=make_customer(), points=["No internet", "No visit"])


@pytest.fixture
def other(desk: Desk, ticket: Ticket) -> Ticket:
    """The same customer's again."""
    return make_ticket(desk, customer=ticket.customer, points=["Nobody answers"])


@pytest.fixture
def alice(desk: Desk, as_user: Callable[[User], APIClient]) -> APIClient:
    """A rep of the ticket's team."""
    return as_user(desk.alice)


def post(client: APIClient, ticket: Ticket, verb: str, data: Any, **headers: Any) -> Any:
    """Call the verb."""
    return client.post(f"/api/v1/tickets/{ticket.number}/{verb}/", data, **headers)


def test_a_merge_answers_with_the_survivor_and_happens_once(
    alice: APIClient, ticket: Ticket, other: Ticket
) -> None:
    data = {"other": other.number, "reason": REASON}
    for _ in range(2):
        answer = post(alice, ticket, "merge", data, HTTP_IDEMPOTENCY_KEY="merge-1")
        assert answer.status_code == 200, answer.content
        assert (answer.json()["number"], answer.json()["contacts"]) == (ticket.number, 2)
    assert ticket.events.filter(type="merged_in").count() == 1
    shown = alice.get(f"/api/v1/tickets/{other.number}/").json()
    assert shown["number"] == ticket.number
    assert shown["links"] == [{"number": other.number, "kind": "duplicate", "from_there": True}]
    past = alice.get(f"/api/v1/tickets/{other.number}/events/").json()["results"]
    assert past[0]["type"] == "ticket_created"
    refused = post(alice, other, "note", {"body": "Look"})
    assert (refused.status_code, refused.json()["code"]) == (409, "merged")
    assert ticket.number in refused.json()["detail"]


def test_what_can_not_be_merged_is_told_at_its_field(
    desk: Desk, alice: APIClient, ticket: Ticket, other: Ticket
) -> None:
    hidden = make_ticket(desk, customer=ticket.customer, category=desk.flights)
    stranger = make_ticket(desk, customer=make_customer("Rosa Ferrante"))
    for number, status in (
        (hidden.number, 404),
        (stranger.number, 409),
        (ticket.number, 409),
        ("A-10018", 400),
    ):
        answer = post(alice, ticket, "merge", {"other": number, "reason": REASON})
        assert answer.status_code == status, answer.content
    assert post(alice, hidden, "merge", {"other": other.number, "reason": "x"}).status_code == 404
    assert post(alice, ticket, "merge", {"other": other.number}).status_code == 400
    stale = {"other": other.number, "reason": REASON}
    assert post(alice, ticket, "merge", stale, HTTP_IF_MATCH='"99"').status_code == 412
    other.refresh_from_db()
    assert other.is_open


def test_who_only_sees_or_reads_may_not_merge_or_split(
    desk: Desk, as_user: Callable[[User], APIClient], as_client: Any, ticket: Ticket, other: Ticket
) -> None:
    points = {"points": [ticket.points.all()[0].pk], "reason": "Two"}
    for client in (as_user(desk.audrey), as_user(desk.mona)):
        data = {"other": other.number, "reason": REASON}
        assert post(client, ticket, "merge", data).status_code == 403
        assert post(client, ticket, "split", points).status_code == 403
    assert post(as_user(desk.charlie), ticket, "split", points).status_code == 404
    services.set_confidential(ticket, True, actor=user(desk.alice), now=NOW)
    assert post(as_user(desk.bob), ticket, "split", points).status_code == 404


def test_merge_split_and_link_are_undone_over_the_api(
    alice: APIClient, api: APIClient, ticket: Ticket, other: Ticket
) -> None:
    point = ticket.points.all()[1].pk
    for verb, data in (
        ("merge", {"other": other.number, "reason": REASON}),
        ("split", {"points": [point], "reason": "Two matters"}),
        ("links", {"other": other.number, "kind": "related"}),
    ):
        answer = post(alice, ticket, verb, data)
        undo = f"/api/v1/bulk-actions/{answer['Amends-Undo']}/undo/"
        assert alice.post(undo).json() | {"id": 0} == {
            "id": 0, "done": [ticket.number], "refused": []
        }, verb  # fmt: skip
    other.refresh_from_db()
    assert other.is_open
    by_machine = post(api, ticket, "links", {"other": other.number, "kind": "related"})
    taken_back = api.post(f"/api/v1/bulk-actions/{by_machine['Amends-Undo']}/undo/")
    assert taken_back.json()["done"] == [ticket.number]


def test_a_split_answers_with_the_new_ticket(alice: APIClient, ticket: Ticket) -> None:
    point = ticket.points.all()[1]
    data = {"points": [point.pk], "reason": "Two matters", "category": "broadband"}
    numbers = set()
    for _ in range(2):
        answer = post(alice, ticket, "split", data, HTTP_IDEMPOTENCY_KEY="split-1")
        assert answer.status_code == 201, answer.content
        numbers.add(answer.json()["number"])
    new = Ticket.objects.get(number=numbers.pop())
    assert not numbers
    assert (new.points.get(), new.category.key, new.subject) == (point, "broadband", "No visit")
    known = {"points": [point.pk], "reason": "x", "facts": {"monthly_fee": "elsewhere"}}
    assert post(alice, ticket, "split", known).json()["errors"][0]["field"] == "facts.monthly_fee"
    left = [row.pk for row in ticket.points.all()]
    refused = post(alice, ticket, "split", {"points": left, "reason": "x"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "points"
    foreign = post(alice, ticket, "split", {"points": [point.pk], "reason": "x"})
    assert foreign.status_code == 404
    assert post(alice, ticket, "split", {"points": [], "reason": "x"}).status_code == 400
    unknown = {"points": left, "reason": "x", "category": "nothing"}
    assert post(alice, ticket, "split", unknown).status_code == 400
