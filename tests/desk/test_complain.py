"""The public form: what it takes in, what it refuses, and the page that confirms it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.builders import Desk
from tests.desk.pages import SignIn, a_picture, text_of
from tickets.models import Customer, Ticket

pytestmark = pytest.mark.django_db

GOOD = {
    "token": "a-token-of-this-form",
    "category": "broadband",
    "body": "We had no internet for nine days. Nobody came.",
    "wishes": ["apology", "money_back"],
    "wish": "£50 would be fair",
    "loss": "31.40",
    "currency": "GBP",
    "name": "Ines Calloway",
    "email": "Ines@Example.org",
    "factor_consequence": "serious",
    "fact_account": "LB-4471",
}


@pytest.fixture
def form(whole_desk: Desk) -> Client:
    return Client()


def send(client: Client, **over: object) -> Any:
    values = {**GOOD, **over}
    return client.post("/complain/", {k: v for k, v in values.items() if v is not None})


def test_the_form_needs_no_account_and_says_what_happens_by_when(form: Client) -> None:
    words = text_of(form.get("/complain/"))
    assert "Tell us what went wrong" in words
    assert "By Wednesday 25 November" in words


def test_a_complaint_becomes_a_ticket_with_everything_that_was_said(form: Client) -> None:
    response = send(form, attachments=SimpleUploadedFile("modem.png", a_picture()))
    ticket = Ticket.objects.get()
    assert response["Location"] == f"/complain/received/{ticket.access_key}/"
    assert ticket.customer.name == "Ines Calloway"
    assert ticket.category.key == "broadband"
    assert ticket.facts["account"] == "LB-4471"
    assert ticket.factors == {"consequence": "serious"}
    assert (ticket.loss_minor, ticket.loss_currency) == (3140, "GBP")
    assert "£50 would be fair" in ticket.wish and "An apology" in ticket.wish
    assert ticket.pain == 4
    assert ticket.attachments.get().name == "modem.png"
    assert ticket.outbox.filter(kind="mail").exists()


def test_the_next_page_tells_number_link_and_dates(form: Client) -> None:
    page = form.get(send(form)["Location"])
    ticket = Ticket.objects.get()
    words = text_of(page)
    assert ticket.number in words
    assert f"/c/{ticket.access_key}/" in words
    assert "A named person answers." in words


def test_the_same_form_sent_twice_is_one_complaint(form: Client) -> None:
    assert send(form)["Location"] == send(form)["Location"]
    assert Ticket.objects.count() == 1


def test_somebody_elses_token_leads_to_nobody_elses_complaint(form: Client) -> None:
    first = send(form)["Location"]
    second = send(form, email="other@example.org")
    assert second.status_code == 302 and second["Location"] != first
    assert Ticket.objects.count() == 2


def test_the_same_form_about_another_matter_is_another_complaint(form: Client) -> None:
    first = send(form)["Location"]
    assert send(form, body="The bill came twice.")["Location"] != first
    bodies = {ticket.messages.get().body for ticket in Ticket.objects.all()}
    assert bodies == {GOOD["body"], "The bill came twice."}


def test_what_a_program_fills_in_is_held_once_and_a_person_can_send_it_on(form: Client) -> None:
    held = send(form, website="https://spam.example")
    assert held.status_code == 422
    assert "only programs fill in" in text_of(held)
    assert b"spam.example" not in held.content
    assert not Ticket.objects.exists()
    assert send(form, website="").status_code == 302


def test_a_part_of_the_category_is_taken_and_its_facts_asked_for(form: Client) -> None:
    page = form.get("/complain/questions/?category=broadband&part=outage").content.decode()
    assert "fact_days_without" in page
    send(form, part="outage", fact_days_without="9")
    ticket = Ticket.objects.get()
    assert ticket.category.key == "outage"
    assert ticket.facts["days_without"] == "9"


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"category": ""}, "Choose what it is about"),
        ({"category": "nonsense"}, "What is it about?"),
        ({"body": "   "}, "Please tell us what happened."),
        ({"body": "x" * 20_001}, "20000 characters"),
        ({"name": ""}, "Please tell us your name."),
        ({"email": ""}, "We need an address to answer to."),
        ({"email": "ines at home"}, "valid email address"),
        ({"phone": "not a number"}, "A phone number looks like"),
        ({"loss": "much"}, "A sum is digits and a point"),
        ({"loss": "1.234"}, "2 decimal places at most"),
        ({"loss": "-5"}, "A loss can't be below zero."),
        ({"currency": "XXX"}, "XXX is not one of the available choices"),
        ({"factor_consequence": "terrible"}, "terrible is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    form: Client, over: dict[str, str], said: str
) -> None:
    response = send(form, **over)
    assert response.status_code in {400, 422}
    assert said in text_of(response)
    assert not Ticket.objects.exists()


def test_a_wrong_fact_is_said_at_its_field(form: Client) -> None:
    response = send(form, part="outage", fact_days_without="many")
    assert response.status_code == 422
    assert "Days without should be a number" in text_of(response)
    assert 'id="id_fact_days_without_error"' in response.content.decode()


def test_a_file_too_large_is_named(form: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.services.files.MAX_BYTES", 20)
    response = send(form, attachments=SimpleUploadedFile("modem.png", a_picture()))
    assert response.status_code in {400, 422}
    assert "modem.png can't be attached" in text_of(response)
    assert not Ticket.objects.exists()


def test_everything_that_is_wrong_is_named_at_once_and_what_was_typed_is_kept(
    form: Client,
) -> None:
    response = send(
        form,
        part="outage",
        name="",
        phone="not a number",
        loss="-5",
        fact_days_without="many",
        fact_visits_missed="some",
        attachments=SimpleUploadedFile("virus.exe", b"MZ"),
    )
    assert response.status_code == 422
    words, page = text_of(response), response.content.decode()
    for said in (
        "Please tell us your name.",
        "A phone number looks like",
        "A loss can't be below zero.",
        "Days without should be a number",
        "Visits missed should be a number",
        "virus.exe can't be attached",
    ):
        assert words.count(said) == 2, f"above the form and at the field: {said}"
    for field in ("name", "phone", "loss", "fact_days_without", "fact_visits_missed"):
        assert f'id="id_{field}_error"' in page
    for typed in ("not a number", "-5", "many", "some", "LB-4471", "Ines@Example.org"):
        assert f'value="{typed}"' in page
    assert not Customer.objects.exists()


def test_files_have_to_be_attached_again_and_the_form_says_so(form: Client) -> None:
    two = [SimpleUploadedFile("modem.png", a_picture()), SimpleUploadedFile("virus.exe", b"MZ")]
    refused = text_of(send(form, attachments=two))
    assert "virus.exe can't be attached" in refused
    assert "Please attach modem.png again" in refused
    other = text_of(send(form, email="", attachments=SimpleUploadedFile("a.png", a_picture())))
    assert "Please attach a.png again: files can’t be kept until this is sent." in other


def test_hostile_words_come_back_as_words(form: Client) -> None:
    page = send(form, email="", body="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_bytes_that_are_no_text_do_no_harm(form: Client) -> None:
    response = form.post(
        "/complain/",
        b"category=broadband&body=caf\xe9\x00&name=A&email=a@example.org",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code in {302, 400, 422}


def test_a_known_address_is_the_same_customer(form: Client) -> None:
    send(form)
    send(form, token="another", name="I. Calloway", email="ines@example.org")
    assert Customer.objects.count() == 1
    assert Ticket.objects.count() == 2


def test_the_link_is_sent_again_to_the_address_on_record_only(form: Client) -> None:
    send(form)
    ticket = Ticket.objects.get()
    before = ticket.outbox.count()
    said = [
        text_of(form.post("/complain/find/", {"number": ticket.number, "email": email}))
        for email in ("stranger@example.org", "ines@example.org")
    ]
    assert said[0] == said[1]
    assert ticket.outbox.count() == before + 1


def test_the_root_leads_people_where_they_belong(
    form: Client, sign_in: SignIn, whole_desk: Desk
) -> None:
    assert form.get("/")["Location"] == "/complain/"
    assert sign_in(whole_desk.alice).get("/")["Location"] == "/desk/"
