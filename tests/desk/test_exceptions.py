"""The inbox of exceptions: who sees it, the comparison, and each decision."""

import pytest
from django.test import Client

from remedies.models import ExceptionRequest
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, hidden_of, queries_of, text_of
from tests.remedies.builders import draft_of, make_hurt
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def hurt(whole_desk: Desk) -> Ticket:
    """Alice's ticket, with a draft inside her authority."""
    ticket = make_hurt(whole_desk)
    services.take(ticket, actor=user(whole_desk.alice), now=NOW)
    return ticket


def ask_for(client: Client, ticket: Ticket, pounds: str) -> ExceptionRequest:
    """Alice asks for another sum of the last component, on the ticket's page."""
    offer = draft_of(ticket)
    part = offer.components.filter(amount__gt=0).order_by("-position")[0]
    url = f"/desk/tickets/{ticket.number}/"
    response = client.post(
        f"{url}exception/",
        {f"amount_{part.pk}": pounds, "reason": "Her father’s alarm", **hidden_of(client, url)},
    )
    assert response.status_code == 302, text_of(response)
    return ExceptionRequest.objects.latest("id")


def test_a_request_reaches_the_supervisor_with_policy_beside_wish(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    row = ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    words = text_of(sign_in(whole_desk.sue).get("/desk/exceptions/"))
    assert "Alice asks for more for Ines Calloway" in words
    assert "Her father’s alarm" in words
    assert "£300.00" in words and "Approve £" in words
    assert row.status == "pending"


def test_nobody_decides_his_own_request(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    row = ask_for(sign_in(whole_desk.sue), hurt, "300.00")
    client = sign_in(whole_desk.sue)
    assert "Nobody decides his own request." in text_of(client.get(f"/desk/exceptions/{row.pk}/"))
    response = client.post(f"/desk/exceptions/{row.pk}/decide/", {"do": "approve", "reason": "Yes"})
    assert response.status_code in {403, 409, 422}
    row.refresh_from_db()
    assert row.status == "pending"


def test_a_rep_sees_his_own_and_can_not_decide(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    alice = sign_in(whole_desk.alice)
    row = ask_for(alice, hurt, "300.00")
    assert "Ines Calloway" in text_of(alice.get("/desk/exceptions/"))
    url = f"/desk/exceptions/{row.pk}/decide/"
    assert alice.post(url, {"do": "approve", "reason": "Yes"}).status_code == 403
    assert sign_in(whole_desk.charlie).post(url, {"do": "approve"}).status_code == 404


def test_approving_lets_its_asker_send_it(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    alice = sign_in(whole_desk.alice)
    row = ask_for(alice, hurt, "300.00")
    url = f"/desk/exceptions/{row.pk}/decide/"
    sign_in(whole_desk.sue).post(url, {"do": "approve", "reason": "The alarm decides it."})
    row.refresh_from_db()
    assert (row.status, row.decider) == ("approved", whole_desk.sue)
    page = f"/desk/tickets/{hurt.number}/"
    assert "Sue approved the exception: send the offer." in text_of(alice.get(page))
    sent = alice.post(f"{page}offer/", {"body": "Dear Ines", **hidden_of(alice, page)})
    assert sent.status_code == 302
    assert hurt.offers.get().status == "sent"


def test_an_amendment_takes_the_supervisors_sums(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    row = ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    position = max(i for i, item in enumerate(row.items) if item["asked"])
    sign_in(whole_desk.sue).post(
        f"/desk/exceptions/{row.pk}/decide/",
        {"do": "amend", "reason": "Half way", f"sum_{position}": "200.00"},
    )
    row.refresh_from_db()
    assert row.status == "amended"
    assert row.items[position]["decided"] == 20_000


def test_approve_does_not_pass_over_sums_that_were_changed(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    row = ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    position = max(i for i, item in enumerate(row.items) if item["asked"])
    sue, url = sign_in(whole_desk.sue), f"/desk/exceptions/{row.pk}/decide/"
    typed = {"reason": "Half way", f"sum_{position}": "200.00"}
    refused = sue.post(url, {"do": "approve", **typed})
    row.refresh_from_db()
    assert (refused.status_code, row.status) == (422, "pending")
    words = text_of(refused)
    assert "Not decided yet." in words
    assert "You changed the sums: £331.40 is asked for, yours come to £231.40." in words
    page = refused.content.decode()
    assert 'value="200.00"' in page
    assert 'name="do" value="approve"' not in page, "what is filled approves the typed sums"
    assert "Amend to £231.40" in words
    assert sue.post(url, {"do": "amend", **typed}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.decided_total) == ("amended", 23_140)


def test_approve_takes_the_asked_sums_that_came_with_it(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    row = ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    position = max(i for i, item in enumerate(row.items) if item["asked"])
    sign_in(whole_desk.sue).post(
        f"/desk/exceptions/{row.pk}/decide/",
        {"do": "approve", "reason": "Yes", f"sum_{position}": "£300"},
    )
    row.refresh_from_db()
    assert row.status == "approved"


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Type a sum; 0 is nothing."), ("much", "A sum is digits")]
)
def test_an_empty_sum_is_not_taken_for_the_asked_one(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket, typed: str, said: str
) -> None:
    row = ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    position = max(i for i, item in enumerate(row.items) if item["asked"])
    sue, url = sign_in(whole_desk.sue), f"/desk/exceptions/{row.pk}/decide/"
    for do in ("approve", "amend"):
        refused = sue.post(url, {"do": do, "reason": "Yes", f"sum_{position}": typed})
        assert refused.status_code == 422
        assert said in text_of(refused)
    sue.post(url, {"do": "decline", "reason": "No.", f"sum_{position}": typed})
    row.refresh_from_db()
    assert row.status == "declined", "sums don't matter to a no"


def test_declining_needs_a_reason(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    row = ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    sue, url = sign_in(whole_desk.sue), f"/desk/exceptions/{row.pk}/decide/"
    refused = sue.post(url, {"do": "decline", "reason": " "})
    assert refused.status_code == 422
    assert "Whoever asked reads your reason" in text_of(refused)
    sue.post(url, {"do": "decline", "reason": "Policy is enough here."})
    row.refresh_from_db()
    assert (row.status, row.decision_reason) == ("declined", "Policy is enough here.")


@pytest.mark.parametrize(
    ("do", "said"),
    [("decline", "Say in your own words why not."), ("ask", "Ask in your own words.")],
)
def test_a_no_and_a_question_are_not_in_the_words_of_the_request(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket, do: str, said: str
) -> None:
    row = ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    sue, url = sign_in(whole_desk.sue), f"/desk/exceptions/{row.pk}/decide/"
    for reason in (row.reason, f" {row.reason}\n"):
        refused = sue.post(url, {"do": do, "reason": reason})
        assert refused.status_code == 422
        assert said in text_of(refused)
    row.refresh_from_db()
    assert row.status == "pending"
    sue.post(url, {"do": "approve", "reason": row.reason})
    row.refresh_from_db()
    assert row.status == "approved", "a yes may say the same"


def test_asking_back_and_answering(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    alice = sign_in(whole_desk.alice)
    row = ask_for(alice, hurt, "300.00")
    url = f"/desk/exceptions/{row.pk}/decide/"
    sign_in(whole_desk.sue).post(url, {"do": "ask", "reason": "Which alarm?"})
    row.refresh_from_db()
    assert row.status == "asked_back"
    waits = text_of(sign_in(whole_desk.sue).get(f"/desk/exceptions/{row.pk}/"))
    assert " left" in waits and "left left" not in waits
    page = f"/desk/tickets/{hurt.number}/"
    assert "Which alarm?" in text_of(alice.get(page))
    assert "Next: answer what was asked back" in text_of(alice.get(page))
    bob = sign_in(whole_desk.bob)
    assert "Waiting for Alice to answer what was asked." in text_of(bob.get(page))
    alice.post(f"{page}answer-back/", {"answer": "Telecare."})
    assert "Question answered: Telecare." in text_of(alice.get(page))
    row.refresh_from_db()
    assert (row.status, row.answer) == ("pending", "Telecare.")


def test_the_case_tells_what_came_of_the_customers_earlier_complaints(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    before = make_ticket(whole_desk, customer=hurt.customer, subject="Router arrived broken")
    ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    page = sign_in(whole_desk.sue).get("/desk/exceptions/")
    assert "1 earlier complaint." in text_of(page) and "Router arrived broken" in text_of(page)
    assert f'href="/desk/tickets/{before.number}/"' in page.content.decode()


def test_what_is_decided_is_decided(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    row = ask_for(sign_in(whole_desk.alice), hurt, "300.00")
    sue, url = sign_in(whole_desk.sue), f"/desk/exceptions/{row.pk}/decide/"
    sue.post(url, {"do": "approve", "reason": "Yes"})
    again = sign_in(whole_desk.mona).post(url, {"do": "decline", "reason": "Nothing new in it"})
    assert again.status_code == 409
    words = text_of(again)
    assert "Sue approved it" in words and "“Yes”" in words
    assert "You did not decide it." in words and "Nothing new in it" in words
    seen = text_of(sue.get(f"/desk/exceptions/{row.pk}/"))
    assert "Sue approved it" in seen and "You did not decide it." not in seen
    row.refresh_from_db()
    assert row.status == "approved"


def test_the_next_request_opens(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    alice = sign_in(whole_desk.alice)
    first, second = ask_for(alice, hurt, "300.00"), ask_for(alice, make_hurt(whole_desk), "250.00")
    response = sign_in(whole_desk.sue).post(
        f"/desk/exceptions/{first.pk}/decide/", {"do": "approve", "reason": "Yes"}
    )
    assert response["Location"] == f"/desk/exceptions/{second.pk}/"


@pytest.mark.parametrize("typed", ["much", "1.234", "-1", "1e9", "1_000"])
def test_a_sum_that_is_none_is_named(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket, typed: str
) -> None:
    alice = sign_in(whole_desk.alice)
    part = draft_of(hurt).components.filter(amount__gt=0).last()
    assert part is not None
    response = alice.post(
        f"/desk/tickets/{hurt.number}/exception/", {f"amount_{part.pk}": typed, "reason": "Why"}
    )
    assert response.status_code in {400, 422}
    assert not ExceptionRequest.objects.exists()


def test_a_longer_inbox_takes_no_more_queries(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    alice, sue = sign_in(whole_desk.alice), sign_in(whole_desk.sue)
    row = ask_for(alice, hurt, "300.00")
    few = queries_of(sue, f"/desk/exceptions/{row.pk}/")
    for number in range(4):
        ask_for(alice, make_hurt(whole_desk, customer=make_customer(f"Customer {number}")), "250")
    assert queries_of(sue, f"/desk/exceptions/{row.pk}/") == few
