"""The feed of events: in order, complete, and only what one may see."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction
from rest_framework.test import APIClient

from tests.builders import NOW, Desk, make_desk, make_ticket, user
from tests.support.api import token_client
from tests.support.stack import server_connection
from tickets import services
from tickets.api.pagination import encode
from tickets.api.views.events import FEED
from tickets.models import Event


def _read(client: APIClient, after: str = "", **query: Any) -> dict[str, Any]:
    response = client.get("/api/v1/events/", {"after": after, **query} if after else query)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def test_whoever_polls_sees_every_event_once(desk: Desk, api: APIClient) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    seen: list[int] = []
    after, more = "", True
    while more:
        page = _read(api, after, page_size=2)
        seen += [one["id"] for one in page["results"]]
        after, more = page["after"], page["more"]
    assert sorted(seen) == sorted(Event.objects.values_list("pk", flat=True))
    assert _read(api, after) == {"after": after, "more": False, "results": []}
    services.add_note(ticket, body="More", actor=user(desk.alice), now=NOW)
    assert [one["type"] for one in _read(api, after)["results"]] == ["note_added"]


def test_one_sees_events_of_the_tickets_one_sees(
    desk: Desk, as_user: Callable[..., APIClient], as_client: Any
) -> None:
    make_ticket(desk)
    assert _read(as_user(desk.alice))["results"]
    assert not _read(as_user(desk.charlie))["results"]
    assert as_client("Blind", scopes=["tickets:read"]).get("/api/v1/events/").status_code == 403


def test_types_can_be_chosen_and_a_foreign_cursor_is_refused(desk: Desk, api: APIClient) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    found = _read(api, type="assigned,acknowledged")["results"]
    assert [one["type"] for one in found] == ["assigned", "acknowledged"]
    assert api.get("/api/v1/events/?after=nonsense").json()["code"] == "bad_cursor"
    elsewhere = encode(FEED, [2**60, 1])
    assert api.get(f"/api/v1/events/?after={elsewhere}").json()["code"] == "bad_cursor"
    assert api.get("/api/v1/events/?page_size=201").json()["errors"][0]["field"] == "page_size"


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_takes_long_is_waited_for() -> None:
    """The slow one begins first and commits last: the reader must not step over it."""
    desk = make_desk()
    slow, quick = make_ticket(desk), make_ticket(desk)
    client = token_client()
    after = _read(client, "latest")["after"]
    with transaction.atomic():
        services.add_note(slow, body="Slow", actor=user(desk.alice), now=NOW)
        _in_another_connection(
            lambda: services.add_note(quick, body="Quick", actor=user(desk.bob), now=NOW)
        )
        early = _in_another_connection(
            lambda: _read(token_client("Other"), after, type="note_added")
        )
        assert early["results"] == []
    late = _read(client, early["after"], type="note_added")["results"]
    assert [one["ticket"] for one in late] == [slow.number, quick.number]


@pytest.mark.django_db(transaction=True)
def test_a_writer_to_another_database_of_the_server_holds_nobody_back() -> None:
    desk = make_desk()
    ticket, client = make_ticket(desk), token_client()
    after = _read(client, "latest")["after"]
    with server_connection() as elsewhere, elsewhere.transaction():
        elsewhere.execute("SELECT pg_current_xact_id()")  # from now on it counts as a writer
        services.add_note(ticket, body="Quick", actor=user(desk.alice), now=NOW)
        read = _read(client, after, type="note_added")
    assert [one["ticket"] for one in read["results"]] == [ticket.number]


def _in_another_connection(call: Callable[[], Any]) -> Any:
    from threading import Thread

    found: list[Any] = []

    def run() -> None:
        try:
            found.append(call())
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize("query", ["tpye=reply", "type=reply&ticket=A-10019"])
def test_a_slip_of_the_pen_does_not_widen_the_feed(api: APIClient, query: str) -> None:
    response = api.get(f"/api/v1/events/?{query}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "unknown_filter"


def test_a_type_that_no_text_can_be_is_no_type(desk: Desk, api: APIClient) -> None:
    make_ticket(desk)

    assert not _read(api, type="\0")["results"]
