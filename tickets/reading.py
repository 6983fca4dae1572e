"""Asking the database for a report in SQL, about tickets that the reader may see; and for a page of
those behind a figure of it."""

from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from tickets.listed import Listed, Page
from tickets.models import Ticket

#: A report sorts more than a page does: so much memory for each sort.
_WORK_MEM = "64MB"
#: A page of what a query calls `listed`, and on every page, though it be empty, how many there are.
_PAGE = """
SELECT c.every, l.ticket_id, l.moment, l.keys FROM (SELECT count(*) AS every FROM listed) c
LEFT JOIN LATERAL (
  SELECT * FROM listed
  WHERE %(at)s::timestamptz IS NULL
    OR (moment, keys) < (%(at)s::timestamptz, %(keys)s::bigint[])
  ORDER BY moment DESC, keys DESC LIMIT %(rows)s
) l ON true
ORDER BY l.moment DESC, l.keys DESC
"""


def read(query: str, seen: QuerySet[Ticket, Any], **values: Any) -> list[list[Any]]:
    """The rows of a query in which `{seen}` stands for that set of tickets. Two statements."""
    text, given = seen.order_by().query.sql_with_params()
    named = {f"seen_{place}": value for place, value in enumerate(given)}
    text = text % tuple(f"%({name})s" for name in named)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [_WORK_MEM])
        cursor.execute(query.replace("{seen}", text), {**values, **named})
        return [list(row) for row in cursor.fetchall()]


def read_page(query: str, seen: QuerySet[Ticket, Any], page: Page, **values: Any) -> Listed:
    """A page of a query that ends in `listed` (ticket_id, moment, keys: bigint[]), the newest
    first. Two statements."""
    after = page.after
    rows = read(
        query + _PAGE, seen, **values, at=after.at if after else None,
        keys=list(after.keys) if after else [], rows=page.limit + 1,
    )  # fmt: skip
    found = [(ticket, moment, *keys) for _, ticket, moment, keys in rows if ticket is not None]
    return Listed.of(rows[0][0], found, page)
