"""Replies with promises and gaps, notes that mention, contacts that were abusive."""

import datetime as dt

import pytest

from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.access import Principal, people_who_see, visible_tickets
from tickets.errors import Conflict, Invalid, Missing
from tickets.models import Alert, Event, Ticket, User
from tickets.services.conversation import GapsLeft

pytestmark = pytest.mark.django_db
SOON = NOW + dt.timedelta(days=2)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """An outage of alice's."""
    row = make_ticket(desk)
    services.take(row, actor=user(desk.alice), now=NOW)
    return row


def test_promises_of_a_reply_are_promises_of_the_ticket(ticket: Ticket, desk: Desk) -> None:
    services.reply(
        ticket, body="I call you.", actor=user(desk.alice), now=NOW,
        promises=[("Call Ines", SOON), ("Send the letter", SOON.date())],
    )  # fmt: skip
    made = [event.data for event in Event.objects.filter(type="promise_made").order_by("seq")]
    assert [one["what"] for one in made] == ["Call Ines", "Send the letter"]
    assert made[0]["due"] == SOON.isoformat()
    assert len({one["promise"] for one in made}) == 2


@pytest.mark.parametrize(
    ("promise", "field"),
    [(("", SOON), "promises.0.what"), (("Call", NOW), "promises.0.due")],
)
def test_a_promise_that_cant_be_kept_sends_nothing(
    ticket: Ticket, desk: Desk, promise: tuple[str, dt.datetime], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        services.reply(
            ticket, body="I call you.", actor=user(desk.alice), now=NOW, promises=[promise]
        )
    assert refused.value.field == field
    assert ticket.messages.count() == 1


def test_a_text_with_a_gap_is_not_sent_and_a_note_with_one_is_kept(
    ticket: Ticket, desk: Desk
) -> None:
    body = "Your ⟦Order number⟧ and ⟦Visits⟧"
    with pytest.raises(GapsLeft, match="Order number, Visits"):
        services.reply(ticket, body=body, actor=user(desk.alice), now=NOW)
    with pytest.raises(GapsLeft):
        services.request_information(ticket, facts=[], body=body, actor=user(desk.alice), now=NOW)
    services.add_note(ticket, body=body, actor=user(desk.alice), now=NOW)


def test_who_is_mentioned_is_told_once_and_never_the_writer(ticket: Ticket, desk: Desk) -> None:
    services.add_note(
        ticket, body="Look", mentions=[desk.bob, desk.bob, desk.alice], actor=user(desk.alice),
        now=NOW,
    )  # fmt: skip
    assert [alert.user for alert in Alert.objects.all()] == [desk.bob]


def test_who_may_not_see_it_is_not_told_of_it(ticket: Ticket, desk: Desk) -> None:
    with pytest.raises(Invalid, match="Charlie") as refused:
        services.add_note(
            ticket, body="x", mentions=[desk.charlie], actor=user(desk.alice), now=NOW
        )
    assert refused.value.field == "mentions"
    assert not Alert.objects.filter(user=desk.charlie).exists()


def test_people_who_see_are_those_for_whom_it_is_visible(ticket: Ticket, desk: Desk) -> None:
    def agree(row: Ticket) -> None:
        row.refresh_from_db()
        seeing = set(people_who_see(row))
        for person in User.objects.all():
            there = visible_tickets(Principal.of_user(person, now=NOW)).filter(pk=row.pk).exists()
            assert (person in seeing) == there, person

    agree(ticket)
    services.name_person(ticket, desk.charlie, actor=user(desk.sue), now=NOW)
    services.set_confidential(ticket, True, actor=user(desk.sue), now=NOW)
    agree(ticket)
    services.complain_about(ticket, desk.bob, actor=user(desk.sue), now=NOW)
    agree(ticket)


def test_an_abusive_contact_goes_to_somebody_above_at_once(ticket: Ticket, desk: Desk) -> None:
    above = services.report_abuse(ticket, what="He shouted at me.", actor=user(desk.alice), now=NOW)
    ticket.refresh_from_db()
    assert above == desk.sue == ticket.owner
    assert ticket.messages.filter(kind="note", body__contains="He shouted at me.").exists()
    assert Event.objects.filter(ticket=ticket, type="abuse_reported").exists()
    assert Alert.objects.filter(user=desk.sue).exists()


def test_where_nobody_above_is_here_it_says_so_and_changes_nothing(
    ticket: Ticket, desk: Desk
) -> None:
    services.set_away(desk.sue, away_from=NOW, away_until=SOON, substitute=None)
    with pytest.raises(Conflict):
        services.report_abuse(ticket, what="He shouted.", actor=user(desk.alice), now=NOW)
    with pytest.raises(Missing):
        services.report_abuse(ticket, what=" ", actor=user(desk.alice), now=NOW)
    ticket.refresh_from_db()
    assert ticket.owner == desk.alice and ticket.messages.count() == 1
