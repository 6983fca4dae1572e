"""Two requests at the same instant, in threads with connections of their own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections, transaction
from oauth2_provider.models import Application
from rest_framework.test import APIClient

from tests.builders import NOW, make_customer, make_desk, make_ticket
from tests.support.api import make_token
from tickets.api import idempotency
from tickets.models import Customer, IdempotentRequest, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

NEW: dict[str, Any] = {
    "customer": {"name": "Ines Calloway", "email": "ines@example.org"},
    "category": "outage",
    "body": "No internet for nine days.",
}


def _at_once(count: int, call: Callable[[APIClient, int], Any], *, token: str = "") -> list[Any]:
    """The responses of `count` clients with one token, let go together."""
    token, gate = token or make_token(), Barrier(count)
    found: list[Any] = [None] * count

    def run(number: int) -> None:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        try:
            gate.wait(timeout=10)
            found[number] = call(client, number)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_key_at_the_same_instant_is_one_ticket_and_one_answer() -> None:
    make_desk()

    def create(client: APIClient, _: int) -> Any:
        return client.post("/api/v1/tickets/", NEW, HTTP_IDEMPOTENCY_KEY="k")

    answers = _at_once(4, create)
    assert [a.status_code for a in answers] == [201] * 4
    assert len({a.json()["number"] for a in answers}) == 1
    assert sum("Idempotent-Replay" in a for a in answers) == 3
    assert Ticket.objects.count() == 1


def test_one_key_on_a_verb_at_the_same_instant_is_one_reply() -> None:
    ticket = make_ticket(make_desk())

    def reply(client: APIClient, _: int) -> Any:
        url = f"/api/v1/tickets/{ticket.number}/reply/"
        return client.post(url, {"body": "We were wrong."}, HTTP_IDEMPOTENCY_KEY="k")

    answers = _at_once(4, reply)
    assert [a.status_code for a in answers] == [201] * 4
    assert len({a.json()["id"] for a in answers}) == 1
    assert ticket.messages.filter(kind="reply").count() == 1


def test_one_key_and_external_id_at_the_same_instant_is_answered_as_the_first() -> None:
    make_desk()
    new = {**NEW, "external": {"system": "shop", "id": "o-1"}}

    def create(client: APIClient, _: int) -> Any:
        return client.post("/api/v1/tickets/", new, HTTP_IDEMPOTENCY_KEY="k")

    answers = _at_once(4, create)
    assert [a.status_code for a in answers] == [201] * 4, [a.content for a in answers]
    assert len({a.json()["number"] for a in answers}) == 1
    assert Ticket.objects.count() == 1


def test_a_new_customer_at_the_same_instant_is_one_customer() -> None:
    make_desk()
    answers = _at_once(4, lambda client, _: client.post("/api/v1/tickets/", NEW))
    assert [a.status_code for a in answers] == [201] * 4, [a.content for a in answers]
    assert Customer.objects.count() == 1
    assert Ticket.objects.count() == 4


def test_one_external_id_at_the_same_instant_is_one_ticket() -> None:
    make_desk()
    new = {**NEW, "external": {"system": "shop", "id": "o-1"}}
    answers = _at_once(3, lambda client, _: client.post("/api/v1/tickets/", new))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    number = Ticket.objects.get().number
    refused = [a.json() for a in answers if a.status_code == 409]
    assert [one["params"]["number"] for one in refused] == [number, number]


def test_one_version_at_the_same_instant_is_changed_once() -> None:
    ticket = make_ticket(make_desk())

    def tag(client: APIClient, number: int) -> Any:
        url = f"/api/v1/tickets/{ticket.number}/tags/"
        return client.post(url, {"tags": [f"t{number}"]}, HTTP_IF_MATCH=f'"{ticket.version}"')

    answers = _at_once(3, tag)
    assert sorted(a.status_code for a in answers) == [200, 412, 412]
    assert Ticket.objects.get().version == ticket.version + 1


def test_two_links_crosswise_do_not_wait_for_each_other_for_ever() -> None:
    desk = make_desk()
    one, two = make_ticket(desk), make_ticket(desk, customer=make_customer("Omar Bell"))
    pair = [(one, two), (two, one)]

    def link(client: APIClient, number: int) -> Any:
        here, there = pair[number]
        url = f"/api/v1/tickets/{here.number}/links/"
        data = {"other": there.number, "kind": "related"}
        return client.post(url, data, HTTP_IF_MATCH=f'"{here.version}"')

    codes = {answer.status_code for answer in _at_once(2, link)}
    assert codes <= {200, 409, 412}


def test_who_waits_too_long_for_the_same_key_is_told_to_try_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticket = make_ticket(make_desk())
    token = make_token()
    sender = f"client:{Application.objects.get(name='Shop').pk}"
    monkeypatch.setattr(idempotency, "_CLAIM", idempotency._CLAIM.replace("'10s'", "'50ms'"))

    def note(client: APIClient, _: int) -> Any:
        url = f"/api/v1/tickets/{ticket.number}/note/"
        return client.post(url, {"body": "Once"}, HTTP_IDEMPOTENCY_KEY="held")

    with transaction.atomic():  # the first one takes long
        IdempotentRequest.objects.create(sender=sender, key="held", fingerprint="x", created_at=NOW)
        (answer,) = _at_once(1, note, token=token)
    assert (answer.status_code, answer.json()["code"]) == (409, "busy")
    assert not ticket.messages.filter(kind="note").exists()
