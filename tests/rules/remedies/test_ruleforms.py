"""A policy listed rule by rule; a rule as fields, and back into its text."""

from collections import Counter
from pathlib import Path

import pytest

from remedies.rules.editing.grids import Reader
from remedies.rules.editing.outline import changed_items, grids_of, items_of, new_rule
from remedies.rules.editing.ruleforms import RuleForm, form_of
from remedies.rules.editing.rulewriting import apply_cells, apply_form
from remedies.rules.editing.text import Parts

PACKS = Path(__file__).parents[3] / "remedies" / "packs"
GENERAL = (PACKS / "general.yaml").read_text(encoding="utf-8")


def form(name: str, text: str = GENERAL) -> RuleForm:
    """The form of an item."""
    parts = Parts(text)
    return form_of(parts, next(item for item in items_of(parts) if item.name == name))


def sent_by(made: RuleForm) -> dict[str, str]:
    """What a browser sends where nothing was touched."""
    sent = {
        f"f.{one.name}": one.value
        for one in (*made.basics, *made.gives, *made.more)
        if one.kind != "yes" or one.value
    }
    for placing in (*made.worse, *made.better):
        sent[f"f.{placing.name}.says"] = placing.says
    tests = [*made.conditions, *(one.condition for one in (*made.worse, *made.better))]
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
    for item in items_of(parts):
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
