"""Sums are whole minor units of a known currency, read and written without loss."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.errors import CurrencyUnknown, Invalid
from tickets.money import Money, decimals_of


@pytest.mark.parametrize(("currency", "places"), [("GBP", 2), ("JPY", 0), ("KWD", 3)])
def test_a_currency_has_its_own_decimals(currency: str, places: int) -> None:
    assert decimals_of(currency) == places


@pytest.mark.parametrize("currency", ["", "PESO", "zz", "XYZ", "XXX", "XTS"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(CurrencyUnknown):
        Money.of("1", currency)


@pytest.mark.parametrize(
    "amount", ["", "ten", "1.005", "inf", "1e30", "--1", "1,2345", "1.25,00", "1,5,0", ","]
)
def test_what_is_no_sum_is_refused(amount: str) -> None:
    with pytest.raises(Invalid):
        Money.of(amount, "GBP")


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1,250", 125_000),
        ("1.250,00", 125_000),
        ("1,250,000.5", 125_000_050),
        ("12,50", 1250),
        ("-0,5", -50),
    ],
)
def test_a_comma_is_never_read_as_a_hundredfold_sum(written: str, minor: int) -> None:
    assert Money.of(written, "GBP").minor == minor


@given(st.integers(-(10**12), 10**12), st.sampled_from(["GBP", "JPY", "KWD", "EUR"]))
def test_minor_and_major_are_the_same_sum(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.major, currency) == money


def test_rounding_is_half_up() -> None:
    assert Money.rounded(Decimal("0.125"), "GBP").minor == 13
    assert Money.rounded(Decimal("0.5"), "JPY").minor == 1
