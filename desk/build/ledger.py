"""The ledger as its page shows it: what is owed and to whom it went, and whether all agrees."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from desk.build.codes import ROLES
from desk.build.offers import ICONS
from desk.words import day_words, moment_words, money_words
from remedies.access import visible_remedies
from remedies.models import Remedy
from remedies.rules.states import RemedyStatus
from tickets.access import Principal
from tickets.saying import retold

_WAITING = [RemedyStatus.GRANTED.value, RemedyStatus.FAILED.value]
#: View → its name, and which remedies it shows.
VIEWS: dict[str, tuple[str | Promise, Q]] = {
    "open": (gettext_lazy("To deliver"), Q(status__in=_WAITING)),
    "late": (gettext_lazy("Late"), Q(status__in=_WAITING, late_at__isnull=False)),
    "failed": (gettext_lazy("Failed"), Q(status=RemedyStatus.FAILED.value)),
    "done": (gettext_lazy("Delivered"), Q(status=RemedyStatus.FULFILLED.value)),
    "reversed": (gettext_lazy("Taken back"), Q(status=RemedyStatus.REVERSED.value)),
    "all": (gettext_lazy("All"), Q()),
}
PAGE = 50
_STATES = {
    RemedyStatus.GRANTED: (gettext_lazy("on its way"), ""),
    RemedyStatus.FULFILLED: (gettext_lazy("delivered"), "good"),
    RemedyStatus.FAILED: (gettext_lazy("failed"), "late"),
    RemedyStatus.REVERSED: (gettext_lazy("taken back"), ""),
}
_GATEWAYS = {
    "manual": gettext_lazy("by hand"),
    "webhook": gettext_lazy("by the pay system"),
    "voucher": gettext_lazy("by voucher code"),
    "letter": gettext_lazy("by letter"),
    "before": gettext_lazy("before it came here"),
}


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One remedy of the list."""

    id: int
    icon: str
    title: str
    sum: str
    number: str
    customer: str
    state: str
    tone: str
    when: str
    late: str
    by: str
    gateway: str
    reference: str
    tick: str = ""


def lines_of(rows: list[Remedy], *, now: dt.datetime, zone: ZoneInfo) -> list[LedgerLine]:
    """Rows with their ticket, customer and giver selected."""
    return [_line(row, now=now, zone=zone) for row in rows]


def _under(account: str) -> str:
    """Under what it was granted: a role, a limit that does not count, or an exception."""
    return str(ROLES.get(account) or retold(account))


def _line(row: Remedy, *, now: dt.datetime, zone: ZoneInfo) -> LedgerLine:
    state, tone = _STATES[RemedyStatus(row.status)]
    waiting = row.status in _WAITING
    giver = f"{row.granted_by.name}, " if row.granted_by is not None else ""
    return LedgerLine(
        id=row.pk,
        icon=ICONS.get(row.kind, "circle"),
        title=row.title,
        sum=money_words(row.amount, row.currency) if row.amount is not None else "",
        number=row.ticket.number,
        customer=row.ticket.customer.name,
        state=str(state),
        tone=tone,
        when=_when(row, now=now, zone=zone),
        late=gettext("its date passed") if waiting and row.late_at is not None else "",
        by=f"{giver}{_under(row.granted_under)}",
        gateway=str(_GATEWAYS.get(row.gateway, row.gateway)),
        reference=row.gateway_ref,
        tick=f"/desk/remedies/{row.pk}/fulfil/" if waiting and row.gateway == "manual" else "",
    )


def _when(row: Remedy, *, now: dt.datetime, zone: ZoneInfo) -> str:
    if row.status == RemedyStatus.FULFILLED and row.fulfilled_at is not None:
        return moment_words(row.fulfilled_at, now=now, zone=zone)
    if row.status in _WAITING and row.due_on is not None:
        noon = dt.datetime.combine(row.due_on, dt.time(12), dt.UTC)
        return gettext("by %(day)s") % {"day": day_words(noon, now=now, zone=zone)}
    return gettext("granted %(day)s") % {"day": day_words(row.granted_at, now=now, zone=zone)}


def ledger_rows(who: Principal, view: str, *, gateway: str = "") -> QuerySet[Remedy]:
    """The remedies of a view that `who` may see."""
    rows = visible_remedies(who).filter(VIEWS[view][1])
    if gateway:
        rows = rows.filter(gateway=gateway)
    return rows.select_related("ticket__customer", "granted_by").order_by("-id")


def disagreements() -> int:
    """Remedies whose entries add up to something else. The database sees to it that there are
    none; that they are counted is the proof."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM remedies_ledger_disagreement")
        found: tuple[Any, ...] = cursor.fetchone() or (0,)
    return int(found[0])
