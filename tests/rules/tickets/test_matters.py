"""The matter in one line: what the customer wrote behind the greeting."""

import pytest

from tickets.matters import LONGEST, matter_of

TOLD = [
    ("My bag did not arrive. I wait.", "My bag did not arrive"),
    ("Dear Sir or Madam,\n\nmy bag did not arrive. I wait.", "my bag did not arrive"),
    ("Hello\n\nMy bag did not arrive.", "My bag did not arrive."),
    ("Hi there! My bag did not arrive.", "My bag did not arrive."),
    ("Good morning Linden team, my bag did not arrive", "my bag did not arrive"),
    ("To whom it may concern:\nThe oven is cold.", "The oven is cold."),
    ("Dear Sir,\nGood evening.\nThe oven is cold.", "The oven is cold."),
    ("Sehr geehrte Damen und Herren, das Paket kam nie.", "das Paket kam nie."),
    ("Liebes Linden-Team,\ndas Paket kam nie.", "das Paket kam nie."),
    ("Bonjour Madame, le colis est perdu.", "le colis est perdu."),
    ("Estimados señores:\nel paquete no llegó.", "el paquete no llegó."),
    ("السلام عليكم،\nلم يصل الطرد.", "لم يصل الطرد."),
    # No greeting, though it begins like one.
    ("Hello Fresh sent me the wrong box, again", "Hello Fresh sent me the wrong box, again"),
    ("Hi-fi set came broken, twice", "Hi-fi set came broken, twice"),
    ("Lieber nie wieder bei Ihnen, so war das", "Lieber nie wieder bei Ihnen, so war das"),
    ("Hello,", "Hello,"),
    # What ends no sentence, and what says nothing alone.
    ("Dr. Smith's order of 19. November is lost. Find it.",
     "Dr. Smith's order of 19. November is lost"),
    ("Help! The oven burns. Now.", "Help! The oven burns"),
    ("Kein Internet seit dem 10. November. Niemand hilft.", "Kein Internet seit dem 10. November"),
    ("Am 1. Dezember kam nichts! Und jetzt?", "Am 1. Dezember kam nichts"),
    ("The bill was £40. I paid 30.", "The bill was £40"),
    ("You lost order 208715. Find it.", "You lost order 208715"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "matter"), TOLD)
def test_the_matter_is_the_first_sentence_behind_the_greeting(body: str, matter: str) -> None:
    assert matter_of(body) == matter


def test_a_long_one_is_cut_at_a_word_or_within_a_very_long_one() -> None:
    assert matter_of("the parcel " * 20).endswith("the parcel…")
    cut = matter_of("Das ist " + "Donaudampfschifffahrtsgesellschaft" * 4)
    assert len(cut) == LONGEST and cut.startswith("Das ist Donau")


def test_no_text_takes_long() -> None:
    assert len(matter_of("Dear " + "sir or madam " * 5_000)) <= LONGEST
