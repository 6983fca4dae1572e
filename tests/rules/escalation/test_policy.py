"""Deadline policies and paths as data: what they mean, and what is said of mistakes."""

import datetime as dt
from typing import Any

import pytest

from escalation.clock import Clock, Days, OpenTime, Pause
from escalation.errors import PolicyInvalid
from escalation.hours import Calendar
from escalation.law.lengths import length
from escalation.plan import BREACH, make_plan
from escalation.policies.kinds import Kind
from escalation.policies.paths import Path
from escalation.policies.policy import Policy, Subject

WEEK = "mon tue wed thu fri".split()
OFFICE = Calendar.parse({"tz": "UTC", "hours": {day: [["09:00", "17:00"]] for day in WEEK}})


def policy(**over: Any) -> Policy:
    return Policy.parse({"targets": [{"kind": "resolve", "within": "4h"}], **over})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("4h", OpenTime(dt.timedelta(hours=4))),
        ("90m", OpenTime(dt.timedelta(minutes=90))),
        ("1h30m", OpenTime(dt.timedelta(minutes=90))),
        ("2wd", Days(2)),
        ("56d", Days(56, calendar_days=True)),
        ({"working_days": 2, "end_of_day": False}, Days(2, end_of_day=False)),
        ({"days": 10}, Days(10, calendar_days=True)),
        ({"hours": 2, "minutes": 15}, OpenTime(dt.timedelta(minutes=135))),
    ],
)
def test_lengths_are_read_as_people_write_them(text: Any, meant: Any) -> None:
    assert length(text) == meant


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, "targets"),
        ({"targets": []}, "targets"),
        ({"targets": ["resolve"]}, "targets[0]"),
        ({"targets": [{"kind": "settle", "within": "4h"}]}, "targets[0].kind"),
        ({"targets": [{"kind": "resolve"}]}, "targets[0].within"),
        ({"targets": [{"kind": "resolve", "within": "soon"}]}, "targets[0].within"),
        ({"targets": [{"kind": "resolve", "within": "0h"}]}, "targets[0].within"),
        ({"targets": [{"kind": "resolve", "within": "4h", "wran": "1h"}]}, "targets[0].wran"),
        ({"targets": [{"kind": "resolve", "within": "4h", "warn": ["x"]}]}, "targets[0].warn"),
        ({"targets": [{"kind": "resolve", "within": "4h"}] * 2}, "targets"),
        ({"targets": [{"kind": "resolve", "within": "4h"}], "match": {"mood": "x"}}, "match.mood"),
    ],
)
def test_a_mistake_is_named_with_its_place(data: dict[str, Any], place: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        Policy.parse(data)
    assert caught.value.field == place


def test_a_policy_fits_by_every_condition_that_it_names() -> None:
    rules = policy(match={"category": ["flights"], "pain": {"min": 4}, "team": ["care"]})
    fitting = Subject(categories=("delay", "flights"), team="care", pain=4)
    assert rules.match.fits(fitting)
    assert not rules.match.fits(Subject(categories=("delay", "flights"), team="care", pain=3))
    assert not rules.match.fits(Subject(categories=("trains",), team="care", pain=5))
    assert policy().match.fits(Subject())


def test_a_statutory_target_never_stops() -> None:
    data = {
        "kind": "resolve",
        "within": "56d",
        "statutory": True,
        "pauses_on": ["waiting_customer"],
    }
    rules = Policy.parse({"targets": [data]})
    assert rules.by_kind[Kind.RESOLVE].pauses_on == frozenset()


@pytest.mark.parametrize(
    "step", [{"to": ["boss"]}, {"do": ["shout"]}, {"after": "soon"}, {"when": "1h"}]
)
def test_a_path_with_a_mistake_is_refused(step: dict[str, Any]) -> None:
    with pytest.raises(PolicyInvalid):
        Path.parse([step], key="standard")


# -- plans ----------------------------------------------------------------------------------------

PATH = Path.parse(
    [{"after": "-30m", "to": ["owner"]}, {"after": "0m", "to": ["lead"]}, {"after": "1h"}],
    key="p",
)
TARGET = Policy.parse(
    {"targets": [{"kind": "resolve", "within": "4h", "warn": ["75%"], "path": "p"}]}
).by_kind[Kind.RESOLVE]


def at(text: str) -> dt.datetime:
    day, clock = text.split()
    return dt.datetime.fromisoformat(f"2026-01-{day}T{clock}").replace(tzinfo=dt.UTC)


def plan_at(start: str, now: str, *pauses: Pause) -> list[tuple[str, dt.datetime]]:
    clock = Clock(OFFICE, OpenTime(dt.timedelta(hours=4)), at(start), pauses)
    return [(p.key, p.at) for p in make_plan(TARGET, PATH, clock, now=at(now)).steps]


def test_a_plan_is_warning_breach_and_steps_in_order() -> None:
    assert plan_at("12 10:00", "12 10:00") == [
        ("warn:75%", at("12 13:00")),
        ("path:p:1", at("12 13:30")),
        (BREACH, at("12 14:00")),
        ("path:p:2", at("12 14:00")),
        ("path:p:3", at("12 15:00")),
    ]


def test_steps_of_a_deadline_at_closing_wait_for_the_opening() -> None:
    steps = dict(plan_at("12 13:00", "12 13:00"))
    assert steps[BREACH] == steps["path:p:2"] == at("13 09:00")
    assert steps["path:p:3"] == at("13 10:00")


def test_a_paused_deadline_does_nothing_but_end_its_longest_pause() -> None:
    steps = plan_at("12 10:00", "12 12:00", Pause(at("12 11:00"), None, at("19 11:00")))
    assert [moment for _, moment in steps] == [at("19 11:00")]


def test_what_fell_due_before_a_pause_is_still_to_be_done() -> None:
    steps = plan_at("12 10:00", "12 13:10", Pause(at("12 13:05")))
    assert [key for key, _ in steps] == ["warn:75%"]


def test_a_pause_after_the_breach_stops_no_step() -> None:
    steps = plan_at("12 10:00", "12 14:30", Pause(at("12 14:10")))
    assert [key for key, _ in steps][-2:] == ["path:p:2", "path:p:3"]


def test_an_acknowledged_path_is_not_climbed_but_the_breach_is_recorded() -> None:
    clock = Clock(OFFICE, OpenTime(dt.timedelta(hours=4)), at("12 10:00"))
    plan = make_plan(TARGET, PATH, clock, now=at("12 10:00"))
    taken = ["warn:75%"]
    step = plan.next(taken, climbing=False)
    assert step is not None
    assert step.key == BREACH
    assert plan.next([*taken, BREACH], climbing=False) is None


@pytest.mark.parametrize("now", ["12 10:00", "12 13:45", "12 14:30", "13 09:30"])
@pytest.mark.parametrize(
    "pauses",
    [
        (),
        (Pause(at("12 11:00")),),
        (Pause(at("12 14:10")),),
        (Pause(at("12 13:40"), None, at("13 10:00")),),
    ],
)
def test_the_next_thing_is_the_first_of_all_that_was_not_done(
    now: str, pauses: tuple[Pause, ...]
) -> None:
    # What follows the miss is worked out late; that must not change the order.
    clock = Clock(OFFICE, OpenTime(dt.timedelta(hours=4)), at("12 10:00"), pauses)
    plan = make_plan(TARGET, PATH, clock, now=at(now))
    for count in range(len(plan.steps) + 1):
        taken = [planned.key for planned in plan.steps[:count]]
        assert plan.next(taken) == next(iter(plan.steps[count:]), None)


# -- closed hours that count otherwise ------------------------------------------------------------

OFFICE = Calendar.parse(
    {"tz": "UTC", "hours": {day: [["09:00", "17:00"]] for day in "mon tue wed thu fri".split()}}
)


def moment(text: str) -> dt.datetime:
    """A moment of November 2026: Monday is the 23rd."""
    day, clock = text.split()
    return dt.datetime.fromisoformat(f"2026-11-{day}T{clock}+00:00")


@pytest.mark.parametrize(
    ("within", "start", "due"),
    [
        ({"hours": 4}, "23 13:00", "23 17:00"),
        ({"hours": 4, "boundary": "next_open"}, "23 13:00", "24 09:00"),
        ({"hours": 4, "boundary": "next_open"}, "23 12:00", "23 16:00"),
        ({"working_days": 1, "time_of_day": "keep"}, "23 07:00", "24 07:00"),
        ({"working_days": 1, "time_of_day": "clamp"}, "23 07:00", "24 09:00"),
        ({"working_days": 1, "time_of_day": "clamp"}, "23 19:00", "25 09:00"),
        ({"working_days": 1, "time_of_day": "clamp_to_close"}, "23 19:00", "24 17:00"),
        ({"working_days": 1, "time_of_day": "roll_to_opening"}, "23 19:00", "25 09:00"),
        ({"working_days": 1, "time_of_day": "end_of_business_day"}, "23 11:00", "24 17:00"),
        ({"working_days": 1, "nonworking_origin": "roll"}, "21 11:00", "24 17:00"),
        ({"working_days": 1}, "21 11:00", "23 17:00"),
        ({"days": 1, "nonworking_origin": "roll", "end_of_day": False}, "21 11:00", "24 11:00"),
    ],
)
def test_a_policy_chooses_how_closed_hours_count(
    within: dict[str, Any], start: str, due: str
) -> None:
    data = {"targets": [{"kind": "resolve", "within": within}]}
    target = Policy.parse(data).by_kind[Kind.RESOLVE]
    assert target.length is not None
    assert target.length.due(OFFICE, moment(start)) == moment(due)
    assert target.length.words()


def test_a_pause_moves_a_deadline_at_an_opening_to_an_opening() -> None:
    wait = Pause(moment("23 14:00"), moment("23 16:00"))
    clock = Clock(
        OFFICE, length({"hours": 6, "boundary": "next_open"}), moment("23 09:00"), (wait,)
    )
    assert clock.due() == moment("24 09:00")
    assert clock.breach_at() == moment("24 09:00")


@pytest.mark.parametrize(
    ("within", "place"),
    [
        ({"hours": 4, "boundary": "soon"}, "within.boundary"),
        ({"hours": 4, "time_of_day": "keep"}, "within.time_of_day"),
        ({"working_days": 1, "boundary": "next_open"}, "within.boundary"),
        ({"working_days": 1, "hours": 2}, "within.hours"),
        ({"working_days": 1, "time_of_day": "noon"}, "within.time_of_day"),
        ({"working_days": 1, "time_of_day": "keep", "end_of_day": True}, "within.time_of_day"),
        ({"days": 1, "time_of_day": "clamp"}, "within.time_of_day"),
        ({"days": 1, "nonworking_origin": "back"}, "within.nonworking_origin"),
    ],
)
def test_options_that_do_not_go_together_are_named(within: dict[str, Any], place: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        length(within)
    assert caught.value.field == place
