"""Deadline policies as values, read from their data. Pure.

The language is described in docs/deadlines.md. Everything that can be wrong in it is said with the
place where it stands: "targets[2].within: …".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from escalation.clock import Days, Length, Step
from escalation.conditions import Condition, conditions
from escalation.law.lengths import length, step
from escalation.law.regimes import Provision, provision_of
from escalation.law.rules import Law
from escalation.policies.extensions import ExtensionRule, read_extension
from escalation.policies.kinds import DEFAULTS, Kind, KindDefaults
from escalation.policies.pausing import PauseRule, read_pauses
from escalation.reading import only, whole, word_set, words, wrong

ONCE = ExtensionRule()


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
    until_on: str
    pauses: tuple[PauseRule, ...]
    ends_with_resolution: bool
    warnings: tuple[Step, ...] = ()
    path: str = ""
    calendar: str = ""
    extension: ExtensionRule = ONCE
    # What law says: no wait and no closing ever stops it.
    statutory: bool = False
    any_hour: bool = False

    @property
    def pauses_on(self) -> frozenset[str]:
        """Every status that pauses it, for one reason or another."""
        return frozenset().union(*(rule.on for rule in self.pauses))

    @property
    def asks_facts(self) -> bool:
        """Whether its length depends on facts of the ticket."""
        return isinstance(self.length, Law) and bool(self.length.asks)

    @property
    def shape(self) -> tuple[object, ...]:
        """What starts, ends and pauses it: all but how long it is and what happens then."""
        return (
            self.kind, self.starts, self.meets, self.restarts, self.cancels, self.subject,
            self.until, self.pauses, self.ends_with_resolution, self.length is None,
        )  # fmt: skip


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
    facts: tuple[Condition, ...] = ()

    def fits(self, subject: Subject) -> bool:
        """Whether the ticket is meant. A pain that is not assessed yet counts as none."""
        return (
            (not self.category or not self.category.isdisjoint(subject.categories))
            and (not self.channel or subject.channel in self.channel)
            and (not self.tier or subject.tier in self.tier)
            and (not self.team or subject.team in self.team)
            and (not self.stage or subject.stage in self.stage)
            and self.min_pain <= subject.pain <= self.max_pain
            and all(condition.fits(subject.facts) for condition in self.facts)
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
    #: In their stored form (tickets.facts).
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a deadline policy."""

    name: str
    calendar: str
    match: Match
    targets: tuple[Target, ...]
    by_kind: Mapping[str, Target] = field(compare=False, default_factory=dict)

    @property
    def asks_facts(self) -> bool:
        """Whether it chooses tickets, or the length of a target, by facts."""
        return bool(self.match.facts) or any(target.asks_facts for target in self.targets)

    @property
    def shape(self) -> frozenset[tuple[object, ...]]:
        """What starts, ends and pauses its clocks. With the same shape the same ones run, from the
        same starts and with the same pauses, however long they are."""
        return frozenset(target.shape for target in self.targets)

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
    "kind", "within", "calendar", "starts", "meets", "restarts", "cancels", "pauses", "pauses_on",
    "max_pause", "warn", "path", "ends_with_resolution", "statutory", "extension",
    "max_extensions",
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
    if within is None and not (usual.until or usual.until_on):
        raise wrong(f"{where}.within", "how long is it?")
    pauses = read_pauses(item, usual.pauses, where)
    statutory = _yes(item, "statutory", where)
    provision = _provision(within, f"{where}.within")
    return Target(
        kind=kind,
        length=_length(within, provision, f"{where}.within", statutory=statutory),
        starts=word_set(item, "starts", usual.starts, where),
        meets=word_set(item, "meets", usual.meets, where),
        restarts=word_set(item, "restarts", usual.restarts, where),
        cancels=word_set(item, "cancels", usual.cancels, where),
        subject=usual.subject,
        until=usual.until,
        until_on=usual.until_on,
        pauses=() if statutory else pauses,
        ends_with_resolution=bool(item.get("ends_with_resolution", usual.ends_with_resolution)),
        warnings=tuple(
            step(text, f"{where}.warn", f"warn:{text}")
            for text in words(item.get("warn", []), f"{where}.warn")
        ),
        path=str(item.get("path", "")),
        calendar=str(item.get("calendar", "")),
        extension=read_extension(
            item,
            where,
            usual=provision.extension if provision else None,
            up_to=provision.longest if provision else None,
        ),
        statutory=statutory,
        any_hour=usual.any_hour,
    )


def _provision(within: Any, where: str) -> Provision | None:
    """The published rule that a length is, where it names one."""
    if isinstance(within, Mapping) and "pack" in within:
        return provision_of(within, where)
    return None


def _length(
    within: Any, provision: Provision | None, where: str, *, statutory: bool
) -> Length | None:
    """What law sets ends on the clock on the wall, whatever the desk's hours."""
    if within is None:
        return None
    found = provision.law if provision is not None else length(within, where)
    return replace(found, exact=True) if statutory and isinstance(found, Law | Days) else found


def _yes(item: Mapping[str, Any], name: str, where: str) -> bool:
    value = item.get(name, False)
    if not isinstance(value, bool):
        raise wrong(f"{where}.{name}", "true or false")
    return value


def _match(data: Any) -> Match:
    if not isinstance(data, Mapping):
        raise wrong("match", "conditions are a mapping")
    only(data, {"category", "channel", "tier", "team", "stage", "pain", "facts"}, "match")
    low, high = _pain(data.get("pain", {}))
    lists = {
        name: frozenset(words(data.get(name, []), f"match.{name}"))
        for name in ("category", "channel", "tier", "team", "stage")
    }
    facts = conditions(data.get("facts") or {})
    return Match(**lists, min_pain=low, max_pain=high, facts=facts)


def _pain(data: Any) -> tuple[int, int]:
    if isinstance(data, Mapping):
        only(data, {"min", "max"}, "match.pain")
        low, high = data.get("min", 0), data.get("max", 5)
    else:
        low = high = data
    low, high = whole(low, "match.pain"), whole(high, "match.pain")
    if low > high or high > 5:
        raise wrong("match.pain", "a level from 0 (not assessed) to 5, or {min: …, max: …}")
    return low, high
