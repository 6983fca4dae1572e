"""Pain is assessed from plain words, and says why."""

import pytest

from remedies.pain import Circumstances, FactorInvalid, assess
from tickets.money import Money


@pytest.mark.parametrize(
    ("factors", "about", "loss", "level"),
    [
        ({}, Circumstances(), None, 1),
        ({"time_lost": "hours"}, Circumstances(), None, 2),
        ({"time_lost": "hours", "consequence": "plans"}, Circumstances(), None, 3),
        ({"lasted": "week"}, Circumstances(contacts=5), None, 4),
        ({"lasted": "week"}, Circumstances(contacts=3, promises_broken=1), None, 4),
        ({"lasted": "week"}, Circumstances(contacts=3), None, 3),
        ({"depends": "yes"}, Circumstances(support_needs=True), None, 4),
        ({"depends": True}, Circumstances(), None, 3),
        ({"consequence": "harm"}, Circumstances(contacts=9, recurrence=4), None, 5),
        ({}, Circumstances(), Money(100_000, "GBP"), 3),
        ({}, Circumstances(), Money(100_000, "JPY"), 1),
        ({"distress": ""}, Circumstances(), None, 1),
        ({"lasted": 1}, Circumstances(), None, 1),
        ({"lasted": 7}, Circumstances(), None, 2),
        ({"lasted": 8}, Circumstances(), None, 3),
        ({"lasted": 400}, Circumstances(), None, 4),
    ],
)
def test_the_level(
    factors: dict[str, object], about: Circumstances, loss: Money | None, level: int
) -> None:
    assert assess(factors, about, loss=loss).level == level


def test_each_reason_says_what_it_did() -> None:
    about = Circumstances(contacts=3, recurrence=2, deadlines_missed=1)
    pain = assess({"lasted": "week", "time_lost": "minutes"}, about)
    assert [(reason.words, reason.effect) for reason in pain.reasons] == [
        ("It lasted more than a week", "level 3"),
        ("Less than an hour lost", "level 1"),
        ("Third contact", "makes it worse"),
        ("Happened 2 times before", "+1"),
        ("Our deadline missed once", "makes it worse"),
    ]
    assert pain.level == 5


@pytest.mark.parametrize(
    ("factors", "field"),
    [
        ({"x": "y"}, "factors.x"),
        ({"distress": 3}, "factors.distress"),
        ({"lasted": -1}, "factors.lasted"),
    ],
)
def test_an_answer_that_is_none_is_refused_by_name(factors: dict[str, object], field: str) -> None:
    with pytest.raises(FactorInvalid) as caught:
        assess(factors)
    assert caught.value.field == field
