"""When a rule applies: all, any, not, and tests of a fact with inclusive and exclusive bounds.

A condition is yes, no, or unknown (None) where that hangs on a missing fact: "no and unknown"
is no, "yes or unknown" is yes (Kleene's logic), so a fact is asked for only if it matters.
"""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

from remedies.facts import ORDERED, Kind
from remedies.rules.nodes import (
    Context,
    FactRef,
    Literal,
    Node,
    Raw,
    Scope,
    ValueRef,
    compile_node,
    form,
)
from remedies.rules.source import Place, items, nearest
from remedies.rules.words import shown

MISSING = "missing"

_ORDER: dict[str, tuple[Callable[[Any, Any], bool], str, str]] = {
    "at_least": (ge, "at least {}", "on or after {}"),
    "above": (gt, "more than {}", "after {}"),
    "at_most": (le, "at most {}", "on or before {}"),
    "below": (lt, "less than {}", "before {}"),
}
TESTS = frozenset({*_ORDER, "is", "is_not", "one_of", "none_of", "contains"})


class Condition(Node):
    """A node that is yes, no or unknown."""

    __slots__ = ()
    kind = Kind.YES_NO


class Every(Condition):
    """Yes if each part is."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]):
        self.parts = parts

    def value(self, at: Context) -> bool | None:
        """Kleene's "and": no as soon as one part is no."""
        result: bool | None = True
        mark = len(at.missing)
        for part in self.parts:
            found = part.value(at)
            if found is False:
                del at.missing[mark:]  # whatever is missing does not matter any more
                return False
            if found is None:
                result = None
        return result

    def words(self, at: Context) -> str:
        return " and ".join(part.words(at) for part in self.parts)

    def why_not(self, at: Context) -> str:
        for part in self.parts:
            if part.value(at) is False:
                return part.why_not(at)
        return self.words(at)


class Either(Condition):
    """Yes if one part is."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]):
        self.parts = parts

    def value(self, at: Context) -> bool | None:
        result: bool | None = False
        mark = len(at.missing)
        for part in self.parts:
            found = part.value(at)
            if found is True:
                del at.missing[mark:]
                return True
            if found is None:
                result = None
        return result

    def words(self, at: Context) -> str:
        return " or ".join(part.words(at) for part in self.parts)

    def why_not(self, at: Context) -> str:
        return "; ".join(dict.fromkeys(part.why_not(at) for part in self.parts))


class Not(Condition):
    """The opposite; unknown stays unknown."""

    __slots__ = ("part",)

    def __init__(self, part: Node):
        self.part = part

    def value(self, at: Context) -> bool | None:
        found = self.part.value(at)
        return None if found is None else not found

    def words(self, at: Context) -> str:
        return f"not: {self.part.words(at)}"

    def why_not(self, at: Context) -> str:
        return self.part.words(at)


class Is(Condition):
    """A yes/no fact or value, in words that name it."""

    __slots__ = ("label", "part")

    def __init__(self, part: Node, label: str):
        self.part, self.label = part, label

    def value(self, at: Context) -> bool | None:
        found: bool | None = self.part.value(at)
        return found

    def words(self, at: Context) -> str:
        return self.label if self.part.value(at) else f"not {self.label}"

    def why_not(self, at: Context) -> str:
        return self.part.why_not(at)


class Test(Condition):
    """One comparison of a value with a bound."""

    __slots__ = ("bound", "compare", "label", "needs", "subject")

    def __init__(
        self,
        subject: Node,
        label: str,
        compare: Callable[[Any, Any], bool],
        bound: Node,
        needs: str,
    ):
        self.subject, self.label, self.compare = subject, label, compare
        self.bound, self.needs = bound, needs

    def value(self, at: Context) -> bool | None:
        left, right = self.subject.value(at), self.bound.value(at)
        return None if left is None or right is None else self.compare(left, right)

    def words(self, at: Context) -> str:
        return f"{self.label} is {self.subject.words(at)}"

    def why_not(self, at: Context) -> str:
        needed = self.needs.format(self.bound.words(at))
        return f"{self.words(at)}, and this needs {needed}"


class FactTest(Test):
    """The commonest test, a fact with a bound written in the policy, without detours."""

    __slots__ = ("fact", "needed", "written")

    def __init__(
        self,
        subject: FactRef,
        label: str,
        compare: Callable[[Any, Any], bool],
        bound: Literal,
        needs: str,
    ):
        super().__init__(subject, label, compare, bound, needs)
        self.fact, self.written = subject.fact.name, bound.written
        # Money is written in the currency of the evaluation; all else is always the same.
        fixed = None if bound.kind is Kind.MONEY else shown(bound.kind, bound.written, "")
        self.needed = None if fixed is None else f", and this needs {needs.format(fixed)}"

    def value(self, at: Context) -> bool | None:
        found = at.facts.get(self.fact)
        if found is None:
            at.missing.append(self.fact)
            return None
        return self.compare(found, self.written)

    def why_not(self, at: Context) -> str:
        if self.needed is None:
            return super().why_not(at)
        return f"{self.label} is {self.subject.words(at)}{self.needed}"


def _test(
    subject: Node, label: str, compare: Callable[[Any, Any], bool], bound: Node, needs: str
) -> Test:
    if isinstance(subject, FactRef) and isinstance(bound, Literal):
        return FactTest(subject, label, compare, bound, needs)
    return Test(subject, label, compare, bound, needs)


class Among(Condition):
    """Whether a value is one of several that the policy names."""

    __slots__ = ("label", "listed", "subject", "wanted")

    def __init__(self, subject: Node, label: str, listed: tuple[Literal, ...], *, wanted: bool):
        self.subject, self.label, self.wanted = subject, label, wanted
        self.listed = {bound.written: bound for bound in listed}

    def value(self, at: Context) -> bool | None:
        found = self.subject.value(at)
        return None if found is None else (found in self.listed) is self.wanted

    def words(self, at: Context) -> str:
        return f"{self.label} is {self.subject.words(at)}"

    def why_not(self, at: Context) -> str:
        if not self.wanted:
            return f"{self.words(at)}, and then this is not given"
        names = [bound.words(at) for bound in self.listed.values()]
        needed = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
        return f"{self.words(at)}, and this needs {needed}"


class Known(Condition):
    """Whether a value is missing; never unknown itself."""

    __slots__ = ("label", "missing", "subject")

    def __init__(self, subject: Node, label: str, *, missing: bool):
        self.subject, self.label, self.missing = subject, label, missing

    def value(self, at: Context) -> bool:
        mark = len(at.missing)
        found = self.subject.value(at)
        del at.missing[mark:]
        return (found is None) is self.missing

    def words(self, at: Context) -> str:
        known = self.subject.value(at) is not None
        return f"{self.label} is {'known' if known else 'unknown'}"


class Applied(Condition):
    """Whether an earlier rule applied."""

    __slots__ = ("applied", "rule")

    def __init__(self, rule: str, *, applied: bool):
        self.rule, self.applied = rule, applied

    def value(self, at: Context) -> bool:
        return (self.rule in at.applied) is self.applied

    def words(self, at: Context) -> str:
        return f"{self.rule} {'applied' if self.rule in at.applied else 'did not apply'}"


def _label(node: Node) -> str:
    if isinstance(node, FactRef):
        return node.fact.label
    return node.label if isinstance(node, ValueRef) else "the value"


def _choice_bound(raw: Any, subject: Node, at: Place) -> Node:
    """A word for a choice, checked against the choices that the fact has."""
    word = raw if isinstance(raw, str) else str(raw)
    choices = subject.fact.choices if isinstance(subject, FactRef) else ()
    if choices and word not in choices:
        at.fail(f"{_label(subject)} is never {word}.{nearest(word, choices)}")
    return Literal(subject.kind, word)


def _bound(raw: Any, subject: Node, scope: Scope, at: Place) -> Node:
    if subject.kind in (Kind.CHOICE, Kind.TEXT):
        return _choice_bound(raw, subject, at)
    return compile_node(raw, scope, at, subject.kind)


def _one_of(subject: Node, key: str, raw: Any, scope: Scope, at: Place) -> Node:
    bounds = tuple(_bound(item, subject, scope, place) for item, place in items(raw, at, key))
    if not bounds:
        at.fail(f"{key} needs a value.")
    wanted = key == "one_of"
    literal = tuple(bound for bound in bounds if isinstance(bound, Literal))
    if len(literal) == len(bounds):
        return Among(subject, _label(subject), literal, wanted=wanted)
    parts = tuple(
        _test(subject, _label(subject), _equal, bound, _needs_is(wanted=wanted)) for bound in bounds
    )
    return Either(parts) if wanted else Not(Either(parts))


def _needs_is(*, wanted: bool) -> str:
    return "{}" if wanted else "anything but {}"


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right)


def _unequal(left: Any, right: Any) -> bool:
    return bool(left != right)


def _contains(left: Any, right: Any) -> bool:
    return right in left


def compile_test(subject: Node, key: str, raw: Any, scope: Scope, at: Place) -> Node:
    """One test of `subject`, such as at_least: 30. Raises `PolicyInvalid` for a wrong bound."""
    label = _label(subject)
    if key in ("is", "is_not"):
        if raw == MISSING:
            return Known(subject, label, missing=key == "is")
        same = _equal if key == "is" else _unequal
        return _test(
            subject, label, same, _bound(raw, subject, scope, at), _needs_is(wanted=key == "is")
        )
    if key in ("one_of", "none_of"):
        return _one_of(subject, key, raw, scope, at)
    if key == "contains":
        if subject.kind is not Kind.LIST or not isinstance(subject, FactRef):
            at.fail(f"{label} is no list, so it contains nothing.")
        bound = compile_node(raw, scope, at, subject.fact.items or Kind.TEXT)
        return _test(subject, label, _contains, bound, "{} among them")
    if subject.kind not in ORDERED:
        at.fail(f"{label} is a {subject.kind.replace('_', '/')}: it has no order, so no {key}.")
    compare, number_words, day_words = _ORDER[key]
    dated = subject.kind in (Kind.DATE, Kind.MOMENT)
    bound = compile_node(raw, scope, at, subject.kind)
    return _test(subject, label, compare, bound, day_words if dated else number_words)


def compile_tests(subject: Node, raw: Raw, scope: Scope, at: Place, skip: frozenset[str]) -> Node:
    """All tests that stand beside a subject; each has to hold."""
    tests = [
        compile_test(subject, key, bound, scope, at / key)
        for key, bound in raw.items()
        if key not in skip
    ]
    if not tests:
        at.fail(f"Say which: {', '.join(sorted(TESTS))}.")
    return tests[0] if len(tests) == 1 else Every(tuple(tests))


@form("all", modifiable=False)
def _all(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    parts = [condition(part, scope, place) for part, place in items(raw["all"], at / "all", "all")]
    return Every(tuple(parts)) if parts else (at / "all").fail("all needs a condition.")


@form("any", modifiable=False)
def _any(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    parts = [condition(part, scope, place) for part, place in items(raw["any"], at / "any", "any")]
    return Either(tuple(parts)) if parts else (at / "any").fail("any needs a condition.")


@form("not", modifiable=False)
def _not(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return Not(condition(raw["not"], scope, at / "not"))


@form("fact", *TESTS, modifiable=False)
def _fact(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    if not isinstance(raw["fact"], str):
        (at / "fact").fail("fact should be the name of a fact or a value.")
    subject = scope.find(raw["fact"])
    if subject is None:
        name = raw["fact"]
        (at / "fact").fail(f"No fact or value is named {name}.{nearest(name, scope.names())}")
    return compile_tests(subject, raw, scope, at, frozenset({"fact"}))


@form("value", *TESTS, modifiable=False)
def _value(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    subject = compile_node(raw["value"], scope, at / "value")
    return compile_tests(subject, raw, scope, at, frozenset({"value"}))


@form("rule", "applied", modifiable=False)
def _rule(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    rule = raw["rule"]
    if rule not in scope.rules:
        (at / "rule").fail(f"No rule above is {rule}.{nearest(str(rule), scope.rules)}")
    return Applied(str(rule), applied=raw.get("applied", True) is not False)


def condition(raw: Any, scope: Scope, at: Place) -> Node:
    """The condition for one part of a policy: a mapping, a list (all of it), or a yes/no name."""
    node = compile_node(raw, scope, at, Kind.YES_NO)
    if isinstance(node, FactRef | ValueRef):
        return Is(node, _label(node))
    return node
