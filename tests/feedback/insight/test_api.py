"""Insight over REST: who reads what, figures that add up to their lists, and bad questions."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from rest_framework.test import APIClient

from feedback.services.insight.keeping import catch_up
from tests.builders import NOW, Desk
from tests.feedback.insight.history import Act, History
from tests.support.api import token_client
from tickets.models import Ticket, User

pytestmark = pytest.mark.django_db
URL = "/api/v1/insight/"
TABS = ("overview", "customers", "causes", "promises", "remedies", "exceptions", "times")
SPAN = {"from": "2026-09-01", "to": "2026-12-31"}


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + dt.timedelta(days=20), tick=False):
        yield


@pytest.fixture
def lived(whole_desk: Desk) -> Desk:
    """A desk with some of everything behind it."""
    story = History(whole_desk)
    for name in "open settle ask answer".split():
        story.do(Act(name, 0, 1, 3))
    story.now += dt.timedelta(days=11)  # so that a trend has more than one step
    for pick, name in enumerate("open open accept open late".split()):
        story.do(Act(name, pick % 3, pick % 2, 3))
    catch_up()
    return whole_desk


def signed_in(person: User) -> Any:
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_line_leads_to_a_list_that_adds_up_to_it(lived: Desk) -> None:
    client, looked = signed_in(lived.mona), 0
    for tab in TABS:
        told = client.get(f"{URL}{tab}/", SPAN).json()
        assert (told["tab"], told["first"], told["last_before"]) == (
            tab, "2026-09-01", "2026-08-31",
        )  # fmt: skip
        for part in told["parts"]:
            counts = [column["key"] for column in part["columns"] if column["unit"] == "count"]
            for line in part["lines"]:
                for key in counts:
                    address = line["tickets_by"].get(key)
                    if address and line["now"][key]:
                        listed = client.get(address).json()["results"]
                        assert sum(row["n"] for row in listed) == line["now"][key], address
                        looked += 1
    assert looked > 10


def test_what_is_listed_says_what_each_ticket_gave(lived: Desk) -> None:
    told = signed_in(lived.mona).get(f"{URL}tickets/", {**SPAN, "measure": "score"}).json()
    one = told["results"][0]
    assert Ticket.objects.filter(number=one["ticket"]).exists()
    assert one["measure"] == "score" and one["bucket"] == one["total"] in range(1, 6)


def test_people_and_integrations_read_what_concerns_them(lived: Desk) -> None:
    for person in (lived.mona, lived.audrey, lived.sue):
        assert all(signed_in(person).get(f"{URL}{tab}/").status_code == 200 for tab in TABS)
    alice = signed_in(lived.alice)
    assert alice.get(f"{URL}customers/").status_code == 200
    assert alice.get(f"{URL}remedies/").status_code == 403
    assert "cost" not in {part["key"] for part in alice.get(f"{URL}overview/").json()["parts"]}
    assert alice.get(f"{URL}tickets/", {"measure": "exception"}).status_code == 403
    assert APIClient().get(f"{URL}overview/").status_code == 401


def test_a_client_is_limited_to_its_scopes_and_teams(lived: Desk) -> None:
    assert token_client("Phone", scopes=["tickets:read"]).get(f"{URL}customers/").status_code == 403
    reader = token_client(scopes=["feedback:read"])
    assert reader.get(f"{URL}customers/").status_code == 200
    assert reader.get(f"{URL}remedies/").status_code == 403
    both = token_client("Billing", scopes=["feedback:read", "remedies:read"])
    assert both.get(f"{URL}remedies/").status_code == 200
    travel = token_client("Travel shop", scopes=["feedback:read"], teams=[lived.travel])
    told = travel.get(f"{URL}causes/", SPAN).json()
    (teams,) = [part for part in told["parts"] if part["key"] == "team"]
    assert {line["key"] for line in teams["lines"]} <= {"travel"}
    listed = travel.get(f"{URL}tickets/", {**SPAN, "measure": "received"}).json()["results"]
    assert {row["team"] for row in listed} <= {"travel"}


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("none/", {}, "tab"),
        ("ideas/", {"status": "none"}, "status"),
        ("ideas/", {"of": "none"}, "of"),
        ("causes/", {"from": "x"}, "from"),
        ("causes/", {"team": "none"}, "team"),
        ("causes/", {"category": "none"}, "category"),
        ("causes/", {"person": "1"}, "person"),
        ("tickets/", {}, "measure"),
        ("tickets/", {"measure": "score", "bucket": "many"}, "bucket"),
        ("tickets/", {"measure": "score", "bucket": "40000"}, "bucket"),
        ("tickets/", {"measure": "score", "key": ",".join("ab" for _ in range(60))}, "key"),
    ],
)
def test_a_bad_question_is_told_by_its_field(
    desk: Desk, path: str, query: dict[str, str], field: str
) -> None:
    answer = signed_in(desk.mona).get(URL + path, query)
    assert answer.status_code == 400
    assert field in str(answer.json()["errors"])


def test_an_address_names_what_it_is_of(lived: Desk) -> None:
    told = signed_in(lived.mona).get(f"{URL}promises/", {**SPAN, "team": "home"}).json()
    (kinds,) = [part for part in told["parts"] if part["key"] == "kinds"]
    asked = parse_qs(urlsplit(kinds["lines"][0]["tickets_by"]["kept"]).query)
    assert asked["team"] == ["home"] and asked["measure"] == ["promise"]
    assert asked["from"] == ["2026-09-01"] and asked["bucket"] == ["0"]
