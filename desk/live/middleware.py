"""The pulse, answered before sessions, people and the database are asked.

Of the pages that ask every few seconds nearly all are told "nothing new": that costs two round
trips to Redis. Everything else goes on to `desk.views.live.pulse`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from desk.live import pulse
from desk.live.grants import session_of

PATH = "/desk/pulse/"
#: A page sends it with each pulse; another site can't, so nobody is made to be somewhere.
HEADER = "HTTP_X_LIVE"


class PulseMiddleware:
    """See above."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a pulse from Redis, or leave it to the view."""
        if request.path_info == PATH and request.method == "GET":
            found = self._quick(request)
            if found is not None:
                return found
        return self._get_response(request)

    @staticmethod
    def _quick(request: HttpRequest) -> HttpResponse | None:
        session = session_of(request)
        if not session or request.META.get(HEADER) != "1":
            return None
        wants = pulse.Wants.of(request.GET.dict())
        now = time.time()

        def look(redis: object) -> dict[str, object] | None:
            alive, grant = pulse.first(redis, session, wants)
            if not alive or grant is None:
                return None
            found = pulse.second(redis, grant, wants, now=now)
            if pulse.is_stale(grant, found):
                return None
            return pulse.answer(grant, found, wants, now=now)

        told = cache.ask(look, None)  # type: ignore[attr-defined]
        return None if told is None else answered(told)


def answered(told: dict[str, object], *, status: int = 200) -> HttpResponse:
    """The answer, which nobody may keep."""
    response = HttpResponse(
        json.dumps(told, separators=(",", ":")), content_type="application/json", status=status
    )
    response["Cache-Control"] = "no-store"
    return response
