"""What ships as data and is shown to people: titles of ready policies and deadlines, what a desk
starts with, and what our own policy says to customers. Catalogues have it like any other text; a
desk's own words are nobody's to translate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from config.paths import BASE_DIR

#: Words of a policy, by the keys that they stand behind.
_SAID = frozenset({"title", "about", "ask", "says", "reason"})


def shipped() -> Iterator[tuple[str, str]]:
    """Each text, and the file that has it."""
    for folder, key in (("remedies/packs", "title"), ("escalation/packs", "name")):
        for path in sorted((BASE_DIR / folder).glob("*.yaml")):
            where = path.relative_to(BASE_DIR).as_posix()
            for line in path.read_text(encoding="utf-8").splitlines()[:40]:
                if line.startswith(f"{key}:"):
                    yield line.partition(":")[2].strip().strip("\"'"), where
    where = "remedies/packs/general.yaml"
    text = (BASE_DIR / where).read_text(encoding="utf-8")
    policy = yaml.safe_load(text)
    told = [*_values(policy, _SAID), *_names(policy), *_headings(text)]
    yield from ((words, where) for words in told)
    where = "escalation/packs/general.yaml"
    general = yaml.safe_load((BASE_DIR / where).read_text(encoding="utf-8"))
    yield from ((words, where) for words in _values(general, frozenset({"name"})))
    where = "desk/setup/trades/categories.yaml"
    trades = yaml.safe_load((BASE_DIR / where).read_text(encoding="utf-8"))
    yield from ((words, where) for words in _trades(trades))


def _values(data: Any, keys: frozenset[str]) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in keys and isinstance(value, str):
                yield " ".join(value.split())
            elif key != "cases":
                yield from _values(value, keys)
    elif isinstance(data, list):
        for one in data:
            yield from _values(one, keys)


def _names(policy: dict[str, Any]) -> Iterator[str]:
    """What facts and choices are called that have no title: by their own names."""
    for name, fact in policy["facts"].items():
        if "title" not in fact:
            yield name.replace("_", " ")
        for choice in fact.get("choices", ()):
            yield choice.replace("_", " ")


def _headings(text: str) -> Iterator[str]:
    """The comments above rules: the editor lists the rules under them."""
    _, _, rules = text.partition("\nrules:\n")
    rules, _, _ = rules.partition("\ncaps:\n")
    for line in rules.splitlines():
        if line.startswith("  # "):
            yield line.removeprefix("  # ")


def _trades(trades: dict[str, Any]) -> Iterator[str]:
    for pack in trades.values():
        yield pack["title"]
        yield from (one["name"] for one in pack["categories"])
        for facts in pack.get("facts", {}).values():
            yield from (one["label"] for one in facts)
