"""Looks for facts under which several conditions hold at once. Pure and deterministic.

Of each fact the values are tried at which the policy changes its mind. What one condition says of
one fact leaves some of them; what is left is changed, fact by fact, until nothing stands in the
way (the heuristic of least conflicts: S. Minton and others, 1992).
"""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from remedies.facts import FactDef, NotThatKind, read_fact
from remedies.rules.checks.conjuncts import Goal
from remedies.rules.checks.probing import Facts
from remedies.rules.checks.walking import Walk
from remedies.rules.language.nodes import Context

#: Starts for one question, changes from each, and evaluations by which a start is confirmed.
STARTS, CHANGES, CONFIRMED = 4, 8, 40
#: Of each fact so many values are looked at in one change.
_AT_ONCE = 24


@dataclass(frozen=True, slots=True)
class _Values:
    """What is tried of one fact: as it is told, and as rules count with it."""

    told: tuple[Any, ...]
    typed: tuple[Any, ...]


@dataclass
class Solving(Walk):
    """A search that can also be asked for facts."""

    #: Looks at conditions that may still be spent; a look is a small part of an evaluation.
    looks: int = field(init=False, default=0)
    _left: dict[tuple[Goal, str, dt.datetime], frozenset[int]] = field(
        init=False, default_factory=dict
    )
    _domains: dict[tuple[str, str], _Values] = field(init=False, default_factory=dict)

    def facts_for(
        self, goals: Sequence[Goal], touched: frozenset[str], confirm: Callable[[Facts], bool]
    ) -> Facts | None:
        """Facts under which all goals hold and `confirm` says yes; None where none were found.

        `touched` are facts that matter beyond the goals: those of which the sum is worked out.
        """
        names = (
            frozenset().union(touched, *(goal.reads for goal in goals)) & self.policy.facts.keys()
        )
        for turn in range(max(len(self.moments), len(self.policy.currencies))):
            self.turn(turn)
            chance = random.Random(turn)  # noqa: S311 - to try things, not to keep secrets
            domains = self._left_by(goals, names)
            if domains is None:
                continue
            found = self._from_starts(goals, domains, confirm, chance)
            if found is not None or self.looks <= 0:
                return found
        return None

    def _values_of(self, fact: FactDef) -> _Values:
        """The values of a fact, the default first; and "not told", where there is no default."""
        key = (fact.name, self.currency)
        if key not in self._domains:
            told = list(self.probe.values.get(fact.name, ()))
            told = [fact.default, *told] if fact.default is not None else [*told, None]
            pairs = []
            for value in told:
                try:
                    pairs.append((value, read_fact(fact, value, self.currency)))
                except NotThatKind:
                    continue
            self._domains[key] = _Values(tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))
        return self._domains[key]

    def _context(self, typed: dict[str, Any], looks: int = 1) -> Context:
        self.looks -= looks
        return Context(dict(typed), self.currency, self.now, self.policy.zone)

    def _left_by(self, goals: Sequence[Goal], names: frozenset[str]) -> dict[str, _Values] | None:
        """Of each fact what the goals about it alone leave; None where one is left nothing."""
        left: dict[str, frozenset[int]] = {}
        for goal in goals:
            if len(goal.reads) == 1 and (name := next(iter(goal.reads))) in names:
                kept = self._kept_by(goal, name)
                left[name] = left[name] & kept if name in left else kept
                if not left[name]:
                    return None
        found = {}
        for name in sorted(names):
            values = self._values_of(self.policy.facts[name])
            kept = left.get(name, frozenset(range(len(values.told))))
            found[name] = _Values(
                tuple([values.told[i] for i in sorted(kept)]),
                tuple([values.typed[i] for i in sorted(kept)]),
            )
        return found

    def _kept_by(self, goal: Goal, name: str) -> frozenset[int]:
        """Which values of the one fact that it reads a goal leaves; worked out once."""
        key = (goal, self.currency, self.now)
        if key not in self._left:
            values = self._values_of(self.policy.facts[name])
            self._left[key] = frozenset(
                index
                for index, typed in enumerate(values.typed)
                if not goal.misses(self._context({name: typed}, looks=0))
            )
        return self._left[key]

    def _from_starts(
        self,
        goals: Sequence[Goal],
        domains: dict[str, _Values],
        confirm: Callable[[Facts], bool],
        chance: random.Random,
    ) -> Facts | None:
        joined = [goal for goal in goals if len(goal.reads) != 1]
        for start in range(STARTS):
            if self.looks <= 0:
                break
            at = {n: 0 if not start else chance.randrange(len(v.told)) for n, v in domains.items()}
            if self._settled(joined, domains, at, chance) and (
                found := self._confirmed(domains, at, confirm)
            ):
                return found
        return None

    def _settled(
        self,
        goals: Sequence[Goal],
        domains: dict[str, _Values],
        at: dict[str, int],
        chance: random.Random,
    ) -> bool:
        """Changes `at`, one fact at a time, until every goal is met; False where it is not."""
        typed = {name: values.typed[at[name]] for name, values in domains.items()}
        for _ in range(CHANGES):
            missed = [goal for goal in goals if goal.misses(self._context(typed))]
            if not missed:
                return True
            best = None
            names = sorted(frozenset().union(*(goal.reads for goal in missed)) & domains.keys())
            for name in names:
                for index in _some(len(domains[name].told), chance):
                    here = {**typed, name: domains[name].typed[index]}
                    cost = sum(goal.misses(self._context(here)) for goal in goals)
                    if best is None or (cost, index == at[name]) < best[0]:
                        best = ((cost, index == at[name]), name, index)
            if best is None or self.looks <= 0:
                return False
            _, name, index = best
            if at[name] == index:  # nothing helps by itself
                name = chance.choice(names)
                index = chance.randrange(len(domains[name].told))
            at[name], typed[name] = index, domains[name].typed[index]
        return not any(goal.misses(self._context(typed)) for goal in goals)

    def _confirmed(
        self, domains: dict[str, _Values], at: dict[str, int], confirm: Callable[[Facts], bool]
    ) -> Facts | None:
        """The facts, or ones that differ in one of them, under which it is confirmed."""
        facts = {name: values.told[at[name]] for name, values in domains.items()}
        if self._asked(facts, confirm):
            return _told(facts)
        names = list(domains)
        for number in range(CONFIRMED):
            name = names[number % len(names)] if names else ""
            turned = number // len(names) if names else 0
            if not name or self.looks <= 0 or turned >= len(domains[name].told):
                continue
            other = {**facts, name: domains[name].told[-1 - turned]}
            if self._asked(other, confirm):
                return _told(other)
        return None

    def _asked(self, facts: Facts, confirm: Callable[[Facts], bool]) -> bool:
        self.looks -= 8  # an evaluation of the whole policy
        return confirm(_told(facts))


def _told(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}


def _some(count: int, chance: random.Random) -> Sequence[int]:
    return range(count) if count <= _AT_ONCE else sorted(chance.sample(range(count), _AT_ONCE))
