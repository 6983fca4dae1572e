"""A link, a merge and a split are taken back while nothing followed; else it is said why not."""

import datetime as dt

import pytest

from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.access import Principal
from tickets.errors import Conflict
from tickets.finding import find
from tickets.models import BulkAct, Event, Message, Ticket, TicketLink
from tickets.rules import Channel
from tickets.services import pairing, together
from tickets.services.files import Upload
from tickets.services.indexing import index
from tickets.state import fold, state_now

pytestmark = pytest.mark.django_db
SOON = NOW + dt.timedelta(minutes=5)


def alice(desk: Desk) -> Principal:
    return Principal.of_user(desk.alice, now=NOW)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def agree(*tickets: Ticket) -> None:
    """The rows are what the events say."""
    for ticket in tickets:
        told = fold(Event.objects.filter(ticket=ticket).order_by("seq"))
        now = state_now(fresh(ticket))
        assert {path: told.get(path) for path in now} == now


@pytest.fixture
def pair(desk: Desk) -> tuple[Ticket, Ticket]:
    """Two complaints of one customer; the second knows more, and came first."""
    into = make_ticket(desk, points=["No internet"], facts={"account": "LB-1"}, tags=["leeds"])
    other = make_ticket(
        desk, customer=into.customer, points=["No visit", "Rude"], now=NOW - dt.timedelta(hours=1),
        facts={"visits_missed": 2}, tags=["visit"],
    )  # fmt: skip
    services.take(into, actor=user(desk.alice), now=NOW)
    return fresh(into), fresh(other)


def merged(desk: Desk, pair: tuple[Ticket, Ticket]) -> BulkAct:
    act = pairing.merge_undoably(alice(desk), *pair, reason="One outage", now=NOW)
    assert act is not None
    return act


def test_a_link_is_taken_back_whatever_happened_since(
    desk: Desk, pair: tuple[Ticket, Ticket]
) -> None:
    act = pairing.link_undoably(alice(desk), *pair, "related", now=NOW)
    again = pairing.link_undoably(alice(desk), *pair, "follow_up", now=NOW)
    assert act is not None
    assert again is not None
    services.set_tags(pair[0], ["seen"], actor=user(desk.bob), now=NOW)
    assert together.undo(alice(desk), act.pk, now=SOON).numbers == (pair[0].number,)
    assert [row.kind for row in TicketLink.objects.all()] == ["follow_up"]
    services.unlink(*pair, "follow_up", actor=user(desk.bob), now=SOON)
    refused = together.undo(alice(desk), again.pk, now=SOON).refused
    assert [one.message for one in refused] == ["They are not linked any more."]
    agree(*pair)


def test_a_merge_is_taken_back_and_both_are_as_before(
    desk: Desk, pair: tuple[Ticket, Ticket]
) -> None:
    into, other = pair
    services.add_note(
        other, body="Seen by nobody else: zebra", actor=user(desk.alice), now=NOW,
        uploads=[Upload("meter.txt", b"42")],
    )  # fmt: skip
    said, files = into.messages.count(), into.attachments.count()
    pair = (fresh(into), fresh(other))
    into, other = pair
    act = merged(desk, pair)
    assert fresh(other).merged_into == into
    assert into.messages.count() == said + 2
    index([into.pk, other.pk])
    assert into in find(alice(desk), "zebra", most=5).tickets
    done = together.undo(alice(desk), act.pk, now=SOON)
    assert done.numbers == (into.number,), done.refused
    for before in pair:
        after = fresh(before)
        for name in ("status", "tags", "facts", "contacts", "received_at", "owner", "merged_into"):
            assert getattr(after, name) == getattr(before, name), name
        assert (after.resolved_at, after.closed_at) == (None, None)
    assert [point.text for point in into.points.all()] == ["No internet"]
    assert [point.text for point in other.points.order_by("pk")] == ["No visit", "Rude"]
    assert not TicketLink.objects.exists()
    assert other.events.filter(type="merge_undone").get().data["other"] == into.number
    agree(*pair)
    # What was said there stands there alone, is found there alone, and its file is there alone.
    assert (into.messages.count(), into.attachments.count()) == (said, files)
    assert (other.messages.count(), other.attachments.count()) == (2, 1)
    index([into.pk, other.pk])
    assert find(alice(desk), "zebra", most=5).tickets == [other]
    thread = Message.everything.filter(ticket=into).exclude(taken_back_at=None)
    assert thread.count() == 2, "nothing is rewritten"
    services.merge_tickets(into, other, reason="All the same", actor=user(desk.alice), now=SOON)
    assert fresh(other).merged_into == into


def test_a_merge_stays_where_something_followed_or_a_promise_went_along(
    desk: Desk, pair: tuple[Ticket, Ticket]
) -> None:
    act = merged(desk, pair)
    services.receive_message(
        fresh(pair[0]), body="And?", channel=Channel.EMAIL, actor=user(desk.bob), now=NOW
    )
    refused = together.undo(alice(desk), act.pk, now=SOON).refused
    assert [one.code for one in refused] == ["stale"]
    assert fresh(pair[1]).merged_into == pair[0]
    with pytest.raises(Conflict, match="undone already"):
        together.undo(alice(desk), act.pk, now=SOON)
    promised = make_ticket(desk, customer=pair[0].customer)
    services.make_promise(
        promised, what="I call you", due=NOW + dt.timedelta(days=1), actor=user(desk.alice), now=NOW
    )
    act = merged(desk, (fresh(pair[0]), fresh(promised)))
    refused = together.undo(alice(desk), act.pk, now=SOON).refused
    assert "A promise to the customer went along" in refused[0].message
    agree(*pair, promised)


def test_a_split_is_taken_back_with_its_points_and_facts(
    desk: Desk, pair: tuple[Ticket, Ticket]
) -> None:
    ticket = pair[1]
    point = ticket.points.order_by("-pk")[0]
    new, act = pairing.split_undoably(
        alice(desk), ticket, [point.pk], reason="Two matters", now=NOW,
        facts={"visits_missed": "there"},
    )  # fmt: skip
    assert act is not None
    assert fresh(ticket).facts == {}
    done = together.undo(alice(desk), act.pk, now=SOON)
    assert done.numbers == (ticket.number,), done.refused
    assert fresh(ticket).facts == ticket.facts
    assert [row.text for row in ticket.points.order_by("pk")] == ["No visit", "Rude"]
    assert (fresh(new).status, fresh(new).merged_into) == ("closed", ticket)
    assert ticket.messages.count() == 1, "what was said stands there once"
    agree(ticket, new)
    new, act = pairing.split_undoably(
        alice(desk), fresh(ticket), [point.pk], reason="Two matters", now=NOW
    )
    assert act is not None
    services.set_tags(new, ["kept"], actor=user(desk.bob), now=NOW)
    refused = together.undo(alice(desk), act.pk, now=SOON).refused
    assert [one.message for one in refused] == ["It was changed since, so it stays as it is."]
    assert fresh(new).merged_into is None
