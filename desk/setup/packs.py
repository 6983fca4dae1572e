"""What comes with the desk and can be begun with: categories of trades, policies, deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext_noop

from desk.setup.fields import told
from escalation.services.defaults import PACKS as DEADLINE_PACKS
from remedies.services.drafts import PACKS as POLICY_PACKS
from remedies.services.drafts import packs as policy_names

_CATEGORIES = Path(__file__).with_name("trades") / "categories.yaml"


@lru_cache(maxsize=1)
def category_packs() -> dict[str, dict[str, Any]]:
    """Trades by key: a title, categories, and their facts."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(_CATEGORIES.read_text(encoding="utf-8"))
    return found


def trades() -> Sequence[tuple[str, str]]:
    """Trades to choose from, with what is in each."""
    found = []
    for key, pack in category_packs().items():
        names = ", ".join(told(one["name"]) for one in pack["categories"])
        found.append((key, f"{told(pack['title'])}: {names}"))
    return found


def policies() -> Sequence[tuple[str, str]]:
    """Remedy policies to choose from; our own first."""
    named = [(key, told(words)) for key, words in _policy_packs()]
    return sorted(named, key=lambda pair: (pair[0] != "general", pair[1]))


@lru_cache(maxsize=1)
def _policy_packs() -> Sequence[tuple[str, str]]:
    return [(key, _titled(POLICY_PACKS / f"{key}.yaml", "title")) for key in policy_names()]


#: What our own set of deadlines promises.
OUR_OWN = gettext_noop("Our own: an answer within a working day, a decision within five")


@lru_cache(maxsize=1)
def _deadline_packs() -> Sequence[tuple[str, str]]:
    """Sets of deadlines to choose from: those that have policies."""
    found = [("general", OUR_OWN)]
    for path in sorted(DEADLINE_PACKS.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        if "\npolicies:" in text and path.stem != "general":
            found.append((path.stem, _titled(path, "name")))
    return found


def deadlines() -> Sequence[tuple[str, str]]:
    """Sets of deadlines to choose from."""
    return [(key, told(words)) for key, words in _deadline_packs()]


def _titled(path: Path, name: str) -> str:
    """The value of a line near the top, without reading all of a long file."""
    for line in path.read_text(encoding="utf-8").splitlines()[:40]:
        if line.startswith(f"{name}:"):
            return line.partition(":")[2].strip().strip("\"'") or path.stem
    return path.stem
