"""What a policy gives, why, and why not more."""
# ruff: noqa: E501 - policies in one line

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from remedies.errors import FactWrong
from remedies.rules import OfferDraft, WhyNot, evaluate, load_policy
from tickets.money import Money

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)


def work(text: str, currency: str | None = None, **facts: Any) -> OfferDraft:
    """The draft that a policy in euros gives."""
    head = "" if "currenc" in text else "currency: EUR\n"
    return evaluate(load_policy(f"policy: p\n{head}{text}"), facts, now=NOW, currency=currency)


GREATER = """
facts:
  days: {type: number, unit: day}
  price: {type: money, title: price}
rules:
  - rule: D
    title: Delay
    clause: Art. 4
    gives: compensation
    when: {fact: days, at_least: 5}
    amount: {greater_of: [{each: 10, per: days}, {percent: 20, of: price}]}
    says: "{days} late: {amount}."
"""


def test_each_step_of_the_arithmetic_is_told() -> None:
    part = work(GREATER, days=5, price="149.97").components[0]
    assert part.amount == 5000
    assert part.steps == ("€10 × 5 days = €50; 20 % of €149.97 = €29.9940…; the greater: €50",)
    assert part.clause == "Art. 4"
    assert part.facts == (("days", "days", "5 days"), ("price", "price", "€149.97"))
    assert part.says == "5 days late: €50."


def test_rounding_is_a_step_of_its_own() -> None:
    part = work(GREATER, days=5, price="999.99").components[0]
    assert part.steps[-1] == "rounded half up to €200"
    assert part.amount == 20_000


def test_a_rule_that_does_not_apply_says_why_with_the_facts() -> None:
    draft = work(GREATER, days=4, price=10)
    assert not draft.eligible
    no = draft.why_not("D")
    assert no is not None
    assert (no.why, no.reason) == (WhyNot.CONDITION, "days is 4 days, and this needs at least 5")


def test_a_missing_fact_is_named_with_the_rules_that_wait_for_it() -> None:
    draft = work(GREATER, days=5)
    assert [(m.name, m.rules) for m in draft.missing] == [("price", ("D",))]
    no = draft.why_not("D")
    assert no is not None
    assert no.reason == "we don't know yet: price"


def test_a_missing_fact_that_does_not_matter_is_not_asked_for() -> None:
    assert work(GREATER, days=4).missing == ()


@pytest.mark.parametrize(
    ("price", "message"),
    [
        ("a lot", "price: should be a sum of money (used by D)"),
        (True, "price: should be a sum of money (used by D)"),
        ("NaN", "price: should be a sum of money (used by D)"),
        ("1e99", "price: is too large or has too many decimals (used by D)"),
        (Money(100, "GBP"), "price: is in GBP, and the policy is worked out in EUR (used by D)"),
    ],
)
def test_a_wrong_fact_is_an_error_that_names_fact_and_rule(price: Any, message: str) -> None:
    with pytest.raises(FactWrong) as caught:
        work(GREATER, currency="EUR", days=5, price=price)
    assert caught.value.message == message
    assert caught.value.field == "facts.price"


def test_an_unknown_fact_is_left_aside_or_refused_when_strict() -> None:
    policy = load_policy(f"policy: p\ncurrency: EUR\n{GREATER}")
    assert evaluate(policy, {"day": 5}, now=NOW).missing
    with pytest.raises(FactWrong, match="Did you mean days"):
        evaluate(policy, {"day": 5}, now=NOW, strict=True)


@pytest.mark.parametrize("currency", ["GBP", "EUR"])
def test_a_policy_in_several_currencies_pays_in_that_of_the_facts(currency: str) -> None:
    text = """
currencies: [GBP, EUR]
facts: {loss: money}
rules: [{rule: L, gives: refund, amount: {sum: [loss, 5]}}]
"""
    draft = work(text, loss={"minor": 1250, "currency": currency})
    assert (draft.total, draft.currency) == (1750, currency)


def test_the_yen_has_no_decimals() -> None:
    text = "currency: JPY\nfacts: {p: money}\nrules: [{rule: R, gives: refund, amount: {percent: 33, of: p}}]"
    assert work(text, p=100).total == 33
    assert work(text, p={"minor": 50, "currency": "JPY"}).total == 17


def test_money_is_exact() -> None:
    text = "facts: {n: number}\nrules: [{rule: R, gives: refund, amount: {each: 0.1, per: n}}]"
    assert work(text, n=3).total == 30
    assert work(text, n="0.3").components[0].steps == ("€0.10 × 0.3 = €0.03",)
    assert work(text, n="0.33").components[0].steps[-1] == "rounded half up to €0.03"


def test_dividing_by_nothing_gives_nothing_and_says_so() -> None:
    text = "facts: {p: money, n: number}\nrules: [{rule: R, gives: refund, amount: {divide: p, by: n}}]"
    draft = work(text, p=10, n=0)
    assert not draft.eligible
    assert draft.not_applied[0].reason == "€10 can't be divided by nothing"


def test_a_negative_sum_is_nothing() -> None:
    text = "facts: {p: money}\nrules: [{rule: R, gives: refund, amount: {subtract: p, from: 5}}]"
    assert work(text, p=9).total == 0
    assert not work(text, p=9).eligible


def test_an_excluded_rule_tells_the_reason() -> None:
    text = """
facts: {storm: yes_no}
exclusions: [{exclusion: X-1, when: storm, reason: A storm., covers: [compensation]}]
rules: [{rule: R, gives: compensation, amount: 5}, {rule: G, gives: apology}]
"""
    draft = work(text, storm=True)
    assert [part.rule for part in draft.components] == ["G"]
    assert draft.not_applied[0].reason == "X-1: A storm."
    assert work(text).missing[0].name == "storm"


def test_the_first_of_a_group_waits_for_its_facts() -> None:
    text = """
facts: {vip: yes_no}
groups: {g: first}
rules:
  - {rule: A, gives: credit, group: g, when: vip, amount: 20}
  - {rule: B, gives: credit, group: g, amount: 5}
"""
    assert [part.rule for part in work(text, vip=True).components] == ["A"]
    assert [part.rule for part in work(text, vip=False).components] == ["B"]
    unknown = work(text)
    assert unknown.components == ()
    assert unknown.why_not("B").reason == "A comes first, and is not known yet"  # type: ignore[union-attr]


def test_the_better_of_a_group_wins_whatever_the_order() -> None:
    text = """
facts: {a: number, b: number}
groups: {g: best}
rules:
  - {rule: A, gives: credit, group: g, amount: {each: 1, per: a}, result: given}
  - {rule: B, gives: credit, group: g, amount: {each: 1, per: b}, result: given}
  - {rule: C, gives: credit, amount: {percent: 10, of: given}}
"""
    for a, b, winner in ((10, 20, "B"), (20, 10, "A"), (10, 10, "A")):
        draft = work(text, a=a, b=b)
        assert [part.rule for part in draft.components] == [winner, "C"]
        assert draft.components[1].amount == max(a, b) * 10


def test_priority_goes_before_the_order_on_the_page_and_the_offer_keeps_that() -> None:
    text = """
rules:
  - {rule: A, gives: apology}
  - {rule: B, gives: callback, priority: 5, overrides: [A]}
  - {rule: C, gives: expedite}
"""
    draft = work(text)
    assert [part.rule for part in draft.components] == ["B", "C"]
    assert draft.not_applied[0].reason == "B applies in its place"


def test_a_cap_cuts_the_last_first() -> None:
    text = """
rules:
  - {rule: A, gives: credit, amount: 30}
  - {rule: B, gives: credit, amount: 30}
  - {rule: C, gives: credit, amount: 30}
caps: [{cap: K, title: Goodwill, covers: [credit], at_most: 45}]
"""
    draft = work(text)
    assert [(part.rule, part.amount) for part in draft.components] == [("A", 3000), ("B", 1500)]
    assert draft.components[1].steps[-1] == "Goodwill: at most €45 together, which leaves €15"
    assert draft.total == 4500
    assert draft.why_not("C") is not None


@pytest.mark.parametrize(
    ("worse", "better", "amount"),
    [(0, 0, 5000), (1, 0, 7500), (2, 0, 10_000), (0, 1, 0), (1, 1, 2500), (2, 1, 5000)],
)
def test_facts_place_the_suggestion_inside_the_range(worse: int, better: int, amount: int) -> None:
    text = """
facts: {worse: number, better: number}
rules:
  - rule: M
    gives: credit
    range:
      from: 0
      to: 100
      start: 50
      worse:
        - {when: {fact: worse, at_least: 1}, says: a}
        - {when: {fact: worse, at_least: 2}, says: b}
      better: [{when: {fact: better, at_least: 1}, says: c}]
"""
    part = work(text, worse=worse, better=better).components[0]
    assert (part.amount, part.range_min, part.range_max) == (amount, 0, 10_000)


def test_the_place_in_the_range_is_told_in_words() -> None:
    text = """
facts: {a: yes_no, b: yes_no}
rules:
  - rule: M-4
    gives: credit
    range:
      from: 60
      to: 100
      worse: [{when: a, says: third contact}, {when: b, says: promise broken}]
"""
    part = work(text, a=True, b=False).components[0]
    assert part.steps == (
        "£60 to £100; 1 of 2 facts makes it worse: third contact".replace("£", "€"),
        "€60 + 50 % of €40 = €80",
    )


def test_dates_decide_which_rule_is_in_force() -> None:
    text = """
facts: {day: date}
dated_by: day
rules: [{rule: A, gives: credit, since: 2026-01-01, until: 2026-12-31, amount: 5}]
"""
    assert work(text, day="2026-12-31").total == 500
    late = work(text, day="2027-01-01").why_not("A")
    assert late is not None
    assert late.reason == "in force until 31 December 2026; the date is 1 January 2027"


def test_today_is_the_policys_own_day() -> None:
    text = """
time_zone: Asia/Tokyo
facts: {day: date}
rules: [{rule: A, gives: credit, when: {fact: day, is: today}, amount: 5}]
"""
    policy = load_policy(f"policy: p\ncurrency: EUR\n{text}")
    evening = dt.datetime(2026, 3, 31, 15, 30, tzinfo=dt.UTC)
    assert evaluate(policy, {"day": "2026-04-01"}, now=evening).total == 500


def test_options_let_the_customer_choose() -> None:
    text = "rules: [{rule: A, gives: compensation, amount: 100, form: cash, options: [{form: voucher, amount: {percent: 150, of: 100}}]}]"
    part = work(text).components[0]
    assert [(option.form, option.amount) for option in part.options] == [("voucher", 15_000)]


def test_the_same_facts_give_the_same_draft() -> None:
    policy = load_policy(f"policy: p\ncurrency: EUR\n{GREATER}")
    first = evaluate(policy, {"days": 7, "price": "12.34"}, now=NOW)
    assert first == evaluate(policy, {"price": Decimal("12.34"), "days": 7.0}, now=NOW)
    assert first.as_json() == evaluate(policy, {"days": 7, "price": "12.34"}, now=NOW).as_json()


def test_sums_beyond_reason_give_nothing_and_say_so() -> None:
    text = (
        "facts: {n: number}\nrules: [{rule: R, gives: refund, amount: {times: [7, n, n, n, 0.1]}}]"
    )
    draft = work(text, n=10**15)
    assert not draft.eligible
    assert "too large" in draft.not_applied[0].reason
    assert "too large" in work(text, n=10**6).not_applied[0].reason


def test_a_strange_currency_names_the_fact_and_the_rule() -> None:
    with pytest.raises(FactWrong) as told:
        work(GREATER, days=7, price={"minor": 500, "currency": "SEK"})
    assert (told.value.fact, told.value.rules) == ("price", ("D",))
    assert told.value.message.startswith("price: SEK is not one that this policy pays in (EUR)")
