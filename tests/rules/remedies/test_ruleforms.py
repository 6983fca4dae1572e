"""A policy listed rule by rule; a rule as fields, and back into its text."""

from collections import Counter
from pathlib import Path

import pytest

from remedies.errors import PolicyInvalid
from remedies.rules import load_policy
from remedies.rules.editing.grids import Reader
from remedies.rules.editing.outline import (
    NEW,
    changed_items,
    grids_of,
    item_called,
    items_of,
    new_rule,
    said_of,
    with_new,
)
from remedies.rules.editing.ruleforms import RuleForm, form_of
from remedies.rules.editing.rulewriting import apply_cells, apply_form
from remedies.rules.editing.text import Parts
from tickets.errors import Invalid

PACKS = Path(__file__).parents[3] / "remedies" / "packs"
GENERAL = (PACKS / "general.yaml").read_text(encoding="utf-8")


def form(name: str, text: str = GENERAL) -> RuleForm:
    """The form of an item."""
    parts = Parts(text)
    item = item_called(parts, name)
    assert item is not None
    return form_of(parts, item)


def sent_by(made: RuleForm) -> dict[str, str]:
    """What a browser sends where nothing was touched."""
    sent = {f"f.{one.name}": one.value for one in made.fields if one.kind != "yes" or one.value}
    for placing in made.placings:
        sent[f"f.{placing.name}.{placing.word}"] = placing.says
    tests = [*made.conditions, *(one.condition for one in made.placings)]
    for test in tests:
        if test.yaml:
            sent[f"f.{test.name}.yaml"] = test.yaml
        else:
            sent[f"f.{test.name}.subject"] = test.subject
            sent[f"f.{test.name}.test"] = test.test
            sent[f"f.{test.name}.bound"] = test.bound
    return sent


def changed(name: str, text: str = GENERAL, **over: str) -> tuple[list[str], list[str]]:
    """The lines that go and those that come where some fields are changed."""
    made = form(name, text)
    after, wrong = apply_form(text, made, sent_by(made) | over)
    assert wrong == {}
    old, new = (Counter(map(str.strip, one.splitlines())) for one in (text, after))
    return list((old - new).elements()), list((new - old).elements())


def test_rules_are_grouped_by_the_comments_above_them() -> None:
    items = items_of(Parts(GENERAL))
    groups = dict.fromkeys(item.heading for item in items)
    assert list(groups) == [
        "Apology and putting right", "Loss made good", "Distress", "Our own slowness",
        "Exclusions", "Caps",
    ]  # fmt: skip
    first = items[0]
    lines = GENERAL.splitlines()
    assert (lines[first.first - 1].strip(), first.name) == ("- rule: G-2", "G-2")
    assert lines[first.last - 1].strip().startswith("says:")


def test_without_comments_they_are_grouped_by_what_they_give() -> None:
    rules = "rules:\n  - {rule: A, gives: gift}\n  - {rule: B, gives: refund}\n"
    text = f"policy: p\ncurrency: GBP\n{rules}"
    assert [(i.name, i.heading, i.first) for i in items_of(Parts(text))] == [
        ("A", "Gifts and upgrades", 4), ("B", "Money back", 5),
    ]  # fmt: skip


def test_what_reads_a_changed_value_has_changed_too() -> None:
    after = Parts(GENERAL.replace("[60, 80, 90, 105, 120]", "[60, 80, 95, 105, 120]"))
    assert changed_items(Parts(GENERAL), after) == {"M-4"}
    assert changed_items(Parts(GENERAL), Parts(GENERAL)) == frozenset()


def test_a_rule_has_the_grids_of_the_values_that_it_reads() -> None:
    parts = Parts(GENERAL)
    rules = {item.name: item.path for item in items_of(parts)}
    reader = Reader.of(parts, None)
    assert [grid.name for grid in grids_of(reader, rules["M-4"])] == ["base_distress"]
    assert [grid.down.name for grid in grids_of(reader, rules["M-5"])] == ["same_cause_before"]
    assert grids_of(reader, rules["G-1"]) == ()


@pytest.mark.parametrize("pack", sorted(path.stem for path in PACKS.glob("*.yaml")))
def test_a_form_that_nobody_touched_changes_nothing(pack: str) -> None:
    text = (PACKS / f"{pack}.yaml").read_text(encoding="utf-8")
    parts = Parts(text)
    for item in (*items_of(parts), *said_of(parts)):
        made = form_of(parts, item)
        assert apply_form(text, made, sent_by(made)) == (text, {}), item.name


def test_the_usual_shapes_are_fields() -> None:
    made = form("M-4")
    assert {one.name: one.value for one in made.basics}["title"] == "Credit for distress"
    assert [(one.subject, one.test) for one in made.conditions] == [("our_fault", "yes")]
    assert [(one.name, one.kind) for one in made.gives] == [
        ("range.from", "sum"), ("range.round_to", "sum"), ("range.to", "yaml"),
    ]  # fmt: skip
    assert made.worse[0].says == "third contact"
    first = made.worse[0].condition
    assert (first.subject, first.test, first.bound) == ("contacts", "at_least", "3")
    nested = form("G-5").conditions
    assert [one.yaml for one in nested] == ["", "{any: [support_needs, somebody_depends]}", ""]
    assert [one.name for one in form("M-6").gives] == [
        "amount.each", "amount.per", "amount.at_most", "amount.round_to",
    ]  # fmt: skip


def test_each_field_changes_its_own_line() -> None:
    assert changed("M-6", **{"f.amount.each": "£12.50"}) == (
        ["amount: {each: 10, per: hours_lost, at_most: 80, round_to: 1}"],
        ["amount: {each: 12.50, per: hours_lost, at_most: 80, round_to: 1}"],
    )
    assert changed("M-4", **{"f.title": "Credit: for the worry"})[1] == [
        'title: "Credit: for the worry"'
    ]
    assert changed("M-4", **{"f.clause": ""}) == (["clause: M-4"], [])
    assert changed("G-1", **{"f.owed": "yes"}) == ([], ["owed: yes"])
    assert changed("L-1", **{"f.makes_good_loss": ""})[0] == ["makes_good_loss: yes"]
    assert changed("M-4", **{"f.range.to": "{percent: 200, of: base_distress}"})[1] == [
        "to: {percent: 200, of: base_distress}"
    ]
    assert changed("X-1", **{"f.covers": "[refund]"})[1] == ["covers: [refund]"]
    assert changed("M-6", **{"f.since": "2026-01-01"})[1] == ['since: "2026-01-01"']


def test_conditions_are_changed_added_and_taken_away() -> None:
    assert changed("L-1", **{"f.when.1.bound": "20"})[1] == [
        "when: [our_fault, {fact: loss, above: 20}]"
    ]
    assert changed("L-1", **{"f.when.1.subject": ""})[1] == ["when: [our_fault]"]
    more = {"f.new.subject": "pain", "f.new.test": "at_least", "f.new.bound": "2"}
    assert changed("L-1", **more)[1] == [
        "when: [our_fault, {fact: loss, above: 0}, {fact: pain, at_least: 2}]"
    ]
    assert changed("G-1", **more)[1] == ["when: [our_fault, {fact: pain, at_least: 2}]"]
    none_of = {
        "f.when.0.subject": "goods",
        "f.when.0.test": "one_of",
        "f.when.0.bound": "faulty, wrong",
    }
    assert changed("L-1", **none_of)[1] == [
        "when: [{fact: goods, one_of: [faulty, wrong]}, {fact: loss, above: 0}]"
    ]
    gone, come = changed("M-4", remove="range.worse.1")
    assert (gone, come) == (
        ["- {when: {fact: promises_broken, at_least: 1}, says: promise broken}"], [],
    )  # fmt: skip
    worse = {"f.newworse.subject": "support_needs", "f.newworse.says": "needs support"}
    assert changed("M-4", **worse)[1] == ["- {when: support_needs, says: needs support}"]


@pytest.mark.parametrize(
    ("over", "field", "said"),
    [
        ({"f.range.to": "{percent: ["}, "range.to", "not YAML"),
        ({"f.when.test": "at_least", "f.when.bound": ""}, "when", "A bound is needed"),
        ({"f.new.subject": "pain", "f.new.test": "nearly"}, "new", "No test is called nearly"),
    ],
)
def test_what_cant_be_written_is_told_at_its_field_and_changes_nothing(
    over: dict[str, str], field: str, said: str
) -> None:
    made = form("M-4")
    after, wrong = apply_form(GENERAL, made, sent_by(made) | over)
    assert after == GENERAL
    assert said in wrong[field]


def test_cells_are_written_into_the_text_where_they_stand() -> None:
    after, wrong = apply_cells(
        GENERAL,
        {
            "c.values.base_distress.rows.3.gives.3": "£1,070",
            "c.values.base_distress.rows.0.gives.0": "—",
            "c.values.base_distress.rows.0.gives.1": " ",
            "c.values.base_distress.rows.0.gives.2": "£5.00",
            "c.currencies.0": "USD",
            "c.nowhere": "1",
        },
    )
    assert "gives: [60, 80, 90, 1070, 120]}" in after
    assert after.replace("1070", "105") == GENERAL
    assert list(wrong) == ["c.values.base_distress.rows.0.gives.1"]


def test_a_new_rule_has_a_name_of_its_own() -> None:
    assert new_rule(Parts(GENERAL))[0] == "N-1"


WHOLE = """policy: p
currency: EUR
facts:
  days: number
  kind: {type: choice, choices: [bus, ship]}
  delays: {type: list, items: {day: date, late: duration}, default: []}
  price: {type: money, default: 50}
values:
  twice: {title: twice as long, times: [days, 2]}
  share: 20
rules:
  - rule: A
    gives: credit
    when: {fact: days, at_least: 3}
    unless: [{when: {fact: kind, is: ship}, reason: Ships are late.}]
    amount: 10
    options: [{form: voucher, percent_of_sum: 110}]
  - {rule: B, gives: apology}
set_offs:
  - {set_off: S-1, title: Paid by others, paid: price, covers: [credit]}
cases:
  - {case: three days, facts: {days: 3, price: 4}, expect: {amount: 6}}
"""


def test_what_is_set_off_and_all_that_rules_are_written_with_have_fields() -> None:
    assert [item.name for item in said_of(Parts(WHOLE))] == [
        "Policy", "fact days", "fact kind", "fact delays", "fact price", "value twice",
        "value share", "case 1",
    ]  # fmt: skip
    assert changed("S-1", WHOLE, **{"f.paid": "twenty", "f.covers": "credit, A"})[1] == [
        "- {set_off: S-1, title: Paid by others, paid: twenty, covers: [credit, A]}"
    ]
    assert changed("Policy", WHOLE, **{"f.time_zone": "Europe/Paris"})[1] == [
        "time_zone: Europe/Paris"
    ]
    assert changed("fact days", WHOLE, **{"f.more": "worse"})[1] == [
        "days: {type: number, more: worse}"
    ]
    assert changed("fact days", WHOLE, **{"f.type": "duration"})[1] == ["days: duration"]
    assert changed("fact kind", WHOLE, **{"f.choices": "bus, ship, yes", "f.default": "bus"})[
        1
    ] == ['kind: {type: choice, choices: [bus, ship, "yes"], default: bus}']
    assert changed("fact price", WHOLE, **{"f.default": ""})[1] == ["price: {type: money}"]
    assert changed("value share", WHOLE, **{"f.": "25"})[1] == ["share: 25"]
    assert changed("value twice", WHOLE, **{"f.times": "[days, 3]"})[1] == [
        "twice: {title: twice as long, times: [days, 3]}"
    ]
    assert changed("case 1", WHOLE, **{"f.expect": "{amount: 7}"})[1] == [
        "- {case: three days, facts: {days: 3, price: 4}, expect: {amount: 7}}"
    ]


def test_what_is_nested_is_yaml_with_its_line() -> None:
    fields = {one.name: one for one in form("fact delays", WHOLE).fields}
    assert (fields["items"].kind, fields["items"].line) == ("yaml", 6)
    (condition,) = form("A", WHOLE.replace("{fact: days, at_least: 3}", "{any: [a]}")).conditions
    assert (condition.yaml, condition.line) == ("{any: [a]}", 14)


def test_exceptions_other_forms_and_what_stands_beside_a_sum_are_fields() -> None:
    assert changed("A", WHOLE, **{"f.amount.at_most": "£40"})[1] == [
        "amount: {amount: 10, at_most: 40}"
    ]
    assert changed("A", WHOLE, **{"f.options.0.percent_of_sum": "120"})[1] == [
        "options: [{form: voucher, percent_of_sum: 120}]"
    ]
    more = {"f.newoption.form": "points", "f.newoption.percent_of_sum": "150%"}
    assert changed("A", WHOLE, **more)[1] == [
        "options: [{form: voucher, percent_of_sum: 110}, {form: points, percent_of_sum: 150}]"
    ]
    assert changed("A", WHOLE, remove="options.0")[0] == [
        "options: [{form: voucher, percent_of_sum: 110}]"
    ]
    assert changed("A", WHOLE, **{"f.unless.0.reason": "So it is."})[1] == [
        "unless: [{when: {fact: kind, is: ship}, reason: So it is.}]"
    ]
    unless = {"f.newunless.subject": "days", "f.newunless.test": "above", "f.newunless.bound": "9"}
    assert changed("A", WHOLE, **unless | {"f.newunless.reason": "Too long ago."})[1] == [
        "unless: [{when: {fact: kind, is: ship}, reason: Ships are late.}, {when: {fact: days, above: 9}, reason: Too long ago.}]"  # noqa: E501
    ]
    assert changed("B", WHOLE, **{"f.amount": "5"})[1] == ["- {rule: B, gives: apology, amount: 5}"]
    better = {"f.newbetter.subject": "support_needs"}
    assert changed("M-4", **better)[1] == ["better: [{when: support_needs, says: support needs}]"]


@pytest.mark.parametrize("word", NEW)
@pytest.mark.parametrize("text", [WHOLE, GENERAL], ids=["small", "general"])
def test_whatever_is_added_reads_as_a_policy_and_opens_as_a_form(word: str, text: str) -> None:
    made, name = with_new(text, word)
    item = item_called(Parts(made), name)
    assert item is not None
    assert item.word == word
    load_policy(made)
    again, other = with_new(made, word)
    assert other != name
    assert item_called(Parts(again), other) is not None


def test_nothing_is_added_to_what_is_no_policy() -> None:
    for word in NEW:
        with pytest.raises((PolicyInvalid, Invalid)):
            with_new("- a list", word)
