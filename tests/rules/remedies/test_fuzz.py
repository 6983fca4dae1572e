"""Bad policies and bad facts: an error with its place, or a draft that adds up; never a crash."""

import datetime as dt
import json
import random
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.errors import FactWrong, PolicyInvalid, Problem
from remedies.rules import Policy, evaluate, load_policy
from remedies.rules.language.cases import check_cases
from remedies.rules.language.schema import check_schema
from remedies.rules.language.source import MOST_CHARACTERS, read_source
from tests.rules.remedies.mutating import SOURCES, any_facts, mutated

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
HEAD = "policy: p\ncurrency: EUR\n"


def loaded(text: str) -> Policy | tuple[Problem, ...]:
    """The policy, or everything that is wrong with it."""
    try:
        return load_policy(text)
    except PolicyInvalid as error:
        return error.problems


compiled = cache(load_policy)


def problems(text: str) -> str:
    """What is said about a text that is no policy."""
    found = loaded(text)
    assert isinstance(found, tuple)
    return " ".join(map(str, found))


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 10**9))
def test_a_policy_with_something_wrong_is_told_with_its_place_or_works(seed: int) -> None:
    chance = random.Random(seed)
    text = mutated(chance)
    found = loaded(text)
    if isinstance(found, tuple):
        assert found
        assert all(problem.message and problem.line for problem in found)
        return
    check_schema(text)
    check_cases(found)
    facts = any_facts(chance, list(found.facts))
    told = {*found.facts, "currency"}
    try:
        draft = evaluate(found, facts, now=NOW)
    except FactWrong as error:
        told.remove(error.fact)  # an error that names a fact of the policy
        return
    assert draft == evaluate(found, facts, now=NOW)
    assert draft.total == sum(part.amount or 0 for part in draft.components) >= 0
    assert json.loads(json.dumps(draft.as_json()))["total"] == draft.total


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_a_right_policy_with_any_facts_adds_up_or_names_the_fact(seed: int) -> None:
    chance = random.Random(seed)
    policy = compiled(chance.choice(SOURCES))
    facts = any_facts(chance, list(policy.facts))
    wrong, message = "currency", ""
    try:
        draft = evaluate(policy, facts, now=NOW)
    except FactWrong as error:
        wrong, message = error.fact, error.message
        assert message.startswith(wrong)
    else:
        assert draft.total == sum(part.amount or 0 for part in draft.components) >= 0
        assert draft.total == evaluate(policy, facts, now=NOW, explained=False).total
    assert wrong in {*policy.facts, "currency"}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SOURCES), st.integers(0, 10**6), st.text(min_size=1, max_size=4))
def test_a_text_with_anything_put_in_is_an_error_or_a_policy(
    text: str, place: int, put: str
) -> None:
    at = place % len(text)
    found = loaded(text[:at] + put + text[at + place % 3 :])
    assert isinstance(found, Policy) or all(problem.message for problem in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "A policy should be a mapping"),
        ("\ufeff", "A policy should be a mapping"),
        ("- a\n- b\n", "Line 1: A policy should be a mapping"),
        ("policy: a\x00b\n", "Line 1: This is not YAML: a character that can't be printed"),
        ("policy: a\n\tcurrency: EUR\n", "Line 2: This is not YAML"),
        ("policy: a\n\tcurrency: EUR\n", "Indent with spaces, not with tabs."),
        ("policy: a\ntitle: one: two: three\n", "A text with a colon in it needs quotes."),
        ("policy: a\n---\npolicy: b\n", "Line 2: This is not YAML"),
        ("policy: a\npolicy: b\n", "Line 2: policy is given twice."),
        ("a: &x {b: 1}\nc: {<<: *x}\n", "Line 2: << is not used here"),
        ("policy: !!python/object:os.system x\n", "The tag !!python/object:os.system is not used"),
        ("policy: !!binary aGVsbG8=\n", "The tag !!binary is not used"),
        ("policy: *nothing\n", "Line 1: This is not YAML"),
        ('policy: "\\ud800"\n', "Line 1: There is a character in it that can't be printed."),
        ("a: &a [*a]\n", "nested too deeply"),
        ("[" * 5_000, "nested too deeply"),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, "nested too deeply"),
        ("x" * (MOST_CHARACTERS + 1), "The policy is too large: 500,001 characters of at most"),
        ("x" * 10_000_000, "The policy is too large"),
        ("a: [" + "x, " * 60_000 + "]", "The policy is too large."),
        ("policy: p\nrules: " + "[" * 400_000, "Line 2: This is nested too deeply."),
        (
            "policy: p\ncurrency: EUR\nrules: [{rule: A, gives: gift, amount: 1e999999999}]\n",
            "Line 3: A: 1e999999999: this is too large or has too many decimals.",
        ),
    ],
    ids=range(22),
)
def test_a_text_that_is_no_policy_is_refused_quickly(text: str, said: str) -> None:
    start = time.process_time()
    assert said in problems(text)
    assert time.process_time() - start < 10


def test_numbers_that_are_none_are_never_counted_with() -> None:
    for odd in (".nan", ".inf", "1e999", "NaN", "0x1F", "1_000", "١"):
        rules = f"rules: [{{rule: A, gives: credit, amount: {odd}}}]"
        assert "Line 3" in problems(f"{HEAD}{rules}\n")


def test_json_is_read_as_yaml_is_with_tabs_exponents_and_halves_of_characters() -> None:
    text = '{\n\t"policy": "p",\n\t"currency": "EUR",\n\t"title": "\\ud83d\\ude00",\n\t"rules": '
    text += '[{"rule": "A", "gives": "credit", "amount": 1.5e2}]}'
    policy = loaded(text)
    assert isinstance(policy, Policy)
    assert policy.title == "\N{GRINNING FACE}"
    assert evaluate(policy, {}, now=NOW).total == 15_000
    wrong = text.replace('"credit"', '"credti"')
    assert "Line 5: A: A rule gives one of" in problems(wrong)


def test_a_tag_can_say_that_a_number_is_a_text() -> None:
    assert read_source("a: !!str 5\nb: !!str no\nc: no\n").data == {"a": "5", "b": "no", "c": False}


def chain(first: str, form: str, depth: int) -> str:
    """Values each of which is built of the one above it, twice."""
    values = [f"  v0: {first}"]
    values += [f"  v{n}: {form.format(below=f'v{n - 1}')}" for n in range(1, depth)]
    return "\n".join(["values:", *values, ""])


@pytest.mark.parametrize(
    ("facts", "first", "form", "amount"),
    [
        ("n: number", "{sum: [n, n]}", "{{sum: [{below}, {below}]}}", "{each: 1, per: v59}"),
        ("n: number", "{times: [n, n]}", "{{times: [{below}, {below}]}}", "{each: 1, per: v59}"),
        ("n: yes_no", "{any: [n, {not: n}]}", "{{any: [{below}, {{all: [{below}, n]}}]}}",
         "{choose: [{when: v59, gives: 5}]}"),
        ("n: yes_no", "[n, {not: n}]", "{{any: [{below}, {{not: {{not: {below}}}}}]}}",
         "{choose: [{when: v59, gives: 5}]}"),
        ("n: number", "n", "{{first_known: [{below}, {below}]}}", "{each: 1, per: v59}"),
        ("n: number", "n", "{{percent: 50, of: {below}, at_most: {below}}}", "{each: 1, per: v9}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("told", [{}, {"n": True}, {"n": 7}])
def test_values_built_of_values_take_no_time_and_no_room(
    facts: str, first: str, form: str, amount: str, told: dict[str, object]
) -> None:
    text = f"{HEAD}facts: {{{facts}}}\n{chain(first, form, 60)}"
    policy = load_policy(f"{text}rules: [{{rule: A, gives: credit, amount: {amount}}}]\n")
    start = time.process_time()
    said = ""
    try:
        said = json.dumps(evaluate(policy, told, now=NOW).as_json())
    except FactWrong as error:
        said = error.message
    assert len(said) < 50_000
    assert time.process_time() - start < 2


def test_sums_nested_as_deeply_as_they_may_be_take_no_time() -> None:
    amount = "price"
    for _ in range(17):
        amount = f"{{percent: 100, of: {amount}, at_most: 100, add: {{percent: 1}}}}"
    text = f"{HEAD}facts: {{price: money}}\nrules: [{{rule: A, gives: credit, amount: {amount}}}]\n"
    policy = load_policy(text)
    start = time.process_time()
    part = evaluate(policy, {"price": 50}, now=NOW).components[0]
    assert part.amount == 5922  # 50 × 1.01 ^ 17 = 59.2152…
    assert time.process_time() - start < 2
