"""What is done to a ticket less often, each by its form; and the bell."""

import datetime as dt

import pytest
from django.test import Client

from remedies.models import Remedy
from remedies.services import accept_offer, note_late_next
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, text_of
from tests.remedies.builders import make_hurt, sent_offer
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.models import Alert, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(sign_in: SignIn, whole_desk: Desk) -> Client:
    """Alice's browser."""
    return sign_in(whole_desk.alice)


def do(client: Client, ticket: Ticket, verb: str, **data: object) -> int:
    """Do one thing; the status of the answer."""
    response = client.post(f"/desk/tickets/{ticket.number}/{verb}/", data)
    ticket.refresh_from_db()
    return response.status_code


@pytest.mark.parametrize(
    "verb",
    [
        "reply", "note", "promise", "ask", "offer", "hand-over", "pain", "decide", "point",
        "facts", "heard", "wait", "resume", "tags", "resolve", "review", "close", "reopen",
        "adjust", "exception", "withdraw-offer", "redraft", "grant-added", "withdraw-exception",
        "answer-back", "add-part", "kept", "follow-up", "change", "call-above", "link", "loss",
        "subject", "category", "team", "external", "confidential", "person", "merge", "split",
    ],
)  # fmt: skip
def test_every_form_opens_and_an_empty_one_breaks_nothing(
    alice: Client, ticket: Ticket, verb: str
) -> None:
    assert alice.get(f"/desk/tickets/{ticket.number}/?do={verb}").status_code == 200
    assert do(alice, ticket, verb) in {302, 400, 404, 409, 422}


def test_matter_category_loss_and_tags_are_changed(alice: Client, ticket: Ticket) -> None:
    assert do(alice, ticket, "subject", subject="Offline for nine days") == 302
    assert do(alice, ticket, "category", category="broadband") == 302
    assert do(alice, ticket, "loss", amount="31.40", currency="GBP") == 302
    assert do(alice, ticket, "tags", tags="Leeds, Exchange") == 302
    assert ticket.subject == "Offline for nine days"
    assert ticket.category.key == "broadband"
    assert ticket.loss_minor == 3140
    assert ticket.tags == ["exchange", "leeds"]


def test_facts_are_corrected_and_a_wrong_one_is_named(alice: Client, ticket: Ticket) -> None:
    assert do(alice, ticket, "facts", days_without="9", monthly_fee="38") == 302
    assert ticket.facts["days_without"] == "9"
    wrong = alice.post(f"/desk/tickets/{ticket.number}/facts/", {"days_without": "many"})
    assert wrong.status_code == 400
    assert "Days without should be a number" in text_of(wrong)


def test_a_link_is_seen_from_both_and_only_to_what_one_may_see(
    alice: Client, sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    other = make_ticket(whole_desk, customer=make_customer("Rosa Ferrante"))
    foreign = make_ticket(
        whole_desk, customer=make_customer("Omar Haddad"), category=whole_desk.flights
    )
    assert do(alice, ticket, "link", other=other.number, kind="duplicate") == 302
    assert do(alice, ticket, "link", other=foreign.number, kind="related") == 404
    assert f"Duplicate of {other.number}" in text_of(alice.get(f"/desk/tickets/{ticket.number}/"))
    assert f"Has a duplicate, {ticket.number}" in text_of(
        alice.get(f"/desk/tickets/{other.number}/")
    )


def test_a_promise_is_kept(alice: Client, ticket: Ticket) -> None:
    do(alice, ticket, "promise", what="I call you", due="2026-11-26T15:00")
    row = ticket.deadlines.get(kind="promise")
    assert do(alice, ticket, "kept", promise=row.subject.rpartition(":")[2]) == 302
    row.refresh_from_db()
    assert row.status == "met"


def test_another_team_gets_it_with_a_brief(alice: Client, whole_desk: Desk, ticket: Ticket) -> None:
    team = whole_desk.travel.pk
    assert do(alice, ticket, "team", team=team, brief="") == 422
    response = alice.post(
        f"/desk/tickets/{ticket.number}/team/", {"team": team, "brief": "It is a flight."}
    )
    assert response.status_code == 302
    assert alice.get(response["Location"]).status_code == 404


def test_what_we_change_is_noted(alice: Client, whole_desk: Desk, ticket: Ticket) -> None:
    data = {"text": "Tell customers", "owner": whole_desk.bob.pk, "due_on": "2026-12-04"}
    assert do(alice, ticket, "change", **data) == 302
    assert ticket.actions.get().owner == whole_desk.bob
    assert do(alice, ticket, "change", **{**data, "due_on": "2020-01-01"}) == 400


def test_somebody_above_is_called(alice: Client, whole_desk: Desk, ticket: Ticket) -> None:
    assert do(alice, ticket, "call-above", reason="He is threatened") == 302
    assert Alert.objects.filter(user=whole_desk.sue, ticket=ticket).exists()


def test_what_was_granted_is_ticked_off_by_hand_once(
    alice: Client, sign_in: SignIn, whole_desk: Desk
) -> None:
    hurt = make_hurt(whole_desk)
    accept_offer(sent_offer(whole_desk, hurt), actor=Actor.of_customer(hurt.customer), now=NOW)
    remedy = Remedy.objects.filter(ticket=hurt, status="granted")[0]
    url = f"/desk/remedies/{remedy.pk}/fulfil/"
    assert sign_in(whole_desk.charlie).post(url).status_code == 404
    assert sign_in(whole_desk.audrey).post(url).status_code == 403
    assert "delivered" in text_of(alice.post(url, follow=True))
    remedy.refresh_from_db()
    assert remedy.status == "fulfilled"
    alice.post(url)
    assert remedy.entries.filter(kind="fulfilled").count() == 1


def test_a_closed_ticket_is_reopened_for_a_reason(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    point = ticket.points.get()
    services.decide_point(ticket, point.pk, outcome="upheld", actor=user(whole_desk.alice), now=NOW)
    for verb in ("resolve", "close"):
        assert do(alice, ticket, verb) == 302
    assert do(alice, ticket, "reopen", reason="") == 422
    assert do(alice, ticket, "reopen", reason="It broke again") == 302
    assert ticket.status == "open"


def test_a_colleague_is_let_in_and_one_complained_about_is_kept_out(
    alice: Client, sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    address = f"/desk/tickets/{ticket.number}/"
    assert "Make it confidential" in text_of(alice.get(f"{address}?do=confidential"))
    assert do(alice, ticket, "confidential") == 302
    assert "Open it to its team" in text_of(alice.get(f"{address}?do=confidential"))
    charlie, bob = sign_in(whole_desk.charlie), sign_in(whole_desk.bob)
    assert (charlie.get(address).status_code, bob.get(address).status_code) == (404, 404)
    assert do(alice, ticket, "person", person=whole_desk.charlie.pk, relation="named") == 302
    assert charlie.get(address).status_code == 200
    about = {"person": whole_desk.bob.pk, "relation": "complained_about"}
    assert do(alice, ticket, "person", **about) == 302
    assert do(alice, ticket, "person", person=whole_desk.bob.pk, relation="named") == 409
    assert bob.get(address).status_code == 404
    assert do(alice, ticket, "person", person=whole_desk.charlie.pk, relation="unnamed") == 302
    assert charlie.get(address).status_code == 404


def test_the_bell_tells_and_is_quiet_once_read(
    alice: Client, sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    alice.post(f"/desk/tickets/{ticket.number}/note/", {"body": "@Bob please"})
    bob = sign_in(whole_desk.bob)
    page = bob.get("/desk/")
    assert f"Alice mentions you on {ticket.number}" in text_of(page)
    newest = page.context["shell"].newest
    bob.post("/desk/alerts/read/", {"newest": newest, "next": "/desk/late/"})
    assert "Alice mentions you" not in text_of(bob.get("/desk/"))
    assert sign_in(None).post("/desk/alerts/read/").status_code == 302


def test_a_program_that_fills_in_every_field_gets_nothing(whole_desk: Desk) -> None:
    response = Client().post(
        "/complain/",
        {
            "category": "broadband", "body": "Buy now", "name": "A", "email": "a@example.org",
            "website": "https://spam.example",
        },
    )  # fmt: skip
    assert response.status_code == 422
    assert not Ticket.objects.exists()


def test_what_a_late_remedy_adds_is_granted_in_one_step(
    whole_desk: Desk, sign_in: SignIn, alice: Client
) -> None:
    ticket = make_hurt(whole_desk)
    services.take(ticket, actor=user(whole_desk.alice), now=NOW)
    accept_offer(sent_offer(whole_desk, ticket), actor=SYSTEM, now=NOW)
    Remedy.objects.filter(ticket=ticket, rule="L-1").update(due_on=NOW.date(), timed=False)
    note_late_next(now=NOW + dt.timedelta(days=1))
    sue = sign_in(whole_desk.sue)
    assert "Grant £10.00, added for lateness" in text_of(sue.get(f"/desk/tickets/{ticket.number}/"))
    form = text_of(sue.get(f"/desk/tickets/{ticket.number}/?do=grant-added"))
    assert "What we promised you then did not reach you by its date" in form
    draft = ticket.offers.get(status="draft")
    address = f"/api/v1/offers/{draft.pk}/"
    read = sue.get(address).json()
    assert [part["rule"] for part in read["components"] if part["added"]] == ["S-2"]
    assert sign_in(whole_desk.charlie).post(f"{address}grant/").status_code == 404
    assert sign_in(whole_desk.audrey).post(f"{address}grant/").status_code == 403
    assert do(sue, ticket, "grant-added", body="We were late, so £10 more is yours.") == 302
    assert Remedy.objects.get(ticket=ticket, rule="S-2").granted_by == whole_desk.sue
    again = sue.post(f"{address}grant/", {}, content_type="application/json")
    assert (again.status_code, Remedy.objects.filter(rule="S-2").count()) == (409, 1)
    page = text_of(sue.get(f"/desk/tickets/{ticket.number}/"))
    assert "added for lateness" not in page and "Granted because we were late, £10.00" in page
