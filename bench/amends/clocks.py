"""What the clocks of a desk cost: idle sweeps, many at once, delays, and working all out anew."""

import datetime as dt
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection, transaction

from bench.amends.desk import complain, desk
from bench.amends.pacing import Pace, Sweeper, measured
from bench.amends.processes import forked, memory, server_seconds
from bench.amends.righting import moment_with
from escalation.models import (
    Deadline,
    DeadlinePolicy,
    Escalation,
    Rederivation,
    RederivationPart,
    WorkCalendar,
)
from escalation.services import rederiving, stepping
from tickets.models import Event, Ticket


def idle(rounds: int) -> float:
    """Seconds that the database takes for a sweep with nothing due (the median)."""
    first = Deadline.objects.filter(next_at__isnull=False).order_by("next_at").first()
    assert first is not None and first.next_at is not None
    taken: list[float] = []

    def watch(execute: Any, *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            taken[-1] += time.perf_counter() - began

    with connection.execute_wrapper(watch):
        for _ in range(rounds):
            taken.append(0.0)
            if stepping.sweep(now=first.next_at).steps:
                raise RuntimeError("something was due")
    return median(taken)


def rightly_due(due: int) -> str:
    """The moment at which so many deadlines are due, all of them rightly, in ISO 8601."""
    return moment_with(due).isoformat()


def sweeping(processes: int, due: int) -> dict[str, float]:
    """Take the steps of so many due deadlines, in so many processes at once."""
    now = moment_with(due)
    steps, events = Escalation.objects.count(), _last_event()
    began = time.perf_counter()
    told = forked([partial(_sweep, now)] * processes)
    seconds = time.perf_counter() - began
    return {
        "steps": Escalation.objects.count() - steps,
        "missed": Escalation.objects.filter(step="breach", done_at=now).count(),
        "events": Event.objects.filter(id__gt=events).count(),
        "seconds": seconds,
        "cpu": sum(one["cpu"] for one in told),
        "server": sum(one["server"] for one in told),
        "early": max(one["early"] for one in told),
        "peak": max(one["peak"] for one in told),
    }


def _last_event() -> int:
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _sweep(now: dt.datetime) -> dict[str, float]:
    """Sweep to the end; memory after the first batch and at the end, seconds of the processor."""
    began = time.process_time()
    stepping.sweep_batch(now=now)
    early = memory()
    stepping.sweep(now=now, limit=10**9)
    cpu = time.process_time() - began
    return {"early": early, "peak": memory(), "cpu": cpu, "server": server_seconds()}


def rederiving_all(tickets: int, processes: int, seconds: int, per_second: int) -> dict[str, Any]:
    """Work the deadlines of the newest so many tickets out anew, after a holiday was added, for so
    many seconds at most, while older ones fall due and are swept by one process more."""
    now = Ticket.objects.order_by("-received_at").values_list("received_at", flat=True)[0]
    calendar = WorkCalendar.objects.get(is_default=True)
    calendar.holidays = [*calendar.holidays, now.date() + dt.timedelta(days=2)]
    calendar.save()
    Rederivation.objects.all().delete()
    job = rederiving.start("A holiday more", now=now)
    RederivationPart.objects.update(not_before=now)
    parts = max(1, tickets // rederiving.SIZE)
    # The newest, of which nearly nothing is over; the last part is kept for those that come.
    wanted = RederivationPart.objects.order_by("-id").values_list("id", flat=True)[1 : parts + 1]
    RederivationPart.objects.exclude(id__in=list(wanted)).delete()
    found = measured(
        per_second, min(seconds, 30), 1, beside=partial(_rederive, job, now, processes, seconds)
    )
    worked = found.pop("beside")
    at = rederiving.progress(job)
    if at.failed:
        raise RuntimeError(f"{at.failed} tickets failed")
    return {**worked, "tickets": at.tickets, "moved": at.moved, "sweep": found}


def _rederive(
    job: Rederivation, now: dt.datetime, processes: int, seconds: int, pace: Pace, folder: Path
) -> dict[str, float]:
    """As escalation.tasks.rederive_open does: what is due goes first, then the next part."""

    def work(place: int) -> int:
        sweeper = Sweeper(pace, folder, place)
        while time.perf_counter() - pace.began < seconds:
            sweeper.sweep()
            if not rederiving.do_next(now=now, job=job):
                break
        return memory()

    peak = max(forked([partial(work, 1 + number) for number in range(processes)]))
    return {"seconds": time.perf_counter() - pace.began, "peak": peak}


def share_of_creation(tickets: int) -> dict[str, float]:
    """Seconds for a ticket with its deadlines, and for one that no deadline policy matches."""
    at_desk = desk()
    policies = DeadlinePolicy.objects.filter(active=True)
    keys = list(policies.values_list("pk", flat=True))
    spent = {True: 0.0, False: 0.0}
    for number in range(2 * tickets):
        clocks = number % 2 == 0
        with transaction.atomic():
            DeadlinePolicy.objects.filter(pk__in=keys).update(active=clocks)
            _forget()
            complain(at_desk, 1_000_000 + number, is_open=True)  # reads the setup
            began = time.perf_counter()
            complain(at_desk, 2_000_000 + number, is_open=True)
            spent[clocks] += time.perf_counter() - began
            transaction.set_rollback(True)
    _forget()
    return {"with": spent[True] / tickets, "without": spent[False] / tickets}


def _forget() -> None:
    from tickets.cached import forget_all  # noqa: PLC0415 - only here

    forget_all()
