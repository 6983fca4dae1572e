"""Saved views and acts on several tickets, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import Desk, make_customer, make_ticket
from tickets.models import SavedView, Ticket

pytestmark = pytest.mark.django_db
AsUser = Callable[..., Any]


def test_a_view_is_made_read_changed_moved_removed_and_put_back(
    desk: Desk, as_user: AsUser
) -> None:
    alice, bob = as_user(desk.alice), as_user(desk.bob)
    made = alice.post(
        "/api/v1/views/",
        {"name": "Refunds", "criteria": {"tag": "Refund"}, "team": "home"},
        format="json",
    )
    assert made.status_code == 201, made.content
    url = f"/api/v1/views/{made.json()['id']}/"
    assert made.json()["criteria"] == {"tag": ["refund"]}
    assert [one["mine"] for one in bob.get("/api/v1/views/").json()] == [False]
    assert bob.patch(url, {"name": "x"}, format="json").status_code == 403
    assert alice.patch(url, {"name": "x"}, format="json", HTTP_IF_MATCH='"9"').status_code == 412
    changed = alice.patch(
        url, {"name": "Money", "sort": "pain", "team": None, "position": 0}, format="json",
        HTTP_IF_MATCH=made["ETag"],
    )  # fmt: skip
    assert (changed.json()["name"], changed.json()["team"]) == ("Money", None)
    assert changed["ETag"] == '"2"'
    assert bob.get(url).status_code == 404
    assert alice.delete(url).status_code == 204
    assert alice.get("/api/v1/views/").json() == []
    assert alice.post(f"{url}put-back/").json()["name"] == "Money"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "sort": "loudest"}, "sort"),
        ({"name": "x", "criteria": {"pain_min": 9}}, "criteria.pain_min"),
        ({"name": "x", "criteria": {"colour": "red"}}, "colour"),
        ({"name": "x", "team": "nowhere"}, "team"),
    ],
)
def test_a_wrong_view_names_what_is_wrong(
    desk: Desk, as_user: AsUser, sent: dict[str, Any], field: str
) -> None:
    answer = as_user(desk.alice).post("/api/v1/views/", sent, format="json")
    assert answer.status_code == 400
    assert field in answer.content.decode()
    assert not SavedView.objects.exists()


def test_tickets_are_listed_by_a_view(desk: Desk, as_user: AsUser) -> None:
    tagged = make_ticket(desk, customer=make_customer("Rosa"), tags=["refund"])
    make_ticket(desk, customer=make_customer("Sam"))
    alice = as_user(desk.alice)
    made = alice.post(
        "/api/v1/views/", {"name": "Refunds", "criteria": {"tag": "refund"}}, format="json"
    ).json()
    found = alice.get(f"/api/v1/tickets/?view={made['id']}&order=queue").json()["results"]
    assert [one["number"] for one in found] == [tagged.number]
    assert as_user(desk.bob).get(f"/api/v1/tickets/?view={made['id']}").status_code == 404
    assert alice.get("/api/v1/tickets/?view=x").status_code == 400


def test_several_tickets_are_changed_and_changed_back(desk: Desk, as_user: AsUser) -> None:
    tickets = [make_ticket(desk, customer=make_customer(name)) for name in ("Rosa", "Sam")]
    alice = as_user(desk.alice)
    sent = {"do": "assign", "tickets": [*(t.number for t in tickets), "A-999"]}
    missing = alice.post("/api/v1/bulk-actions/", sent, format="json")
    assert missing.status_code == 400
    assert "owner" in missing.content.decode()
    done = alice.post("/api/v1/bulk-actions/", {**sent, "owner": desk.bob.pk}, format="json").json()
    assert done["done"] == [ticket.number for ticket in tickets]
    assert [one["code"] for one in done["refused"]] == ["not_found"]
    undo = f"/api/v1/bulk-actions/{done['id']}/undo/"
    assert as_user(desk.bob).post(undo).status_code == 404
    assert sorted(alice.post(undo).json()["done"]) == sorted(done["done"])
    assert alice.post(undo).status_code == 409
    for act in (
        {"do": "take"}, {"do": "tag", "tag": "leeds"}, {"do": "category", "category": "broadband"},
        {"do": "snooze", "until": "2026-12-01T09:00:00Z", "reason": "Spare part"},
    ):  # fmt: skip
        answer = alice.post("/api/v1/bulk-actions/", {**sent, **act}, format="json").json()
        assert answer["done"] == [ticket.number for ticket in tickets], answer


def test_an_integration_tags_and_can_neither_take_nor_keep_views(
    desk: Desk, api: Any, as_user: AsUser
) -> None:
    ticket = make_ticket(desk)
    sent = {"do": "tag", "tag": "leeds", "tickets": [ticket.number]}
    answer = api.post("/api/v1/bulk-actions/", sent, format="json").json()
    assert answer["done"] == [ticket.number]
    undo = f"/api/v1/bulk-actions/{answer['id']}/undo/"
    assert as_user(desk.alice).post(undo).status_code == 404, "it is the integration's"
    assert api.post(undo).json()["done"] == [ticket.number]
    assert Ticket.objects.get(pk=ticket.pk).tags == []
    assert api.post(undo).status_code == 409
    taken = api.post("/api/v1/bulk-actions/", {**sent, "do": "take"}, format="json")
    assert taken.status_code == 403
    assert api.post("/api/v1/views/", {"name": "x"}, format="json").status_code == 403
