"""What every address of the API has in common: problems, sign-in, keys, versions, pages."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.test import override_settings
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.test import APIClient

from tests.builders import NOW, Desk, make_customer
from tickets.api.base import CommandView
from tickets.api.fields import Input, Moment, MoneyInput, Text, Values, Whole
from tickets.api.idempotency import KEPT, forget_old
from tickets.api.pagination import Order, decode, encode
from tickets.api.problems import problem_handler
from tickets.api.versions import etag
from tickets.errors import Conflict, DomainError, Stale
from tickets.models import Customer, IdempotentRequest, Ticket


class Thing(Input):
    name = Text(max_length=10)
    count = Whole(required=False)
    at = Moment(required=False)
    cost = MoneyInput(required=False)
    facts = Values(required=False)
    parts = serializers.ListField(child=Text(max_length=3), required=False)


class Make(CommandView):
    failure: ClassVar[Exception | None] = None

    def do(self, **kwargs: Any) -> Response:
        data = self.parse(Thing)
        made = make_customer(data["name"])
        if self.failure:
            raise self.failure
        # In an order, and with characters, that a database would not keep by itself.
        body = {
            "seen": self.seen,
            "name": "Zoë – 5 €\u2028",
            "at": self.now,
            "id": made.pk,
            "a": 1.0,
        }
        return Response(body, 201, headers={"ETag": etag(1)})

    def get(self, request: Any) -> Response:
        return Response({"who": self.actor.name, "kind": self.actor.kind})


urlpatterns = [path("make/", Make.as_view())]


@pytest.fixture(autouse=True)
def _urls() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def _problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"urn:amends:problem:{code}"
    assert set(body) >= {"title", "detail", "errors"}
    return body


def _raw(api: APIClient, content: bytes, content_type: str) -> Any:
    return api.generic("POST", "/make/", content, content_type=content_type)  # type: ignore[arg-type]


def test_who_asks_is_the_client_of_the_token_or_the_person_who_signed_in(
    desk: Desk, api: APIClient, as_user: Callable[..., APIClient]
) -> None:
    assert api.get("/make/").json() == {"who": "Shop", "kind": "client"}
    assert as_user(desk.alice).get("/make/").json() == {"who": "Alice", "kind": "user"}


def test_nobody_in_particular_is_asked_for_a_token(desk: Desk) -> None:
    response = APIClient().get("/make/")
    _problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")
    wrong = APIClient()
    wrong.credentials(HTTP_AUTHORIZATION="Bearer nonsense-ü")
    _problem(wrong.get("/make/"), 401, "authentication_failed")


def test_a_token_without_the_scope_is_told_which(as_client: Callable[..., APIClient]) -> None:
    client = as_client(scopes=["tickets:read"])
    response = client.post("/make/", {"name": "Ines"})
    _problem(response, 403, "scope_missing")
    assert 'scope="tickets:write"' in response["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({}, "name", "required"),
        ({"name": 12}, "name", "invalid"),
        ({"name": ""}, "name", "blank"),
        ({"name": "x" * 11}, "name", "max_length"),
        ({"name": "x\x00"}, "name", "null_characters_not_allowed"),
        ({"name": "x", "nmae": "y"}, "nmae", "unknown_field"),
        ({"name": "x", "count": True}, "count", "invalid"),
        ({"name": "x", "count": 2**70}, "count", "invalid"),
        ({"name": "x", "at": "2026-11-24T10:00"}, "at", "naive"),
        ({"name": "x", "at": "0001-01-01T00:00+14:00"}, "at", "overflow"),
        ({"name": "x", "at": "1902-01-01T00:00Z"}, "at", "ancient"),
        ({"name": "x", "at": "yesterday"}, "at", "invalid"),
        ({"name": "x", "parts": ["ab", "abcd"]}, "parts.1", "max_length"),
        (
            {"name": "x", "cost": {"amount": "1", "currency": "XXY"}},
            "cost.currency",
            "currency_unknown",
        ),
        ({"name": "x", "cost": {"amount": "1.234", "currency": "GBP"}}, "cost.amount", "invalid"),
        ({"name": "x", "cost": {"currency": "GBP"}}, "cost.amount", "invalid"),
        ({"name": "x", "facts": {"a": "\x00"}}, "facts.a", "invalid"),
        ({"name": "x", "facts": [1]}, "facts", "not_a_dict"),
        ([1], "", "invalid"),
        ("text", "", "invalid"),
    ],
)
def test_bad_input_names_the_field(api: APIClient, sent: Any, field: str, code: str) -> None:
    body = _problem(api.post("/make/", sent, format="json"), 400, "invalid")
    assert {"field": field, "code": code} in [
        {"field": e["field"], "code": e["code"]} for e in body["errors"]
    ]
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe\x00{",
        b'{"name": NaN}',
        b"[" * 100_000,
        b'{"name": "x", "count": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_is_malformed(api: APIClient, raw: bytes) -> None:
    response = _raw(api, raw, content_type="application/json")
    _problem(response, 400, "malformed")


def test_nothing_where_something_is_needed_is_invalid(api: APIClient) -> None:
    response = _raw(api, b"null", content_type="application/json")
    _problem(response, 400, "invalid")


def test_half_a_character_is_refused(api: APIClient) -> None:
    raw = b'{"name": "x", "facts": {"a": "\\ud800"}}'
    response = _raw(api, raw, content_type="application/json")
    assert _problem(response, 400, "invalid")["errors"][0]["field"] == "facts.a"


def test_the_frameworks_refusals_have_the_same_shape(api: APIClient) -> None:
    _problem(api.delete("/make/"), 405, "method_not_allowed")
    _problem(api.get("/make/", HTTP_ACCEPT="text/html"), 406, "not_acceptable")
    form = _raw(api, b"a=b", content_type="application/x-www-form-urlencoded")
    _problem(form, 415, "unsupported_media_type")


def test_what_is_too_large_is_refused_unread(api: APIClient) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=20):
        _problem(api.post("/make/", {"name": "x" * 100}), 413, "too_large")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Stale(seen=1, current=2, field="version"), 412, "stale"),
        (Conflict("No.", field="name", number="A-10019"), 409, "conflict"),
        (DomainError("No."), 422, "refused"),
        (IntegrityError("duplicate key"), 409, "conflict"),
    ],
)
def test_what_the_rules_refuse_leaves_nothing_behind(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    monkeypatch.setattr(Make, "failure", error)
    response = api.post("/make/", {"name": "Ines"}, HTTP_IDEMPOTENCY_KEY="k")
    body = _problem(response, status, code)
    assert "duplicate key" not in str(body)
    assert not Customer.objects.exists()
    assert not IdempotentRequest.objects.exists()


def test_what_nobody_foresaw_says_nothing_of_the_inside(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Make, "failure", RuntimeError("secret of the house"))
    api.raise_request_exception = False
    response = api.post("/make/", {"name": "Ines"})
    assert "secret" not in str(_problem(response, 500, "failed"))


def test_the_same_key_is_answered_the_same_and_does_nothing_twice(api: APIClient) -> None:
    first = api.post("/make/", {"name": "Ines"}, HTTP_IDEMPOTENCY_KEY='"a-1"')
    second = api.post("/make/", {"name": "Ines"}, HTTP_IDEMPOTENCY_KEY="a-1")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert second["ETag"] == first["ETag"]
    assert second["Idempotent-Replay"] == "true"
    assert Customer.objects.count() == 1


def test_a_key_is_for_one_request_of_one_sender(
    api: APIClient, as_client: Callable[..., APIClient]
) -> None:
    api.post("/make/", {"name": "Ines"}, HTTP_IDEMPOTENCY_KEY="a-1")
    other_body = api.post("/make/", {"name": "Ina"}, HTTP_IDEMPOTENCY_KEY="a-1")
    _problem(other_body, 422, "idempotency_key_reused")
    somebody_else = as_client("Billing").post("/make/", {"name": "Ina"}, HTTP_IDEMPOTENCY_KEY="a-1")
    assert somebody_else.status_code == 201
    _problem(api.post("/make/", {"name": "x"}, HTTP_IDEMPOTENCY_KEY="a b"), 400, "invalid")


def test_old_answers_are_forgotten(api: APIClient) -> None:
    api.post("/make/", {"name": "Ines"}, HTTP_IDEMPOTENCY_KEY="a-1")
    made = IdempotentRequest.objects.get().created_at
    assert forget_old(now=made + KEPT) == 0
    assert forget_old(now=made + KEPT * 1.1) == 1


def test_if_match_is_a_version_in_quotes(api: APIClient) -> None:
    def seen(tag: str) -> Any:
        return api.post("/make/", {"name": "Ines"}, HTTP_IF_MATCH=tag)

    assert seen('"7"').json()["seen"] == 7
    assert seen('W/"7"').json()["seen"] == 7
    assert seen("*").json()["seen"] is None
    _problem(seen("7"), 400, "invalid")


def test_a_sender_who_sends_too_much_is_asked_to_wait(api: APIClient) -> None:
    with override_settings(API_RATE="2/hour"):
        answers = [api.get("/make/") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    _problem(answers[2], 429, "throttled")
    assert int(answers[2]["Retry-After"]) > 0


QUEUE = Order("queue", ("attention_at", "id"))


@pytest.mark.parametrize(
    "cursor", ["x", "", "bnVsbA", encode(Order("other", ("a", "b")), [NOW, 1]), "ü", "W10" * 900]
)
def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    with pytest.raises(DomainError, match="cursor"):
        decode(QUEUE, Ticket, cursor)


def test_a_cursor_gives_back_the_keys_of_its_row() -> None:
    assert decode(QUEUE, Ticket, encode(QUEUE, [NOW, 12])) == [NOW, 12]


def test_a_browser_has_to_prove_that_its_own_page_asks(desk: Desk) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(desk.alice, backend="django.contrib.auth.backends.ModelBackend")
    _problem(client.post("/make/", {"name": "Ines"}), 403, "not_allowed")
    assert client.get("/make/").status_code == 200


def test_who_was_made_inactive_is_nobody(desk: Desk, as_user: Callable[..., APIClient]) -> None:
    client = as_user(desk.alice)
    desk.alice.is_active = False
    desk.alice.save()
    _problem(client.get("/make/"), 401, "not_authenticated")


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("closed")])
def test_a_database_that_is_gone_is_no_mistake_of_ours_but_a_wait(error: Exception) -> None:
    answer = problem_handler(error, {})

    assert (answer.status_code, answer.data["code"]) == (503, "unavailable")
    assert answer["Retry-After"] == "5"
