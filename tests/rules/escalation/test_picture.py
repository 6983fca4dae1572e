"""The picture of a deadline and the lines beside it: nothing left out, readable at any span."""

import datetime as dt
import re
from itertools import pairwise
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.counted import MOST_LINES, Counted, counted, grouped
from escalation.hours import Calendar
from escalation.picture import Mark, Story, draw
from escalation.worktime import Span

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
OFFICE = Calendar.parse(
    {
        "tz": "Europe/London",
        "hours": {day: [["09:00", "17:00"]] for day in "mon tue wed thu fri".split()},
    }
)


def story(days: float, *, marks: int = 0, late: bool = False, ended: bool = False) -> Story:
    due = NOW + dt.timedelta(days=days)
    hours = OFFICE.windows_between(NOW - dt.timedelta(days=1), due + dt.timedelta(days=1))
    return Story(
        name="Resolve <b>",
        started=NOW,
        due=due,
        now=NOW + dt.timedelta(days=days / 2),
        ended=NOW + dt.timedelta(days=days / 3) if ended else None,
        late=late,
        shaded=[(span.start, span.end) for span in hours],
        pauses=[(NOW + (due - NOW) * 0.1, NOW + (due - NOW) * 0.2, 'waiting & "more"')],
        extensions=[],
        marks=[
            Mark(due + dt.timedelta(minutes=n), "path", False, f"step {n}") for n in range(marks)
        ],
    )


@pytest.mark.parametrize("width", [350, 1040])
@pytest.mark.parametrize("days", [0.02, 0.3, 2, 12, 60, 400, 3000, 8000])
def test_every_span_is_drawn_inside_its_frame_with_few_words(days: float, width: int) -> None:
    root = ET.fromstring(draw(story(days, marks=3), zone=LONDON, width=width))  # noqa: S314 - our own
    words = [node for node in root.iter() if node.get("class") == "when"]
    places = sorted(float(node.get("x", 0)) for node in words)
    assert 1 <= len(words) <= width / 20
    assert all(b - a >= 20 for a, b in pairwise(places))
    for node in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            if node.get(name):
                assert -1 <= float(node.get(name, 0)) <= width + 1


def test_long_spans_shade_blocks_and_not_hundreds_of_hours() -> None:
    short = draw(story(12), zone=LONDON).count('class="hours"')
    long = draw(story(2000), zone=LONDON).count('class="hours"')
    assert short >= 8
    assert long <= 340


def test_marks_at_one_moment_stand_in_lanes_of_their_own() -> None:
    drawn = draw(story(30, marks=4), zone=LONDON)
    places = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="17', drawn)
    assert len(places) == 4
    assert len({y for _, y in places}) == 4


def test_words_of_people_are_escaped_and_the_picture_has_a_name() -> None:
    drawn = draw(story(3, late=True), zone=LONDON)
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert "missed" in str(root.get("aria-label"))
    assert "<b>" not in drawn


def test_a_file_brings_its_own_style_in_light_and_dark() -> None:
    assert "prefers-color-scheme:dark" in draw(story(3), zone=LONDON, standalone=True)
    assert "<style>" not in draw(story(3), zone=LONDON)


def test_an_end_is_a_tick_and_no_time_is_to_come() -> None:
    drawn = draw(story(3, ended=True), zone=LONDON)
    assert "end-tick" in drawn
    assert "to-come" not in drawn


@settings(max_examples=40)
@given(
    days=st.integers(min_value=0, max_value=4000),
    pauses=st.lists(st.tuples(st.integers(0, 4000 * 24), st.integers(0, 900)), max_size=5),
)
def test_joined_lines_add_up_to_all_that_counted(days: int, pauses: list[tuple[int, int]]) -> None:
    end = NOW + dt.timedelta(days=days)
    held = [
        (NOW + dt.timedelta(hours=a), min(NOW + dt.timedelta(hours=a + b), end)) for a, b in pauses
    ]
    windows = OFFICE.windows_between(NOW, end)
    stretches = list(counted(windows, [(a, b) for a, b in held if a < b]))
    _, lines = grouped(stretches, zone=LONDON)
    assert len(lines) <= MOST_LINES
    assert sum((one.length for one in lines), dt.timedelta()) == sum(
        (one.length for one in stretches), dt.timedelta()
    )
    assert sum(one.stretches for one in lines) == len(stretches)


def test_few_stretches_stay_as_they_are_and_many_are_joined_by_day_then_week() -> None:
    def stretches(count: int, hours: int) -> list[Counted]:
        spans = [
            Span(
                NOW + dt.timedelta(hours=hours * n), NOW + dt.timedelta(hours=hours * n, minutes=9)
            )
            for n in range(count)
        ]
        return list(counted(spans, []))

    assert grouped(stretches(5, 2), zone=LONDON)[0] == "window"
    assert grouped(stretches(60, 3), zone=LONDON)[0] == "day"
    assert grouped(stretches(60, 24), zone=LONDON)[0] == "week"
    assert grouped(stretches(400, 24), zone=LONDON)[0] == "month"
