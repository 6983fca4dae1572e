"""What somebody reads who has slipped: in plain words, with the right line, all of it at once."""
# ruff: noqa: E501 - policies in one line

import pytest

from remedies.errors import PolicyInvalid
from remedies.rules import WhyNot, evaluate, load_policy
from remedies.rules.language.cases import CASE_NOW

HEAD = """policy: p
currency: EUR
facts:
  fees: {type: list, items: money}
  price: money
  due: date
  paid: date
  out: duration
  office: {type: calendar, default: {weekend: [sun]}}
"""
RULE = "rules: [{rule: A, gives: credit, amount: 5}]\n"


def problems(text: str) -> list[str]:
    """What is wrong with a policy, as it is told."""
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("late: {days_from: due, to: paid, kind: working}", "days_from in working days needs its calendar: {weekend: [sat, sun], holidays: [2026-12-25]}, or calendar: office."),
        ("late: {date_after: due, days: 2, kind: working}", "date_after in working days needs its calendar: {weekend: [sat, sun], holidays: [2026-12-25]}, or calendar: office."),
        ("late: {days_from: price, to: paid}", "This is a sum of money (price), and a date is needed."),
        ("late: {percent: 5, of: nothing_here}\n  nothing_here: 3", "No value is named nothing_here. It stands further below, in line 12; move it above this."),
        ("late: {fact: later, above: 3}\n  later: 3", "No fact or value is named later. It stands further below, in line 12; move it above this."),
        ("late: {type: money, amount: fees}", "This is a list (fees), and a sum of money is needed. Of a list, write {sum_of: fees}."),
        ("late: {greater_of: [24 h, 48]}", "These are of different kinds: duration, number. Write 48 h, or 48 min."),
        ("late: {type: {percent: 5, of: [yes]}}", "No type is called {percent: 5, of: [yes]}."),
        ("late: {type: money, percent: 5, of: '4,12'}", "4,12: this should be a sum of money. Write 4.12."),
        ("late: {fact: price, is: {minor: 5, currency: EUR}}", "A sum of a policy is written in whole EUR, without its currency: 12.50."),
        ("late: {amount: 20, currency: GBP}", "Sums of a policy are in its own currency. For another figure in each: {table: currency, rows: [{is: EUR, gives: 20}, {is: GBP, gives: 17}]}."),
    ],
)  # fmt: skip
def test_a_slip_is_answered_in_plain_words(values: str, said: str) -> None:
    assert problems(f"{HEAD}values:\n  {values}\n{RULE}") == [f"Line 11: {said}"]


def test_a_result_of_a_rule_below_is_told_with_its_line() -> None:
    rules = "rules:\n  - {rule: A, gives: credit, amount: given}\n  - {rule: B, gives: credit, amount: 5, result: given}\n"
    assert problems(HEAD + rules) == [
        "Line 11: A: No value is named given. It stands further below, in line 12; move it above this."
    ]


def test_all_mistakes_of_a_rule_are_told_at_once() -> None:
    rules = "rules:\n  - {rule: A, gives: crdit, group: g, when: {fact: price, is: 1, abov: 3, belw: 4}, amount: ff, unless: [{when: price, reason: No.}]}\n"
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(HEAD + rules)
    assert [problem.message[:40] for problem in caught.value.problems] == [
        "A rule gives one of apology, credit, ref",
        "No group is called g.",
        "This is a sum of money, and a condition ",
        "fact knows no abov. Did you mean above?",
        "fact knows no belw. Did you mean below?",
        "No value is named ff.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n  - rule: A\n   title: T\n    gives: credit\n", "Line 12: This is not YAML: this line begins 3 spaces in; the one above begins 4 in."),
        ("values:\n  five 5\n  six: 6\n", "Line 11: This is not YAML: a colon is missing: five: 5"),
        ("values:\n  five 5\nrules: []\n", "Line 10: values should be a mapping of names. Is a colon missing in “five 5”?"),
        ("facts: {x: {type: number, ask: Which?}}\n", "Line 10: This is not YAML: expected ',' or '}', but got '?'. Inside brackets, a text with a question mark, comma or bracket in it needs quotes."),
        ("about: one: two\n", "Line 10: This is not YAML: mapping values are not allowed here. A text with a colon in it needs quotes."),
    ],
)  # fmt: skip
def test_what_is_no_yaml_is_told_with_its_own_line(text: str, said: str) -> None:
    assert problems(HEAD + text) == [said]


def test_a_day_without_a_rate_is_one_without_a_row() -> None:
    text = f"{HEAD}rules: [{{rule: A, gives: credit, amount: {{interest_on: price, from: due, to: paid, rates: [{{since: 2026-01-05, percent: 36.5}}]}}}}]\n"
    facts = {"price": 100, "due": "2026-01-01", "paid": "2026-01-10"}
    refused = evaluate(load_policy(text), facts, now=CASE_NOW).why_not("A")
    assert refused is not None
    assert (refused.why, refused.reason) == (
        WhyNot.NO_ROW,
        "no rate is given for 2 January 2026",
    )


def test_one_period_is_one() -> None:
    text = f"{HEAD}rules: [{{rule: A, gives: credit, amount: {{each: 5, per: {{completed_periods: out, of: 12 h}}}}}}]\n"
    policy = load_policy(text)
    steps = [
        evaluate(policy, {"out": hours}, now=CASE_NOW).components[0].steps[0]
        for hours in ("12 h", "24 h")
    ]
    assert "1 completed period of 12 h" in steps[0]
    assert "2 completed periods of 12 h" in steps[1]
