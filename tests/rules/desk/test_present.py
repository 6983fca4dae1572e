"""What components show: names for screen readers, and geometry that stays in the picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.glyphs import AvatarView, ClockState, ClockView, MeterView, PainView, PathView


def test_a_clock_has_a_name_that_says_everything() -> None:
    clock = ClockView(ClockState.SOON, 0.8, "42 min", "next reply", "due today 12:00")
    assert clock.name == "Next reply, 42 min, due today 12:00"


@given(st.floats(min_value=0, max_value=1))
def test_the_arc_is_never_longer_than_the_ring(used: float) -> None:
    arc = float(ClockView(ClockState.IN_TIME, used, "", "").ring.dash.split()[0])
    assert 0 <= arc <= 100


@pytest.mark.parametrize("level", range(1, 6))
def test_the_pain_glyph_fills_as_many_bars_as_its_level(level: int) -> None:
    bars = PainView(level).bars
    assert sum(bar.on for bar in bars) == level
    assert [bar.height for bar in bars] == sorted(bar.height for bar in bars)


def test_the_path_shows_what_was_taken() -> None:
    assert [bar.on for bar in PathView(2, 3, "").bars] == [True, True, False]
    assert len(PathView(0, 9, "").bars) == 4


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Nadia Rahman", "NR"), ("Lukas", "LU"), ("María José de la Cruz", "MC"), ("李 雷", "李雷")],
)
def test_initials(name: str, initials: str) -> None:
    assert AvatarView.of(name).initials == initials


@given(st.floats(min_value=0, max_value=3), st.floats(min_value=0, max_value=3))
def test_a_meter_never_draws_beyond_its_frame(before: float, this: float) -> None:
    meter = MeterView("", "", "", before, this, over=before + this > 1)
    start, width = float(meter.x_this), float(meter.w_this)
    assert 0 <= start <= 200
    assert start + width <= 200.2
    assert 0 <= float(meter.w_over) <= 200
