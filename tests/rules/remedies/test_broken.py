"""Policies that are broken on purpose, each in its own way: the search finds every one."""
# ruff: noqa: E501 - policies in few lines

import time

import pytest

from remedies.rules.checks.findings import Flaw
from remedies.rules.checks.soundness import check_soundness
from remedies.rules.language.parsing import compile_policy
from remedies.rules.language.source import read_source

HEAD = """policy: broken
currency: EUR
facts:
  pain: {type: number, at_least: 1, at_most: 5, default: 1}
  loss: {type: money, default: 0, at_least: 0}
  same_cause_before: {type: number, default: 0, at_least: 0}
  contacts: {type: number, default: 1, at_least: 0}
  deadlines_missed: {type: number, default: 0, at_least: 0}
  promises_broken: {type: number, default: 0, at_least: 0}
  days: {type: number, unit: day, default: 0, at_least: 0, more: worse}
  delay: {type: duration, default: 0 min, more: worse}
  notice: {type: number, unit: day, default: 0, at_least: 0, more: better}
  price: {type: money, default: 50, at_least: 0}
  kind: {type: choice, choices: [delay, damage, loss, other], default: delay}
  region: {type: choice, choices: [north, south, east, west], default: north}
  vip: {type: yes_no, default: no}
  member: {type: yes_no, default: no}
  somebody_depends: {type: yes_no, default: no}
  event: {type: date, default: 2026-01-15}
"""
BROKEN: dict[str, tuple[Flaw, str]] = {
    "pain 4 pays less at one loss band": (
        Flaw.DISPROPORTION,
        """rules:
  - rule: A
    gives: credit
    amount:
      matrix: [pain, loss]
      columns: [{at_most: 0}, {at_most: 20}, {at_most: 100}, {at_most: 500}, {above: 500}]
      rows:
        - {is: 1, gives: [0, 5, 5, 10, 10]}
        - {is: 2, gives: [10, 15, 20, 25, 30]}
        - {is: 3, gives: [30, 40, 55, 75, 85]}
        - {is: 4, gives: [60, 80, 90, 74, 120]}
        - {is: 5, gives: [150, 180, 220, 260, 320]}
""",
    ),
    "recurrence lowers by a reduce": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: credit, amount: {table: pain, rows: [{at_most: 2, gives: 10}], else: 40, reduce: {percent: 25, when: {fact: same_cause_before, at_least: 3}}}}
""",
    ),
    "delay lowers by a cap that switches": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: compensation, amount: {each: 10, per: days, at_most: {choose: [{when: {fact: days, above: 30}, gives: 200}], else: 300}}}
""",
    ),
    "through values": (
        Flaw.DISPROPORTION,
        """values:
  grave: [{fact: pain, at_least: 4}, {not: {fact: loss, above: 200}}]
  share: {choose: [{when: grave, gives: 50}], else: 30}
rules:
  - {rule: A, gives: refund, amount: {percent: share, of: price}}
""",
    ),
    "upside down through an exclusion": (
        Flaw.DISPROPORTION,
        """exclusions:
  - {exclusion: X, when: [{fact: contacts, above: 5}, {fact: region, is: west}], reason: Too many., covers: [credit]}
rules:
  - {rule: A, gives: credit, amount: {each: 5, per: contacts}}
""",
    ),
    "through a common cap": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: credit, amount: {each: 5, per: days}}
  - {rule: B, gives: compensation, amount: {each: 5, per: contacts}}
caps: [{cap: C, covers: [A, B], at_most: {subtract: {each: 10, per: same_cause_before}, from: 60}}]
""",
    ),
    "through a first group": (
        Flaw.DISPROPORTION,
        """groups: {g: first}
rules:
  - {rule: A, gives: credit, group: g, when: {fact: deadlines_missed, at_least: 2}, amount: 10}
  - {rule: B, gives: credit, group: g, when: {fact: promises_broken, at_least: 1}, amount: 30}
""",
    ),
    "through overrides": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: credit, when: {fact: pain, at_least: 5}, amount: 15, overrides: [B]}
  - {rule: B, gives: credit, when: {fact: pain, at_least: 2}, amount: 20}
""",
    ),
    "through a result": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: refund, when: {fact: loss, above: 0}, amount: loss, result: given}
  - {rule: B, gives: credit, amount: {amount: {each: 20, per: pain}, minus: {percent: 200, of: given}}}
""",
    ),
    "through applied no": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: gift, when: {fact: same_cause_before, at_least: 1}, amount: 5}
  - {rule: B, gives: credit, when: {rule: A, applied: no}, amount: 25}
""",
    ),
    "a range whose end falls": (
        Flaw.DISPROPORTION,
        """rules:
  - rule: A
    gives: credit
    range:
      from: {each: 10, per: pain}
      to: 200
      better: [{when: {fact: contacts, at_least: 4}, says: x}]
      start: 50
""",
    ),
    "somebody depends gives less": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: credit, amount: {choose: [{when: [somebody_depends, vip, {fact: region, is: south}], gives: 20}, {when: vip, gives: 30}], else: 20}}
""",
    ),
    "a duration in tiers": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: credit, amount: {tiers: {hours_in: delay}, bands: [{up_to: 4, each: 5}, {up_to: 8, each: -3}, {each: 4}]}}
""",
    ),
    "more notice yields more": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: credit, amount: {table: notice, rows: [{below: 7, gives: 10}, {below: 14, gives: 5}], else: 8}}
""",
    ),
    "rounding down by a threshold": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: credit, amount: {each: 3, per: days, round_to: {choose: [{when: {fact: days, above: 9}, gives: 25}], else: 1}, rounding: down}}
""",
    ),
    "only far away": (
        Flaw.DISPROPORTION,
        """rules:
  - {rule: A, gives: credit, when: [{fact: kind, is: other}, {fact: region, is: east}, {fact: price, above: 300}, vip, member], amount: {table: pain, rows: [{is: 4, gives: 10}], else: 20}}
""",
    ),
    "of two dates only one": (
        Flaw.DISPROPORTION,
        """dated_by: event
rules:
  - {rule: A, gives: credit, since: 2026-03-01, amount: {table: pain, rows: [{is: 5, gives: 10}], else: 20}}
  - {rule: B, gives: credit, until: 2026-02-28, amount: {each: 10, per: pain}}
""",
    ),
    "gap between days": (
        Flaw.GAP,
        """rules:
  - {rule: A, gives: credit, amount: {table: days, rows: [{at_most: 5, gives: 10}, {at_least: 7, gives: 20}]}}
""",
    ),
    "gap in a matrix": (
        Flaw.GAP,
        """rules:
  - {rule: A, gives: credit, amount: {matrix: [kind, pain], columns: [{at_most: 3}, {at_least: 4}], rows: [{is: delay, gives: [1, 2]}, {is: damage, gives: [2, 3]}, {is: loss, gives: [1, 2]}]}}
""",
    ),
    "gap at the bound": (
        Flaw.GAP,
        """rules:
  - {rule: A, gives: credit, amount: {choose: [{when: {fact: price, below: 100}, gives: 10}, {when: {fact: price, above: 100}, gives: 20}]}}
""",
    ),
    "gap between rules": (
        Flaw.GAP,
        """rules:
  - {rule: A, gives: credit, when: {fact: days, at_least: 3, at_most: 5}, amount: 10}
  - {rule: B, gives: credit, when: {fact: days, at_least: 7}, amount: 20}
""",
    ),
    "overlap at the bound": (
        Flaw.OVERLAP,
        """rules:
  - {rule: A, gives: credit, when: {fact: days, at_least: 3, at_most: 5}, amount: 10}
  - {rule: B, gives: credit, when: {fact: days, at_least: 5}, amount: 20}
""",
    ),
    "overlap of versions": (
        Flaw.OVERLAP,
        """dated_by: event
rules:
  - {rule: A, gives: credit, until: 2026-03-01, amount: 10}
  - {rule: B, gives: credit, since: 2026-03-01, amount: 20}
""",
    ),
    "unreachable by bounds": (
        Flaw.UNREACHABLE,
        """rules:
  - {rule: A, gives: credit, when: [{fact: pain, above: 5}], amount: 10}
""",
    ),
    "unreachable behind a first": (
        Flaw.UNREACHABLE,
        """groups: {g: first}
rules:
  - {rule: A, gives: credit, group: g, amount: 10}
  - {rule: B, gives: credit, group: g, when: {fact: pain, at_least: 3}, amount: 20}
""",
    ),
    "unreachable row": (
        Flaw.UNREACHABLE,
        """rules:
  - {rule: A, gives: credit, amount: {table: pain, rows: [{at_least: 2, gives: 10}, {at_least: 4, gives: 30}], else: 5}}
""",
    ),
    "cap below floor": (
        Flaw.CAP_BELOW_FLOOR,
        """rules:
  - {rule: A, gives: credit, amount: {percent: 10, of: price, at_least: 30, at_most: 20}}
""",
    ),
    "cap below floor by a value": (
        Flaw.CAP_BELOW_FLOOR,
        """values: {most: {type: money, amount: 20}}
rules:
  - {rule: A, gives: credit, amount: {sum: [1, {percent: 10, of: price, at_least: 30, at_most: most}]}}
""",
    ),
    "common cap below a fixed sum": (
        Flaw.CAP_BELOW_FLOOR,
        """rules:
  - {rule: A, gives: credit, amount: 50}
caps: [{cap: C, covers: [A], at_most: 20}]
""",
    ),
    "range upside down somewhere": (
        Flaw.UPSIDE_DOWN,
        """rules:
  - {rule: A, gives: credit, range: {from: {each: 30, per: pain}, to: {greater_of: [140, {percent: 50, of: price}]}}}
""",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found_with_facts_that_show_it(what: str) -> None:
    flaw, rules = BROKEN[what]
    source = read_source(HEAD + rules)
    start = time.process_time()
    found = [one for one in check_soundness(source, compile_policy(source)) if one.flaw is flaw]
    assert found
    assert found[0].line > 20
    assert time.process_time() - start < 30


def test_one_mistake_is_told_once_with_the_fewest_rules() -> None:
    rules = """rules:
  - {rule: A, gives: credit, when: {fact: contacts, below: 4}, amount: 10}
  - {rule: B, gives: refund, when: {fact: contacts, below: 4}, amount: 20}
  - {rule: C, gives: gift, when: vip, amount: {each: 1, per: contacts}}
"""
    source = read_source(HEAD + rules)
    found = check_soundness(source, compile_policy(source))
    assert [one.rules for one in found if one.is_wrong] == [("A", "B")]


def test_a_yes_that_yields_less_is_told_as_such() -> None:
    rules = "rules:\n  - {rule: A, gives: gift, when: {not: somebody_depends}, amount: 10}\n"
    source = read_source(HEAD + rules)
    (found,) = (one for one in check_soundness(source, compile_policy(source)) if one.is_wrong)
    assert found.message.startswith("Yes to “somebody depends” yields less than no: no gives €10")
