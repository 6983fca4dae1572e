"""What stands plainly in an apology is seen, and what takes it back is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedies.apology import PARTS, check_apology

GOOD = (
    "Dear Ms Calloway, I am sorry. You were without service for nine days because the exchange "
    "job was closed too early. That was our fault, not yours. From now on nobody closes a job "
    "before the line is tested. We will pay £248.40 to put it right."
)


def seen(text: str) -> set[str]:
    """Keys of the parts that were recognised."""
    return {part.key for part in check_apology(text).parts if part.present}


def test_a_whole_apology_has_nothing_missing() -> None:
    found = check_apology(GOOD)
    assert found.missing == ()
    assert found.complete
    assert [part.key for part in found.parts] == [
        "regret", "explanation", "responsibility", "change", "repair", "forgiveness",
    ]  # fmt: skip
    assert not found.parts[-1].present


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("We are sorry.", "regret"),
        ("We're very sorry for this.", "regret"),
        ("I apologise.", "regret"),
        ("Please take our sincere apologies.", "regret"),
        ("It happened because a cable broke.", "explanation"),
        ("What went wrong: two jobs had one number.", "explanation"),
        ("We were wrong.", "responsibility"),
        ("That was our mistake.", "responsibility"),
        ("We should have called you.", "responsibility"),
        ("We did not keep two visits.", "responsibility"),
        ("It will not happen again.", "change"),
        ("We have changed the form.", "change"),
        ("We are training the team.", "change"),
        ("This is how we want to put it right.", "repair"),
        ("We refund the fee.", "repair"),
        ("You get £20 back.", "repair"),
    ],
)
def test_plain_words_are_recognised(text: str, key: str) -> None:
    assert key in seen(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We are sorry you feel this way.", "sorry for the customer"),
        ("We are sorry if this upset you.", "doubts"),
        ("We apologise for any inconvenience.", "names nothing"),
        ("Mistakes were made.", "nobody in it"),
        ("We are sorry for the delay, but you called late.", "takes back"),
        ("As per our policy, no.", "the file"),
    ],
)
def test_what_takes_an_apology_back_is_named(text: str, words: str) -> None:
    notes = check_apology(text).notes
    assert any(words in note for note in notes)


def test_sorry_you_feel_is_no_regret() -> None:
    assert "regret" not in seen("We are sorry you feel that we let things slip.")


def test_forgiveness_comes_only_after_all_else() -> None:
    assert check_apology(f"{GOOD} We hope that you can forgive us.").notes == ()
    assert check_apology(f"Forgive us. {GOOD}").notes == (
        "It asks forgiveness before all else was said.",
    )
    (note,) = check_apology("We are sorry. Please forgive us.").notes
    assert note == "It asks forgiveness, and explanation is not there yet."


def test_an_empty_text_lacks_every_part_but_forgiveness() -> None:
    assert check_apology("").missing == tuple(part.label for part in PARTS)


@given(st.text(max_size=400), st.text(max_size=400))
def test_saying_more_never_makes_a_part_disappear(text: str, more: str) -> None:
    before = seen(text)
    if "sorry" not in more.lower() and "sorry" not in text.lower():
        assert before <= seen(f"{text}\n\n{more}")


def test_a_german_apology_is_read_too() -> None:
    text = (
        "Es tut uns sehr leid. Der Techniker kam nicht, weil der Termin verloren ging. Wir haben "
        "einen Fehler gemacht. Damit das nicht wieder geschieht, ändern wir die Terminliste. Wir "
        "erstatten Ihnen den Monat."
    )
    assert check_apology(text).complete
    empty = check_apology(
        "Es tut uns leid, dass Sie es so empfinden. Etwaige Unannehmlichkeiten bedauern wir, aber "
        "es wurden Fehler gemacht."
    )
    assert len(empty.notes) == 4
    assert "responsibility" in empty.missing
