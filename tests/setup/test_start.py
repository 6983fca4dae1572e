"""The guided start: from an empty desk to a complaint that was taken in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from desk.setup.models import SetupChange, StartStep
from escalation.models import Deadline, DeadlinePolicy, WorkCalendar
from remedies.models import Authority, RemedyPolicy
from tests.builders import NOW, Desk, make_customer, make_user
from tests.desk.pages import SignIn, queries_of, text_of
from tests.setup.forms import typed
from tickets import services
from tickets.actors import Actor
from tickets.cached import forget_all
from tickets.models import Category, Outbox, Team, User
from tickets.rules import Channel
from tickets.services.opening import NewTicket

pytestmark = pytest.mark.django_db
START = "/desk/start/"


def test_nothing_that_was_typed_twice_or_is_like_something_else_is_lost(
    ada: User, sign_in: SignIn
) -> None:
    browser = sign_in(ada)
    keep(browser, "team", name="Care")
    keep(browser, "categories", trades=["retail"], further="Shop!\nЖалобы\nЦены\nshop\nIn the shop")
    names = set(Category.objects.values_list("name", flat=True))
    assert {"In the shop", "Shop!", "shop", "Жалобы", "Цены"} <= names
    long = keep(browser, "categories", further=f"Parcels\n{'x' * 81}")
    assert long.status_code == 422 and "80 characters" in text_of(long)
    assert not Category.objects.filter(name="Parcels").exists()
    people = {"people.0.name": "Tara", "people.0.email": "tara@example.org",
              "people.0.role": "rep", "people.1.name": "Tom",
              "people.1.email": "TARA@example.org", "people.1.role": "rep"}  # fmt: skip
    twice = keep(browser, "people", **people)
    assert twice.status_code == 422 and "Line 2, email" in text_of(twice)
    assert User.objects.count() == 1


def test_a_part_of_the_country_that_is_none_is_told_with_those_there_are(
    ada: User, sign_in: SignIn
) -> None:
    browser = sign_in(ada)
    keep(browser, "team", name="Care")
    wrong = text_of(keep(browser, "holidays", country="DE", subdivision="XX"))
    assert "Germany has no part “XX”. Known are: Augsburg, BB, BE, BW, BY" in wrong
    none = text_of(keep(browser, "holidays", country="VA", subdivision="XX"))
    assert "has no parts with holidays of their own: leave this empty" in none
    offered = text_of(browser.get(f"{START}holidays/"))
    assert "Saint Pierre And" not in offered and " UK " not in offered


def test_a_form_of_a_desk_that_is_not_set_up_says_so_and_asks_for_nothing(
    ada: User, client: Client
) -> None:
    page = client.get("/complain/")
    assert page.status_code == 503
    assert "We can’t take complaints in here yet." in text_of(page)
    assert "<textarea" not in page.content.decode()
    assert client.post("/complain/", {"body": "Help"}).status_code == 503


@pytest.fixture
def ada(db: None) -> User:
    """Alone on a desk where nothing is set up."""
    return make_user("Ada", "admin")


def keep(browser: Client, step: str, **over: Any) -> Any:
    url = f"{START}{step}/"
    return browser.post(url, {**typed(browser.get(url)), **over, "do": "keep"})


def test_an_empty_desk_is_led_to_its_first_complaint(ada: User, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    assert browser.get("/desk/", follow=True).redirect_chain[-1][0] == f"{START}team/"
    kept = keep(browser, "team", name="Care", time_zone="Europe/London")
    assert kept.headers["Location"] == START
    team = Team.objects.get()
    assert (team.key, team.is_default) == ("care", True)
    assert browser.get(START).headers["Location"] == f"{START}holidays/"
    shown = text_of(browser.get(f"{START}holidays/"))
    assert "25 Dec closed , holiday" in shown
    keep(browser, "holidays", country="GB", subdivision="ENG")
    keep(browser, "categories", trades=["retail", "common"], further="Gift cards\n\nGift cards")
    assert Category.objects.get(key="gift-cards").active
    assert Category.objects.get(key="goods").fact_definitions.count() == 3
    keep(browser, "policies", rep="80", deadlines=["general"])
    assert RemedyPolicy.objects.get(status="active").key == "general"
    assert DeadlinePolicy.objects.filter(active=True).count() == 2
    assert Authority.objects.get(role="rep").per_ticket == 8000
    people = {"people.0.name": "Tara", "people.0.email": "tara@example.org",
              "people.0.role": "rep", "people.1.name": "Sam", "people.1.email": "sam@example.org",
              "people.1.role": "supervisor"}  # fmt: skip
    assert keep(browser, "people", **people).status_code == 302
    assert Outbox.objects.filter(kind="invitation").count() == 2
    team.refresh_from_db()
    assert team.memberships.count() == 3
    assert team.lead is not None
    assert browser.post(f"{START}mail/", {"do": "skip"}).status_code == 302
    assert "/complain/" in text_of(browser.get(f"{START}form/"))
    keep(browser, "form")
    done = text_of(browser.get(START))
    assert "The desk can take complaints in" in done
    assert set(SetupChange.objects.values_list("way", flat=True)) == {"start"}
    new = NewTicket(customer=make_customer(), category="goods", channel=Channel.FORM,
                    body="The kettle came broken.", subject="Broken kettle")  # fmt: skip
    ticket = services.open_ticket(new, actor=Actor.of_customer(new.customer), now=NOW)
    assert ticket.team == team
    assert Deadline.objects.filter(ticket=ticket, kind="first_response").exists()


def test_a_step_is_left_and_taken_up_and_nothing_is_half_done(ada: User, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    wrong = keep(browser, "team", name="Care", **{"hours.mon": "25-26"})
    assert wrong.status_code == 422
    assert "hours" in text_of(wrong)
    assert not Team.objects.exists() and not WorkCalendar.objects.exists()
    assert not SetupChange.objects.exists() and not StartStep.objects.exists()
    keep(browser, "team", name="Care")
    forget_all()
    other = sign_in(make_user("Grace", "admin"))
    assert other.get(START).headers["Location"] == f"{START}holidays/"
    assert other.post(f"{START}holidays/", {"do": "skip"}).headers["Location"] == START
    assert other.get(START).headers["Location"] == f"{START}categories/"
    assert other.post(f"{START}categories/", {"do": "skip"}).status_code == 403
    bad = keep(other, "people", **{"people.0.name": "T", "people.0.email": "tara",
                                   "people.0.role": "rep"})  # fmt: skip
    assert bad.status_code == 422
    assert "Line 1, email" in text_of(bad)
    assert User.objects.count() == 2
    keep(other, "holidays", country="DE", subdivision="BY")
    assert WorkCalendar.objects.get().country == "DE"
    again = typed(other.get(f"{START}team/"))
    assert again["name"] == "Care"
    keep(other, "team", name="Care and repair")
    assert Team.objects.get().name == "Care and repair"
    assert WorkCalendar.objects.get().country == "DE"


def test_whoever_comes_back_before_there_is_a_category_is_led_on(
    ada: User, sign_in: SignIn
) -> None:
    browser = sign_in(ada)
    keep(browser, "team", name="Care")
    keep(browser, "holidays")
    forget_all()
    assert browser.get("/desk/", follow=True).redirect_chain[-1][0] == f"{START}categories/"


@pytest.mark.parametrize("typed", ["9.30-17.15", "9:30 – 17:15", "09:30-17:15"])
def test_hours_are_typed_as_people_write_them(ada: User, sign_in: SignIn, typed: str) -> None:
    assert keep(sign_in(ada), "team", **{"hours.mon": typed}).status_code == 302
    assert WorkCalendar.objects.get().hours["mon"] == [["09:30", "17:15"]]


@pytest.mark.parametrize("typed", ["09:00-", "25-30", "9-9:75", "nine-five", "-", "9.5.3-17"])
def test_hours_that_are_none_are_told_in_words_with_their_day(
    ada: User, sign_in: SignIn, typed: str
) -> None:
    wrong = keep(sign_in(ada), "team", **{"hours.tue": typed})
    assert wrong.status_code == 422
    assert "Tue: “" in text_of(wrong) and "are no hours such as 09:00-12:30" in text_of(wrong)
    assert "literal" not in text_of(wrong)


def test_a_part_of_a_country_is_found_however_it_is_typed(ada: User, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    keep(browser, "team", name="Care")
    assert keep(browser, "holidays", country="DE", subdivision="by").status_code == 302
    assert WorkCalendar.objects.get().subdivision == "BY"


def test_managers_and_administrators_are_led_and_nobody_else(ada: User, sign_in: SignIn) -> None:
    rep, mona = sign_in(make_user("Alice", "rep")), sign_in(make_user("Mona", "manager"))
    assert rep.get("/desk/").status_code == 200
    for url in (START, f"{START}team/", f"{START}people/"):
        assert rep.get(url).status_code == 403
        assert rep.post(url, {"do": "keep"}).status_code in {403, 405}
    assert keep(mona, "team", name="Care").status_code == 302
    assert "An administrator adds people." in text_of(mona.get(f"{START}people/"))
    assert mona.post(f"{START}people/", {"do": "keep"}).status_code == 403
    assert mona.get(f"{START}nowhere/").status_code == 404


def test_a_desk_that_is_set_up_leads_nobody_and_says_so(whole_desk: Desk, sign_in: SignIn) -> None:
    ada = sign_in(whole_desk.ada)
    assert ada.get("/desk/").status_code == 200
    assert ada.get(START).headers["Location"] == f"{START}mail/"
    assert queries_of(ada, f"{START}team/") < 20
