"""Deadline policies and escalation paths as values, read from their data. Pure.

The language is described in docs/deadlines.md. Everything that can be wrong in it is said with the
place where it stands: "targets[2].within: …".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from escalation.clock import Days, Length, OpenTime, Step
from escalation.errors import PolicyInvalid
from escalation.kinds import DEFAULTS, Kind, KindDefaults

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}
ROLES = ("owner", "lead", "supervisors", "team")
ACTIONS = ("notify", "mail", "reassign", "raise_pain")


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
        _known(data, {"name", "calendar", "match", "targets"}, "")
        items = data.get("targets")
        if not isinstance(items, list) or not items:
            raise _wrong("targets", "a policy needs at least one target")
        targets = tuple(_target(item, f"targets[{i}]") for i, item in enumerate(items))
        kinds = [target.kind for target in targets]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise _wrong("targets", f"{kind} stands there twice")
        return cls(
            name=str(data.get("name", name)),
            calendar=str(data.get("calendar", "")),
            match=_match(data.get("match") or {}),
            targets=targets,
            by_kind={target.kind: target for target in targets},
        )


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
            _known(item, {"after", "to", "do"}, where)
            to = _words(item.get("to", ["supervisors"]), f"{where}.to")
            for name in to:
                if name not in ROLES and not name.startswith(("role:", "person:")):
                    raise _wrong(f"{where}.to", f"{name!r} is nobody we know")
            actions = _words(item.get("do", ["notify"]), f"{where}.do")
            for action in actions:
                if action not in ACTIONS:
                    raise _wrong(f"{where}.do", f"{action!r} is none of {', '.join(ACTIONS)}")
            when = _step(item.get("after", "0m"), f"{where}.after", f"path:{key}:{index + 1}")
            steps.append(PathStep(when, tuple(to), tuple(actions)))
        return cls(key, tuple(steps))


# -- reading --------------------------------------------------------------------------------------

_TARGET_KEYS = {
    "kind", "within", "calendar", "starts", "meets", "restarts", "cancels", "pauses_on",
    "max_pause", "warn", "path", "ends_with_resolution", "statutory", "max_extensions",
}  # fmt: skip


def _target(item: Any, where: str) -> Target:
    if not isinstance(item, Mapping):
        raise _wrong(where, "a target is a mapping")
    _known(item, _TARGET_KEYS, where)
    try:
        kind = Kind(str(item.get("kind")))
    except ValueError:
        raise _wrong(f"{where}.kind", f"one of {', '.join(Kind)}") from None
    usual: KindDefaults = DEFAULTS[kind]
    within = item.get("within")
    if within is None and not usual.until:
        raise _wrong(f"{where}.within", "how long is it?")
    pauses = _set(item, "pauses_on", usual.pauses_on, where)
    max_pause = item.get("max_pause")
    return Target(
        kind=kind,
        length=None if within is None else length(within, f"{where}.within"),
        starts=_set(item, "starts", usual.starts, where),
        meets=_set(item, "meets", usual.meets, where),
        restarts=_set(item, "restarts", usual.restarts, where),
        cancels=_set(item, "cancels", usual.cancels, where),
        subject=usual.subject,
        until=usual.until,
        pauses_on=frozenset() if item.get("statutory") else pauses,
        max_pause=None if max_pause is None else _days(max_pause, f"{where}.max_pause"),
        ends_with_resolution=bool(item.get("ends_with_resolution", usual.ends_with_resolution)),
        warnings=tuple(
            _step(text, f"{where}.warn", f"warn:{text}")
            for text in _words(item.get("warn", []), where)
        ),
        path=str(item.get("path", "")),
        calendar=str(item.get("calendar", "")),
        max_extensions=int(item.get("max_extensions", 1)),
    )


def length(value: Any, where: str = "within") -> Length:
    """A length from "4h", "1h30m", "2wd" (working days, to the close), "56d" (calendar days).

    The long form is a mapping: `{working_days: 2, end_of_day: false}`, `{days: 56}`,
    `{hours: 4}`, `{minutes: 90}`. Raises PolicyInvalid.
    """
    if isinstance(value, Mapping):
        _known(value, {"hours", "minutes", "working_days", "days", "end_of_day"}, where)
        end_of_day = bool(value.get("end_of_day", True))
        for name, calendar_days in (("working_days", False), ("days", True)):
            if name in value:
                count = _count(value[name], f"{where}.{name}")
                return Days(count, end_of_day=end_of_day, calendar_days=calendar_days)
        minutes = value.get("hours", 0) * 60 + value.get("minutes", 0)
        return OpenTime(_positive(timedelta(minutes=minutes), where))
    text = str(value).strip()
    if found := re.fullmatch(r"(\d+)(wd|d)", text):
        return Days(_count(int(found[1]), where), calendar_days=found[2] == "d")
    return OpenTime(_positive(_open_time(text, where), where))


def _step(value: Any, where: str, key: str) -> Step:
    """A step from "75%", "-1h", "0m", "2wd", "-1wd"."""
    text = str(value).strip()
    if found := re.fullmatch(r"(\d{1,3})%", text):
        return Step(key, percent=int(found[1]))
    if found := re.fullmatch(r"(-?\d+)wd", text):
        return Step(key, days=int(found[1]))
    sign = -1 if text.startswith("-") else 1
    return Step(key, offset=sign * _open_time(text.lstrip("+-"), where))


def _open_time(text: str, where: str) -> timedelta:
    parts = re.findall(r"(\d+)([hm])", text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise _wrong(where, f"{text!r} is no length; write 90m, 4h, 1h30m, 2wd or 56d")
    return sum((int(number) * UNITS[unit] for number, unit in parts), timedelta())


def _days(value: Any, where: str) -> timedelta:
    """A stretch of real time, such as the longest wait: "14d"."""
    if found := re.fullmatch(r"(\d+)d", str(value).strip()):
        return timedelta(days=int(found[1]))
    return _positive(_open_time(str(value).strip(), where), where)


def _match(data: Any) -> Match:
    if not isinstance(data, Mapping):
        raise _wrong("match", "conditions are a mapping")
    _known(data, {"category", "channel", "tier", "team", "stage", "pain"}, "match")
    pain = data.get("pain", {})
    low, high = (pain, pain) if isinstance(pain, int) else (pain.get("min", 0), pain.get("max", 5))
    lists = {
        name: frozenset(_words(data.get(name, []), f"match.{name}"))
        for name in ("category", "channel", "tier", "team", "stage")
    }
    return Match(**lists, min_pain=int(low), max_pain=int(high))


def _set(item: Mapping[str, Any], name: str, usual: frozenset[str], where: str) -> frozenset[str]:
    return frozenset(_words(item[name], f"{where}.{name}")) if name in item else usual


def _words(value: Any, where: str) -> list[str]:
    if isinstance(value, str | int):
        value = [value]
    if not isinstance(value, list | tuple):
        raise _wrong(where, "a word or a list of words")
    return [str(word) for word in value]


def _count(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(where, "a whole number of days, not below zero")
    return value


def _positive(amount: timedelta, where: str) -> timedelta:
    if amount <= timedelta():
        raise _wrong(where, "longer than nothing")
    return amount


def _known(data: Mapping[str, Any], names: set[str], where: str) -> None:
    for name in data:
        if name not in names:
            place = f"{where}.{name}".lstrip(".")
            raise _wrong(place, f"no such word; known are {', '.join(sorted(names))}")


def _wrong(where: str, what: str) -> PolicyInvalid:
    return PolicyInvalid(f"{where}: {what}", field=where)
