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


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ("reports/deadlines/behind/?what=kind&key=next_reply&column=missed",
         "Promises: next reply: missed"),
        ("reports/deadlines/behind/?what=team&key=home&after=2026-11-24", "Promises: Home"),
        ("reports/outcomes/behind/?what=all&column=upheld", "Outcomes: Upheld"),
        ("reports/fairness/behind/?what=offers-team&key=home", "Equal remedies: Home"),
        ("insight/tickets/?measure=promise&bucket=1&category=outage",
         "Promises: missed: Outage"),
        ("insight/ideas/behind/?status=done", "Ideas: Done"),
    ],
)  # fmt: skip
def test_a_list_behind_a_figure_is_called_as_the_figure_is(
    sign_in: SignIn, whole_desk: Desk, listed: str, words: str
) -> None:
    ticket, mona = make_ticket(whole_desk), sign_in(whole_desk.mona)
    page = mona.get(f"/desk/tickets/{ticket.number}/", headers={"Referer": f"{HERE}/desk/{listed}"})
    back = page.context["back"]
    assert (str(back.words), back.url) == (words, f"/desk/{listed}")
    name = mona.get(f"/desk/{listed}".split("&after")[0]).content.decode()
    assert f'data-trail="{words}"' in name, "the trail of a browser says the same"
    assert f"<title>{words} " in name


@pytest.mark.parametrize(
    "listed",
    ["insight/tickets/?measure=none", "insight/tickets/", "reports/other/behind/?what=all"],
)
def test_what_is_no_list_has_no_name(sign_in: SignIn, whole_desk: Desk, listed: str) -> None:
    ticket, came = make_ticket(whole_desk), f"{HERE}/desk/{listed}"
    page = sign_in(whole_desk.mona).get(
        f"/desk/tickets/{ticket.number}/", headers={"Referer": came}
    )
    assert str(page.context["back"].words) in {"Insight", "Queue"}


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
