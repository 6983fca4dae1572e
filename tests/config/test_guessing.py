"""Who guesses private links is asked to wait; who has one gets in."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.builders import Desk, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rate(settings: Any) -> None:
    settings.LINK_RATE = "3/hour"
    cache.clear()


def look(link: str, address: str = "192.0.2.7") -> Any:
    return Client().get(link, REMOTE_ADDR=address)


@pytest.mark.parametrize("kind", ["c", "s", "complain/received"])
def test_who_guesses_is_asked_to_wait(desk: Desk, kind: str) -> None:
    found = [look(f"/{kind}/guess{number}/").status_code for number in range(5)]
    assert found == [404, 404, 404, 429, 429]
    assert look("/complain/").status_code == 200, "only links wait"
    assert look(f"/{kind}/guess/", address="192.0.2.8").status_code == 404


def test_the_wait_is_told_and_every_link_shares_it(desk: Desk) -> None:
    for number in range(3):
        look(f"/c/guess{number}/")
    response = look("/s/another/")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "no-store" in response["Cache-Control"]
    assert "wait" in response.content.decode()


def test_a_link_that_opened_before_opens_behind_an_address_that_guesses(desk: Desk) -> None:
    mine, new = make_ticket(desk), make_ticket(desk)
    assert look(f"/c/{mine.access_key}/", address="192.0.2.99").status_code == 200
    for number in range(4):
        look(f"/c/guess{number}/")
    assert look(f"/c/{mine.access_key}/").status_code == 200
    assert look(f"/c/{mine.access_key}/write/").status_code == 405, "and what belongs to it"
    assert look(f"/c/{new.access_key}/").status_code == 429, "or guessing would still tell"
    assert look(f"/c/{new.access_key}/", address="192.0.2.8").status_code == 200


def test_links_that_are_right_count_nothing(desk: Desk) -> None:
    ticket = make_ticket(desk)
    assert {look(f"/c/{ticket.access_key}/").status_code for _ in range(6)} == {200}


def test_no_rate_no_wait(desk: Desk, settings: Any) -> None:
    settings.LINK_RATE = ""
    assert {look(f"/c/guess{number}/").status_code for number in range(6)} == {404}
