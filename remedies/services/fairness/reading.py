"""Asking the database for a report in SQL, about tickets that the reader may see."""

from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from tickets.models import Ticket

#: A report sorts more than a page does: so much memory for each sort.
_WORK_MEM = "64MB"


def read(query: str, seen: QuerySet[Ticket, Any], **values: Any) -> list[list[Any]]:
    """The rows of a query in which `{seen}` stands for that set of tickets. Two statements."""
    text, given = seen.order_by().query.sql_with_params()
    named = {f"seen_{place}": value for place, value in enumerate(given)}
    text = text % tuple(f"%({name})s" for name in named)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [_WORK_MEM])
        cursor.execute(query.replace("{seen}", text), {**values, **named})
        return [list(row) for row in cursor.fetchall()]
