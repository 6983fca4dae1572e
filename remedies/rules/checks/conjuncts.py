"""The conditions of a rule taken apart: what has to hold, and which facts each part reads. Pure.

Only the parts of a condition can be worked towards one by one, as a search for facts does it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remedies.facts import FactDef
from remedies.rules.language.logic import Applied, Either, Every, Is, Not
from remedies.rules.language.nodes import Context, Inapplicable, Node, NoRow, ResultRef, ValueRef
from remedies.rules.language.policy import Rule
from remedies.rules.language.tables import Matrix, Table


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A condition that has to be met (or not to be), with the facts that it reads."""

    node: Node
    wanted: bool
    reads: frozenset[str]

    def misses(self, at: Context) -> int:
        """How many tests stand in the way; 0 where it is as wanted."""
        return _misses(self.node, at, wanted=self.wanted)


@dataclass(frozen=True, slots=True, eq=False)
class InForce:
    """The date that decides lies in the days of a rule."""

    rule: Rule
    reads: frozenset[str]

    def misses(self, at: Context) -> int:
        """0 where the rule is in force."""
        date = _asked(self.rule.dated_by, at)
        early = date is None or (self.rule.since is not None and date < self.rule.since)
        return int(early or (self.rule.until is not None and date > self.rule.until))


@dataclass(frozen=True, slots=True, eq=False)
class NoPlace:
    """A table has no row for the facts."""

    table: Table | Matrix
    reads: frozenset[str]

    def misses(self, at: Context) -> int:
        """0 where no row fits."""
        try:
            self.table.value(at)
        except NoRow:
            return 0
        except (Inapplicable, ArithmeticError):
            return 1
        return 1


Goal = Part | InForce | NoPlace


def goals_of(rule: Rule, rules: Mapping[str, Rule]) -> list[Goal]:
    """Everything that has to hold for a rule to apply, as far as it can be told without others."""
    found: list[Goal] = []
    if rule.dated_by is not None and (rule.since or rule.until):
        found.append(InForce(rule, facts_in(rule.dated_by, rules)))
    if rule.when is not None:
        found += _parts(rule.when, rules, wanted=True)
    for exclusion in rule.exclusions:
        found += _parts(exclusion.when, rules, wanted=False)
    if rule.stack_on in rules:
        found += goals_of(rules[rule.stack_on], rules)
    return found


def _parts(node: Node, rules: Mapping[str, Rule], *, wanted: bool) -> Iterator[Goal]:
    """A condition in parts that all have to hold."""
    if isinstance(node, Not):
        yield from _parts(node.part, rules, wanted=not wanted)
    elif isinstance(node, Every if wanted else Either):
        for part in node.parts:
            yield from _parts(part, rules, wanted=wanted)
    elif isinstance(node, Is) and isinstance(node.part, ValueRef):
        yield from _parts(node.part.node, rules, wanted=wanted)
    elif isinstance(node, Applied):
        if node.applied is wanted and node.rule in rules:
            yield from goals_of(rules[node.rule], rules)
    else:
        yield Part(node, wanted, facts_in(node, rules))


def _misses(node: Node, at: Context, *, wanted: bool) -> int:
    if isinstance(node, Not):
        return _misses(node.part, at, wanted=not wanted)
    if isinstance(node, Is) and isinstance(node.part, ValueRef):
        return _misses(node.part.node, at, wanted=wanted)
    if isinstance(node, Every | Either):
        each = [_misses(part, at, wanted=wanted) for part in node.parts]
        return sum(each) if isinstance(node, Every) is wanted else min(each)
    return int(_asked(node, at) is not wanted)


def _asked(node: Node | None, at: Context) -> Any:
    """What a node comes to; None where there is nothing."""
    try:
        return None if node is None else node.value(at)
    except (Inapplicable, ArithmeticError):
        return None


def tables_in(rule: Rule) -> Iterator[Table | Matrix]:
    """Every table that the sum of a rule is worked out with."""
    ends = (rule.range.low, rule.range.high) if rule.range is not None else ()
    for node in (rule.amount, *ends):
        for inner in _inside(node, set()):
            if isinstance(inner, Matrix) or (isinstance(inner, Table) and inner.other is None):
                yield inner


def facts_in(node: Any, rules: Mapping[str, Rule]) -> frozenset[str]:
    """Names of all facts that a part of a policy reads."""
    found: set[str] = set()
    for inner in _inside(node, set()):
        if isinstance(inner, FactDef):
            found.add(inner.name)
        elif isinstance(inner, Applied) and inner.rule in rules:
            found |= set(rules[inner.rule].reads)
        elif isinstance(inner, ResultRef):
            found |= {f for r in rules.values() if r.result == inner.name for f in r.reads}
    return frozenset(found)


def _inside(part: Any, seen: set[int]) -> Iterator[Any]:
    """A node, and all nodes and facts inside it."""
    if isinstance(part, Node | FactDef):
        if id(part) in seen:
            return
        seen.add(id(part))
        yield part
        if isinstance(part, Node):
            for kind in type(part).__mro__:
                for slot in getattr(kind, "__slots__", ()):
                    yield from _inside(getattr(part, slot, None), seen)
    elif isinstance(part, tuple | list | set | frozenset):
        for inner in part:
            yield from _inside(inner, seen)
    elif isinstance(part, dict):
        for inner in part.values():
            yield from _inside(inner, seen)
