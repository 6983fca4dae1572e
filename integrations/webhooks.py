"""Webhooks: each event that an endpoint asked for, signed as standardwebhooks.com says.

An endpoint may hear of an event twice (its `webhook-id` is the same) and out of order
(`ticket.seq` tells the order).
"""

import datetime as dt
import http.client
import ipaddress
import json
import secrets
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook

from integrations.errors import EndpointInvalid
from integrations.models import Endpoint
from tickets.cached import Cached
from tickets.change import Change
from tickets.models import Event, Outbox, Team
from tickets.outbox import PermanentFailure
from tickets.services.texts import needed

TIMEOUT = 10.0
_ANSWER_MAX = 300


@dataclass(frozen=True)
class Listener:
    """What telling an endpoint needs to know, kept in the process."""

    id: int
    types: frozenset[str]
    teams: frozenset[int]
    confidential: bool

    def wants(self, change: Change, event: Event) -> bool:
        """Whether the endpoint is told of this event."""
        ticket = change.ticket
        return (
            (not self.types or event.type in self.types)
            and (not self.teams or ticket.team_id in self.teams)
            and (self.confidential or not ticket.confidential)
        )


def _load() -> tuple[Listener, ...]:
    rows = Endpoint.objects.filter(active=True).prefetch_related("teams")
    return tuple(
        Listener(
            id=row.pk,
            types=frozenset(row.types),
            teams=frozenset(team.pk for team in row.teams.all()),
            confidential=row.include_confidential,
        )
        for row in rows
    )


listeners = Cached(_load, Endpoint)


def tell(change: Change, event: Event) -> None:
    """Queue `event` for each endpoint that asked for its type. No query while none did."""
    for listener in listeners():
        if listener.wants(change, event):
            change.enqueue(
                "webhook",
                f"webhook:{listener.id}:{event.ticket_id}:{event.seq}",
                {"endpoint": listener.id, "event": event.pk},
            )


def make_endpoint(
    *,
    name: str,
    url: str,
    now: dt.datetime,
    types: Sequence[str] = (),
    teams: Iterable[Team] = (),
    include_confidential: bool = False,
) -> Endpoint:
    """Add an endpoint with a fresh secret. Raises `EndpointInvalid`, naming the field."""
    check_url(url)
    endpoint = Endpoint.objects.create(
        name=needed(name, what=_("a name"), field="name", limit=120),
        url=url,
        secret=new_secret(),
        types=sorted(set(types)),
        include_confidential=include_confidential,
        created_at=now,
    )
    endpoint.teams.set(list(teams))
    return endpoint


def new_secret() -> str:
    """A signing key of 24 random bytes in the form that receivers' libraries take."""
    return "whsec_" + b64encode(secrets.token_bytes(24)).decode()


def _private_allowed() -> bool:
    return bool(getattr(settings, "WEBHOOKS_TO_PRIVATE_ADDRESSES", False))


def check_url(url: str) -> SplitResult:
    """The parts of an endpoint's address. Raises `EndpointInvalid` unless it is a plain https
    one (http only where private addresses are allowed: a local run, a test)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise EndpointInvalid("This is no web address.", field="url") from None
    schemes = {"https", "http"} if _private_allowed() else {"https"}
    if parts.scheme not in schemes or not parts.hostname:
        raise EndpointInvalid("The address begins with https://.", field="url")
    if parts.username or parts.password:
        raise EndpointInvalid("The address may hold no password.", field="url")
    return parts


def body_of(event: Event) -> dict[str, Any]:
    """What an endpoint is told of an event."""
    ticket = event.ticket
    return {
        "type": event.type,
        "timestamp": event.at.isoformat(),
        "data": {
            "ticket": {"number": ticket.number, "id": ticket.pk, "seq": event.seq},
            "recorded_at": event.recorded_at.isoformat(),
            "actor": {"kind": event.actor_kind, "name": event.actor_name},
            "data": event.data,
            "changes": event.changes,
            "replaced": event.before(),
        },
    }


def deliver_webhook(row: Outbox) -> None:
    """Send one event to one endpoint. Does nothing where the endpoint is gone or switched off.

    Raises `PermanentFailure` where the endpoint says that it is gone for good (410).
    """
    endpoint = Endpoint.objects.filter(pk=row.payload["endpoint"], active=True).first()
    event = Event.objects.select_related("ticket").filter(pk=row.payload["event"]).first()
    if endpoint is None or event is None:
        return
    body = json.dumps(body_of(event), separators=(",", ":"))
    moment = (row.delivered_at or event.recorded_at).astimezone(dt.UTC)
    headers = {
        "content-type": "application/json",
        "user-agent": "Amends-Webhooks/1",
        "webhook-id": row.key,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(endpoint.secret).sign(row.key, moment, body),
    }
    status, answer = _post(check_url(endpoint.url), body.encode(), headers)
    if status == http.HTTPStatus.GONE:
        raise PermanentFailure(f"{endpoint.name} says it is gone (410).")
    if not 200 <= status < 300:  # a redirect is not followed: its target was never checked
        raise ConnectionError(f"{endpoint.name} answered {status}: {answer}")


def _address(parts: SplitResult, port: int) -> tuple[str, int]:
    """Where to connect. The name is looked up once and the answer used, so that it can't
    change between check and connection (DNS rebinding)."""
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    for *__, address in found:
        ip = ipaddress.ip_address(str(address[0]).split("%")[0])
        if ip.is_global or _private_allowed():
            return str(address[0]), port
    raise PermanentFailure(f"{parts.hostname} is an address of our own network.")


def _post(parts: SplitResult, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    host = str(parts.hostname)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    plain = socket.create_connection(_address(parts, port), timeout=TIMEOUT)
    try:
        connection.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            if secure
            else plain
        )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_ANSWER_MAX).decode("utf-8", "replace")
    finally:
        connection.close()
        plain.close()
