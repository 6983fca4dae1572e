"""Who follows a ticket through, after it was resolved too."""

import pytest

from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.errors import WrongStatus
from tickets.models import Ticket


@pytest.fixture
def resolved(desk: Desk) -> Ticket:
    """Alice has resolved it; a remedy may still be on its way."""
    ticket = make_ticket(desk)
    alice = user(desk.alice)
    services.take(ticket, actor=alice, now=NOW)
    for point in ticket.points.all():
        services.decide_point(ticket, point.pk, outcome="upheld", actor=alice, now=NOW)
    services.resolve(ticket, actor=alice, now=NOW)
    return ticket


def test_what_is_resolved_can_be_handed_to_another_person(desk: Desk, resolved: Ticket) -> None:
    services.hand_over(
        resolved, desk.bob, brief="The cheque is on its way.", actor=user(desk.alice), now=NOW
    )
    ticket = Ticket.objects.get(pk=resolved.pk)
    assert (ticket.owner, ticket.handoffs, ticket.status) == (desk.bob, 1, "resolved")


def test_what_is_resolved_can_be_given_to_another_team(desk: Desk, resolved: Ticket) -> None:
    services.move_to_team(
        resolved, desk.travel, brief="It was theirs.", actor=user(desk.sue), now=NOW
    )
    ticket = Ticket.objects.get(pk=resolved.pk)
    assert (ticket.team, ticket.owner, ticket.status) == (desk.travel, None, "resolved")


def test_what_is_closed_is_reopened_before_somebody_takes_it(desk: Desk, resolved: Ticket) -> None:
    services.close(resolved, actor=user(desk.alice), now=NOW)
    with pytest.raises(WrongStatus, match="closed"):
        services.take(resolved, actor=user(desk.bob), now=NOW)
    with pytest.raises(WrongStatus, match="closed"):
        services.move_to_team(resolved, desk.travel, brief="Theirs.", actor=user(desk.sue), now=NOW)
