"""Two rules for the same facts, or none for some: found with the fewest facts, and no noise."""
# ruff: noqa: E501 - policies in few lines

import time

import pytest

from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.checks.soundness import check_soundness
from remedies.rules.language.parsing import compile_policy
from remedies.rules.language.source import read_source

HEAD = """policy: tried
currency: EUR
time_zone: Europe/Paris
dated_by: happened
facts:
  happened: {type: date, default: 2026-01-15}
  kind: {type: choice, choices: [delay, damage, loss], default: delay}
  days: {type: number, unit: day, default: 0, at_least: 0, more: neither}
  share: {type: number, unit: "%", at_least: 0, at_most: 100, default: 0, more: neither}
  price: {type: money, default: 50, at_least: 0}
  weight: {type: number, unit: kg, default: 0, at_least: 0}
  late: {type: yes_no, default: no}
  member: {type: yes_no, default: no}
  insured: {type: yes_no, default: no}
  due: {type: moment, default: 2026-01-15T12:00:00Z}
  came: {type: moment, default: 2026-01-15T12:00:00Z}
"""


def found(rules: str, *flaws: Flaw) -> list[Finding]:
    """The findings of these kinds in a policy with these rules, by a quarter of the search."""
    source = read_source(HEAD + rules)
    told = check_soundness(source, compile_policy(source), budget=3_000)
    return [one for one in told if one.flaw in flaws]


OVERLAPS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    "disjoint facts": (
        """rules:
  - {rule: A, gives: credit, when: late, amount: 5}
  - {rule: B, gives: credit, when: {fact: weight, above: 30}, amount: 8}
""",
        ("A", "B"),
        {"late": "yes", "weight": "31 kg"},
    ),
    "facts that merely intersect": (
        """rules:
  - {rule: A, gives: refund, when: [late, {fact: days, at_least: 3, below: 10}], amount: {percent: 10, of: price}}
  - {rule: B, gives: refund, when: [insured, {fact: days, at_least: 7, at_most: 20}, {fact: kind, is: damage}], amount: price}
""",
        ("A", "B"),
        {"late": "yes", "insured": "yes", "kind": "damage", "days": "7 days"},
    ),
    "one with a fact more": (
        """rules:
  - {rule: A, gives: credit, when: {fact: days, at_least: 3}, amount: 10}
  - {rule: B, gives: credit, when: [{fact: days, at_least: 3}, member], amount: 20}
""",
        ("A", "B"),
        {"days": "3 days", "member": "yes"},
    ),
    "through values, far from every case": (
        """values:
  heavy: {value: {times: [weight, days]}, above: 100}
  due_in: {unit: day, choose: [{when: {fact: kind, is: loss}, gives: 12}], else: 40}
rules:
  - {rule: A, gives: gift, when: [heavy, {fact: price, above: 300}, {fact: kind, is_not: delay}], amount: 10}
  - {rule: B, gives: gift, when: [{fact: days, above: due_in}, {fact: days, below: 14}], amount: 20}
""",
        ("A", "B"),
        {"kind": "loss", "days": "13 days"},
    ),
    "two apologies": (
        """rules:
  - {rule: A, gives: apology, when: late}
  - {rule: B, gives: apology, when: {not: member}}
""",
        ("A", "B"),
        {"late": "yes"},
    ),
    "three at once are told once": (
        """rules:
  - {rule: A, gives: credit, when: late, amount: 5}
  - {rule: B, gives: credit, when: insured, amount: 8}
  - {rule: C, gives: credit, when: member, amount: 9}
""",
        ("A", "B", "C"),
        {"late": "yes", "insured": "yes", "member": "yes"},
    ),
    "a range and a sum": (
        """rules:
  - {rule: A, gives: credit, when: late, range: {from: 10, to: 40}}
  - {rule: B, gives: credit, when: {fact: days, at_least: 2}, amount: 8}
""",
        ("A", "B"),
        {"late": "yes", "days": "2 days"},
    ),
    "versions by two dates": (
        """rules:
  - {rule: A, gives: credit, until: 2026-03-31, when: late, amount: 5}
  - {rule: B, gives: credit, since: 2026-03-01, when: {not: member}, amount: 8}
""",
        ("A", "B"),
        {"late": "yes", "happened": "1 March 2026"},
    ),
    "hours between two moments": (
        """values:
  wait: {time_from: due, to: came}
rules:
  - {rule: A, gives: credit, when: {fact: wait, at_least: 3 h, at_most: 5 h}, amount: 5}
  - {rule: B, gives: credit, when: [{fact: wait, at_least: 5 h}, {not: member}], amount: 8}
""",
        ("A", "B"),
        {"came": "15 January 2026, 17:00 UTC"},
    ),
}


@pytest.mark.parametrize("what", OVERLAPS)
def test_rules_that_can_apply_at_once_are_told_with_the_fewest_facts(what: str) -> None:
    rules, names, facts = OVERLAPS[what]
    (finding,) = found(rules, Flaw.OVERLAP)
    assert finding.rules == names
    assert facts.items() <= dict(finding.facts).items()
    assert len(finding.facts) <= len(facts) + 2
    assert not finding.is_wrong


MEANT = {
    "a group of all": "groups: {g: all}\nrules:\n  - {rule: A, gives: credit, group: g, when: late, amount: 5}\n  - {rule: B, gives: credit, group: g, when: insured, amount: 8}\n",
    "the first": "groups: {g: first}\nrules:\n  - {rule: A, gives: credit, group: g, when: late, amount: 5}\n  - {rule: B, gives: credit, group: g, when: insured, amount: 8}\n",
    "the best": "groups: {g: best}\nrules:\n  - {rule: A, gives: credit, group: g, when: late, amount: 5}\n  - {rule: B, gives: credit, group: g, when: insured, amount: 8}\n",
    "stacked": "rules:\n  - {rule: A, gives: credit, when: late, amount: 5}\n  - {rule: B, gives: credit, stack_on: A, when: insured, amount: 8}\n",
    "overridden": "rules:\n  - {rule: A, gives: credit, when: late, amount: 5, overrides: [B]}\n  - {rule: B, gives: credit, when: insured, amount: 8}\n",
    "overridden by priority": "rules:\n  - {rule: B, gives: credit, when: insured, amount: 8}\n  - {rule: A, gives: credit, when: late, amount: 5, priority: 5, overrides: [B]}\n",
    "set against": "rules:\n  - {rule: A, gives: credit, when: late, amount: 5, result: paid}\n  - {rule: B, gives: credit, when: insured, amount: {amount: 8, minus: paid}}\n",
    "where the other applied": "rules:\n  - {rule: A, gives: credit, when: late, amount: 5}\n  - {rule: B, gives: credit, when: [{rule: A}, insured], amount: 8}\n",
    "a common cap": "rules:\n  - {rule: A, gives: credit, when: late, amount: 5}\n  - {rule: B, gives: credit, when: insured, amount: 8}\ncaps: [{cap: C, covers: [A, B], at_most: 10}]\n",
    "other kinds": "rules:\n  - {rule: A, gives: credit, when: late, amount: 5}\n  - {rule: B, gives: refund, when: insured, amount: 8}\n",
    "a loss made good": "rules:\n  - {rule: A, gives: refund, when: late, amount: 5}\n  - {rule: B, gives: refund, when: insured, amount: 8, makes_good_loss: yes}\n",
    "other things without a sum": "rules:\n  - {rule: A, gives: upgrade, code: cabin, when: late}\n  - {rule: B, gives: upgrade, code: lounge, when: insured}\n",
    "never at once": "rules:\n  - {rule: A, gives: credit, when: [{fact: kind, is: delay}, late], amount: 5}\n  - {rule: B, gives: credit, when: [{fact: kind, one_of: [damage, loss]}, insured], amount: 8}\n",
    "never at once through an exclusion": "exclusions: [{exclusion: X, when: [late, insured], reason: No., covers: [B]}]\nrules:\n  - {rule: A, gives: credit, when: late, amount: 5}\n  - {rule: B, gives: credit, when: insured, amount: 8}\n",
}


@pytest.mark.parametrize("what", MEANT)
def test_what_the_policy_says_is_meant_is_no_overlap(what: str) -> None:
    assert found(MEANT[what], Flaw.OVERLAP) == []


GAPS: dict[str, tuple[str, str, dict[str, str]]] = {
    "a hole finer than one": (
        "rules:\n  - {rule: A, gives: credit, amount: {percent: {table: share, rows: [{at_least: 99.95, gives: 1}, {below: 99.9, gives: 2}, {above: 99.91, gives: 3}]}, of: price}}\n",
        "A: no row of the table fits",
        {"share": "99.9 %"},
    ),
    "a hole halfway": (
        "rules:\n  - {rule: A, gives: credit, amount: {percent: {table: share, rows: [{at_most: 20, gives: 1}, {above: 30, gives: 2}]}, of: price}}\n",
        "A: no row of the table fits",
        {},
    ),
    "a hole where few facts lead": (
        "rules:\n  - {rule: A, gives: credit, when: [{fact: kind, is: loss}, {fact: price, above: 300}, member, insured, late], amount: {percent: {table: days, rows: [{at_most: 30, gives: 1}, {above: 31, gives: 2}]}, of: price}}\n",
        "A: no row of the table fits: days is 31 days",
        {"kind": "loss", "days": "31 days", "member": "yes"},
    ),
    "a rate that is worked out": (
        "values:\n  rate: {table: {times: [days, weight]}, rows: [{at_most: 10, gives: 5}, {at_least: 20, gives: 9}]}\nrules:\n  - {rule: A, gives: credit, when: {fact: days, above: 0}, amount: {percent: rate, of: price}}\n",
        "A: no row of the table fits",
        {},
    ),
    "between two rules, beside one that always applies": (
        "rules:\n  - {rule: S, gives: apology}\n  - {rule: A, gives: credit, when: {fact: days, at_least: 1, at_most: 5}, amount: 5}\n  - {rule: B, gives: credit, when: {fact: days, at_least: 9}, amount: 8}\n",
        "No credit is given where days is 6 days, though there is below and above (A, B).",
        {},
    ),
    "between two versions": (
        "rules:\n  - {rule: A, gives: credit, until: 2026-03-31, amount: 5}\n  - {rule: B, gives: credit, since: 2026-04-02, amount: 8}\n",
        "Nothing is given where happened is 1 April 2026, though there is below and above (A, B).",
        {},
    ),
    "a choice that no rule names": (
        "rules:\n  - {rule: A, gives: credit, when: {fact: kind, is: delay}, amount: 5}\n  - {rule: B, gives: credit, when: {fact: kind, is: damage}, amount: 8}\n",
        "Nothing is given where kind is loss, and nothing in the policy names it",
        {"kind": "loss"},
    ),
}


@pytest.mark.parametrize("what", GAPS)
def test_facts_for_which_nothing_applies_are_told(what: str) -> None:
    rules, said, facts = GAPS[what]
    (finding,) = found(rules, Flaw.GAP)
    assert finding.message.startswith(said)
    assert facts.items() <= dict(finding.facts).items()


NO_GAPS = {
    "an exclusion names it": "exclusions: [{exclusion: X, when: {fact: kind, is: loss}, reason: Lost is lost.}]\nrules:\n  - {rule: A, gives: credit, when: {fact: kind, is: delay}, amount: 5}\n  - {rule: B, gives: credit, when: {fact: kind, is: damage}, amount: 8}\n",
    "one rule for some choices": "rules:\n  - {rule: A, gives: credit, when: {fact: kind, one_of: [delay, damage]}, amount: 5}\n",
    "weekdays and the first of a month": "rules:\n  - {rule: A, gives: credit, when: {value: {weekday_of: happened}, is: mon}, amount: 5}\n  - {rule: B, gives: credit, when: {value: {weekday_of: happened}, is: fri}, amount: 5}\n",
    "what lies below the threshold": "rules:\n  - {rule: A, gives: credit, when: {fact: days, at_least: 3}, amount: {table: days, rows: [{below: 5, gives: 5}, {at_least: 5, gives: 9}]}}\n",
}


@pytest.mark.parametrize("what", NO_GAPS)
def test_what_is_meant_to_give_nothing_is_no_gap(what: str) -> None:
    assert found(NO_GAPS[what], Flaw.GAP) == []


def test_many_rules_about_the_same_are_searched_within_bounds() -> None:
    kinds = ", ".join(f"k{n}" for n in range(60))
    rules = "".join(
        f"  - {{rule: R{n}, gives: credit, when: [{{fact: kind, is: k{n}}}, {{fact: days, at_least: {n}}}], amount: {n + 1}}}\n"
        for n in range(60)
    )
    text = f"policy: p\ncurrency: EUR\nfacts:\n  kind: {{type: choice, choices: [{kinds}]}}\n  days: number\nrules:\n{rules}  - {{rule: X, gives: credit, when: {{fact: days, is: 59}}, amount: 5}}\n"
    source = read_source(text)
    begun = time.process_time()
    overlaps = [
        f for f in check_soundness(source, compile_policy(source)) if f.flaw is Flaw.OVERLAP
    ]
    assert time.process_time() - begun < 60  # by far: without a bound it took many minutes
    assert [one.rules[-1] for one in overlaps] == ["X"] * len(overlaps)
    assert len(overlaps) == 10
