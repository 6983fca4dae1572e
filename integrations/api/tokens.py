"""Tokens for API clients (OAuth 2.0, RFC 6749 and RFC 7009).

What the library does, after what it stumbles over is refused in the words of the RFCs.
"""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from oauth2_provider.views import RevokeTokenView, TokenView


def _has_nul(request: HttpRequest) -> bool:
    """Whether a value that the database is going to be asked for can't be one of its texts."""
    lists = [request.POST.getlist(key) for key in request.POST]
    if any("\0" in value for values in lists for value in values):
        return True
    kind, _, told = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        return b"\0" in unquote_to_bytes(base64.b64decode(told))
    except (binascii.Error, ValueError):
        return False  # the library refuses it by itself


def _refusal(error: str) -> JsonResponse:
    return JsonResponse({"error": error}, status=400, headers={"Cache-Control": "no-store"})


class Token(TokenView):
    """A token for a client's id and secret; no other grant is offered."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The token, or what is wrong (RFC 6749, 5.2)."""
        if request.POST.get("grant_type") != "client_credentials":
            return _refusal("unsupported_grant_type")
        if _has_nul(request):
            return _refusal("invalid_request")
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer


class Revocation(RevokeTokenView):
    """The end of a token."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing, or what is wrong (RFC 7009, 2.2.1)."""
        if _has_nul(request):
            return _refusal("invalid_request")
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer
