"""Who is asking: an integration with an access token, or a person who signed in."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone
from drf_spectacular.contrib.django_oauth_toolkit import DjangoOAuthToolkitScheme
from oauth2_provider.models import get_access_token_model, get_application_model
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tickets.access import Principal
from tickets.api.problems import ScopeMissing
from tickets.models import User

#: Given an access token (`Token`), who it speaks for; `NotAllowed` for a client switched off.
PrincipalOfToken = Callable[[Any], Principal]

_lookups: list[PrincipalOfToken] = []


def recognise_clients_by(lookup: PrincipalOfToken) -> None:
    """Have `lookup` say who an access token speaks for. The last one registered decides.

    Called by the app that keeps API clients, when it is loaded.
    """
    _lookups.append(lookup)


class Client(AnonymousUser):
    """The `request.user` of an access token: nobody in person, but somebody we know."""

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        """A token was checked."""
        return True


@dataclass(frozen=True, slots=True)
class Token:
    """What a request has to know of its access token."""

    application_id: int
    name: str
    scope: str
    expires: dt.datetime


@cache
def _token_query() -> str:
    """Each request of an integration asks this one, so it is written out: the ORM takes longer
    to put it together than PostgreSQL to answer it."""
    token, application = get_access_token_model()._meta, get_application_model()._meta
    return (
        "SELECT t.application_id, coalesce(nullif(a.name, ''), a.client_id), t.scope, t.expires "  # noqa: S608 - names of our own tables
        f'FROM "{token.db_table}" t JOIN "{application.db_table}" a ON a.id = t.application_id '
        "WHERE t.token_checksum = %s"
    )


class TokenAuthentication(BaseAuthentication):
    """OAuth2 access tokens (client credentials), looked up by their checksum in one query."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The client behind the token. Raises `AuthenticationFailed`."""
        scheme, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        checksum = hashlib.sha256(raw.strip().encode("utf-8", "replace")).hexdigest()
        with connection.cursor() as cursor:
            cursor.execute(_token_query(), [checksum])
            found = cursor.fetchone()
        token = Token(*found) if found else None
        if token is None or token.expires <= timezone.now():
            raise AuthenticationFailed
        return Client(), token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'


class TokenScheme(DjangoOAuthToolkitScheme):
    """How the schema names the tokens, with the scope that each operation needs."""

    target_class = "tickets.api.auth.TokenAuthentication"
    name = "oauth2"
    priority = 1

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """The scope of the operation."""
        scope = scope_of(auto_schema.view, auto_schema.method)
        return {self.name: [scope] if scope else []}


def principal_of(request: Request, *, now: dt.datetime) -> Principal:
    """Who asks, with what he may see. Raises `NotAllowed` for a client that was switched off."""
    token: Any = request.auth
    if token is None:
        return Principal.of_user(cast(User, request.user), now=now)
    if _lookups:
        return _lookups[-1](token)
    return Principal.of_client(token.name, scopes=frozenset(token.scope.split()))


def sender_of(request: Request) -> str:
    """A short, lasting name of who asks, for idempotency keys and throttles."""
    token: Any = request.auth
    if token is not None:
        return f"client:{token.application_id}"
    return f"user:{request.user.pk}"


def scope_of(view: Any, method: str) -> str:
    """The scope that `method` of the view needs: `read_scope` for what only reads."""
    reads = method in {"GET", "HEAD", "OPTIONS"}
    return str(getattr(view, "read_scope" if reads else "write_scope", ""))


class HasScope(BasePermission):
    """Signed in; and a client's token carries the scope that the operation needs.

    What a person may do is asked of `tickets.access` where it is known what it is done to.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """False leads to a 401 or 403; a missing scope raises `ScopeMissing`, naming it."""
        if request.auth is None:
            return isinstance(request.user, User) and request.user.is_active
        scope = scope_of(view, request.method or "GET")
        if scope and scope not in view.principal.scopes:
            raise ScopeMissing(scope=scope)
        return True
