"""API clients: how an OAuth application becomes somebody whom the desk knows."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_id, generate_client_secret
from oauth2_provider.models import get_access_token_model, get_application_model
from oauth2_provider.scopes import SettingsScopes

from integrations.models import ApiClient
from tickets.access import Principal
from tickets.cached import Cached
from tickets.errors import Conflict, Invalid, NotAllowed
from tickets.models import Team, User
from tickets.services.texts import needed


@dataclass(frozen=True)
class NewClient:
    """A client just made. The secret is shown once: only its hash is stored."""

    client: ApiClient
    client_id: str
    client_secret: str


def make_client(
    name: str,
    *,
    now: dt.datetime,
    teams: Iterable[Team] = (),
    scopes: Sequence[str] = (),
    by: User | None = None,
    client_id: str = "",
    client_secret: str = "",
) -> NewClient:
    """Make an API client for the client credentials grant.

    No `teams`: it sees every team's tickets; no `scopes`: it may ask for each of them. A given
    `client_id` and `client_secret` serve the demo and a move from another site. Raises
    `Invalid` for an unknown scope, `Conflict` where the name or id is taken.
    """
    line = needed(name, what=_("a name"), field="name", limit=120)
    unknown = sorted(set(scopes) - set(settings.SCOPES))
    if unknown:
        known = ", ".join(settings.SCOPES)
        raise Invalid(
            "There is no scope {unknown}. Known are: {known}.",
            unknown=unknown[0],
            known=known,
            field="scopes",
        )
    application_model: Any = get_application_model()
    client_id = client_id or generate_client_id()
    secret = client_secret or generate_client_secret()
    if ApiClient.objects.filter(name=line).exists():
        raise Conflict("There is an API client of that name.", field="name")
    if application_model.objects.filter(client_id=client_id).exists():
        raise Conflict("That client id is taken.", field="client_id")
    with transaction.atomic():
        application = application_model.objects.create(
            name=line,
            client_id=client_id,
            client_secret=secret,
            client_type=application_model.CLIENT_CONFIDENTIAL,
            authorization_grant_type=application_model.GRANT_CLIENT_CREDENTIALS,
        )
        client = ApiClient.objects.create(
            application=application,
            name=line,
            scopes=sorted(set(scopes)),
            created_by=by,
            created_at=now,
        )
        client.teams.set(list(teams))
    return NewClient(client, client_id, secret)


def set_active(client: ApiClient, *, active: bool) -> None:
    """Switch a client on or off. Off, its tokens are void at once and it gets no new ones."""
    with transaction.atomic():
        client.active = active
        client.save(update_fields=["active"])
        if not active:
            get_access_token_model().objects.filter(application=client.application_id).delete()


@dataclass(frozen=True)
class _Known:
    """What a request of a client needs, kept in the process."""

    name: str
    scopes: frozenset[str]
    teams: frozenset[int]


def _load() -> dict[int, _Known]:
    rows = ApiClient.objects.filter(active=True).prefetch_related("teams")
    return {
        row.application_id: _Known(
            row.name, frozenset(row.scopes), frozenset(team.pk for team in row.teams.all())
        )
        for row in rows
    }


#: A client that is switched off is so everywhere within two seconds.
_clients = Cached(_load, ApiClient)


def principal_of(token: Any) -> Principal:
    """The principal behind an access token. `token` has `application_id` and `scope`.

    Raises `NotAllowed` where its application is no client of ours, or was switched off.
    """
    known = _clients().get(token.application_id)
    if known is None:  # perhaps made just now, by another process
        _clients.forget()
        known = _clients().get(token.application_id)
    if known is None:
        raise NotAllowed("This API client is switched off.", field="client")
    asked = frozenset(str(token.scope).split())
    return Principal.of_client(
        known.name,
        scopes=asked & known.scopes if known.scopes else asked,
        teams=known.teams or None,
    )


class ClientScopes(SettingsScopes):
    """Which scopes the token endpoint gives: those of the client, of the ones there are."""

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Those that the application may ask for; none for one that is switched off."""
        every = list(settings.SCOPES)
        if application is None:
            return every
        client = ApiClient.objects.filter(application=application).first()
        if client is None or not client.active:
            return []
        return [scope for scope in every if not client.scopes or scope in client.scopes]

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """What a client that names none gets: the least."""
        available = self.get_available_scopes(application, request)
        return [scope for scope in settings.OAUTH2_PROVIDER["DEFAULT_SCOPES"] if scope in available]
