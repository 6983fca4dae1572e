"""One part of a policy's text is changed, and nothing beside it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.rules.editing.text import (
    NotEditable,
    Parts,
    append,
    as_yaml,
    leaves,
    put,
    remove,
    replace,
    sum_or_name,
)
from remedies.rules.language.source import read_source

PACKS = Path(__file__).parents[3] / "remedies" / "packs"
GENERAL = (PACKS / "general.yaml").read_text(encoding="utf-8")
TEXT = """\
policy: small  # its key
currency: GBP

rules:
  # Money
  - rule: A
    title: First   # seen by all
    gives: credit
    when: [x, {fact: y, above: 3}]
    amount: {each: 10, per: days}

  # Words
  - rule: B
    gives: apology
    when:
      # one of two
      any:
        - x
        - {fact: y, is: 1}
    says: >-
      We were
      wrong.
"""


def lines_that_differ(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines of each that are not in the other."""
    old, new = before.splitlines(), after.splitlines()
    return [one for one in old if one not in new], [one for one in new if one not in old]


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    changed = replace(TEXT, ("rules", 0, "title"), "Second")
    assert lines_that_differ(TEXT, changed) == (
        ["    title: First   # seen by all"],
        ["    title: Second   # seen by all"],
    )
    cell = replace(TEXT, ("rules", 0, "amount", "each"), "12.50")
    assert "    amount: {each: 12.50, per: days}" in cell


def test_a_nested_part_is_replaced_by_one_line_or_by_several() -> None:
    one = replace(TEXT, ("rules", 0, "amount"), "50")
    assert "    amount: 50\n\n  # Words" in one
    several = replace(TEXT, ("rules", 0, "when"), "any:\n  - x\n  - y")
    assert "    when:\n      any:\n        - x\n        - y\n    amount" in several
    flow = replace(TEXT, ("rules", 1, "says"), '"Sorry: we were wrong."')
    assert '    says: "Sorry: we were wrong."\n' in flow
    under_a_comment = replace(TEXT, ("rules", 1, "when", "any"), "[x]")
    assert "# one of two" in under_a_comment


def test_a_key_is_added_where_it_belongs() -> None:
    changed = put(TEXT, ("rules", 0, "clause"), "A-1", order=("rule", "title", "clause", "gives"))
    assert "    title: First   # seen by all\n    clause: A-1\n    gives: credit" in changed
    last = put(TEXT, ("rules", 0, "owed"), "yes")
    assert "    amount: {each: 10, per: days}\n    owed: yes\n\n  # Words" in last
    inside = put(TEXT, ("rules", 0, "amount", "at_most"), "80")
    assert "amount: {each: 10, per: days, at_most: 80}" in inside
    block = put(TEXT, ("rules", 0, "range"), "from: 1\nto: 2")
    assert "    range:\n      from: 1\n      to: 2\n" in block


def test_keys_and_items_are_removed_with_their_lines_and_commas() -> None:
    assert "gives: credit" not in remove(TEXT, ("rules", 0, "gives"))
    assert "{each: 10}" in remove(TEXT, ("rules", 0, "amount", "per"))
    assert "{per: days}" in remove(TEXT, ("rules", 0, "amount", "each"))
    assert "when: [x]" in remove(TEXT, ("rules", 0, "when", 1))
    without_one = remove(TEXT, ("rules", 1, "when", "any", 0))
    assert "        - x\n" not in without_one
    assert "# Words" in remove(TEXT, ("rules", 0))
    with pytest.raises(NotEditable):
        remove(TEXT, ("rules", 1, "rule"))


def test_the_last_item_takes_its_list_along() -> None:
    once = remove(TEXT, ("rules", 0, "when", 1))
    assert "when" not in Parts(remove(once, ("rules", 0, "when", 0))).data["rules"][0]


def test_an_item_is_added_to_a_list_of_either_style_or_to_none() -> None:
    flow = append(TEXT, ("rules", 0, "when"), "z")
    assert "when: [x, {fact: y, above: 3}, z]" in flow
    block = append(TEXT, ("rules", 1, "when", "any"), "{fact: z, is: 2}")
    assert "        - {fact: y, is: 1}\n        - {fact: z, is: 2}\n    says" in block
    new = append(TEXT, ("rules", 0, "unless"), "{when: x, reason: It rained.}")
    assert "    unless: [{when: x, reason: It rained.}]" in new
    rule = append(TEXT, ("rules",), "rule: C\ngives: gift")
    assert rule.endswith("      wrong.\n  - rule: C\n    gives: gift\n")


def test_what_would_change_more_than_was_meant_is_refused() -> None:
    with pytest.raises(NotEditable):
        replace(TEXT, ("rules", 7, "title"), "x")
    with pytest.raises(NotEditable):
        replace(TEXT, ("rules", 0, "title"), "x\ngives: y: z")
    with pytest.raises(NotEditable):
        put(TEXT, ("rules", 0, "title", "deeper"), "x")
    alias = "policy: p\ncurrency: GBP\nrules: [{rule: A, amount: &a 1}, {rule: B, amount: *a}]\n"
    with pytest.raises(NotEditable):
        replace(alias, ("rules", 0, "amount"), "2")


@pytest.mark.parametrize(
    ("typed", "written"),
    [("90", "90"), (" £1,200.50 ", "1200.50"), ("base_distress", "base_distress"), ("€ 5", "5"),
     ("yes", '"yes"'), ("a: b", '"a: b"')],
)  # fmt: skip
def test_what_is_typed_as_a_sum_or_a_name_is_written_so(typed: str, written: str) -> None:
    assert sum_or_name(typed) == written


values = st.recursive(
    st.one_of(
        st.booleans(),
        st.decimals(-10_000, 10_000, places=2),
        st.text(max_size=20).filter(str.isprintable),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(value=values)
def test_every_value_is_written_so_that_it_is_read_back(value: Any) -> None:
    assert read_source(f"a: {as_yaml(value)}").data["a"] == value


@pytest.mark.parametrize("pack", sorted(path.stem for path in PACKS.glob("*.yaml")))
def test_every_single_value_of_every_pack_can_be_edited_in_place(pack: str) -> None:
    text = (PACKS / f"{pack}.yaml").read_text(encoding="utf-8")
    every = [path for path, _ in leaves(read_source(text).data)]
    shared = (
        [path for path in every if path[0] == "rules" and path[2] == "amount"]
        if "&" in text
        else []
    )
    for path in every[:: max(len(every) // 25, 1)]:
        if path in shared:
            continue  # what several places say with one word is not changed in one of them
        changed = replace(text, path, '"Something else"')
        assert Parts(changed).value(path) == "Something else"
        assert changed.count("#") == text.count("#")


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_edits_of_the_general_policy_leave_its_other_lines_alone(data: Any) -> None:
    every = [path for path, _ in leaves(read_source(GENERAL).data) if path[0] == "rules"]
    path = data.draw(st.sampled_from(every))
    value = data.draw(values)
    changed = replace(GENERAL, path, as_yaml(value))
    gone, new = lines_that_differ(GENERAL, changed)
    assert Parts(changed).value(path) == value
    assert (len(gone), len(new)) <= (1, 1)
    old = Parts(GENERAL).value(path)
    back = replace(changed, path, as_yaml(old))
    assert Parts(back).value(path) == old


def test_numbers_keep_each_digit() -> None:
    assert as_yaml([Decimal("10.30"), 3]) == "[10.30, 3]"
