"""What somebody writes who has read the page once: each slip is answered with how it is written."""
# ruff: noqa: E501 - a table

import pytest

from remedies.errors import PolicyInvalid
from remedies.rules import load_policy

HEAD = """policy: p
currency: EUR
facts:
  days: {type: number, unit: day}
  price: money
  late: yes_no
  kind: {type: choice, choices: [bus, ship]}
  due: date
  at: moment
  long: duration
values:
  share: {percent: 20, of: days}
rules:
  - """


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("when: days >= 3, amount: 5", "A condition is written {fact: days, at_least: 3}"),
        (
            "when: {days: {at_least: 3}}, amount: 5",
            "A test of days is written {fact: days, at_least: 3}.",
        ),
        ("when: {fact: days, '>=': 3}, amount: 5", "Did you mean at_least?"),
        ("when: {fact: days, more_than: 3}, amount: 5", "Did you mean above?"),
        ("when: {fact: days, between: [3, 5]}, amount: 5", "Did you mean at_least?"),
        ("when: {fact: due, before: 2025-01-01}, amount: 5", "Did you mean below?"),
        ("when: {fact: kind, in: [bus]}, amount: 5", "Did you mean one_of?"),
        ("when: {fact: kind, is: [bus, ship]}, amount: 5", "for one of several, write one_of"),
        (
            "when: {fact: kind, is: train}, amount: 5",
            "kind is never train. It is one of bus, ship.",
        ),
        (
            "when: {or: [late]}, amount: 5",
            "Did you mean any? Known are all, any, fact, not, rule, value.",
        ),
        ("when: not late, amount: 5", "{not: late}"),
        ("when: kind, amount: 5", "This is a choice, and a condition is needed"),
        ("when: {fact: long, at_least: 180}, amount: 5", "a duration with its unit"),
        ("when: {fact: at, above: 2025-01-01}, amount: 5", "{moment_of: 2026-04-01"),
        ("amount: €5", "Write the number alone: 5."),
        ("amount: '1,500'", "Write the number alone: 1500."),
        ("amount: {percent: 50%, of: price}", "Write the number alone: 50."),
        ("amount: {percent: 50}", "percent needs of beside it."),
        ("amount: 50% of price", "Sums are written {percent: 20, of: price}"),
        ("amount: {each: 5}", "each needs per beside it."),
        ("amount: {max: [5, price]}", "Did you mean greater_of?"),
        ("amount: {fixed: 5}", "Did you mean amount?"),
        ("amount: {if: late, then: 5, else: 3}", "Did you mean choose?"),
        (
            "amount: {table: days, rows: [{at_least: 3, amount: 5}]}",
            "A row knows no amount. Did you mean gives?",
        ),
        ("amount: {table: days, rows: [{from: 3, to: 5, gives: 5}]}", "Did you mean at_least?"),
        (
            "amount: {table: days, rows: [{at_least: 3, gives: 5}], default: 3}",
            "Did you mean else?",
        ),
        (
            "amount: {matrix: [days, kind], columns: [bus, ship], rows: [{at_least: 3, gives: [5]}]}",
            "This row needs 2 values",
        ),
        (
            "amount: 5, at_most: 600",
            "at_most belongs to a sum. Write it inside: amount: {at_most: …}.",
        ),
        ("amount: {percent: 10, of: price, cap: 600}", "Did you mean at_most?"),
        ("amount: {percent: 10, of: price, round: 0.05}", "Did you mean round_to?"),
        ("amount: days", "Multiply it by a sum, {each: 5, per: days}."),
        ("amount: share", "or write type: money where share is worked out."),
        ("amount: {times: [days, days]}", "One of them has to be a sum"),
        ("amount: [5, 6]", "One value is needed, not a list."),
        ("amount: {interest_on: price, rate: 8, days: days}", "Did you mean percent_a_year?"),
        ("amount: {interest_on: price, percent_a_year: 8}", "interest_on needs days"),
        ("amount: {each: 5, per: {days_between: [due, today]}}", "Did you mean days_from?"),
        ("amount: {each: 5, per: {completed_periods: long, of: 12}}", "a duration with its unit"),
        ("amount: 5, unless: [{when: late}]", "reason is needed here."),
        ("amount: 5, since: 01/01/2025, dated_by: due", "a date such as 2026-04-01"),
        ("range: {from: 5}", "A range needs from and to"),
    ],
)
def test_a_slip_is_answered_with_how_it_is_written(rule: str, said: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(f"{HEAD}{{rule: A, gives: compensation, {rule}}}\n")
    (problem,) = caught.value.problems
    assert said in problem.message
    assert (problem.line, problem.rule) == (14, "A")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{rule: A, amount: 5}", "A rule needs gives: one of apology"),
        ("{rule: A, gives: meals}", "Did you mean expedite? Its own name goes into title or code."),
        ("{name: A, gives: gift}", "A rule begins with rule: and its name."),
    ],
)
def test_a_rule_without_its_own_words_is_told_what_they_are(rule: str, said: str) -> None:
    with pytest.raises(PolicyInvalid, match="Line 14") as caught:
        load_policy(f"{HEAD}{rule}\n")
    assert said in caught.value.problems[0].message


def test_what_hangs_on_a_broken_part_is_not_told_again() -> None:
    text = f"{HEAD}{{rule: A, gives: credit, amount: odd, result: given}}\n"
    text += "  - {rule: B, gives: credit, stack_on: A, amount: given}\n"
    text += "  - {rule: C, gives: credit, overrides: [D], amount: 5}\n"
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(text.replace("  share:", "  odd: {percent: days, of: nothing_known}\n  share:"))
    assert [problem.message for problem in caught.value.problems] == [
        "No value is named nothing_known."
    ]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("{rule: A, gives: gift}\n  - {rule: B, gives: gift, overrides: [A]}", "and A comes first"),
        ("{rule: A, gives: gift, overrides: [C]}", "overrides: no rule is called C."),
        (
            "{rule: A, gives: gift}\n  - {rule: B, gives: gift, priority: 2, stack_on: A}",
            "Give A a priority of 2 or more.",
        ),
        (
            "{rule: A, gives: gift}\n  - {rule: B, gives: gift, priority: 2, when: {rule: A}}",
            "It hangs on A",
        ),
    ],
)
def test_what_hangs_on_another_rule_comes_after_it(rules: str, said: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(f"{HEAD}{rules}\n")
    assert said in str(caught.value)
