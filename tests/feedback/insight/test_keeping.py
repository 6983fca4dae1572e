"""The sums of insight are those of the events, whatever happened and whoever counted."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings

from feedback.models import Rollup, Tally
from feedback.services.insight import keeping, rebuilding
from feedback.tasks import follow_for_insight
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.feedback.insight.history import ACTS, Act, History
from tests.feedback.insight.raw import kept, raw
from tickets import services
from tickets.change import changing
from tickets.following import Part
from tickets.models import Event, Ticket
from tickets.models.search import Follower

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example is seconds of histories
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS)
def test_after_any_history_the_sums_are_those_of_the_tables(
    whole_desk: Desk, acts: list[Act]
) -> None:
    with transaction.atomic():
        story = History(whole_desk)
        for place, act in enumerate(acts):
            story.do(act)
            if place % 7 == 0:
                keeping.catch_up()
        keeping.catch_up()
        assert kept() == raw()
        assert not checked().told
        before = set(Tally.objects.values_list("pk", flat=True))
        list(rebuilding.rebuild())
        assert kept() == raw()
        # A rebuild finds everything as it is, and writes no row twice.
        assert before == set(Tally.objects.values_list("pk", flat=True))
        transaction.set_rollback(True)


def checked() -> rebuilding.Checked:
    found = rebuilding.Checked()
    list(rebuilding.check(found))
    return found


def test_a_long_history_has_something_of_nearly_everything(whole_desk: Desk) -> None:
    """That the test above is not about empty tables."""
    story = History(whole_desk)
    for name in (
        "open settle ask answer open beyond approve open take decide hand same_customer accept "
        "fulfil late hand settle reopen promise late accept reverse merge"
    ).split():
        for pick in range(3):
            story.do(Act(name, pick, pick + 1, 5))
    keeping.catch_up()
    assert kept() == raw()
    measures = set(Rollup.objects.values_list("measure", flat=True))
    assert measures >= {
        "received", "points", "again", "upheld", "cause", "outcome", "asked", "answer", "score",
        "promise", "promise_cause", "remedy", "granted", "offer_time", "time", "handed",
        "exception",
    }  # fmt: skip


def test_reading_the_stream_twice_counts_nothing_twice(desk: Desk) -> None:
    ticket = make_ticket(desk)
    keeping.catch_up()
    once = kept()
    assert once and keeping.follow() == Part(frozenset(), 0)
    Follower.objects.filter(name=keeping.NAME).update(transaction=0, event=0)
    keeping.catch_up()
    assert kept() == once == raw()
    assert Tally.objects.filter(ticket=ticket, measure="received").count() == 1


def test_a_ticket_that_is_filed_elsewhere_takes_all_it_gave_along(desk: Desk) -> None:
    ticket = make_ticket(desk)
    keeping.catch_up()
    services.change_category(ticket, desk.flights, actor=user(desk.alice), now=NOW)
    services.move_to_team(ticket, desk.travel, brief="Yours", actor=user(desk.alice), now=NOW)
    keeping.catch_up()
    places = set(Rollup.objects.values_list("team__key", "category__key"))
    assert places == {("travel", "flights")} and kept() == raw()


def test_a_confidential_complaint_counts_for_nobody(desk: Desk) -> None:
    ticket = make_ticket(desk)
    keeping.catch_up()
    services.set_confidential(ticket, True, actor=user(desk.ada), now=NOW)
    keeping.catch_up()
    assert not Tally.objects.exists() and not Rollup.objects.exists()


def test_a_complaint_that_came_in_late_makes_the_later_one_the_second(desk: Desk) -> None:
    ines = make_customer()
    second = make_ticket(desk, customer=ines)
    keeping.catch_up()
    assert not Rollup.objects.filter(measure="again").exists()
    first = make_ticket(desk, customer=ines, now=NOW - 3 * DAY)
    keeping.catch_up()
    (row,) = Tally.objects.filter(measure="again")
    assert (row.ticket_id, row.key) == (second.pk, "same") and kept() == raw()
    services.change_category(first, desk.flights, actor=user(desk.alice), now=NOW)
    keeping.catch_up()
    assert not Rollup.objects.filter(measure="again").exists() and kept() == raw()


def test_what_happened_during_an_outage_is_caught_up_part_by_part(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make_ticket(desk)
    monkeypatch.setattr(keeping, "MOST", 3)
    assert follow_for_insight() <= Event.objects.count()
    assert keeping.catch_up() + Tally.objects.count()
    assert kept() == raw()


def test_a_failure_half_way_leaves_place_and_sums_as_they_were(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket(desk)

    def refuse(*_: object) -> None:
        raise IntegrityError("No room")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "add_to_rollups", refuse)
        with pytest.raises(IntegrityError):
            keeping.follow()
    assert not Tally.objects.exists()
    keeping.catch_up()
    assert kept() == raw()


def test_the_check_finds_what_is_wrong_and_a_rebuild_mends_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    make_ticket(desk)
    ticket = make_ticket(desk, customer=make_customer("Omar O"))
    keeping.catch_up()
    Rollup.objects.filter(measure="received").update(n=7)
    Tally.objects.filter(ticket=ticket, measure="points").delete()
    with pytest.raises(CommandError, match="rollups rebuild"):
        call_command("rollups", "check")
    told = capsys.readouterr().out
    assert "7 instead of 2" in told and f"Ticket {ticket.pk}" in told
    call_command("rollups", "rebuild")
    call_command("rollups", "check")
    assert "2 tickets are counted as their events say" in capsys.readouterr().out
    assert kept() == raw()


def test_the_database_refuses_sums_of_nothing_and_rows_twice(desk: Desk) -> None:
    make_ticket(desk)
    keeping.catch_up()
    row = Rollup.objects.order_by("pk")[0]
    for change in ({"n": 0}, {"measure": "nonsense"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rollup.objects.filter(pk=row.pk).update(**change)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_count_everything_once(desk: Desk) -> None:
    for number in range(6):
        make_ticket(desk, customer=make_customer(f"Customer {number}"))
    start, read = threading.Barrier(3), []

    def work() -> None:
        start.wait()
        try:
            read.append(keeping.catch_up())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    keeping.catch_up()
    assert kept() == raw() and Ticket.objects.count() == 6
    assert sum(read) <= Event.objects.count()


@pytest.mark.django_db(transaction=True)
def test_what_a_slow_transaction_writes_is_not_left_out(desk: Desk) -> None:
    ticket = make_ticket(desk)
    keeping.catch_up()
    wrote, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                with changing(ticket.pk, actor=user(desk.alice), now=NOW) as change:
                    change.set(channel="phone")
                    change.record("note_added")
                wrote.set()
                go_on.wait(10)
        finally:
            connection.close()

    worker = threading.Thread(target=slow)
    worker.start()
    wrote.wait(10)
    make_ticket(desk, customer=make_customer("Omar O"))  # a later transaction, which ends first
    keeping.catch_up()
    go_on.set()
    worker.join()
    keeping.catch_up()
    assert kept() == raw()
    assert Rollup.objects.get(measure="received", key="phone").n == 1
