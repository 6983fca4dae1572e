"""Merging and splitting on the page, by plain forms; and what other apps refuse."""

import datetime as dt
import re

import pytest
from django.test import Client

from integrations.mail.incoming import receive_mail
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, text_of
from tests.remedies.builders import make_hurt, sent_offer
from tickets import services
from tickets.errors import Conflict
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def alice(sign_in: SignIn, whole_desk: Desk) -> Client:
    """Alice's browser."""
    return sign_in(whole_desk.alice)


@pytest.fixture
def other(whole_desk: Desk, ticket: Ticket) -> Ticket:
    """The same customer's again."""
    return make_ticket(whole_desk, customer=ticket.customer, points=["Nobody answers"])


def test_a_merge_by_form_leads_everybody_to_the_survivor(
    alice: Client, client: Client, ticket: Ticket, other: Ticket
) -> None:
    url = f"/desk/tickets/{ticket.number}/"
    body = alice.get(f"{url}?do=merge").content.decode()
    assert "Merge another into this" in body
    assert f'<option value="{other.number}">{other.subject}</option>' in body
    empty = alice.post(f"{url}merge/", {"other": "", "reason": ""})
    assert empty.status_code == 422
    done = alice.post(f"{url}merge/", {"other": other.number, "reason": "One outage"}, follow=True)
    assert f"{other.number} is part of this ticket now." in text_of(done)
    assert "Nobody answers" in text_of(done)
    undo = done.content.decode().split('action="/desk/bulk/')[1].split('"')[0]
    back = alice.post(f"/desk/bulk/{undo}", {"next": url}, follow=True)
    assert "Undone: 1 ticket is as before." in text_of(back)
    assert f"{other.number} is no longer part of this" in text_of(back)
    assert alice.get(f"/desk/tickets/{other.number}/").status_code == 200
    alice.post(f"{url}merge/", {"other": other.number, "reason": "One outage after all"})
    late = alice.post(f"/desk/bulk/{undo}", {"next": url}, follow=True)
    assert "This was undone already." in text_of(late)
    led = alice.get(f"/desk/tickets/{other.number}/")
    assert (led.status_code, led["Location"]) == (302, url)
    own = alice.get(f"/desk/tickets/{other.number}/?own=1")
    assert own.status_code == 200
    assert "ecame part of" in text_of(own)
    assert alice.post(f"/desk/tickets/{other.number}/note/", {"body": "x"}).status_code == 409
    page = client.get(f"/c/{other.access_key}/")
    assert ticket.number in text_of(page)
    told = f"It is all together here, with the number {ticket.number}."
    assert told in text_of(page) and told not in text_of(client.get(f"/c/{ticket.access_key}/"))
    survivor = text_of(alice.get(url))
    assert f"Part of this: {other.number}" in survivor and "Has a duplicate" not in survivor
    assert "Earlier complaints 0" in survivor and "Unlink" not in survivor


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_link_that_was_a_mistake_is_taken_away_from_either_side(
    alice: Client, ticket: Ticket, other: Ticket, side: str
) -> None:
    alice.post(f"/desk/tickets/{ticket.number}/link/", {"other": other.number, "kind": "follow_up"})
    here, there = (ticket, other) if side == "ours" else (other, ticket)
    page = alice.get(f"/desk/tickets/{here.number}/")
    form = page.content.decode().split(f'action="/desk/tickets/{here.number}/unlink/"')[1]
    fields = dict(
        re.findall(r'name="(other|kind|from_there)" value="([^"]*)"', form.split("</form>")[0])
    )
    done = alice.post(f"/desk/tickets/{here.number}/unlink/", fields, follow=True)
    assert f"No longer linked with {there.number}." in text_of(done)
    assert not ticket.links_out.exists() and not other.links_out.exists()
    # A slip is taken back: the two are linked as they were, whoever was linked with whom.
    undo = done.content.decode().split('action="/desk/bulk/')[1].split('"')[0]
    alice.post(f"/desk/bulk/{undo}", {"next": f"/desk/tickets/{here.number}/"})
    assert [(row.other, row.kind) for row in ticket.links_out.all()] == [(other, "follow_up")]
    assert not other.links_out.exists()


def test_a_merge_that_can_not_be_is_said_at_its_form(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    url = f"/desk/tickets/{ticket.number}/merge/"
    itself = alice.post(url, {"other": ticket.number, "reason": "One"})
    assert itself.status_code == 409
    assert "merged with itself" in text_of(itself)
    hidden = make_ticket(whole_desk, customer=ticket.customer, category=whole_desk.flights)
    assert alice.post(url, {"other": hidden.number, "reason": "One"}).status_code == 404


def test_points_are_split_off_by_form(alice: Client, whole_desk: Desk, ticket: Ticket) -> None:
    services.add_point(ticket, "No visit", actor=user(whole_desk.alice), now=NOW)
    url = f"/desk/tickets/{ticket.number}/"
    assert "Which points?" in text_of(alice.get(f"{url}?do=split"))
    points = [point.pk for point in ticket.points.all()]
    refused = alice.post(f"{url}split/", {"points": points, "reason": "Two"})
    assert "Leave at least one point here." in text_of(refused)
    done = alice.post(f"{url}split/", {"points": points[-1:], "reason": "Two"}, follow=True)
    new = Ticket.objects.latest("id")
    assert f"Split off: {new.number}." in text_of(done)
    assert [point.text for point in new.points.all()] == ["No visit"]
    assert alice.get(f"/desk/tickets/{new.number}/").status_code == 200


def test_whoever_splits_says_which_facts_go_with_which(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    actor = user(whole_desk.alice)
    services.add_point(ticket, "No visit", actor=actor, now=NOW)
    services.set_facts(ticket, {"visits_missed": 2, "account": "L-44"}, actor=actor, now=NOW)
    url = f"/desk/tickets/{ticket.number}/"
    form = text_of(alice.get(f"{url}?do=split"))
    assert "Visits missed: 2" in form
    assert "Goes with the points" in form
    assert "<legend>Which points?" in alice.get(f"{url}?do=split").content.decode()
    point = ticket.points.latest("id").pk
    data = {"points": [point], "reason": "Two", "fact-visits_missed": "there"}
    alice.post(f"{url}split/", data)
    new = Ticket.objects.latest("id")
    ticket.refresh_from_db()
    assert new.facts == {"visits_missed": "2", "account": "L-44"}
    assert ticket.facts == {"account": "L-44"}


def test_an_open_offer_of_the_other_refuses_the_merge_and_is_named(whole_desk: Desk) -> None:
    hurt = make_hurt(whole_desk)
    into = make_ticket(whole_desk, customer=hurt.customer)
    offer = sent_offer(whole_desk, hurt)
    assert offer.total
    with pytest.raises(Conflict, match=f"{hurt.number} has an offer of £"):
        services.merge_tickets(into, hurt, reason="One", actor=user(whole_desk.alice), now=LATER)
    hurt.refresh_from_db()
    assert hurt.is_open
    assert not into.events.filter(type="merged_in").exists()


def test_a_draft_of_the_other_is_withdrawn_and_the_survivor_is_drafted_anew(
    whole_desk: Desk,
) -> None:
    hurt = make_hurt(whole_desk)
    into = make_ticket(whole_desk, customer=hurt.customer)
    services.merge_tickets(into, hurt, reason="One", actor=user(whole_desk.alice), now=LATER)
    assert set(hurt.offers.values_list("status", flat=True)) == {"withdrawn"}
    into.refresh_from_db()
    assert into.loss_minor == 3140
    assert into.offers.get(status="draft").total


def test_mail_to_the_other_is_heard_on_the_survivor(
    whole_desk: Desk, ticket: Ticket, other: Ticket
) -> None:
    services.merge_tickets(ticket, other, reason="One", actor=user(whole_desk.alice), now=LATER)
    email = ticket.customer.contacts.get(kind="email").normalized
    raw = (
        f"From: Ines <{email}>\r\nTo: help@example.org\r\nMessage-ID: <again@example.org>\r\n"
        f"Subject: Re: [{other.number}]\r\n\r\nAny news?\r\n"
    )
    received = receive_mail(raw.encode(), now=LATER)
    assert (received.result, received.ticket) == ("answered", ticket)
