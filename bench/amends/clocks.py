"""What the clocks of a desk cost: idle sweeps, many at once, delays, and working all out anew."""

import datetime as dt
import os
import time
from statistics import median
from typing import Any

from django.db import connection, transaction

from bench.amends.desk import complain, desk
from escalation.models import (
    Deadline,
    DeadlinePolicy,
    Escalation,
    Rederivation,
    RederivationPart,
    WorkCalendar,
)
from escalation.services import rederiving, stepping
from tickets.models import Ticket

#: As beat rings, see TICK_SECONDS.
TICK = 1.0
#: A stretch without openings and closings, at which everything of a day falls due at once.
_STEADY_HOURS = (10, 16)
#: Steps that may have to be done before it.
_MOST_BEFORE = 30_000


def idle(rounds: int) -> dict[str, float]:
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
    return {"seconds": median(taken), "open": Deadline.objects.open().count()}


def sweeping(processes: int, due: int) -> dict[str, float]:
    """Take the steps of so many due deadlines, in so many processes at once."""
    moments = Deadline.objects.filter(next_at__isnull=False).order_by("next_at", "id")
    moment = moments.values_list("next_at", flat=True)[due]
    assert moment is not None
    now = moment + dt.timedelta(microseconds=1)
    before = Escalation.objects.count()
    began = time.perf_counter()
    _each_in_its_process(processes, lambda: stepping.sweep(now=now, limit=10**9))
    seconds = time.perf_counter() - began
    return {"steps": Escalation.objects.count() - before, "seconds": seconds}


def _each_in_its_process(processes: int, work: Any) -> None:
    connection.close()
    running = []
    for _ in range(processes):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                work()
                code = 0
            finally:
                os._exit(code)
        running.append(pid)
    for pid in running:
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("a sweep failed")


def delays(per_second: int, seconds: int) -> dict[str, Any]:
    """How long after it fell due each step was done, in seconds, rung once a second.

    The desk's clock runs faster than ours, by as much as makes so many steps due each second.
    """
    start, there = _steady_stretch(per_second * seconds)
    speed = per_second / (there / 3600)
    seconds = max(2, min(seconds, int(0.9 * there / per_second)))
    last = Escalation.objects.order_by("-id").values_list("id", flat=True).first() or 0
    began = time.perf_counter()
    delays: list[float] = []
    for tick in range(1, seconds + 1):
        time.sleep(max(0.0, began + tick * TICK - time.perf_counter()))
        now = start + dt.timedelta(seconds=(time.perf_counter() - began) * speed)
        while stepping.sweep_batch(now=now)[0]:
            done = time.perf_counter()
            fresh = Escalation.objects.filter(id__gt=last).order_by("id")
            for key, due in fresh.values_list("id", "due_at"):
                late = done - began - (due - start).total_seconds() / speed
                delays.append(late)
                last = key
    # What fell due before the stretch began says nothing.
    counted = sorted(late for late in delays if late <= seconds)
    return {
        "steps": len(counted),
        "per_second": len(counted) / seconds,
        "p50": counted[len(counted) // 2],
        "p99": counted[min(len(counted) - 1, int(len(counted) * 0.99))],
    }


def _steady_stretch(steps: int) -> tuple[dt.datetime, int]:
    """The next hour in which so many steps fall due evenly, or the one with most; how many do.

    Everything due before it is done first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hour, steps FROM (SELECT date_trunc('hour', next_at) AS hour,"
            " count(*) AS steps, sum(count(*)) OVER (ORDER BY date_trunc('hour', next_at))"
            " - count(*) AS before FROM escalation_deadline WHERE next_at IS NOT NULL"
            " GROUP BY 1) hours WHERE extract(hour FROM hour) BETWEEN %s AND %s"
            " ORDER BY CASE WHEN before < %s THEN least(steps, %s) ELSE 0 END DESC, hour LIMIT 1",
            [*_STEADY_HOURS, _MOST_BEFORE, steps],
        )
        hour, there = cursor.fetchone()
    while stepping.sweep(now=hour, limit=10**9).steps:
        continue
    return hour, int(there)


def rederiving_all(tickets: int, processes: int) -> dict[str, float]:
    """Work the deadlines of so many tickets out anew, after a holiday was added."""
    now = Ticket.objects.order_by("-received_at").values_list("received_at", flat=True)[0]
    calendar = WorkCalendar.objects.get(is_default=True)
    calendar.holidays = [*calendar.holidays, now.date() + dt.timedelta(days=2)]
    calendar.save()
    Rederivation.objects.all().delete()
    job = rederiving.start("A holiday more", now=now)
    RederivationPart.objects.update(not_before=now)
    parts = max(1, tickets // rederiving.SIZE)
    wanted = RederivationPart.objects.order_by("id").values_list("id", flat=True)[:parts]
    RederivationPart.objects.exclude(id__in=list(wanted)).delete()

    def work() -> None:
        while rederiving.do_next(now=now, job=job):
            continue

    began = time.perf_counter()
    _each_in_its_process(processes, work)
    seconds = time.perf_counter() - began
    found = rederiving.progress(job)
    if found.failed:
        raise RuntimeError(f"{found.failed} tickets failed")
    return {"tickets": found.tickets, "moved": found.moved, "seconds": seconds}


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
