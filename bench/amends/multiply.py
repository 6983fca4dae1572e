"""Makes many tickets of a few: every row that belongs to a ticket or customer, copied in SQL.

What belongs is read from the models, so a table that is added later is filled too. A copy's keys
are those of the original plus a distance, its moments are later by a bit, what must be unique gets
the number of the copy. Only keys inside JSON stay as they were.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import Max, Min, UniqueConstraint

from tickets import ids
from tickets.models import Customer, Ticket
from tickets.rules import NEVER

#: Copies that one statement makes.
BATCH = 100
#: Each copy happened so much later than the one before.
SPACING = dt.timedelta(seconds=37)

# The number that people say: tickets.numbers, once more, for the database.
_NUMBER = """
CREATE OR REPLACE FUNCTION pg_temp.number_of(key bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    damm constant text :=
        '0317598642709215486342068713591750983426612304597836742095815869720134'
        '894536201794386172052581436790';
    interim int := 0;
    digit text;
BEGIN
    FOREACH digit IN ARRAY string_to_array(key::text, NULL) LOOP
        interim := substr(damm, interim * 10 + digit::int + 1, 1)::int;
    END LOOP;
    RETURN 'A-' || key || interim;
END $$
"""


@dataclass
class Table:
    """A table to copy: its columns, and the expression of each for copy number `k.n`."""

    model: type[models.Model]
    distance: int
    columns: dict[str, str]

    @property
    def name(self) -> str:
        """As the database knows it."""
        return self.model._meta.db_table

    @property
    def original(self) -> str:
        """The temporary table that holds what is copied."""
        return f"original_{self.name}"

    def insert(self) -> str:
        """The statement that makes the copies between two numbers."""
        names = ", ".join(f'"{column}"' for column in self.columns)
        values = ", ".join(self.columns.values())
        return (
            f'INSERT INTO "{self.name}" ({names}) SELECT {values}'
            f' FROM generate_series(%s::bigint, %s::bigint) k(n) CROSS JOIN "{self.original}" o'
        )


def multiply(
    copies: int,
    *,
    progress: Callable[[int], None] | None = None,
    without: Collection[type[models.Model]] = (),
    spread: Mapping[type[models.Model], int] | None = None,
) -> None:
    """Add `copies` copies of everything that belongs to a ticket or customer, but for the rows of
    `without`, of which none is left. The dates (not the moments) of copies of `spread` lie on so
    many days, back from those of the originals.

    The database's role must be a superuser: foreign keys and triggers are off meanwhile. Call it
    inside a transaction, which need not write its log where the server's wal_level is minimal,
    because the tables are emptied and filled anew in it.
    """
    members = belonging()
    tables = plan([model for model in members if model not in without], spread or {})
    with connection.cursor() as cursor:
        # What this transaction wrote before must be checked before its tables are emptied.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(_NUMBER)
        for table in tables:
            cursor.execute(f'CREATE TEMP TABLE "{table.original}" AS SELECT * FROM "{table.name}"')
        names = ", ".join(f'"{model._meta.db_table}"' for model in members)
        cursor.execute(f"TRUNCATE {names}")
        for first in range(0, copies + 1, BATCH):
            last = min(first + BATCH - 1, copies)
            for table in tables:
                cursor.execute(table.insert(), [first, last])
            if progress is not None:
                progress(last)
        for table in tables:
            cursor.execute(f'DROP TABLE "{table.original}"')
            _advance(cursor, table)
        cursor.execute("SET LOCAL session_replication_role = origin")
    # The keys that this process holds in store are those of copies now.
    ids.forget()


def belonging() -> list[type[models.Model]]:
    """Ticket, Customer, and every model that points at one of them, directly or not."""
    candidates = [
        model
        for label in (name.rpartition(".")[2] for name in settings.LOCAL_APPS)
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        # Not the tables of django-simple-history, and no table twice.
        if not hasattr(model, "history_object") and not model._meta.proxy
    ]
    found: list[type[models.Model]] = [Customer, Ticket]
    grown = True
    while grown:
        grown = False
        for model in candidates:
            targets = {f.related_model for f in model._meta.concrete_fields if f.is_relation}
            if model not in found and targets & set(found):
                found.append(model)
                grown = True
    return found


def plan(
    members: list[type[models.Model]], spread: Mapping[type[models.Model], int]
) -> list[Table]:
    """How each table is copied."""
    distances = {model: _distance(model) for model in members}
    return [
        Table(model, distances[model], {
            str(field.column): _earlier(field, spread.get(model, 0))
            or _expression(model, field, distances)
            for field in model._meta.concrete_fields
        })
        for model in members
    ]  # fmt: skip


def _earlier(field: models.Field, days: int) -> str:
    """A date that lies on one of so many days; "" for what is none."""
    is_date = isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
    return f'o."{field.column}" - (k.n %% {days})::int' if days and is_date else ""


def _distance(model: type[models.Model]) -> int:
    ends = model._default_manager.aggregate(low=Min("pk"), high=Max("pk"))
    return int(ends["high"]) - int(ends["low"]) + 1 if ends["high"] is not None else 1


def _expression(
    model: type[models.Model], field: models.Field, distances: dict[type[models.Model], int]
) -> str:
    column = f'o."{field.column}"'
    target = field.related_model if field.is_relation else None
    if target in distances:
        return f"{column} + k.n * {distances[target]}"
    if field.primary_key:
        return f"{column} + k.n * {distances[model]}"
    if model is Ticket and field.name == "number":
        return f"pg_temp.number_of(o.id + k.n * {distances[model]})"
    if isinstance(field, models.DateTimeField):
        seconds = int(SPACING.total_seconds())
        later = f"{column} + k.n * interval '{seconds} seconds'"
        return f"CASE WHEN {column} < '{NEVER - dt.timedelta(days=1):%Y-%m-%d}' THEN {later} ELSE {column} END"  # noqa: E501
    if isinstance(field, models.CharField | models.TextField) and _must_differ(
        model, field, set(distances)
    ):
        room = (field.max_length or 10_000) - 8
        unchanged = f"{column} = '' OR k.n = 0"
        copy = f"left({column}, {room}) || '.' || k.n"
        return f"CASE WHEN {unchanged} THEN {column} ELSE {copy} END"
    return column


def _must_differ(
    model: type[models.Model], field: models.Field, members: set[type[models.Model]]
) -> bool:
    """Whether a copy of the column as it is would break a rule of uniqueness."""
    if field.unique:
        return True
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and field.name in constraint.fields:
            others = [model._meta.get_field(name) for name in constraint.fields]
            if not any(f.is_relation and f.related_model in members for f in others):
                return True
    return False


def _advance(cursor: "connection.cursor", table: Table) -> None:  # type: ignore[name-defined]
    """Have the table's sequence go on after the highest key."""
    pk = table.model._meta.pk
    if isinstance(pk, models.AutoField | models.BigAutoField):
        cursor.execute(
            f'SELECT setval(pg_get_serial_sequence(%s, %s), max("{pk.column}"))'
            f' FROM "{table.name}" HAVING max("{pk.column}") IS NOT NULL',
            [f'"{table.name}"', pk.column],
        )
