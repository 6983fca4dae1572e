"""What was paid elsewhere comes off several rules: in their order, in words, never below 0."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.errors import PolicyInvalid
from remedies.rules import OfferDraft, evaluate, load_policy
from remedies.rules.language.cases import check_cases

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
TEXT = """policy: p
currency: EUR
facts: {one: money, two: money, three: money, paid: money, limit: {type: money, default: 1000000}}
rules:
  - {rule: A, gives: compensation, amount: one, says: "We pay {amount}."}
  - {rule: B, gives: credit, amount: two}
  - {rule: C, gives: compensation, amount: {amount: three, nothing_below: 5}}
caps: [{cap: K, covers: [compensation], at_most: limit}]
set_offs: [{set_off: S, title: Set off, paid: paid, covers: [compensation]}]
"""
POLICY = load_policy(TEXT)


def with_facts(**facts: Any) -> OfferDraft:
    draft = evaluate(POLICY, facts, now=NOW)
    bare = evaluate(POLICY, facts, now=NOW, explained=False)
    assert (draft.total, draft.missing) == (bare.total, bare.missing)
    assert [part.amount for part in draft.components] == [part.amount for part in bare.components]
    return draft


def test_it_comes_off_the_first_and_the_rest_off_the_next() -> None:
    draft = with_facts(one=20, two=7, three=30, paid=25)
    assert [(part.rule, part.amount) for part in draft.components] == [("B", 700), ("C", 2500)]
    assert draft.components[1].steps[-1] == (
        "Set off: €25 was paid already, of which €5 comes off here, which leaves €25"
    )
    assert draft.not_applied[0].reason == (
        "Set off: €25 was paid already, of which €20 comes off here"
    )


def test_the_customer_reads_what_is_left() -> None:
    draft = with_facts(one=20, two=7, three=30, paid=2.5)
    assert draft.components[0].says == "We pay €17.50."
    assert draft.components[0].steps[-1] == "Set off: €2.50 was paid already, which leaves €17.50"


def test_what_is_left_over_is_said_with_the_last_of_them() -> None:
    draft = with_facts(one=20, two=7, three=30, paid=60)
    assert [part.rule for part in draft.components] == ["B"]
    assert [one.reason for one in draft.not_applied] == [
        "Set off: €60 was paid already, of which €20 comes off here",
        "Set off: €60 was paid already, of which €30 comes off here and €10 is left over",
    ]


def test_what_is_too_little_after_it_is_not_given() -> None:
    draft = with_facts(one=20, two=7, three=30, paid=46)
    assert [part.rule for part in draft.components] == ["B"]
    assert "below €5, under which nothing is paid" in draft.not_applied[1].reason


def test_while_it_is_unknown_nothing_that_it_covers_is_given() -> None:
    draft = with_facts(one=20, two=7, three=30)
    assert [part.rule for part in draft.components] == ["B"]
    assert [one.name for one in draft.missing] == ["paid"]


SUMS = st.decimals(0, 10_000, places=2)


@settings(max_examples=150, deadline=None)
@given(SUMS, SUMS, st.decimals(5, 10_000, places=2), SUMS, SUMS)
def test_together_it_is_what_the_cap_leaves_less_what_was_paid(
    one: Decimal, two: Decimal, three: Decimal, paid: Decimal, limit: Decimal
) -> None:
    draft = with_facts(one=one, two=two, three=three, paid=paid, limit=limit)
    given_ = sum(part.amount or 0 for part in draft.components if part.rule != "B")
    due = max(min(one + three, limit) - paid, Decimal(0)) * 100
    assert due - 500 < given_ <= due  # less than five of the last rule is not paid
    assert sum(part.amount or 0 for part in draft.components if part.rule == "B") == two * 100


def test_a_range_moves_down_with_its_ends() -> None:
    policy = load_policy(
        """policy: p
currency: EUR
facts: {paid: money}
rules:
  - {rule: A, gives: compensation, range: {from: 60, to: 100}}
set_offs: [{set_off: S, paid: paid, covers: [A]}]
cases:
  - {case: a part, facts: {paid: 25}, expect: {amount: 35, range: {min: 35, max: 75}}}
  - {case: all, facts: {paid: 60}, expect: {eligible: no}}
"""
    )
    assert check_cases(policy) == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{set_off: S, paid: paid, covers: [refund]}", "No rule, group or kind here is refund."),
        ("{set_off: S, payd: paid, covers: [A]}", "A set-off knows no payd. Did you mean paid?"),
        ("{set_off: S, covers: [A]}", "A value is needed here."),
        ("{paid: paid, covers: [A]}", "set_off is needed here."),
    ],
)
def test_a_slip_is_told(wrong: str, said: str) -> None:
    with pytest.raises(PolicyInvalid) as error:
        load_policy(TEXT.rsplit("set_offs:", 1)[0] + f"set_offs: [{wrong}]\n")
    assert said in str(error.value)
