"""Backtests in the background: begun once, worked on in parts, stopped, and never stuck."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from remedies import tasks
from remedies.errors import PolicyInvalid
from remedies.models import Backtest, BacktestPart, BacktestState
from remedies.rules.checks.tallying import kept, packed, unpacked
from remedies.rules.language.source import MOST_CHARACTERS
from remedies.services import backtests, replaying
from remedies.services.backtesting import Period, Sides, backtest
from remedies.services.backtests import Text, begin, cancel
from tests.builders import NOW, Desk, make_ticket
from tests.remedies.builders import make_hurt, put_in_force
from tests.remedies.test_backtesting import ALL, keys, policy
from tickets.access import Principal
from tickets.errors import Conflict, Invalid, NotAllowed, NotFound
from tickets.models import Ticket, User
from tickets.money import Money

pytestmark = pytest.mark.django_db
SINCE = NOW - dt.timedelta(days=30)
LATER = NOW + dt.timedelta(hours=1)


def who(user: User) -> Principal:
    """A person who asks."""
    return Principal.of_user(user, now=NOW)


def asked(desk: Desk, each: int = 12, **over: Any) -> Backtest:
    """Mona has a draft tried."""
    values: dict[str, Any] = {"since": SINCE, "who": who(desk.mona), "now": LATER, **over}
    return begin(Text.written(policy(each)), **values)


def hurt(desk: Desk, count: int) -> list[Ticket]:
    """So many complaints, each of another loss."""
    return [make_hurt(desk, loss=Money(100 * pounds, "GBP")) for pounds in range(count)]


def run(row: Backtest, *, now: dt.datetime = LATER) -> Backtest:
    """Work on it to its end."""
    while replaying.work_next(now=now, key=row.pk):
        pass
    row.refresh_from_db()
    return row


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tickets in each part."""
    monkeypatch.setattr(replaying, "SIZE", 2)


def test_a_backtest_comes_to_what_the_command_counts(desk: Desk, small_parts: None) -> None:
    put_in_force(policy(10))
    hurt(desk, 5)
    row = run(asked(desk))
    whole = backtest(keys(), Sides.with_draft(policy(12)), now=LATER)
    assert (row.state, row.looked_at, row.total, row.percent) == ("done", 5, 5, 100)
    assert row.result == kept(whole)
    assert unpacked(row.result).totals["GBP"].delta == 5 * 800
    assert not row.parts.exists()


def test_a_tally_survives_its_journey_as_json(desk: Desk) -> None:
    put_in_force(policy(10))
    hurt(desk, 3)
    whole = backtest(keys(), Sides.with_draft(policy(12)), now=NOW)
    again = unpacked(packed(whole))
    assert packed(again) == packed(whole)


def test_parts_cover_the_span_once(desk: Desk) -> None:
    every = hurt(desk, 5)
    parts = list(ALL.parts(2))
    assert [count for _, _, count in parts] == [2, 2, 1]
    assert [key for first, last, _ in parts for key in ALL.keys(first, last)] == [
        ticket.pk for ticket in every
    ]
    assert list(Period(NOW + dt.timedelta(days=5), NOW + dt.timedelta(days=6)).parts(2)) == []


def test_the_task_carries_on_whatever_is_under_way(desk: Desk) -> None:
    put_in_force(policy(10))
    hurt(desk, 2)
    with time_machine.travel(LATER):
        rows = [asked(desk), asked(desk, 13)]
        tasks.run_backtests()
        tasks.run_backtests()  # rung twice
    assert [Backtest.objects.get(pk=row.pk).looked_at for row in rows] == [2, 2]


def test_an_empty_past_is_done_at_once(desk: Desk) -> None:
    put_in_force(policy(10))
    row = run(asked(desk))
    assert (row.state, row.total, row.looked_at) == ("done", 0, 0)


def test_two_workers_share_the_parts_and_count_nothing_twice(desk: Desk, small_parts: None) -> None:
    put_in_force(policy(10))
    hurt(desk, 4)
    row = asked(desk)
    replaying.prepare(row.pk, now=LATER)
    replaying.prepare(row.pk, now=LATER)
    first, second = (replaying.claim(row.pk, now=LATER) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.pk != second.pk
    assert replaying.claim(row.pk, now=LATER) is None
    for part in (first, second, first):
        replaying.replay_part(row.pk, part, now=LATER)
    assert run(row).looked_at == 4


def test_a_worker_that_was_killed_is_replaced_after_a_minute(desk: Desk, small_parts: None) -> None:
    put_in_force(policy(10))
    hurt(desk, 3)
    row = asked(desk)
    replaying.prepare(row.pk, now=LATER)
    assert replaying.claim(row.pk, now=LATER) is not None  # and then nothing is heard of it
    row = run(row)
    assert (row.state, row.looked_at) == (BacktestState.RUNNING, 1)
    soon = LATER + dt.timedelta(seconds=30)
    assert not replaying.work_next(now=soon, key=row.pk)
    assert not backtests.is_stalled(row, now=soon)
    later = LATER + dt.timedelta(minutes=2)
    assert backtests.is_stalled(row, now=later)
    row = run(row, now=later)
    assert (row.state, row.looked_at) == ("done", 3)


def test_what_kills_every_worker_ends_the_backtest_and_says_so(desk: Desk) -> None:
    put_in_force(policy(10))
    hurt(desk, 2)
    row = asked(desk)
    replaying.prepare(row.pk, now=LATER)
    moment = LATER
    for _ in range(replaying.ATTEMPTS):
        assert replaying.claim(row.pk, now=moment) is not None
        moment += replaying.CLAIM * 2
    assert not replaying.work_next(now=moment, key=row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "stopped 3 times in the middle of the same 2 tickets" in row.error


def test_a_stopped_one_keeps_what_it_counted(desk: Desk, small_parts: None) -> None:
    put_in_force(policy(10))
    hurt(desk, 5)
    row = asked(desk)
    replaying.work_next(now=LATER, key=row.pk)
    part = replaying.claim(row.pk, now=LATER)
    row = cancel(row, who=who(desk.mona), now=LATER)
    assert (row.state, row.looked_at, row.cancelled_by) == ("cancelled", 2, "Mona")
    assert part is not None
    replaying.replay_part(row.pk, part, now=LATER)
    row.refresh_from_db()
    assert (row.looked_at, unpacked(row.result).looked_at) == (2, 2)
    assert not replaying.work_next(now=LATER, key=row.pk)
    assert cancel(row, who=who(desk.mona), now=LATER).state == "cancelled"


def test_it_is_held_against_what_was_in_force_when_it_began(desk: Desk, small_parts: None) -> None:
    put_in_force(policy(10))
    hurt(desk, 3)
    row = asked(desk)
    replaying.work_next(now=LATER, key=row.pk)
    put_in_force(policy(50))
    assert unpacked(run(row).result).totals["GBP"].delta == 3 * 800


def test_a_text_can_be_held_against_another(desk: Desk) -> None:
    put_in_force(policy(10))
    hurt(desk, 2)
    row = run(asked(desk, beside=Text.written(policy(11))))
    assert unpacked(row.result).totals["GBP"].delta == 2 * 400


def test_the_same_question_is_asked_once_and_only_so_many_at_once(desk: Desk) -> None:
    put_in_force(policy(10))
    first = asked(desk)
    assert asked(desk).pk == first.pk
    for each in (13, 14):
        asked(desk, each)
    with pytest.raises(Conflict):
        asked(desk, 15)
    run(first)
    assert asked(desk).pk != first.pk


def test_a_span_that_is_none_and_a_text_that_is_none_are_refused(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        asked(desk, since=LATER)
    assert refused.value.field == "since"
    with pytest.raises(PolicyInvalid):
        Text.written("policy: x")
    with pytest.raises(Invalid):
        Text.written("#" * (MOST_CHARACTERS + 1))


def test_managers_begin_supervisors_read_and_others_see_nothing(desk: Desk) -> None:
    put_in_force(policy(10))
    row = asked(desk)
    assert backtests.access_backtest(who(desk.sue), row.pk) == row
    for user in (desk.sue, desk.audrey):
        with pytest.raises(NotAllowed):
            backtests.access_backtest(who(user), row.pk, stop=True)
        with pytest.raises(NotAllowed):
            asked(desk, who=who(user))
    with pytest.raises(NotAllowed):
        backtests.access_backtest(who(desk.alice), row.pk)
    with pytest.raises(NotFound):
        backtests.access_backtest(who(desk.mona), row.pk + 1)
    everything = Principal.of_client("books", scopes=frozenset({"config:read"}))
    assert backtests.access_backtest(everything, row.pk) == row
    narrow = Principal.of_client("a", scopes=frozenset({"config:read"}), teams=frozenset({1}))
    with pytest.raises(NotAllowed):
        backtests.visible_backtests(narrow)


def test_the_newest_of_a_text_is_found_beside_its_editor(desk: Desk) -> None:
    put_in_force(policy(10))
    text = Text.written(policy(12))
    assert backtests.newest_for(who(desk.mona), text) is None
    row = run(asked(desk))
    assert backtests.newest_for(who(desk.sue), text) == row
    assert backtests.newest_for(who(desk.alice), text) is None
    put_in_force(policy(11))  # held against something else now
    assert backtests.newest_for(who(desk.mona), text) is None


def test_old_ones_are_forgotten(desk: Desk) -> None:
    put_in_force(policy(10))
    hurt(desk, 1)
    row = asked(desk)
    replaying.prepare(row.pk, now=LATER)
    assert replaying.forget_backtests(now=LATER) == 0
    assert replaying.forget_backtests(now=LATER + dt.timedelta(days=91)) == 1
    assert not BacktestPart.objects.exists()


def test_a_merged_complaint_is_not_looked_at_twice(desk: Desk) -> None:
    put_in_force(policy(10))
    one = make_ticket(desk)
    Ticket.objects.filter(pk=one.pk).update(
        status="closed", resolved_at=NOW, merged_into=make_ticket(desk).pk
    )
    assert one.pk not in keys()
