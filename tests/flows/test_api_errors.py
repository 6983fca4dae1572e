"""Every error under /api/ is a problem, also where no view of ours was reached."""

from typing import Any

import pytest
from django.test import Client

from tests.builders import Desk, make_ticket
from tests.support.api import make_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(desk: Desk) -> Client:
    """An integration, as the network sees it; what breaks is answered, and not raised here."""
    return Client(
        raise_request_exception=False, headers={"Authorization": f"Bearer {make_token()}"}
    )


def _problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:amends:problem:{code}"
    assert set(body) >= {"title", "detail", "errors"}
    return body


@pytest.mark.parametrize("address", ["/api/v1/tickets/", "/api/v1/schema/", "/api/v1/no/", "/api/"])
def test_a_wrong_host_is_a_problem(client: Client, address: str) -> None:
    _problem(client.get(address, headers={"Host": "evil.example"}), 400, "malformed")


def test_a_wrong_host_of_a_page_is_a_page(client: Client) -> None:
    response = client.get("/complain/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("get", "/api/", 404, "not_found"),
        ("get", "/api/v2/tickets/", 404, "not_found"),
        ("post", "/api/v1/tickets", 404, "not_found"),
        ("put", "/api/v1/tickets/", 405, "method_not_allowed"),
        ("post", "/api/v1/schema/", 405, "method_not_allowed"),
        ("get", "/api/v1/tickets/%00/", 400, "number_invalid"),
        ("get", "/api/v1/tickets/?team=%00", 400, "invalid"),
    ],
)
def test_what_leads_nowhere_is_a_problem(
    client: Client, method: str, address: str, status: int, code: str
) -> None:
    _problem(getattr(client, method)(address), status, code)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"\\ud800": 1}',
        b'{"channel": "\\ud800"}',
        b'{"customer": {"name": "\\ud800", "\\udfff": 1}}',
        b'{"team": "\\ud800"}',
        b'{"confidential": "\\ud800"}',
    ],
)
def test_half_a_character_is_named_and_not_stumbled_over(client: Client, raw: bytes) -> None:
    response = client.post("/api/v1/tickets/", raw, content_type="application/json")
    _problem(response, 400, "invalid")


def test_a_body_in_chunks_is_refused_rather_than_taken_for_none(client: Client) -> None:
    response = client.generic(
        "POST",
        "/api/v1/tickets/",
        content_type="application/json",
        HTTP_TRANSFER_ENCODING="chunked",
    )
    _problem(response, 411, "length_required")


def test_what_breaks_outside_the_views_is_a_problem_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("tickets.api.base.AccessView.dispatch", broken)
    body = _problem(client.get("/api/v1/tickets/"), 500, "failed")
    assert "secret" not in str(body)


LISTS = [
    "tickets", "customers", "categories", "teams", "users", "offers", "exceptions", "remedies",
    "refusals", "policies", "pain-factors", "deadlines", "escalations", "surveys", "answers",
    "follow-ups", "ideas", "kudos", "events",
]  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_no_list_takes_a_filter_that_it_does_not_know(client: Client, name: str) -> None:
    assert client.get(f"/api/v1/{name}/").status_code == 200
    body = _problem(client.get(f"/api/v1/{name}/?colour=red"), 400, "invalid")
    assert body["errors"][0]["field"] == "colour"


@pytest.mark.parametrize("name", ["messages", "events", "attachments"])
def test_nor_does_a_list_of_one_ticket(client: Client, desk: Desk, name: str) -> None:
    address = f"/api/v1/tickets/{make_ticket(desk).number}/{name}/"
    assert client.get(address).status_code == 200
    _problem(client.get(f"{address}?colour=red"), 400, "invalid")


@pytest.mark.parametrize(
    "name",
    ["offers", "exceptions", "remedies", "refusals", "deadlines", "escalations", "surveys",
     "answers", "follow-ups"],
)  # fmt: skip
def test_a_mistyped_number_is_no_empty_list(client: Client, desk: Desk, name: str) -> None:
    number = make_ticket(desk).number
    assert client.get(f"/api/v1/{name}/?ticket={number.lower()}").status_code == 200
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    body = _problem(client.get(f"/api/v1/{name}/?ticket={wrong}"), 400, "number_invalid")
    assert body["errors"][0]["field"] == "ticket"


def test_what_is_wrong_is_told_in_the_language_that_is_asked_for(
    client: Client, desk: Desk
) -> None:
    """Codes, fields and values stay as they are; only words for people change."""
    ticket = make_ticket(desk)
    at = f"/api/v1/tickets/{ticket.number}"

    def told(path: str, body: Any, status: int, code: str, language: str = "de-AT") -> str:
        headers = {"Accept-Language": language, "If-Match": f'"{body.pop("seen", ticket.version)}"'}
        answer = client.post(path, body, content_type="application/json", headers=headers)
        return str(_problem(answer, status, code)["detail"])

    body = {"reason": "x"}
    assert "der „neu“ ist, kann nicht „offen“" in told(f"{at}/reopen/", body, 409, "wrong_status")
    assert told(f"{at}/resolve/", {}, 400, "missing").startswith("Es fehlt: ein Ergebnis zu „Nine")
    stale = told(f"{at}/note/", {"body": "x", "seen": 77}, 412, "stale", "de,en;q=0.5")
    assert "(Sie sahen Fassung 77, jetzt ist es" in stale
    many = told(f"{at}/tags/", {"tags": [f"t{n}" for n in range(31)]}, 400, "invalid")
    assert many == "tags: Dieses Feld darf nicht mehr als 30 Einträge enthalten."
    dateless = told(f"{at}/promise/", {"what": "Bald"}, 400, "invalid")
    assert dateless.startswith("due: Dieses Feld ")
    assert told(f"{at}/note/", {"body": "x", "seen": 77}, 412, "stale", "fr").startswith("Somebody")
    answer = client.get("/api/v1/tickets/A-10011/", headers={"Accept-Language": "de"})
    assert "ist keine Vorgangsnummer" in _problem(answer, 400, "number_invalid")["detail"]
    assert answer.json()["params"] == {"number": "A-10011"}
