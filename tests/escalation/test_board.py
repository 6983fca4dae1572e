"""The board over REST: every open clock by time left, with owner, level and what comes next."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from escalation.services import stepping
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline
from tickets import services

URL = "/api/v1/deadlines/board/"


@pytest.fixture
def sue(desk: Desk, client: Client) -> Client:
    client.force_login(desk.sue, backend="django.contrib.auth.backends.ModelBackend")
    return client


def rows(client: Client, query: str = "", now: dt.datetime = NOW) -> list[dict[str, Any]]:
    with time_machine.travel(now, tick=False):
        found: list[dict[str, Any]] = client.get(f"{URL}?{query}").json()["results"]
    return found


def test_the_nearest_stands_on_top_with_owner_level_and_next_step(desk: Desk, sue: Client) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    now = at("24 14:30")
    stepping.sweep(now=now)
    found = rows(sue, now=now)
    assert [row["due_at"] for row in found] == sorted(row["due_at"] for row in found)
    first = next(row for row in found if row["kind"] == "first_response")
    assert (first["standing"], first["level"], first["levels"]) == ("late", 2, 3)
    assert first["owner"]["name"] == "Alice"
    assert first["late_seconds"] == (now - at("24 13:18")).total_seconds()
    assert first["next"]["sort"] == "path"
    assert first["next"]["to"] == ["role:manager"]


def test_a_paused_clock_stands_still(desk: Desk, sue: Client) -> None:
    ticket = make_ticket(desk)
    services.wait_for_customer(ticket, for_what="x", actor=user(desk.alice), now=at("24 12:18"))
    (row,) = rows(sue, "state=paused&kind=resolve", now=at("24 15:00"))
    assert (row["standing"], row["left_seconds"]) == ("paused", 7 * 3600)
    assert row["next"]["sort"] == "resume"
    assert deadline(ticket, "resolve").status == "paused"


def test_pages_follow_one_another_without_a_gap_and_cost_the_same(
    desk: Desk, sue: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        make_ticket(desk)
    every = [row["deadline"] for row in rows(sue)]
    seen: list[int] = []
    url = f"{URL}?page_size=4"
    while url:
        with django_assert_max_num_queries(6):
            body = sue.get(url).json()
        seen += [row["deadline"] for row in body["results"]]
        url = body["next"]
    assert seen == every
    assert len(set(seen)) == len(seen)


def test_one_sees_the_clocks_of_what_one_may_see(desk: Desk, client: Client) -> None:
    make_ticket(desk)
    client.force_login(desk.charlie, backend="django.contrib.auth.backends.ModelBackend")
    assert rows(client) == []
    assert Client().get(URL).status_code == 401


@pytest.mark.parametrize(
    "query", ["kind=lunch", "state=gone", "late=maybe", "cursor=x", "team=%00"]
)
def test_what_cannot_be_asked_is_a_clear_problem(sue: Client, query: str) -> None:
    assert sue.get(f"{URL}?{query}").status_code == 400


def test_it_narrows_by_team_and_lateness(desk: Desk, sue: Client) -> None:
    make_ticket(desk)
    assert rows(sue, "team=travel") == []
    assert rows(sue, "late=true") == []
    assert len(rows(sue, "team=home&late=false")) == len(rows(sue))
