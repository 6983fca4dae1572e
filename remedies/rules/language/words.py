"""Values as people write them, in plain British English. Pure."""

import datetime as dt
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import moneyed
from moneyed.l10n import format_money

from remedies.facts import Calendar, Kind, Record
from tickets.money import decimals_of

#: Words are found for any number that an evaluation can count with, however large.
_WIDE = Context(prec=1_000)

#: Units that take no plural s.
ABBREVIATED = frozenset({"min", "h", "km", "kg", "m", "%", "GB", "MB", "kWh"})


@lru_cache(maxsize=256)
def sign_of(currency: str) -> tuple[str, bool]:
    """The currency's sign, and whether it stands before the sum: ("£", True)."""
    written = format_money(moneyed.Money(1, currency), locale="en_GB")
    before, _, after = written.partition("1")
    return (before, True) if before else (f" {after.lstrip('.0').strip() or currency}", False)


@lru_cache(maxsize=256)
def places_of(currency: str) -> int:
    """Decimal places of the currency. Raises `CurrencyUnknown`."""
    return decimals_of(currency)


@lru_cache(maxsize=4096)
def money(amount: Decimal, currency: str) -> str:
    """Major units with the sign; whole sums without decimals: £30, £29.99, £9.8630 in between."""
    sign, before = sign_of(currency)
    places = places_of(currency)
    whole = amount == amount.to_integral_value()
    if whole:
        digits = f"{amount:,.0f}"
    elif amount == _rounded(amount, places):
        digits = f"{amount:,.{places}f}"
    else:
        digits = f"{amount:,.{places + 2}f}…"
    if digits.startswith("-"):
        digits = digits[1:]
        return f"-{sign}{digits}" if before else f"-{digits}{sign}"
    return f"{sign}{digits}" if before else f"{digits}{sign}"


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), context=_WIDE)


def number(value: Decimal) -> str:
    """A number without needless zeros, thousands marked, at most four decimals."""
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    return f"{_rounded(value, 4):,.4f}".rstrip("0")


def duration(minutes: Decimal) -> str:
    """Minutes as hours and minutes, or days: 45 min, 3 h, 2 h 5 min, 4 days."""
    days, over = _WIDE.divmod(minutes, Decimal(1440))
    if minutes and not over:
        return f"{days:.0f} day{'s' if days != 1 else ''}"
    hours, rest = _WIDE.divmod(minutes, Decimal(60))
    if not hours:
        return f"{number(rest)} min"
    return f"{hours:.0f} h" + (f" {number(rest)} min" if rest else "")


#: The unit of a duration that is a time of day.
CLOCK = "o'clock"


def clock(minutes: Decimal) -> str:
    """Minutes since midnight as a clock shows them: 09:30."""
    hours, rest = divmod(int(minutes), 60)
    return f"{hours:02}:{rest:02}"


def day(value: dt.date) -> str:
    """4 April 2026."""
    return f"{value.day} {value:%B %Y}"


def moment(value: dt.datetime) -> str:
    """4 April 2026, 09:30 UTC."""
    return f"{day(value)}, {value:%H:%M %Z}"


def counted(value: Decimal, unit: str) -> str:
    """A number with its unit: 1 day, 3 days, 45 min."""
    if not unit:
        return number(value)
    if value == 1 or unit in ABBREVIATED or unit.endswith("s"):
        return f"{number(value)} {unit}"
    return f"{number(value)} {unit}s"


def shown(kind: Kind, value: Any, currency: str, unit: str = "") -> str:
    """Any typed value in words; "unknown" for missing."""
    if type(value) is tuple:  # may be long, and is not kept
        return _listed(value, currency)
    return _single(kind, value, currency, unit)


@lru_cache(maxsize=8192)
def _single(kind: Kind, value: Any, currency: str, unit: str) -> str:
    if value is None:
        return "unknown"
    if kind is Kind.MONEY:
        return money(value, currency)
    if kind is Kind.NUMBER:
        return counted(value, unit)
    if kind is Kind.DURATION:
        return clock(value) if unit == CLOCK else duration(value)
    if kind is Kind.YES_NO:
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, Calendar):
        return value.name or "calendar"
    return str(value).replace("_", " ")


def _listed(value: tuple[Any, ...], currency: str) -> str:
    if value and isinstance(value[0], Record):
        return "; ".join([record(item, currency) for item in value])
    return ", ".join([_item(item, currency) for item in value]) or "none"


def record(item: Record, currency: str) -> str:
    """What a record tells: noise, from 5 July 2026, percent 40 %."""
    said = []
    for one, value in zip(item.fields, item.values, strict=True):
        if value is not None:
            told = shown(one.kind, value, currency, one.unit)
            named = one.kind in (Kind.TEXT, Kind.CHOICE)
            said.append(told if named else f"{one.label} {told}")
    return ", ".join(said) or "nothing told"


def _item(value: Any, currency: str) -> str:
    if isinstance(value, Decimal):
        return number(value)
    kind = Kind.DATE if isinstance(value, dt.date) else Kind.TEXT
    return shown(kind, value, currency)
