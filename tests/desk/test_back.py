"""Back leads to where one came from."""

import pytest

from tests.builders import Desk, make_ticket
from tests.desk.pages import SignIn

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


@pytest.mark.parametrize(
    ("came", "words", "url"),
    [
        ("", "Queue", "/desk/"),
        (f"{HERE}/desk/?view=team&after=1_2", "Queue", "/desk/?view=team&amp;after=1_2"),
        (f"{HERE}/desk/late/?team=home", "Running late", "/desk/late/?team=home"),
        (f"{HERE}/desk/exceptions/7/", "Exceptions", "/desk/exceptions/7/"),
        (f"{HERE}/desk/search/?q=router", "Search", "/desk/search/?q=router"),
        ("http://elsewhere.example/desk/late/", "Queue", "/desk/"),
        (f"{HERE}/admin/", "Queue", "/desk/"),
        ("http://[", "Queue", "/desk/"),
    ],
)
def test_a_ticket_leads_back_to_the_page_one_came_from(
    sign_in: SignIn, whole_desk: Desk, came: str, words: str, url: str
) -> None:
    ticket = make_ticket(whole_desk)
    page = sign_in(whole_desk.sue).get(f"/desk/tickets/{ticket.number}/", headers={"Referer": came})
    assert f'class="back" href="{url}"' in page.content.decode()
    assert page.context["back"].words == words


def test_a_customer_leads_back_to_the_ticket_that_named_him(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    came = f"{HERE}/desk/tickets/{ticket.number}/?do=note"
    client, url = sign_in(whole_desk.sue), f"/desk/customers/{ticket.customer_id}/"
    back = client.get(url, headers={"Referer": came}).context["back"]
    assert (back.words, back.url) == (ticket.number, f"/desk/tickets/{ticket.number}/")
    assert client.get(url).context["back"].url == "/desk/customers/"


def test_a_sent_form_is_not_where_one_came_from(sign_in: SignIn, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk)
    url = f"/desk/tickets/{ticket.number}/"
    page = sign_in(whole_desk.sue).get(url, headers={"Referer": f"{HERE}{url}reply/"})
    assert page.context["back"].url == "/desk/"
