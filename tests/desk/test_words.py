"""Times in words: rounded down, in the reader's zone, with names of days one would say."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from desk import words

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "under 1 min"), (0.9, "under 1 min"), (1, "1 min"), (42.99, "42 min"), (59, "59 min"),
        (60, "1 h"), (70, "1 h 10"), (100, "1 h 40"), (78, "1 h 18"), (65, "1 h 05"),
        (24 * 60 - 1, "23 h 59"), (24 * 60, "1 d"), (51 * 60, "2 d 3 h"), (14 * 1440 + 61, "14 d"),
    ],
)  # fmt: skip
def test_a_span_is_said_in_two_units_and_rounded_down(minutes: float, said: str) -> None:
    assert words.span_words(dt.timedelta(minutes=minutes)) == said


@given(st.integers(min_value=0, max_value=60 * 24 * 400))
def test_a_longer_span_never_reads_as_nothing(minutes: int) -> None:
    said = words.span_words(dt.timedelta(minutes=minutes))
    assert not said.startswith("0")
    assert len(said) <= len("under 1 min")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-24T12:00", "today 12:00"),
        ("2026-11-25T00:30", "tomorrow 00:30"),
        ("2026-11-23T23:59", "yesterday 23:59"),
        ("2026-11-19T19:42", "Thu 19 Nov, 19:42"),
        ("2024-03-01T08:00", "1 Mar 2024, 08:00"),
    ],
)
def test_a_moment_is_named_as_one_says_it(moment: str, said: str) -> None:
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=LONDON)
    assert words.moment_words(at, now=NOW, zone=LONDON) == said


def test_today_is_the_readers_today() -> None:
    late = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    assert words.day_words(late, now=NOW, zone=LONDON) == "today"
    assert words.day_words(late, now=NOW, zone=ZoneInfo("Asia/Tokyo")) == "tomorrow"


def test_summer_time_is_said_on_the_wall_clock() -> None:
    at = dt.datetime(2026, 7, 1, 11, 0, tzinfo=dt.UTC)
    assert words.long_moment_words(at, zone=LONDON) == "Wednesday 1 July, 12:00"


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_ordinals(number: int, said: str) -> None:
    assert words.ordinal(number) == said


def test_lists_read_as_a_sentence() -> None:
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"


def test_days_in_templates_have_the_point_that_german_months_are_cut_with() -> None:
    page = Template("{% load desk %}{{ first|short_day }} bis {{ last|full_day }}")
    days = Context({"first": dt.date(2026, 8, 24), "last": dt.date(2026, 11, 22)})
    with override("de"):
        assert page.render(days) == "24. Aug. bis 22. Nov. 2026"
    with override("en"):
        assert page.render(days) == "24 Aug bis 22 Nov 2026"
