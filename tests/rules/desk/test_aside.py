"""The moments to which a ticket is put aside by one key."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.aside import Preset, moment_of, moments

LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")


def at(words: str, zone: ZoneInfo = LONDON) -> dt.datetime:
    return dt.datetime.fromisoformat(words).replace(tzinfo=zone)


def told(now: dt.datetime, zone: ZoneInfo = LONDON) -> list[str]:
    return [f"{one.at.astimezone(zone):%a %d %H:%M}" for one in moments(now, zone)]


def test_a_tuesday_morning() -> None:
    assert told(at("2026-11-24T11:18")) == [
        "Tue 24 14:00",
        "Wed 25 09:00",
        "Mon 30 09:00",
        "Tue 01 09:00",
    ]


def test_where_the_afternoon_is_here_three_hours_are_offered_to_the_next_quarter() -> None:
    assert told(at("2026-11-24T13:01"))[0] == "Tue 24 16:15"
    assert told(at("2026-11-24T13:00"))[0] == "Tue 24 14:00"
    assert told(at("2026-11-24T22:30"))[0] == "Wed 25 01:30"
    assert not moments(at("2026-11-24T13:01"), LONDON)[0].afternoon


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        ("2026-11-22", "Mon 23 09:00"),
        ("2026-11-23", "Mon 30 09:00"),
        ("2026-11-27", "Mon 30 09:00"),
    ],
)
def test_monday_is_the_next_one(day: str, monday: str) -> None:
    assert told(at(f"{day}T10:00"))[2] == monday


@given(hours=st.integers(0, 24 * 366), minutes=st.integers(0, 59))
def test_no_two_that_are_offered_are_one_moment(hours: int, minutes: int) -> None:
    now = at("2026-01-01T00:00") + dt.timedelta(hours=hours, minutes=minutes)
    offered = [one.at for one in moments(now, BERLIN) if not one.twin]
    assert len(set(offered)) == len(offered)
    assert {one.at for one in moments(now, BERLIN)} == set(offered)


@pytest.mark.parametrize(
    ("day", "offered"),
    [
        ("2026-11-22", "today tomorrow week"),  # a Sunday: Monday is tomorrow
        ("2026-11-23", "today tomorrow week"),  # a Monday: the next is in a week
        ("2026-11-24", "today tomorrow monday week"),
        ("2026-11-28", "today tomorrow monday week"),
    ],
)
def test_monday_is_offered_where_it_is_neither_tomorrow_nor_in_a_week(
    day: str, offered: str
) -> None:
    found = moments(at(f"{day}T10:00"), LONDON)
    assert " ".join(one.preset for one in found if not one.twin) == offered
    assert moment_of(Preset.MONDAY, at(f"{day}T10:00"), LONDON), "a page of the day before has it"


def test_nine_is_nine_where_the_reader_is_and_across_a_change_of_the_clock() -> None:
    before = at("2026-10-24T12:00", BERLIN)  # clocks go back that night
    tomorrow = moment_of(Preset.TOMORROW, before, BERLIN)
    assert tomorrow == at("2026-10-25T09:00", BERLIN)
    assert tomorrow is not None
    assert tomorrow - before == dt.timedelta(hours=22)
    assert moment_of("someday", before, BERLIN) is None
