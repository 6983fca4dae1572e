"""Customers and search."""

import pytest

from desk.views import people
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_number_leads_straight_to_its_ticket(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    client = sign_in(whole_desk.alice)
    said = ticket.number.removeprefix("A-")
    assert client.get(f"/desk/search/?q={said}")["Location"] == f"/desk/tickets/{ticket.number}/"


@pytest.mark.parametrize("words", ["calloway", "ines.calloway@", "two visits"])
def test_a_name_an_address_or_the_matter_finds_it(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket, words: str
) -> None:
    found = text_of(sign_in(whole_desk.alice).get(f"/desk/search/?q={words}"))
    assert "Nine days offline" in found


def test_a_fact_finds_it(sign_in: SignIn, whole_desk: Desk) -> None:
    make_ticket(whole_desk, facts={"account": "LB-4471-0926"})
    found = text_of(sign_in(whole_desk.alice).get("/desk/search/?q=LB-4471-0926"))
    assert "Nine days offline" in found


def test_search_shows_only_what_its_reader_may_see(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    client = sign_in(whole_desk.charlie)
    assert "Nine days offline" not in text_of(client.get("/desk/search/?q=calloway"))
    assert client.get(f"/desk/search/?q={ticket.number}").status_code == 200


def test_whoever_meets_a_customer_next_is_warned_of_an_abusive_contact(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    rosa = make_customer("Rosa")
    before, now = (make_ticket(whole_desk, customer=rosa) for _ in range(2))
    page = f"/desk/tickets/{now.number}/"
    alice = sign_in(whole_desk.alice)
    assert "Abusive contact on" not in text_of(alice.get(page))
    services.report_abuse(before, what="He shouted.", actor=user(whole_desk.alice), now=NOW)
    for url in (page, f"/desk/customers/{rosa.pk}/"):
        assert f"Abusive contact on {before.number}" in text_of(alice.get(url))


def test_what_is_done_waits_for_nobody_and_is_not_to_be_taken(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    rosa = make_customer("Rosa")
    by = user(whole_desk.sue)
    for owner in (whole_desk.bob, None):
        ticket = make_ticket(whole_desk, customer=rosa, subject="Bag at Porto")
        if owner is not None:
            services.assign(ticket, owner=owner, actor=by, now=NOW, brief="Yours.")
        for point in ticket.points.all():
            services.decide_point(ticket, point.pk, outcome="not_upheld", actor=by, now=NOW)
        services.resolve(ticket, actor=by, now=NOW)
    page = sign_in(whole_desk.sue).get("/desk/search/?q=Porto")
    rows = page.context["rows"]
    assert len(rows) == 2
    for row in rows:
        assert (row.waiting_who, row.waiting_what) == ("Nobody", "done today")
        assert [chip.words for chip in row.because] == ["resolved today"]
        assert not row.unowned and not row.you


def test_more_than_are_shown_are_not_said_to_be_all(
    sign_in: SignIn, whole_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Rosa", "Omar", "Sam"):
        make_ticket(whole_desk, customer=make_customer(name), subject="Bag at Porto")
    alice = sign_in(whole_desk.alice)
    assert "3 tickets, 0 customers" in text_of(alice.get("/desk/search/?q=Porto"))
    monkeypatch.setattr(people, "RESULTS", 2)
    page = text_of(alice.get("/desk/search/?q=Porto"))
    assert "the 2 newest tickets, 0 customers" in page
    assert "More words find fewer" in page


def test_nothing_found_says_how_to_go_on(sign_in: SignIn, whole_desk: Desk) -> None:
    assert "Try fewer words" in text_of(sign_in(whole_desk.alice).get("/desk/search/?q=zzz"))


@pytest.mark.parametrize("words", ["%00", "'; DROP TABLE", "%25_%25", "x" * 5000, "\\", "<b>"])
def test_odd_words_do_no_harm(sign_in: SignIn, whole_desk: Desk, words: str) -> None:
    assert sign_in(whole_desk.alice).get("/desk/search/", {"q": words}).status_code in {200, 400}


def test_a_customers_page_has_open_and_settled_complaints(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    settled = make_ticket(whole_desk, subject="Billed twice")
    alice = user(whole_desk.alice)
    services.decide_point(settled, settled.points.get().pk, outcome="upheld", actor=alice, now=NOW)
    services.resolve(settled, actor=alice, now=NOW)
    words = text_of(sign_in(whole_desk.alice).get(f"/desk/customers/{ticket.customer_id}/"))
    assert "Open 1" in words and "Settled 1" in words and "Billed twice" in words


def test_a_merged_customer_leads_to_the_one_that_stayed(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    other = make_customer("Ina Calloway")
    services.merge_customers(ticket.customer, other, actor=user(whole_desk.sue), now=NOW)
    response = sign_in(whole_desk.alice).get(f"/desk/customers/{other.pk}/")
    assert response["Location"] == f"/desk/customers/{ticket.customer_id}/"


def test_a_customer_who_is_not_there_is_not_found(sign_in: SignIn, whole_desk: Desk) -> None:
    assert sign_in(whole_desk.alice).get("/desk/customers/99999/").status_code == 404


def test_more_complaints_take_no_more_queries(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    client, url = sign_in(whole_desk.alice), f"/desk/customers/{ticket.customer_id}/"
    few = queries_of(client, url)
    for _ in range(6):
        make_ticket(whole_desk)
    assert queries_of(client, url) == few


def test_more_customers_take_no_more_queries(sign_in: SignIn, whole_desk: Desk) -> None:
    make_customer()
    client = sign_in(whole_desk.alice)
    few = queries_of(client, "/desk/customers/")
    for number in range(9):
        make_customer(f"Customer {number}")
    assert queries_of(client, "/desk/customers/") == few
