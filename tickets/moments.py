"""Moments as they come from the database.

Django reads each with a regular expression and arithmetic of its own, which is a tenth of the time
of a page with many rows or of a sweep; the parser of Python does the same in a twentieth of it.
"""

import datetime as dt
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.signals import connection_created
from django.dispatch import receiver


class MomentLoader(BaseTzLoader):
    """Reads `timestamptz`, in UTC."""

    #: What Django compares with the connection's, before it puts its own reader in this place.
    timezone = dt.UTC

    def load(self, data: Any) -> dt.datetime:
        """The moment. Years that Python has not are refused as Django refuses them."""
        try:
            moment = dt.datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)
        return moment if moment.tzinfo is dt.UTC else moment.astimezone(dt.UTC)


@receiver(connection_created)
def read_moments_quickly(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Have a new connection use it."""
    if connection.vendor == "postgresql" and connection.timezone is dt.UTC:
        adapters = connection.connection.adapters
        adapters.register_loader("timestamptz", MomentLoader)
