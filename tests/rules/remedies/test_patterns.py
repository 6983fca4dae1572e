"""When exceptions are the rule: how sure, what would change, and the text that says so."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedies.rules import load_policy
from remedies.rules.editing.rewriting import newly_failing, rewritten
from remedies.rules.language.evaluation import evaluate
from remedies.rules.patterns import (
    Decision,
    Direction,
    How,
    Key,
    Pattern,
    amendment_for,
    has_grown,
    patterns,
    wilson_low,
)

T = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
GENERAL = (Path(__file__).parents[3] / "remedies" / "packs" / "general.yaml").read_text()


def pattern(
    *pairs: tuple[int, int], rule: str = "M-6", direction: Direction = Direction.MORE, no: int = 0
) -> Pattern:
    """Approved exceptions as (base, given), and some that were declined."""
    key = Key("general", rule, rule, "outage", direction, "GBP")
    rows = [
        Decision(at, key, "Time lost", base, given, given, True, T + dt.timedelta(at))
        for at, (base, given) in enumerate(pairs)
    ]
    rows += [Decision(100 + n, key, "Time lost", 1, 2, 1, False, T) for n in range(no)]
    return patterns(rows)[0]


@pytest.mark.parametrize(
    ("good", "count", "expected"),
    [(0, 0, 0.0), (0, 10, 0.0), (5, 5, 0.649), (7, 9, 0.504), (9, 10, 0.652), (90, 100, 0.840)],
)
def test_the_lower_bound_is_wilsons(good: int, count: int, expected: float) -> None:
    assert wilson_low(good, count) == pytest.approx(expected, abs=0.001)


@given(st.integers(0, 200), st.integers(0, 200))
def test_more_approvals_make_it_surer_and_declines_less(good: int, bad: int) -> None:
    sure = wilson_low(good, good + bad)
    assert 0 <= sure <= 1
    assert wilson_low(good + 1, good + bad + 1) >= sure
    assert wilson_low(good, good + bad + 1) <= sure + 1e-12


@pytest.mark.parametrize(
    ("yes", "no", "holds"), [(4, 0, False), (5, 0, True), (7, 2, True), (6, 3, False)]
)
def test_few_or_doubtful_ones_are_no_pattern(yes: int, no: int, holds: bool) -> None:
    assert pattern(*[(1000, 1500)] * yes, no=no).holds is holds


def test_decisions_are_grouped_by_rule_clause_category_and_direction() -> None:
    one = pattern((1000, 1500)).decisions[0]
    others = [
        Decision(50 + n, Key(**{**one.key._asdict(), **change}), "x", 0, 1, 1, True, T)
        for n, change in enumerate[dict[str, Any]](
            [{"rule": "L-1"}, {"clause": "x"}, {"category": "flights"},
             {"direction": Direction.NEW}, {"currency": "EUR"}]
        )
    ]  # fmt: skip
    assert len(patterns([one, *others])) == 6


@pytest.mark.parametrize(
    ("then", "now", "again"), [(5, 7, False), (5, 8, True), (20, 29, False), (20, 30, True)]
)
def test_what_was_dismissed_comes_back_when_it_grew(then: int, now: int, again: bool) -> None:
    assert has_grown(now, then) is again


@pytest.mark.parametrize(
    ("pairs", "ranged", "how", "value", "exact"),
    [
        ([(2000, 3000), (4000, 6000), (1000, 1500)], False, How.SHARE, "150", 3),
        ([(2000, 3000), (4000, 5000), (1000, 2000)], False, How.SUM, "1000", 3),
        ([(2000, 6000), (4000, 6000), (1000, 6000)], False, How.AMOUNT, "6000", 3),
        ([(2000, 3000)] * 5, False, How.AMOUNT, "3000", 5),
        ([(0, 8900)] * 5, False, How.AMOUNT, "8900", 5),
        ([(10_000, 12_500), (20_000, 24_500)], True, How.SHARE, "125", 1),
    ],
)
def test_the_change_that_fits_the_approved_sums_best(
    pairs: list[tuple[int, int]], ranged: bool, how: How, value: str, exact: int
) -> None:
    found = amendment_for(pattern(*pairs), unit=100, ranged=ranged)
    assert (found.how, found.value, found.exact) == (how, Decimal(value), exact)


@given(
    st.lists(st.tuples(st.integers(1, 50_000), st.integers(1, 50_000)), min_size=1, max_size=9),
)
def test_the_end_of_a_range_takes_in_every_approved_sum(pairs: list[tuple[int, int]]) -> None:
    approved = [(base, base + more) for base, more in pairs]
    found = amendment_for(pattern(*approved), unit=100, ranged=True)
    assert all(found.applied(base) >= given for base, given in approved)


def given_by(source: str, rule: str, **facts: object) -> object:
    """What a rule gives in pounds, None for nothing."""
    values = {"pain": Decimal(3), "outcome": "upheld", **facts}
    part = evaluate(load_policy(source), values, now=T, currency="GBP").component(rule)
    return None if part is None else (part.amount, part.range_max)


def test_a_fixed_sum_is_raised_for_the_category_and_for_no_other() -> None:
    found = pattern((2000, 3000), (4000, 6000), (1000, 1500))
    change = amendment_for(found, unit=100)
    text = rewritten(GENERAL, found, change, why=["Drafted because of these."])
    assert given_by(text, "M-6", hours_lost=Decimal(4), category="outage") == (6000, None)
    assert given_by(text, "M-6", hours_lost=Decimal(4), category="flights") == (4000, None)
    assert "  # Drafted because of these.\n  - rule: M-6\n" in text
    assert newly_failing(GENERAL, text) == []
    changed = [line for line in text.splitlines() if line not in GENERAL.splitlines()]
    assert len(changed) == 3, "the comment, the fact, the sum: the rest of the text stays"


def test_a_policy_of_that_category_alone_is_changed_without_a_condition() -> None:
    only = GENERAL.replace("currencies:", "categories: [outage]\ncurrencies:", 1)
    found = pattern((2000, 3000), (4000, 6000), (1000, 1500))
    text = rewritten(only, found, amendment_for(found, unit=100))
    assert given_by(text, "M-6", hours_lost=Decimal(4)) == (6000, None)
    assert "choose" not in text


def test_the_end_of_a_range_is_raised() -> None:
    found = pattern((8300, 10_375), (9000, 11_250), rule="M-4")
    text = rewritten(GENERAL, found, amendment_for(found, unit=100, ranged=True))
    before = given_by(GENERAL, "M-4", loss=Decimal(50))
    after = given_by(text, "M-4", loss=Decimal(50), category="outage")
    assert before == (5500, 8500)
    assert after == (5500, 10_625)


def test_an_exclusion_no_longer_stops_the_category() -> None:
    found = pattern((0, 3000), rule="L-1", direction=Direction.EXCLUDED)
    text = rewritten(GENERAL, found, amendment_for(found, unit=100), exclusion="X-2")
    facts = {"loss": Decimal(30), "already_made_good": True}
    assert given_by(GENERAL, "L-1", **facts) is None
    assert given_by(text, "L-1", **facts, category="outage") == (3000, None)
    assert given_by(text, "L-1", **facts, category="flights") is None


def test_something_new_becomes_a_rule() -> None:
    found = pattern(*[(0, 8900)] * 5, rule="+refund", direction=Direction.NEW)
    text = rewritten(GENERAL, found, amendment_for(found, unit=100), why=["New."])
    assert given_by(text, "N-1", category="outage") == (8900, None)
    assert given_by(text, "N-1", category="flights") is None
