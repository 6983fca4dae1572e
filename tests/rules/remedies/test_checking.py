"""A policy's text looked through while it is written."""

from pathlib import Path

import pytest

from remedies.rules.checks.checking import look_through, mended

GENERAL = (Path(__file__).parents[3] / "remedies" / "packs" / "general.yaml").read_text("utf-8")


def test_a_sound_policy_has_no_marks_and_its_cases_hold() -> None:
    look = look_through(GENERAL)
    assert look.whole
    assert (look.cases, look.failed, look.left_out) == (GENERAL.count("\n  - case:"), (), ())


def test_a_misspelt_name_is_marked_where_it_stands_and_mended_by_one_word() -> None:
    text = GENERAL.replace("of: distress_credit", "of: distres_credit")
    look = look_through(text)
    (mark,) = look.marks
    line = text.splitlines()[mark.line - 1]
    assert (mark.code, mark.rule, mark.suggestion) == ("unknown_name", "M-5", "distress_credit")
    assert line[mark.column - 1 :] == "distres_credit"
    assert mark.source == "M-4"
    assert mended(text, mark) == GENERAL


def test_a_rule_that_cant_be_read_is_left_out_and_the_rest_is_tried() -> None:
    look = look_through(GENERAL.replace("of: distress_credit", "of: distres_credit"))
    assert look.left_out == ("M-5",)
    assert look.policy is not None
    assert "M-5" not in [rule.name for rule in look.policy.rules]
    kept = next(rule for rule in look.policy.written if rule.name == "M-6")
    line = look.source.lines["rules", kept.position]
    assert look.text.splitlines()[line - 1].strip() == "- rule: M-6"


def test_what_fails_only_with_another_rule_is_left_out_but_not_told() -> None:
    look = look_through(GENERAL.replace("base_distress\n      to", "base_distres\n      to"))
    assert [mark.rule for mark in look.marks] == ["M-4"]
    assert set(look.left_out) == {"M-4", "M-5"}
    assert look.policy is not None


@pytest.mark.parametrize(
    ("was", "becomes", "code", "word", "suggestion"),
    [
        ("    clause: M-4\n", "    claus: M-4\n", "unknown_word", "claus", "clause"),
        ("amount: price_paid", "amount: price_payd", "unknown_name", "price_payd", "price_paid"),
        ("gives: replacement", "gives: replacment", "unknown_word", "replacment", "replacement"),
        ("stack_on: M-4", "stack_on: M-44", "unknown_name", "M-44", "M-4"),
        ("covers: [M-4", "covers: [N-4", "unknown_name", "N-4", "M-4"),
    ],
)
def test_the_word_at_fault_is_found(
    was: str, becomes: str, code: str, word: str, suggestion: str
) -> None:
    text = GENERAL.replace(was, becomes, 1)
    mark = look_through(text).marks[0]
    assert (mark.code, text[mark.start : mark.end], mark.suggestion) == (code, word, suggestion)
    assert mended(text, mark) == GENERAL


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("policy: p\n  bad: [", 2, "not_yaml"),
        ("", 0, "invalid"),
        ("policy: p\ncurrency: GBP\nrules: []\n", 3, "invalid"),
        ("policy: p\ncurrency: GBP\nfacts: {a: numbr}\nrules: [{rule: A, gives: gift}]", 3,
         "unknown_word"),
        ("- a\n", 1, "invalid"),
        ("policy: p\ncurrency: GBP\nrules: 5\n", 3, "invalid"),
    ],
)  # fmt: skip
def test_what_is_no_policy_at_all_has_one_mark_and_nothing_to_try(
    text: str, line: int, code: str
) -> None:
    look = look_through(text)
    assert look.policy is None
    assert [(mark.line, mark.code) for mark in look.marks] == [(line, code)]


def test_a_case_that_fails_is_told_with_what_it_gave() -> None:
    look = look_through(GENERAL.replace('amount: "86.40"', 'amount: "86.50"'))
    assert [name for name, _ in look.failed] == [
        "what it cost is paid back, and the trouble answered for"
    ]
    assert "expected 86.50, got 86.40" in look.failed[0][1][0]
