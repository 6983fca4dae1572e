"""Single keys of the desk can be changed, one by one, or switched off."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from desk.forms.own_keys import field_name
from desk.own_keys import PLACES, keys_of
from tests.builders import Desk
from tests.desk.pages import SignIn, text_of
from tests.support.api import token_client

pytestmark = pytest.mark.django_db


def all_keys() -> dict[str, str]:
    """The form as it stands."""
    return {field_name(place, key): key for place in PLACES for key in keys_of(place)}


def test_a_key_is_another_one_and_another_is_none(sign_in: SignIn, whole_desk: Desk) -> None:
    alice = sign_in(whole_desk.alice)
    assert b"data-keys" not in alice.get("/desk/").content
    changed = {field_name("ticket", "n"): "k", field_name("", "u"): ""}
    answer = alice.post("/desk/keys/", all_keys() | changed)
    assert answer["Location"] == "/desk/keys/"
    whole_desk.alice.refresh_from_db()
    assert whole_desk.alice.own_keys == {"own": {"": {"u": ""}, "ticket": {"n": "k"}}}
    page = alice.get("/desk/keys/")
    assert "own_keys.js" in page.content.decode()
    told = json.loads(page.context["shell"].keys)
    assert told == {"off": False, "own": {"": {"u": ""}, "ticket": {"n": "k"}}}
    assert page.context["form"][field_name("ticket", "n")].value() == "k"
    assert "own_keys.js" not in sign_in(whole_desk.bob).get("/desk/").content.decode()
    alice.post("/desk/keys/", {"do": "reset"})
    whole_desk.alice.refresh_from_db()
    assert whole_desk.alice.own_keys == {}


def test_all_single_keys_are_switched_off(sign_in: SignIn, whole_desk: Desk) -> None:
    alice = sign_in(whole_desk.alice)
    alice.post("/desk/keys/", {**all_keys(), "off": "on"})
    assert json.loads(alice.get("/desk/").context["shell"].keys) == {"off": True, "own": {}}


@pytest.mark.parametrize(
    ("place", "key", "typed", "said"),
    [
        ("ticket", "n", "r", "“r” is taken by “Reply”."),
        ("queue", "a", "/", "“/” is taken by “search”."),
        ("", "?", " ", "One letter, digit or sign that you can type; or nothing."),
        ("ticket", "n", "no", "at most 1 character (it has 2)"),
    ],
)
def test_a_key_that_cannot_be_is_refused_beside_its_field_and_the_rest_is_kept(
    sign_in: SignIn, whole_desk: Desk, place: str, key: str, typed: str, said: str
) -> None:
    changed = {field_name(place, key): typed, field_name("late", "e"): "7"}
    answer = sign_in(whole_desk.alice).post("/desk/keys/", all_keys() | changed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert answer.context["form"][field_name("late", "e")].value() == "7"
    whole_desk.alice.refresh_from_db()
    assert whole_desk.alice.own_keys == {}


def test_keys_are_read_and_set_over_the_api_as_on_their_page(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    alice, address = sign_in(whole_desk.alice), "/api/v1/me/keys/"

    def put(values: Any) -> Any:
        return alice.put(address, json.dumps(values), content_type="application/json")

    def does(key: str) -> str:
        return str(keys_of("ticket")[key])

    there = alice.get(address).json()
    assert there["off"] is False
    assert {"place": "all", "key": "/", "own": "/", "does": "search"} in there["keys"]
    assert len(there["keys"]) == sum(len(keys_of(place)) for place in PLACES)
    kept = put({"off": True, "own": {"ticket": {"n": "k", "r": "r"}, "all": {"u": ""}}}).json()
    assert {"place": "ticket", "key": "n", "own": "k", "does": does("n")} in kept["keys"]
    whole_desk.alice.refresh_from_db()
    held = {"off": True, "own": {"": {"u": ""}, "ticket": {"n": "k"}}}
    assert whole_desk.alice.own_keys == held
    assert alice.get("/desk/keys/").context["form"][field_name("ticket", "n")].value() == "k"
    refused = put({"own": {
        "ticket": {"n": "r", "o": "no", "ß": "x"}, "late": {"e": "\n"}, "moon": {"a": "b"},
    }})  # fmt: skip
    assert refused.status_code == 400
    told = {one["field"]: (one["code"], one["message"]) for one in refused.json()["errors"]}
    both = f"“r” would do both “{does('r')}” and “{does('n')}”. Give one of them another."
    assert told["own.ticket.n"] == ("key_taken", both)
    assert told["own.ticket.o"] == told["own.late.e"]
    assert told["own.ticket.o"][1] == "One letter, digit or sign that you can type; or nothing."
    assert "Known are: r n p" in told["own.ticket.ß"][1]
    assert told["own.moon"][1].endswith("all, queue, ticket, exceptions, late.")
    # Of two alike, the one that was sent is at fault, not the one that stands on the page.
    only = put({"own": {"ticket": {"r": "n"}}}).json()["errors"]
    assert [one["field"] for one in only] == ["own.ticket.r"]
    for wrong in ({"own": {"ticket": ["n"]}}, {"own": {"ticket": {"n": 7}}}, {"of": True}):
        assert put(wrong).status_code == 400
    whole_desk.alice.refresh_from_db()
    assert whole_desk.alice.own_keys == held
    assert alice.delete(address).status_code == 204
    whole_desk.alice.refresh_from_db()
    assert whole_desk.alice.own_keys == {}


def test_how_one_wants_the_desk_is_read_and_set_over_the_api(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    alice, address = sign_in(whole_desk.alice), "/api/v1/me/desk-settings/"

    def put(values: Any) -> Any:
        return alice.put(address, json.dumps(values), content_type="application/json")

    usual = {"density": "comfortable", "sort": "due", "next_after_sending": True}
    assert alice.get(address).json() == usual
    own = {"density": "compact", "sort": "pain", "next_after_sending": False}
    assert put(own).json() == own
    assert alice.get(address).json() == own
    assert "compact" in alice.get("/desk/").content.decode()
    refused = put({"density": "airy"})
    assert refused.status_code == 400
    assert "density" in refused.content.decode()
    assert alice.get(address).json() == own
    assert put({}).json() == usual


@pytest.mark.parametrize("address", ["/api/v1/me/keys/", "/api/v1/me/desk-settings/"])
def test_what_is_a_persons_own_is_no_integrations(whole_desk: Desk, address: str) -> None:
    client = token_client()
    answers = [client.get(address), client.put(address, {}, format="json")]
    assert {answer.status_code for answer in answers} == {403}
    assert "A person who is signed in" in answers[0].content.decode()
    assert APIClient().get(address).status_code == 401
