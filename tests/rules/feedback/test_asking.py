"""When a customer is asked, and which answer calls for action."""

import datetime as dt
from typing import Any

import pytest

from feedback.rules import AskRules, poor_dimensions, when_to_ask

RESOLVED = dt.datetime(2026, 11, 24, 11, 0, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
RULES = AskRules(
    delay=HOUR, longest_wait=14 * DAY, expires_after=30 * DAY, rest=30 * DAY, poor_at_most=2
)


def ask(**over: Any) -> dt.datetime | None:
    values: dict[str, Any] = {
        "resolved_at": RESOLVED,
        "remedies_open": False,
        "do_not_survey": False,
        "historical": False,
        "last_asked_at": None,
        **over,
    }
    return when_to_ask(RULES, **values).due_at


@pytest.mark.parametrize(
    ("over", "due"),
    [
        ({}, RESOLVED + HOUR),
        ({"remedies_open": True}, RESOLVED + 14 * DAY),
        ({"remedy_arrived_at": RESOLVED + DAY}, RESOLVED + DAY + HOUR),
        ({"remedy_arrived_at": RESOLVED - DAY}, RESOLVED + HOUR),
        ({"do_not_survey": True}, None),
        ({"historical": True}, None),
        ({"last_asked_at": RESOLVED - 29 * DAY}, None),
        ({"last_asked_at": RESOLVED - 30 * DAY}, RESOLVED + HOUR),
    ],
)
def test_each_case_is_asked_at_its_moment_or_never(
    over: dict[str, Any], due: dt.datetime | None
) -> None:
    assert ask(**over) == due


def test_only_said_scores_up_to_the_threshold_are_poor() -> None:
    scores = {"handling": 2, "result": 3, "effort": None, "fair": 1}
    assert poor_dimensions(scores, at_most=2) == ["handling", "fair"]
    assert poor_dimensions({}, at_most=2) == []
