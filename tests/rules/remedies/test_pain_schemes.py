"""An assessment as data: read with its problems, and refused where worse gives less."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedies.pain import DEFAULT, Circumstances, assess, explained
from remedies.pain_schemes import SchemeInvalid, find_disorder, read_scheme, scheme_data
from tickets.money import Money

SHIPPED = scheme_data(DEFAULT, "Shipped")


def changed(path: str, value: Any) -> dict[str, Any]:
    """The shipped data with one value set otherwise."""
    data: Any = copy.deepcopy(SHIPPED)
    *way, last = [int(p) if p.isdecimal() else p for p in path.split(".")]
    at = data
    for step in way:
        at = at[step]
    at[last] = value
    return dict(data)


def answer(factor: str, key: str) -> str:
    """The path of an answer's data."""
    place = next(i for i, f in enumerate(SHIPPED["factors"]) if f["key"] == factor)
    answers = SHIPPED["factors"][place]["answers"]
    return f"factors.{place}.answers.{next(i for i, a in enumerate(answers) if a['key'] == key)}"


def test_what_is_shipped_survives_being_written_down() -> None:
    assert read_scheme(SHIPPED) == DEFAULT
    assert find_disorder(DEFAULT) is None


@pytest.mark.parametrize(
    ("path", "value", "at"),
    [
        ("factors", [], "factors"),
        ("factors.0.key", "Time Lost", "factors.0.key"),
        ("factors.1.key", "time_lost", "factors.1.key"),
        ("factors.0.label", "", "factors.0.label"),
        ("factors.0.answers", [{"key": "a", "words": "A"}], "factors.0.answers"),
        ("factors.0.answers.1.level", 6, "factors.0.answers.1.level"),
        ("factors.0.answers.1.level", True, "factors.0.answers.1.level"),
        ("factors.0.answers.1.effect", "doubles", "factors.0.answers.1.effect"),
        ("factors.0.colour", "red", "factors.0.colour"),
        ("factors.1.least", [0, 2, 2, 32, 183], "factors.1.least"),
        ("factors.1.least", [0, 2], "factors.1.least"),
        ("counts.contacts.worse", 0, "counts.contacts.worse"),
        ("counts.sneezes", {}, "counts.sneezes"),
        ("loss.steps", [100, 1], "loss.steps"),
        ("loss.steps.0", "much", "loss.steps.0"),
        ("loss.currencies.0", "GOLD", "loss.currencies.0"),
        ("support_needs", "ignored", "support_needs"),
        ("worse_for_one", 0, "worse_for_one"),
        ("most_raises", 9, "most_raises"),
    ],
)
def test_a_problem_is_told_with_its_place(path: str, value: Any, at: str) -> None:
    with pytest.raises(SchemeInvalid) as caught:
        read_scheme(changed(path, value))
    assert [problem.path for problem in caught.value.problems] == [at]
    assert caught.value.field == at


def test_all_problems_are_told_at_once() -> None:
    data = changed("factors.0.label", "")
    data["most_raises"] = "two"
    with pytest.raises(SchemeInvalid) as caught:
        read_scheme(data)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("raw", [None, [], "x", 3, {"factors": None}, {"factors": [None]}])
def test_what_is_no_scheme_is_refused_and_breaks_nothing(raw: Any) -> None:
    with pytest.raises(SchemeInvalid):
        read_scheme(raw)


def test_a_worse_answer_that_gives_less_pain_is_refused_with_a_case() -> None:
    with pytest.raises(SchemeInvalid) as caught:
        read_scheme(changed(f"{answer('distress', 'worried')}.level", 1))
    assert caught.value.field == f"{answer('distress', 'worried')}.level"
    assert caught.value.message.endswith(
        "Distress: from “Upset or let down” to “Worried for days” is worse, and pain falls "
        "from 2 to 1."
    )


def test_what_only_shows_beside_something_else_is_found_too() -> None:
    data = changed(f"{answer('distress', 'calm')}.effect", "raises")
    data["factors"][4]["answers"][1] |= {"level": 2, "effect": ""}
    with pytest.raises(SchemeInvalid, match="beside"):
        read_scheme(data)


def test_thresholds_may_be_switched_off() -> None:
    data = changed("counts.hand_offs", {"worse": None, "raises": None})
    scheme = read_scheme(data)
    about = Circumstances(hand_offs=900)
    assert assess({}, about, scheme=scheme).reasons == ()
    assert read_scheme(scheme_data(scheme, "x")) == scheme


def test_an_answer_may_raise_or_make_worse() -> None:
    data = changed(f"{answer('depends', 'yes')}", {
        "key": "yes", "words": "Somebody depends on it", "level": 0, "effect": "raises",
    })  # fmt: skip
    pain = assess({"lasted": "week", "depends": "yes"}, scheme=read_scheme(data))
    assert pain.level == 4
    assert pain.words == "4: it lasted more than a week, somebody depends on it"


def test_pain_is_explained_in_one_line() -> None:
    about = Circumstances(contacts=3, promises_broken=1)
    pain = assess({"time_lost": "hours"}, about)
    assert pain.words == "3: some hours lost, third contact, promise broken once"
    assert explained(1, []) == "1: nothing is known that makes it worse"


LEVELS = st.lists(st.integers(0, 5), min_size=2, max_size=4)
EFFECTS = st.sampled_from(["", "worse", "raises"])


@st.composite
def schemes(draw: st.DrawFn) -> dict[str, Any]:
    """Data of any order, good or bad."""
    factors = [
        {
            "key": f"f{place}", "label": "F", "question": "F?",
            "answers": [
                {"key": f"a{n}", "words": f"A{n}", "level": level, "effect": draw(EFFECTS)}
                for n, level in enumerate(draw(LEVELS))
            ],
        }
        for place in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    step = st.none() | st.integers(1, 5)
    return {
        "factors": factors,
        "counts": {"contacts": {"worse": draw(step), "raises": draw(step)}},
        "loss": {"steps": [10, 100], "currencies": ["GBP"]},
        "worse_for_one": draw(st.integers(1, 3)),
        "most_raises": draw(st.integers(0, 3)),
    }


@given(schemes(), st.data())
def test_a_scheme_that_is_taken_never_gives_less_for_worse(
    data: dict[str, Any], more: st.DataObject
) -> None:
    try:
        scheme = read_scheme(data)
    except SchemeInvalid:
        return
    keys = {key: [a.key for a in f.anchors] for key, f in scheme.factors.items()}
    case = {key: more.draw(st.sampled_from(answers)) for key, answers in keys.items()}
    about = Circumstances(
        contacts=more.draw(st.integers(1, 6)), recurrence=more.draw(st.integers(0, 3))
    )
    loss = Money(more.draw(st.integers(0, 20_000)), "GBP")
    before = assess(case, about, loss=loss, scheme=scheme).level
    factor = more.draw(st.sampled_from(sorted(keys)))
    place = keys[factor].index(case[factor])
    worse = {**case, factor: keys[factor][min(place + 1, len(keys[factor]) - 1)]}
    assert assess(worse, about, loss=loss, scheme=scheme).level >= before
    often = Circumstances(contacts=about.contacts + 1, recurrence=about.recurrence)
    assert assess(case, often, loss=loss, scheme=scheme).level >= before
    larger = Money(loss.minor + 5000, "GBP")
    assert assess(case, about, loss=larger, scheme=scheme).level >= before
