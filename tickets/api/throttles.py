"""How many requests one sender may make: a protection of everyone else, not a price list."""

import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tickets.api.auth import sender_of

_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600}


def parse_rate(rate: str) -> tuple[int, int]:
    """`"3000/min"` as (requests, seconds). Raises ValueError."""
    count, _, period = rate.partition("/")
    if period not in _SECONDS or int(count) < 1:
        raise ValueError(f"A rate looks like 3000/min, not {rate!r}.")
    return int(count), _SECONDS[period]


class SenderThrottle(BaseThrottle):
    """`API_RATE` requests for each client and person, counted in windows of the cache.

    Without a rate nothing is counted; without a cache everything is let through.
    """

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: object) -> bool:
        """Count the request; False once the window is used up."""
        rate = getattr(settings, "API_RATE", "")
        if not rate:
            return True
        limit, seconds = parse_rate(rate)
        window, spent = divmod(time.time(), seconds)
        key = f"api-rate:{sender_of(request)}:{int(window)}"
        try:
            count = cache.incr(key)
        except ValueError:
            count = 1 if cache.add(key, 1, timeout=seconds * 2) else cache.incr(key)
        self._wait = seconds - spent
        return count <= limit

    def wait(self) -> float:
        """Seconds until the next window."""
        return self._wait
