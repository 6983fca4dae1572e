"""Everything wrong with a policy is told, with its line, its rule and the nearest right word."""
# ruff: noqa: E501 - a table

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.errors import PolicyInvalid
from remedies.rules import load_policy
from remedies.rules.language.schema import check_schema

PACKS = sorted((Path(__file__).parents[3] / "remedies" / "packs").glob("*.yaml"))
HEAD = "policy: p\ncurrency: EUR\n"


def problem(text: str, head: str = HEAD) -> str:
    """What is said about a policy that can't be read."""
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(head + text)
    return str(caught.value.problems[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [{rule: M-5, gives: credit, amount: distres_credit}]\nfacts: {distress_credit: money}",
         "Line 3: M-5: No value is named distres_credit. Did you mean distress_credit?"),
        ("rules:\n  - rule: A\n    gives: credits", "Line 5: A: A rule gives one of apology"),
        ("rules:\n  - rule: A\n    gives: credit\n    amont: 5", "Line 6: A: A rule knows no amont. Did you mean amount?"),
        ("rules: [{rule: A, gives: credit, when: {fact: x, is: 1}}]", "No fact or value is named x."),
        ("facts: {n: number}\nrules: [{rule: A, gives: credit, amount: n}]",
         "This is a number, and a sum of money is needed. Multiply it by a sum, {each: 5, per: n}."),
        ("facts: {d: date}\nrules: [{rule: A, gives: credit, when: {fact: d, above: 5}}]", "should be a date"),
        ("facts: {c: {type: choice, choices: [delay]}}\nrules: [{rule: A, gives: credit, when: {fact: c, is: dely}}]",
         "c is never dely. Did you mean delay?"),
        ("facts: {c: yes_no}\nrules: [{rule: A, gives: credit, when: {fact: c, above: yes}}]", "it has no order, so no above"),
        ("facts: {n: nmber}\nrules: [{rule: A, gives: apology}]", "Line 3: No type is called nmber. Did you mean number?"),
        ("rules: [{rule: A, gives: apology}, {rule: A, gives: apology}]", "Another rule above is called A."),
        ("rules: [{rule: A, gives: apology, stack_on: B}]", "No rule above is called B."),
        ("rules: [{rule: A, gives: credit, amount: 5, range: {from: 1, to: 2}}]", "either an amount or a range"),
        ("rules: [{rule: A, gives: credit, amount: {percent: 5}}]", "percent needs of beside it."),
        ("rules: [{rule: A, gives: credit, amount: {percent: 5, of: 10, off: 3}}]", "percent knows no off. Did you mean of?"),
        ("rules: [{rule: A, gives: credit, amount: {percent: 5, each: 3}}]", "can't stand side by side"),
        ("rules: [{rule: A, gives: credit, amount: GBP 10}]", "GBP 10 is not in the policy's currency, EUR."),
        ("rules: [{rule: A, gives: credit, amount: 5, rounding: half}]", "rounding belongs to a sum."),
        ("rules: [{rule: A, gives: credit, amount: {amount: 5, round_to: 5, rounding: half}}]", "No rounding is called half"),
        ("rules: [{rule: A, gives: credit, since: 2026-01-01, amount: 5}]", "since and until need dated_by"),
        ("rules: [{rule: A, gives: apology, says: 'Hello {nam}'}]\nfacts: {name: text}", "says speaks of nam"),
        ("rules: [{rule: A, gives: apology}]\nexclusions: [{exclusion: X, when: yes, reason: r, covers: [B]}]", "X: No rule, group or kind here is B."),
        ("rules: [{rule: A, gives: apology}]\ncaps: [{cap: C, covers: [credit], at_most: 5}]", "No rule, group or kind here is credit."),
        ("values: {v: {sum: [1, w]}}\nrules: [{rule: A, gives: apology}]", "No value is named w."),
        ("rules: []", "A policy needs a rule."),
        ("rules: [{rule: A, gives: apology}]\nrules: []", "rules is given twice."),
        ("rules: [{rule: A, gives: apology}", "This is not YAML"),
        ("rules: &a [*a]", "nested too deeply"),
        ("time_zone: Mars\nrules: [{rule: A, gives: apology}]", "No time zone is called Mars."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, said: str) -> None:
    assert said in problem(text)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(
            HEAD
            + "rules:\n  - {rule: A, gives: x}\n  - {rule: B, gives: y}\n  - {rule: C, gives: gift}"
        )
    assert [(p.rule, p.line) for p in caught.value.problems] == [("A", 4), ("B", 5)]


@pytest.mark.parametrize("currency", ["XXX1", "Euro", "", "eur"])
def test_a_currency_that_does_not_exist_is_refused(currency: str) -> None:
    rules = "rules: [{rule: A, gives: apology}]"
    with pytest.raises(PolicyInvalid):
        load_policy(f"policy: p\ncurrency: '{currency}'\n{rules}")


def test_a_bomb_of_aliases_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(PolicyInvalid, match="too large"):
        load_policy("\n".join(lines))


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_a_shipped_policy_fits_the_published_schema(pack: Path) -> None:
    assert check_schema(pack.read_text()) == []


def test_the_schema_points_at_the_line() -> None:
    text = HEAD + "rules:\n  - rule: A\n    gives: apology\n    colour: red\n"
    found = check_schema(text)
    assert found
    assert found[0].line == 4


GENERAL = next(path for path in PACKS if path.stem == "general").read_text()
LINES = GENERAL.splitlines()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_policy_is_an_error_with_a_place_or_a_policy_and_never_a_crash(
    data: st.DataObject,
) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        n = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["drop", "double", "cut", "word", "swap"]))
        if how == "drop":
            del lines[n]
        elif how == "double":
            lines.insert(n, lines[n])
        elif how == "cut":
            lines[n] = lines[n][: data.draw(st.integers(0, len(lines[n])))]
        elif how == "word":
            junk = st.sampled_from(["-1", "[]", "{}", "~", "yes", "now", "'", ":", "1e9", "pain"])
            lines[n] = lines[n].replace(" pain", " " + data.draw(junk)) + data.draw(junk)
        else:
            m = data.draw(st.integers(0, len(lines) - 1))
            lines[n], lines[m] = lines[m], lines[n]
    messages = ["none"]
    try:
        load_policy("\n".join(lines))
    except PolicyInvalid as error:
        messages = [found.message for found in error.problems]
    assert messages
    assert all(messages)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_an_error_or_a_policy(text: str) -> None:
    with pytest.raises(PolicyInvalid):
        load_policy(text)


def test_every_mistake_of_a_condition_and_of_a_list_is_told_with_its_line() -> None:
    text = """policy: p
currency: EUR
facts:
  days: number
  kind: {type: choice, choices: [a, b]}
rules:
  - rule: A
    gives: credit
    when:
      - {fact: dais, at_least: 3}
      - any: [{fact: kind, is: c}, {fact: kind, one_of: [a, q]}]
      - {fact: days, at_leest: 3, belo: 4}
    amount: {each: 5, per: [dayz, kinds]}
"""
    with pytest.raises(PolicyInvalid) as told:
        load_policy(text)
    assert [(one.line, one.message.partition(".")[0]) for one in told.value.problems] == [
        (10, "No fact or value is named dais"),
        (11, "kind is never c"),
        (11, "kind is never q"),
        (12, "fact knows no at_leest"),
        (12, "fact knows no belo"),
        (13, "No value is named dayz"),
        (13, "No value is named kinds"),
    ]
