"""Values that are typed as YAML into a control, and written there: what can't be read stays as text
with what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext

from desk.setup.filetext import value_of


@dataclass(frozen=True)
class Unread:
    """Text that is no YAML."""

    text: str
    words: str


def read_yaml(text: str) -> Any:
    """YAML as a value, and `Unread` where it is none."""
    try:
        found = value_of(text) if text else None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = getattr(error, "problem", "") or gettext("it can't be read")
        return Unread(text, gettext("This is no YAML: %(problem)s.") % {"problem": problem})
    return found if found is None or isinstance(found, bool | int | float | dict | list) else text


def flow(value: Any) -> str:
    """A value as YAML on one line, as far as it goes."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True,
                          width=10_000)  # fmt: skip
    return text.strip().removesuffix("...").strip()


def plain(value: Any) -> Any:
    """A value as JSON has it: dates as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value
