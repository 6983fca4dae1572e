"""Where a ticket may go from each status."""

import pytest

from tickets.rules import TRANSITIONS, Status, may_move


@pytest.mark.parametrize(
    ("current", "to", "may"),
    [
        ("new", "open", True),
        ("new", "resolved", True),
        ("new", "closed", False),
        ("open", "waiting_customer", True),
        ("open", "open", False),
        ("waiting_customer", "open", True),
        ("waiting_customer", "closed", False),
        ("resolved", "closed", True),
        ("resolved", "open", True),
        ("resolved", "waiting_customer", False),
        ("closed", "open", True),
        ("closed", "resolved", False),
    ],
)
def test_each_move_is_allowed_or_not(current: str, to: str, may: bool) -> None:
    assert may_move(current, to) is may


def test_every_status_is_in_the_table_and_every_open_one_can_be_resolved() -> None:
    assert set(TRANSITIONS) == set(Status)
    for status in Status:
        if status not in {Status.RESOLVED, Status.CLOSED}:
            assert may_move(status, Status.RESOLVED)
