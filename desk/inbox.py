"""The inbox of exceptions: what waits for its reader, and what he decided."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from remedies.access import exceptions_to_decide, visible_exceptions
from remedies.models import ExceptionRequest
from remedies.rules.states import UNDECIDED, ExceptionStatus
from tickets.access import Principal

SHOWN = 100
_DECIDED = [
    ExceptionStatus.APPROVED.value,
    ExceptionStatus.AMENDED.value,
    ExceptionStatus.DECLINED.value,
]


def waiting_for(who: Principal) -> QuerySet[ExceptionRequest]:
    """What the reader can decide; for a rep, what he asked for himself."""
    if who.is_supervisor:
        found = exceptions_to_decide(who)
    else:
        found = visible_exceptions(who).filter(
            requester=who.user, status__in=[status.value for status in UNDECIDED]
        )
    return found.select_related("ticket__customer", "offer", "requester").prefetch_related(
        "ticket__deadlines__pauses", "approvals__user", "approvals__stands_in_for"
    )


def ordered(who: Principal) -> list[ExceptionRequest]:
    """The inbox, what is due first on top, and what was asked back at the end."""
    rows = list(waiting_for(who)[:SHOWN])
    return sorted(rows, key=lambda row: (row.status == ExceptionStatus.ASKED_BACK, _due(row)))


def _due(row: ExceptionRequest) -> dt.datetime:
    clocks = [d.due_at for d in row.ticket.deadlines.all() if d.is_open and d.kind == "approve"]
    return min(clocks, default=row.created_at + dt.timedelta(days=365))


def decided_today(who: Principal, *, now: dt.datetime, zone: ZoneInfo) -> int:
    """How many the reader decided today."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        visible_exceptions(who)
        .filter(decider=who.user, decided_at__gte=midnight, status__in=_DECIDED)
        .count()
    )
