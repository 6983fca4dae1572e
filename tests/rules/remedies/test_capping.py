"""What a cap leaves: options, ranges, the best of a group, and what is too little to be paid."""
# ruff: noqa: E501 - policies in one line

import datetime as dt
from typing import Any

import pytest

from remedies.errors import PolicyInvalid
from remedies.rules import Component, OfferDraft, evaluate, load_policy
from remedies.rules.checks.soundness import check_soundness
from remedies.rules.language.schema import check_schema
from remedies.rules.language.source import read_source

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
CAP = "caps: [{cap: C, title: Limit, covers: [gift], at_most: 40}]\n"


def work(text: str, *, explained: bool = True, **facts: Any) -> OfferDraft:
    """The draft that a policy in pounds gives."""
    policy = load_policy(f"policy: p\ncurrency: GBP\n{text}")
    return evaluate(policy, facts, now=NOW, explained=explained)


def part(draft: OfferDraft, rule: str) -> Component:
    """What the rule gave."""
    found = draft.component(rule)
    assert found is not None
    return found


def test_a_cap_cuts_the_other_forms_in_proportion() -> None:
    text = f"rules: [{{rule: A, gives: gift, amount: 50, options: [{{form: voucher, amount: 55}}]}}]\n{CAP}"
    cut = part(work(text), "A")
    assert (cut.amount, cut.options[0].amount) == (4000, 4400)
    assert work(text, explained=False).components[0].options == cut.options


def test_a_form_may_be_a_percentage_of_the_sum_worked_after_caps() -> None:
    text = "facts: {price: money, more: {type: number, default: 110}}\nrules: [{rule: A, gives: gift, amount: price, options: [{form: voucher, percent_of_sum: more}]}]\n"
    assert part(work(text, price=10), "A").options[0].amount == 1100
    assert part(work(text + CAP, price="50.55"), "A").options[0].amount == 4400
    assert part(work(text + CAP, price="9.99"), "A").options[0].amount == 1099
    assert check_schema(f"policy: p\ncurrency: GBP\n{text}") == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("amount: 5, options: [{form: v}]", "either amount, or percent_of_sum: 110"),
        ("amount: 5, options: [{form: v, amount: 6, percent_of_sum: 9}]", "either amount, or"),
        ("options: [{form: v, percent_of_sum: 110}]", "The rule has no sum"),
    ],
)
def test_a_form_has_one_sum(rule: str, said: str) -> None:
    with pytest.raises(PolicyInvalid, match=said):
        work(f"rules: [{{rule: A, gives: gift, {rule}}}]")


def test_what_the_customer_reads_has_the_sum_that_is_left() -> None:
    text = f'rules: [{{rule: A, gives: gift, amount: 50, says: "You get {{amount}}."}}]\n{CAP}'
    assert part(work(text), "A").says == "You get £40."


def test_a_range_ends_at_the_cap() -> None:
    text = f"rules: [{{rule: A, gives: gift, range: {{from: 20, to: 60}}}}]\n{CAP}"
    cut = part(work(text), "A")
    assert (cut.amount, cut.range_min, cut.range_max) == (2000, 2000, 4000)
    assert cut.steps[-1] == "Limit: at most £40 together: £40 here at most"


def test_an_open_range_ends_at_the_cap_too() -> None:
    text = f"rules: [{{rule: A, gives: gift, range: {{from: 50, to: open}}}}]\n{CAP}"
    cut = part(work(text), "A")
    assert (cut.amount, cut.range_min, cut.range_max) == (4000, 4000, 4000)


def test_ranges_under_one_cap_are_no_more_than_it_at_their_highest() -> None:
    text = (
        "rules: [{rule: A, gives: gift, range: {from: 5, to: 20}}, {rule: B, gives: gift, amount: 10},"
        f" {{rule: D, gives: gift, range: {{from: 5, to: open}}}}]\n{CAP}"
    )
    draft = work(text)
    assert (part(draft, "A").range_max, part(draft, "D").range_max) == (2000, 1000)


def test_a_range_that_begins_at_nothing_has_its_cap() -> None:
    text = "facts: {paid: money}\nrules: [{rule: A, gives: gift, range: {from: 0, to: 60}}]\ncaps: [{cap: C, covers: [A], at_most: {subtract: paid, from: 40, at_least: 0}}]\n"
    assert part(work(text, paid=10), "A").range_max == 3000
    assert work(text, paid=50).components == ()


def test_a_group_chooses_by_what_the_caps_leave() -> None:
    text = (
        "facts: {first: {type: money, default: 45}}\ngroups: {g: best}\n"
        "rules: [{rule: A, gives: gift, group: g, amount: first, result: a}, {rule: B, gives: credit, group: g, amount: 42}]\n"
    )
    assert [one.rule for one in work(text).components] == ["A"]
    assert [one.rule for one in work(text + CAP).components] == ["B"]
    assert [one.rule for one in work(text.replace("42", "40") + CAP).components] == ["A"]
    late = CAP.replace("at_most: 40", "at_most: {sum: [a, 0]}")
    assert [one.rule for one in work(text + late).components] == ["A"]


def test_a_group_whose_choice_hangs_on_others_under_the_cap_is_a_doubt() -> None:
    text = (
        "policy: p\ncurrency: GBP\ngroups: {g: best}\n"
        "rules: [{rule: A, gives: gift, group: g, amount: 35}, {rule: B, gives: credit, group: g, amount: 32}, {rule: Z, gives: gift, amount: 4}]\n"
        f"{CAP}"
    )
    found = [one.message for one in check_soundness(read_source(text), load_policy(text))]
    (said,) = [said for said in found if "group g" in said]
    assert said == (
        "The group g chooses its best before it is known what C leaves: the cap covers A beside Z, "
        "and not all of the group."
    )
    alone = text.replace(", {rule: Z, gives: gift, amount: 4}", "")
    found = [one.message for one in check_soundness(read_source(alone), load_policy(alone))]
    assert not [said for said in found if "group g" in said]


@pytest.mark.parametrize("amount", ["{amount: 30, nothing_below: 1}", "base"])
def test_what_a_cap_leaves_is_nothing_below_the_least(amount: str) -> None:
    text = (
        "values: {base: {type: money, amount: 30, nothing_below: 1}}\n"
        f"rules: [{{rule: A, gives: gift, amount: 39.50}}, {{rule: B, gives: gift, amount: {amount}}}]\n{CAP}"
    )
    draft = work(text)
    assert draft.total == 3950
    refused = draft.why_not("B")
    assert refused is not None
    assert refused.reason == (
        "Limit: at most £40 together, which leaves £0.50; that is below £1, under which nothing is paid"
    )
