"""Escalation paths as data: what they mean, and what is said of mistakes."""

import datetime as dt
import re
from pathlib import Path as FilePath
from typing import Any

import pytest
import yaml

from escalation.clock import Clock, OpenTime
from escalation.errors import PolicyInvalid
from escalation.hours import Calendar
from escalation.plan import make_plan
from escalation.policies.paths import ACTIONS, Deed, Path, PathStep
from escalation.policies.policy import Policy

ROOT = FilePath(__file__).parents[3]


def parsed(*steps: Any) -> Path:
    return Path.parse(list(steps), key="p")


def one(**step: Any) -> PathStep:
    return parsed(step).steps[0]


HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("step", "offset", "days", "percent"),
    [
        ({}, dt.timedelta(), None, None),
        ({"after": "1h30m"}, 1.5 * HOUR, None, None),
        ({"after": "-30m"}, -0.5 * HOUR, None, None),
        ({"before": "30m"}, -0.5 * HOUR, None, None),
        ({"at": "due"}, dt.timedelta(), None, None),
        ({"at": "50%"}, None, None, 50),
        ({"at": "150%"}, None, None, 150),
        ({"after": "2wd"}, None, 2, None),
        ({"before": "1wd"}, None, -1, None),
    ],
)
def test_when_is_before_at_or_after_the_deadline(
    step: dict[str, Any], offset: dt.timedelta | None, days: int | None, percent: int | None
) -> None:
    when = one(**step).when
    assert (when.offset, when.days, when.percent) == (offset, days, percent)
    assert when.key == "path:p:1"


def test_time_is_working_time_unless_it_says_calendar() -> None:
    assert not one(after="4h").real
    assert one(after="4h", time="calendar").real


def test_deeds_have_their_time_or_the_usual_one() -> None:
    step = one(do=["notify", "mail", "call_back", "tell_customer:3h"])
    assert step.deeds == (
        Deed("notify"), Deed("mail"), Deed("call_back", 4 * HOUR), Deed("tell_customer", 3 * HOUR),
    )  # fmt: skip


def test_a_step_without_a_time_follows_one_that_demands_an_answer() -> None:
    path = parsed({"after": "0m", "answer_within": "30m"}, {"to": ["role:manager"]}, {"to": "team"})
    assert [step.timed for step in path.steps] == [True, False, True]
    assert path.steps[0].answer_within == HOUR / 2


@pytest.mark.parametrize(
    ("subject", "keys"),
    [
        ({"kind": "resolve", "team": "home", "pain": 4}, [1, 2, 3]),
        ({"kind": "resolve", "team": "home", "pain": 3}, [1, 3]),
        ({"kind": "decide", "team": "home", "pain": 5}, [1, 2]),
        ({"kind": "resolve", "team": "travel", "pain": 0}, [1]),
    ],
)
def test_a_step_may_be_for_some_kinds_teams_and_pains_only(
    subject: dict[str, Any], keys: list[int]
) -> None:
    path = parsed(
        {"to": "owner"},
        {"to": "lead", "for": {"pain": {"min": 4}}},
        {"to": "rota", "for": {"kind": ["resolve", "called"], "team": "home"}},
    )
    assert path.is_conditional
    assert [s.when.key for s in path.for_ticket(**subject).steps] == [f"path:p:{n}" for n in keys]


def test_a_path_without_conditions_is_the_same_for_all() -> None:
    path = parsed({}, {"after": "1h"})
    assert path.for_ticket(kind="resolve", team="home", pain=5) is path


@pytest.mark.parametrize(
    ("steps", "place", "words"),
    [
        ("owner", "steps", "a list"),
        (["owner"], "steps[0]", "a mapping"),
        ([{"when": "1h"}], "steps[0].when", "known are"),
        ([{}, {"after": "soon"}], "steps[1].after", "'soon'"),
        ([{"before": "-30m"}], "steps[0].before", "no sign"),
        ([{"before": "30m", "after": "1h"}], "steps[0].after", "before says when already"),
        ([{"after": "1h", "time": "lunar"}], "steps[0].time", "neither working nor calendar"),
        ([{"after": "2wd", "time": "calendar"}], "steps[0].after", "working days"),
        ([{"to": ["boss"]}], "steps[0].to", "'boss' is nobody"),
        ([{"to": ["role:"]}], "steps[0].to", "nobody"),
        ([{"to": ["role:boss"]}], "steps[0].to", "'boss' is no role"),
        ([{"to": []}], "steps[0].to", "whom?"),
        ([{"do": ["shout"]}], "steps[0].do", "'shout' is none of"),
        ([{"do": ["mail:4h"]}], "steps[0].do", "takes no time"),
        ([{"do": ["call_back:soon"]}], "steps[0].do", "'soon'"),
        ([{"do": ["call_back:0h"]}], "steps[0].do", "longer than nothing"),
        ([{"for": ["resolve"]}], "steps[0].for", "a mapping"),
        ([{"for": {"mood": 1}}], "steps[0].for.mood", "known are"),
        ([{"for": {"kind": "settle"}}], "steps[0].for.kind", "'settle'"),
        ([{"for": {"pain": {"min": 6}}}], "steps[0].for.pain", "6"),
        ([{"for": {"pain": {"min": 4, "max": 2}}}], "steps[0].for.pain", "4 is above 2"),
        ([{"for": {"pain": "high"}}], "steps[0].for.pain", "'high'"),
        ([{"answer_within": "1h"}], "steps[0].answer_within", "no step comes after"),
        ([{"answer_within": "x"}, {}], "steps[0].answer_within", "'x'"),
        ([{"answer_within": "0m"}, {}], "steps[0].answer_within", "longer than nothing"),
        ([{"letter": "Dear {name}, soon."}], "steps[0].letter", "{date}"),
        ([{"letter": "Dear {boss}, {date}"}], "steps[0].letter", "{boss} is not known"),
        ([{"letter": "Dear {name"}], "steps[0].letter", "{name}"),
        ([{"letter": 7}], "steps[0].letter", "a text"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(steps: Any, place: str, words: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        Path.parse(steps, key="p")
    assert caught.value.field == place
    assert words in caught.value.message


# -- in a plan ------------------------------------------------------------------------------------

WEEK = "mon tue wed thu fri".split()
OFFICE = Calendar.parse({"tz": "UTC", "hours": {day: [["09:00", "17:00"]] for day in WEEK}})
RESOLVE = Policy.parse({"targets": [{"kind": "resolve", "within": "4h", "path": "p"}]}).targets[0]


def at(text: str) -> dt.datetime:
    day, clock = text.split()
    return dt.datetime.fromisoformat(f"2026-01-{day}T{clock}").replace(tzinfo=dt.UTC)


def instants(*steps: Any, start: str = "12 10:00") -> dict[str, dt.datetime]:
    """When each step of a path is taken, of a clock of four hours from Monday 12 January."""
    clock = Clock(OFFICE, OpenTime(dt.timedelta(hours=4)), at(start))
    plan = make_plan(RESOLVE, parsed(*steps), clock, now=at(start))
    return {p.key[-1]: p.at for p in plan.steps if p.step is not None}


@pytest.mark.parametrize(
    ("steps", "moments"),
    [
        ([{"before": "1h"}, {"at": "due"}, {"after": "4h"}], ["12 13:00", "12 14:00", "13 10:00"]),
        ([{"after": "4h", "time": "calendar"}], ["12 18:00"]),
        ([{"before": "6h"}, {"before": "6h", "time": "calendar"}], ["09 16:00", "12 08:00"]),
        ([{"at": "50%"}, {"at": "150%"}], ["12 12:00", "12 16:00"]),
        # Not acknowledged within the time, the next step comes, even before its own time …
        ([{"answer_within": "30m"}, {"after": "4h"}], ["12 14:00", "12 14:30"]),
        # … but no later than that,
        ([{"answer_within": "4h"}, {"after": "1h"}], ["12 14:00", "12 15:00"]),
        # and so on up, in working time or not.
        (
            [{"answer_within": "2h"}, {"answer_within": "2h"}, {"to": "lead"}],
            ["12 14:00", "12 16:00", "13 10:00"],
        ),
        ([{"answer_within": "20h", "time": "calendar"}, {}], ["12 14:00", "13 10:00"]),
        # Before the deadline too.
        (
            [{"before": "1h", "answer_within": "20m"}, {"to": "lead"}, {"after": "1h"}],
            ["12 13:00", "12 13:20", "12 15:00"],
        ),
    ],
)
def test_each_step_has_its_moment(steps: list[Any], moments: list[str]) -> None:
    assert list(instants(*steps).values()) == [at(text) for text in moments]


def test_the_next_step_is_found_in_the_order_of_their_moments() -> None:
    clock = Clock(OFFICE, OpenTime(dt.timedelta(hours=4)), at("12 10:00"))
    path = parsed({"before": "1h", "answer_within": "2h"}, {"to": "lead"}, {"after": "5m"})
    plan = make_plan(RESOLVE, path, clock, now=at("12 10:00"))
    taken: list[str] = []
    while (step := plan.next(taken)) is not None:
        taken.append(step.key)
    assert taken == ["path:p:1", "breach", "path:p:3", "path:p:2"]


def test_the_example_of_the_docs_can_be_read() -> None:
    text = (ROOT / "docs" / "deadlines.md").read_text(encoding="utf-8")
    example = text.split("## Paths\n")[1].split("```yaml\n")[1].split("```")[0]
    path = Path.parse(yaml.safe_load(example), key="p")
    assert len(path.steps) == 6
    assert {deed.name for step in path.steps for deed in step.deeds} <= set(ACTIONS)
    documented = set(re.findall(r"^\| `([a-z_]+)", text, re.MULTILINE))
    assert set(ACTIONS) <= documented
