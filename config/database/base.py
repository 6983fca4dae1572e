"""The database backend (`ENGINE = "config.database"`).

Before its first query a request asks whether the connection that it was given still works. Django
asks the server, which costs each request a way there and back. A server that ended a connection has
said so and closed its socket, and the kernel knows that already: looking costs nothing. What it
can't see is a host that vanished without a word; for that there are TCP keepalives, and the query
that fails.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, which asks the socket first."""

    def is_usable(self) -> bool:
        """Whether the server has not ended the connection."""
        connection: Any = self.connection
        if connection is None or connection.closed:
            return False
        pgconn = connection.pgconn
        quiet = select.poll()
        quiet.register(pgconn.socket, select.POLLIN)
        if pgconn.transaction_status != TransactionStatus.IDLE or quiet.poll(0):
            # In the middle of something, or something came unasked: a notice, or the end.
            return bool(super().is_usable())
        return bool(pgconn.status == ConnStatus.OK)
