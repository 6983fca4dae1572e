"""From a row of a file to what the services are going to be told. Pure.

A `Record` is complete and in order (received ≤ acknowledged ≤ … ≤ closed ≤ now) before any
service sees it; what remains for the services to refuse is what only the database knows.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.importing.mapping import ImportMapping, is_remedy_kind
from integrations.importing.reading import Reject, Row
from integrations.importing.values import Value, Values
from tickets.errors import CurrencyUnknown, DomainError, InTheFuture, Invalid, Missing
from tickets.money import Money
from tickets.rules import Channel, Outcome

ID_MAX = 120
#: Calendars reach no further back, and what is older is a slip of the pen.
FIRST_YEAR = 1970
_TRUE = {"1", "true", "yes", "y"}
_FALSE = {"0", "false", "no", "n", ""}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the customer got, of which kind, how much (None: not told), and when."""

    kind: str
    money: Money | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Record:
    """One complaint of the past, read from a file."""

    line: int
    id: str
    #: Fields of tickets.services.customers.CustomerDetails; `external_id` without its system.
    customer: Mapping[str, Any]
    category: str
    category_name: str
    channel: str
    body: str
    received: dt.datetime
    subject: str = ""
    wish: str = ""
    language: str = ""
    team: str = ""
    confidential: bool = False
    tags: tuple[str, ...] = ()
    loss: Money | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    acknowledged: dt.datetime | None = None
    answered: dt.datetime | None = None
    resolved: dt.datetime | None = None
    closed: dt.datetime | None = None
    answer: str = ""
    outcome: str = ""
    finding: str = ""
    remedy: Remedy | None = None


def slug_of(name: str) -> str:
    """A key for a category: "Tow Truck Company" → "tow-truck-company"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def record_of(row: Row, mapping: ImportMapping, *, now: dt.datetime) -> Record | Reject:
    """What the row says, or why it can't be imported."""
    known = ""
    try:
        known = _id(row.values, mapping)
        return _record(row, known, mapping, now)
    except DomainError as error:
        return Reject(row.line, error.field or "", error.code, error.message, known)


def _id(values: Values, mapping: ImportMapping) -> str:
    found = _text(mapping.id, values, "id")
    if not found:
        raise Missing(what="the record's id", field="id")
    if len(found) > ID_MAX:
        raise Invalid(f"An id has at most {ID_MAX} characters.", field="id")
    return found


def _text(value: Value | None, values: Values, path: str) -> str:
    """The value as text. Raises `Invalid` for lists and tables of JSON."""
    found = value.read(values) if value else None
    if found is None:
        return ""
    if isinstance(found, bool | int | float | str):
        return str(found)
    raise Invalid("A text or number is needed here.", field=path)


def _record(row: Row, key: str, mapping: ImportMapping, now: dt.datetime) -> Record:
    values = row.values
    ticket = {
        name: _text(value, values, f"ticket.{name}")
        for name, value in mapping.ticket.items()
        if name not in {"tags", "loss", "confidential"}
    }
    if not ticket["body"].strip():
        raise Missing(what="what happened", field="body")
    category, category_name = _category(mapping, values)
    received, moments = _moments(mapping, values, now)
    outcome = _text(mapping.outcome, values, "outcome")
    if outcome and outcome not in {one.value for one in Outcome}:
        known = ", ".join(one.value for one in Outcome)
        raise Invalid(f"{outcome[:40]!r} is no outcome. Known are: {known}.", field="outcome")
    return Record(
        line=row.line,
        id=key,
        customer=_customer(mapping, values),
        category=category,
        category_name=category_name,
        channel=_channel(ticket.get("channel", "")),
        tags=_tags(mapping.ticket.get("tags"), values),
        loss=_money(mapping.ticket.get("loss"), None, mapping, values, "loss"),
        confidential=_yes(mapping.ticket.get("confidential"), values),
        facts={fact.name: fact.value.read(values) for fact in mapping.facts},
        answer=_text(mapping.answer, values, "answer"),
        outcome=outcome,
        finding=_text(mapping.finding, values, "finding"),
        remedy=_remedy(mapping, values, moments, received),
        body=ticket["body"],
        subject=ticket.get("subject", ""),
        wish=ticket.get("wish", ""),
        language=ticket.get("language", ""),
        team=ticket.get("team", ""),
        received=received,
        acknowledged=moments.get("acknowledged"),
        answered=moments.get("answered"),
        resolved=moments.get("resolved"),
        closed=moments.get("closed"),
    )


def _customer(mapping: ImportMapping, values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: _text(value, values, f"customer.{name}") for name, value in mapping.customer.items()
    }
    if not found["name"]:
        raise Missing(what="the customer's name", field="customer.name")
    since = found.pop("since", "")
    if since:
        try:
            found["since"] = dt.date.fromisoformat(since[:10])
        except ValueError:
            raise Invalid(
                f"{since[:40]!r} is no day such as 2026-11-21.", field="customer.since"
            ) from None
    return found


def _category(mapping: ImportMapping, values: Values) -> tuple[str, str]:
    name = _text(mapping.category.value, values, "category")
    key = slug_of(name)
    if not key:
        raise Missing(what="a category", field="category")
    return key, mapping.category.names.get(key, name)[:80]


def _channel(text: str) -> str:
    if not text:
        return Channel.API.value
    if text not in {one.value for one in Channel}:
        known = ", ".join(one.value for one in Channel)
        raise Invalid(f"{text[:40]!r} is no channel. Known are: {known}.", field="channel")
    return text


def _tags(value: Value | None, values: Values) -> tuple[str, ...]:
    found = value.read(values) if value else None
    if isinstance(found, str):
        found = found.split(",")
    if found is None:
        return ()
    if not isinstance(found, list):
        raise Invalid("Tags are a list, or text with commas.", field="tags")
    return tuple(str(tag).strip().lower() for tag in found if str(tag).strip())


def _yes(value: Value | None, values: Values) -> bool:
    found = value.read(values) if value else None
    text = str(found if found is not None else "").lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Invalid(f"{text[:40]!r} is not yes or no.", field="confidential")


def _money(
    amount: Value | None,
    currency: Value | None,
    mapping: ImportMapping,
    values: Values,
    path: str,
) -> Money | None:
    text = _text(amount, values, path)
    if not text:
        return None
    code = _text(currency, values, f"{path}.currency") or mapping.currency
    try:
        money = Money.of(text, code, field=path)
    except CurrencyUnknown as error:
        raise CurrencyUnknown(currency=code[:10], field=path) from error
    if money.minor < 0:
        raise Invalid("A sum can't be below zero.", field=path)
    return money


def _moments(
    mapping: ImportMapping, values: Values, now: dt.datetime
) -> tuple[dt.datetime, dict[str, dt.datetime | None]]:
    """When it was received, and all moments that the row tells, in order."""
    found = {name: moment.read(values) for name, moment in mapping.moments.items()}
    received = found.get("received")
    if received is None:
        raise Missing(what="the moment of receipt", field="received")
    for name, moment in found.items():
        if moment is None:
            continue
        if moment.year < FIRST_YEAR:
            raise Invalid(f"{name.capitalize()} lies before {FIRST_YEAR}.", field=name)
        if moment > now:
            raise InTheFuture(what=f"{name.capitalize()} ({moment.date()})", field=name)
        if moment < received:
            raise Invalid(
                f"{name.capitalize()} ({moment.isoformat()}) lies before received "
                f"({received.isoformat()}).",
                field=name,
            )
    resolved, closed = found.get("resolved"), found.get("closed")
    if closed is not None:
        if resolved is not None and resolved > closed:
            raise Invalid(
                f"Resolved ({resolved.isoformat()}) lies after closed ({closed.isoformat()}).",
                field="resolved",
            )
        found["resolved"] = resolved or closed
    return received, found


def _remedy(
    mapping: ImportMapping,
    values: Values,
    moments: Mapping[str, dt.datetime | None],
    received: dt.datetime,
) -> Remedy | None:
    part = mapping.remedy
    kind = _text(part.kind, values, "remedy.kind") if part else ""
    if part is None or not kind:
        return None
    if not is_remedy_kind(kind):
        raise Invalid(f"{kind[:40]!r} is no kind of remedy.", field="remedy.kind")
    money = _money(part.amount, part.currency, mapping, values, "remedy.amount")
    at = part.moment.read(values) if part.moment else None
    at = at or moments.get("closed") or moments.get("resolved") or received
    return Remedy(kind, money if money and money.minor else None, at)
