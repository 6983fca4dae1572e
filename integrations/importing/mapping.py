"""A mapping: what the columns of a file mean to the desk. Pure; docs/import.md tells it in prose.

`parse_mapping` turns YAML into a frozen `ImportMapping`, or says clearly what is wrong and where.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import MappingInvalid
from integrations.importing.moments import MomentValue, moment_of
from integrations.importing.reading import Form
from integrations.importing.values import Value, value_of
from tickets.errors import DomainError
from tickets.money import decimals_of
from tickets.rules import Channel, FactKind, Outcome

#: The mappings that ship.
MAPPINGS = Path(__file__).resolve().parent.parent / "mappings"

_TOP = {
    "source",
    "format",
    "encoding",
    "delimiter",
    "time_zone",
    "currency",
    "historical",
    "create",
    "id",
    "customer",
    "ticket",
    "category",
    "facts",
    "received",
    "acknowledged",
    "answered",
    "resolved",
    "closed",
    "answer",
    "outcome",
    "finding",
    "remedy",
}
_CUSTOMER = (
    "name",
    "email",
    "phone",
    "external_id",
    "language",
    "time_zone",
    "since",
    "tier",
    "support_needs",
)
_TICKET = ("channel", "subject", "body", "wish", "language", "tags", "loss", "team", "confidential")
_MOMENTS = ("received", "acknowledged", "answered", "resolved", "closed")
_REMEDY_KINDS = frozenset(
    {
        "apology",
        "credit",
        "refund",
        "compensation",
        "replacement",
        "upgrade",
        "gift",
        "expedite",
        "callback",
    }
)
_CREATE = {"categories", "facts"}


@dataclass(frozen=True)
class CategoryPart:
    """How a row finds its category."""

    value: Value
    #: Key of the category above those that are made, and its name.
    parent: str
    parent_name: str
    #: Names of categories that are made, where the file's value is not a good one: by key.
    names: Mapping[str, str]


@dataclass(frozen=True)
class FactPart:
    """A fact of the tickets, and its definition where it has to be made."""

    name: str
    value: Value
    kind: FactKind
    label: str
    unit: str


@dataclass(frozen=True)
class RemedyPart:
    """What was given, if anything."""

    kind: Value
    amount: Value | None
    currency: Value | None
    moment: MomentValue | None


@dataclass(frozen=True)
class ImportMapping:
    """Everything that a file needs to become tickets."""

    source: str
    form: Form
    zone: str
    currency: str
    historical: bool
    create_categories: bool
    create_facts: bool
    id: Value
    customer: Mapping[str, Value]
    ticket: Mapping[str, Value]
    category: CategoryPart
    facts: tuple[FactPart, ...]
    moments: Mapping[str, MomentValue]
    answer: Value | None
    outcome: Value | None
    finding: Value | None
    remedy: RemedyPart | None

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the file has to have."""
        values = [self.id, *self.customer.values(), *self.ticket.values(), self.category.value]
        values += [fact.value for fact in self.facts]
        values += [one for one in (self.answer, self.outcome, self.finding) if one]
        found = frozenset().union(*(value.columns for value in values))
        found = found.union(*(moment.columns for moment in self.moments.values()))
        if self.remedy:
            parts = (self.remedy.kind, self.remedy.amount, self.remedy.currency)
            found = found.union(*(part.columns for part in parts if part))
            if self.remedy.moment:
                found |= self.remedy.moment.columns
        return found


class _Reader:
    """Takes a mapping apart, naming the path of what is wrong."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw

    def section(self, name: str, known: tuple[str, ...] | set[str]) -> Mapping[str, Any]:
        part = self.raw.get(name) or {}
        if not isinstance(part, Mapping):
            raise MappingInvalid(f"{name}: a table is needed here.", field=name)
        for key in part:
            if key not in known:
                listed = ", ".join(sorted(known))
                raise MappingInvalid(
                    f"{name}.{key} is unknown. Known are: {listed}.", field=f"{name}.{key}"
                )
        return part

    def text(self, name: str, default: str, *, limit: int = 60) -> str:
        value = self.raw.get(name, default)
        if not isinstance(value, str) or not value or len(value) > limit:
            raise MappingInvalid(
                f"{name}: a text of 1 to {limit} characters is needed.", field=name
            )
        return value

    def value(self, name: str) -> Value | None:
        return value_of(self.raw[name], name) if self.raw.get(name) is not None else None


def parse_mapping(raw: Any, *, kind: str) -> ImportMapping:
    """The mapping in `raw`, as YAML gave it, for a file that by its name is of `kind` ("csv",
    "jsonl"). Raises `MappingInvalid`, naming the path."""
    if not isinstance(raw, Mapping):
        raise MappingInvalid("A mapping is a table: source, id, customer, ticket, category …")
    unknown = sorted(set(map(str, raw)) - _TOP)
    if unknown:
        raise MappingInvalid(
            f"{unknown[0]} is unknown. Known are: {', '.join(sorted(_TOP))}.", field=unknown[0]
        )
    read = _Reader(raw)
    for name in ("source", "id", "customer", "ticket", "category", "received"):
        if not raw.get(name):
            raise MappingInvalid(f"{name}: this is needed.", field=name)
    zone = _zone(read.text("time_zone", "UTC"))
    create = _create(raw.get("create", []))
    return ImportMapping(
        source=read.text("source", ""),
        form=_form(read, kind),
        zone=zone,
        currency=_currency(read.text("currency", "GBP", limit=3)),
        historical=_flag(raw.get("historical", True), "historical"),
        create_categories="categories" in create,
        create_facts="facts" in create,
        id=value_of(raw["id"], "id"),
        customer=_customer(read),
        ticket=_ticket(read),
        category=_category(raw["category"]),
        facts=_facts(raw.get("facts") or {}),
        moments={name: moment_of(raw[name], name, zone=zone) for name in _MOMENTS if raw.get(name)},
        answer=read.value("answer"),
        outcome=_outcome(raw),
        finding=read.value("finding"),
        remedy=_remedy(read, zone) if raw.get("remedy") else None,
    )


def _form(read: _Reader, kind: str) -> Form:
    kind = read.text("format", kind)
    if kind not in {"csv", "jsonl"}:
        raise MappingInvalid("format: csv or jsonl.", field="format")
    encoding = read.text("encoding", "utf-8")
    try:
        # Lines are found by their line feeds, so one has to be one byte, and itself.
        known = "\n".encode(encoding) in {b"\n", b"\xef\xbb\xbf\n"}
    except (LookupError, ValueError):
        known = False
    if not known:
        raise MappingInvalid(
            f"encoding: {encoding} is no encoding such as utf-8 or cp1252.", field="encoding"
        )
    delimiter = read.text("delimiter", ",", limit=1)
    if delimiter in '"\r\n\0 ':
        raise MappingInvalid("delimiter: a character such as ; or |.", field="delimiter")
    return Form(kind, encoding, delimiter)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise MappingInvalid(
            f"time_zone: {name} is no zone such as Europe/London.", field="time_zone"
        ) from None
    return name


def _currency(code: str) -> str:
    try:
        decimals_of(code)
    except DomainError as error:
        raise MappingInvalid(f"currency: {error.message}", field="currency") from None
    return code


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise MappingInvalid(f"{path}: true or false.", field=path)
    return value


def _create(value: Any) -> set[str]:
    wanted = value if isinstance(value, list) else [value]
    for one in wanted:
        if not isinstance(one, str) or one not in _CREATE:
            raise MappingInvalid("create: a list of categories, facts.", field="create")
    return set(wanted)


def _customer(read: _Reader) -> Mapping[str, Value]:
    part = read.section("customer", _CUSTOMER)
    if "name" not in part:
        raise MappingInvalid("customer.name: this is needed.", field="customer.name")
    return {key: value_of(part[key], f"customer.{key}") for key in part}


def _ticket(read: _Reader) -> Mapping[str, Value]:
    part = read.section("ticket", _TICKET)
    if "body" not in part:
        raise MappingInvalid("ticket.body: this is needed.", field="ticket.body")
    _check_table(part.get("channel"), "ticket.channel", {one.value for one in Channel})
    return {key: value_of(part[key], f"ticket.{key}") for key in part}


def _check_table(spec: Any, path: str, known: set[str]) -> None:
    """Raises `MappingInvalid` where the table of `spec` leads to a value that is not known."""
    if not isinstance(spec, Mapping):
        return
    table = spec.get("values")
    told = list(table.values()) if isinstance(table, Mapping) else []
    told += [spec[key] for key in ("value", "default") if spec.get(key) is not None]
    for value in told:
        if value is not None and (not isinstance(value, str) or value not in known):
            raise MappingInvalid(
                f"{path}: {value!r} is unknown. Known are: {', '.join(sorted(known))}.",
                field=path,
            )


def _category(spec: Any) -> CategoryPart:
    extra: dict[str, Any] = {}
    if isinstance(spec, Mapping):
        extra = {key: spec[key] for key in ("parent", "parent_name", "names") if key in spec}
        spec = {key: spec[key] for key in spec if key not in extra}
    parent = extra.get("parent", "")
    if not isinstance(parent, str) or (parent and not re.fullmatch(r"[a-z0-9_-]{1,60}", parent)):
        raise MappingInvalid("category.parent: the key of a category.", field="category.parent")
    names = extra.get("names", {})
    if not isinstance(names, Mapping):
        raise MappingInvalid("category.names: a table from keys to names.", field="category.names")
    return CategoryPart(
        value=value_of(spec, "category"),
        parent=parent,
        parent_name=str(extra.get("parent_name") or parent.replace("-", " ").capitalize()),
        names={str(key): str(name) for key, name in names.items()},
    )


def _facts(part: Any) -> tuple[FactPart, ...]:
    if not isinstance(part, Mapping):
        raise MappingInvalid("facts: a table from names to values.", field="facts")
    return tuple(_fact(str(name), spec) for name, spec in part.items())


def _fact(name: str, spec: Any) -> FactPart:
    path = f"facts.{name}"
    extra: dict[str, Any] = {}
    if isinstance(spec, Mapping):
        extra = {key: spec[key] for key in ("kind", "label", "unit") if key in spec}
        spec = {key: spec[key] for key in spec if key not in extra}
    kind = extra.get("kind", "text")
    kinds = {one.value for one in FactKind if one is not FactKind.CHOICE}
    if not isinstance(kind, str) or kind not in kinds:
        known = ", ".join(one.value for one in FactKind if one is not FactKind.CHOICE)
        raise MappingInvalid(f"{path}.kind: one of {known}.", field=path)
    if not re.fullmatch(r"[a-z0-9_-]{1,60}", name):
        raise MappingInvalid(f"{path}: a name has small letters, digits and _.", field=path)
    return FactPart(
        name=name,
        value=value_of(spec, path),
        kind=FactKind(kind),
        label=str(extra.get("label") or name.replace("_", " ").capitalize())[:120],
        unit=str(extra.get("unit") or "")[:20],
    )


def _outcome(raw: Mapping[str, Any]) -> Value | None:
    spec = raw.get("outcome")
    if spec is None:
        return None
    _check_table(spec, "outcome", {one.value for one in Outcome})
    return value_of(spec, "outcome")


def _remedy(read: _Reader, zone: str) -> RemedyPart:
    part = read.section("remedy", {"kind", "amount", "currency", "at"})
    if "kind" not in part:
        raise MappingInvalid("remedy.kind: this is needed.", field="remedy.kind")
    _check_table(part["kind"], "remedy.kind", set(_REMEDY_KINDS))
    values = {key: value_of(part[key], f"remedy.{key}") for key in part if key != "at"}
    return RemedyPart(
        kind=values["kind"],
        amount=values.get("amount"),
        currency=values.get("currency"),
        moment=moment_of(part["at"], "remedy.at", zone=zone) if "at" in part else None,
    )


def is_remedy_kind(kind: str) -> bool:
    """Whether the ledger knows remedies of this kind (the components of DESIGN.md)."""
    return kind in _REMEDY_KINDS
