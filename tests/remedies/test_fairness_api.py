"""Fairness over REST: who is shown what, and what can't be asked for."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from tests.builders import NOW, Desk
from tests.remedies.builders import put_in_force, set_limits
from tests.remedies.test_fairness import BAND, given
from tests.support.api import token_client
from tickets.models import Ticket, User

pytestmark = pytest.mark.django_db
FAIRNESS, TIMES = "/api/v1/reports/fairness/", "/api/v1/reports/offer-times/"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def band(desk: Desk) -> Desk:
    """A policy with a wide range, and reps who may use all of it."""
    put_in_force(BAND)
    set_limits("rep", per_ticket=100_000)
    return desk


def signed_in(person: User) -> Any:
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_spread_is_told_with_what_stands_out(band: Desk) -> None:
    for pounds in (40, 40, 45, 45, 50):
        given(band, pounds)
    ticket = given(band, 150)
    told = signed_in(band.sue).get(FAIRNESS).json()
    assert (told["currency"], told["standing_out"]) == ("GBP", 1)
    (group,) = told["groups"]
    assert (group["rule"], group["box"]["usual"], group["box"]["enough"]) == ("M-1", 4500, True)
    (one,) = told["outliers"]
    assert one["ticket"] == ticket.number
    assert one["amount"] == {"amount": "150.00", "minor": 15_000, "currency": "GBP"}
    assert [part["name"] for part in told["by_rep"]] == ["Alice"]
    assert told["totals"][0]["compared"] == 6


def test_times_are_told_with_their_distribution(band: Desk) -> None:
    ticket = given(band, 40)
    Ticket.objects.filter(pk=ticket.pk).update(received_at=NOW - dt.timedelta(hours=3))
    told = signed_in(band.mona).get(TIMES).json()["total"]
    assert (told["median_seconds"], told["p90_seconds"]) == (10_800, 10_800)
    assert told["distribution"][1] == {"up_to_seconds": 14_400, "count": 1}
    assert signed_in(band.mona).get(f"{TIMES}?category=flights").json()["total"] is None


@pytest.mark.parametrize("address", [FAIRNESS, TIMES])
def test_a_rep_is_not_shown_it_and_an_integration_sees_no_rep(band: Desk, address: str) -> None:
    given(band, 40)
    refused = signed_in(band.alice).get(address)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert APIClient().get(address).status_code == 401
    poor = token_client(scopes=["tickets:read"]).get(address)
    assert (poor.status_code, poor.json()["code"]) == (403, "scope_missing")
    told = token_client("Reports", scopes=["remedies:read"]).get(address).json()
    assert told.get("by_rep", []) == []
    elsewhere = token_client("Travel", scopes=["remedies:read"], teams=[band.travel])
    assert not elsewhere.get(address).json().get("totals")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=soon", "from"),
        ("from=2026-11-24&to=2026-11-01", "to"),
        ("category=nothing", "category"),
        ("team=nobody", "team"),
        ("rep=3", "rep"),
        (f"team={'x' * 101}", "team"),
        ("category=%00", "category"),
    ],
)
def test_what_cant_be_asked_for_is_named(band: Desk, query: str, field: str) -> None:
    for address in (FAIRNESS, TIMES):
        answer = signed_in(band.mona).get(f"{address}?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field
    assert signed_in(band.mona).get(f"{FAIRNESS}?currency=£").status_code == 400
