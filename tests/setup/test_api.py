"""The settings over the API: the same documents, checks and rights as the pages."""

from __future__ import annotations

from typing import Any

import pytest

from desk.setup.models import SetupChange
from desk.setup.section import sections
from tests.builders import Desk
from tests.support.api import token_client
from tickets.models import Category

pytestmark = pytest.mark.django_db
URL = "/api/v1/settings/"


@pytest.fixture
def shop(whole_desk: Desk) -> Any:
    return token_client(scopes=["config:read", "config:write"])


def test_sections_are_listed_with_the_schema_of_their_documents(shop: Any) -> None:
    found = {one["key"]: one for one in shop.get(URL).json()}
    assert set(found) == set(sections())
    assert found["teams"]["documents"] == 2
    assert found["people"]["in_person"] is True
    assert found["categories"]["schema"]["required"] == ["name"]


def test_a_document_is_written_with_its_revision_and_not_over_another(shop: Any) -> None:
    url = f"{URL}categories/outage/"
    read = shop.get(url)
    doc, tag = read.json()["document"], read.headers["ETag"]
    kept = shop.put(url, {**doc, "name": "Silence"}, format="json", HTTP_IF_MATCH=tag)
    assert kept.status_code == 200
    assert Category.objects.get(key="outage").name == "Silence"
    stale = shop.put(url, {**doc, "name": "Mine"}, format="json", HTTP_IF_MATCH=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert shop.put(url, doc, format="json", HTTP_IF_MATCH='"x"').status_code == 400
    changes = shop.get(f"{url}history/").json()["results"]
    assert [(one["number"], one["way"], one["by"]) for one in changes] == [
        (1, "api", changes[0]["by"])
    ]
    assert changes[0]["before"]["name"] == "Outage"
    assert shop.post(f"{url}history/1/restore/", {}, format="json").status_code == 200
    assert shop.post(f"{url}history/9/restore/", {}, format="json").status_code == 404


@pytest.mark.parametrize("section", [k for k, s in sections().items() if not s.in_person])
def test_every_section_is_read_and_written_back_unchanged(shop: Any, section: str) -> None:
    for one in shop.get(f"{URL}{section}/").json():
        url = f"{URL}{section}/{one['key']}/"
        kept = shop.put(url, one["document"], format="json", HTTP_IF_MATCH=f'"{one["revision"]}"')
        assert kept.status_code == 200, kept.json()
        assert kept.json() == one
    assert not SetupChange.objects.exists()


def test_what_is_wrong_is_named_field_by_field(shop: Any) -> None:
    bad = shop.put(f"{URL}categories/new/", {"nmae": "x", "order": "1"}, format="json")
    assert bad.status_code == 400
    assert bad.headers["Content-Type"] == "application/problem+json"
    assert {one["field"] for one in bad.json()["errors"]} == {"name", "nmae", "order"}
    wrong = shop.put(f"{URL}paths/standard/", {"name": "S", "steps": [{"to": ["nobdy"]}]},
                     format="json")  # fmt: skip
    assert wrong.json()["errors"][0]["field"].startswith("steps")
    assert shop.put(f"{URL}categories/two words/", {"name": "x"}, format="json").status_code == 400
    assert shop.put(f"{URL}surveys/other/", {}, format="json").status_code == 400
    assert shop.put(f"{URL}causes/job/", [1], format="json").status_code == 400
    assert shop.get(f"{URL}nothing/").status_code == 404
    assert shop.get(f"{URL}teams/nobody/").status_code == 404
    assert shop.get(f"{URL}?page=2").status_code == 400


def test_new_ones_are_made_and_removed(shop: Any) -> None:
    url = f"{URL}causes/job/"
    made = shop.put(url, {"name": "Job"}, format="json")
    assert made.json()["document"] == {"name": "Job", "active": True}
    assert shop.delete(url).status_code == 204
    assert shop.get(url).status_code == 404
    used = shop.delete(f"{URL}categories/broadband/")
    assert (used.status_code, used.json()["code"]) == (409, "conflict")


def test_rights(shop: Any, whole_desk: Desk, sign_in: Any) -> None:
    reader = token_client("Reader", scopes=["config:read"])
    writer = token_client("Other", scopes=["tickets:write"])
    narrow = token_client("Narrow", scopes=["config:read", "config:write"], teams=[whole_desk.home])
    for client in (writer, narrow, sign_in(whole_desk.sue), sign_in(whole_desk.alice)):
        for path in ("", "teams/", "teams/home/", "teams/home/history/", "export/", "schema/"):
            assert client.get(f"{URL}{path}").status_code == 403, path
    for client in (reader, writer, narrow, sign_in(whole_desk.audrey)):
        json: dict[str, Any] = {"content_type": "application/json"}
        assert client.put(f"{URL}causes/job/", {"name": "x"}, **json).status_code == 403
        assert client.post(f"{URL}import/", {"file": {}}, **json).status_code == 403
    assert reader.get(f"{URL}teams/home/").status_code == 200
    person = {"email": "x@example.org", "name": "X", "role": "admin"}
    refused = shop.put(f"{URL}people/x@example.org/", person, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    file = {"amends": 1, "sections": {"people": {"x@example.org": person}}}
    assert shop.post(f"{URL}import/", {"file": file}, format="json").status_code == 403


def test_a_file_goes_out_is_looked_at_and_goes_in(shop: Any) -> None:
    file = shop.get(f"{URL}export/").json()
    del file["sections"]["people"], file["sections"]["authority"]
    file["sections"]["categories"]["outage"]["name"] = "Silence"
    sent = {"file": file, "dry_run": True}
    looked = shop.post(f"{URL}import/", sent, format="json").json()
    assert [(one["section"], one["key"]) for one in looked["changes"]] == [("categories", "outage")]
    assert (looked["in_force"], Category.objects.get(key="outage").name) == (False, "Outage")
    put = {"file": file, "stamp": looked["stamp"]}
    done = shop.post(f"{URL}import/", put, format="json").json()
    assert (done["in_force"], Category.objects.get(key="outage").name) == (True, "Silence")
    again = shop.post(f"{URL}import/", {"file": file}, format="json").json()
    assert again["changes"] == []
    file["sections"]["categories"]["outage"]["nmae"] = "x"
    bad = shop.post(f"{URL}import/", {"file": file}, format="json")
    assert bad.json()["errors"][0]["field"] == "sections.categories.outage.nmae"
    assert shop.get(f"{URL}schema/").json()["$id"] == "urn:amends:configuration:1"


def test_lists_cost_the_same_however_much_there_is(
    shop: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _ in range(2):
        for key in ("teams", "categories", "deadlines"):
            shop.get(f"{URL}{key}/")
            with CaptureQueriesContext(connection) as caught:
                shop.get(f"{URL}{key}/")
            counts.append(len(caught))
        for n in range(5):
            Category.objects.get_or_create(key=f"c-{n}", name=f"C{n}")
    assert counts[:3] == counts[3:]
