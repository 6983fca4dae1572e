"""The form of every view: who asks, what was sent, one service call, an answer.

A view reads the clock once (`self.now`) and hands it on. To add an operation, write a view with
`read_scope` / `write_scope` and either `get` or, for what changes something, `do`.
"""

import datetime as dt
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tickets.access import Principal
from tickets.actors import Actor
from tickets.api.auth import HasScope, TokenAuthentication, principal_of, sender_of
from tickets.api.idempotency import once
from tickets.api.parsers import StrictJSONParser
from tickets.api.schema import ApiSchema
from tickets.api.throttles import SenderThrottle
from tickets.api.versions import seen_version
from tickets.change import changing
from tickets.errors import DomainError, NotAllowed
from tickets.models import Ticket, User
from tickets.services.files import MAX_BYTES, MAX_FILES

_made: dict[type[Any], serializers.BaseSerializer[Any]] = {}


class TooLarge(DomainError):
    """The request is larger than this site accepts."""

    code = "too_large"
    status = 413


class LengthRequired(DomainError):
    """Say how long the body is (Content-Length); a body in chunks is not read here."""

    code = "length_required"
    status = 411


class AccessView(APIView):
    """What all views share."""

    schema = ApiSchema()
    authentication_classes: list[Any] = [TokenAuthentication, SessionAuthentication]
    permission_classes: list[Any] = [HasScope]
    throttle_classes: list[Any] = [SenderThrottle]
    parser_classes: list[Any] = [StrictJSONParser]
    #: What a client's token must carry.
    read_scope = "tickets:read"
    write_scope = "tickets:write"
    #: Whether changes heed `If-Match`.
    versioned = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is too large before anything reads it. Raises `TooLarge`, and
        `LengthRequired` where that can't be known."""
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            raise LengthRequired
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        files = (request.content_type or "").startswith("multipart/")
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > (MAX_BYTES * MAX_FILES + limit if files else limit):
            raise TooLarge
        super().initial(request, *args, **kwargs)

    @cached_property
    def now(self) -> dt.datetime:
        """The moment of the request, read once."""
        return timezone.now()

    @cached_property
    def principal(self) -> Principal:
        """Who asks."""
        return principal_of(self.request, now=self.now)

    @property
    def actor(self) -> Actor:
        """The one that events will name."""
        return self.principal.actor

    @property
    def person(self) -> User:
        """The one who is signed in. Raises `NotAllowed` for an integration: what is asked for is a
        person's own."""
        if self.principal.user is None:
            raise NotAllowed(who=_("A person who is signed in"))
        return self.principal.user

    @property
    def seen(self) -> int | None:
        """The version that the sender last saw, where he said."""
        return seen_version(self.request)

    def at_version(self, ticket: Ticket) -> AbstractContextManager[Any]:
        """Hold the ticket, at the version that the sender last saw, where he said one."""
        if self.seen is None:
            return nullcontext()
        return changing(ticket, actor=self.actor, now=self.now, seen=self.seen)

    def parse(self, kind: type[serializers.BaseSerializer[Any]]) -> Any:
        """What was sent, checked. Raises `ValidationError`, naming the fields."""
        # Making a serializer costs more than running it: each kind is made once, and
        # validation keeps nothing in it.
        if kind not in _made:
            _made[kind] = kind()
        return _made[kind].run_validation(self.request.data)


class CommandView(AccessView):
    """A POST that does something, once for each `Idempotency-Key`. Subclasses write `do`."""

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Do it, or answer as before."""
        return once(request, lambda: self.do(**kwargs), sender=sender_of(request), now=self.now)

    def do(self, **kwargs: Any) -> Response:
        """One service call and its answer."""
        raise NotImplementedError(f"{type(self).__name__} does nothing yet.")


class UploadView(CommandView):
    """A command that takes files."""

    parser_classes: list[Any] = [MultiPartParser]


@extend_schema(exclude=True)
class NoSuchPage(APIView):
    """Every address of the API that leads nowhere: a problem, like all others."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises `NotFound`, whatever the method."""
        self.format_kwarg = None
        raise NotFound
