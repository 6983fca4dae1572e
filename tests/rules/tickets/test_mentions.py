"""Who is meant by an @ in a note."""

import pytest

from tickets.mentions import mentions_in

PEOPLE = [(1, "Bob Smith"), (2, "Bobby Lee"), (3, "Sam Hill"), (4, "Sam Lee"), (5, "Zoë O’Neil")]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@Bob look", (1,)),
        ("@bob, @BOBBY!", (1, 2)),
        ("@Bob Smith and @bob again", (1,)),
        ("(@Zoë)", (5,)),
        ("@Zoë O’Neil's idea", (5,)),
        ("@Sam Lee knows", (4,)),
        ("write to ines@bob.example", ()),
        ("@@Bob", ()),
        ("@ Bob", ()),
        ("@Bobb", ()),
        ("", ()),
    ],
)
def test_a_first_name_is_enough_where_one_has_it(text: str, people: tuple[int, ...]) -> None:
    assert mentions_in(text, PEOPLE).people == people


def test_a_first_name_of_two_is_asked_about() -> None:
    found = mentions_in("@Sam look", PEOPLE)
    assert found.people == ()
    assert found.unclear == (("Sam", ("Sam Hill", "Sam Lee")),)


def test_a_name_of_nobody_is_told() -> None:
    assert mentions_in("@Charlie @charlie @Bob", PEOPLE).nobody == ("Charlie", "charlie")
