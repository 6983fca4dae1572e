"""Pages leave compressed: a ticket's page of 80 kB is 15 on the wire."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PagesCompressed(GZipMiddleware):
    """HTML and JSON, whole. What streams (files, live events) leaves as it is, at once.

    Secrets in a page are masked anew each time, and Django adds random bytes, so that its length
    tells nothing (BREACH).
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress what a page or a script reads as text."""
        kind = response.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in {"text/html", "application/json"}:
            return response
        return super().process_response(request, response)
