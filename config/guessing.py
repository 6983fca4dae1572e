"""Private links are long enough that nobody guesses one; here nobody can even try in earnest.

What counts are misses: links that lead nowhere, for each network address. Beyond `LINK_RATE` the
address is asked to wait, a minute at most, except for links that opened before: whoever shares an
address with somebody who guesses keeps his own page.
"""

import hashlib
import math
import re
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from desk.views.errors import too_many
from tickets.rates import address_of, is_over, seconds_to_wait

_LINK = re.compile(r"/(?:c|s|complain/received)/([^/]+)/")
#: How long a link that opened is remembered, in seconds.
_KNOWN = 30 * 24 * 3600


class GuessingMiddleware:
    """Asks an address that guesses to wait. Without a rate, or without a cache, nobody waits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or 429."""
        rate, link = settings.LINK_RATE, _LINK.match(request.path)
        if not rate or link is None:
            return self._get_response(request)
        who = f"link:{address_of(request)}"
        # The cache is no place for a key that opens a door.
        known = "link:" + hashlib.sha256(link[1].encode("utf-8", "replace")).hexdigest()
        wait = is_over(who, rate)
        if wait and cache.get(known) is None:
            response = too_many(request)
            response["Retry-After"] = str(math.ceil(wait))
            add_never_cache_headers(response)
            return response
        response = self._get_response(request)
        if response.status_code == 404:
            seconds_to_wait(who, rate)
        elif response.status_code < 400:
            cache.set(known, True, _KNOWN)
        return response
