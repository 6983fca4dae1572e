"""The database refuses to rewrite what happened and what was said."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.builders import Desk, make_ticket
from tickets.models import Event, Message


def _refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
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
    ],
)
def test_the_past_cannot_be_rewritten(desk: Desk, sql: str) -> None:
    make_ticket(desk)
    assert Event.objects.exists()
    assert Message.objects.exists()
    assert _refused(sql)
