"""What is found while one types, and the places of the palette."""

import pytest

from tests.builders import Desk, make_customer, make_ticket
from tests.desk.pages import SignIn, queries_of, text_of
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
URL = "/desk/search/suggest/"


@pytest.fixture
def rosa(whole_desk: Desk) -> Ticket:
    return make_ticket(
        whole_desk, customer=make_customer("Rosa Ferrante"), subject="Bag found at Porto",
        tags=["porto"],
    )  # fmt: skip


@pytest.mark.parametrize("text", ["rosa", "ferran", "bag por", "porto"])
def test_a_few_letters_find_the_ticket_and_its_customer(
    sign_in: SignIn, whole_desk: Desk, rosa: Ticket, text: str
) -> None:
    found = sign_in(whole_desk.alice).get(URL, {"q": text})
    assert f'href="/desk/tickets/{rosa.number}/"' in found.content.decode()
    assert rosa.number in text_of(found)


def test_its_number_finds_it_however_it_is_written(
    sign_in: SignIn, whole_desk: Desk, rosa: Ticket
) -> None:
    client = sign_in(whole_desk.alice)
    for text in (rosa.number, rosa.number.lower().replace("-", " "), rosa.number[2:]):
        assert f"/desk/tickets/{rosa.number}/" in client.get(URL, {"q": text}).content.decode()


def test_where_nothing_is_found_each_word_can_be_left_out(
    sign_in: SignIn, whole_desk: Desk, rosa: Ticket
) -> None:
    alice = sign_in(whole_desk.alice)
    page = alice.get("/desk/search/?q=Rosa zeppelin")
    assert "Leave out" in text_of(page)
    assert 'href="/desk/search/?q=Rosa"' in page.content.decode()
    assert "Leave out" not in text_of(alice.get("/desk/search/?q=zeppelin"))
    assert rosa.number in alice.get("/desk/search/?q=Rosa").content.decode()


def test_nobody_finds_what_he_may_not_see(sign_in: SignIn, whole_desk: Desk, rosa: Ticket) -> None:
    found = sign_in(whole_desk.charlie).get(URL, {"q": "porto"}).content.decode()
    assert "/desk/tickets/" not in found


def test_too_few_letters_find_nothing_and_nothing_breaks(
    sign_in: SignIn, whole_desk: Desk, rosa: Ticket
) -> None:
    client = sign_in(whole_desk.alice)
    for text in ("", "r", " ", "'", "\x00", "%", "a" * 500, "<b>"):
        found = client.get(URL, {"q": text})
        assert found.status_code == 200
        assert "<b>" not in found.content.decode().replace("<b>Rosa", "")


def test_the_palette_knows_the_places_that_its_reader_may_open(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    places = {
        person: text_of(sign_in(person).get(URL, {"all": "1"}))
        for person in (whole_desk.alice, whole_desk.sue, whole_desk.mona)
    }
    assert all("Customers" in words for words in places.values())
    assert "Ledger" not in places[whole_desk.alice]
    assert "Ledger" in places[whole_desk.sue]
    assert "How pain is assessed" not in places[whole_desk.sue]
    assert "How pain is assessed" in places[whole_desk.mona]
    few = text_of(sign_in(whole_desk.sue).get(URL, {"all": "1", "q": "excep"}))
    assert few.startswith("Places Exceptions")


def test_more_that_is_found_takes_no_more_queries(
    sign_in: SignIn, whole_desk: Desk, rosa: Ticket
) -> None:
    client = sign_in(whole_desk.alice)
    one = queries_of(client, f"{URL}?q=porto&all=1")
    for number in range(4):
        make_ticket(
            whole_desk, customer=make_customer(f"Rosa {number}"), subject="Lost at Porto again"
        )
    assert queries_of(client, f"{URL}?q=porto&all=1") == one


@pytest.mark.parametrize("typed", ["LH2087155", "lh-208-7155", "LH 208 7155"])
@pytest.mark.parametrize("kept", ["LH-208-7155", "LH2087155"])
def test_an_order_is_found_in_the_palette_on_the_page_and_by_the_api(
    sign_in: SignIn, whole_desk: Desk, kept: str, typed: str
) -> None:
    made = make_ticket(whole_desk, facts={"order_number": kept})
    alice = sign_in(whole_desk.alice)
    link = f"/desk/tickets/{made.number}/"
    assert link in alice.get(URL, {"q": typed, "all": "1"}).content.decode()
    assert link in alice.get("/desk/search/", {"q": typed}).content.decode()
    assert link in alice.get("/desk/", {"view": "team", "text": typed}).content.decode()
    listed = alice.get("/api/v1/tickets/", {"q": typed}).json()["results"]
    assert [row["number"] for row in listed] == [made.number]
