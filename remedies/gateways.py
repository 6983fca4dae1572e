"""What delivers a remedy: a person who ticks it off, or another system by a signed webhook."""

import datetime as dt
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, build_opener

from django.conf import settings
from django.db.models import F, Q
from standardwebhooks.webhooks import Webhook

from remedies.models import Remedy, VoucherPool

MANUAL = "manual"
WEBHOOK = "webhook"
VOUCHER = "voucher"

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
    #: Where the other side tells what became of what it was sent; "" where it does not.
    status_url: str = ""

    @classmethod
    def configured(cls) -> "CreditGateway | None":
        """The gateway of REMEDY_WEBHOOK_URL, _SECRET and _KINDS; None where there is none."""
        url = str(getattr(settings, "REMEDY_WEBHOOK_URL", "") or "")
        if not url:
            return None
        kinds = getattr(settings, "REMEDY_WEBHOOK_KINDS", None) or ["credit"]
        secret = str(getattr(settings, "REMEDY_WEBHOOK_SECRET", ""))
        status_url = str(getattr(settings, "REMEDY_WEBHOOK_STATUS_URL", "") or "")
        return cls(url, secret, frozenset(kinds), status_url)


def gateway_for(kind: str, *, paid: bool) -> str:
    """Which gateway delivers a component of `kind`: money by webhook where one is set up."""
    gateway = CreditGateway.configured()
    return WEBHOOK if paid and gateway is not None and kind in gateway.kinds else MANUAL


def pool_for(form: str, amount: int | None, currency: str) -> VoucherPool | None:
    """The pool whose codes are given for a sum in this form: one of that very worth before one
    that makes codes of any. One query, and none for what has no form or no sum."""
    if not form or not amount:
        return None
    fits = VoucherPool.objects.filter(active=True, form=form, currency=currency).filter(
        Q(amount=amount) | Q(amount__isnull=True)
    )
    return fits.order_by(F("amount").asc(nulls_last=True)).first()


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


MOST_LIST = 16_000_000
#: A list in more pages than this is an error of the other side.
MOST_PAGES = 200


def ask_status(gateway: CreditGateway, *, since: dt.datetime, now: dt.datetime) -> list[Any]:
    """The other side's list of payouts since a moment: GET, signed as standard-webhooks says.

    The answer is {"payouts": [...], "next": "cursor" or null}. Raises `GatewayRefused` for an
    answer that is no such list, OSError where it can't be reached.
    """
    found: list[Any] = []
    cursor = ""
    for _ in range(MOST_PAGES):
        page = _page(gateway, since=since, cursor=cursor, now=now)
        found += page["payouts"]
        cursor = str(page.get("next") or "")
        if not cursor:
            return found
    raise GatewayRefused("The gateway's list does not end.")


def _page(
    gateway: CreditGateway, *, since: dt.datetime, cursor: str, now: dt.datetime
) -> dict[str, Any]:
    if urlsplit(gateway.status_url).scheme not in {"http", "https"}:
        raise GatewayRefused("The address of the gateway's list is not one of the web.")
    asked = {"since": since.isoformat()} | ({"cursor": cursor} if cursor else {})
    query = urlencode(asked)
    joint = "&" if urlsplit(gateway.status_url).query else "?"
    key = f"status_{int(now.timestamp())}"
    headers = {
        "Accept": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(gateway.secret).sign(key, now, query),
    }
    request = Request(f"{gateway.status_url}{joint}{query}", headers=headers)  # noqa: S310
    try:
        with build_opener().open(request, timeout=TIMEOUT) as answer:
            read = json.loads(answer.read(MOST_LIST))
    except HTTPError as error:
        raise OSError(f"The gateway answered {error.code}.") from None
    except (URLError, ssl.SSLError) as error:
        raise OSError(f"The gateway can't be reached: {error}.") from None
    except ValueError:
        raise GatewayRefused("The gateway's list is no JSON.") from None
    if not isinstance(read, dict) or not isinstance(read.get("payouts"), list):
        raise GatewayRefused("The gateway's list has no payouts.")
    return read


def _reference(body: bytes) -> str:
    """The gateway's own name for the payment, if it gave one: {"reference": "..."}."""
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return ""
    return str(found.get("reference") or "")[:200] if isinstance(found, dict) else ""
