"""The matter in one line, where nobody said it: the first sentence of what was written."""

import pytest

from tickets.services.opening import _first_line


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("Nobody came. I waited all day.", "Nobody came"),
        (
            "Kein Internet seit dem 10. November. Niemand hilft.",
            "Kein Internet seit dem 10. November",
        ),
        ("Am 1. Dezember kam nichts! Und jetzt?", "Am 1. Dezember kam nichts"),
        ("The bill was £40. I paid 30.", "The bill was £40"),
    ],
)
def test_it_ends_with_the_sentence_and_not_with_a_date(body: str, line: str) -> None:
    assert _first_line(body) == line
