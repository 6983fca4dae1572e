"""Escalation paths as values, read from their data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from escalation.clock import Step
from escalation.lengths import step
from escalation.reading import only, words, wrong

ROLES = ("owner", "lead", "supervisors", "team")
ACTIONS = ("notify", "mail", "reassign", "raise_pain")


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of an escalation path: when, to whom, what."""

    when: Step
    to: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """An ordered escalation path."""

    key: str
    steps: tuple[PathStep, ...]

    @classmethod
    def parse(cls, data: Iterable[Mapping[str, Any]], *, key: str) -> Path:
        """Read a path from its data, a list of steps. Raises PolicyInvalid."""
        steps = []
        for index, item in enumerate(data):
            where = f"steps[{index}]"
            only(item, {"after", "to", "do"}, where)
            to = words(item.get("to", ["supervisors"]), f"{where}.to")
            for name in to:
                if name not in ROLES and not name.startswith(("role:", "person:")):
                    raise wrong(f"{where}.to", f"{name!r} is nobody we know")
            actions = words(item.get("do", ["notify"]), f"{where}.do")
            for action in actions:
                if action not in ACTIONS:
                    raise wrong(f"{where}.do", f"{action!r} is none of {', '.join(ACTIONS)}")
            when = step(item.get("after", "0m"), f"{where}.after", f"path:{key}:{index + 1}")
            steps.append(PathStep(when, tuple(to), tuple(actions)))
        return cls(key, tuple(steps))
