"""Hours in escalation and our own delay are facts of the rules, heard from events alone."""

import datetime as dt

import pytest

from remedies.services.situations import situation_of
from tests.builders import NOW, Desk, make_ticket
from tickets.actors import SYSTEM
from tickets.change import changing
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def record(ticket: Ticket, type_: str, *, at: dt.datetime, since: object = "", **data: int) -> None:
    with changing(ticket, actor=SYSTEM, now=at) as change:
        told = {} if since == "" else {"escalation.since": (None, since)}
        change.record(type_, data=data, changes=told)


def facts(ticket: Ticket, *, now: dt.datetime) -> tuple[int, int]:
    with changing(ticket, actor=SYSTEM, now=now) as change:
        found = situation_of(change).facts
    return found["hours_in_escalation"], found["our_delay_hours"]


def test_spells_add_up_and_the_one_that_lasts_counts_too(desk: Desk) -> None:
    ticket = make_ticket(desk)
    assert facts(ticket, now=NOW) == (0, 0)
    record(ticket, "escalated", at=NOW + HOUR, since=NOW + HOUR)
    record(ticket, "escalated", at=NOW + 2 * HOUR)
    assert facts(ticket, now=NOW + 3.5 * HOUR) == (2, 0)
    record(ticket, "deescalated", at=NOW + 4 * HOUR, since=None)
    assert facts(ticket, now=NOW + 9 * HOUR) == (3, 0)
    record(ticket, "escalated", at=NOW + 10 * HOUR, since=NOW + 10 * HOUR)
    assert facts(ticket, now=NOW + 12 * HOUR) == (5, 0)


def test_of_several_delays_the_longest_counts(desk: Desk) -> None:
    ticket = make_ticket(desk)
    for seconds in (3600, 7300, 1800):
        record(ticket, "delay_owed", at=NOW, seconds=seconds)
    assert facts(ticket, now=NOW) == (0, 2)
