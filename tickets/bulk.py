"""Many new rows in one statement whose text does not grow with them.

An INSERT with a placeholder for every value costs more in building and reading its own text than
in PostgreSQL: measured on 600 rows of 27 columns, ten times as much as handing the rows over as one
JSON document.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models import Field

#: Types of columns whose values JSON can carry; a model with another one goes Django's own way.
_PLAIN = frozenset(
    {
        "BigAutoField", "BigIntegerField", "BooleanField", "CharField", "DateField",
        "DateTimeField", "FileField", "ForeignKey", "IntegerField", "JSONField",
        "PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField",
        "SlugField", "SmallIntegerField", "TextField", "ArrayField", "EmailField", "URLField",
        "OneToOneField", "DecimalField", "UUIDField",
    }
)  # fmt: skip

_AS_THEY_ARE = frozenset({type(None), str, int, bool, dict, list})

#: Made once: making one costs more than to encode a short row.
_ENCODER = DjangoJSONEncoder(separators=(",", ":"))

#: A model, its rows, and whether those that a constraint refuses are left out.
Part = tuple[type[models.Model], Sequence[models.Model], bool]


@dataclass(frozen=True)
class Plan:
    """How rows of a model are inserted."""

    statement: str
    columns: tuple[str, ...]
    #: The values of all columns of a row, at once.
    read: Callable[[models.Model], tuple[Any, ...]]
    #: Fields that set their own value before it is stored, such as files and `auto_now`.
    prepared: tuple[Field[Any, Any], ...]

    def document(self, rows: Sequence[models.Model]) -> str:
        """The rows as JSON. What a row has not is left out: PostgreSQL takes that as null."""
        values = []
        for row in rows:
            for field in self.prepared:
                field.pre_save(row, add=True)
            read = self.read(row)
            told = zip(self.columns, read, strict=True)
            values.append({name: _value(value) for name, value in told if value is not None})
        return _ENCODER.encode(values)


def _sets_itself(field: Field[Any, Any]) -> bool:
    if isinstance(field, models.DateField):
        return bool(field.auto_now or field.auto_now_add)
    return type(field).pre_save is not Field.pre_save


@lru_cache(maxsize=128)
def _plan(model: type[models.Model]) -> Plan | None:
    """The statement and its columns; None where a column is of a type not known here."""
    # What the database fills in itself is left to it.
    fields = [f for f in model._meta.concrete_fields if not f.has_db_default()]
    if len(fields) < 2 or any(f.get_internal_type() not in _PLAIN for f in fields):
        return None
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(str(f.column)) for f in fields)
    statement = (
        f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608 - names of our own
        f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
    )
    return Plan(
        statement=statement,
        columns=tuple(str(f.column) for f in fields),
        read=attrgetter(*(f.attname for f in fields)),
        prepared=tuple(f for f in fields if _sets_itself(f)),
    )


def insert(model: type[models.Model], rows: Sequence[models.Model], *, once: bool = False) -> None:
    """Insert `rows`, whose keys are set. With `once`, those that a constraint refuses are left out.

    Raises IntegrityError and DataError as any INSERT does.
    """
    insert_all([(model, rows, once)])


def insert_all(parts: Sequence[Part]) -> None:
    """Insert rows of several models, whose foreign keys may point at each other.

    All in one statement, because a ticket has rows in ten tables and for each the way to the
    server and back costs as much as its work there.
    """
    statements: list[str] = []
    documents: list[str] = []
    alias = connection.alias
    for model, rows, once in parts:
        plan = _plan(model)
        if plan is None:
            model._default_manager.bulk_create(rows, ignore_conflicts=once)
            continue
        documents.append(plan.document(rows))
        statements.append(plan.statement + (" ON CONFLICT DO NOTHING" if once else ""))
        for row in rows:
            row._state.adding = False
            row._state.db = alias
    if statements:
        *others, last = statements
        named = ", ".join(f"part{n} AS ({text})" for n, text in enumerate(others))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {named} {last}" if others else last, documents)


def update(model: type[models.Model], rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the named fields of `rows`, in one statement however many they are."""
    if not rows:
        return
    fields = [f for f in model._meta.concrete_fields if f.name in names]
    if len(rows) == 1 or any(f.get_internal_type() not in _PLAIN for f in fields):
        for row in rows:
            row.save(update_fields=names)
        return
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    columns = [quote(str(f.column)) for f in fields]
    statement = (
        f"UPDATE {table} AS t SET {', '.join(f'{c} = v.{c}' for c in columns)}"  # noqa: S608
        f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS v WHERE t.{key} = v.{key}"
    )
    values = [
        {model._meta.pk.column: row.pk}
        | {f.column: _value(getattr(row, f.attname)) for f in fields}
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [_ENCODER.encode(values)])


def _value(value: Any) -> Any:
    """The JSON of a column's value. Moments keep their microseconds."""
    if type(value) is dt.datetime and value.tzinfo is dt.UTC:
        return value.isoformat()
    if type(value) in _AS_THEY_ARE or isinstance(value, str | int | dict | list):
        return value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
