"""Trials of a draft in the background: begun, carried on batch by batch, cancelled."""

import datetime as dt
import time

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from escalation.models import Simulation, SimulationState
from escalation.services.simulating import Draft, Span, Tally, trial_of, try_batch
from tickets.access import Principal
from tickets.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound

log = structlog.get_logger(__name__)

#: Trials that one person or client may have under way.
AT_ONCE = 3
#: One piece of work, so that a worker stays free for what is due.
PIECE_SECONDS = 5.0
#: Without a sign for so long, whoever looks has it taken up again.
STALLED = dt.timedelta(minutes=2)


def check_may_try(who: Principal) -> None:
    """Supervisors, managers, auditors and administrators may; clients with `config:read`.

    Raises `NotAllowed`.
    """
    if who.user is None:
        if "config:read" in (who.scopes or ()):
            return
    elif who.is_supervisor:
        return
    raise NotAllowed(who=_("A supervisor"))


def visible_trials(who: Principal) -> QuerySet[Simulation]:
    """One's own trials."""
    if who.user is not None:
        return Simulation.objects.filter(created_by=who.user)
    return Simulation.objects.filter(client=who.client, created_by=None)


def access_trial(who: Principal, key: int) -> Simulation:
    """One of one's own trials. Raises `NotFound`, `NotAllowed`."""
    check_may_try(who)
    row = visible_trials(who).filter(pk=key).first()
    if row is None:
        raise NotFound(field="simulation")
    return row


def begin(
    draft: Draft, *, since: dt.datetime, until: dt.datetime | None, who: Principal, now: dt.datetime
) -> Simulation:
    """Have a draft tried on the tickets that `who` may see, confidential ones left out.

    Raises `NotAllowed`, `Invalid` (a span that is none), `Conflict` (too many at once).
    """
    check_may_try(who)
    until = min(until or now, now)
    if since >= until:
        raise Invalid("It begins in the past, and before it ends.", field="since")
    running = [SimulationState.WAITING.value, SimulationState.RUNNING.value]
    if visible_trials(who).filter(state__in=running).count() >= AT_ONCE:
        raise Conflict("{count} trials are under way. Cancel one, or wait for it.", count=AT_ONCE)
    return Simulation.objects.create(
        key=draft.key,
        name=str(draft)[:160],
        order=draft.order,
        data=dict(draft.data),
        since=since,
        until=until,
        teams=None if who.teams is None else sorted(who.teams),
        created_at=now,
        touched_at=now,
        created_by=who.user,
        client="" if who.user is not None else who.client[:160],
    )


def cancel(row: Simulation, *, now: dt.datetime) -> Simulation:
    """Stop it; what is counted so far stays. One that is over stays as it is."""
    with transaction.atomic():
        held = Simulation.objects.select_for_update().get(pk=row.pk)
        if held.is_under_way:
            _end(held, SimulationState.CANCELLED, now=now)
    return held


def is_stalled(row: Simulation, *, now: dt.datetime) -> bool:
    """Whether nobody has worked on it for a while, though it is not over."""
    return row.is_under_way and now - row.touched_at > STALLED


def work(key: int, *, now: dt.datetime, seconds: float = PIECE_SECONDS) -> bool:
    """Carry a trial on for about so many seconds. Returns whether there is more to do."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if not work_batch(key, now=now):
            return False
    return True


def work_batch(key: int, *, now: dt.datetime) -> bool:
    """One batch, with its counts, in one transaction; two workers never share a trial.

    Returns whether there is more to do for the one who asks.
    """
    try:
        with transaction.atomic():
            row = Simulation.objects.select_for_update(skip_locked=True).filter(pk=key).first()
            if row is None or not row.is_under_way:
                return False
            return _carry_on(row, now=now)
    except (DomainError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        log.exception("simulation_failed", simulation=key)
        with transaction.atomic():
            row = Simulation.objects.select_for_update().get(pk=key)
            row.error = f"{type(error).__name__}: {error}"[:500]
            _end(row, SimulationState.FAILED, now=now)
        return False


def _carry_on(row: Simulation, *, now: dt.datetime) -> bool:
    teams = None if row.teams is None else frozenset(row.teams)
    span = Span(row.since, row.until, teams)
    if row.total is None:
        row.total = span.count()
        row.state = SimulationState.RUNNING.value
    after = (row.after_at, row.after_id or 0) if row.after_at is not None else None
    trial = trial_of(Draft(row.key, row.name, row.order, row.data))
    counted, reached = try_batch(trial, span, after=after, now=row.created_at)
    if reached is None:
        _end(row, SimulationState.DONE, now=now)
        return False
    tally = Tally.of(row.result)
    tally.add(counted)
    row.result = tally.data()
    row.after_at, row.after_id = reached
    row.touched_at = now
    row.save()
    return True


def _end(row: Simulation, state: SimulationState, *, now: dt.datetime) -> None:
    row.state, row.finished_at, row.touched_at = state.value, now, now
    row.save()
