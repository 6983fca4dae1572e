"""What all pages share: sign-in, themes, the style guide, security headers, error pages."""

import re
from typing import Any

import pytest
from django.test import Client

from desk.views import shell
from tests.builders import Desk
from tests.desk.pages import SignIn, text_of
from tickets.errors import Invalid

pytestmark = pytest.mark.django_db

DESK_PAGES = [
    "/desk/", "/desk/late/", "/desk/exceptions/", "/desk/customers/", "/desk/search/?q=x",
    "/desk/styleguide/",
]  # fmt: skip


@pytest.mark.parametrize("url", [*DESK_PAGES, "/desk/tickets/A-10019/", "/desk/files/1/"])
def test_every_page_of_the_desk_asks_who_it_is(whole_desk: Desk, url: str) -> None:
    response = Client().get(url)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/desk/")


@pytest.mark.parametrize("url", [*DESK_PAGES, "/complain/", "/complain/find/", "/accounts/login/"])
def test_each_page_has_title_landmarks_and_no_inline_code(
    sign_in: SignIn, whole_desk: Desk, url: str
) -> None:
    client = sign_in(None if "login" in url else whole_desk.sue)
    response = client.get(url)
    page = response.content.decode()
    assert response.status_code == 200
    assert "<title>" in page and "<main" in page and "<h1" in page
    assert " style=" not in page and "<script>" not in page and "javascript:" not in page
    policy = response["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "script-src 'self'" in policy


def test_the_theme_is_kept_and_given_back(sign_in: SignIn, whole_desk: Desk) -> None:
    client = sign_in(whole_desk.alice)
    response = client.post("/desk/theme/", {"theme": "dark", "next": "/desk/late/"})
    assert response["Location"] == "/desk/late/"
    assert 'data-theme="dark"' in client.get("/desk/").content.decode()
    client.post("/desk/theme/", {"theme": ""})
    assert "data-theme" not in client.get("/desk/").content.decode()


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_theme_leads_nowhere_else(sign_in: SignIn, whole_desk: Desk, after: str) -> None:
    response = sign_in(whole_desk.alice).post("/desk/theme/", {"theme": "dark", "next": after})
    assert response["Location"] == "/desk/"


def test_the_first_page_after_signing_in_is_the_queue(whole_desk: Desk) -> None:
    whole_desk.alice.set_password("a-long-password-1")
    whole_desk.alice.save()
    client = Client()
    page = client.get("/accounts/login/").content.decode()
    field = re.search(r'<input[^>]* name="login"[^>]*>', page)
    assert field is not None and " autofocus" in field[0]
    wrong = client.post("/accounts/login/", {"login": whole_desk.alice.email, "password": "no"})
    assert "Not signed in." in text_of(wrong)
    response = client.post(
        "/accounts/login/",
        {"login": whole_desk.alice.email, "password": "a-long-password-1"},
        follow=True,
    )
    assert response.redirect_chain[-1][0] == "/desk/"


def test_an_address_that_is_none_says_how_to_go_on(whole_desk: Desk) -> None:
    response = Client().get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing at this address." in text_of(response)


def test_at_an_address_of_the_desk_that_is_none_its_places_stay_at_hand(
    sign_in: SignIn, whole_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/desk/nowhere/at/all/"
    assert Client().get(address)["Location"] == f"/accounts/login/?next={address}"
    alice = sign_in(whole_desk.alice)
    for method in (alice.get, alice.post):
        page = method(address)
        assert page.status_code == 404
        assert "There is nothing here for you. Perhaps it moved" in text_of(page)
        assert 'href="/desk/customers/"' in page.content.decode()
    assert alice.get("/desk/late")["Location"] == "/desk/late/"

    def broken(*_: Any) -> None:
        raise Invalid("The frame can't be read.")

    monkeypatch.setattr(shell, "shell_for", broken)
    page = alice.get(address)
    assert page.status_code == 404
    assert "There is nothing here for you." in text_of(page)


def test_what_is_refused_is_told_where_one_is(sign_in: SignIn, whole_desk: Desk) -> None:
    page = sign_in(whole_desk.alice).get("/desk/exceptions/rules/")
    assert page.status_code == 403
    assert "That can’t be done." in text_of(page) and "Nothing was changed." in text_of(page)
    assert 'href="/desk/customers/"' in page.content.decode()


def test_a_form_that_was_open_too_long_says_so(whole_desk: Desk) -> None:
    response = Client(enforce_csrf_checks=True).post("/complain/", {"body": "x"})
    assert response.status_code == 403
    assert "reload it and try again" in text_of(response)
