"""Policies tried on the past over REST."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from remedies.models import Backtest
from remedies.services import replaying, save_draft
from tests.builders import NOW, Desk
from tests.remedies.builders import make_hurt, put_in_force
from tests.remedies.test_backtesting import policy
from tests.support.api import token_client
from tickets.models import Ticket, User

pytestmark = pytest.mark.django_db
URL = "/api/v1/backtests/"
LATER = NOW + dt.timedelta(hours=1)
SINCE = {"since": "2026-11-01T00:00:00Z"}


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def hurt(desk: Desk) -> Ticket:
    """A complaint, with £40 and its loss by the policy in force."""
    put_in_force(policy(10))
    return make_hurt(desk)


def signed_in(person: User) -> Any:
    """A client of the API for a person who signed in."""
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def finished(body: dict[str, Any]) -> str:
    """Its address, once workers are through with it."""
    while replaying.work_next(now=LATER, key=body["id"]):
        pass
    return f"{URL}{body['id']}/"


def test_a_text_is_tried_and_told_in_words_and_numbers(desk: Desk, hurt: Ticket) -> None:
    mona = signed_in(desk.mona)
    begun = mona.post(URL, {"source": policy(12), **SINCE}, format="json")
    assert begun.status_code == 202, begun.json()
    body = begun.json()
    assert (body["state"], body["percent"], body["words"]) == ("waiting", 0, "")
    url = finished(body)
    body = mona.get(url).json()
    assert (body["state"], body["percent"], body["looked_at"]) == ("done", 100, 1)
    assert body["words"].startswith("1 ticket, 1 changes, +£8.00.")
    assert body["totals"][0]["difference"] == {"amount": "8.00", "minor": 800, "currency": "GBP"}
    assert body["by_pain"][0]["name"] == "4"
    assert body["changes"][0]["ticket"] == hurt.number
    both = mona.get(f"{url}tickets/{hurt.number}/").json()
    assert both["now"]["components"][0]["steps"] == ["£10 × 4 = £40"]
    assert both["then"]["components"][0]["steps"] == ["£12 × 4 = £48"]
    assert [row["id"] for row in mona.get(URL).json()["results"]] == [body["id"]]
    assert mona.post(f"{url}cancel/").json()["state"] == "done"


def test_a_stored_draft_is_tried_against_another_version(desk: Desk, hurt: Ticket) -> None:
    save_draft(policy(12), by=desk.mona, now=NOW)
    data = {"policy": "plain@2", "beside": "plain@1", **SINCE}
    shop = token_client(scopes=["config:read"])
    url = finished(shop.post(URL, data, format="json").json())
    body = shop.get(url).json()
    assert (body["policy"], body["version"], body["changed"]) == ("plain", 2, 1)
    assert body["against"] == "plain 1"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({**SINCE}, "policy"),
        ({"source": "policy: x", **SINCE}, "source"),
        ({"source": policy(12), "policy": "plain", **SINCE}, "source"),
        ({"policy": "plain@9", **SINCE}, "policy"),
        ({"policy": "plain@x", **SINCE}, "policy"),
        ({"policy": "plain", "beside": "none", **SINCE}, "beside"),
        ({"policy": "plain"}, "since"),
        ({"policy": "plain", "since": "2036-01-01T00:00:00Z"}, "since"),
        ({"policy": "plain", "who": 1, **SINCE}, "who"),
    ],
)
def test_what_cannot_be_tried_is_a_clear_problem(
    desk: Desk, hurt: Ticket, data: dict[str, Any], field: str
) -> None:
    answer = token_client(scopes=["config:read"]).post(URL, data, format="json")
    assert answer.status_code in {400, 404}, answer.json()
    assert field in answer.content.decode()
    assert not Backtest.objects.exists()


def test_it_is_stopped_over_rest(desk: Desk, hurt: Ticket) -> None:
    mona = signed_in(desk.mona)
    begun = mona.post(URL, {"source": policy(12), **SINCE}, format="json").json()
    stopped = mona.post(f"{URL}{begun['id']}/cancel/").json()
    assert (stopped["state"], stopped["cancelled_by"]) == ("cancelled", "Mona")
    assert not replaying.work_next(now=LATER, key=begun["id"])


def test_who_may_do_what(desk: Desk, hurt: Ticket) -> None:
    mona = signed_in(desk.mona)
    url = finished(mona.post(URL, {"source": policy(12), **SINCE}, format="json").json())
    sue, audrey = signed_in(desk.sue), signed_in(desk.audrey)
    for reader in (sue, audrey):
        assert reader.get(url).status_code == 200
        assert reader.post(URL, {"source": policy(13), **SINCE}, format="json").status_code == 403
        assert reader.post(f"{url}cancel/").status_code == 403
    for outsider in (
        signed_in(desk.alice),
        token_client("Blind", scopes=["tickets:read"]),
        token_client("Narrow", scopes=["config:read"], teams=[desk.home]),
    ):
        for address in (URL, url, f"{url}tickets/{hurt.number}/"):
            assert outsider.get(address).status_code == 403
        assert outsider.post(URL, {"source": policy(12), **SINCE}, format="json").status_code == 403
    assert mona.get(f"{URL}999999/").status_code == 404
    assert mona.get(f"{URL}{2**70}/").status_code == 404
    assert APIClient().get(url).status_code == 401


def test_a_ticket_that_one_may_not_see_is_counted_and_not_named(desk: Desk, hurt: Ticket) -> None:
    mona = signed_in(desk.mona)
    url = finished(mona.post(URL, {"source": policy(12), **SINCE}, format="json").json())
    Ticket.objects.filter(pk=hurt.pk).update(confidential=True)
    answer = mona.get(url)
    assert hurt.number not in answer.content.decode()
    assert (answer.json()["hidden"], answer.json()["changed"]) == (1, 1)
    assert mona.get(f"{url}tickets/{hurt.number}/").status_code == 404
