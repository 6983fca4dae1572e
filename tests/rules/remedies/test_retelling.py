"""What a reckoning said is said again in another language, down to its last word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.dates import get_month_names

from remedies.rules import evaluate, load_policy
from remedies.rules.language.cases import CASE_NOW
from remedies.rules.retelling import _told, told
from remedies.rules.said import PARTS, SENTENCES, WORDS
from remedies.rules.said_wrong import ANY, WRONG
from tickets import saying

PACKS = sorted((Path(__file__).parents[3] / "remedies" / "packs").glob("*.yaml"))
_WORD = re.compile(r"[^\W\d_]{2,}")
_OURS = frozenset((*SENTENCES, *PARTS, *WORDS, *WRONG, *ANY))
#: Units, and what stands for a currency, in every language.
_SAME = {
    *get_month_names("wide", "format", "de").values(),
    "min",
    "am",
    "pm",
    "UTC",
    "BST",
    "GMT",
    "CET",
    "CEST",
}


def _masked(words: str) -> str:
    """The words of the product with each letter a tilde; places stay."""
    if words not in _OURS and words not in {"and", "or"}:
        return words
    return "".join(
        part if part.startswith("{") else re.sub(r"[^\W\d_]", "~", part)
        for part in re.split(r"(\{\w+\})", words)
    )


@pytest.fixture
def foreign() -> Iterator[None]:
    """Whoever listens has German numbers, and hears no word of the product."""
    before = {
        name: vars(saying._Voice)[name].__func__
        for name in ("gettext", "ngettext", "pgettext", "language")
    }
    saying.speak_with(_masked, lambda one, many, n: one, lambda context, words: words, lambda: "de")
    _told.cache_clear()
    yield
    saying.speak_with(**before)
    _told.cache_clear()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    else:
        yield str(value)


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_nothing_of_a_shipped_policy_s_reckoning_stays_english(foreign: None, pack: Path) -> None:
    source = pack.read_text()
    policy = load_policy(source)
    own = {
        word.casefold()
        for text in _strings(yaml.safe_load(source))
        for word in _WORD.findall(text.replace("_", " "))
    }
    left = {}
    for case in policy.cases:
        draft = evaluate(
            policy, case.facts, now=case.now or CASE_NOW, currency=case.currency or None
        )
        said = [step for part in draft.components for step in part.steps]
        said += [item.reason for item in draft.not_applied]
        said += [words for part in draft.components for _, _, words in part.facts]
        for text in said:
            words = {w for w in _WORD.findall(told(text)) if w.casefold() not in own} - _SAME
            if words:
                left[text] = (told(text), words)
    assert not left, "\n".join(f"{a} => {b}" for a, b in left.items())


#: What hangs on names that are like others is a sentence of its own, or nothing.
_HINTS = re.compile(r"nearest|unknown\(|hint|_one_kind|_colon|\bmore\b")
LANGUAGE = Path(__file__).parents[3] / "remedies" / "rules" / "language"


def _said_at(node: ast.expr) -> str:
    """The words of a text in the source, with a name in the place of each value."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value)
            if isinstance(part, ast.Constant)
            else ("" if _HINTS.search(ast.unparse(part)) else "XX")
            for part in node.values
        )
    if isinstance(node, ast.BinOp):
        return _said_at(node.left) + ("" if _HINTS.search(ast.unparse(node.right)) else
                                      _said_at(node.right))  # fmt: skip
    return "" if _HINTS.search(ast.unparse(node)) else "XX"


def _refusals() -> Iterator[str]:
    for path in sorted(LANGUAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                said = _said_at(node.args[0]) if name in {"fail", "NotThatKind"} else ""
                if " " in said and said != "XX":
                    yield said


def test_whatever_is_wrong_with_a_policy_s_text_is_told_in_another_language(foreign: None) -> None:
    left = {}
    for said in _refusals():
        # Codes, and what stands in braces, is written so in every language.
        words = re.sub(r"\b[a-z]+(?:_[a-z]+)+\b", "", told(said))
        for _ in range(3):
            words = re.sub(r"\{[^{}]*\}", "", words)
        if found := set(_WORD.findall(words)) - {"XX"}:
            left[said] = (told(said), found)
    assert not left, "\n".join(f"{a} => {b}" for a, b in left.items())
