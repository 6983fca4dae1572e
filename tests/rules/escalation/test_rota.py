"""Who is on duty when. Pure."""

import datetime as dt
from typing import Any

import pytest

from escalation.policies.rota import Roster, Slot

ANN, BEN, CAT = 1, 2, 3


def slot(person: int, start: str, end: str, **over: Any) -> Slot:
    return Slot(person, dt.time.fromisoformat(start), dt.time.fromisoformat(end), **over)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


LONDON = Roster(
    "Europe/London",
    (
        slot(ANN, "09:00", "17:00", weekday=0),
        slot(BEN, "17:00", "09:00", weekday=0),
        slot(CAT, "00:00", "00:00", weekday=6),
        slot(CAT, "09:00", "13:00", on=dt.date(2026, 11, 30)),
        slot(BEN, "01:30", "03:30", on=dt.date(2026, 10, 25)),
    ),
)


@pytest.mark.parametrize(
    ("moment", "people"),
    [
        ("2026-11-23 09:00", (ANN,)),
        ("2026-11-23 16:59:59", (ANN,)),
        ("2026-11-23 17:00", (BEN,)),
        ("2026-11-24 08:59", (BEN,)),
        ("2026-11-24 09:00", ()),
        ("2026-11-22 00:00", (CAT,)),
        ("2026-11-22 23:59", (CAT,)),
        # In summer nine o'clock in London is eight in UTC.
        ("2026-06-15 08:00", (ANN,)),
        ("2026-06-15 07:59", ()),
    ],
)
def test_weekly_slots_are_local_time_and_pass_midnight(
    moment: str, people: tuple[int, ...]
) -> None:
    assert LONDON.on_duty(at(moment)) == people


@pytest.mark.parametrize(
    ("moment", "people"),
    [
        ("2026-11-30 10:00", (CAT,)),
        ("2026-11-30 14:00", ()),
        ("2026-11-30 18:00", ()),
    ],
)
def test_dated_slots_stand_in_the_place_of_the_weekly_ones(
    moment: str, people: tuple[int, ...]
) -> None:
    assert LONDON.on_duty(at(moment)) == people


def test_a_night_in_which_the_clocks_go_back_has_an_hour_more() -> None:
    (duty,) = LONDON.duties(dt.date(2026, 10, 25), dt.date(2026, 10, 25))
    assert duty.end - duty.start == dt.timedelta(hours=3)


def test_several_may_be_on_duty_and_nobody_twice() -> None:
    roster = Roster(
        "UTC",
        (
            slot(BEN, "08:00", "12:00", weekday=0),
            slot(ANN, "09:00", "12:00", weekday=0),
            slot(BEN, "10:00", "12:00", weekday=0),
        ),
    )
    assert roster.on_duty(at("2026-11-23 11:00")) == (BEN, ANN)
