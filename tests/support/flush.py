"""Django empties the database between tests that commit; the guarded tables let it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from tickets.append_only import everything_goes


def let_tests_flush() -> None:
    """From now on Django's flush on this connection switches the guards off meanwhile."""

    def execute_sql_flush(sql_list: Sequence[Any]) -> None:
        with everything_goes() as cursor:
            for sql in sql_list:
                cursor.execute(sql)

    connection.ops.execute_sql_flush = execute_sql_flush  # type: ignore[assignment, method-assign]
