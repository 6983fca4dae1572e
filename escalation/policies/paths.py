"""Escalation paths as values, read from their data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from string import Formatter
from typing import Any

from escalation.clock import Step
from escalation.law.lengths import open_time, step
from escalation.policies.kinds import Kind
from escalation.reading import only, positive, words, wrong
from tickets.rules import Role

#: Whom a step can mean by one word; `role:…`, `person:…` and `rota:…` name one.
ROLES = ("owner", "lead", "supervisors", "team", "rota")
NAMED = ("role:", "person:", "rota:")
#: What a step can do. Those in TIMED take a length of working time, as in "call_back:4h".
ACTIONS = (
    "notify", "mail", "webhook", "reassign", "raise_pain", "call_back", "add_delay",
    "tell_customer",
)  # fmt: skip
TIMED = {"call_back": timedelta(hours=4), "tell_customer": timedelta(hours=8)}
#: What a letter to the customer may name; the date is why it is written.
PLACES = frozenset({"name", "number", "date"})
#: The kind of a path that people or events climb, rather than a clock.
CALLED = "called"
#: What can send a ticket up a path without a clock.
CALLERS = ("rep", "customer", "poor_answer", "exception_ignored")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a step does, with its length of working time where it has one."""

    name: str
    length: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Only:
    """Which tickets and clocks a step is for; what is empty does not matter."""

    kinds: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    min_pain: int = 0
    max_pain: int = 5

    def fits(self, *, kind: str, team: str, pain: int) -> bool:
        """Whether the step is taken. A pain that is not assessed yet counts as none."""
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.teams or team in self.teams)
            and self.min_pain <= pain <= self.max_pain
        )


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of an escalation path: when, for which tickets, to whom, what.

    With `real` the time of `when` is time on the wall, else working time. Without `timed` it has no
    time of its own and is taken where the step before it was not acknowledged `answer_within`.
    """

    when: Step
    to: tuple[str, ...]
    actions: tuple[str, ...]
    deeds: tuple[Deed, ...] = ()
    only: Only = Only()
    timed: bool = True
    real: bool = False
    answer_within: timedelta | None = None
    letter: str = ""

    @property
    def may_be_called(self) -> bool:
        """Whether its time can be counted from a call, where there is no deadline."""
        when = self.when
        back = (when.offset or timedelta()) < timedelta() or (when.days or 0) < 0
        return when.percent is None and not back


@dataclass(frozen=True)
class Path:
    """An ordered escalation path."""

    key: str
    steps: tuple[PathStep, ...]

    @classmethod
    def parse(cls, data: Iterable[Mapping[str, Any]], *, key: str) -> Path:
        """Read a path from its data, a list of steps. Raises PolicyInvalid."""
        if not isinstance(data, list | tuple):
            raise wrong("steps", "a list of steps")
        steps: list[PathStep] = []
        for index, item in enumerate(data):
            where = f"steps[{index}]"
            if not isinstance(item, Mapping):
                raise wrong(where, "a step is a mapping")
            demanded = index > 0 and steps[-1].answer_within is not None
            steps.append(_step(item, where, f"path:{key}:{index + 1}", demanded=demanded))
        if steps and steps[-1].answer_within is not None:
            where = f"steps[{len(steps) - 1}].answer_within"
            raise wrong(where, "no step comes after it; add one, or leave it out")
        return cls(key, tuple(steps))

    @cached_property
    def is_conditional(self) -> bool:
        """Whether some step is for some tickets only."""
        return any(step.only != Only() for step in self.steps)

    def for_ticket(self, *, kind: str, team: str, pain: int) -> Path:
        """The path with the steps that are for this clock of this ticket; their keys stay."""
        if not self.is_conditional:
            return self
        fitting = (s for s in self.steps if s.only.fits(kind=kind, team=team, pain=pain))
        return Path(self.key, tuple(fitting))

    @property
    def people(self) -> frozenset[str]:
        """Every word for people that its steps use."""
        return frozenset(word for step in self.steps for word in step.to)


# -- reading --------------------------------------------------------------------------------------

_KEYS = {"before", "at", "after", "time", "for", "to", "do", "answer_within", "letter"}


def _step(item: Mapping[str, Any], where: str, key: str, *, demanded: bool) -> PathStep:
    only(item, _KEYS, where)
    real = _is_real(item, where)
    times = [name for name in ("before", "at", "after") if name in item]
    if len(times) > 1:
        raise wrong(f"{where}.{times[1]}", f"{times[0]} says when already")
    actions = words(item.get("do", ["notify"]), f"{where}.do")
    within = item.get("answer_within")
    return PathStep(
        when=_when(item, times[0] if times else "", where, key),
        to=_people(item, where),
        actions=tuple(actions),
        deeds=tuple(_deed(action, f"{where}.do") for action in actions),
        only=_only(item.get("for", {}), f"{where}.for"),
        timed=bool(times) or not demanded,
        real=real,
        answer_within=None
        if within is None
        else positive(open_time(str(within).strip(), f"{where}.answer_within"),
                      f"{where}.answer_within"),
        letter=_letter(item, where),
    )  # fmt: skip


def _is_real(item: Mapping[str, Any], where: str) -> bool:
    time = str(item.get("time", "working"))
    if time not in ("working", "calendar"):
        raise wrong(f"{where}.time", f"{time!r} is neither working nor calendar")
    return time == "calendar"


def _when(item: Mapping[str, Any], name: str, where: str, key: str) -> Step:
    text = str(item[name]).strip() if name else "0m"
    place = f"{where}.{name or 'after'}"
    if name == "at" and text == "due":
        text = "0m"
    if name == "before":
        if text.startswith(("-", "+")):
            raise wrong(place, f"{text!r}: a time before has no sign")
        text = f"-{text}"
    found = step(text, place, key)
    if found.days is not None and item.get("time") == "calendar":
        raise wrong(place, f"{text!r} are working days; calendar time is in hours, as in 48h")
    return found


def _people(item: Mapping[str, Any], where: str) -> tuple[str, ...]:
    to = words(item.get("to", ["supervisors"]), f"{where}.to")
    for name in to:
        kind, _, rest = name.partition(":")
        if name not in ROLES and (not rest or f"{kind}:" not in NAMED):
            known = ", ".join([*ROLES, *(f"{prefix}…" for prefix in NAMED)])
            raise wrong(f"{where}.to", f"{name!r} is nobody we know; known are {known}")
        if kind == "role" and rest not in {role.value for role in Role}:
            raise wrong(f"{where}.to", f"{rest!r} is no role; known are {', '.join(Role)}")
    if not to:
        raise wrong(f"{where}.to", "whom?")
    return tuple(to)


def _deed(text: str, where: str) -> Deed:
    name, colon, length = text.partition(":")
    if name not in ACTIONS:
        raise wrong(where, f"{name!r} is none of {', '.join(ACTIONS)}")
    if colon and name not in TIMED:
        raise wrong(where, f"{name} takes no time; these do: {', '.join(TIMED)}")
    amount = positive(open_time(length, where), where) if colon else TIMED.get(name, timedelta())
    return Deed(name, amount)


def _only(data: Any, where: str) -> Only:
    if not isinstance(data, Mapping):
        raise wrong(where, "conditions are a mapping")
    only(data, {"kind", "team", "pain"}, where)
    kinds = frozenset(words(data.get("kind", []), f"{where}.kind"))
    known = {*(kind.value for kind in Kind), CALLED}
    for kind in sorted(kinds - known):
        raise wrong(f"{where}.kind", f"{kind!r} is none of {', '.join(sorted(known))}")
    low, high = _pain(data.get("pain", {}), f"{where}.pain")
    teams = frozenset(words(data.get("team", []), f"{where}.team"))
    return Only(kinds, teams, low, high)


def _pain(data: Any, where: str) -> tuple[int, int]:
    if isinstance(data, Mapping):
        only(data, {"min", "max"}, where)
        low, high = data.get("min", 0), data.get("max", 5)
    else:
        low = high = data
    for level in (low, high):
        if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= 5:
            raise wrong(where, f"{level!r} is no level from 0 to 5")
    if low > high:
        raise wrong(where, f"{low} is above {high}")
    return low, high


def _letter(item: Mapping[str, Any], where: str) -> str:
    text = item.get("letter", "")
    place = f"{where}.letter"
    if not isinstance(text, str) or len(text) > 4000:
        raise wrong(place, "a text of at most 4000 characters")
    if not text:
        return ""
    try:
        named = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise wrong(place, f"{error}; write {{name}}, {{number}} and {{date}}") from error
    if unknown := sorted(named - PLACES):
        known = ", ".join(sorted(PLACES))
        raise wrong(place, f"{{{unknown[0]}}} is not known here; known are {known}")
    if "date" not in named:
        raise wrong(place, "it has to say {date}, by when the customer hears")
    return text
