"""Money as it is stored: whole minor units and a currency. Pure.

Facts about currencies (which exist, how many decimals) come from the `moneyed` package,
their written form from Babel's CLDR data.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DecimalException, InvalidOperation
from functools import lru_cache
from typing import Any

import moneyed
from moneyed.l10n import format_money

from tickets.errors import CurrencyUnknown, Invalid
from tickets.saying import language

#: Codes that stand for no currency: unknown, none, testing (ISO 4217), and the package's own.
_NO_MONEY = frozenset({"XYZ", "XXX", "XTS"})


@lru_cache(maxsize=256)
def decimals_of(currency: str) -> int:
    """How many decimal places the currency has (GBP 2, JPY 0). Raises `CurrencyUnknown`."""
    try:
        found = moneyed.get_currency(currency)
    except moneyed.CurrencyDoesNotExist:
        raise CurrencyUnknown(currency=currency[:10], field="currency") from None
    if found.code in _NO_MONEY:
        raise CurrencyUnknown(currency=currency[:10], field="currency")
    return len(str(found.sub_unit)) - 1


_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,2}")
_POINTS_AND_COMMA = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d{1,2}")

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")


def plain_digits(text: str) -> str:
    """A written number without commas: 1,250.50 and 1.250,50 are 1250.50, and 12,50 is 12.50,
    never 1250.

    Raises `ValueError` where a comma could mean either.
    """
    if "," not in text:
        return text
    if _THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    if _POINTS_AND_COMMA.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    raise ValueError(text)


_POINTS = re.compile(r"-?\d{1,3}(?:\.\d{3})+")
_SIGNS = {"£": "GBP", "€": "EUR", "$": "USD"}
_TYPED = re.compile(r"([£€$]|[A-Za-z]{3})?\s*(-?[\d.,]+)\s*([£€$]|[A-Za-z]{3})?")


def typed_digits(text: str) -> str:
    """A number as whoever types writes it, in the language that is active, without signs between
    thousands: in German 1.250 is 1250, which would be 1.250 elsewhere. For pages; programs write
    1250.

    Raises `ValueError` where a comma could mean either.
    """
    clean = "".join(text.split())
    if language().startswith("de"):
        if _POINTS.fullmatch(clean):
            return clean.replace(".", "")
        if clean.count(",") == 1 and "." not in clean:
            return clean.replace(",", ".")
    return plain_digits(clean)


def typed_sum(text: str) -> tuple[str, str]:
    """A sum as it is typed into a page, apart: its digits as programs write them, and the currency
    that stands beside it, "" for none: "1.250,00 €" is ("1250.00", "EUR").

    Raises `ValueError` for what is none.
    """
    match = _TYPED.fullmatch(text.strip())
    if match is None or (match[1] and match[3]):
        raise ValueError(text)
    beside = match[1] or match[3] or ""
    return typed_digits(match[2]), _SIGNS.get(beside, beside.upper())


def plain_typed(digits: str) -> str:
    """A number that programs wrote, as one types it and `typed_digits` reads it: "1234.5" is
    "1234,5" in German."""
    return said_digits(digits)


def said_count(count: int) -> str:
    """A whole number as whoever reads writes it: "1,234", "1.234"."""
    said = f"{count:,}"
    return said.replace(",", ".") if language().startswith("de") else said


def said_digits(digits: str) -> str:
    """A number that programs wrote with the reader's decimal sign: "1234.5" is "1234,5" in German.
    Thousands are not marked: it may be a year."""
    return digits.replace(".", ",") if language().startswith("de") else digits


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in minor units (pence, cents) of one currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str, *, field: str = "amount") -> "Money":
        """From major units, such as "12.50". More decimals than the currency has are refused."""
        currency = str(currency).strip().upper()
        places = decimals_of(currency)
        try:
            text = plain_digits(str(amount).strip())
            if isinstance(amount, str) and not _PLAIN.fullmatch(text):
                raise InvalidOperation  # 1e9 and 1_000 are numbers, but nobody writes a sum so
            major = Decimal(text)
            if not major.is_finite():
                raise InvalidOperation
            scaled = major.scaleb(places)
            whole = scaled.to_integral_value()
        except (DecimalException, ValueError):  # also what overflows
            raise Invalid("A sum is digits and a point, such as 12.50.", field=field) from None
        if whole != scaled:
            raise Invalid(
                "{currency} has {places} decimal places at most.",
                currency=currency,
                places=places,
                field=field,
            )
        if abs(whole) > 10**15:
            raise Invalid("That sum is too large.", field=field)
        return cls(int(whole), currency)

    @classmethod
    def typed(cls, text: str, currency: str, *, field: str = "amount") -> "Money":
        """From what somebody typed into a page, in his language, with the currency's sign or
        without. Raises `Invalid`, for another currency too."""
        try:
            digits, beside = typed_sum(text)
        except ValueError:
            digits, beside = text, ""
        ours = currency.strip().upper()
        if beside and beside != ours and not (beside == "USD" and "$" in text):
            raise Invalid("This sum is in {currency}.", currency=ours, field=field)
        return cls.of(digits, currency, field=field)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> "Money":
        """From exact major units, rounded half up to the minor unit."""
        scaled = amount.scaleb(decimals_of(currency))
        return cls(int(scaled.to_integral_value(ROUND_HALF_UP)), currency)

    @property
    def major(self) -> Decimal:
        """The sum in major units, exact."""
        return Decimal(self.minor).scaleb(-decimals_of(self.currency))

    def said(self) -> str:
        """As whoever reads writes it, in the language that is active: £12.50, 12,50 £."""
        spoken = language()
        return self.words("en_GB" if spoken.startswith("en") else spoken.replace("-", "_"))

    def words(self, locale: str = "en_GB") -> str:
        """As a person writes it: £12.50. `locale` is a Babel locale name."""
        return format_money(moneyed.Money(self.major, self.currency), locale=locale)

    def as_json(self) -> dict[str, Any]:
        """The stored and public form: minor units and currency."""
        return {"minor": self.minor, "currency": self.currency}


@lru_cache(maxsize=4096)
def words(minor: int | None, currency: str, locale: str = "en_GB") -> str:
    """`minor` units of `currency` as a person writes them; an empty string for none."""
    return "" if minor is None else Money(minor, currency).words(locale)
