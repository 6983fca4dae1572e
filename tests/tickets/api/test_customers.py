"""Customers and the configuration over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.builders import Desk, make_customer, make_ticket
from tickets.models import Customer, Ticket

NEW = {
    "name": "Ines Calloway",
    "email": "Ines@Example.org",
    "phone": "+44 20 7946 0000",
    "external": {"system": "crm", "id": "7"},
    "since": "2019-05-01",
    "tier": "gold",
}


def test_a_customer_is_added_and_found_again(api: APIClient) -> None:
    made = api.post("/api/v1/customers/", NEW)
    assert made.status_code == 201, made.content
    body = made.json()
    assert {one["kind"] for one in body["contacts"]} == {"email", "phone"}
    assert body["external_ids"] == [{"system": "crm", "id": "7"}]
    again = api.post("/api/v1/customers/", {"name": "Other", "email": "ines@example.org"})
    assert again.json()["id"] == body["id"]
    for query in ("email=INES@example.org", "name=call", "tier=gold", "external_id=7"):
        found = api.get(f"/api/v1/customers/?{query}").json()["results"]
        assert [one["id"] for one in found] == [body["id"]], query
    assert api.get("/api/v1/customers/?email=nobody@example.org").json()["results"] == []


def test_a_change_heeds_the_version_and_names_the_field(api: APIClient, desk: Desk) -> None:
    customer = make_customer()
    url = f"/api/v1/customers/{customer.pk}/"
    tag = api.get(url)["ETag"]
    changed = api.patch(url, {"tier": "gold", "do_not_survey": True}, HTTP_IF_MATCH=tag)
    assert changed.status_code == 200
    assert (changed.json()["tier"], changed.json()["do_not_survey"]) == ("gold", True)
    assert api.patch(url, {"tier": "tin"}, HTTP_IF_MATCH=tag).status_code == 412
    for sent, field in [
        ({"email": "nowhere"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"name": ""}, "name"),
        ({"since": "long ago"}, "since"),
        ({"support_needs": "x" * 2001}, "support_needs"),
        ({"shoe_size": 42}, "shoe_size"),
    ]:
        response = api.patch(url, sent)
        assert response.status_code == 400, sent
        assert response.json()["errors"][0]["field"] == field
    make_customer("Omar Bell")
    taken = api.patch(url, {"email": "omar.bell@example.org"})
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")


def test_two_records_of_one_customer_become_one(api: APIClient, desk: Desk) -> None:
    keep, other = make_customer(), make_customer("Ina Calloway")
    ticket = make_ticket(desk, customer=other)
    merged = api.post(f"/api/v1/customers/{keep.pk}/merge/", {"other": other.pk})
    assert merged.status_code == 200
    assert len(merged.json()["contacts"]) == 2
    assert Ticket.objects.get(pk=ticket.pk).customer_id == keep.pk
    assert api.get(f"/api/v1/customers/{other.pk}/").json()["id"] == keep.pk
    same = api.post(f"/api/v1/customers/{keep.pk}/merge/", {"other": keep.pk})
    assert same.status_code == 409
    nobody = api.post(f"/api/v1/customers/{keep.pk}/merge/", {"other": 999999})
    assert nobody.status_code == 404


def test_customers_need_their_own_scopes_and_an_auditor_only_reads(
    desk: Desk, as_client: Any, as_user: Callable[..., APIClient]
) -> None:
    customer = make_customer()
    reader = as_client("Reader", scopes=["customers:read"])
    assert reader.get("/api/v1/customers/").status_code == 200
    assert reader.post("/api/v1/customers/", NEW).json()["code"] == "scope_missing"
    blind = as_client("Blind", scopes=["tickets:read", "tickets:write"])
    assert blind.get("/api/v1/customers/").status_code == 403
    unseen = blind.post(
        "/api/v1/tickets/", {"customer": {"id": customer.pk}, "category": "outage", "body": "x"}
    )
    assert unseen.status_code == 404
    audrey = as_user(desk.audrey)
    assert audrey.patch(f"/api/v1/customers/{customer.pk}/", {"tier": "x"}).status_code == 403
    assert audrey.post("/api/v1/customers/", NEW).status_code == 403
    assert Customer.objects.count() == 1


def test_categories_come_with_the_facts_of_those_above(api: APIClient, desk: Desk) -> None:
    rows = {row["key"]: row for row in api.get("/api/v1/categories/").json()}
    outage = rows["outage"]
    assert (outage["parent"], outage["team"]) == ("broadband", "home")
    assert {"order_number", "account", "days_without"} <= {f["name"] for f in outage["facts"]}
    assert api.get("/api/v1/categories/outage/").json() == outage
    assert api.get("/api/v1/categories/nothing/").status_code == 404


def test_teams_and_people_are_listed(api: APIClient, desk: Desk) -> None:
    teams = api.get("/api/v1/teams/").json()["results"]
    assert {team["key"] for team in teams} == {"home", "travel"}
    people = {one["name"]: one for one in api.get("/api/v1/users/").json()["results"]}
    assert people["Alice"]["teams"] == ["home"]
    assert people["Mona"]["role"] == "manager"
    assert "email" not in people["Alice"]
    found = api.get("/api/v1/users/?team=home&role=supervisor&name=SU").json()["results"]
    assert [one["name"] for one in found] == ["Sue"]


@pytest.mark.parametrize("path", ["nothing/", "tickets/A-10019/nothing/", "tickets"])
def test_an_address_that_leads_nowhere_is_a_problem_too(api: APIClient, path: str) -> None:
    response = api.get(f"/api/v1/{path}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
