"""From what somebody typed to a fact of the defined type, or a clear no. Pure.

Stored forms (JSON): text → str, number → str of an exact decimal, money → {"minor": int,
"currency": str}, date → "2026-11-21", moment → ISO 8601 in UTC, duration → int minutes,
choice → the choice, yes_no → bool.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from tickets.errors import DomainError, FactInvalid
from tickets.money import Money, plain_digits, said_digits
from tickets.rules import FactKind
from tickets.saying import gettext as _
from tickets.saying import spelled

_TEXT_MAX = 2000
_YES = {"yes", "true", "1", "on", "y", "ja"}
_NO = {"no", "false", "0", "off", "n", "nein"}
_UNITS = {"d": 1440, "h": 60, "min": 1, "m": 1}


@dataclass(frozen=True, slots=True)
class FactSpec:
    """What a fact is: the pure side of a FactDefinition."""

    name: str
    label: str
    kind: FactKind
    choices: Sequence[str] = ()
    unit: str = ""
    required: bool = False
    on_form: bool = True
    help: str = ""


def parse_fact(spec: FactSpec, raw: Any, *, zone: str = "UTC", currency: str = "GBP") -> Any:
    """The stored form of `raw` (text from a form, or JSON from the API).

    `zone` is the IANA time zone that a moment without offset is in; `currency` the one of a
    sum without any. Raises `FactInvalid`, naming the fact and what is allowed.
    """
    parse = _PARSERS[spec.kind]
    try:
        return parse(spec, raw, zone, currency)
    except DomainError as error:
        raise FactInvalid(
            label=spec.label, allowed=error.message, field=f"facts.{spec.name}"
        ) from None
    except (ValueError, TypeError, KeyError, InvalidOperation, OverflowError):
        raise FactInvalid(
            label=spec.label, allowed=_allowed(spec), field=f"facts.{spec.name}"
        ) from None


def _allowed(spec: FactSpec) -> str:
    return {
        FactKind.TEXT: _("text of at most %(most)s characters") % {"most": _TEXT_MAX},
        FactKind.NUMBER: _("a number such as 12 or 12.5"),
        FactKind.MONEY: _("a sum such as 12.50, or 12.50 EUR"),
        FactKind.DATE: _("a date such as 2026-11-21"),
        FactKind.MOMENT: _("a date and time such as 2026-11-21T14:30"),
        FactKind.DURATION: _("a length of time such as 90, 1 h 30 min or 2 d"),
        FactKind.CHOICE: _("one of: %(known)s") % {"known": ", ".join(spec.choices)},
        FactKind.YES_NO: _("yes or no"),
    }[spec.kind]


def _text(_spec: FactSpec, raw: Any, _zone: str, _currency: str) -> str:
    if not isinstance(raw, str | int) or isinstance(raw, bool):
        raise TypeError
    text = str(raw).strip()
    if not text or len(text) > _TEXT_MAX or "\x00" in text:
        raise ValueError
    return text


def _number(_spec: FactSpec, raw: Any, _zone: str, _currency: str) -> str:
    if isinstance(raw, bool):
        raise TypeError
    number = Decimal(plain_digits(str(raw).strip()))
    if not number.is_finite() or abs(number) > Decimal("1e15"):
        raise ValueError
    if number and abs(number) < Decimal("1e-15"):  # would be written out in full
        raise ValueError
    return format(number.normalize(), "f")


def _small(minor: int) -> int:
    if abs(minor) > 10**15:
        raise ValueError
    return minor


def _money(_spec: FactSpec, raw: Any, _zone: str, currency: str) -> dict[str, Any]:
    if isinstance(raw, dict):
        if set(raw) == {"minor", "currency"}:
            if not isinstance(raw["minor"], int) or isinstance(raw["minor"], bool):
                raise TypeError
            zero = Money.of(0, raw["currency"])
            return Money(_small(raw["minor"]), zero.currency).as_json()
        if set(raw) != {"amount", "currency"}:
            raise ValueError
        return Money.of(raw["amount"], raw["currency"]).as_json()
    text = str(raw).strip()
    symbol = {"£": "GBP", "€": "EUR", "$": "USD"}.get(text[:1])
    match = re.fullmatch(r"[£€$]?\s*(-?[\d.,]+)\s*([A-Za-z]{3})?", text)
    if not match or isinstance(raw, bool):
        raise ValueError
    return Money.of(match[1], match[2] or symbol or currency).as_json()


def _date(_spec: FactSpec, raw: Any, _zone: str, _currency: str) -> str:
    return dt.date.fromisoformat(str(raw).strip()).isoformat()


def _moment(_spec: FactSpec, raw: Any, zone: str, _currency: str) -> str:
    moment = dt.datetime.fromisoformat(str(raw).strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(dt.UTC).isoformat()


def _duration(_spec: FactSpec, raw: Any, _zone: str, _currency: str) -> int:
    if isinstance(raw, bool):
        raise TypeError
    text = str(raw).strip().lower()
    if re.fullmatch(r"\d{1,9}", text):
        return int(text)
    parts = re.findall(r"(\d{1,6})\s*(d|h|min|m)(?![a-z])", text)
    if not parts or re.sub(r"\d+\s*(d|h|min|m)(?![a-z])|\s|,", "", text):
        raise ValueError
    return sum(int(count) * _UNITS[unit] for count, unit in parts)


def _choice(spec: FactSpec, raw: Any, _zone: str, _currency: str) -> str:
    if raw not in spec.choices:
        raise ValueError
    return str(raw)


def _yes_no(_spec: FactSpec, raw: Any, _zone: str, _currency: str) -> bool:
    text = str(raw).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ValueError


_PARSERS = {
    FactKind.TEXT: _text,
    FactKind.NUMBER: _number,
    FactKind.MONEY: _money,
    FactKind.DATE: _date,
    FactKind.MOMENT: _moment,
    FactKind.DURATION: _duration,
    FactKind.CHOICE: _choice,
    FactKind.YES_NO: _yes_no,
}


def words_of(spec: FactSpec, value: Any, *, zone: str = "UTC") -> str:
    """The stored `value` as a person reads it, in the language that is active and, moments, in the
    IANA time zone `zone`."""
    match spec.kind:
        case FactKind.MONEY:
            return Money(value["minor"], value["currency"]).said()
        case FactKind.MOMENT:
            moment = dt.datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
            return spelled(moment, _("%a %-d %b %Y, %H:%M"))
        case FactKind.DATE:
            day = dt.date.fromisoformat(value)
            return spelled(day, _("%a %-d %b %Y"))
        case FactKind.DURATION:
            hours, minutes = divmod(int(value), 60)
            return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
        case FactKind.YES_NO:
            return _("yes") if value else _("no")
        case FactKind.NUMBER:
            return f"{said_digits(str(value))} {spec.unit}".strip()
        case FactKind.CHOICE:
            return choice_words(value)
        case _:
            return f"{value} {spec.unit}".strip()


def choice_words(choice: Any) -> str:
    """What there is to choose from as people read it: "not_received" is "not received", in the
    language that is active where that has a word for it."""
    plain = str(choice).replace("_", " ").strip()
    return _(plain) if plain else ""
