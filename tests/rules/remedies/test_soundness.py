"""A policy that reads well and is wrong all the same: each flaw is found, with its facts."""

from pathlib import Path

import pytest

from remedies.errors import PolicyInvalid
from remedies.rules import load_policy
from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.checks.soundness import check_soundness
from remedies.rules.language.parsing import compile_policy
from remedies.rules.language.source import read_source

PACKS = sorted((Path(__file__).parents[3] / "remedies" / "packs").glob("*.yaml"))

HEAD = """
policy: tried
currency: EUR
facts:
  pain: {type: number, at_least: 1, at_most: 5, default: 1}
  days: {type: number, unit: day, default: 0, more: worse}
  notice: {type: number, unit: day, default: 0, more: better}
  price: {type: money, default: 50}
  kind: {type: choice, choices: [delay, damage], default: delay}
rules:
"""


def found(rules: str, flaw: Flaw) -> list[Finding]:
    """The findings of one kind in a policy with these rules."""
    source = read_source(HEAD + rules)
    return [f for f in check_soundness(source, compile_policy(source)) if f.flaw is flaw]


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_nothing_is_wrong_or_doubtful_in_a_shipped_policy(pack: Path) -> None:
    source = read_source(pack.read_text())
    assert check_soundness(source, compile_policy(source), budget=6_000) == []


@pytest.mark.parametrize(
    ("rule", "said", "facts"),
    [
        (
            "{rule: A, gives: credit, amount: {table: pain, rows: [{is: 2, gives: 20}], else: 15}}",
            "More pain yields less: 2 gives €20, 3 gives €15 (A).",
            (),
        ),
        (
            "{rule: A, gives: credit, when: {fact: days, at_least: 3, below: 10}, amount: 5}",
            "More days yields less: 9 days gives €5, 10 days gives €0 (A).",
            (),
        ),
        (
            "{rule: A, gives: credit, amount: {each: 1, per: notice}}",
            "Less notice yields less: 10 days gives €10, 3 days gives €3 (A).",
            (),
        ),
        (
            "{rule: A, gives: gift, when: {fact: kind, is: damage}, amount: {divide: 9, by: days}}",
            "More days yields less: 1 day gives €9, 3 days gives €3 (A).",
            (("kind", "damage"),),
        ),
    ],
)
def test_more_that_yields_less_is_shown_with_the_fewest_facts(
    rule: str, said: str, facts: tuple[tuple[str, str], ...]
) -> None:
    (finding,) = found(f"  - {rule}\n", Flaw.DISPROPORTION)
    assert (finding.message, finding.facts, finding.line) == (said, facts, 11)
    assert finding.is_wrong


def test_a_fact_of_which_more_is_neither_worse_nor_better_is_left_alone() -> None:
    rules = "  - {rule: A, gives: credit, when: {fact: pain, at_most: 2}, amount: 5}\n"
    assert found(rules, Flaw.DISPROPORTION)
    source = read_source((HEAD + rules).replace("default: 1}", "default: 1, more: neither}"))
    assert check_soundness(source, compile_policy(source), budget=2_000) == [
        f for f in check_soundness(source, compile_policy(source)) if f.flaw is Flaw.UNUSED
    ]


def test_a_rule_that_no_facts_reach_is_told() -> None:
    rules = "  - {rule: A, gives: credit, when: [{fact: pain, above: 3}, {fact: pain, below: 3}]}\n"
    (finding,) = found(rules, Flaw.UNREACHABLE)
    assert finding.rules == ("A",)
    assert not finding.is_wrong


def test_a_rule_behind_one_that_always_wins_is_reached_all_the_same() -> None:
    rules = """  - {rule: A, gives: credit, amount: 5, overrides: [B]}
  - {rule: B, gives: credit, amount: 4}
"""
    assert found(rules, Flaw.UNREACHABLE) == []


def test_a_table_without_a_row_for_what_may_come_is_a_gap() -> None:
    rules = """  - rule: A
    gives: credit
    amount: {table: days, rows: [{at_most: 5, gives: 10}, {at_least: 7, gives: 20}]}
"""
    (finding,) = found(rules, Flaw.GAP)
    assert finding.facts == (("days", "6 days"),)


def test_two_rules_about_the_same_that_both_pay_overlap() -> None:
    rules = """  - {rule: A, gives: credit, when: {fact: days, at_most: 5}, amount: 10}
  - {rule: B, gives: credit, when: {fact: days, at_least: 5}, amount: 20}
"""
    (finding,) = found(rules, Flaw.OVERLAP)
    assert finding.rules == ("A", "B")
    assert finding.facts == (("days", "5 days"),)
    grouped = rules.replace("gives: credit", "gives: credit, group: one")
    source = read_source(HEAD.replace("rules:\n", "groups: {one: first}\nrules:\n") + grouped)
    flaws = check_soundness(source, compile_policy(source), budget=2_000)
    assert Flaw.OVERLAP not in {flaw.flaw for flaw in flaws}


def test_a_cap_below_a_floor_and_a_range_upside_down_are_mistakes() -> None:
    floor = "  - {rule: A, gives: gift, amount: {each: 3, per: days, at_least: 30, at_most: 20}}\n"
    (finding,) = found(floor, Flaw.CAP_BELOW_FLOOR)
    assert "the lowest sum, 30, is above the highest, 20" in finding.message
    spread = "  - {rule: A, gives: credit, range: {from: {percent: 150, of: price}, to: 60}}\n"
    (finding,) = found(spread, Flaw.UPSIDE_DOWN)
    assert finding.is_wrong


def test_a_common_cap_below_the_lowest_sum_of_a_rule_is_a_mistake() -> None:
    rules = """  - {rule: A, gives: credit, amount: {each: 3, per: days, at_least: 30}}
caps:
  - {cap: C, at_most: 10, covers: [A]}
"""
    (finding,) = found(rules, Flaw.CAP_BELOW_FLOOR)
    assert "C cuts A to 10" in finding.message


def test_the_same_policy_is_found_the_same_each_time() -> None:
    rules = "  - {rule: A, gives: credit, amount: {percent: days, of: price}}\n"
    source = read_source(HEAD + rules)
    policy = compile_policy(source)
    assert check_soundness(source, policy) == check_soundness(source, policy)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("{type: number, more: wrose}", "more says worse, better or neither. Did you mean worse?"),
        ("{type: date, more: worse}", "There is no more or less of a date."),
    ],
)
def test_more_is_said_in_words_that_are_known(fact: str, said: str) -> None:
    with pytest.raises(PolicyInvalid, match=said.split(".", maxsplit=1)[0]):
        load_policy(
            f"policy: p\ncurrency: EUR\nfacts: {{f: {fact}}}\nrules: [{{rule: A, gives: gift}}]"
        )


def check_in(policy: str) -> list[Finding]:
    """The findings of a whole policy."""
    source = read_source(policy)
    return check_soundness(source, compile_policy(source))


def all_found(policy: str) -> list[tuple[Flaw, str]]:
    """What is found in a whole policy, and in which words."""
    return [(one.flaw, one.message) for one in check_in(policy)]


def test_each_fact_of_a_matrix_that_falls_is_told_by_itself() -> None:
    told = all_found("""
policy: p
currency: EUR
facts: {pain: number, delay: {type: duration, more: worse}}
rules:
  - rule: M
    gives: compensation
    amount:
      matrix: [pain, delay]
      columns: [{at_most: 1 h}, {at_most: 3 h}, {above: 3 h}]
      rows:
        - {at_most: 1, gives: [0, 5, 10]}
        - {is: 2, gives: [10, 20, 15]}
        - {is: 3, gives: [10, 18, 30]}
        - {at_least: 4, gives: [30, 40, 50]}
""")
    assert told == [
        (Flaw.DISPROPORTION, "More pain yields less: 2 gives €20, 3 gives €18 (M)."),
        (Flaw.DISPROPORTION, "More delay yields less: 3 h gives €20, 3 h 1 min gives €15 (M)."),
    ]


def test_two_rules_that_both_pay_beyond_their_bounds_overlap() -> None:
    told = all_found("""
policy: p
currency: EUR
facts: {days: number}
rules:
  - {rule: A, gives: refund, when: {fact: days, at_least: 3}, amount: 10}
  - {rule: B, gives: refund, when: {fact: days, at_least: 5}, amount: 20}
""")
    assert told == [(Flaw.OVERLAP, "A and B read the same facts, and both pay.")]


def test_every_currency_of_a_policy_is_tried() -> None:
    (one,) = check_in("""
policy: p
currencies: [EUR, GBP]
facts: {pain: number}
values: {fixed: {type: money, table: currency, rows: [{is: EUR, gives: 10}]}}
rules: [{rule: A, gives: credit, when: {fact: pain, at_least: 3}, amount: fixed}]
""")
    assert (one.flaw, one.message) == (Flaw.GAP, "A: no row of the table fits: GBP.")
    assert one.facts == (("currency", "GBP"), ("pain", "3"))


@pytest.mark.parametrize(
    ("fact", "wrong"),
    [
        ("delay_min: number", True),
        ("hours_late: number", True),
        ("delay_min: {type: number, more: neither}", False),
        ("late_payment: number", False),
        ("notice_hours: number", False),
    ],
)
def test_a_longer_delay_is_worse_without_saying_so(fact: str, wrong: bool) -> None:
    name = fact.partition(":")[0]
    rows = "[{below: 60, gives: 0}, {below: 120, gives: 30}]"
    told = all_found(f"""
policy: p
currency: EUR
facts: {{{fact}}}
rules: [{{rule: A, gives: credit, amount: {{table: {name}, rows: {rows}, else: 20}}}}]
""")
    assert bool(told) is wrong
    if wrong:
        assert told[0][1].endswith(f"(A). Where that is meant, say more: neither of {name}.")


def test_pain_is_tried_as_far_as_there_is_pain() -> None:
    rows = ", ".join(f"{{is: {pain}, gives: {pain}}}" for pain in range(1, 6))
    assert not all_found(f"""
policy: p
currency: EUR
facts: {{pain: number}}
rules: [{{rule: A, gives: credit, amount: {{table: pain, rows: [{rows}]}}}}]
""")
