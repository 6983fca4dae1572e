"""The Redis cache, made dispensable: where Redis is gone, every read is a miss."""

import time
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

import redis
import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

# After a failure Redis is left alone for this many seconds, so that a dead
# Redis costs one time-out now and then, not one for each lookup of each page.
REST_AFTER_FAILURE = 2.0

Answer = TypeVar("Answer")


class DispensableRedisCache(RedisCache):
    """A RedisCache that behaves like Django's dummy cache while Redis cannot be reached."""

    _resting_until = 0.0  # monotonic seconds; each process learns it for itself

    def _dispense(self, call: Callable[[], Answer], otherwise: Answer) -> Answer:
        if time.monotonic() < DispensableRedisCache._resting_until:
            return otherwise
        try:
            return call()
        except (RedisError, OSError) as error:
            DispensableRedisCache._resting_until = time.monotonic() + REST_AFTER_FAILURE
            log.warning("cache_unreachable", error=str(error))
            return otherwise

    def ask(self, call: Callable[["redis.Redis"], Answer], otherwise: Answer) -> Answer:
        """What `call` finds at Redis itself, for what a cache has no words for (a stream, a hash);
        `otherwise` while Redis is gone."""
        return self._dispense(lambda: call(self._redis), otherwise)

    @cached_property
    def _redis(self) -> "redis.Redis":
        """One client for all questions: to make one takes as long as to ask."""
        client: redis.Redis = self._cache.get_client(None, write=True)
        return client

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store if absent; True while Redis is gone, as nothing is stored there."""
        return self._dispense(
            lambda: super(DispensableRedisCache, self).add(key, value, timeout, version), True
        )

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Read one key; `default` while Redis is gone."""
        return self._dispense(
            lambda: super(DispensableRedisCache, self).get(key, default, version), default
        )

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Store one key; nothing happens while Redis is gone."""
        self._dispense(
            lambda: super(DispensableRedisCache, self).set(key, value, timeout, version), None
        )

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Renew one key; False while Redis is gone."""
        return self._dispense(
            lambda: super(DispensableRedisCache, self).touch(key, timeout, version), False
        )

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget one key; False while Redis is gone."""
        return self._dispense(
            lambda: super(DispensableRedisCache, self).delete(key, version), False
        )

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """Read several keys; none is found while Redis is gone."""
        return self._dispense(
            lambda: super(DispensableRedisCache, self).get_many(keys, version), {}
        )

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Whether a key is stored; False while Redis is gone."""
        return self._dispense(
            lambda: super(DispensableRedisCache, self).has_key(key, version), False
        )

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count up; a count that starts anew while Redis is gone.

        Raises ValueError for an absent key, as every Django cache does.
        """
        return self._dispense(
            lambda: super(DispensableRedisCache, self).incr(key, delta, version), delta
        )

    def set_many(
        self,
        data: dict[Any, Any],
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> list[Any]:
        """Store several keys; the list of those that failed is empty by design."""
        return self._dispense(
            lambda: super(DispensableRedisCache, self).set_many(data, timeout, version), []
        )

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        """Forget several keys; nothing happens while Redis is gone."""
        self._dispense(lambda: super(DispensableRedisCache, self).delete_many(keys, version), None)

    def clear(self) -> None:
        """Forget everything; nothing happens while Redis is gone."""
        self._dispense(lambda: super(DispensableRedisCache, self).clear(), None)
