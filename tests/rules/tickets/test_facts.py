"""What somebody typed becomes a fact of its type, or a no that says what is allowed."""

from typing import Any

import pytest

from tickets.errors import FactInvalid
from tickets.facts import FactSpec, parse_fact, words_of
from tickets.rules import FactKind


def spec(kind: str, **over: Any) -> FactSpec:
    return FactSpec(name="it", label="It", kind=FactKind(kind), **over)


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        ("text", "  LB-44 ", "LB-44"),
        ("text", 44, "44"),
        ("number", "1,200.50", "1200.5"),
        ("number", 12, "12"),
        ("number", "-3", "-3"),
        ("money", "12.50", {"minor": 1250, "currency": "GBP"}),
        ("money", "£12.5", {"minor": 1250, "currency": "GBP"}),
        ("money", "€ 7", {"minor": 700, "currency": "EUR"}),
        ("money", "500 JPY", {"minor": 500, "currency": "JPY"}),
        ("money", {"amount": "3.20", "currency": "usd"}, {"minor": 320, "currency": "USD"}),
        ("money", {"minor": 99, "currency": "EUR"}, {"minor": 99, "currency": "EUR"}),
        ("date", "2026-11-09", "2026-11-09"),
        ("moment", "2026-07-09T08:12", "2026-07-09T07:12:00+00:00"),
        ("moment", "2026-11-09T08:12:00+02:00", "2026-11-09T06:12:00+00:00"),
        ("duration", "90", 90),
        ("duration", "1 h 30 min", 90),
        ("duration", "2d", 2880),
        ("yes_no", "Ja", True),
        ("yes_no", False, False),
    ],
)
def test_a_value_is_read_in_the_forms_people_write(kind: str, raw: Any, stored: Any) -> None:
    assert parse_fact(spec(kind), raw, zone="Europe/London") == stored


@pytest.mark.parametrize(
    ("kind", "raw", "allowed"),
    [
        ("text", "x" * 2001, "2000 characters"),
        ("text", "a\x00b", "2000 characters"),
        ("text", ["a"], "text"),
        ("number", "many", "a number"),
        ("number", "NaN", "a number"),
        ("number", True, "a number"),
        ("money", "12.505", "decimal places"),
        ("money", "12 XXY", "currency"),
        ("money", {"minor": "9", "currency": "GBP"}, "a sum"),
        ("money", True, "a sum"),
        ("money", {"currency": "GBP"}, "a sum"),
        ("date", "09/11/2026", "2026-11-21"),
        ("date", "2026-02-30", "2026-11-21"),
        ("moment", "yesterday", "date and time"),
        ("duration", "a while", "length of time"),
        ("duration", "-5", "length of time"),
        ("yes_no", "perhaps", "yes or no"),
    ],
)
def test_a_wrong_value_is_refused_naming_the_fact_and_what_is_allowed(
    kind: str, raw: Any, allowed: str
) -> None:
    with pytest.raises(FactInvalid) as error:
        parse_fact(spec(kind), raw)
    assert error.value.field == "facts.it"
    assert allowed in error.value.message


def test_a_choice_lists_what_can_be_chosen() -> None:
    with pytest.raises(FactInvalid, match="one of: left, right"):
        parse_fact(spec("choice", choices=("left", "right")), "up")


def test_facts_are_shown_as_people_read_them() -> None:
    assert words_of(spec("money"), {"minor": 3800, "currency": "GBP"}) == "£38.00"
    assert words_of(spec("duration"), 135) == "2 h 15 min"
    moment = words_of(spec("moment"), "2026-07-09T07:12:00+00:00", zone="Europe/London")
    assert moment == "Thu 9 Jul 2026, 08:12"
    assert words_of(spec("number", unit="days"), "9") == "9 days"
    assert words_of(spec("choice"), "not_received") == "not received"
