"""A pause that ran out before the sweep has noticed."""

import datetime as dt

import pytest

from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline, make_policy
from tickets import services

pytestmark = pytest.mark.django_db


def test_what_passed_after_its_longest_pause_is_not_moved_though_no_sweep_has_noticed(
    desk: Desk,
) -> None:
    make_policy(
        "severe",
        order=1,
        data={"match": {"pain": {"min": 4}}, "targets": [{"kind": "resolve", "within": "5h"}]},
    )
    ticket = make_ticket(desk)
    alice = user(desk.alice)
    services.wait_for_customer(ticket, for_what="it", actor=alice, now=at("24 12:18"))
    # The longest pause, 14 days, ended on 8 December; the eight hours a day later.
    later = NOW + dt.timedelta(days=20)
    services.override_pain(ticket, 5, reason="Asked.", actor=alice, now=later)
    row = deadline(ticket, "resolve")
    assert row.policy.key == "usual"
    assert row.due_at < later
