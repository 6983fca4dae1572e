"""The history of a pool of voucher codes, as its page tells it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

from desk.words import moment_words, number_words
from remedies.access import visible_remedies
from remedies.models import PoolDeed, PoolEntry, VoucherPool
from tickets.access import Principal

PAGE = 50


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One thing that happened; `number` is that of the ticket, where the reader may see it."""

    when: str
    words: str
    by: str
    number: str = ""


def pool_history(
    pool: VoucherPool, who: Principal, *, before: int | None, now: dt.datetime, zone: ZoneInfo
) -> tuple[list[PoolLine], int | None]:
    """A page of it, the newest first, and before which line the next page begins. Two queries."""
    rows = PoolEntry.objects.filter(pool=pool).select_related("code")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    page = list(rows.order_by("-id")[: PAGE + 1])
    shown = page[:PAGE]
    numbers = _numbers(shown, who)
    lines = [
        PoolLine(
            when=moment_words(row.at, now=now, zone=zone),
            words=_words(row),
            by=row.actor_name,
            number=numbers.get(row.code.remedy_id or 0, "") if row.code is not None else "",
        )
        for row in shown
    ]
    return lines, shown[-1].pk if len(page) > PAGE else None


def _numbers(rows: Sequence[PoolEntry], who: Principal) -> dict[int, str]:
    """The tickets of the remedies that got the codes, by remedy, of those that he may see."""
    codes = [row.code for row in rows if row.code is not None]
    keys = [code.remedy_id for code in codes if code.remedy_id is not None]
    if not keys:
        return {}
    found = visible_remedies(who).filter(pk__in=keys)
    return dict(found.values_list("pk", "ticket__number"))


def _words(row: PoolEntry) -> str:
    code = row.code.masked if row.code is not None else ""
    if row.deed == PoolDeed.ISSUED:
        return gettext("%(code)s issued") % {"code": code}
    if row.deed == PoolDeed.VOIDED:
        return gettext("%(code)s voided") % {"code": code}
    if row.deed == PoolDeed.MADE:
        return gettext("The pool was made")
    words = ngettext("%(count)s code loaded", "%(count)s codes loaded", row.count)
    told = words % {"count": number_words(row.count)}
    if not row.known:
        return told
    more = gettext("%(loaded)s, %(known)s known before")
    return more % {"loaded": told, "known": number_words(row.known)}
