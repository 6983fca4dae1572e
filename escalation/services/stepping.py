"""The sweep: what is due happens, once, in due order, however many sweeps run and however they die.

A sweep claims the tickets of due deadlines (`SKIP LOCKED`), reads what is due under the lock, takes
each step with its events, alerts and mails, and writes the next instant, in one transaction. The
lock is the ticket's, like that of every other change: two sweeps, or a sweep and a colleague, never
work on one ticket at once, and never wait for each other in opposite orders.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from django.db import connection, transaction
from django.db.models import F

from escalation.actions import ACTIONS, Call, perform
from escalation.models import Deadline, Escalation, Pause
from escalation.people import links_of, recipients
from escalation.plan import BREACH, RESUME, Plan, Planned
from escalation.rules import EscalationEvent, EscalationLevel
from escalation.services import spells
from escalation.services.clocks import Clocks, write
from escalation.services.words import breach_words, path_words, warning_words
from tickets.actors import SYSTEM
from tickets.change import Unit, unit_of_work
from tickets.models import Ticket, User
from tickets.saying import Phrase

log = structlog.get_logger(__name__)

BATCH = 100
FIRST_DELAY = dt.timedelta(minutes=1)
LONGEST_DELAY = dt.timedelta(hours=6)


@dataclass(frozen=True)
class Swept:
    """What a sweep did."""

    steps: int
    failed: int


def sweep(*, now: dt.datetime, limit: int = 5000, batch: int = BATCH) -> Swept:
    """Do what is due before `now`, for at most about `limit` deadlines; harmless to run again.

    It ends where nothing more can be claimed. A batch in which nothing had to be done (its rows
    only learnt that their next instant is later) is not the end.
    """
    seen = steps = failed = 0
    while seen < limit:
        with _uncollected():
            claimed, done, wrong = sweep_batch(now=now, size=batch)
        if claimed == 0:
            break
        seen, steps, failed = seen + claimed, steps + done, failed + wrong
    return Swept(steps, failed)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for cycles, which would go through the thousands of rows of a batch
    again and again while they are all in use: a fifth of a sweep's time. It is done right after."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def sweep_batch(*, now: dt.datetime, size: int = BATCH) -> tuple[int, int, int]:
    """Claim up to `size` due deadlines and take their steps. Returns (claimed, taken, failed).

    Where one of them fails, the batch is undone and each is tried alone, so that the failing one is
    recorded on its row and pushed back, and stops nobody.
    """
    claimed: list[int] = []
    try:
        with unit_of_work(now=now) as unit:
            due = _claim(now=now, size=size)
            claimed = [key for key, _ in due]
            return len(claimed), _take_all(unit, due, now=now), 0
    except Exception:
        # Without a database no row is to blame, and none is pushed back.
        if not claimed or not connection.is_usable():
            raise
        log.exception("sweep_batch_failed", deadlines=len(claimed))
    outcomes = [_sweep_one(key, now=now) for key in claimed]
    return len(claimed), sum(n for n in outcomes if n > 0), outcomes.count(-1)


def _sweep_one(key: int, *, now: dt.datetime) -> int:
    """The steps of one deadline in a transaction of its own; -1 where that fails."""
    try:
        with unit_of_work(now=now) as unit:
            return _take_all(unit, _claim(now=now, size=1, only=key), now=now, only=key)
    except Exception as error:
        if not connection.is_usable():
            raise
        log.exception("sweep_step_failed", deadline=key)
        _push_back(key, error, now=now)
        return -1


def _claim(*, now: dt.datetime, size: int, only: int | None = None) -> list[tuple[int, Ticket]]:
    """Keys of due deadlines, oldest first, each with its ticket, which is locked; busy tickets are
    passed over."""
    # Both in one filter: it is one deadline of the ticket that is meant.
    which = {"deadlines__next_at__lt": now} | ({"deadlines": only} if only is not None else {})
    found = (
        Ticket.objects.filter(**which)
        .select_related("customer")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .annotate(due=F("deadlines__id"))
        .order_by("deadlines__next_at", "deadlines__id")[:size]
    )
    return [(ticket.due, ticket) for ticket in found]


def _take_all(
    unit: Unit, claimed: list[tuple[int, Ticket]], *, now: dt.datetime, only: int | None = None
) -> int:
    """Take the due steps of the tickets whose deadlines were claimed, of all their deadlines: after
    an outage a ticket has several, and is then read, assessed and written once. With `only`, of
    this deadline alone."""
    if not claimed:
        return 0
    clocks = _hold(unit, {ticket.pk: ticket for _, ticket in claimed})
    # What the claim saw may be older than the lock: the rows that count were read under it.
    due = [
        (row.next_at, row.pk, row)
        for mine in clocks.values()
        for row in mine.rows
        if row.next_at is not None and row.next_at < now and only in (None, row.pk)
    ]
    taken = sum(
        take_due_steps(clocks[row.ticket_id], row, now=now) for *_, row in sorted(due, key=_order)
    )
    write([row for mine in clocks.values() for row in mine.dirty()])
    return taken


def _order(due: tuple[dt.datetime, int, Deadline]) -> tuple[dt.datetime, int]:
    return due[:2]


def _hold(unit: Unit, tickets: dict[int, Ticket]) -> dict[int, Clocks]:
    """Open a change of each locked ticket, with what belongs to it read in three queries."""
    rows: dict[int, list[Deadline]] = defaultdict(list)
    pauses: dict[int, list[Pause]] = defaultdict(list)
    for row in Deadline.objects.filter(ticket__in=tickets).order_by("pk"):
        rows[row.ticket_id].append(row)
    for pause in Pause.objects.filter(ticket__in=tickets).order_by("pk"):
        pauses[pause.ticket_id].append(pause)
    links = links_of(tickets)
    held = {}
    for change in unit.hold(tickets.values(), SYSTEM):
        ticket = change.ticket
        change.known(Deadline, rows[ticket.pk])
        change.known(Pause, pauses[ticket.pk])
        held[ticket.pk] = Clocks(change)
        held[ticket.pk].links = links[ticket.pk]
    return held


# -- one deadline -----------------------------------------------------------------------------


def take_due_steps(clocks: Clocks, row: Deadline, *, now: dt.datetime) -> int:
    """Take every step of the deadline that is due, in order. Returns how many."""
    taken = 0
    while row.next_at is not None and row.next_at < now:
        clocks.touch(row)
        plan = clocks.plan_of(row, now=now)
        step = plan.next(row.steps_taken, climbing=row.acknowledged_at is None)
        if step is None or step.at >= now:
            clocks.refresh(row, at=now)
            break
        _take(clocks, row, step, plan, now=now)
        row.steps_taken = [*row.steps_taken, step.key]
        row.failures, row.last_error = 0, ""
        clocks.refresh(row, at=now)
        taken += 1
    return taken


def _people(clocks: Clocks, words: Iterable[str]) -> list[User]:
    return recipients(words, clocks.ticket, now=clocks.change.now, links=clocks.links)


def _take(clocks: Clocks, row: Deadline, step: Planned, plan: Plan, *, now: dt.datetime) -> None:
    if step.key.startswith(RESUME):
        _resume(clocks, row, step)
    elif step.key == BREACH:
        _breach(clocks, row, step)
    elif step.step is None:
        _warn(clocks, row, step, plan, now=now)
    else:
        _climb(clocks, row, step)


def _warn(clocks: Clocks, row: Deadline, step: Planned, plan: Plan, *, now: dt.datetime) -> None:
    """A warning; one that comes when all is late already is recorded and rings nobody."""
    late = plan.breach_at is not None and plan.breach_at < now
    text = warning_words(row, clocks.ticket)
    people = [] if late else _people(clocks, ["owner"])
    call = Call(clocks.change, people, text, key_of(row, step.key), urgent=False)
    ACTIONS["notify"](call)
    _taken(clocks, row, step, EscalationLevel.WARNING, call)
    clocks.record(
        EscalationEvent.DEADLINE_WARNED, [row], at=step.at, step=step.key,
        told=[person.name for person in people],
    )  # fmt: skip


def _breach(clocks: Clocks, row: Deadline, step: Planned) -> None:
    """The promise is broken: a fact from now on. A target without a path tells the owner itself."""
    row.breached_at = row.breached_at or step.at
    target = clocks.target_of(row)
    people = []
    path = clocks.setup.path_for(target, clocks.ticket)
    if path is None or not path.steps:
        people = _people(clocks, ["owner"])
    call = Call(clocks.change, people, breach_words(row, clocks.ticket), key_of(row, step.key))
    ACTIONS["notify"](call)
    _taken(clocks, row, step, EscalationLevel.BREACH, call)
    clocks.record(EscalationEvent.DEADLINE_BREACHED, [row], at=step.at)


def _climb(clocks: Clocks, row: Deadline, step: Planned) -> None:
    """A step of the path: the people it names are told, or get the ticket."""
    if step.step is None:
        raise ValueError("only a step of a path can be climbed")
    ticket = clocks.ticket
    people = _people(clocks, step.step.to)
    text = path_words(row, ticket)
    calendar = clocks.clock_of(row).calendar
    key = key_of(row, step.key)
    call = Call(clocks.change, people, text, key, row=row, calendar=calendar)
    # A reminder before the deadline does not yet put the customer into escalation.
    also = spells.begin(clocks.change, at=step.at) if row.breached_at is not None else None
    number = step.key.rpartition(":")[2]
    _taken(clocks, row, step, EscalationLevel.PATH, call)
    clocks.record(
        EscalationEvent.ESCALATED, [row], at=step.at, step=int(number),
        told=[person.name for person in people], why=str(text), by="clock", also=also,
    )  # fmt: skip
    perform(call, step.step)


def _resume(clocks: Clocks, row: Deadline, step: Planned) -> None:
    """The longest pause is over: the clock runs again, though the customer has not answered."""
    clocks.close_spent(row, at=step.at)
    call = Call(clocks.change, _people(clocks, ["owner"]),
                Phrase("{number} has waited long enough: its clock runs again",
                      number=clocks.ticket.number),
                key_of(row, step.key), urgent=False)  # fmt: skip
    ACTIONS["notify"](call)
    _taken(clocks, row, step, EscalationLevel.RESUME, call)
    clocks.refresh(row, at=clocks.change.now)
    clocks.record(EscalationEvent.DEADLINES_RESUMED, [row], at=step.at, why="longest_pause")


def _taken(
    clocks: Clocks, row: Deadline, step: Planned, level: EscalationLevel, call: Call
) -> None:
    """The row that makes the step unique, and says when it was due and when it was done."""
    clocks.change.add(
        Escalation.made(
            ticket=clocks.ticket,
            deadline=row,
            level=level.value,
            step=step.key,
            reason=str(call.text)[:500],
            told=[person.name for person in call.people],
            due_at=step.at,
            done_at=clocks.change.now,
        )
    )


def key_of(row: Deadline, step: str) -> str:
    """What makes an alert or mail happen once: the clock, the step and the due moment."""
    return f"deadline:{row.pk}:{step}:{row.due_at:%Y%m%dT%H%M%S}"


def _push_back(key: int, error: Exception, *, now: dt.datetime) -> None:
    """Record on the row how its step failed, and try again later and later."""
    with transaction.atomic():
        failures = Deadline.objects.filter(pk=key).values_list("failures", flat=True).first() or 0
        delay = min(FIRST_DELAY * 2 ** min(failures, 12), LONGEST_DELAY)
        Deadline.objects.filter(pk=key, next_at__isnull=False).update(
            failures=F("failures") + 1,
            last_error=f"{type(error).__name__}: {error}"[:2000],
            next_at=now + delay,
        )
