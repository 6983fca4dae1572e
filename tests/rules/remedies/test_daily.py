"""Time within a window of each day: against a count of every minute, by clocks that change."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.errors import PolicyInvalid
from remedies.facts import Calendar
from remedies.rules import evaluate, load_policy
from remedies.rules.language.daily import Daily, minutes_within
from remedies.rules.language.nodes import Inapplicable

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
WORKING = Calendar(frozenset({5, 6}), frozenset({dt.date(2026, 4, 3)}), "")

POLICY = """policy: p
currency: GBP
time_zone: Europe/London
facts:
  lost: moment
  back: moment
  calendar: calendar
rules:
  - {rule: A, gives: credit, amount: {each: 5, per: {hours_in: %s}}}
"""


def counted(start: dt.datetime, end: dt.datetime, daily: Daily, calendar: Calendar | None) -> int:
    """The same, minute by minute, as somebody with a clock and a calendar would."""
    found = 0
    for number in range(int((end - start).total_seconds()) // 60):
        there = (start + dt.timedelta(minutes=number)).astimezone(LONDON)
        clock, day = there.hour * 60 + there.minute, there.date()
        inside = daily.opens <= clock < daily.closes
        if daily.closes <= daily.opens:  # the window of this day, or still that of the day before
            inside = clock >= daily.opens or clock < daily.closes
            day -= dt.timedelta(days=clock < daily.closes)
        found += inside and (calendar is None or calendar.is_working(day))
    return found


clocks = st.integers(0, 47).map(lambda half: half * 30)


@settings(max_examples=60, deadline=None)
@given(
    # Over the nights on which the clocks of London change, and a Good Friday between.
    st.sampled_from(["2026-03-27T05:00:00+00:00", "2026-10-23T17:00:00+00:00"]),
    st.integers(0, 3 * 96), st.integers(0, 7 * 96), clocks, clocks, st.booleans(),
)  # fmt: skip
def test_it_is_the_count_of_the_minutes(
    begun: str, quarters: int, length: int, opens: int, closes: int, working: bool
) -> None:
    hours = {90, 60, 120, 150}  # a window that opens or ends in the hour that is there twice
    if opens == closes or opens in hours or closes in hours:
        return
    start = dt.datetime.fromisoformat(begun) + dt.timedelta(minutes=15 * quarters)
    end = start + dt.timedelta(minutes=15 * length)
    daily, calendar = Daily(opens, closes), WORKING if working else None
    assert minutes_within(start, end, daily, LONDON, calendar) == counted(
        start, end, daily, calendar
    )


def test_the_ends_of_the_window_and_of_the_calendar() -> None:
    start = dt.datetime(2026, 7, 6, 12, tzinfo=dt.UTC)
    day = Daily(0, 1440)
    assert minutes_within(start, start, day, LONDON, None) == 0
    assert minutes_within(start, start - dt.timedelta(days=3), day, LONDON, None) == 0
    assert minutes_within(start, start + dt.timedelta(days=2), day, LONDON, None) == 2880
    with pytest.raises(Inapplicable, match="sixty years"):
        minutes_within(start, start.replace(year=2090), day, LONDON, None)
    last = dt.datetime(9999, 12, 31, 22, tzinfo=dt.UTC)
    with pytest.raises(Inapplicable, match="outside the calendar"):
        minutes_within(last, last + dt.timedelta(hours=1), Daily(1320, 60), LONDON, None)


@pytest.mark.parametrize(
    ("form", "steps"),
    [
        (
            '{time_from: lost, to: back, daily: {from: "08:00", to: "20:00"}}',
            "£5 × 14 hours between 08:00 and 20:00 = £70",
        ),
        (
            '{time_from: lost, to: back, daily: {from: "22:00", to: "06:00"}}',
            "£5 × 15 hours between 22:00 and 06:00 = £75",
        ),
        (
            """{time_from: lost, to: back, daily: {from: "08:00", to: "20:00"},
                kind: working, calendar: calendar}""",
            "£5 × 1 hour between 08:00 and 20:00 on working days = £5",
        ),
        ("{time_from: lost, to: back}", "£5 × 37 hours = £185"),
    ],
)
def test_it_is_told_with_its_window(form: str, steps: str) -> None:
    policy = load_policy(POLICY % form)
    told = {
        "lost": "2026-03-28T19:00:00Z",  # a Saturday; in the night clocks go forward
        "back": "2026-03-30T08:00:00Z",
        "calendar": {"weekend": ["sat", "sun"]},
    }
    (part,) = evaluate(policy, told, now=NOW).components
    assert part.steps == (steps,)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("{time_from: lost, to: back, daily: {from: 8, to: 20}}", "daily needs from: a time"),
        ('{time_from: lost, to: back, daily: {from: "08:00"}}', "daily needs to: a time of day"),
        ('{time_from: lost, to: back, daily: {from: "08:00", to: "08:00"}}', "opens before it"),
        ('{time_from: lost, to: back, daily: {from: "24:00", to: "08:00"}}', "opens before it"),
        ("{time_from: lost, to: back, daily: 8}", "daily should be a mapping"),
        ("{time_from: lost, to: back, kind: working, calendar: calendar}", "another window"),
        (
            '{time_from: lost, to: back, daily: {from: "08:00", to: "20:00"}, kind: working}',
            "time_from in working days needs its calendar",
        ),
        ('{time_from: lost, to: back, between: ["08:00", "20:00"]}', "Did you mean daily?"),
    ],
)
def test_a_window_that_is_none_is_told_with_its_place(form: str, said: str) -> None:
    with pytest.raises(PolicyInvalid, match=said) as error:
        load_policy(POLICY % form)
    assert error.value.problems[0].line == 9


@pytest.mark.parametrize(
    ("start", "end", "over", "begun"),
    [
        ("2026-01-31", "2026-01-31", 0, 0),
        ("2026-01-31", "2026-02-01", 0, 1),
        ("2026-01-31", "2026-02-28", 1, 1),
        ("2026-01-31", "2026-03-01", 1, 2),
        ("2026-02-28", "2026-01-31", 0, 0),
    ],
)
def test_months_are_counted_when_they_are_over_or_when_they_have_begun(
    start: str, end: str, over: int, begun: int
) -> None:
    policy = load_policy("""policy: p
currency: EUR
facts: {a: date, b: date}
rules:
  - {rule: A, gives: credit, amount: {each: 1, per: {months_from: a, to: b}}}
  - {rule: B, gives: gift, amount: {each: 1, per: {months_from: a, to: b, count: started}}}
""")
    found = {
        part.rule: Decimal(part.amount or 0) / 100
        for part in evaluate(policy, {"a": start, "b": end}, now=NOW).components
    }
    assert (found.get("A", 0), found.get("B", 0)) == (over, begun)
