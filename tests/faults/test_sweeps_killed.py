"""Sweeps killed at every point, at random, many at once, with a clock that jumps: as if nothing."""

from __future__ import annotations

import datetime as dt
import os
import random
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from tests.builders import NOW
from tests.faults import victims

if TYPE_CHECKING:
    from tests.builders import Desk
    from tests.support.live import LiveSite

pytestmark = pytest.mark.slow

LATER = NOW + dt.timedelta(days=21)
#: `make faults` kills a hundred times; `make test` has less patience.
KILLS = int(os.environ.get("FAULTS_KILLS", "25"))


@pytest.fixture
def desk(live_db: LiveSite) -> Desk:
    """The named people and the default deadlines, in a database that processes can share."""
    from escalation.services.defaults import ensure_defaults
    from tests.builders import make_desk

    for name in ("web", "worker", "beat"):
        live_db.stop(name)  # only victims sweep here
    found = make_desk()
    ensure_defaults(now=NOW)
    cache.clear()
    return found


def neglect(desk: Desk, count: int) -> None:
    """Tickets to which nobody reacts, from several hours, so that their clocks are not in step."""
    from tests.builders import make_customer, make_ticket

    customer = make_customer()
    for number in range(count):
        received = NOW + dt.timedelta(minutes=17 * number)
        make_ticket(desk, now=received, customer=customer)


def sweep(*, now: dt.datetime = LATER, batch: int = 100) -> None:
    from escalation.services import stepping

    stepping.sweep(now=now, batch=batch)


def test_killed_at_every_statement_nothing_is_lost_or_doubled(desk: Desk) -> None:
    neglect(desk, 20)
    wanted = victims.undisturbed(now=LATER)
    kills = 0
    for number in range(1, 2000):

        def victim(number: int = number) -> None:
            victims.dies_at(number)
            sweep(batch=2)

        if victims.ended(victims.fork(victim)) != victims.KILLED:
            break
        kills += 1
    assert kills > 20, "each statement and both sides of each commit"
    victims.check(wanted, now=LATER)


def test_killed_at_random_again_and_again_the_work_still_gets_done(desk: Desk) -> None:
    neglect(desk, 40)
    wanted = victims.undisturbed(now=LATER)
    chance = random.Random(7)
    kills = 0
    while kills < KILLS:
        pid = victims.fork(lambda: sweep(batch=2))
        if victims.kill_after(pid, chance.uniform(0.02, 0.12)) != victims.KILLED:
            break
        kills += 1
    assert kills >= min(KILLS, 5)
    sweep(batch=2)
    victims.check(wanted, now=LATER)


def test_eight_sweeps_at_once_take_each_step_once(desk: Desk) -> None:
    neglect(desk, 40)
    wanted = victims.undisturbed(now=LATER)
    running = [victims.fork(lambda: sweep(batch=5)) for _ in range(8)]
    assert [victims.ended(pid) for pid in running] == [0] * 8
    sweep()
    victims.check(wanted, now=LATER)


def test_a_clock_that_jumps_back_and_forth_takes_nothing_early_and_nothing_twice(
    desk: Desk,
) -> None:
    from escalation.models import Escalation

    neglect(desk, 5)
    chance = random.Random(11)
    latest = NOW
    for _ in range(30):
        now = LATER - dt.timedelta(minutes=chance.randrange(21 * 24 * 60))
        latest = max(latest, now)
        sweep(now=now)
        assert not Escalation.objects.filter(due_at__gt=latest).exists()
    wanted = victims.undisturbed(now=LATER)
    sweep()
    victims.check(wanted, now=LATER)
