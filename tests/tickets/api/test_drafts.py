"""Drafts over HTTP: one's own, never written over unseen, for people only."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from tests.builders import Desk, make_ticket
from tickets.models import User


@pytest.fixture
def address(desk: Desk) -> str:
    """Of a ticket's drafts."""
    return f"/api/v1/tickets/{make_ticket(desk).number}/drafts/"


def test_a_draft_is_saved_read_and_discarded(
    desk: Desk, as_user: Callable[[User], APIClient], address: str
) -> None:
    alice, bob = as_user(desk.alice), as_user(desk.bob)
    assert alice.get(f"{address}reply/").status_code == 404
    saved = alice.put(
        f"{address}reply/",
        {"body": "Dear Ines, ", "revision": 0, "others": {"due": "soon"}},
        format="json",
    )
    assert saved.json()["revision"] == 1 and saved.json()["body"] == "Dear Ines, "
    assert [one["kind"] for one in alice.get(address).json()] == ["reply"]
    assert alice.get(f"{address}reply/").json()["others"] == {"due": "soon"}
    assert bob.get(address).json() == []
    assert alice.delete(f"{address}reply/").status_code == 204
    assert alice.get(address).json() == []


def test_what_was_changed_elsewhere_is_a_409_and_what_is_wrong_is_named(
    desk: Desk, as_user: Callable[[User], APIClient], address: str
) -> None:
    alice = as_user(desk.alice)
    alice.put(f"{address}note/", {"body": "one", "revision": 0}, format="json")
    lags = alice.put(f"{address}note/", {"body": "two", "revision": 0}, format="json")
    assert (lags.status_code, lags.json()["code"]) == (409, "draft_changed")
    assert alice.put(f"{address}note/", {"body": "two"}, format="json").json()["revision"] == 2
    long = alice.put(f"{address}note/", {"body": "x" * 20_001}, format="json")
    assert long.json()["errors"][0]["field"] == "body"
    assert alice.put(f"{address}letter/", {"body": "x"}, format="json").status_code == 404


def test_outsiders_auditors_and_integrations_have_none(
    desk: Desk, as_user: Callable[[User], APIClient], api: APIClient, address: str
) -> None:
    for client, status in ((as_user(desk.charlie), 404), (as_user(desk.audrey), 403), (api, 403)):
        assert client.get(address).status_code == status
        put = client.put(f"{address}reply/", {"body": "x"}, format="json")
        assert put.status_code == status
