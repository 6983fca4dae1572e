"""Customers are spoken to in their language: on the form, on their page, in mail, in the survey."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from desk.forms.ticket import fact_field
from integrations.mail.texts import next_steps, received_text
from remedies.models import Offer
from remedies.services.letters import letter_for, until_words
from tests.builders import NOW, Desk, make_customer
from tests.desk.pages import SignIn, text_of
from tests.desk.test_complain import GOOD
from tests.remedies.builders import make_hurt, sent_offer
from tickets.actors import Actor
from tickets.change import changing
from tickets.facts import FactSpec, words_of
from tickets.languages import is_right_to_left, known, speaking
from tickets.mailed import message_text
from tickets.models import Alert, Ticket, User
from tickets.money import plain_typed, typed_digits, typed_sum
from tickets.rules import FactKind
from tickets.saying import Phrase

pytestmark = pytest.mark.django_db

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
#: English that would show that something was forgotten.
FORGOTTEN = re.compile(r"\b(the|you|your|we|with|what|and|please|complaint)\b", re.IGNORECASE)


@pytest.fixture
def german(whole_desk: Desk) -> Ticket:
    """An offer was sent to a customer who speaks German."""
    ticket = make_hurt(whole_desk, customer=make_customer("Jana Winter", language="de"))
    Ticket.objects.filter(pk=ticket.pk).update(language="de")
    sent_offer(whole_desk, ticket)
    return ticket


def test_the_form_speaks_the_language_of_the_browser(whole_desk: Desk) -> None:
    page = Client(headers=GERMAN).get("/complain/")
    words = text_of(page)
    assert "Sagen Sie uns, was schiefgegangen ist" in words
    assert "Bis Mittwoch, 25. November" in words
    assert '<html lang="de"' in page.content.decode()


def test_what_is_wrong_is_told_in_that_language(whole_desk: Desk) -> None:
    words = text_of(
        Client(headers=GERMAN).post("/complain/", {"category": "broadband", "loss": "-1"})
    )
    assert "Noch nicht abgeschickt." in words
    assert "Bitte sagen Sie uns, was passiert ist." in words
    assert "Bitte nennen Sie uns Ihren Namen." in words
    assert "Ein Schaden kann nicht unter null liegen." in words


def test_a_complaint_keeps_the_language_in_which_it_was_made(whole_desk: Desk) -> None:
    made = Client(headers=GERMAN).post("/complain/", GOOD)
    ticket = Ticket.objects.get()
    assert (ticket.language, ticket.customer.language) == ("de", "de")
    assert "Eine Entschuldigung" in ticket.wish
    # A page that somebody else's browser opens is still in the language of the complaint.
    assert "Danke. Ihre Beschwerde ist bei uns." in text_of(Client().get(made["Location"]))
    assert "Ihre Beschwerde ist bei uns, Ines." in text_of(Client().get(f"/c/{ticket.access_key}/"))


def test_the_own_page_and_the_offer_are_in_the_language_of_the_complaint(german: Ticket) -> None:
    page = Client().get(f"/c/{german.access_key}/")
    words = text_of(page)
    assert "Der Fehler lag bei uns, Jana. So möchten wir es in Ordnung bringen." in words
    assert re.search(r"\d,\d\d £ annehmen", words)
    assert "Sie entscheiden bis" in words
    # What is left of English are the texts of the policy and of the rep.
    frame = re.sub(r"(?s)<(ul|details class=\"how\"|div class=\"letters\").*?</\1>", "", words)
    assert len(FORGOTTEN.findall(frame.split("Was wir einander geschrieben haben")[0])) < 60


def test_what_was_chosen_on_the_device_counts_more(german: Ticket) -> None:
    client = Client()
    own = f"/c/{german.access_key}/"
    chosen = client.post("/i18n/setlang/", {"language": "en", "next": own})
    assert chosen["Location"] == own
    assert "We were wrong, Jana." in text_of(client.get(own))


def test_a_language_that_there_is_not_is_answered_in_ours(whole_desk: Desk) -> None:
    ticket = make_hurt(whole_desk)
    Ticket.objects.filter(pk=ticket.pk).update(language="xx-unknown")
    assert "We have your complaint" in text_of(Client().get(f"/c/{ticket.access_key}/"))


def test_a_person_of_the_desk_chooses_its_language(whole_desk: Desk, sign_in: SignIn) -> None:
    client = sign_in(whole_desk.alice)
    assert '<html lang="en"' in client.get("/desk/").content.decode()
    chosen = {"language": "de", "digest_after": "5", "digest_minutes": "15"}
    client.post("/desk/alerts/settings/", chosen)
    whole_desk.alice.refresh_from_db()
    assert whole_desk.alice.language == "de"
    page = client.get("/desk/").content.decode()
    assert '<html lang="de"' in page
    # What scripts say comes in a file that browsers keep, and that is another one when it changes.
    words = re.search(r'<script src="(/desk/words/de\.[0-9a-f]+\.js)" defer>', page)
    assert words
    script = client.get(words[1], headers={"Accept-Encoding": "gzip"})
    assert "immutable" in script["Cache-Control"]
    assert client.get("/desk/words/de.0.js")["Location"] == words[1]
    assert client.get("/desk/words/fr.0.js").status_code == 404
    wrong = client.post("/desk/alerts/settings/", chosen | {"language": "xx"})
    assert wrong.status_code == 422


def test_what_is_refused_explained_and_proposed_is_in_its_readers_language(
    german: Ticket, whole_desk: Desk, sign_in: SignIn
) -> None:
    """A rep who reads German: what a page refuses, and how a deadline is explained. The letter that
    is proposed to him is in the customer's language, whatever his own."""
    User.objects.filter(pk=whole_desk.alice.pk).update(language="de")
    client = sign_in(User.objects.get(pk=whole_desk.alice.pk))
    refused = client.get("/desk/tickets/A-10011/deadlines/")
    assert "A-10011 ist keine Vorgangsnummer: Die Prüfziffer stimmt nicht" in text_of(refused)
    explained = text_of(client.get(f"/desk/tickets/{german.number}/deadlines/"))
    assert "Arbeitszeit" in explained
    assert not re.search(r"of working time|as promised|step \d|of the path", explained)
    offer = Offer.objects.get(ticket=german)
    with speaking("en"):
        until = until_words(NOW, german)
        letter = letter_for(offer, sender="Alice", until=until)
    assert until == "Dienstag, 24. November"
    assert letter.startswith("Guten Tag Jana Winter,\n\nSie haben uns dazu geschrieben:")
    assert "Wir haben einen Fehler gemacht, und das tut uns leid." in letter
    assert re.search(r"in Ordnung bringen, zusammen \d+,\d\d\s£:", letter)
    assert letter.endswith("Mit freundlichen Grüßen\nAlice")


def test_the_language_of_the_desk_is_chosen_over_the_api(whole_desk: Desk, sign_in: SignIn) -> None:
    client = sign_in(whole_desk.alice)
    address = "/api/v1/me/alert-settings/"
    assert client.get(address).json()["language"] == ""

    def put(values: dict[str, str]) -> Any:
        return client.put(address, json.dumps(values), content_type="application/json")

    assert put({"language": "de"}).json()["language"] == "de"
    assert put({"time_zone": "Europe/Berlin"}).json()["language"] == "de"
    refused = put({"language": "xx"})
    assert refused.status_code == 400
    assert "language" in refused.content.decode()
    assert put({"language": ""}).json()["language"] == ""


def test_who_chose_no_language_is_spoken_to_as_the_browser_asks_and_mailed_in_the_same(
    german: Ticket, whole_desk: Desk, sign_in: SignIn
) -> None:
    alice = whole_desk.alice
    client = sign_in(alice)
    address = f"/desk/tickets/{german.number}/"

    def words(**headers: str) -> str:
        return text_of(client.get(address, headers=headers))

    def told() -> str:
        alice.refresh_from_db()
        with changing(german.pk, actor=Actor.of_user(whole_desk.sue), now=NOW) as change:
            key = f"told:{alice.reads}"
            change.alert(
                alice,
                key=key,
                text=Phrase("{number} is yours now: {subject}", number="A-1", subject="x"),
            )
        return Alert.objects.get(user=alice, key=key).text

    assert "today" in words() and told() == "A-1 is yours now: x"
    german_words = words(**GERMAN)
    assert "heute" in german_words and "today" not in german_words
    assert told() == "A-1 ist jetzt Ihrer: x"
    # A language that there is not: the desk's own. Who chose one has it, whatever the browser says.
    assert "today" in words(**{"Accept-Language": "pt-BR"})
    User.objects.filter(pk=alice.pk).update(language="de")
    assert "heute" in words(**{"Accept-Language": "en"})
    parts = ({"Accept-Language": "en"}, GERMAN)
    User.objects.filter(pk=alice.pk).update(language="")
    live = [client.get("/desk/live/frame/", headers=asked).content.decode() for asked in parts]
    assert "Vorgänge" not in live[0] and live[0] != live[1]


def test_mails_are_in_the_language_of_the_complaint() -> None:
    due = {"first_response": "2026-11-26T16:00:00+00:00"}
    with speaking("de"):
        text = received_text(
            name="Jana Weiß", number="A-100016", subject="Kein Netz",
            steps=next_steps(due, zone="Europe/Berlin"), link="https://desk.example/c/x/",
            answers=True,
        )  # fmt: skip
        mail = message_text(
            body="Hallo.", number="A-100016", link="https://desk.example/c/x/", answers=True
        )
    assert "Bis Donnerstag, 26. November 2026, 17:00 Uhr (Zeit in Berlin)" in text
    assert "Guten Tag Jana Weiß,\n\ndanke, dass Sie es uns sagen." in text
    assert "Ihre Beschwerde „Kein Netz“ ist bei uns" in text
    assert "Ihre Beschwerde A-100016:" in mail
    assert not FORGOTTEN.findall(text)


@pytest.mark.parametrize(
    ("language", "typed", "digits"),
    [
        ("en", "1,250.50", "1250.50"),
        ("en", "1,250", "1250"),
        ("en", "12.50", "12.50"),
        ("de", "1.250,50", "1250.50"),
        ("de", "1.250", "1250"),
        ("de", "1.250.000", "1250000"),
        ("de", "12,5", "12.5"),
        ("de", "12,345", "12.345"),
        ("de", "12.50", "12.50"),  # a decimal point is understood, too
    ],
)
def test_numbers_are_typed_in_the_form_in_which_they_are_read(
    language: str, typed: str, digits: str
) -> None:
    with speaking(language):
        assert typed_digits(typed) == digits
        assert typed_digits(plain_typed(digits)) == digits
        assert typed_sum(f"{typed} €") == typed_sum(f"€{typed}") == (digits, "EUR")


def test_a_sum_and_facts_are_typed_and_shown_in_the_readers_form(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    """What a German rep types, what is stored, and what he reads; a sum in another currency than
    the field's is refused, and nothing typed is taken for a thousandth of what was meant."""
    alice = whole_desk.alice
    User.objects.filter(pk=alice.pk).update(language="de", time_zone="Europe/Berlin")
    client = sign_in(User.objects.get(pk=alice.pk))
    ticket = make_hurt(whole_desk, customer=make_customer("Jana Winter", language="de"))
    at = f"/desk/tickets/{ticket.number}/"
    wrong = client.post(f"{at}loss/", {"amount": "1.250 €", "currency": "GBP"})
    assert wrong.status_code == 400 and "Diese Summe ist in GBP." in text_of(wrong)
    assert client.post(f"{at}loss/", {"amount": "1.250", "currency": "GBP"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.loss_minor == 125_000
    assert "1.250,00\xa0£" in client.get(at).content.decode()
    spec = FactSpec(name="price", label="Preis", kind=FactKind.MONEY)
    on = FactSpec(name="on", label="Am", kind=FactKind.MOMENT)
    speed = FactSpec(name="speed", label="Tempo", kind=FactKind.NUMBER, unit="Mbit/s")
    with speaking("de"):
        assert fact_field(spec).clean("1.250,5 EUR") == "1250.5 EUR"
        assert words_of(spec, {"minor": 125_050, "currency": "EUR"}) == "1.250,50\xa0€"
        assert words_of(speed, "12.5") == "12,5 Mbit/s"
        goods = FactSpec(name="g", label="Ware", kind=FactKind.CHOICE, choices=("not_received",))
        assert list(fact_field(goods).widget.choices)[1:] == [("not_received", "nicht erhalten")]
        stored = "2026-11-22T14:00:00+00:00"
        assert words_of(on, stored, zone="Europe/Berlin") == "So, 22. Nov. 2026, 15:00 Uhr"


@pytest.mark.parametrize("code", ["ar", "he"])
def test_a_desk_that_adds_a_language_read_from_right_to_left_turns_by_itself(
    german: Ticket, whole_desk: Desk, sign_in: SignIn, settings: Any, code: str
) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, (code, code)]
    User.objects.filter(pk=whole_desk.mona.pk).update(language=code)
    mona = sign_in(whole_desk.mona)
    number = german.number
    ticket = f"tickets/{number}/"
    rest = "exceptions late customers insight policies alerts keys settings start".split()
    places = [
        "",
        ticket,
        f"{ticket}deadlines/",
        "settings/calendars/+/",
        *(f"{at}/" for at in rest),
    ]
    for place in places:
        page = mona.get(f"/desk/{place}", follow=True)
        assert page.status_code == 200, place
        text = page.content.decode()
        assert f'<html lang="{code}" dir="rtl"' in text and "desk/turned" in text, place
    form = Client(headers={"Accept-Language": code}).get("/complain/").content.decode()
    assert f'<html lang="{code}" dir="rtl"' in form
    Ticket.objects.filter(pk=german.pk).update(language=code)
    own = Client().get(f"/c/{german.access_key}/").content.decode()
    assert f'<html lang="{code}" dir="rtl"' in own
    assert known(code) == code and is_right_to_left(code)
    assert is_right_to_left("ar-EG") and not is_right_to_left("de") and known("fr") == ""
