"""Dead letters as people and programs see them, and the admin's other pages."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from integrations.models import ApiClient, DeadLetter, Endpoint
from tests.builders import NOW, Desk, make_ticket
from tickets.models import Outbox, Ticket, User


@pytest.fixture
def letter(desk: Desk) -> DeadLetter:
    """A mail that could not be delivered."""
    make_ticket(desk)
    Outbox.objects.update(state="dead", attempts=14, last_error="no such address")
    return DeadLetter.objects.get()


def api_of(person: User) -> APIClient:
    """The API as this person sees it."""
    api = APIClient()
    api.force_login(person)
    return api


def admin_of(person: User) -> Client:
    """The admin as this person sees it."""
    client = Client()
    client.force_login(person)
    return client


def test_those_who_see_the_ticket_see_its_dead_letters(desk: Desk, letter: DeadLetter) -> None:
    found = api_of(desk.sue).get("/api/v1/dead-letters/").json()["results"]

    assert [row["id"] for row in found] == [letter.pk]
    assert found[0]["error"] == "no such address"
    assert found[0]["ticket"] == Ticket.objects.get().number
    assert api_of(desk.charlie).get("/api/v1/dead-letters/").json()["results"] == []


def test_a_dead_letter_is_tried_again_over_the_api(desk: Desk, letter: DeadLetter) -> None:
    answer = api_of(desk.alice).post(f"/api/v1/dead-letters/{letter.pk}/retry/")

    assert answer.status_code == 200, answer.content
    row = Outbox.objects.get()
    assert (row.state, row.attempts) == ("pending", 0)


def test_who_may_not_see_or_not_work_may_not_retry(desk: Desk, letter: DeadLetter) -> None:
    address = f"/api/v1/dead-letters/{letter.pk}/retry/"

    assert api_of(desk.charlie).post(address).status_code == 404
    assert api_of(desk.audrey).post(address).status_code == 403
    assert Outbox.objects.get().state == "dead"


def test_what_is_not_dead_is_not_there(desk: Desk, letter: DeadLetter) -> None:
    Outbox.objects.update(state="pending")

    answer = api_of(desk.alice).post(f"/api/v1/dead-letters/{letter.pk}/retry/")

    assert answer.status_code == 404


def test_the_admin_lists_dead_letters_and_tries_them_again(desk: Desk, letter: DeadLetter) -> None:
    admin = admin_of(desk.ada)
    page = admin.get("/admin/integrations/deadletter/")
    assert "no such address" in page.content.decode()

    admin.post(
        "/admin/integrations/deadletter/",
        {"action": "try_again", "_selected_action": [letter.pk]},
        follow=True,
    )

    assert Outbox.objects.get().state == "pending"


def test_an_administrator_makes_a_client_and_sees_its_secret_once(desk: Desk) -> None:
    admin = admin_of(desk.ada)

    page = admin.post(
        "/admin/integrations/apiclient/add/",
        {"name": "Shop", "scopes": ["tickets:read"], "teams": [desk.home.pk], "active": "on"},
        follow=True,
    )

    client = ApiClient.objects.get()
    assert "copy the secret now" in page.content.decode()
    assert client.scopes == ["tickets:read"]
    assert list(client.teams.all()) == [desk.home]
    assert client.created_by == desk.ada
    again = admin.get(f"/admin/integrations/apiclient/{client.pk}/change/")
    assert "copy the secret now" not in again.content.decode()


def test_an_administrator_switches_a_client_off(desk: Desk) -> None:
    admin = admin_of(desk.ada)
    admin.post("/admin/integrations/apiclient/add/", {"name": "Shop", "active": "on"})
    client = ApiClient.objects.get()

    admin.post(f"/admin/integrations/apiclient/{client.pk}/change/", {"scopes": []})

    client.refresh_from_db()
    assert not client.active


def test_an_administrator_adds_an_endpoint_with_a_secret(desk: Desk) -> None:
    admin = admin_of(desk.ada)

    refused = admin.post(
        "/admin/integrations/endpoint/add/", {"name": "CRM", "url": "http://crm.example/"}
    )
    assert "begins with https" in refused.content.decode()
    admin.post(
        "/admin/integrations/endpoint/add/",
        {"name": "CRM", "url": "https://crm.example/", "types": "resolved", "active": "on"},
    )

    endpoint = Endpoint.objects.get()
    assert endpoint.secret.startswith("whsec_")
    page = admin.get(f"/admin/integrations/endpoint/{endpoint.pk}/change/").content.decode()
    assert endpoint.secret in page


def test_a_manager_sees_no_secret_and_changes_no_client(desk: Desk) -> None:
    endpoint = Endpoint.objects.create(
        name="CRM", url="https://crm.example/", secret="whsec_abc", created_at=NOW
    )
    manager = admin_of(desk.mona)

    page = manager.get(f"/admin/integrations/endpoint/{endpoint.pk}/change/")

    assert page.status_code == 200
    assert "whsec_abc" not in page.content.decode()
    assert manager.get("/admin/integrations/apiclient/add/").status_code == 403


def test_a_rep_does_not_come_into_the_admin(desk: Desk) -> None:
    page = admin_of(desk.alice).get("/admin/integrations/deadletter/")

    assert page.status_code in {302, 403}
