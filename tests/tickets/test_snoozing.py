"""Put aside until a moment: out of the queue, and back for what its owner waits for."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.access import Principal
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.errors import Conflict, DomainError, Invalid, Missing, Stale, WrongStatus
from tickets.models import Alert, Event, Ticket
from tickets.rules import Channel, EventType
from tickets.selecting import checked, selected
from tickets.services import snoozing, together
from tickets.state import fold, state_now

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
LATER = NOW + HOUR
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def aside(desk: Desk) -> Ticket:
    """Alice's, put aside until tomorrow."""
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    services.snooze(
        ticket, until=TOMORROW, reason="The courier calls back", actor=user(desk.alice), now=NOW
    )
    return fresh(ticket)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def last(ticket: Ticket, type_: str) -> Event:
    found = ticket.events.filter(type=type_).order_by("-seq").first()
    assert found is not None
    return found


def queue_of(desk: Desk, now: dt.datetime, **criteria: str) -> list[str]:
    who = Principal.of_user(desk.alice, now=now)
    rows = selected(
        Ticket.objects.all(),
        checked(criteria),
        who=who,
        now=now,
        zone=dt.UTC,  # type: ignore[arg-type]
    )
    return [row.number for row in rows.order_by("id")]


def test_it_leaves_the_queue_and_is_back_at_its_moment_swept_or_not(
    desk: Desk, aside: Ticket
) -> None:
    other = make_ticket(desk, customer=make_customer("Rosa Ferrante"))
    assert queue_of(desk, LATER) == [other.number]
    assert queue_of(desk, LATER, snoozed="only") == [aside.number]
    assert queue_of(desk, LATER, snoozed="too") == [aside.number, other.number]
    assert queue_of(desk, TOMORROW) == [aside.number, other.number]
    assert queue_of(desk, TOMORROW, snoozed="only") == []
    event = last(aside, EventType.SNOOZED)
    assert event.data == {"until": TOMORROW.isoformat(), "reason": "The courier calls back"}
    assert (aside.snoozed_by, aside.version) == (desk.alice, fresh(aside).version)


def test_the_sweep_ends_it_once_and_tells_its_owner_once(desk: Desk, aside: Ticket) -> None:
    assert snoozing.wake_due(now=TOMORROW - HOUR) == 0
    assert snoozing.wake_due(now=TOMORROW + HOUR) == 1
    assert snoozing.wake_due(now=TOMORROW + HOUR) == 0
    row = fresh(aside)
    assert (row.snoozed_until, row.snoozed_by, row.snooze_reason) == (None, None, "")
    event = last(aside, EventType.SNOOZE_ENDED)
    assert event.data == {"because": "due", "until": TOMORROW.isoformat()}
    assert (event.at, event.recorded_at) == (TOMORROW, TOMORROW + HOUR)
    alert = Alert.objects.get(user=desk.alice, key__startswith="snooze:")
    assert alert.text == f"{aside.number} is back: The courier calls back"
    events = list(aside.events.order_by("seq"))
    assert {k: v for k, v in fold(events).items() if "snooze" in k} == {}
    assert state_now(row) == {k: v for k, v in fold(events).items() if k in state_now(row)}


def test_one_that_cannot_be_brought_back_stops_none_of_the_others(
    desk: Desk, aside: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_ticket(desk, customer=make_customer("Rosa Ferrante"))
    services.snooze(other, until=TOMORROW, actor=user(desk.bob), now=NOW)
    whole = snoozing._come_back

    def half(change: object) -> None:
        if change.ticket.pk == aside.pk:  # type: ignore[attr-defined]
            raise RuntimeError("broken")
        whole(change)  # type: ignore[arg-type]

    monkeypatch.setattr(snoozing, "_come_back", half)
    assert snoozing.wake_due(now=TOMORROW) == 1
    assert fresh(other).snoozed_until is None
    monkeypatch.undo()
    assert snoozing.wake_due(now=TOMORROW) == 1


def _writes(ticket: Ticket, desk: Desk) -> None:
    services.receive_message(
        ticket, body="Any news?", channel=Channel.EMAIL,
        actor=Actor.of_customer(ticket.customer), now=LATER,
    )  # fmt: skip


def _hears(type_: str) -> Callable[[Ticket, Desk], None]:
    """Another app records something."""

    def happens(ticket: Ticket, desk: Desk) -> None:
        with changing(ticket, actor=SYSTEM, now=LATER) as change:
            change.record(type_)

    return happens


def _accepts(ticket: Ticket, desk: Desk) -> None:
    customer = Actor.of_customer(ticket.customer)
    with changing(ticket, actor=customer, now=LATER) as change:
        change.record("offer_accepted")


def _mentions(ticket: Ticket, desk: Desk) -> None:
    services.add_note(
        ticket, body="@Alice look", mentions=[desk.alice], actor=user(desk.bob), now=LATER
    )


def _hands_over(ticket: Ticket, desk: Desk) -> None:
    services.hand_over(ticket, desk.bob, brief="Yours now.", actor=user(desk.alice), now=LATER)


def _resolves(ticket: Ticket, desk: Desk) -> None:
    for point in ticket.points.all():
        services.decide_point(ticket, point.pk, outcome="upheld", actor=user(desk.alice), now=LATER)
    services.resolve(ticket, actor=user(desk.alice), now=LATER)


def _merges(ticket: Ticket, desk: Desk) -> None:
    into = make_ticket(desk)
    services.merge_tickets(into, ticket, reason="The same.", actor=user(desk.alice), now=LATER)


def _by_hand(ticket: Ticket, desk: Desk) -> None:
    services.end_snooze(ticket, actor=user(desk.alice), now=LATER)


@pytest.mark.parametrize(
    ("happens", "because"),
    [
        (_writes, "customer"),
        (_accepts, "customer"),
        (_hears("deadline_warned"), "deadline"),
        (_hears("deadline_breached"), "deadline"),
        (_hears("escalated"), "deadline"),
        (_hears("exception_decided"), "colleague"),
        (_mentions, "mention"),
        (_hands_over, "owner"),
        (_resolves, "finished"),
        (_merges, "finished"),
        (_by_hand, "by_hand"),
    ],
)
def test_it_is_back_at_once_for_what_its_owner_waits_for(
    desk: Desk, aside: Ticket, happens: Callable[[Ticket, Desk], None], because: str
) -> None:
    happens(aside, desk)
    assert fresh(aside).snoozed_until is None
    assert last(aside, EventType.SNOOZE_ENDED).data["because"] == because
    assert snoozing.wake_due(now=TOMORROW) == 0


def test_what_others_do_meanwhile_brings_it_not_back(desk: Desk, aside: Ticket) -> None:
    bob = user(desk.bob)
    services.add_note(aside, body="Looked at it, @Bob.", mentions=[desk.bob], actor=bob, now=LATER)
    services.set_tags(aside, ["leeds"], actor=bob, now=LATER)
    services.wait_for_third_party(aside, for_what="Courier: proof", actor=bob, now=LATER)
    services.reply(aside, body="We are on it.", actor=bob, now=LATER)
    assert fresh(aside).is_snoozed(LATER)


def test_a_moment_is_needed_in_the_future_and_within_a_year(desk: Desk) -> None:
    ticket, alice = make_ticket(desk), user(desk.alice)
    for until, error in (
        (None, Missing),
        (NOW, Invalid),
        (NOW + dt.timedelta(days=366), Invalid),
    ):
        with pytest.raises(error) as caught:
            services.snooze(ticket, until=until, actor=alice, now=NOW)  # type: ignore[arg-type]
        assert caught.value.field == "until"
    with pytest.raises(Invalid) as long:
        services.snooze(ticket, until=TOMORROW, reason="x" * 201, actor=alice, now=NOW)
    assert long.value.field == "reason"
    assert fresh(ticket).owner is None, "what is refused changes nothing"


def test_nobody_puts_aside_what_is_nobodys_finished_or_aside_until_then(
    desk: Desk, aside: Ticket
) -> None:
    unowned = make_ticket(desk, customer=make_customer("Rosa Ferrante"))
    with pytest.raises(Conflict) as nobodys:
        services.snooze(unowned, until=TOMORROW, actor=user(desk.mona), now=NOW)
    assert nobodys.value.field == "owner"
    services.snooze(unowned, until=TOMORROW, actor=user(desk.bob), now=NOW)
    assert fresh(unowned).owner == desk.bob
    with pytest.raises(Conflict):
        services.snooze(
            aside, until=TOMORROW, reason="The courier calls back", actor=user(desk.alice), now=NOW
        )
    with pytest.raises(Stale):
        services.snooze(aside, until=LATER, actor=user(desk.alice), now=NOW, seen=1)
    _resolves(aside, desk)
    with pytest.raises(WrongStatus):
        services.snooze(aside, until=TOMORROW, actor=user(desk.alice), now=LATER)
    with pytest.raises(Conflict):
        services.end_snooze(aside, actor=user(desk.alice), now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=aside.pk).update(snoozed_until=TOMORROW)


def test_several_are_put_aside_and_stand_as_before_when_it_is_undone(
    desk: Desk, aside: Ticket
) -> None:
    other = make_ticket(desk, customer=make_customer("Rosa Ferrante"))
    foreign = make_ticket(desk, category=desk.flights)
    alice = Principal.of_user(desk.alice, now=NOW)
    wanted = [aside.number, other.number, foreign.number]
    week = NOW + dt.timedelta(days=7)
    done = together.snooze_all(alice, wanted, week, now=LATER, reason="Stock", words="Tuesday")
    assert done.act is not None
    assert done.act.words == "put aside until Tuesday"
    assert [one.code for one in done.refused] == ["not_found"]
    assert (fresh(aside).snoozed_until, fresh(other).owner) == (week, desk.alice)
    undone = together.undo(alice, done.act.pk, now=LATER + dt.timedelta(minutes=1))
    assert len(undone.numbers) == 2
    back, never = fresh(aside), fresh(other)
    assert (back.snoozed_until, back.snooze_reason) == (TOMORROW, "The courier calls back")
    assert (never.snoozed_until, never.owner) == (None, None)
    again = together.snooze_all(alice, wanted[:1], week, now=LATER)
    assert again.act is not None
    _writes(aside, desk)
    kept = together.undo(alice, again.act.pk, now=LATER)
    assert [one.code for one in kept.refused] == ["stale"]
    refused = together.snooze_all(alice, wanted[:2], NOW, now=LATER)
    assert {one.code for one in refused.refused} == {"invalid"}


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_and_a_colleague_at_once_end_it_once(desk: Desk, aside: Ticket) -> None:
    def sweep(_: int) -> int:
        try:
            return snoozing.wake_due(now=TOMORROW)
        finally:
            connection.close()

    def by_hand() -> int:
        try:
            services.end_snooze(fresh(aside), actor=user(desk.alice), now=TOMORROW)
        except DomainError:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(4) as threads:
        ends = [threads.submit(by_hand), *(threads.submit(sweep, n) for n in range(3))]
    assert sum(one.result() for one in ends) == 1
    assert aside.events.filter(type=EventType.SNOOZE_ENDED).count() == 1
