"""The lists behind the figures of the reports, over the API: who is shown what, page by page, and
what can't be asked for. That they have what the figures count, test_report_figures shows."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from feedback import services as feedback
from tests.builders import NOW, Desk, make_ticket
from tests.remedies.test_fairness import given
from tests.remedies.test_outcomes import settled
from tests.support.api import token_client
from tickets.models import User

pytestmark = pytest.mark.django_db
API = "/api/v1/reports"
SPAN = "from=2026-10-01&to=2026-12-31"
COMPARING = ("fairness", "offer-times", "outcomes")
LISTS = {
    "deadlines": f"{API}/deadlines/tickets/?{SPAN}",
    **{name: f"{API}/{name}/tickets/?{SPAN}" for name in COMPARING},
    "satisfaction": f"{API}/satisfaction/tickets/?{SPAN}&currency=GBP&band=2",
}


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + dt.timedelta(days=20), tick=False):
        yield


def signed_in(person: User) -> APIClient:
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages_of(client: APIClient, url: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    pages = [client.get(url).json()]
    while pages[-1]["next"]:
        pages.append(client.get(pages[-1]["next"]).json())
    return pages


def test_page_by_page_each_row_comes_once_and_the_count_stays(reported: Desk) -> None:
    client = signed_in(reported.mona)
    for name, url in LISTS.items():
        (whole,) = pages_of(client, f"{url}&page_size=200")
        pages = pages_of(client, f"{url}&page_size=2")
        assert len(pages) > 1 and {page["count"] for page in pages} == {whole["count"]}, name
        assert [row for page in pages for row in page["results"]] == whole["results"], name
        moments = [row["at"] for row in whole["results"]]
        assert moments == sorted(moments, reverse=True), name
        clock = (
            {"deadline", "kind", "due_at", "missed_at", "met_at"} if "deadlines" in url else set()
        )
        known = {"ticket", "subject", "team", "category", "at"} | clock
        assert set(whole["results"][0]) == known


def test_a_page_takes_as_many_queries_wherever_it_lies_and_however_long_it_is(
    reported: Desk,
) -> None:
    client = signed_in(reported.mona)

    def queries(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    few = {name: queries(url) for name, url in LISTS.items()}
    assert max(few.values()) <= 12, few
    for url in LISTS.values():
        onward = client.get(f"{url}&page_size=2").json()["next"]
        assert queries(onward) == queries(f"{url}&page_size=2")
    for outcome in ("upheld", "not_upheld", "upheld"):
        settled(reported, outcome)
        given(reported, 40)
    assert {name: queries(url) for name, url in LISTS.items()} == few


def test_a_list_is_for_those_who_may_read_its_report(reported: Desk) -> None:
    rep = signed_in(reported.charlie)
    for name in (*COMPARING, "satisfaction"):
        refused = rep.get(LISTS[name])
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed"), name
    for url in LISTS.values():
        assert APIClient().get(url).status_code == 401
        poor = token_client("Poor", scopes=["customers:read"]).get(url)
        assert (poor.status_code, poor.json()["code"]) == (403, "scope_missing"), url
    scopes = ["tickets:read", "remedies:read", "feedback:read"]
    travel = token_client("Travel", scopes=scopes, teams=[reported.travel])
    everybody = token_client("All", scopes=scopes)
    for name, url in LISTS.items():
        assert everybody.get(url).json()["count"] > 0, name
        teams = {row["team"] for row in travel.get(url).json()["results"]}
        assert teams <= {"travel"}, name
    own = f"{LISTS['fairness']}&what=rep&key={reported.alice.pk}"
    assert signed_in(reported.mona).get(own).json()["count"] > 0
    assert everybody.get(own).json()["count"] == 0  # nobody is told apart by a program


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("deadlines/tickets/?what=rep", "what"), ("deadlines/tickets/?column=out", "column"),
        ("deadlines/tickets/?what=pause&column=kept", "column"),
        ("deadlines/tickets/?kind=lunch", "kind"), ("deadlines/tickets/?key=%00", "key"),
        ("deadlines/tickets/?from=x", "from"), ("deadlines/tickets/?wat=kind", "wat"),
        ("fairness/tickets/?what=none", "what"), ("fairness/tickets/?column=none", "column"),
        ("fairness/tickets/?what=team&key=none", "key"), ("fairness/tickets/?team=none", "team"),
        ("fairness/tickets/?currency=pounds", "currency"),
        ("offer-times/tickets/?what=rep", "what"), ("offer-times/tickets/?column=out", "column"),
        ("offer-times/tickets/?what=bucket&key=x", "key"),
        ("offer-times/tickets/?what=category&key=none", "key"),
        ("outcomes/tickets/?what=none", "what"), ("outcomes/tickets/?column=none", "column"),
        ("outcomes/tickets/?what=time&key=none", "key"), ("outcomes/tickets/?to=x", "from"),
        ("satisfaction/tickets/?currency=GBP", "band"),
        ("satisfaction/tickets/?band=1", "currency"),
        ("satisfaction/tickets/?currency=GBP&band=9", "band"),
        ("satisfaction/tickets/?currency=GBP&band=1&poor=maybe", "poor"),
        ("deadlines/tickets/?page_size=0", "page_size"),
        ("outcomes/tickets/?page_size=x", "page_size"),
    ],
)  # fmt: skip
def test_what_cant_be_asked_for_is_named(desk: Desk, query: str, field: str) -> None:
    answer = signed_in(desk.mona).get(f"{API}/{query}")
    assert answer.status_code == 400, answer.json()
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "2026-11-24T10:00:00+00:00", "2026-11-24T10:00:00~1", "2026-11-24T10:00:00+00:00~x",
        "2026-11-24T10:00:00+00:00~1~2~3", f"2026-11-24T10:00:00+00:00~{9**20}",
        "0001-01-01T00:00:00+14:00~1", "~", "2026-11-24T10:00:00+00:00~²",
    ],
)  # fmt: skip
def test_a_cursor_that_was_bent_is_refused(desk: Desk, cursor: str) -> None:
    for url in LISTS.values():
        answer = signed_in(desk.mona).get(f"{url}&cursor={quote(cursor)}")
        told = answer.json()
        assert (answer.status_code, told["code"]) == (400, "bad_cursor"), (url, told)
        assert told["errors"][0]["field"] == "cursor"


def test_a_cursor_of_another_zone_or_list_breaks_nothing(desk: Desk) -> None:
    for cursor in ("2026-11-24T10:00:00+23:59~1", "9999-12-31T23:59:59+00:00~7~8"):
        for url in LISTS.values():
            answer = signed_in(desk.mona).get(f"{url}&cursor={quote(cursor)}")
            assert (answer.status_code, answer.json()["count"]) == (200, 0), url


def test_the_ideas_behind_a_figure_are_listed_with_their_votes(desk: Desk) -> None:
    ticket, hidden = make_ticket(desk), make_ticket(desk, team=desk.travel)
    told = [
        feedback.suggest_idea(title=title, text="First.", author=desk.alice, ticket=of, now=at)
        for title, of, at in (
            ("One", ticket, NOW),
            ("Two", hidden, NOW),
            ("Three", None, NOW + dt.timedelta(days=1)),
            ("Old", None, NOW - dt.timedelta(days=200)),
        )
    ]
    feedback.vote(told[2], user=desk.bob)
    feedback.answer_idea(told[0], status="done", answer="Yes.", by=desk.mona, now=NOW)
    client, url = signed_in(desk.sue), f"/api/v1/insight/ideas/?{SPAN}"
    page = client.get(url).json()
    assert (page["count"], page["votes"], page["next"]) == (3, 4, None)
    assert [idea["title"] for idea in page["results"]] == ["Three", "Two", "One"]
    pages = pages_of(client, f"{url}&page_size=1")
    assert [idea for one in pages for idea in one["results"]] == page["results"]
    assert {(one["count"], one["votes"]) for one in pages} == {(3, 4)}
    done = client.get(f"{url}&status=done").json()
    assert [idea["ticket"] for idea in done["results"]] == [ticket.number]
    of_ticket = client.get(f"{url}&of=ticket").json()
    assert (of_ticket["count"], of_ticket["results"][0]["title"]) == (1, "One")
    assert signed_in(desk.mona).get(f"{url}&of=ticket").json()["count"] == 2
    assert client.get(f"{url}&team=home").json()["count"] == 2
    assert client.get(f"{url}&category=nothing").status_code == 400
    wrong = {"status": "none", "of": "none", "team": "none", "cursor": "x", "voted": "true"}
    for field, value in wrong.items():
        answer = client.get(url, {field: value})
        assert answer.status_code == 400, answer.json()
        assert answer.json()["errors"][0]["field"] == field
    poor = token_client("Poor", scopes=["tickets:read"]).get(url)
    assert (poor.status_code, poor.json()["code"]) == (403, "scope_missing")
