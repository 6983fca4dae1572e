"""Working on backtests, part by part, by any number of workers. Ringing twice doubles nothing."""

import datetime as dt
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import F, Q

from remedies.active import Active, compiled
from remedies.models import Backtest, BacktestPart, BacktestState, RemedyPolicy
from remedies.rules.checks.tallying import packed
from remedies.rules.language.draft import OfferDraft
from remedies.services.backtesting import Period, Sides, backtest, evaluated
from remedies.services.backtests import end
from remedies.services.pasts import pasts_of
from tickets.catalogue import catalogue
from tickets.errors import DomainError
from tickets.models import Ticket

log = structlog.get_logger(__name__)

#: Tickets in a part: about half a second.
SIZE = 2_000
#: So long a worker has for a part; then it is taken to be gone.
CLAIM = dt.timedelta(minutes=1)
#: A part that was begun so often and never ended ends the backtest.
ATTEMPTS = 3
#: What is forgotten, so long after it was over or last worked on.
KEPT = dt.timedelta(days=90)


def work_next(*, now: dt.datetime, key: int | None = None) -> bool:
    """Work on the next part of the oldest backtest that is under way, or of this one.

    Returns whether there may be more to do for the one who asks.
    """
    waiting = Backtest.objects.filter(
        state__in=[BacktestState.WAITING.value, BacktestState.RUNNING.value]
    ).order_by("id")
    for row in waiting if key is None else waiting.filter(pk=key):
        if row.state == BacktestState.WAITING:
            prepare(row.pk, now=now)
        part = claim(row.pk, now=now)
        if part is not None:
            replay_part(row.pk, part, now=now)
            return True
        if finish(row.pk, now=now):
            return True
    return False


def prepare(key: int, *, now: dt.datetime) -> None:
    """Divide the tickets of the span into parts; once, whoever comes first."""
    with transaction.atomic():
        row = Backtest.objects.select_for_update().get(pk=key)
        if row.state != BacktestState.WAITING:
            return
        parts = [
            BacktestPart(backtest=row, first_id=first, last_id=last, tickets=count)
            for first, last, count in period_of(row).parts(SIZE)
        ]
        BacktestPart.objects.bulk_create(parts, batch_size=1000)
        row.state, row.touched_at = BacktestState.RUNNING.value, now
        row.total = sum(part.tickets for part in parts)
        row.save(update_fields=["state", "touched_at", "total"])


def period_of(row: Backtest) -> Period:
    """Which tickets it is about."""
    return Period(row.since, row.until)


def claim(key: int, *, now: dt.datetime) -> BacktestPart | None:
    """A part that nobody works on, for a while; None where there is none just now.

    One that was begun too often ends the backtest: whoever looks is told, and nothing hangs.
    """
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM)
    with transaction.atomic():
        parts = BacktestPart.objects.select_for_update(skip_locked=True)
        part = parts.filter(free, backtest=key, done_at__isnull=True).order_by("id").first()
        if part is not None and part.attempts < ATTEMPTS:
            part.attempts, part.claimed_at = part.attempts + 1, now
            part.save(update_fields=["attempts", "claimed_at"])
            return part
    if part is not None:
        _fail(
            key,
            f"Workers stopped {ATTEMPTS} times in the middle of the same {part.tickets:,} tickets"
            f" (keys {part.first_id} to {part.last_id}).",
            now=now,
        )
    return None


def replay_part(key: int, part: BacktestPart, *, now: dt.datetime) -> None:
    """Count one part. What another one counted meanwhile, or stopped, stays as it is."""
    row = Backtest.objects.get(pk=key)
    try:
        keys = period_of(row).keys(part.first_id, part.last_id)
        result = packed(backtest(keys, sides_of(row), now=row.created_at))
    except (DomainError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        log.exception("backtest_failed", backtest=key)
        _fail(key, f"{type(error).__name__}: {error}", now=now)
        return
    with transaction.atomic():
        # First the backtest, then its part, as `end` does.
        running = Backtest.objects.select_for_update().filter(
            pk=key, state=BacktestState.RUNNING.value
        )
        if not running.exists():
            return
        undone = BacktestPart.objects.filter(pk=part.pk, done_at__isnull=True)
        if undone.update(result=result, done_at=now):
            running.update(looked_at=F("looked_at") + part.tickets, touched_at=now)


def sides_of(row: Backtest) -> Sides:
    """Both policies as they were when it began."""
    rows = RemedyPolicy.objects.filter(pk__in=row.in_force).order_by("-active_from", "-pk")
    return Sides.between(Active.of(rows), row.source, beside=row.beside_source)


@dataclass(frozen=True, slots=True)
class Explained:
    """One ticket under both policies, with every reason; None where a policy gives nothing to say,
    or can't read its facts."""

    ticket: Ticket
    now: OfferDraft | None
    then: OfferDraft | None


def explain(row: Backtest, ticket: Ticket) -> Explained:
    """What both policies give for a ticket, in words; by its facts as they are today."""
    sides = sides_of(row)
    ((_, situation),) = pasts_of([ticket], now=row.created_at)
    moment = ticket.resolved_at or row.created_at
    keys = catalogue().entry(ticket.category_id).keys

    def drafted(policies: Active) -> OfferDraft | None:
        found = policies.row_for(keys)
        if found is None:
            return None
        return evaluated(compiled(found.source), situation, now=moment, explained=True)

    return Explained(ticket, drafted(sides.now), drafted(sides.then))


def finish(key: int, *, now: dt.datetime) -> bool:
    """Put the parts together where all are done. Returns whether it was this call that did."""
    with transaction.atomic():
        row = Backtest.objects.select_for_update().get(pk=key)
        if row.state != BacktestState.RUNNING or row.parts.filter(done_at__isnull=True).exists():
            return False
        end(row, BacktestState.DONE, now=now)
    return True


def _fail(key: int, error: str, *, now: dt.datetime) -> None:
    with transaction.atomic():
        row = Backtest.objects.select_for_update().get(pk=key)
        if row.is_under_way:
            end(row, BacktestState.FAILED, now=now, error=error)


def forget_backtests(*, now: dt.datetime, kept: dt.timedelta = KEPT) -> int:
    """Delete backtests that nobody worked on since long. Returns how many."""
    old = Backtest.objects.filter(touched_at__lt=now - kept)
    BacktestPart.objects.filter(backtest__in=old).delete()
    return old.delete()[0]
