"""Primary keys known before the INSERT, so that a unit of work can write in bulk.

Keys come from the table's own sequence, a block at a time for each process, so a ticket
with all its parts costs no extra query for them. Keys of a block that a process never
uses leave gaps, which nothing minds: order is by moment or by `Event.seq`, not by key.
Keys in hand are dropped where a connection is made anew.
"""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models
from django.db.backends.signals import connection_created
from django.dispatch import receiver

_BLOCK = 256
_block = ContextVar("block", default=_BLOCK)
#: The table whose keys people read, as ticket numbers.
_NUMBERED = "tickets_ticket"
_lock = threading.Lock()
#: By table; a process works on one database, and calls `forget` where that is exchanged.
_pools: dict[str, deque[int]] = {}


def forget() -> None:
    """Drop the keys in hand, such as after the database was exchanged for another."""
    _pools.clear()


@receiver(connection_created)
def _drop_with_connection(**_: Any) -> None:
    """A new connection may be one to a server that has crashed. A sequence that was asked in a
    transaction which was not committed may then be behind what it gave, and gives it again: what
    this process has in hand could be given to somebody else, or twice to itself."""
    forget()


# A forked child must not hand out what its parent holds.
os.register_at_fork(after_in_child=forget)


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    """Fetch `size` keys at a time within the block: for those who make thousands of rows."""
    token = _block.set(size)
    try:
        yield
    finally:
        _block.reset(token)


def _size(table: str) -> int:
    """How many keys to fetch: people read a ticket's number as when it came in, so outside of
    batches each is asked for by itself."""
    size = _block.get()
    return 1 if table == _NUMBERED and size == _BLOCK else size


def next_id(model: type[models.Model]) -> int:
    """A fresh primary key of `model`, never given before."""
    table = model._meta.db_table
    with _lock:
        pool = _pools.setdefault(table, deque())
        if pool:
            return pool.popleft()
    # Not under the lock: the other threads of the process need not wait for the server.
    fetched = _fetch(model, _size(table))
    with _lock:
        pool.extend(fetched[1:])
    return fetched[0]


def _fetch(model: type[models.Model], size: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            # The sequence is looked up once, not for each key.
            "WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name)"
            " SELECT nextval(s.name) FROM s, generate_series(1, %s)",
            [f'"{model._meta.db_table}"', model._meta.pk.column, size],
        )
        return [int(row[0]) for row in cursor.fetchall()]
