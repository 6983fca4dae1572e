"""Explanations: start, windows counted, pauses, extensions, steps; by service and command."""

import pytest
import time_machine
from django.core.management import CommandError, call_command

from escalation.services import explaining, stepping
from tests.builders import Desk, make_ticket, user
from tests.escalation.builders import at
from tickets import services
from tickets.models import Ticket


def story(desk: Desk) -> Ticket:
    ticket = make_ticket(desk)
    services.wait_for_customer(
        ticket, for_what="the bill", actor=user(desk.alice), now=at("24 16:00")
    )
    services.resume(ticket, actor=user(desk.alice), now=at("25 10:00"))
    return ticket


def test_what_counted_and_what_did_not_add_up(desk: Desk) -> None:
    ticket = story(desk)
    (found,) = explaining.explain(ticket, kind="resolve", now=at("25 11:00"))
    assert [(w.start, w.end) for w in found.windows] == [
        (at("24 11:18"), at("24 16:00")),
        (at("25 10:00"), at("25 11:00")),
    ]
    assert (
        sum(w.length.total_seconds() for w in found.windows) == found.reading.used.total_seconds()
    )
    assert [(p.reason, p.length.total_seconds()) for p in found.pauses] == [
        ("waiting_customer", 2 * 3600)
    ]
    assert found.reading.due_at == at("25 13:18")
    assert found.policy == "Usual v1"


def test_the_command_says_it_in_words(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    ticket = story(desk)
    stepping.sweep(now=at("25 12:00"))
    with time_machine.travel(at("25 12:00"), tick=False):
        call_command("deadlines", "explain", ticket.number, "resolve")
    out = capsys.readouterr().out
    assert "promised: 8 h of working time, by Usual v1, hours of UTC" in out
    assert "counted:  Tue 2026-11-24 11:18:00 to Tue 2026-11-24 16:00:00  4 h 42 min" in out
    assert "waiting for the customer; 2 h of working time did not count" in out
    assert "due:      Wed 2026-11-25 13:18:00" in out
    assert "taken:     Wed 2026-11-25 11:18:00  warning at 75 %" in out
    assert "to come:   Wed 2026-11-25 13:18:00  missed" in out


@pytest.mark.parametrize("number", ["A-10017", "hello", "A-10485"])
def test_an_unknown_ticket_is_one_clear_sentence(desk: Desk, number: str) -> None:
    with pytest.raises(CommandError):
        call_command("deadlines", "explain", number)


def test_the_command_sweeps_rederives_and_adds_defaults(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("deadlines", "sweep")
    call_command("deadlines", "rederive")
    call_command("deadlines", "defaults")
    out = capsys.readouterr().out
    assert "0 steps taken, 0 failed" in out
    assert "0 tickets looked at" in out
    assert "6 added" in out
