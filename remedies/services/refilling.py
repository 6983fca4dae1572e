"""Codes that came in are given to those who wait for one, oldest first."""

import datetime as dt

from remedies.gateways import VOUCHER
from remedies.models import Remedy, VoucherPool
from remedies.rules.states import RemedyStatus
from remedies.services.ledger import deliver_code
from tickets.actors import Actor
from tickets.change import changing


def give_waiting(pool: VoucherPool, *, actor: Actor, now: dt.datetime, most: int = 500) -> int:
    """Give codes of a pool to remedies that wait for one. Returns how many got theirs."""
    waiting = Remedy.objects.filter(
        gateway=VOUCHER,
        status__in=[RemedyStatus.GRANTED.value, RemedyStatus.FAILED.value],
        form=pool.form,
        currency=pool.currency,
    )
    if pool.amount is not None:
        waiting = waiting.filter(amount=pool.amount)
    done = 0
    for key, ticket in list(waiting.order_by("id").values_list("pk", "ticket_id")[:most]):
        with changing(ticket, actor=actor, now=now) as change:
            row = next((one for one in change.all(Remedy) if one.pk == key), None)
            if row is None or row.status not in {RemedyStatus.GRANTED, RemedyStatus.FAILED}:
                continue
            if not deliver_code(change, row):
                break
            done += 1
    return done
