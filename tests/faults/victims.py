"""Sweeps that die: forked from the test, killed where it says, and what must hold afterwards.

A victim shares no connection with the test, and dies by SIGKILL, so nothing of it is tidied up but
what the database does by itself. What must come of it all is what one undisturbed sweep makes of
the same tickets: it is run first, and undone.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

KILLED = -signal.SIGKILL


def fork(victim: Callable[[], object]) -> int:
    """Run `victim` in a process of its own. Returns its pid."""
    connection.close()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        victim()
        code = 0
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Wait for a process; its exit code, or minus the signal that ended it."""
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def kill_after(pid: int, seconds: float) -> int:
    """Kill a process after a while; how it ended, which may have been before."""
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return ended(pid)


def dies_at(number: int) -> None:
    """Kill this process before the database is asked for the `number`-th time.

    A COMMIT is counted twice: a process may die before it, and after it without hearing of it.
    """
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1
        if asked == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Any, *arguments: Any) -> Any:
        count()
        return execute(*arguments)

    commit = connection._commit  # type: ignore[attr-defined]

    def commit_or_die() -> Any:
        count()
        result = commit()
        count()
        return result

    connection.execute_wrappers.append(statement)
    connection._commit = commit_or_die  # type: ignore[attr-defined]


# -- what must hold -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What sweeps made of the tickets, without keys and moments that differ from run to run."""

    steps: Counter[tuple[Any, ...]]
    deadlines: Counter[tuple[Any, ...]]
    events: Counter[tuple[Any, ...]]
    alerts: Counter[tuple[Any, ...]]
    outbox: Counter[tuple[Any, ...]]


def outcome() -> Outcome:
    """What stands in the database now."""
    from escalation.models import Deadline, Escalation
    from escalation.rules import EscalationEvent
    from tickets.models import Alert, Event, Outbox

    return Outcome(
        steps=Counter(Escalation.objects.values_list("deadline_id", "step", "due_at")),
        deadlines=Counter(
            Deadline.objects.values_list("pk", "status", "due_at", "breached_at", "next_at")
        ),
        events=Counter(
            (ticket, type_, at if at < recorded else None)
            for ticket, type_, at, recorded in Event.objects.filter(
                # How often an offer is drafted anew depends on what fell into one transaction.
                type__in=list(EscalationEvent)
            )
            .values_list("ticket_id", "type", "at", "recorded_at")
            .iterator()
        ),
        alerts=Counter(Alert.objects.values_list("user_id", "ticket_id", "key")),
        outbox=Counter(
            # What colleagues are mailed is written after a sweep, by what has come in by then: one
            # mail, or several in a digest. `untold` is what must hold of it.
            Outbox.objects.exclude(kind="mail", key__regex="^(alert|digest):").values_list(
                "kind", "key"
            )
        ),
    )


def untold(*, now: dt.datetime) -> int:
    """Alerts that are to be mailed and were not."""
    from tickets.models import Alert

    return Alert.objects.filter(mail_at__lte=now, mailed_at=None, read_at=None).count()


def undisturbed(*, now: dt.datetime) -> Outcome:
    """What one sweep at `now` makes of it, which is then undone."""
    from escalation.services.stepping import sweep

    with transaction.atomic():
        sweep(now=now)
        found = outcome()
        transaction.set_rollback(True)
    return found


def check(wanted: Outcome, *, now: dt.datetime) -> None:
    """Every due step once and none early, and the rows are what the events say."""
    from escalation.models import Deadline, Escalation
    from tickets.models import Ticket
    from tickets.state import fold
    from tickets.values import json_value

    assert not Deadline.objects.due(now).exists()
    assert not Deadline.objects.filter(failures__gt=0).exists()
    found = outcome()
    for part in ("steps", "deadlines", "events", "alerts", "outbox"):
        missing = getattr(wanted, part) - getattr(found, part)
        more = getattr(found, part) - getattr(wanted, part)
        assert not missing and not more, (part, missing, more)
    assert set(found.steps.values()) <= {1}
    assert not Escalation.objects.filter(due_at__gt=now).exists()
    for ticket in Ticket.objects.order_by("pk")[:200]:
        told = fold(ticket.events.order_by("seq"))
        for row in Deadline.objects.filter(ticket=ticket):
            said = told.get(f"deadlines.{row.pk}.breached_at")
            assert said == json_value(row.breached_at), row
            assert told[f"deadlines.{row.pk}.due_at"] == json_value(row.due_at), row
