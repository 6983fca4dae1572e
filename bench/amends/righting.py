"""Copies of tickets are later by some seconds, which need not keep them within working hours: what
is due next on them is worked out anew before it is measured, as it would be on a real one."""

import datetime as dt
from collections import defaultdict
from functools import partial

from bench.amends.processes import forked
from escalation.models import Deadline, Pause
from escalation.services.clocks import Clocks, write
from tickets.actors import SYSTEM
from tickets.change import unit_of_work
from tickets.models import Ticket

_CHUNK = 500


def moment_with(due: int) -> dt.datetime:
    """The moment at which so many deadlines are due, all of them rightly."""
    right: set[int] = set()
    while True:
        waiting = Deadline.objects.filter(next_at__isnull=False).order_by("next_at", "id")
        moment = waiting.values_list("next_at", flat=True)[due]
        assert moment is not None
        if not put_right(moment, right):
            return moment + dt.timedelta(microseconds=1)


def put_right(until: dt.datetime, right: set[int]) -> int:
    """Work out what is due until then, except on tickets that are `right`; how many those were."""
    waiting = Deadline.objects.filter(next_at__lte=until).order_by("next_at")
    keys = [key for key in dict.fromkeys(waiting.values_list("ticket_id", flat=True))
            if key not in right]  # fmt: skip
    if not keys:
        return 0
    right.update(keys)
    first = waiting[0].next_at
    assert first is not None
    at = first - dt.timedelta(seconds=1)
    forked([partial(_work_out, part, at) for part in (keys[::2], keys[1::2]) if part])
    return len(keys)


def _work_out(keys: list[int], at: dt.datetime) -> None:
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        rows: defaultdict[int, list[Deadline]] = defaultdict(list)
        for row in Deadline.objects.open().filter(ticket__in=chunk):
            rows[row.ticket_id].append(row)
        pauses: defaultdict[int, list[Pause]] = defaultdict(list)
        for pause in Pause.objects.filter(ticket__in=chunk):
            pauses[pause.ticket_id].append(pause)
        changed: list[Deadline] = []
        with unit_of_work(now=at) as unit:
            tickets = Ticket.objects.filter(pk__in=chunk).select_related("customer")
            for change in unit.hold(tickets, SYSTEM):
                change.known(Deadline, rows[change.ticket.pk])
                change.known(Pause, pauses[change.ticket.pk])
                clocks = Clocks(change)
                for row in rows[change.ticket.pk]:
                    clocks.renew(row, at=at)
                changed += clocks.dirty()
            write(changed)
