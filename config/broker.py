"""Kombu's Redis transport, with one fault of it mended.

A task that ends after the connection to Redis was lost, and was dropped by the worker,
acknowledges its message on a channel that no longer has a connection. Kombu 5.7 then raises
AttributeError, which nobody expects: the whole worker ends as by an "unrecoverable error".
As the loss of a connection, which it is, it is logged and the worker connects again; the
message is delivered a second time, which a doorbell may be.
"""

from typing import Any

from kombu.transport import redis as kombu_redis
from redis.exceptions import ConnectionError as ConnectionLost


class Channel(kombu_redis.Channel):
    """A channel that says so when its connection is gone."""

    def _connparams(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if self.connection.client is None:
            raise ConnectionLost("The connection of this channel was closed")
        found: dict[str, Any] = super()._connparams(*args, **kwargs)  # type: ignore[misc]
        return found


class Transport(kombu_redis.Transport):
    """Redis, as a broker that may go at any moment."""

    Channel = Channel
