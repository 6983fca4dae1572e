"""Deadline policies as values, read from their data. Pure.

The language is described in docs/deadlines.md. Everything that can be wrong in it is said with the
place where it stands: "targets[2].within: …".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from escalation.clock import Length, Step
from escalation.kinds import DEFAULTS, Kind, KindDefaults
from escalation.lengths import length, real_time, step
from escalation.reading import only, word_set, words, wrong


@dataclass(frozen=True, slots=True)
class Target:
    """One promise of time: what starts and meets it, how long it is, what pauses it."""

    kind: Kind
    length: Length | None
    starts: frozenset[str]
    meets: frozenset[str]
    restarts: frozenset[str]
    cancels: frozenset[str]
    subject: str
    until: str
    pauses_on: frozenset[str]
    max_pause: timedelta | None
    ends_with_resolution: bool
    warnings: tuple[Step, ...] = ()
    path: str = ""
    calendar: str = ""
    # A reply may promise the next word by a date of its own, which then is the deadline.
    max_extensions: int = 1


@dataclass(frozen=True, slots=True)
class Match:
    """Which tickets a policy is for; what is empty does not matter."""

    category: frozenset[str] = frozenset()
    channel: frozenset[str] = frozenset()
    tier: frozenset[str] = frozenset()
    team: frozenset[str] = frozenset()
    stage: frozenset[str] = frozenset()
    min_pain: int = 0
    max_pain: int = 5

    def fits(self, subject: Subject) -> bool:
        """Whether the ticket is meant. A pain that is not assessed yet counts as none."""
        return (
            (not self.category or not self.category.isdisjoint(subject.categories))
            and (not self.channel or subject.channel in self.channel)
            and (not self.tier or subject.tier in self.tier)
            and (not self.team or subject.team in self.team)
            and (not self.stage or subject.stage in self.stage)
            and self.min_pain <= subject.pain <= self.max_pain
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """A ticket as far as the choice of policy looks at it."""

    categories: tuple[str, ...] = ()
    channel: str = ""
    tier: str = ""
    team: str = ""
    stage: str = "1"
    pain: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a deadline policy."""

    name: str
    calendar: str
    match: Match
    targets: tuple[Target, ...]
    by_kind: Mapping[Kind, Target] = field(compare=False, default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any], *, name: str = "") -> Policy:
        """Read a policy from its data. Raises PolicyInvalid, naming the place."""
        only(data, {"name", "calendar", "match", "targets"}, "")
        items = data.get("targets")
        if not isinstance(items, list) or not items:
            raise wrong("targets", "a policy needs at least one target")
        targets = tuple(_target(item, f"targets[{i}]") for i, item in enumerate(items))
        kinds = [target.kind for target in targets]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise wrong("targets", f"{kind} stands there twice")
        return cls(
            name=str(data.get("name", name)),
            calendar=str(data.get("calendar", "")),
            match=_match(data.get("match") or {}),
            targets=targets,
            by_kind={target.kind: target for target in targets},
        )


# -- reading --------------------------------------------------------------------------------------

_TARGET_KEYS = {
    "kind", "within", "calendar", "starts", "meets", "restarts", "cancels", "pauses_on",
    "max_pause", "warn", "path", "ends_with_resolution", "statutory", "max_extensions",
}  # fmt: skip


def _target(item: Any, where: str) -> Target:
    if not isinstance(item, Mapping):
        raise wrong(where, "a target is a mapping")
    only(item, _TARGET_KEYS, where)
    try:
        kind = Kind(str(item.get("kind")))
    except ValueError:
        raise wrong(f"{where}.kind", f"one of {', '.join(Kind)}") from None
    usual: KindDefaults = DEFAULTS[kind]
    within = item.get("within")
    if within is None and not usual.until:
        raise wrong(f"{where}.within", "how long is it?")
    pauses = word_set(item, "pauses_on", usual.pauses_on, where)
    max_pause = item.get("max_pause")
    return Target(
        kind=kind,
        length=None if within is None else length(within, f"{where}.within"),
        starts=word_set(item, "starts", usual.starts, where),
        meets=word_set(item, "meets", usual.meets, where),
        restarts=word_set(item, "restarts", usual.restarts, where),
        cancels=word_set(item, "cancels", usual.cancels, where),
        subject=usual.subject,
        until=usual.until,
        pauses_on=frozenset() if item.get("statutory") else pauses,
        max_pause=None if max_pause is None else real_time(max_pause, f"{where}.max_pause"),
        ends_with_resolution=bool(item.get("ends_with_resolution", usual.ends_with_resolution)),
        warnings=tuple(
            step(text, f"{where}.warn", f"warn:{text}")
            for text in words(item.get("warn", []), where)
        ),
        path=str(item.get("path", "")),
        calendar=str(item.get("calendar", "")),
        max_extensions=int(item.get("max_extensions", 1)),
    )


def _match(data: Any) -> Match:
    if not isinstance(data, Mapping):
        raise wrong("match", "conditions are a mapping")
    only(data, {"category", "channel", "tier", "team", "stage", "pain"}, "match")
    pain = data.get("pain", {})
    low, high = (pain, pain) if isinstance(pain, int) else (pain.get("min", 0), pain.get("max", 5))
    lists = {
        name: frozenset(words(data.get(name, []), f"match.{name}"))
        for name in ("category", "channel", "tier", "team", "stage")
    }
    return Match(**lists, min_pain=int(low), max_pain=int(high))
