"""Policies over REST: versions, drafts, what changed, checks and trials; and who may not."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from rest_framework.test import APIClient

from remedies import tasks
from remedies.models import RemedyPolicy
from tests.builders import NOW, Desk
from tests.remedies.builders import make_hurt, put_in_force
from tests.remedies.conftest import PACKS
from tests.remedies.test_policies import small
from tests.support.api import token_client

pytestmark = pytest.mark.django_db
GENERAL = (PACKS / "general.yaml").read_text(encoding="utf-8")
As = Callable[[str], Any]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_(desk: Desk) -> As:
    """A client of the API for one of the named people."""

    def sign_in(name: str) -> Any:
        client = APIClient()
        client.force_login(getattr(desk, name), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def test_the_story_of_a_draft_over_rest(desk: Desk, as_: As) -> None:
    put_in_force(small(5))
    mona = as_("mona")
    begun = mona.post("/api/v1/policies/", {"key": "small"}, format="json")
    assert (begun.status_code, begun["ETag"]) == (201, '"1"')
    assert (begun.json()["version"], begun.json()["based_on"]) == (2, 1)
    address = "/api/v1/policies/small/2/"
    saved = mona.post(f"{address}save/", {"source": small(8)}, format="json", HTTP_IF_MATCH='"1"')
    assert (saved.status_code, saved["ETag"]) == (200, '"2"')
    stale = mona.post(f"{address}save/", {"source": small(9)}, format="json", HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")

    found = mona.get(f"{address}differences/").json()
    assert [(one["part"], one["name"], one["what"]) for one in found] == [
        ("rules", "A", "changed"), ("cases", "always", "changed"),
    ]  # fmt: skip
    assert found[0]["changes"] == [{"word": "amount", "before": 5, "after": 8}]

    assert mona.post(f"{address}activate/", {}, format="json").json()["status"] == "active"
    versions = mona.get("/api/v1/policies/small/").json()["results"]
    assert [(one["version"], one["status"]) for one in versions] == [(2, "active"), (1, "retired")]
    history = mona.get("/api/v1/policies/small/history/").json()["results"]
    assert [one["deed"] for one in history][:3] == ["activated", "retired", "saved"]
    assert mona.post(f"{address}retire/").json()["status"] == "retired"


def test_a_draft_is_planned_taken_back_and_discarded(desk: Desk, as_: As) -> None:
    mona = as_("mona")
    address = "/api/v1/policies/small/1/"
    assert mona.post("/api/v1/policies/", {"source": small(5)}, format="json").status_code == 201
    twice = mona.post("/api/v1/policies/", {"source": small(5)}, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")
    at = (NOW + dt.timedelta(days=3)).isoformat()
    planned = mona.post(f"{address}activate/", {"at": at}, format="json")
    assert planned.json()["status"] == "scheduled"
    past = mona.post(f"{address}activate/", {"at": NOW.isoformat()}, format="json")
    assert past.status_code in {400, 409}
    assert mona.post(f"{address}unschedule/").json()["status"] == "draft"
    assert mona.post(f"{address}discard/").status_code == 204
    assert mona.get(address).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [{}, {"source": small(5), "pack": "general"}, {"version": 1}, {"source": "x: 1"},
     {"pack": "no-such"}, {"key": "none"}, {"source": "a\x00"}],
)  # fmt: skip
def test_what_begins_no_draft_says_why(desk: Desk, as_: As, sent: dict[str, Any]) -> None:
    answer = as_("mona").post("/api/v1/policies/", sent, format="json")
    assert answer.status_code in {400, 404}
    assert answer.json()["errors"][0]["field"] in {"source", "policy", "pack", "key"}


def test_who_may_read_try_and_edit(desk: Desk, as_: As) -> None:
    put_in_force(small(5))
    as_("mona").post("/api/v1/policies/", {"key": "small"}, format="json")
    reads = {"alice": 404, "sue": 200, "audrey": 200, "mona": 200, "ada": 200}
    for name, status in reads.items():
        client = as_(name)
        assert client.get("/api/v1/policies/small/1/").status_code == 200, name
        assert client.get("/api/v1/policies/small/2/").status_code == status, name
        history = client.get("/api/v1/policies/small/history/").status_code
        assert history == (403 if name == "alice" else 200), name
        checked = client.post("/api/v1/policy-checks/", {"source": small(5)}, format="json")
        assert checked.status_code == (403 if name == "alice" else 200), name
        began = client.post("/api/v1/policies/", {"source": small(5)}, format="json")
        assert began.status_code == (409 if name in {"mona", "ada"} else 403), name
        for verb in ("save", "activate", "discard", "unschedule", "retire"):
            if name in {"mona", "ada"}:
                continue
            body = {"source": "x"} if verb == "save" else {}
            refused = client.post(f"/api/v1/policies/small/2/{verb}/", body, format="json")
            assert refused.status_code == (404 if name == "alice" else 403), (name, verb)
    assert RemedyPolicy.objects.filter(status="draft").get().source != "x"


def test_clients_read_and_try_but_never_edit(desk: Desk) -> None:
    put_in_force(small(5))
    shop = token_client()
    assert shop.get("/api/v1/policies/small/1/").status_code == 200
    checked = shop.post("/api/v1/policy-checks/", {"source": small(5)}, format="json")
    assert checked.json()["activatable"] is True
    assert shop.post("/api/v1/policies/", {"key": "small"}, format="json").status_code == 403
    limited = token_client("Limited", teams=[desk.home])
    refused = limited.post("/api/v1/policy-checks/", {"source": small(5)}, format="json")
    assert refused.status_code == 403
    without = token_client("Other", scopes=["tickets:read"])
    assert without.get("/api/v1/policies/small/1/").status_code == 403


def check(client: Any, source: str, **more: Any) -> dict[str, Any]:
    """What a check of the text says."""
    answer = client.post("/api/v1/policy-checks/", {"source": source, **more}, format="json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_check_tells_each_mistake_with_its_place_and_the_nearest_word(as_: As) -> None:
    found = check(as_("sue"), GENERAL.replace("of: distress_credit", "of: distres_credit"))
    (mark,) = found["problems"]
    assert (mark["code"], mark["rule"], mark["suggestion"]) == (
        "unknown_name", "M-5", "distress_credit",
    )  # fmt: skip
    assert mark["path"].endswith("amount.of")
    assert (mark["line"] > 100, mark["column"]) == (True, 11)
    assert (found["left_out"], found["activatable"]) == (["M-5"], False)


def test_a_check_searches_where_it_is_asked_to(as_: As) -> None:
    new = f"# {uuid.uuid4()}\n"  # a text that nobody has searched yet
    unfair = new + GENERAL.replace("[60, 80, 90, 105, 120]", "[60, 80, 90, 70, 120]")
    quick = check(as_("sue"), unfair, search=False)
    assert (quick["activatable"], quick["findings"]) == (None, [])
    assert quick["searched"] == "no"
    first = check(as_("sue"), unfair)
    assert (first["searched"], first["activatable"]) == ("running", None)
    tasks.search_policy(unfair)
    tasks.search_policy(GENERAL)
    found = check(as_("sue"), unfair)
    assert (found["searched"], found["activatable"]) == ("done", False)
    wrong = [one for one in found["findings"] if one["wrong"]]
    assert {one["flaw"] for one in wrong} == {"disproportion"}
    assert "pain" in wrong[0]["message"] or "money lost" in wrong[0]["message"]
    assert check(as_("sue"), GENERAL)["activatable"] is True


def test_what_a_worker_knows_is_kept_again_where_it_was_lost(as_: As) -> None:
    tasks.search_policy(GENERAL)
    cache.clear()
    tasks.search_policy(GENERAL)
    assert check(as_("sue"), GENERAL)["searched"] == "done"


@pytest.mark.parametrize("text", ["", "[", "- a", "policy: p", "\ud800", "{" * 500, "a: &a [*a]"])
def test_whatever_is_checked_is_answered(as_: As, text: str) -> None:
    body = json.dumps({"source": text})  # half a character too, which clients of tests don't send
    answer = as_("sue").post("/api/v1/policy-checks/", body, content_type="application/json")
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert answer.json()["activatable"] is False


def test_a_key_that_is_given_twice_is_refused_by_its_name(as_: As) -> None:
    body = '{"source": "policy: p", "facts": {"days": 3, "days": 4}}'
    answer = as_("sue").post("/api/v1/policy-evaluations/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert "days is given twice." in answer.json()["detail"]


def test_a_text_or_a_version_is_evaluated_and_explained(desk: Desk, as_: As) -> None:
    put_in_force(GENERAL)
    sue = as_("sue")
    facts = {"pain": 3, "loss": "31.40"}
    address = "/api/v1/policy-evaluations/"
    stored = sue.post(address, {"key": "general", "facts": facts}, format="json").json()
    assert stored["total"]["amount"] == "86.40"
    credit = next(one for one in stored["components"] if one["rule"] == "M-4")
    assert (credit["amount"]["minor"], credit["steps"]) == (5500, ["£55 to £85"])
    assert {"name": "pain", "label": "pain", "value": "3"} in credit["facts"]
    assert {"rule": "M-5", "title": "Same cause again", "why": "condition"}.items() <= next(
        one for one in stored["not_given"] if one["rule"] == "M-5"
    ).items()
    text = sue.post(address, {"source": small(7), "facts": {}}, format="json").json()
    assert text["total"]["amount"] == "7.00"
    wrong = sue.post(address, {"key": "general", "facts": {"pain": "much"}}, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "facts.pain")
    unknown = sue.post(address, {"key": "general", "facts": {"pian": 3}}, format="json")
    assert "Did you mean pain" in unknown.json()["detail"]
    broken = sue.post(address, {"source": "policy: p", "facts": {}}, format="json")
    assert broken.json()["code"] == "policy_invalid"
    assert sue.post(address, {"facts": {}}, format="json").status_code == 400


def test_records_are_facts_of_an_evaluation(desk: Desk, as_: As) -> None:
    source = """policy: buses
currency: EUR
facts: {delays: {type: list, items: {day: date, late: duration}}}
rules:
  - rule: L
    gives: credit
    amount: {sum_over: delays, by: day, greatest: {each: 1, per: {minutes_in: late}}}
"""
    sue, address = as_("sue"), "/api/v1/policy-evaluations/"
    delays = [{"day": "2026-07-01", "late": "20 min"}, {"day": "2026-07-01", "late": 75}]
    sent = {"source": source, "facts": {"delays": delays}}
    found = sue.post(address, sent, format="json").json()
    assert found["total"]["amount"] == "75.00"
    assert found["components"][0]["steps"] == [
        "1 July 2026: no. 1: €1 × 20 min = €20; no. 2: €1 × 75 min = €75, the greatest €75"
    ]
    sent["facts"] = {"delays": [{"day": "2026-07-01", "long": 3}]}
    wrong = sue.post(address, sent, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "facts.delays")
    assert "record 1: it has no field long; its fields are day, late" in wrong.json()["detail"]


def test_a_draft_is_tried_on_a_ticket_beside_what_is_in_force(desk: Desk, as_: As) -> None:
    put_in_force(GENERAL)
    ticket = make_hurt(desk)
    draft = GENERAL.replace("[60, 80, 90, 105, 120]", "[60, 80, 100, 105, 120]")
    draft = draft.replace("of: distress_credit", "of: distres_credit")
    sent = {"source": draft, "ticket": ticket.number}
    found = as_("sue").post("/api/v1/policy-previews/", sent, format="json").json()
    assert (found["active"]["total"]["amount"], found["draft"]["total"]["amount"]) == (
        "121.40", "131.40",
    )  # fmt: skip
    assert (found["changed"], found["left_out"], found["active_version"]) == (["M-4"], ["M-5"], 1)
    outsider = as_("alice").post("/api/v1/policy-previews/", sent, format="json")
    assert outsider.status_code == 403
    nowhere = as_("sue").post(
        "/api/v1/policy-previews/", {**sent, "ticket": "A-99999"}, format="json"
    )
    assert nowhere.status_code in {400, 404}


def test_a_list_of_versions_takes_as_many_queries_however_long(
    desk: Desk, as_: As, django_assert_max_num_queries: Any
) -> None:
    for amount in range(5, 12):
        put_in_force(small(amount))
    client = as_("sue")
    with django_assert_max_num_queries(8):
        assert len(client.get("/api/v1/policies/small/").json()["results"]) == 7
    with django_assert_max_num_queries(8):
        assert client.get("/api/v1/policies/small/history/").status_code == 200
