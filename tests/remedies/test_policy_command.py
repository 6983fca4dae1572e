"""`manage.py policy` on what is no policy: one clean message, and the exit code of a mistake."""

import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

GOOD = """policy: p
currency: EUR
facts: {days: {type: number, unit: day}, price: {type: money, default: 0}}
rules: [{rule: A, gives: credit, amount: {each: 10, per: days}}]
cases: [{case: two, facts: {days: 2}, expect: {amount: 20}}]
"""


def directory(path: Path) -> None:
    """A folder in place of a file."""
    path.mkdir()


def unreadable(path: Path) -> None:
    """A file that goes nowhere."""
    path.symlink_to(path)


FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "missing": (lambda path: None, "can't be read: No such file"),
    "directory": (directory, "can't be read: Is a directory"),
    "unreadable": (unreadable, "can't be read: Too many levels"),
    "binary": (lambda path: path.write_bytes(b"a\n\x89PNG\xff"), "line 2 is not text in UTF-8"),
    "endless": (lambda path: path.symlink_to("/dev/zero"), "it is larger than 2,000,000 bytes"),
    "huge": (lambda path: path.write_text("é" * 5_000_000), "it is larger than 2,000,000 bytes"),
    "empty": (lambda path: path.write_text(""), "mapping"),
    "a list": (lambda path: path.write_text("[1, 2]"), "mapping"),
    "tabs": (lambda path: path.write_text("a:\n\tb: 1\n"), "Line 2: This is not YAML"),
    "deep": (lambda path: path.write_text("[" * 9000), "nested too deeply"),
}


def command(*arguments: Any) -> str:
    """What `manage.py policy` prints."""
    out = StringIO()
    call_command("policy", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A policy."""
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize("verb", ["check", "evaluate", "diff", "backtest", "activate"])
@pytest.mark.parametrize("what", FILES)
@pytest.mark.django_db
def test_what_is_no_policy_is_told_in_one_clean_message(
    verb: str, what: str, tmp_path: Path, good: Path
) -> None:
    make, said = FILES[what]
    path = tmp_path / "bad.yaml"
    make(path)
    facts = tmp_path / "facts.json"
    facts.write_text("{}")
    arguments: dict[str, list[Any]] = {
        "check": [path], "evaluate": [path, facts], "diff": [good, path],
        "backtest": [path, "--since", "2026-01-01"], "activate": [path],
    }  # fmt: skip
    with pytest.raises(CommandError) as caught:
        command(verb, *arguments[verb])
    assert said in str(caught.value)
    assert "bad.yaml" in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("what", FILES)
def test_facts_that_are_none_are_told_too(what: str, tmp_path: Path, good: Path) -> None:
    make, said = FILES[what]
    facts = tmp_path / "facts.yaml"
    make(facts)
    with pytest.raises(CommandError) as caught:
        command("evaluate", good, facts)
    assert said in str(caught.value)


def test_one_bad_file_does_not_keep_the_others_from_being_checked(
    tmp_path: Path, good: Path
) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="1 wrong"):
        call_command("policy", "check", str(tmp_path / "none"), str(good), stdout=out)
    assert "1 of 1 cases as expected" in out.getvalue()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("{days: 1e1}", "A  A  €100"),
        ('{"days": 0.1}', "A  A  €1"),
        ("days: 010", "A  A  €100"),
        ("days: '3'", "A  A  €30"),
        ("days: 2\nprice: {minor: 5, currency: EUR}", "A  A  €20"),
    ],
)
def test_facts_are_read_as_they_are_written(
    facts: str, said: str, tmp_path: Path, good: Path
) -> None:
    path = tmp_path / "facts"
    path.write_text(facts)
    assert said in command("evaluate", good, path)


@pytest.mark.parametrize(
    ("facts", "more", "said"),
    [
        ("days: 1:30", [], "days: should be a number (used by A)"),
        ("days: .nan", [], "days: should be a number"),
        ("dayz: 1", [], "Did you mean days?"),
        ("price: {amount: 5, currency: GBP}", [], "GBP is not one that this policy pays in (EUR)"),
        ("days: 1", ["--currency", "XXX"], "XXX is not one that this policy pays in"),
        ("days: 1", ["--now", "yesterday"], "a moment with its offset"),
        ("days: 1", ["--now", "2026-01-01T00:00:00"], "a moment with its offset"),
    ],
)
def test_a_wrong_fact_is_named(
    facts: str, more: list[str], said: str, tmp_path: Path, good: Path
) -> None:
    path = tmp_path / "facts"
    path.write_text(facts)
    with pytest.raises(CommandError) as caught:
        command("evaluate", good, path, *more)
    assert said in str(caught.value)


def test_the_schema_is_printed() -> None:
    assert '"title": "Remedy policy"' in command("schema")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--since", "yesterday"], "write 2026-01-31"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], "--since is not before its end"),
    ],
)
@pytest.mark.django_db
def test_a_span_that_is_none_is_told(more: list[str], said: str, good: Path) -> None:
    with pytest.raises(CommandError, match=said):
        command("backtest", good, *more)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_one_may_not_read_is_told(good: Path) -> None:
    good.chmod(0)
    with pytest.raises(CommandError, match="can't be read: Permission denied"):
        command("check", good)


OFFER = """policy: p
currency: GBP
facts: {price: money, days: {type: number, default: 0}}
rules:
  - rule: A
    gives: credit
    form: cash
    amount: price
    options: [{form: voucher, percent_of_sum: 110}]
  - {rule: B, gives: gift, when: {fact: days, at_least: 0}, range: {from: 5, to: open}}
"""


def test_all_wrong_facts_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(OFFER)
    (tmp_path / "f").write_text("{prize: 3, price: much, days: few}")
    with pytest.raises(CommandError) as caught:
        command("evaluate", tmp_path / "p", tmp_path / "f")
    assert str(caught.value).splitlines() == [
        "prize: this policy knows no such fact. Did you mean price?",
        "price: should be a sum of money (used by A)",
        "days: should be a number (used by B)",
    ]


def test_a_comma_in_a_number_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(OFFER)
    (tmp_path / "f").write_text("{price: 4,12, days: 1}")
    with pytest.raises(CommandError, match=r"price: a comma begins the next fact; write 4\.12$"):
        command("evaluate", tmp_path / "p", tmp_path / "f")


def test_what_is_evaluated_shows_options_and_ranges_and_nothing_empty(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(OFFER)
    (tmp_path / "f").write_text("{price: 10}")
    said = command("evaluate", tmp_path / "p", tmp_path / "f")
    assert "    or voucher: £11\n" in said
    assert "    a person may set £5 or more\n" in said
    assert "Why not more" not in said


def test_a_failing_case_names_its_line_and_ends_once(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(
        f"{OFFER}cases:\n  - {{case: one, facts: {{prize: 3}}, expect: {{}}}}\n"
        "  - {case: two, facts: {price: 3}, expect: {amount: 4}}\n"
    )
    out = StringIO()
    with pytest.raises(CommandError, match="2 wrong"):
        call_command("policy", "check", str(tmp_path / "p"), stdout=out)
    said = out.getvalue()
    assert (
        "Line 12: Case “one”: prize: this policy knows no such fact. Did you mean price?\n" in said
    )
    assert "Line 13: Case “two”: amount: expected 4, got 8.00.\n" in said
