"""Keys that are known before the INSERT: never the same one twice, also after a server crashed."""

import pytest
from django.db import connection

from tickets.ids import next_id
from tickets.models import Alert
from tickets.rows import Rows


@pytest.mark.django_db(transaction=True)
def test_what_a_crash_took_back_from_a_sequence_is_not_given_twice() -> None:
    """A server that crashes forgets keys that it gave in a transaction which was not committed,
    and gives them again: those in hand must be dropped with the connection."""
    first = next_id(Alert)
    connection.close()
    with connection.cursor() as cursor:  # what recovery does
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('tickets_alert', 'id'), %s, false)", [first]
        )
    connection.close()
    keys = [next_id(Alert) for _ in range(600)]
    assert len(set(keys)) == 600


def test_two_rows_with_one_key_are_refused_before_one_of_them_is_lost() -> None:
    rows = Rows()
    rows.add(Alert(pk=7))
    with pytest.raises(RuntimeError, match=r"tickets\.Alert 7"):
        rows.add(Alert(pk=7))
