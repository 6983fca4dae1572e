"""What happened to a pool of voucher codes: who made and loaded it, issued and voided a code."""

import datetime as dt

from remedies.models import PoolDeed, PoolEntry, VoucherCode, VoucherPool
from tickets.actors import Actor


def entry(
    pool: VoucherPool,
    deed: PoolDeed,
    *,
    actor: Actor | None,
    now: dt.datetime,
    code: VoucherCode | None = None,
    count: int = 0,
    known: int = 0,
) -> PoolEntry:
    """A line of a pool's history, not saved yet. `count` codes were added, and `known` of the list
    were there before; `actor` None is the desk itself, as it is set up."""
    return PoolEntry(
        pool=pool,
        deed=deed.value,
        at=now,
        actor=actor.user if actor is not None else None,
        actor_name=actor.name[:160] if actor is not None else "",
        code=code,
        count=count,
        known=known,
    )
