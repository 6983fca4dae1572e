"""An integration with an access token, as the token endpoint would have given it."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application
from rest_framework.test import APIClient

from tickets.models import Team


def make_token(
    name: str = "Shop", *, scopes: Iterable[str] | None = None, teams: Iterable[Team] = ()
) -> str:
    """A bearer token of an API client with these scopes (all where not said)."""
    application = Application.objects.filter(name=name).first()
    if application is None:
        application = Application.objects.create(
            name=name,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        )
        if apps.is_installed("integrations"):
            client: Any = apps.get_model("integrations", "ApiClient")
            row = client.objects.create(
                application=application, name=name, created_at=timezone.now()
            )
            row.teams.set(list(teams))
    token = secrets.token_urlsafe(16)
    AccessToken.objects.create(
        token=token,
        token_checksum=hashlib.sha256(token.encode()).hexdigest(),
        application=application,
        expires=timezone.now() + dt.timedelta(hours=1),
        scope=" ".join(settings.SCOPES if scopes is None else scopes),
    )
    return token


def token_client(
    name: str = "Shop", *, scopes: Iterable[str] | None = None, teams: Iterable[Team] = ()
) -> APIClient:
    """A client of the API that sends such a token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(name, scopes=scopes, teams=teams)}")
    return client
