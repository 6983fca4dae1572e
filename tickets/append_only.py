"""The tables that the database keeps: what happened, what was said, what was granted.

Triggers refuse to rewrite their rows, and TRUNCATE. Who resets a whole site (the demo, a test)
switches the guard against TRUNCATE off in his own transaction; nothing else does.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

_TRUNCATE = 1 << 5  # of pg_trigger.tgtype
_GUARDS = """
SELECT quote_ident(c.relname), quote_ident(t.tgname)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgtype::int & %s <> 0 AND NOT t.tgisinternal AND t.tgenabled = 'O'
    AND c.relnamespace = current_schema()::regnamespace
ORDER BY 1
"""


def guarded_tables() -> list[tuple[str, str]]:
    """(table, trigger) of each table that can't be emptied, as SQL writes their names."""
    with connection.cursor() as cursor:
        cursor.execute(_GUARDS, [_TRUNCATE])
        return [(str(table), str(trigger)) for table, trigger in cursor.fetchall()]


@contextmanager
def everything_goes() -> Iterator[CursorWrapper]:
    """A cursor in a transaction of its own kind, in which tables may be emptied.

    The role must own the tables; others wait for the transaction to end.
    """
    guards = guarded_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, trigger in guards:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        yield cursor
        for table, trigger in guards:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
