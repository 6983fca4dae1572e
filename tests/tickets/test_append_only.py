"""The database refuses to rewrite what happened and what was said."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.builders import Desk, make_ticket
from tickets.append_only import everything_goes
from tickets.models import Event, Message


def _refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else PostgreSQL would not even try
            cursor.execute(sql)
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tickets_event SET type = 'never'",
        "DELETE FROM tickets_event",
        "UPDATE tickets_message SET body = 'We never said that'",
        "DELETE FROM tickets_message",
        "TRUNCATE tickets_event",
        "TRUNCATE tickets_message CASCADE",
        "TRUNCATE tickets_ticket CASCADE",
        "TRUNCATE remedies_remedyentry",
        "TRUNCATE remedies_remedy CASCADE",
        "TRUNCATE remedies_refusal",
        "TRUNCATE remedies_offercomponent CASCADE",
        "TRUNCATE remedies_remedypolicy CASCADE",
    ],
)
def test_the_past_cannot_be_rewritten(desk: Desk, sql: str) -> None:
    make_ticket(desk)
    assert Event.objects.exists()
    assert Message.objects.exists()
    assert _refused(sql)


@pytest.mark.django_db
def test_every_table_that_keeps_its_rows_can_not_be_emptied() -> None:
    rows = """
        SELECT c.relname, bool_or(t.tgtype::int & 8 <> 0), bool_or(t.tgtype::int & 32 <> 0)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgconstraint = 0 GROUP BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(rows)
        found = cursor.fetchall()
    assert {table for table, deletes, _ in found if deletes} == {
        table for table, _, truncates in found if truncates
    }
    assert len(found) == 11


def test_who_resets_everything_may_and_the_guard_stands_again(desk: Desk) -> None:
    make_ticket(desk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with everything_goes() as cursor:
        cursor.execute("TRUNCATE tickets_event")
    assert not Event.objects.exists()
    assert _refused("TRUNCATE tickets_event")
