"""Facts filled into texts, and what is still missing."""

from tickets.filling import fill, gaps_in, unknown_in

VALUES = {"first_name": "Ines", "visits": "2", "fee": ""}
LABELS = {"first_name": "first name", "fee": "Monthly fee", "days": "Days without service"}


def test_what_is_known_stands_in_its_place() -> None:
    filled = fill("Dear {first_name}, {visits} visits.", VALUES, labels=LABELS)
    assert filled.text == "Dear Ines, 2 visits."
    assert filled.missing == ()


def test_what_is_not_known_is_a_gap_with_its_name_and_told_once() -> None:
    filled = fill("{fee}, {days} and {fee} {some_thing}", VALUES, labels=LABELS)
    assert filled.text == "⟦Monthly fee⟧, ⟦Days without service⟧ and ⟦Monthly fee⟧ ⟦some thing⟧"
    assert filled.missing == ("Monthly fee", "Days without service", "some thing")
    assert gaps_in(filled.text) == filled.missing


def test_a_value_is_text_and_is_not_filled_in_again() -> None:
    assert fill("{wish}", {"wish": "{me} ⟦"}, labels={}).text == "{me} ⟦"


def test_braces_that_name_nothing_are_left_alone_and_told_to_who_writes_the_text() -> None:
    body = "{ first_name } {First} {} {a b} {ok}"
    assert fill(body, {"ok": "yes"}, labels={}).text == "{ first_name } {First} {} {a b} yes"
    assert unknown_in(body, {"ok", "first_name"}) == ("First", "", "a b")


def test_a_bracket_alone_is_no_gap() -> None:
    assert gaps_in("⟦ and ⟧ ⟦\n⟧ ⟦⟧") == (" and ".strip(),)
