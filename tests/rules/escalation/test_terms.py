"""Lengths of law: tables with dates taken from the rules themselves, and properties."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.clock import Clock, Pause
from escalation.errors import PolicyInvalid
from escalation.hours import Calendar
from escalation.law.lengths import length
from escalation.law.rules import Law
from escalation.law.terms import Case, Roll, Term, Unit, add_months, roll
from escalation.law.text import rule

WEEK = "mon tue wed thu fri".split()
LONDON = Calendar.parse(
    {
        "tz": "Europe/London",
        "hours": {day: [["09:00", "17:00"]] for day in WEEK},
        "holidays": ["2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-12-25",
                     "2025-12-26", "2026-01-01"],
    }
)  # fmt: skip


def moment(text: str) -> dt.datetime:
    """A local moment, or noon of a date."""
    wall = dt.datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return wall.replace(tzinfo=ZoneInfo("Europe/London"))


def reckoned(within: Any, start: str, **facts: Any) -> dt.datetime:
    found = rule(within, "within").reckon(Case(LONDON, moment(start), facts))
    return found.due.astimezone(ZoneInfo("Europe/London"))


def last_day(within: Any, start: str, **facts: Any) -> str:
    return str(rule(within, "within").reckon(Case(LONDON, moment(start), facts)).day)


@pytest.mark.parametrize(
    ("within", "start", "end"),
    [
        ("8w", "2025-03-31", "2025-05-26"),
        ("56d", "2025-03-31", "2025-05-26"),
        ("3wd", "2025-04-17", "2025-04-24"),
        ("3wd", "2025-04-19", "2025-04-24"),
        ("0wd", "2025-04-19", "2025-04-19"),
        ("1mo", "2025-01-31", "2025-02-28"),
        ("1mo", "2024-01-31", "2024-02-29"),
        ("6mo", "2025-08-31", "2026-02-28"),
        ("12mo", "2024-02-29", "2025-02-28"),
        ("2y", "2024-02-29", "2026-02-28"),
        ("4y", "2024-02-29", "2028-02-29"),
        ({"count": 6, "unit": "months", "counted": True}, "2025-03-15", "2025-09-14"),
        ({"count": 6, "unit": "months", "counted": True}, "2025-03-01", "2025-08-31"),
        ({"count": 6, "unit": "months", "counted": True}, "2025-08-31", "2026-02-28"),
        ({"count": 6, "unit": "months", "counted": True}, "2025-08-28", "2026-02-27"),
        ({"count": 1, "unit": "years", "counted": True}, "2024-02-29", "2025-02-28"),
        ({"count": 14, "unit": "days", "counted": True}, "2025-03-01", "2025-03-14"),
        ({"count": 2, "unit": "weeks", "counted": True}, "2025-03-01", "2025-03-14"),
        ({"count": 3, "unit": "working_days", "counted": True}, "2025-04-16", "2025-04-22"),
        ({"count": 3, "unit": "working_days", "counted": True}, "2025-04-19", "2025-04-24"),
        ({"count": 4, "unit": "weeks", "roll": "next"}, "2025-03-24", "2025-04-22"),
        ({"count": 4, "unit": "weeks", "roll": "previous"}, "2025-03-24", "2025-04-17"),
        ({"count": 1, "unit": "months", "roll": "next"}, "2025-03-18", "2025-04-22"),
    ],
)
def test_a_term_ends_on_the_day_that_its_rule_says(within: Any, start: str, end: str) -> None:
    assert last_day(within, start) == end


@pytest.mark.parametrize(
    ("more", "start", "end"),
    [
        ({}, "2025-03-26T15:30", "2025-03-28T23:59:59"),
        ({"end": "23:59"}, "2025-03-26T15:30", "2025-03-28T23:59:00"),
        ({"end": "close"}, "2025-03-26T15:30", "2025-03-28T17:00:00"),
        ({"end": "exact"}, "2025-03-26T15:30", "2025-03-28T15:30:00"),
        ({"end": "exact"}, "2025-03-29T15:30", "2025-04-01T23:59:59"),
        ({"end": "close", "cut_off": "close"}, "2025-03-26T17:00", "2025-03-28T17:00:00"),
        ({"end": "close", "cut_off": "close"}, "2025-03-26T17:01", "2025-03-31T17:00:00"),
        ({"end": "close", "cut_off": "close"}, "2025-03-29T10:00", "2025-04-02T17:00:00"),
        ({"end": "close", "cut_off": "16:00"}, "2025-03-26T16:00", "2025-03-28T17:00:00"),
        ({"end": "close", "cut_off": "16:00"}, "2025-03-26T16:01", "2025-03-31T17:00:00"),
    ],
)
def test_the_last_day_ends_when_the_rule_says(more: Any, start: str, end: str) -> None:
    due = reckoned({"count": 2, "unit": "working_days", **more}, start)
    assert due == moment(end)


def test_hours_of_law_run_day_and_night_and_over_a_change_of_the_clock() -> None:
    assert reckoned("72h", "2025-03-28T15:30") == moment("2025-03-31T16:30")


@pytest.mark.parametrize(
    ("within", "start", "facts", "end"),
    [
        # Two dates: whichever is first, and what never happened doesn't count.
        ({"earlier_of": ["6w", {"fact": "deadlock"}]}, "2026-05-05", {}, "2026-06-16"),
        ({"earlier_of": ["6w", {"fact": "deadlock"}]}, "2026-05-05", {"deadlock": "2026-05-20"},
         "2026-05-20"),
        ({"earlier_of": ["6w", {"fact": "deadlock"}]}, "2026-05-05", {"deadlock": "2026-07-20"},
         "2026-06-16"),
        ({"later_of": ["6y", {"count": 3, "unit": "years", "from": "knew"}]}, "2020-01-10",
         {"knew": "2024-05-01"}, "2027-05-01"),
        # By a fact.
        ({"count": 10, "unit": "working_days",
          "variants": [{"when": {"age": {"below": 30}}, "count": 20}]}, "2025-06-27",
         {"age": 12}, "2025-07-25"),
        ({"count": 10, "unit": "working_days",
          "variants": [{"when": {"age": {"below": 30}}, "count": 20}]}, "2025-06-27",
         {"age": 30}, "2025-07-11"),
        # Dated versions.
        ({"count": 8, "unit": "weeks", "versions": [{"since": "2026-04-08", "count": 6}]},
         "2026-04-07", {}, "2026-06-02"),
        ({"count": 8, "unit": "weeks", "versions": [{"since": "2026-04-08", "count": 6}]},
         "2026-04-08", {}, "2026-05-20"),
        # An extension, from the last day, if it was agreed by then, and not further than allowed.
        ({"count": 10, "unit": "working_days", "from": "acknowledged",
          "extension": {"count": 10, "unit": "working_days"}}, "2025-12-19",
         {"acknowledged": "2025-12-23"}, "2026-01-23"),
        ({"count": 10, "unit": "working_days",
          "extension": {"count": 10, "unit": "working_days", "asked": ["granted"],
                        "when": {"agreed": {"unless_after": "10wd"}}}}, "2025-03-03",
         {"agreed": "2025-03-17", "granted": 4}, "2025-03-21"),
        ({"count": 10, "unit": "working_days",
          "extension": {"count": 10, "unit": "working_days", "asked": ["granted"],
                        "when": {"agreed": {"unless_after": "10wd"}}}}, "2025-03-03",
         {"agreed": "2025-03-18", "granted": 4}, "2025-03-17"),
        ({"count": 10, "unit": "working_days",
          "extension": {"count": 10, "unit": "working_days", "asked": ["until"]}}, "2025-03-03",
         {"until": "2025-06-01"}, "2025-03-31"),
        # Only with a holding answer in time.
        ({"count": 15, "unit": "working_days", "variants": [
            {"when": {"holding": {"within": "15wd"}}, "count": 35}]}, "2025-12-15",
         {"holding": "2026-01-07"}, "2026-02-05"),
        ({"count": 15, "unit": "working_days", "variants": [
            {"when": {"holding": {"within": "15wd"}}, "count": 35}]}, "2025-12-15",
         {"holding": "2026-01-09"}, "2026-01-08"),
        # Time that stands still.
        ({"count": 1, "unit": "months", "stands_still": {"from": "asked", "to": "told"}},
         "2025-06-02", {"asked": "2025-06-10", "told": "2025-06-17"}, "2025-07-09"),
        ({"count": 1, "unit": "months",
          "stands_still": {"from": "asked", "to": "told", "roll": "next"}},
         "2025-06-02", {"asked": "2025-06-10", "told": "2025-06-20"}, "2025-07-14"),
        ({"count": 1, "unit": "months", "stands_still": {"from": "asked", "to": "told"}},
         "2025-06-02", {"asked": "2025-07-10", "told": "2025-07-17"}, "2025-07-02"),
        ({"count": 1, "unit": "months", "stands_still": {"from": "asked", "to": "told"}},
         "2025-06-02", {"asked": "2025-06-10"}, "2025-07-02"),
        # Again and again.
        ({"every": "20wd"}, "2025-03-03", {}, "2025-03-31"),
        ({"every": "20wd", "from": "last"}, "2025-03-03", {"last": "2025-03-31"}, "2025-04-30"),
        ({"every": "20wd", "number": "n"}, "2025-03-03", {"n": 2}, "2025-04-30"),
        # Clear days, as CPR 2.8 gives them: before Friday 20 and Monday 20 October.
        ({"clear_days": 3, "before": "hearing", "short": 5}, "2023-09-01",
         {"hearing": "2023-10-20"}, "2023-10-16"),
        ({"clear_days": 3, "before": "hearing", "short": 5}, "2025-09-01",
         {"hearing": "2025-10-20"}, "2025-10-14"),
        ({"clear_days": 28, "after": "notice", "short": 5}, "2025-10-01", {}, "2025-10-30"),
        ({"clear_days": 14, "before": "hearing", "short": 5}, "2025-04-01",
         {"hearing": "2025-05-06"}, "2025-04-21"),
        ({"clear_days": 14, "before": "hearing", "short": 5, "roll": "previous"}, "2025-04-01",
         {"hearing": "2025-05-06"}, "2025-04-17"),
    ],
)  # fmt: skip
def test_a_rule_made_of_terms_ends_as_it_says(
    within: Any, start: str, facts: dict[str, Any], end: str
) -> None:
    assert last_day(within, start, **facts) == end


def test_every_step_of_the_reckoning_has_a_reason() -> None:
    within = {"count": 8, "unit": "weeks", "versions": [{"since": "2026-04-08", "count": 6,
                                                         "roll": "next"}]}  # fmt: skip
    found = rule(within, "w").reckon(Case(LONDON, moment("2026-04-11"), {}))
    assert found.reasons == (
        "as in force from 2026-04-08",
        "from Sat 2026-04-11, which is not counted",
        "6 weeks end on Sat 2026-05-23",
        "no working day: moved to Mon 2026-05-25",
    )


def test_a_rule_says_what_it_is_in_words() -> None:
    within = {"earlier_of": [{"count": 8, "unit": "weeks"}, {"fact": "deadlock_declared"}]}
    assert length(within).words() == "8 weeks, or if earlier deadlock declared"


# -- in policies ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "due"),
    [
        ("8w", "2025-04-01T10:00", "2025-05-27T17:00"),
        ("8w", "2025-03-31T10:00", "2025-05-26T23:59:59"),
        ("1mo", "2025-01-31T10:00", "2025-02-28T17:00"),
        ("2y", "2024-02-29T10:00", "2026-02-28T23:59:59"),
        ({"count": 8, "unit": "weeks"}, "2025-04-01T10:00", "2025-05-27T23:59:59"),
    ],
)
def test_weeks_months_and_years_are_lengths_of_a_policy(text: Any, start: str, due: str) -> None:
    assert length(text).due(LONDON, moment(start)) == moment(due)


@pytest.mark.parametrize(
    ("within", "place"),
    [
        ({"unit": "weeks"}, "within"),
        ({"count": 8}, "within.unit"),
        ({"count": 8, "unit": "fortnights"}, "within.unit"),
        ({"count": -1, "unit": "weeks"}, "within.count"),
        ({"count": "8", "unit": "weeks"}, "within.count"),
        ({"count": 80000, "unit": "weeks"}, "within.count"),
        ({"count": 8, "unit": "weeks", "untli": 2}, "within.untli"),
        ({"count": 8, "unit": "weeks", "counted": "yes"}, "within.counted"),
        ({"count": 8, "unit": "weeks", "roll": "on"}, "within.roll"),
        ({"count": 8, "unit": "weeks", "end": "late"}, "within.end"),
        ({"count": 8, "unit": "weeks", "end": "25:00"}, "within.end"),
        ({"count": 8, "unit": "weeks", "cut_off": "exact"}, "within.cut_off"),
        ({"count": 8, "unit": "weeks", "short": 5}, "within.short"),
        ({"count": 8, "unit": "weeks", "every": "8w"}, "within.count"),
        ({"every": "often"}, "within.every"),
        ({"earlier_of": ["8w"]}, "within.earlier_of"),
        ({"earlier_of": ["8w", "soon"]}, "within.earlier_of[1]"),
        ({"earlier_of": [{"fact": "a"}, {"fact": "b"}]}, "within.earlier_of"),
        ({"fact": "deadlock"}, "within.fact"),
        ({"clear_days": 3}, "within"),
        ({"clear_days": 3, "before": "a", "after": "b"}, "within"),
        ({"variants": [{"when": {"a": 1}, "count": 2, "unit": "days"}]}, "within.variants"),
        ({"count": 8, "unit": "weeks", "variants": [{"count": 2}]}, "within.variants[0].when"),
        ({"count": 8, "unit": "weeks", "variants": [{"when": {"a": {"blow": 3}}, "count": 2}]},
         "within.variants[0].when.a.blow"),
        ({"count": 8, "unit": "weeks", "versions": [{"since": "now", "count": 2}]},
         "within.versions[0].since"),
        ({"count": 8, "unit": "weeks", "versions": [{"since": "2026-01-01", "count": 2},
                                                    {"since": "2025-01-01", "count": 3}]},
         "within.versions[1].since"),
        ({"count": 8, "unit": "weeks", "extension": "2w"}, "within.extension"),
        ({"count": 8, "unit": "weeks", "stands_still": {"from": "a"}}, "within.stands_still"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_rule_is_named_with_its_place(within: Any, place: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        length(within)
    assert caught.value.field == place


def test_law_is_late_as_soon_as_its_last_second_is_over_though_the_desk_is_closed() -> None:
    law = length({"count": 2, "unit": "days"})
    clock = Clock(LONDON, law, moment("2025-03-27T10:00"))  # to Saturday
    assert clock.due() == clock.breach_at() == moment("2025-03-29T23:59:59")
    late = clock.read(moment("2025-03-30T08:00"))
    assert late.breached
    assert late.late == dt.timedelta(hours=7, seconds=1)  # the clocks went forward


def test_a_length_to_the_close_of_business_keeps_its_closed_hours() -> None:
    clock = Clock(LONDON, length("1w"), moment("2025-03-27T10:00"))
    assert clock.due() == moment("2025-04-03T17:00")
    assert not clock.read(moment("2025-04-04T09:00")).breached


def test_a_pause_moves_law_by_the_time_it_lasted() -> None:
    pause = Pause(moment("2025-06-10"), moment("2025-06-17"))
    clock = Clock(LONDON, length({"count": 1, "unit": "months"}), moment("2025-06-02"), (pause,))
    assert clock.due() == moment("2025-07-09T23:59:59")


def test_the_facts_of_a_ticket_are_bound_to_its_law() -> None:
    law = length({"count": 10, "unit": "working_days",
                  "variants": [{"when": {"age": {"below": 30}}, "count": 20}]})  # fmt: skip
    assert isinstance(law, Law)
    start = moment("2025-06-27")
    assert law.given({"age": "12"}).due(LONDON, start) == moment("2025-07-25T23:59:59")
    assert law.due(LONDON, start) == moment("2025-07-11T23:59:59")


# -- properties -----------------------------------------------------------------------------------

starts = st.datetimes(
    dt.datetime(2024, 1, 1),  # noqa: DTZ001 - walls, not instants
    dt.datetime(2026, 12, 31),  # noqa: DTZ001
).map(lambda wall: wall.replace(microsecond=0, tzinfo=dt.UTC))
clocks = st.sampled_from(["close", "end_of_day", "exact", "23:59", "17:00"])
terms = st.fixed_dictionaries(
    {
        "count": st.integers(0, 40),
        "unit": st.sampled_from(["days", "working_days", "weeks", "months", "years", "hours"]),
        "counted": st.booleans(),
        "cut_off": st.sampled_from([None, "close", "16:00"]),
        "end": clocks,
        "roll": st.sampled_from(list(Roll)),
    }
).map(lambda data: rule({name: value for name, value in data.items() if value is not None}, "x"))
UTC_OFFICE = Calendar.parse(
    {"tz": "UTC", "hours": {day: [["09:00", "17:00"]] for day in WEEK},
     "holidays": [str(day) for day in sorted(LONDON.holidays)]}
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(terms, starts, starts)
def test_a_later_start_never_ends_earlier(term: Term, a: dt.datetime, b: dt.datetime) -> None:
    a, b = sorted((a, b))
    first, second = (term.reckon(Case(UTC_OFFICE, at)) for at in (a, b))
    assert first.day <= second.day
    assert first.due <= second.due


@settings(max_examples=200, deadline=None)
@given(terms, starts)
def test_the_due_moment_lies_on_its_day_and_has_reasons(term: Term, at: dt.datetime) -> None:
    found = term.reckon(Case(UTC_OFFICE, at))
    assert found.due.date() == found.day
    assert found.reasons


@settings(max_examples=200, deadline=None)
@given(st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)), st.sampled_from(list(Roll)))
def test_a_day_once_moved_stays(day: dt.date, how: Roll) -> None:
    moved = roll(LONDON, day, how)
    assert roll(LONDON, moved, how) == moved
    assert how is Roll.NONE or LONDON.is_working_day(moved)


@settings(max_examples=200, deadline=None)
@given(st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)), st.integers(0, 60), st.integers(0, 60))
def test_days_and_weeks_add_up(day: dt.date, one: int, other: int) -> None:
    for unit in (Unit.DAYS, Unit.WEEKS, Unit.WORKING_DAYS):
        halfway, _ = Term(one, unit).last_day(LONDON, day)
        there, _ = Term(other, unit).last_day(LONDON, halfway)
        assert there == Term(one + other, unit).last_day(LONDON, day)[0]


@settings(max_examples=200, deadline=None)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2050, 12, 31)), st.integers(0, 600))
def test_months_end_on_the_same_number_or_on_the_last_day(day: dt.date, count: int) -> None:
    end, clipped = add_months(day, count)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == count
    assert end.day == day.day or (clipped and (end + dt.timedelta(1)).day == 1)


@settings(max_examples=200, deadline=None)
@given(st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)), st.integers(0, 30), st.booleans())
def test_clear_days_leave_exactly_so_many_between(day: dt.date, count: int, after: bool) -> None:
    side = "after" if after else "before"
    law = rule({"clear_days": count, side: "event"}, "x")
    found = law.reckon(Case(LONDON, moment(str(day)), {"event": str(day)}))
    assert abs((found.day - day).days) - 1 == count
    assert (found.day > day) is after
