"""The desk's clock of a bench, and that a part of a section which fails costs no other."""

import datetime as dt
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.amends.pacing import Pace
from bench.measures import clocks
from bench.report import Section
from bench.sides import Ground
from tests.builders import NOW

MOMENTS = [NOW + dt.timedelta(minutes=n * n) for n in range(50)]


@pytest.mark.parametrize("per_second", [1, 7, 100])
def test_as_many_fall_due_in_each_second_as_was_asked_for(per_second: int) -> None:
    pace = Pace.of(MOMENTS, per_second, 10)
    falls = [pace.due(moment) for moment in MOMENTS]
    assert falls == sorted(falls)
    for number, fall in enumerate(falls):
        assert number / per_second <= fall < (number + 1) / per_second


def test_a_moment_is_due_when_the_clock_shows_it_and_not_before() -> None:
    pace = Pace.of(MOMENTS, 5, 10)
    for before, moment in pairwise(MOMENTS):
        fall = pace.due(moment)
        assert pace.now(fall) == moment
        assert pace.now(fall - 0.001) == before


def test_what_comes_between_two_moments_is_due_with_the_next() -> None:
    pace = Pace.of(MOMENTS, 5, 10)
    assert pace.due(MOMENTS[3] + dt.timedelta(seconds=1)) == pace.due(MOMENTS[4])


def test_a_part_that_fails_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(ground: Ground, section: Section) -> Any:
        raise ValueError("no such table")

    def works(ground: Ground, section: Section) -> Any:
        yield ["steps", "", "5/s", ""]

    monkeypatch.setattr(clocks, "_PARTS", {"delay": fails, "steps": works})
    said: list[str] = []
    section = clocks.measure(cast("Ground", SimpleNamespace(say=said.append)))
    assert section.failed
    assert [row[0] for row in section.table] == ["", "delay", "steps"]
    assert "no such table" in said[0]
