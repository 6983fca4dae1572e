"""A worker that is killed in the middle of a backtest, at every statement: it is carried to its end
by another, and nothing is counted twice or left out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from tests.builders import NOW, make_customer
from tests.faults import victims

if TYPE_CHECKING:
    from remedies.models import Backtest
    from tests.builders import Desk
    from tests.support.live import LiveSite

pytestmark = pytest.mark.slow

LATER = NOW + dt.timedelta(hours=1)
#: More statements than one worker makes; the loop ends with the first that lives.
MOST = 200


@pytest.fixture
def desk(live_db: LiveSite, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Three complaints and a policy, in a database that processes can share; two in each part."""
    from remedies.services import replaying
    from tests.builders import make_desk
    from tests.remedies.builders import make_hurt, put_in_force
    from tests.remedies.test_backtesting import policy

    for name in ("web", "worker", "beat"):
        live_db.stop(name)  # only victims work here
    monkeypatch.setattr(replaying, "SIZE", 2)
    found = make_desk()
    put_in_force(policy(10))
    for number in range(3):
        make_hurt(found, customer=make_customer(f"Customer {number}"))
    return found


def asked(desk: Desk) -> Backtest:
    """Mona has a draft tried."""
    from remedies.services.backtests import Text, begin
    from tests.remedies.test_backtesting import policy
    from tickets.access import Principal

    mona = Principal.of_user(desk.mona, now=NOW)
    since = NOW - dt.timedelta(days=1)
    return begin(Text.written(policy(12)), since=since, who=mona, now=LATER)


def work(key: int, *, now: dt.datetime = LATER) -> None:
    """What a worker does until there is nothing for it."""
    from remedies.services import replaying

    while replaying.work_next(now=now, key=key):
        continue


def test_a_worker_killed_at_any_statement_costs_nothing_but_time(desk: Desk) -> None:
    undisturbed = asked(desk)
    work(undisturbed.pk)
    undisturbed.refresh_from_db()
    assert undisturbed.looked_at == 3
    killed = 0
    for number in range(1, MOST):
        row = asked(desk)

        def victim(key: int = row.pk, number: int = number) -> None:
            victims.dies_at(number)
            work(key)

        end = victims.ended(victims.fork(victim))
        work(row.pk, now=LATER + dt.timedelta(minutes=2))
        row.refresh_from_db()
        assert (row.state, row.result) == ("done", undisturbed.result), number
        assert not row.parts.exists()
        if end == 0:
            break
        assert end == victims.KILLED
        killed += 1
    assert 20 < killed < MOST - 2


def test_several_workers_at_once_count_each_ticket_once(desk: Desk) -> None:
    alone = asked(desk)
    work(alone.pk)
    alone.refresh_from_db()
    row = asked(desk)

    def worker() -> None:
        work(row.pk)

    pids = [victims.fork(worker) for _ in range(4)]
    assert [victims.ended(pid) for pid in pids] == [0] * 4
    row.refresh_from_db()
    assert (row.state, row.result) == ("done", alone.result)
