"""How often somebody may ask for something: counted in windows, in the cache.

Without a rate nothing is counted; without a cache everything is let through.
"""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600}


def parse_rate(rate: str) -> tuple[int, int]:
    """`"3000/min"` as (requests, seconds). Raises ValueError."""
    count, _, period = rate.partition("/")
    if period not in _SECONDS or int(count) < 1:
        raise ValueError(f"A rate looks like 3000/min, not {rate!r}.")
    return int(count), _SECONDS[period]


def _window(who: str, seconds: int) -> tuple[str, float]:
    """The key that counts the running window of `who`, and how many seconds of it are left."""
    number, spent = divmod(time.time(), seconds)
    return f"rate:{who}:{int(number)}", seconds - spent


def is_over(who: str, rate: str) -> float:
    """Without counting: 0 while `who` has not used up `rate`, else the seconds to wait."""
    limit, seconds = parse_rate(rate)
    key, left = _window(who, seconds)
    return left if int(cache.get(key) or 0) >= limit else 0.0


def seconds_to_wait(who: str, rate: str) -> float:
    """Count one request of `who` under `rate`; 0 while it is within, else the seconds to wait."""
    if not rate:
        return 0.0
    limit, seconds = parse_rate(rate)
    key, left = _window(who, seconds)
    try:
        count = cache.incr(key)
    except ValueError:
        count = 1 if cache.add(key, 1, timeout=seconds * 2) else cache.incr(key)
    return 0.0 if count <= limit else left


def address_of(request: HttpRequest) -> str:
    """The network address that a request came from: what our own proxy says, where there is one."""
    if getattr(settings, "TRUST_PROXY", False):
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        if forwarded:
            return forwarded[:60]
    return str(request.META.get("REMOTE_ADDR", ""))
