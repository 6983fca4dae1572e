"""The clock of an exception through the apps: missed, the next level is asked; taken back, it
runs anew; nothing is resolved before it is decided."""

import datetime as dt

import pytest

from escalation.models import Deadline
from escalation.services import stepping
from escalation.services.defaults import ensure_defaults
from remedies import services as remedies
from remedies.access import exceptions_to_decide
from remedies.models import DecisionLevel, ExceptionRequest
from tests.builders import NOW, Desk, make_desk, user
from tests.remedies.builders import draft_of, make_hurt, part, put_in_force, set_limits
from tests.remedies.conftest import PACKS
from tickets.access import Principal

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> tuple[Desk, ExceptionRequest]:
    """An exception of £200 that supervisors decide, then managers."""
    desk = make_desk()
    ensure_defaults(now=NOW)
    put_in_force((PACKS / "general.yaml").read_text())
    set_limits("rep", per_ticket=10_000)
    DecisionLevel.objects.create(
        name="Supervisors", order=1, currency="GBP", up_to=30_000, own_limits=False
    )
    DecisionLevel.objects.create(name="Managers", order=2, who="managers", own_limits=False)
    offer = draft_of(make_hurt(desk))
    row = remedies.request_exception(
        offer,
        amounts={part(offer, "M-4").pk: 20_000},
        reason="Her father slept elsewhere",
        actor=user(desk.alice),
        now=NOW,
    )
    return desk, row


def clocks(row: ExceptionRequest) -> list[Deadline]:
    """The deadlines of its decision, in order."""
    return list(Deadline.objects.filter(ticket=row.ticket_id, kind="approve").order_by("pk"))


def test_nobody_decides_in_time_and_the_next_level_is_asked(
    waiting: tuple[Desk, ExceptionRequest],
) -> None:
    desk, row = waiting
    (clock,) = clocks(row)
    late = clock.due_at + dt.timedelta(minutes=1)
    mona = Principal.of_user(desk.mona, now=late)
    assert not exceptions_to_decide(mona).exists()
    stepping.sweep(now=late)
    row.refresh_from_db()
    assert (row.status, len(row.told)) == ("pending", 2), "the missed clock does not end it"
    assert list(exceptions_to_decide(mona)) == [row]
    told = row.ticket.alerts.filter(user=desk.mona).values_list("text", flat=True)
    assert any("Nobody decided the exception" in text for text in told)
    remedies.approve_exception(row, reason="Yes", actor=user(desk.mona), now=late)
    row.refresh_from_db()
    assert row.status == "approved"


def test_taken_back_its_clock_runs_anew(waiting: tuple[Desk, ExceptionRequest]) -> None:
    desk, row = waiting
    sue = user(desk.sue)
    remedies.decline_exception(row, reason="No", code="not_proven", actor=sue, now=NOW)
    assert [clock.is_open for clock in clocks(row)] == [False]
    remedies.undo_decision(row, actor=sue, now=NOW + dt.timedelta(seconds=5))
    assert [clock.is_open for clock in clocks(row)] == [False, True]


def test_each_later_step_of_the_path_asks_one_more_level(
    waiting: tuple[Desk, ExceptionRequest],
) -> None:
    desk, row = waiting
    DecisionLevel.objects.create(name="The board", order=3, who="admins", own_limits=False)
    remedies.withdraw_exception(row, reason="Anew", actor=user(desk.alice), now=NOW)
    row = remedies.request_exception(
        row.offer,
        amounts={part(row.offer, "M-4").pk: 20_000},
        reason="Her father slept elsewhere",
        actor=user(desk.alice),
        now=NOW,
    )
    clock = clocks(row)[-1]
    stepping.sweep(now=clock.due_at + dt.timedelta(minutes=1))
    row.refresh_from_db()
    assert len(row.told) == 2, "the miss, and the step at the miss, ask one level"
    for days in range(1, 30):
        stepping.sweep(now=clock.due_at + dt.timedelta(days=days))
    row.refresh_from_db()
    assert len(row.told) == 3
