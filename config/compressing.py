"""Pages leave compressed: a ticket's page of 80 kB is 15 on the wire."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PagesCompressed(GZipMiddleware):
    """HTML and the words of scripts, whole. What streams (files, live events) leaves as it is, at
    once; so do answers of the API, whose ETag is the version that `If-Match` compares: compressed
    it would be a weak one.

    Secrets in a page are masked anew each time, and Django adds random bytes, so that its length
    tells nothing (BREACH).
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress pages and parts of pages."""
        kind = response.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in {"text/html", "text/javascript"}:
            return response
        return super().process_response(request, response)
