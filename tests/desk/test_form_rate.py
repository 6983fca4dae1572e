"""One network address can't flood the desk by the public form; the text is kept."""

from typing import Any

import pytest
from django.test import Client

from tests.builders import Desk
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def send(client: Client, words: str, address: str = "192.0.2.7") -> Any:
    return client.post(
        "/complain/",
        {"category": "broadband", "body": words, "name": "Ann", "email": "ann@example.org"},
        REMOTE_ADDR=address,
    )


def test_who_sends_too_many_is_told_when_to_go_on(whole_desk: Desk, settings: Any) -> None:
    settings.FORM_RATE = "2/hour"
    client = Client()
    assert [send(client, f"No internet, day {n}").status_code for n in (1, 2)] == [302, 302]
    third = send(client, "No internet, day 3")
    assert third.status_code == 429
    page = third.content.decode()
    assert "No internet, day 3" in page
    assert "minutes" in page
    assert Ticket.objects.count() == 2
    assert send(client, "No internet here", address="192.0.2.8").status_code == 302
