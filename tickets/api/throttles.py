"""How many requests one sender may make: a protection of everyone else, not a price list."""

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tickets.api.auth import sender_of
from tickets.rates import seconds_to_wait


class SenderThrottle(BaseThrottle):
    """`API_RATE` requests for each client and person."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: object) -> bool:
        """Count the request; False once the window is used up."""
        rate = getattr(settings, "API_RATE", "")
        self._wait = seconds_to_wait(f"api:{sender_of(request)}", rate) if rate else 0.0
        return not self._wait

    def wait(self) -> float:
        """Seconds until the next window."""
        return self._wait
