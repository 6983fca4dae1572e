"""A condition that is written down as SQL once, and stands in as many queries as a desk asks.

What somebody may see is part of each of the dozens of sets that a page reads and counts. Left to
itself, Django thinks it out and writes it anew for each, which takes longer than PostgreSQL needs
to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

Rows = TypeVar("Rows", bound=QuerySet[Any])
#: What stands in a text for the table whose rows are asked about, and for their column.
_ROW, _COLUMN = "the_row", "the_column"


@dataclass(frozen=True)
class Text:
    """SQL of a condition on a row, with its values."""

    sql: str
    given: tuple[Any, ...]


def apart(rows: Rows, name: str) -> Rows:
    """The same rows, whose table has `name` in whatever they are nested in. Django numbers what is
    nested within a query; a text doesn't know into which it will come."""
    found = rows.all()
    found.query.alias_prefix = name
    found.query.change_aliases({str(found.query.get_initial_alias()): name})
    return found


def written(model: type[models.Model], which: Q) -> Text:
    """What `which` asks of a row of `model`. Whatever is nested in it has to be `apart`."""
    query = apart(model._default_manager.all(), _ROW).filter(which).query
    try:
        sql, given = query.get_compiler(connection=connection).compile(query.where)
    except EmptyResultSet:
        return Text("FALSE", ())
    return Text(f"({sql})", tuple(given))


def pointing_at(model: type[models.Model], which: Q, *, name: str) -> Text:
    """The same of the one row of `model` to which the column of another table points: looked up
    row by row. Within the text that row is called `name`."""
    asked = written(model, which)
    table = connection.ops.quote_name(model._meta.db_table)
    told = asked.sql.replace(_ROW, name)
    found = f"SELECT 1 FROM {table} {name} WHERE {name}.id = {_COLUMN} AND {told} LIMIT 1"  # noqa: S608 - Django wrote it
    return Text(f"(({found}) IS NOT NULL)", asked.given)


class Holds(Expression):
    """Whether `text` holds for a row, or for that to which its column `key` points."""

    output_field = models.BooleanField()

    def __init__(self, text: Text, key: str = "pk") -> None:
        super().__init__()
        self.text = text
        self.column: Any = F(key)

    def get_source_expressions(self) -> list[Any]:
        """The column, by which Django finds the table."""
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        """The same, as it was found."""
        (self.column,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The text, told of the table as this query calls it."""
        column, _ = compiler.compile(self.column)
        row = column.rpartition(".")[0]
        return self.text.sql.replace(_COLUMN, column).replace(_ROW, row), self.text.given
