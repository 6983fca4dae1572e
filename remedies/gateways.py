"""What delivers a remedy: a person who ticks it off, or another system by a signed webhook."""

import datetime as dt
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, build_opener

from django.conf import settings
from standardwebhooks.webhooks import Webhook

from remedies.models import Remedy

MANUAL = "manual"
WEBHOOK = "webhook"

TIMEOUT = 10.0
MOST_ANSWER = 64_000


class GatewayRefused(Exception):
    """The gateway will never take this: trying again can't help."""


@dataclass(frozen=True, slots=True)
class CreditGateway:
    """Where credits are sent, and what they are signed with. All from the settings."""

    url: str
    secret: str
    kinds: frozenset[str]

    @classmethod
    def configured(cls) -> "CreditGateway | None":
        """The gateway of REMEDY_WEBHOOK_URL, _SECRET and _KINDS; None where there is none."""
        url = str(getattr(settings, "REMEDY_WEBHOOK_URL", "") or "")
        if not url:
            return None
        kinds = getattr(settings, "REMEDY_WEBHOOK_KINDS", None) or ["credit"]
        return cls(url, str(getattr(settings, "REMEDY_WEBHOOK_SECRET", "")), frozenset(kinds))


def gateway_for(kind: str, *, paid: bool) -> str:
    """Which gateway delivers a component of `kind`: money by webhook where one is set up."""
    gateway = CreditGateway.configured()
    return WEBHOOK if paid and gateway is not None and kind in gateway.kinds else MANUAL


def payload_of(remedy: Remedy) -> dict[str, Any]:
    """What the gateway is told. Money in minor units."""
    return {
        "type": "remedy.granted",
        "id": f"remedy_{remedy.pk}",
        "ticket": remedy.ticket.number,
        "customer": {
            "id": remedy.ticket.customer_id,
            "external_ids": {
                row.system: row.value for row in remedy.ticket.customer.external_ids.all()
            },
        },
        "kind": remedy.kind,
        "title": remedy.title,
        "amount": {"minor": remedy.amount, "currency": remedy.currency},
        "form": remedy.form,
        "granted_at": remedy.granted_at.isoformat(),
    }


def post(remedy: Remedy, gateway: CreditGateway, *, now: dt.datetime) -> str:
    """Send one remedy, signed as standard-webhooks says; answers the gateway's reference.

    The id is the same at each try, so that the gateway pays once. Raises `GatewayRefused`
    for an answer that trying again can't change, OSError for one that it may.
    """
    if urlsplit(gateway.url).scheme not in {"http", "https"}:
        raise GatewayRefused("The gateway's address is not one of the web.")
    body = json.dumps(payload_of(remedy), separators=(",", ":"))
    key = f"remedy_{remedy.pk}"
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(gateway.secret).sign(key, now, body),
    }
    request = Request(gateway.url, data=body.encode(), headers=headers, method="POST")  # noqa: S310
    try:
        with build_opener().open(request, timeout=TIMEOUT) as answer:
            return _reference(answer.read(MOST_ANSWER))
    except HTTPError as error:
        if error.code in {408, 425, 429} or error.code >= 500:
            raise OSError(f"The gateway answered {error.code}.") from None
        raise GatewayRefused(f"The gateway answered {error.code}.") from None
    except (URLError, ssl.SSLError) as error:
        raise OSError(f"The gateway can't be reached: {error}.") from None


def _reference(body: bytes) -> str:
    """The gateway's own name for the payment, if it gave one: {"reference": "..."}."""
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return ""
    return str(found.get("reference") or "")[:200] if isinstance(found, dict) else ""
