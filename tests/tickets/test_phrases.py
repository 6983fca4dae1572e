"""Words of modules that know no Django: said in the language of whoever reads them."""

import datetime as dt

from django.utils import translation

from tickets.errors import Missing, NotFound, WrongStatus
from tickets.saying import Phrase, retold, spelled


def test_a_phrase_is_said_in_the_language_that_is_active_and_its_values_too() -> None:
    late = Phrase(
        "Missed, the promise {promise} on {matter}",
        promise=Phrase("of a first answer"),
        matter="A-10019: {promise}",
    )
    assert str(late) == "Missed, the promise of a first answer on A-10019: {promise}"
    with translation.override("de"):
        assert str(late) == "Versäumt: die Zusage einer ersten Antwort zu A-10019: {promise}"


def test_what_was_written_down_in_english_is_told_again_with_its_numbers() -> None:
    assert retold("Handed over 4 times") == "Handed over 4 times"
    with translation.override("de"):
        assert retold("Handed over 4 times") == "4-mal übergeben"
        assert retold("Third contact") == "Dritter Kontakt"
        assert retold("level 3") == "Stufe 3"
        assert retold("12 of my own {n} words, 7") == "12 of my own {n} words, 7"


def test_days_are_spelled_as_a_language_does() -> None:
    day = dt.date(2026, 3, 2)
    assert spelled(day, "%a %A %-d %b %B %Y") == day.strftime("%a %A %-d %b %B %Y")
    with translation.override("de"):
        assert spelled(day, "%A, %-d. %B %Y") == "Montag, 2. März 2026"


def test_an_error_stays_english_for_logs_and_is_told_to_people_in_their_language() -> None:
    error = WrongStatus(status="waiting_customer", to="open", field="status")
    english = "A ticket that is waiting_customer can't become open."
    assert (error.message, str(error)) == (english, english)
    with translation.override("de"):
        german = "Ein Vorgang, der „wartet auf den Kunden“ ist, kann nicht „offen“ werden."
        assert (error.message, str(error)) == (german, english)
        assert Missing(what="x").message == "Es fehlt: x."
        assert NotFound().message.startswith("Unter diesem Namen")
    assert error.params == {"status": "waiting_customer", "to": "open"}
