"""Programs that speak to the API: made, limited, switched off."""

import base64
from typing import Any

import pytest
from django.test import Client
from oauth2_provider.models import AccessToken
from rest_framework.test import APIClient

from integrations import clients
from integrations.clients import NewClient, make_client, set_active
from tests.builders import NOW, Desk, make_ticket
from tickets.errors import Conflict, Invalid, Missing
from tickets.models import Event


def ask_token(made: NewClient, scope: str = "", *, secret: str = "") -> Any:
    """The token endpoint's answer to the client."""
    form = {
        "grant_type": "client_credentials",
        "client_id": made.client_id,
        "client_secret": secret or made.client_secret,
    }
    return Client().post("/oauth/token/", form | ({"scope": scope} if scope else {}))


def api_of(made: NewClient, scope: str) -> APIClient:
    """The API as the client sees it."""
    token = ask_token(made, scope).json()["access_token"]
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


def test_a_client_gets_a_token_and_acts_under_its_name(desk: Desk) -> None:
    made = make_client("Shop", now=NOW)
    ticket = make_ticket(desk)
    api = api_of(made, "tickets:read tickets:write")

    answer = api.post(f"/api/v1/tickets/{ticket.number}/note/", {"body": "From the shop."})

    assert answer.status_code in {200, 201}, answer.content
    event = Event.objects.get(type="note_added")
    assert (event.actor_kind, event.actor_name) == ("client", "Shop")


def test_a_client_of_a_team_sees_that_teams_tickets_only(desk: Desk) -> None:
    api = api_of(make_client("Travel app", now=NOW, teams=[desk.travel]), "tickets:read")
    make_ticket(desk)
    flight = make_ticket(desk, category=desk.flights)

    found = api.get("/api/v1/tickets/").json()["results"]

    assert [row["number"] for row in found] == [flight.number]


def test_a_client_gets_no_scope_that_it_was_not_given(db: None) -> None:
    made = make_client("Reader", now=NOW, scopes=["tickets:read"])

    assert ask_token(made, "tickets:read").status_code == 200
    assert ask_token(made, "tickets:write").json()["error"] == "invalid_scope"


def test_scopes_taken_away_later_are_gone_from_tokens_that_are_out(desk: Desk) -> None:
    made = make_client("Shop", now=NOW)
    api = api_of(made, "tickets:read tickets:write")
    token = AccessToken.objects.get()
    made.client.scopes = ["tickets:read"]
    made.client.save()

    assert clients.principal_of(token).scopes == frozenset({"tickets:read"})
    assert api.get("/api/v1/tickets/").status_code == 200


def test_a_wrong_secret_gets_no_token(db: None) -> None:
    assert ask_token(make_client("Shop", now=NOW), secret="wrong").status_code == 401


def test_a_client_switched_off_is_shut_out_at_once(desk: Desk) -> None:
    made = make_client("Shop", now=NOW)
    api = api_of(made, "tickets:read")
    assert api.get("/api/v1/tickets/").status_code == 200

    set_active(made.client, active=False)

    assert api.get("/api/v1/tickets/").status_code in {401, 403}
    assert ask_token(made, "tickets:read").status_code == 400


def test_the_secret_is_not_stored(db: None) -> None:
    made = make_client("Shop", now=NOW)

    assert made.client_secret not in made.client.application.client_secret


def test_what_a_client_may_not_be(db: None) -> None:
    make_client("Shop", now=NOW, client_id="shop")

    with pytest.raises(Conflict):
        make_client("Shop", now=NOW)
    with pytest.raises(Conflict):
        make_client("Shop 2", now=NOW, client_id="shop")
    with pytest.raises(Invalid, match="no scope"):
        make_client("Shop 3", now=NOW, scopes=["everything"])
    with pytest.raises(Missing):
        make_client(" ", now=NOW)


@pytest.mark.parametrize("path", ["/oauth/token/", "/oauth/revoke/"])
@pytest.mark.parametrize("pair", [b"a\0b:c", b"a%00b:c"])
def test_what_no_client_can_be_called_is_an_invalid_request(
    db: None, path: str, pair: bytes
) -> None:
    form = {"grant_type": "client_credentials", "token": "x"}
    basic = f"Basic {base64.b64encode(pair).decode()}"

    said = [
        Client().post(path, form | {"client_id": "\0", "client_secret": "x"}),
        Client().post(path, form, headers={"Authorization": basic}),
    ]

    assert [one.status_code for one in said] == [400, 400]
    assert all(one.json() == {"error": "invalid_request"} for one in said)


@pytest.mark.parametrize(
    "grant", ["", "password", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]
)
def test_no_other_grant_is_offered(db: None, grant: str) -> None:
    answer = Client().post("/oauth/token/", {"grant_type": grant})

    assert answer.status_code == 400
    assert answer.json() == {"error": "unsupported_grant_type"}


@pytest.mark.parametrize("path", ["/api/", "/api/v2/tickets/"])
def test_another_version_of_the_api_is_a_problem_and_no_page(db: None, path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
