"""Working time: tables for what one can say in a sentence, properties for the rest."""

import datetime as dt
import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.hours import Calendar, InvalidCalendar, TimeOfDay, Union
from escalation.worktime import BeyondHorizon, NeverCloses, NoWorkingTime, Span

WEEK = "mon tue wed thu fri sat sun".split()
OFFICE = Calendar.parse(
    {
        "tz": "Europe/London",
        "hours": {day: [["09:00", "12:30"], ["13:30", "17:30"]] for day in WEEK[:5]},
        "yearly_holidays": ["12-25", "12-26", "01-01"],
    }
)
NIGHTS = Calendar.parse(
    {"tz": "America/New_York", "hours": {day: [["22:00", "06:00"]] for day in WEEK}}
)
HOUR = dt.timedelta(hours=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def local(text: str, zone: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


# -- sentences ------------------------------------------------------------------------------------


def test_time_that_runs_out_at_closing_ends_at_the_closing_instant() -> None:
    assert OFFICE.add(utc("2026-01-12T16:30"), HOUR) == utc("2026-01-12T17:30")


def test_nothing_added_is_the_next_opening() -> None:
    assert OFFICE.add(utc("2026-01-10T11:00"), dt.timedelta()) == utc("2026-01-12T09:00")


def test_a_holiday_pushes_the_deadline_out() -> None:
    assert OFFICE.add(utc("2025-12-24T17:00"), HOUR) == utc("2025-12-29T09:30")


def test_a_public_holiday_is_closed_where_the_calendar_names_a_country() -> None:
    english = Calendar.parse(
        {"tz": "Europe/London", "hours": {d: [["09:00", "17:00"]] for d in WEEK[:5]},
         "country": "GB", "subdivision": "ENG"}
    )  # fmt: skip
    easter_monday = dt.date(2026, 4, 6)
    assert not english.is_working_day(easter_monday)
    start = local("2026-04-02T16:00", "Europe/London")
    assert english.add(start, 2 * HOUR) == local("2026-04-07T10:00", "Europe/London")


def test_a_night_with_a_clock_change_has_an_hour_more() -> None:
    start = local("2026-10-31T22:00", "America/New_York")
    end = local("2026-11-01T06:00", "America/New_York")
    assert NIGHTS.between(start, end) == 9 * HOUR


def test_a_night_with_a_clock_change_has_an_hour_less() -> None:
    start = local("2026-03-07T22:00", "America/New_York")
    end = local("2026-03-08T06:00", "America/New_York")
    assert NIGHTS.between(start, end) == 7 * HOUR


def test_half_hour_zones_and_half_hour_changes_are_exact() -> None:
    lord_howe = Calendar.parse(
        {"tz": "Australia/Lord_Howe", "hours": {"sun": [["00:00", "24:00"]]}}
    )
    start = local("2026-04-05T00:00", "Australia/Lord_Howe")
    assert lord_howe.between(start, start + dt.timedelta(days=2)) == 24 * HOUR + HOUR / 2


def test_an_empty_calendar_raises_instead_of_looping() -> None:
    empty = Calendar.parse({"tz": "UTC", "hours": {}})
    with pytest.raises(NoWorkingTime):
        empty.add(utc("2026-01-01T00:00"), HOUR)
    with pytest.raises(NoWorkingTime):
        empty.subtract(utc("2026-01-01T00:00"), HOUR)
    with pytest.raises(NoWorkingTime):
        empty.add_days(dt.date(2026, 1, 1), 1)
    with pytest.raises(NoWorkingTime):
        empty.require_hours()


def test_a_calendar_of_one_special_day_runs_out() -> None:
    once = Calendar.parse({"tz": "UTC", "overrides": {"2026-05-04": [["09:00", "10:00"]]}})
    assert once.add(utc("2020-01-01T00:00"), HOUR) == utc("2026-05-04T10:00")
    with pytest.raises(NoWorkingTime):
        once.add(utc("2020-01-01T00:00"), HOUR + dt.timedelta(seconds=1))


def test_a_calendar_that_is_always_open_never_closes() -> None:
    always = Calendar.always()
    assert always.add(utc("2026-01-01T00:00"), 48 * HOUR) == utc("2026-01-03T00:00")
    with pytest.raises(NeverCloses):
        always.closing_after(utc("2026-01-01T00:00"))


def test_a_span_of_centuries_is_refused() -> None:
    with pytest.raises(BeyondHorizon):
        OFFICE.add(utc("2026-01-01T00:00"), dt.timedelta(days=365 * 300))


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        OFFICE.add(dt.datetime(2026, 1, 1), HOUR)  # noqa: DTZ001 - the fault itself


@pytest.mark.parametrize(
    "data",
    [
        {"tz": "Europe/Nowhere", "hours": {}},
        {"hours": {}},
        {"tz": "UTC", "hours": {"someday": [["09:00", "17:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["9 o'clock", "17:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["24:00", "25:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["09:61", "17:00"]]}},
        {"tz": "UTC", "hours": {"mon": ["09:00"]}},
        {"tz": "UTC", "holidays": ["31.12.2026"]},
        {"tz": "UTC", "yearly_holidays": ["02-30"]},
        {"tz": "UTC", "country": "XX"},
        {"tz": "UTC", "hours": "always"},
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(InvalidCalendar):
        Calendar.parse(data)


def test_two_teams_that_hand_over_are_one_calendar() -> None:
    early = Calendar.parse({"tz": "UTC", "hours": {"mon": [["06:00", "14:00"]]}})
    late = Calendar.parse({"tz": "UTC", "hours": {"mon": [["12:00", "22:00"]]}})
    both = Union((early, late))
    assert both.between(utc("2026-01-12T00:00"), utc("2026-01-13T00:00")) == 16 * HOUR
    assert both.is_working_day(dt.date(2026, 1, 12))


def office(**more: Any) -> Calendar:
    hours = {day: [["09:00", "17:00"]] for day in WEEK[:5]}
    return Calendar.parse({"tz": "UTC", "hours": hours, **more})


def test_a_calendar_joined_with_another_is_open_whenever_one_of_them_is() -> None:
    sydney = {"tz": "Australia/Sydney", "hours": {day: [["09:00", "17:00"]] for day in WEEK[:5]},
              "holidays": ["2026-01-12"]}  # fmt: skip
    both = office(joins=[sydney], holidays=["2026-01-13"])
    monday, tuesday = dt.date(2026, 1, 12), dt.date(2026, 1, 13)
    assert both.is_working_day(monday)
    assert both.is_working_day(tuesday)
    assert both.windows_between(utc("2026-01-12T00:00"), utc("2026-01-14T00:00")) == [
        Span(utc("2026-01-12T09:00"), utc("2026-01-12T17:00")),
        Span(utc("2026-01-12T22:00"), utc("2026-01-13T06:00")),
        Span(utc("2026-01-13T22:00"), utc("2026-01-14T00:00")),
    ]
    assert both.close_of_day(monday) == utc("2026-01-12T17:00")
    assert both.close_of_day(tuesday) == utc("2026-01-13T06:00")
    assert office(hours={}, joins=[sydney]).add(utc("2026-01-12T00:00"), HOUR) == utc(
        "2026-01-12T23:00"
    )
    with pytest.raises(NoWorkingTime):
        office(hours={}, joins=[{"tz": "UTC"}]).require_hours()


def test_public_holidays_of_further_places_are_closed_too() -> None:
    bavaria = {"country": "DE", "subdivision": "BY"}
    assert office(**bavaria).is_working_day(dt.date(2026, 10, 26))  # a holiday of Austria
    assert not office(**bavaria, also_closed=["AT"]).is_working_day(dt.date(2026, 10, 26))
    assert not office(**bavaria, also_closed=["AT"]).is_working_day(dt.date(2026, 1, 6))
    with pytest.raises(InvalidCalendar):
        office(also_closed=["GB-MOON"])


def test_a_special_working_day_is_open_though_it_is_a_public_or_yearly_holiday() -> None:
    english = {"country": "GB", "subdivision": "ENG", "yearly_holidays": ["12-24"]}
    easter_monday, christmas_eve = dt.date(2026, 4, 6), dt.date(2026, 12, 24)
    worked = office(**english, worked=["2026-04-06", "2026-12-24"])
    for day in (easter_monday, christmas_eve):
        assert not office(**english).is_working_day(day)
        assert worked.is_working_day(day)
        assert worked.is_open(dt.datetime.combine(day, dt.time(10), dt.UTC))
    own = office(worked=["2026-04-06"], holidays=["2026-04-06"])
    assert not own.is_working_day(easter_monday)  # its own date says more than a custom


def test_a_part_of_a_day_may_be_closed_every_year() -> None:
    eves = office(yearly_breaks=[{"day": "12-24", "from": "12:00", "to": "24:00"},
                                 {"day": "02-29", "from": "09:00", "to": "10:00"}])  # fmt: skip
    for year in (2025, 2026):
        assert eves.close_of_day(dt.date(year, 12, 24)) == utc(f"{year}-12-24T12:00")
    leap = utc("2028-02-29T00:00")
    assert eves.between(leap, leap + 24 * HOUR) == 7 * HOUR
    assert eves.is_working_day(dt.date(2026, 12, 24))


def test_working_days_end_at_the_last_closing_of_the_day() -> None:
    due = OFFICE.add_working_days(
        utc("2026-01-09T10:00"), 2, time_of_day=TimeOfDay.END_OF_BUSINESS_DAY
    )
    assert due == utc("2026-01-13T17:30")


def test_a_break_at_the_end_of_a_day_brings_its_close_forward() -> None:
    party = Calendar.parse(
        {"tz": "UTC", "hours": {"fri": [["09:00", "17:00"]]},
         "breaks": [{"date": "2026-01-09", "from": "15:00", "to": "18:00"}]}
    )  # fmt: skip
    assert party.close_of_day(dt.date(2026, 1, 9)) == utc("2026-01-09T15:00")


def test_twenty_years_of_working_minutes_cost_less_than_a_millisecond() -> None:
    span = dt.timedelta(minutes=20 * 252 * 450)
    start = utc("2026-01-12T10:00")
    OFFICE.add(start, span)
    began = time.process_time()
    for _ in range(100):
        OFFICE.add(start, span)
    assert (time.process_time() - began) / 100 < 0.001


# -- properties -----------------------------------------------------------------------------------

ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
         "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca", "UTC"]  # fmt: skip
clock_times = st.integers(0, 47).map(lambda n: f"{n // 2:02d}:{n % 2 * 30:02d}")
slots = st.lists(st.tuples(clock_times, clock_times).map(list), min_size=0, max_size=3)
days = st.dates(dt.date(2005, 1, 1), dt.date(2025, 12, 31)).map(str)
calendars = st.fixed_dictionaries(
    {
        "tz": st.sampled_from(ZONES),
        "hours": st.dictionaries(st.sampled_from(WEEK), slots.filter(bool), min_size=1),
        "holidays": st.lists(days, max_size=5),
        "overrides": st.dictionaries(days, slots, max_size=3),
        "breaks": st.lists(
            st.fixed_dictionaries({"date": days, "from": clock_times, "to": clock_times}),
            max_size=3,
        ),
    }
).map(Calendar.parse)
moments = st.datetimes(
    dt.datetime(2005, 1, 1),  # noqa: DTZ001 - walls, not instants
    dt.datetime(2025, 12, 31),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
amounts = st.integers(1, 60 * 60 * 24 * 60).map(lambda n: dt.timedelta(seconds=n))


@settings(max_examples=150, deadline=None)
@given(calendars, moments, amounts)
def test_what_is_added_lies_between(
    calendar: Calendar, start: dt.datetime, d: dt.timedelta
) -> None:
    assert calendar.between(start, calendar.add(start, d)) == d
    assert calendar.between(calendar.subtract(start, d), start) == d


@settings(max_examples=150, deadline=None)
@given(calendars, moments, amounts, amounts)
def test_adding_twice_is_adding_the_sum(
    calendar: Calendar, start: dt.datetime, d: dt.timedelta, e: dt.timedelta
) -> None:
    assert calendar.add(calendar.add(start, d), e) == calendar.add(start, d + e)


@settings(max_examples=150, deadline=None)
@given(calendars, moments, moments, moments)
def test_open_time_adds_up_and_never_shrinks(
    calendar: Calendar, a: dt.datetime, b: dt.datetime, c: dt.datetime
) -> None:
    a, b, c = sorted((a, b, c))
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert dt.timedelta() <= calendar.between(a, b) <= b - a


@settings(max_examples=150, deadline=None)
@given(calendars, moments, moments, amounts)
def test_a_later_start_is_never_due_earlier(
    calendar: Calendar, a: dt.datetime, b: dt.datetime, d: dt.timedelta
) -> None:
    a, b = sorted((a, b))
    assert calendar.add(a, d) <= calendar.add(b, d)


@settings(max_examples=100, deadline=None)
@given(calendars, moments)
def test_openings_and_closings_agree(calendar: Calendar, at: dt.datetime) -> None:
    opening = calendar.next_open(at)
    assert opening >= at
    assert calendar.is_open(opening)
    assert calendar.is_open(at) == (opening == at)
    assert calendar.prev_open(at) <= at
    assert calendar.between(calendar.prev_open(at), opening) == dt.timedelta()


@settings(max_examples=100, deadline=None)
@given(calendars, st.dates(dt.date(2005, 1, 1), dt.date(2025, 1, 1)), st.integers(1, 300))
def test_working_days_there_and_back(calendar: Calendar, day: dt.date, count: int) -> None:
    later = calendar.add_days(day, count)
    assert calendar.is_working_day(later)
    assert calendar.days_between(day, later) == count
    if calendar.is_working_day(day):
        assert calendar.add_days(later, -count) == day
