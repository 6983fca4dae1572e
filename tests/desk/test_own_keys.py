"""Single keys of the desk can be changed, one by one, or switched off."""

import json

import pytest

from desk.forms.own_keys import field_name
from desk.own_keys import PLACES, keys_of
from tests.builders import Desk
from tests.desk.pages import SignIn, text_of

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
