"""A ticket number survives the telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.errors import NumberInvalid
from tickets.numbers import check_digit, id_in, number_of, parse_number

IDS = st.integers(min_value=1, max_value=10**12)


def test_damms_own_example_is_reproduced() -> None:
    # H. Michael Damm's worked example: 572 gets the check digit 4.
    assert check_digit("572") == 4


@given(IDS)
def test_a_number_leads_back_to_its_ticket(ticket: int) -> None:
    assert id_in(number_of(ticket)) == ticket


@pytest.mark.parametrize("text", ["A-10019", "a10019", " A 1 00 19 ", "10019", "#10019", "a.10019"])
def test_case_spaces_and_prefix_do_not_matter(text: str) -> None:
    assert parse_number(text) == "A-10019"


@given(IDS, st.data())
def test_one_wrong_digit_is_noticed(ticket: int, data: st.DataObject) -> None:
    digits = number_of(ticket)[2:]
    place = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    with pytest.raises(NumberInvalid):
        parse_number(digits[:place] + wrong + digits[place + 1 :])


@given(IDS, st.data())
def test_two_neighbours_swapped_are_noticed(ticket: int, data: st.DataObject) -> None:
    digits = number_of(ticket)[2:]
    place = data.draw(st.integers(0, len(digits) - 2))
    first, second = digits[place], digits[place + 1]
    if first == second:
        return
    with pytest.raises(NumberInvalid):
        parse_number(digits[:place] + second + first + digits[place + 2 :])


@pytest.mark.parametrize("text", ["", "A-", "A-1", "B-10019", "A-10019x", "٣٤٥", "1" * 30])
def test_what_is_no_number_is_refused_with_the_form_in_words(text: str) -> None:
    with pytest.raises(NumberInvalid, match="A-10019"):
        parse_number(text)
