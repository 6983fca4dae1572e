"""The moments to which a ticket is put aside by one key."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

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


def test_nine_is_nine_where_the_reader_is_and_across_a_change_of_the_clock() -> None:
    before = at("2026-10-24T12:00", BERLIN)  # clocks go back that night
    tomorrow = moment_of(Preset.TOMORROW, before, BERLIN)
    assert tomorrow == at("2026-10-25T09:00", BERLIN)
    assert tomorrow is not None
    assert tomorrow - before == dt.timedelta(hours=22)
    assert moment_of("someday", before, BERLIN) is None
