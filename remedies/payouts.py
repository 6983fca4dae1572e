"""The handler of "payout" rows: pays one remedy by its gateway, and ticks it off.

It stands above the services, as the apps do: the outbox calls it, and it calls a service.
"""

from django.utils import timezone

from remedies.gateways import CreditGateway, GatewayRefused, post
from remedies.models import Remedy
from remedies.rules.states import RemedyStatus
from remedies.services.ledger import PAYOUT, fulfil_remedy
from tickets.actors import SYSTEM
from tickets.models import Outbox
from tickets.outbox import PermanentFailure

__all__ = ["PAYOUT", "deliver_payout"]


def deliver_payout(row: Outbox) -> None:
    """Pay the remedy of an outbox row. Paying twice is harmless: the id is the same.

    Does nothing for one that was delivered or reversed meanwhile. Raises `PermanentFailure`
    where the gateway refuses, and what the network raises where trying again may help.
    """
    now = row.delivered_at or timezone.now()
    remedy = Remedy.objects.select_related("ticket__customer").get(pk=row.payload["remedy"])
    if remedy.status in {RemedyStatus.FULFILLED, RemedyStatus.REVERSED}:
        return
    gateway = CreditGateway.configured()
    if gateway is None:
        raise PermanentFailure("No gateway is set up: REMEDY_WEBHOOK_URL is empty.")
    try:
        reference = post(remedy, gateway, now=now)
    except GatewayRefused as error:
        raise PermanentFailure(str(error)) from None
    fulfil_remedy(remedy, actor=SYSTEM, now=now, reference=reference)
