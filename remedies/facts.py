"""Typed facts: how a raw value becomes one that rules can compare and count with. Pure.

A fact is a number, money, date, moment, duration, yes or no, choice, text, list or calendar.
A fact that is not given, or given as null, is *missing*; missing is never zero and never "no".
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from tickets.money import Money


class Kind(StrEnum):
    """The type of a fact or of a value worked out from facts."""

    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    DURATION = "duration"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"
    LIST = "list"
    CALENDAR = "calendar"


NUMERIC = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DURATION})
ORDERED = NUMERIC | {Kind.DATE, Kind.MOMENT}

#: Larger numbers are slips of the keyboard, and would make arithmetic slow.
LARGEST = Decimal(10) ** 15
_LARGEST = 10**15
MOST_DECIMALS = 12

#: Minutes in one of each unit that a duration may be written in.
MINUTES = {
    "min": 1,
    "minute": 1,
    "minutes": 1,
    "mins": 1,
    "h": 60,
    "hr": 60,
    "hrs": 60,
    "hour": 60,
    "hours": 60,
    "day": 1440,
    "days": 1440,
    "week": 10080,
    "weeks": 10080,
}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])")
_ISO_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_WEEKDAYS = {name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


class NotThatKind(ValueError):
    """The value is not of the kind asked for; the message says what it should be."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which dates are working days: all but `weekend` (Monday is 0) and `holidays`."""

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[dt.date] = frozenset()
    name: str = ""

    def is_working(self, day: dt.date) -> bool:
        """Whether people work on that date."""
        return day.weekday() not in self.weekend and day not in self.holidays


@dataclass(frozen=True, slots=True)
class FactDef:
    """One fact that a policy may ask for: its kind, its words, and what it is when not given."""

    name: str
    kind: Kind
    label: str
    unit: str = ""
    question: str = ""
    choices: tuple[str, ...] = ()
    items: Kind | None = None
    #: Of a list of records: what each of them tells. Their names are those inside the record.
    fields: "tuple[FactDef, ...]" = ()
    default: Any = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    #: Whether more of it is worse or better for the customer, or neither; "" says nothing.
    more: str = ""


#: More records than this in one list are refused, so that the work stays bounded.
MOST_RECORDS = 1_000


@dataclass(frozen=True, slots=True)
class Record:
    """One item of a list of records: its fields and their typed values, None where missing."""

    fields: tuple[FactDef, ...]
    values: tuple[Any, ...]

    def __hash__(self) -> int:  # the fields are the same for all of a list
        return hash(self.values)


def as_number(raw: Any) -> Decimal:
    """An exact number from an int, a Decimal, a float as it prints, or digits in a text."""
    if type(raw) is int and -_LARGEST <= raw <= _LARGEST:  # the commonest, without detours
        return Decimal(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal | float | str):
        raise NotThatKind("should be a number")
    if isinstance(raw, str) and ("_" in raw or not raw.isascii()):
        raise NotThatKind("should be a number")
    try:
        number = Decimal(raw.strip() if isinstance(raw, str) else str(raw))
    except (InvalidOperation, ValueError):  # an integer of thousands of digits is a ValueError
        raise NotThatKind("should be a number") from None
    if not number.is_finite():
        raise NotThatKind("should be a number")
    exponent = number.as_tuple().exponent
    # Its own sign, without arithmetic: that can't be done with 1e999999999.
    if number.copy_abs() > LARGEST or (isinstance(exponent, int) and exponent < -MOST_DECIMALS):
        raise NotThatKind("is too large or has too many decimals")
    return number


def as_money(raw: Any, currency: str) -> Decimal:
    """Major units of `currency`, from a number, `Money`, or a mapping with a currency.

    A mapping is {"minor": 1250, "currency": "GBP"} or {"amount": "12.50", "currency": "GBP"}.
    """
    given = currency
    if isinstance(raw, Money):
        raw, given = raw.major, raw.currency
    elif isinstance(raw, dict | Mapping):  # a dict is seen at once
        given = str(raw.get("currency", currency))
        if "minor" in raw:
            minor = as_number(raw["minor"])
            if minor != minor.to_integral_value():
                raise NotThatKind("should be whole minor units")
            raw = Money(int(minor), given).major if given == currency else minor
        else:
            raw = raw.get("amount")
    if given != currency:
        raise NotThatKind(f"is in {given}, and the policy is worked out in {currency}")
    try:
        return as_number(raw)
    except NotThatKind as error:
        raise NotThatKind(str(error).replace("a number", "a sum of money")) from None


def as_date(raw: Any) -> dt.date:
    """A calendar date, from a date or ISO text such as 2026-04-01."""
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        return raw
    try:
        return dt.date.fromisoformat(raw.strip())
    except (AttributeError, TypeError, ValueError):
        raise NotThatKind("should be a date such as 2026-04-01") from None


def as_moment(raw: Any) -> dt.datetime:
    """An aware moment, from a datetime or ISO text with its offset."""
    try:
        moment = raw if isinstance(raw, dt.datetime) else dt.datetime.fromisoformat(raw.strip())
    except (AttributeError, TypeError, ValueError):
        raise NotThatKind("should be a moment such as 2026-04-01T09:30:00Z") from None
    if moment.tzinfo is None:
        raise NotThatKind("should be a moment with its time zone, such as 2026-04-01T09:30:00Z")
    # Two moments with one time zone would be compared, and taken away, by what clocks show.
    return moment.replace(tzinfo=dt.timezone(moment.utcoffset() or dt.timedelta()))


def as_duration(raw: Any) -> Decimal:
    """Minutes, from a timedelta, a number of minutes, "3 h", "90 min", "1:30" or ISO PT3H."""
    if isinstance(raw, dt.timedelta):
        return Decimal(int(raw.total_seconds())) / 60
    if isinstance(raw, str) and len(raw) <= 40:
        if match := _DURATION.fullmatch(raw.lower()):
            if match[2] in MINUTES:
                return as_number(match[1]) * MINUTES[match[2]]
        elif match := _CLOCK.fullmatch(raw.strip()):
            return Decimal(int(match[1]) * 60 + int(match[2]))
        elif len(raw) > 1 and raw[-1] != "T" and (match := _ISO_DURATION.fullmatch(raw)):
            weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
            whole = weeks * 10080 + days * 1440 + hours * 60 + minutes
            return Decimal(whole) + Decimal(seconds) / 60
    try:
        return as_number(raw)
    except NotThatKind:
        raise NotThatKind("should be a duration such as 90 min, 3 h or 2 days") from None


def as_yes_no(raw: Any) -> bool:
    """True or False, from a boolean or the words yes, no, true, false."""
    if isinstance(raw, bool):
        return raw
    words = {"yes": True, "true": True, "no": False, "false": False}
    if isinstance(raw, str) and raw.strip().lower() in words:
        return words[raw.strip().lower()]
    raise NotThatKind("should be yes or no")


def as_text(raw: Any) -> str:
    """A word or a text."""
    if not isinstance(raw, str):
        raise NotThatKind("should be a text")
    return raw.strip()


def as_calendar(raw: Any) -> Calendar:
    """Working days, from {"weekend": ["sat", "sun"], "holidays": ["2026-12-25"]}."""
    if isinstance(raw, Calendar):
        return raw
    try:
        weekend = frozenset(_WEEKDAYS[day] for day in raw.get("weekend", ("sat", "sun")))
        holidays = frozenset(map(as_date, raw.get("holidays", ())))
    except (AttributeError, KeyError, TypeError, NotThatKind):
        raise NotThatKind("should be a calendar with weekend days and holiday dates") from None
    if len(weekend) == 7:
        raise NotThatKind("should be a calendar with a working day")
    return Calendar(weekend, holidays, str(raw.get("name", "")))


def as_kind(kind: Kind, raw: Any, currency: str) -> Any:
    """`raw` as a value of `kind`; money in major units of `currency`. Raises `NotThatKind`."""
    return as_money(raw, currency) if kind is Kind.MONEY else _READERS[kind](raw)


_READERS = {
    Kind.NUMBER: as_number,
    Kind.DATE: as_date,
    Kind.MOMENT: as_moment,
    Kind.DURATION: as_duration,
    Kind.YES_NO: as_yes_no,
    Kind.CHOICE: as_text,
    Kind.TEXT: as_text,
    Kind.CALENDAR: as_calendar,
}


def read_fact(fact: FactDef, raw: Any, currency: str) -> Any:
    """The typed value of one fact; its default when `raw` is None. Raises `NotThatKind`."""
    if raw is None:
        return fact.default
    if fact.kind is Kind.LIST:
        if not isinstance(raw, list | tuple):
            raise NotThatKind("should be a list")
        if fact.fields:
            return _records(fact, raw, currency)
        return tuple(as_kind(fact.items or Kind.TEXT, item, currency) for item in raw)
    kind = fact.kind
    value: Any = as_money(raw, currency) if kind is Kind.MONEY else _READERS[kind](raw)
    if fact.choices and value not in fact.choices:
        raise NotThatKind(f"should be one of {', '.join(fact.choices)}")
    if fact.at_least is not None and value < fact.at_least:
        raise NotThatKind(f"should be {fact.at_least} at least")
    if fact.at_most is not None and value > fact.at_most:
        raise NotThatKind(f"should be {fact.at_most} at most")
    return value


def _records(
    fact: FactDef, raw: "list[Any] | tuple[Any, ...]", currency: str
) -> tuple[Record, ...]:
    if len(raw) > MOST_RECORDS:
        raise NotThatKind(f"should have {MOST_RECORDS:,} records at most, and has {len(raw):,}")
    found = []
    for number, item in enumerate(raw, 1):
        try:
            found.append(_record(fact.fields, item, currency))
        except NotThatKind as error:
            raise NotThatKind(f"is wrong in record {number}: {error}") from None
    return tuple(found)


def _record(fields: tuple[FactDef, ...], raw: Any, currency: str) -> Record:
    names = ", ".join([one.name for one in fields])
    if isinstance(raw, Record):
        raw = {one.name: value for one, value in zip(raw.fields, raw.values, strict=True)}
    if not isinstance(raw, Mapping):
        raise NotThatKind(f"it should be a mapping with {names}")
    known = {one.name for one in fields}
    for name in raw:
        if name not in known:
            raise NotThatKind(f"it has no field {str(name)[:60]}; its fields are {names}")
    values = []
    for one in fields:
        try:
            values.append(read_fact(one, raw.get(one.name), currency))
        except NotThatKind as error:
            raise NotThatKind(f"{one.name} {error}") from None
    return Record(fields, tuple(values))


def given_values(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts under one name each: {"reroute": {"hours": 2}} gives `reroute.hours` as well."""
    if not any(isinstance(value, dict) for value in facts.values()):
        return dict(facts)
    flat: dict[str, Any] = {}
    for name, value in facts.items():
        flat[name] = value
        if isinstance(value, Mapping):
            flat.update({f"{name}.{key}": inner for key, inner in value.items()})
    return flat
