"""The deadline timeline: every part inside the picture, and in the order of time."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.timeline import LEFT, RIGHT, WIDTH, ClockSpan, draw

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)


def at(days: float) -> dt.datetime:
    return NOW + dt.timedelta(days=days)


def test_used_paused_and_to_come_follow_one_another() -> None:
    span = ClockSpan("Decision", "Mon", "", at(-4), at(5), ((at(-3), at(-1)),))
    line = draw([span], windows=[], now=NOW, zone=LONDON).lines[0]
    assert len(line.used) == 2
    assert line.used[0].end <= line.paused[0].x + 0.2
    assert line.paused[0].end <= line.used[1].x + 0.2
    assert line.to_come is not None
    assert line.to_come.x >= line.used[1].end - 1


def test_a_pause_that_lasts_ends_now() -> None:
    span = ClockSpan("Decision", "paused", "", at(-2), at(5), ((at(-1), None),))
    picture = draw([span], windows=[], now=NOW, zone=LONDON)
    assert abs(picture.lines[0].paused[0].end - picture.now_x) < 1


def test_what_is_due_beyond_the_picture_ends_in_an_arrow() -> None:
    near = ClockSpan("Reply", "1 d", "", at(-1), at(1))
    far = ClockSpan("Resolution", "21 Dec", "", at(-1), at(40))
    lines = draw([near, far], windows=[], now=NOW, zone=LONDON).lines
    assert [line.beyond for line in lines] == [False, True]


@pytest.mark.parametrize("name", ["Reply", "Acknowledgement", "Remedy delivered"])
def test_no_bar_and_no_now_touches_a_name(name: str) -> None:
    """Inter at 12 px takes 6.5 units for a letter at most, on the average of such words."""
    span = ClockSpan(name, "1 d", "", at(-0.4), at(3))
    picture = draw([span], windows=[(at(-0.4), at(0.1))], now=NOW, zone=LONDON)
    begins = min(picture.now_x, picture.lines[0].used[0].x, picture.windows[0].x)
    assert begins >= len(name) * 6.5 + 8


moments = st.floats(min_value=-60, max_value=60).map(at)


@given(st.lists(st.tuples(moments, moments), min_size=1, max_size=6))
def test_nothing_leaves_the_picture(pairs: list[tuple[dt.datetime, dt.datetime]]) -> None:
    spans = [ClockSpan("Clock", "", "", min(pair), max(pair)) for pair in pairs]
    windows = [(at(day), at(day + 0.3)) for day in range(-5, 10)]
    picture = draw(spans, windows=windows, now=NOW, zone=LONDON)
    drawn = [picture.now_x, *(day.x for day in picture.days), *(w.x for w in picture.windows)]
    for line in picture.lines:
        drawn += [line.due_x, *(part.end for part in line.used)]
    assert all(LEFT - 0.1 <= x <= WIDTH - RIGHT + 1 for x in drawn)


def test_today_keeps_its_number_however_many_days_there_are() -> None:
    windows = [(at(day), at(day + 0.3)) for day in range(-6, 12)]
    picture = draw([ClockSpan("C", "", "", at(-6), at(12))], windows=windows, now=NOW, zone=LONDON)
    assert [day.words for day in picture.days if day.now] == ["24"]
