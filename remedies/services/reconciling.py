"""Our ledger beside the other side's list: asked at will and each night, or told by them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from remedies.gateways import WEBHOOK, CreditGateway, GatewayRefused, ask_status
from remedies.models import Difference, Reconciliation, Remedy
from remedies.rules.reconciling import (
    DifferenceKind,
    Found,
    Ours,
    Theirs,
    TheirStatus,
    compare,
    read_theirs,
)
from remedies.rules.states import REMEDY_MOVES, RemedyStatus
from remedies.services.ledger import fail_remedy, fulfil_remedy
from tickets.actors import Actor
from tickets.errors import Conflict, DomainError, Invalid
from tickets.models import User
from tickets.services.texts import needed

#: How far back each night looks.
PERIOD = dt.timedelta(days=31)
MOST = 20_000


def payout_name(remedy_id: int) -> str:
    """The name by which both sides know a remedy."""
    return f"remedy_{remedy_id}"


def reconcile(*, since: dt.datetime | None, by: User | None, now: dt.datetime) -> Reconciliation:
    """Ask the other side for its list and note every difference. What no longer differs is settled.

    An answer that can't be had is kept with its reason. Raises `Conflict` where no list is set up.
    """
    gateway = CreditGateway.configured()
    if gateway is None or not gateway.status_url:
        raise Conflict("No list is set up: REMEDY_WEBHOOK_STATUS_URL is empty.", field="gateway")
    start = since or now - PERIOD
    try:
        raw = ask_status(gateway, since=start, now=now)
        theirs = [read_theirs(one, f"payouts.{n}") for n, one in enumerate(raw)]
    except (OSError, GatewayRefused, DomainError) as error:
        said = error.message if isinstance(error, DomainError) else str(error)
        return Reconciliation.objects.create(at=now, by=by, since=start, error=said[:500])
    return compare_with(theirs, since=start, by=by, now=now)


def compare_with(
    theirs: Sequence[Theirs], *, since: dt.datetime, by: User | None, now: dt.datetime
) -> Reconciliation:
    """Compare their whole list of what was granted since a moment with ours."""
    if len(theirs) > MOST:
        raise Invalid("At most {most} payouts at once.", most=f"{MOST:,}", field="payouts")
    ours = {one.payout: one for one in _ours(since)}
    # They may name what we granted before: known, and no difference of this period.
    earlier = _known([one.payout for one in theirs if one.payout not in ours])
    found = compare([*ours.values(), *earlier], theirs, now=now)
    with transaction.atomic():
        _keep(found, checked={*ours, *(one.payout for one in theirs)}, by=by, now=now)
        return Reconciliation.objects.create(
            at=now, by=by, since=since, checked=len(ours), found=len(found)
        )


def _ours(since: dt.datetime) -> list[Ours]:
    rows = Remedy.objects.filter(gateway=WEBHOOK, granted_at__gte=since)
    return [_as_ours(row) for row in rows.iterator(chunk_size=5000)]


def _known(payouts: Iterable[str]) -> list[Ours]:
    digits = [name.removeprefix("remedy_") for name in payouts]
    keys = [int(key) for key in digits if key.isascii() and key.isdecimal() and len(key) < 19]
    return [_as_ours(row) for row in Remedy.objects.filter(gateway=WEBHOOK, pk__in=keys)]


def _as_ours(row: Remedy) -> Ours:
    return Ours(
        payout_name(row.pk), RemedyStatus(row.status), row.amount or 0, row.currency,
        row.granted_at,
    )  # fmt: skip


def _keep(found: list[Found], *, checked: set[str], by: User | None, now: dt.datetime) -> None:
    """Note what is new, see again what stands, settle what is gone among those `checked`."""
    still = {(one.payout, one.kind.value): one for one in found}
    rows = Difference.objects.select_for_update().filter(settled_at__isnull=True)
    for row in rows:
        one = still.pop((row.payout, row.kind), None)
        if one is not None:
            row.ours, row.theirs, row.last_seen = one.ours[:200], one.theirs[:200], now
            row.save(update_fields=["ours", "theirs", "last_seen"])
        elif row.payout in checked:
            row.settled_at, row.settled_by, row.note = now, by, "Both sides agree now."
            row.save(update_fields=["settled_at", "settled_by", "note"])
    mine = {payout_name(pk): pk for pk in _keys(still)}
    Difference.objects.bulk_create(
        [
            Difference(
                kind=one.kind.value,
                payout=one.payout,
                remedy_id=mine.get(one.payout),
                ours=one.ours[:200],
                theirs=one.theirs[:200],
                reference=one.reference,
                first_seen=now,
                last_seen=now,
            )
            for one in still.values()
        ],
        ignore_conflicts=True,  # two who compare at once note it once
    )


def _keys(still: Iterable[tuple[str, str]]) -> set[int]:
    digits = [payout.removeprefix("remedy_") for payout, _ in still]
    keys = [int(key) for key in digits if key.isascii() and key.isdecimal() and len(key) < 19]
    return set(Remedy.objects.filter(pk__in=keys).values_list("pk", flat=True))


def take_news(raw: Any, *, actor: Actor, now: dt.datetime) -> Theirs:
    """The other side tells where one payout stands. Told twice it does nothing twice.

    What was paid is ticked off, what failed is noted; what can't be is a difference. Raises
    `Invalid` for what is no such news.
    """
    news = read_theirs(raw, "payout")
    known = _known([news.payout])
    found = compare(known, [news], now=now)
    for one in [one for one in found if one.kind in _TAKEN]:
        row = Remedy.objects.get(pk=int(one.payout.removeprefix("remedy_")))
        if not any(other.kind is DifferenceKind.SUM for other in found):
            _take(row, one, actor=actor, now=now)
            found.remove(one)
    with transaction.atomic():
        _keep(found, checked={news.payout}, by=None, now=now)
    return news


_TAKEN = frozenset({DifferenceKind.PAID_THERE, DifferenceKind.FAILED_THERE})


def _take(row: Remedy, one: Found, *, actor: Actor, now: dt.datetime) -> None:
    if one.kind is DifferenceKind.PAID_THERE:
        if RemedyStatus.FULFILLED in REMEDY_MOVES[RemedyStatus(row.status)]:
            fulfil_remedy(row, reference=one.reference, actor=actor, now=now)
    elif RemedyStatus.FAILED in REMEDY_MOVES[RemedyStatus(row.status)]:
        fail_remedy(row, reason="The other side could not pay it.", actor=actor, now=now)


def settle_difference(
    row: Difference, *, note: str, by: User, actor: Actor, now: dt.datetime, take_over: bool = False
) -> Difference:
    """A person settles a difference, with a note; or takes over what the other side says.

    Raises `Conflict` where it is settled, or where what they say can't be taken over.
    """
    why = needed(note, what=_("what was found"), field="note", limit=500)
    with transaction.atomic():
        found = Difference.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if found.settled_at is not None:
            raise Conflict("This difference is settled already.", field="difference")
        if take_over:
            _take_over(found, why, actor=actor, now=now)
        found.settled_at, found.settled_by, found.note = now, by, why
        found.save(update_fields=["settled_at", "settled_by", "note"])
    return found


def _take_over(row: Difference, why: str, *, actor: Actor, now: dt.datetime) -> None:
    remedy = row.remedy
    if remedy is None or row.kind not in {*_TAKEN}:
        raise Conflict("What they say can't be taken over here.", field="difference")
    if row.kind == DifferenceKind.PAID_THERE:
        fulfil_remedy(remedy, reference=row.reference, actor=actor, now=now)
    else:
        fail_remedy(remedy, reason=why, actor=actor, now=now)


__all__ = ["TheirStatus", "compare_with", "reconcile", "settle_difference", "take_news"]
