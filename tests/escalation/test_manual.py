"""What people do about deadlines: acknowledge, take over, extend, call somebody above."""

import datetime as dt

import pytest

from escalation.access import access_deadline, visible_deadlines
from escalation.errors import (
    AlreadyAcknowledged,
    DeadlineOver,
    DeadlinePassed,
    ExtensionRefused,
)
from escalation.models import Escalation
from escalation.services import manual, stepping
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline, types_of
from tickets import services
from tickets.access import Principal
from tickets.actors import Actor
from tickets.errors import Missing, NotAllowed, NotFound
from tickets.models import Alert, Outbox, Ticket
from tickets.services import telling


def owned(desk: Desk) -> Ticket:
    ticket = make_ticket(desk)
    services.assign(ticket, desk.alice, actor=user(desk.sue), now=NOW)
    Alert.objects.all().delete()
    return ticket


def test_acknowledging_stops_the_climb_but_not_the_clock(desk: Desk) -> None:
    ticket = owned(desk)
    stepping.sweep(now=at("24 13:19"))
    row = deadline(ticket, "first_response")
    manual.acknowledge_escalation(row, actor=user(desk.bob), now=at("24 13:30"))
    stepping.sweep(now=at("24 17:00"))
    row.refresh_from_db()
    assert row.steps_taken == ["warn:50%", "breach", "path:ladder:1"]
    assert (row.status, row.acknowledged_by) == ("running", desk.bob)
    step = Escalation.objects.get(deadline=row, step="path:ladder:1")
    assert step.acknowledged_by == desk.bob
    with pytest.raises(AlreadyAcknowledged, match="Bob"):
        manual.acknowledge_escalation(row, actor=user(desk.sue), now=at("24 13:40"))


def test_an_acknowledged_deadline_is_still_recorded_as_missed(desk: Desk) -> None:
    ticket = owned(desk)
    row = deadline(ticket, "resolve")
    manual.acknowledge_escalation(row, actor=user(desk.alice), now=at("24 12:00"))
    stepping.sweep(now=at("25 14:00"))
    row.refresh_from_db()
    assert row.steps_taken == ["warn:75%", "breach"]


def test_taking_over_moves_ownership_with_a_brief_and_stops_the_climb(desk: Desk) -> None:
    ticket = owned(desk)
    stepping.sweep(now=at("24 14:19"))
    manual.take_over(ticket, brief="I call her now.", actor=user(desk.sue), now=at("24 14:30"))
    ticket.refresh_from_db()
    assert (ticket.owner, ticket.handoffs) == (desk.sue, 1)
    assert deadline(ticket, "first_response").acknowledged_by == desk.sue
    assert {"handed_over", "taken_over"} <= set(types_of(ticket))
    Alert.objects.all().delete()
    stepping.sweep(now=at("24 16:00"))
    row = deadline(ticket, "first_response")
    assert not Alert.objects.filter(key__startswith=f"deadline:{row.pk}:path").exists()


def test_taking_over_needs_a_brief(desk: Desk) -> None:
    with pytest.raises(Missing):
        manual.take_over(owned(desk), brief=" ", actor=user(desk.sue), now=NOW)


def test_an_extension_is_a_letter_with_a_new_date(desk: Desk) -> None:
    ticket = owned(desk)
    row = deadline(ticket, "resolve")
    made = manual.extend_deadline(
        row, to=at("27 12:00"), reason="The engineer comes on Thursday.",
        letter="You will hear from us by Friday noon.", actor=user(desk.alice), now=at("24 15:00"),
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.due_at, row.extended_to, row.status) == (at("27 12:00"), at("27 12:00"), "running")
    assert made.message is not None
    assert made.message.body == "You will hear from us by Friday noon."
    assert not row.pauses.exists()
    with pytest.raises(ExtensionRefused, match="once"):
        manual.extend_deadline(
            row, to=at("30 12:00"), reason="Again.", letter="Again.", actor=user(desk.alice),
            now=at("25 10:00"),
        )  # fmt: skip


def test_a_pause_after_an_extension_moves_the_new_date(desk: Desk) -> None:
    ticket = owned(desk)
    row = deadline(ticket, "resolve")
    manual.extend_deadline(
        row, to=at("27 12:00"), reason="The engineer.", letter="By Friday noon.",
        actor=user(desk.alice), now=at("24 15:00"),
    )  # fmt: skip
    services.wait_for_customer(
        ticket, for_what="the bill", actor=user(desk.alice), now=at("25 10:00")
    )
    services.resume(ticket, actor=user(desk.alice), now=at("25 12:00"))
    row.refresh_from_db()
    assert row.due_at == at("27 14:00")


@pytest.mark.parametrize(
    ("to", "now", "error"),
    [
        ("25 10:00", "24 15:00", ExtensionRefused),
        ("27 12:00", "26 12:00", DeadlinePassed),
    ],
)
def test_a_useless_or_late_extension_is_refused(
    desk: Desk, to: str, now: str, error: type[Exception]
) -> None:
    row = deadline(owned(desk), "resolve")
    with pytest.raises(error):
        manual.extend_deadline(
            row, to=at(to), reason="Time.", letter="Later.", actor=user(desk.alice), now=at(now)
        )


def test_an_extension_without_a_letter_is_refused_and_nothing_is_half_done(desk: Desk) -> None:
    ticket = owned(desk)
    row = deadline(ticket, "resolve")
    with pytest.raises(Missing):
        manual.extend_deadline(
            row, to=at("27 12:00"), reason="Time.", actor=user(desk.alice), now=at("24 15:00")
        )
    assert deadline(ticket, "resolve").due_at == at("25 11:18")


def test_what_is_over_cannot_be_acknowledged(desk: Desk) -> None:
    ticket = owned(desk)
    services.reply(ticket, body="We were wrong.", actor=user(desk.alice), now=at("24 12:00"))
    with pytest.raises(DeadlineOver):
        manual.acknowledge_escalation(
            deadline(ticket, "first_response"), actor=user(desk.sue), now=at("24 12:30")
        )


def test_a_rep_can_call_his_supervisor(desk: Desk) -> None:
    ticket = owned(desk)
    row = manual.escalate_by_hand(
        ticket, reason="He threatens to sue.", actor=user(desk.alice), now=NOW
    )
    assert (row.level, row.told, row.by) == ("by_hand", ["Sue"], desk.alice)
    alert = Alert.objects.get(user=desk.sue)
    assert "He threatens to sue." in alert.text
    telling.tell(now=NOW)
    assert Outbox.objects.filter(kind="mail", payload__template="alert").exists()


def test_the_customer_can_ask_for_somebody_above(desk: Desk) -> None:
    ticket = owned(desk)
    services.escalated_by_customer(
        ticket, reason="Nobody calls back.", actor=Actor.of_customer(ticket.customer), now=NOW
    )
    row = Escalation.objects.get(ticket=ticket, level="customer")
    assert row.told == ["Sue"]
    assert "escalated" in types_of(ticket)


def test_deadlines_are_seen_by_those_who_see_the_ticket(desk: Desk) -> None:
    row = deadline(owned(desk), "resolve")
    alice = Principal.of_user(desk.alice, now=NOW)
    charlie = Principal.of_user(desk.charlie, now=NOW)
    audrey = Principal.of_user(desk.audrey, now=NOW)
    assert access_deadline(alice, row.pk, verb="work").pk == row.pk
    assert visible_deadlines(charlie).count() == 0
    with pytest.raises(NotFound):
        access_deadline(charlie, row.pk)
    assert access_deadline(audrey, row.pk).pk == row.pk
    with pytest.raises(NotAllowed):
        access_deadline(audrey, row.pk, verb="work")


def test_naive_moments_do_not_get_in(desk: Desk) -> None:
    row = deadline(owned(desk), "resolve")
    with pytest.raises(TypeError):
        manual.extend_deadline(
            row, to=dt.datetime(2026, 11, 27, 12), reason="Time.", letter="Later.",  # noqa: DTZ001
            actor=user(desk.alice), now=at("24 15:00"),
        )  # fmt: skip
