"""What is read off events, histograms and words, without a database."""

import datetime as dt
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.insight.buckets import MONEY_EDGES, TIME_EDGES, bucket_of, share_at
from feedback.insight.deriving import Happened, contribution_of
from feedback.insight.themes import THEMES, themes_of

AT = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)


def opened(**more: object) -> Happened:
    changes = {"team": 1, "category": 2, "channel": "form", "received_at": AT.isoformat(), **more}
    return Happened("ticket_created", AT, changes)


def test_a_ticket_is_counted_on_the_day_in_utc_where_it_stands_now() -> None:
    moved = Happened("team_changed", AT, {"team": 7})
    given_ = contribution_of([opened(), moved], again=True)
    assert given_ is not None and (given_.team, given_.category) == (7, 2)
    assert {(cell.measure, cell.key) for cell in given_.cells} == {
        ("received", "form"), ("again", "same"),
    }  # fmt: skip
    assert {cell.day for cell in given_.cells} == {dt.date(2026, 11, 24)}


@pytest.mark.parametrize("events", [[], [opened(confidential=True)]])
def test_what_nobody_may_know_of_gives_nothing(events: list[Happened]) -> None:
    assert contribution_of(events, again=False) is None


def test_an_imported_ticket_gives_what_was_found_but_no_promises_and_times() -> None:
    events = [
        opened(historical=True),
        Happened("deadlines_met", AT, {"deadlines.1.kind": "resolve",
                                       "deadlines.1.met_at": AT.isoformat()}),
        Happened("point_decided", AT, {"points.1.text": "It broke", "points.1.outcome": "upheld",
                                       "points.1.decided_at": AT.isoformat()}),
    ]  # fmt: skip
    found = contribution_of(events, again=False)
    assert found is not None
    measures = {cell.measure for cell in found.cells}
    assert {"upheld", "cause"} <= measures and not measures & {"promise", "time"}


def test_edges_grow_and_hold_what_they_should() -> None:
    for edges in (TIME_EDGES, MONEY_EDGES):
        assert list(edges) == sorted(set(edges))
        for place, edge in enumerate(edges):
            assert bucket_of(edge, edges) == place
            assert bucket_of(edge + 1, edges) == place + 1


@given(st.lists(st.integers(60, 10_000_000), min_size=1, max_size=200))
def test_a_median_from_buckets_lies_in_the_bucket_of_the_true_one(values: list[int]) -> None:
    counts: dict[int, int] = {}
    for value in values:
        place = bucket_of(value, TIME_EDGES)
        counts[place] = counts.get(place, 0) + 1
    told = share_at(counts, 0.5, TIME_EDGES)
    assert told is not None
    lower = sorted(values)[(len(values) - 1) // 2]
    assert abs(bucket_of(round(told), TIME_EDGES) - bucket_of(lower, TIME_EDGES)) <= 1
    assert median(values) > 0


def test_nothing_counted_has_no_median() -> None:
    assert share_at({}, 0.5, TIME_EDGES) is None


@pytest.mark.parametrize(
    ("words", "scores", "themes"),
    [
        ("The money was right. But I explained it to four people.", [3, 3], {"fair", "again"}),
        ("Nadia said Friday at three, and wrote at half past eleven. Nobody ever did that before.",
         [5, 5], {"told"}),
        ("Zum ersten Mal hat jemand einfach Entschuldigung gesagt.", [5], {"sorry"}),
        ("I waited in for nothing, twice. Nobody came.", [1, 1], {"nobody"}),
        ("You always win.", [1], {"unfair"}),
        ("Quick? A real sorry would have been fair.", [1, 1], set()),
        ("It took too long, but all is well.", [5, 5], set()),
        ("", [1], set()),
        ("Five days. I lost a client.", [], {"slow"}),
    ],
)  # fmt: skip
def test_words_are_about_something(words: str, scores: list[int], themes: set[str]) -> None:
    assert set(themes_of(words, scores)) == themes


def test_themes_are_told_apart_by_key() -> None:
    assert len({theme.key for theme in THEMES}) == len(THEMES)
