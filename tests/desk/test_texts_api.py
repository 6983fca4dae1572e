"""Reusable texts and the preview of a reply over the API: what is shown is what is sent."""

from typing import Any

import pytest
from django.core import mail
from rest_framework.test import APIClient

from integrations.mail.outgoing import deliver_mail
from tests.builders import NOW, Desk, make_customer, make_ticket
from tests.support.api import token_client
from tickets.models import Event, Message, Outbox, ReusableText, Ticket, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(whole_desk: Desk) -> Ticket:
    """A complaint of a German customer, and texts for it."""
    customer = make_customer("Ines Brandt", language="de")
    found = make_ticket(
        whole_desk, customer=customer, subject="Router tot", language="de",
        facts={"account": "LB-2093-6617"},
    )  # fmt: skip
    for key, body, more in (
        ("thanks", "Dear {first_name},\n\nthank you. Account {account}.", {}),
        ("late", "Dear {first_name}, order {order_number}, since {received}.", {"language": "de"}),
        ("what", "Which account is it?", {"use": "ask"}),
        ("flown", "Your flight, {name}.", {"category": whole_desk.flights}),
        ("old", "Gone.", {"active": False}),
    ):
        ReusableText.objects.create(key=key, name=key.title(), body=body, **more)
    return found


def signed_in(person: User) -> APIClient:
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_texts_that_fit_come_filled_in_the_customers_language_first(
    whole_desk: Desk, ours: Ticket
) -> None:
    for client in (signed_in(whole_desk.alice), token_client()):
        told = client.get(f"/api/v1/tickets/{ours.number}/texts/").json()["results"]
        assert [row["key"] for row in told] == ["late", "thanks"]
        assert told[1]["text"] == "Dear Ines,\n\nthank you. Account LB-2093-6617."
        assert (told[0]["missing"], told[1]["missing"]) == (["Order number"], [])
        assert "⟦Order number⟧" in told[0]["text"]
        assert "Dienstag, 24. November" in told[0]["text"], "as the customer says it"
    asked = token_client().get(f"/api/v1/tickets/{ours.number}/texts/?use=ask").json()["results"]
    assert [row["key"] for row in asked] == ["what"]


def test_a_reply_is_previewed_word_for_word_and_nothing_changes(
    whole_desk: Desk, ours: Ticket, settings: Any
) -> None:
    settings.INBOUND_MAIL_ADDRESS = "complaints@desk.example"
    alice, url = signed_in(whole_desk.alice), f"/api/v1/tickets/{ours.number}/reply/"
    before = Event.objects.count(), Message.objects.count(), Outbox.objects.count()
    seen = alice.post(f"{url}preview/", {"text": "thanks"}, format="json").json()
    assert (Event.objects.count(), Message.objects.count(), Outbox.objects.count()) == before
    assert seen["body"] == "Dear Ines,\n\nthank you. Account LB-2093-6617."
    assert seen["missing"] == []
    typed = alice.post(f"{url}preview/", {"body": f" {seen['body']}\n"}, format="json").json()
    assert typed == seen
    assert alice.post(url, {"body": seen["body"]}, format="json").status_code == 201
    row = Outbox.objects.get(ticket=ours, kind="mail", payload__template="message")
    row.delivered_at = NOW
    deliver_mail(row)
    assert (mail.outbox[-1].subject, mail.outbox[-1].body) == (seen["subject"], seen["text"])
    assert "Sie können auch auf diese E-Mail antworten." in seen["text"]
    settings.INBOUND_MAIL_ADDRESS = ""
    # Nobody is told to write where nobody reads.
    alone = alice.post(f"{url}preview/", {"body": seen["body"]}, format="json").json()
    assert "antworten" not in alone["text"]


def test_what_lacks_is_named_and_is_refused_when_it_is_sent(whole_desk: Desk, ours: Ticket) -> None:
    api, url = token_client(), f"/api/v1/tickets/{ours.number}/reply/"
    seen = api.post(f"{url}preview/", {"text": "late"}, format="json").json()
    assert seen["missing"] == ["Order number"]
    refused = api.post(url, {"body": seen["body"]}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "gaps_left")


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({}, 400, "body"), ({"body": "  "}, 400, "body"), ({"body": "a", "text": "b"}, 400, "body"),
        ({"text": "none"}, 404, "text"), ({"text": "what"}, 404, "text"),
        ({"text": "flown"}, 404, "text"), ({"text": "old"}, 404, "text"),
        ({"body": "x" * 20_001}, 400, "body"), ({"body": 1, "no": 1}, 400, "no"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    whole_desk: Desk, ours: Ticket, sent: dict[str, object], status: int, field: str
) -> None:
    answer = token_client().post(
        f"/api/v1/tickets/{ours.number}/reply/preview/", sent, format="json"
    )
    assert answer.status_code == status, answer.json()
    assert field in str(answer.json())


def test_only_who_may_write_to_the_customer_looks_at_it(whole_desk: Desk, ours: Ticket) -> None:
    texts, preview = (
        f"/api/v1/tickets/{ours.number}/{end}" for end in ("texts/", "reply/preview/")
    )
    sent = {"text": "thanks"}
    for person, status in ((whole_desk.audrey, 403), (whole_desk.charlie, 404)):
        client = signed_in(person)
        assert client.get(texts).status_code == status
        assert client.post(preview, sent, format="json").status_code == status
    reads = token_client("Reader", scopes=["tickets:read"])
    assert reads.post(preview, sent, format="json").status_code == 403
    elsewhere = token_client("Travel", teams=[whole_desk.travel])
    assert elsewhere.post(preview, sent, format="json").status_code == 404
    assert APIClient().get(texts).status_code == 401
    unknown = signed_in(whole_desk.alice).get(f"{texts}?use=sing")
    assert unknown.status_code == 400 and "reply, ask, note" in str(unknown.json())
    assert signed_in(whole_desk.alice).get(f"{texts}?page=2").status_code == 400
