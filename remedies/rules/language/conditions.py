"""When a rule applies: all, any, not, and tests of a fact with inclusive and exclusive bounds.

Reads conditions; what they are once read is in remedies.rules.language.logic.
"""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

from remedies.facts import ORDERED, Kind
from remedies.rules.language.compiling import Raw, Scope, compile_node, form
from remedies.rules.language.logic import Among, Applied, Either, Every, Known, Not, asked, compared
from remedies.rules.language.meant import nearest
from remedies.rules.language.nodes import FactRef, Literal, Node, ValueRef
from remedies.rules.language.source import Place, each_read, items, short

MISSING = "missing"

_ORDER: dict[str, tuple[Callable[[Any, Any], bool], str, str]] = {
    "at_least": (ge, "at least {}", "on or after {}"),
    "above": (gt, "more than {}", "after {}"),
    "at_most": (le, "at most {}", "on or before {}"),
    "below": (lt, "less than {}", "before {}"),
}
TESTS = frozenset({*_ORDER, "is", "is_not", "one_of", "none_of", "contains"})


def _label(node: Node) -> str:
    if isinstance(node, FactRef):
        return node.fact.label
    return str(getattr(node, "label", "the value"))


def _choice_bound(raw: Any, subject: Node, at: Place) -> Node:
    """A word for a choice, checked against the choices that the fact has."""
    if isinstance(raw, list):
        at.fail(f"One value is needed here; for one of several, write one_of: {short(raw)}.")
    word = raw if isinstance(raw, str) else str(raw)
    fact = subject.fact if isinstance(subject, FactRef) else None
    choices: tuple[str, ...] = fact.choices if fact else getattr(subject, "choices", ())
    if choices and word not in choices:
        hint = nearest(word, choices) or f" It is one of {', '.join(choices[:12])}."
        at.fail(f"{_label(subject)} is never {word}.{hint}")
    return Literal(subject.kind, word)


def _bound(raw: Any, subject: Node, scope: Scope, at: Place) -> Node:
    if subject.kind in (Kind.CHOICE, Kind.TEXT):
        return _choice_bound(raw, subject, at)
    return compile_node(raw, scope, at, subject.kind)


def _one_of(subject: Node, key: str, raw: Any, scope: Scope, at: Place) -> Node:
    bounds = tuple(
        each_read(items(raw, at, key), lambda item, place: _bound(item, subject, scope, place))
    )
    if not bounds:
        at.fail(f"{key} needs a value.")
    wanted = key == "one_of"
    literal = tuple(bound for bound in bounds if isinstance(bound, Literal))
    if len(literal) == len(bounds):
        return Among(subject, _label(subject), literal, wanted=wanted)
    parts = tuple(
        compared(subject, _label(subject), _equal, bound, _needs_is(wanted=wanted))
        for bound in bounds
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


def compilecompared(subject: Node, key: str, raw: Any, scope: Scope, at: Place) -> Node:
    """One test of `subject`, such as at_least: 30. Raises `PolicyInvalid` for a wrong bound."""
    label = _label(subject)
    if key in ("is", "is_not"):
        if raw == MISSING:
            return Known(subject, label, missing=key == "is")
        same = _equal if key == "is" else _unequal
        return compared(
            subject, label, same, _bound(raw, subject, scope, at), _needs_is(wanted=key == "is")
        )
    if key in ("one_of", "none_of"):
        return _one_of(subject, key, raw, scope, at)
    if key == "contains":
        if subject.kind is not Kind.LIST or not isinstance(subject, FactRef):
            at.fail(f"{label} is no list, so it contains nothing.")
        if fact_fields := subject.fact.fields:
            at.fail(
                f"{label} holds records. Whether one of them is so is asked with {{value: "
                f"{{count_over: {subject.fact.name}, when: {{fact: {fact_fields[0].name}, "
                f"is: …}}}}, at_least: 1}}."
            )
        bound = compile_node(raw, scope, at, subject.fact.items or Kind.TEXT)
        return compared(subject, label, _contains, bound, "{} among them")
    if subject.kind not in ORDERED:
        at.fail(f"{label} is a {subject.kind.replace('_', '/')}: it has no order, so no {key}.")
    compare, number_words, day_words = _ORDER[key]
    dated = subject.kind in (Kind.DATE, Kind.MOMENT)
    bound = compile_node(raw, scope, at, subject.kind)
    if isinstance(bound, Literal) and subject.kind is Kind.DURATION:
        bound.unit = getattr(subject, "unit", "")
    return compared(subject, label, compare, bound, day_words if dated else number_words)


def compile_tests(subject: Node, raw: Raw, scope: Scope, at: Place, skip: frozenset[str]) -> Node:
    """All tests that stand beside a subject; each has to hold."""
    tests = each_read(
        ((key, at / key) for key in raw if key not in skip),
        lambda key, place: compilecompared(subject, key, raw[key], scope, place),
    )
    if not tests:
        at.fail(f"Say which: {', '.join(sorted(TESTS))}.")
    return tests[0] if len(tests) == 1 else Every(tuple(tests))


def _conditions(raw: Any, scope: Scope, at: Place, key: str) -> list[Node]:
    return each_read(items(raw, at, key), lambda part, place: condition(part, scope, place))


@form("all", modifiable=False)
def _all(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    # A bare list means all of it, and its parts stand there without the word.
    place = at / "all" if (*at.path, "all") in at.lines else at
    parts = _conditions(raw["all"], scope, place, "all")
    return Every(tuple(parts)) if parts else place.fail("all needs a condition.")


@form("any", modifiable=False)
def _any(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    parts = _conditions(raw["any"], scope, at / "any", "any")
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
        (at / "fact").fail(f"No fact or value is named {name}.{scope.unknown(name)}")
    if len(raw) == 1 and isinstance(subject, FactRef | ValueRef) and subject.kind is Kind.YES_NO:
        return asked(subject, _label(subject))
    return compile_tests(subject, raw, scope, at, frozenset({"fact"}))


@form("value", *TESTS, modifiable=False)
def _value(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    subject = compile_node(raw["value"], scope, at / "value")
    return compile_tests(subject, raw, scope, at, frozenset({"value"}))


@form("rule", "applied", modifiable=False)
def _rule(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    rule = raw["rule"]
    if rule not in scope.rules:
        (at / "rule").fail(f"No rule above is called {rule}.{nearest(str(rule), scope.rules)}")
    if not isinstance(raw.get("applied", True), bool):
        (at / "applied").fail("applied is yes or no.")
    scope.needs.add(str(rule))
    return Applied(str(rule), applied=raw.get("applied", True) is not False)


def condition(raw: Any, scope: Scope, at: Place) -> Node:
    """The condition for one part of a policy: a mapping, a list (all of it), or a yes/no name."""
    node = compile_node(raw, scope, at, Kind.YES_NO)
    if isinstance(node, FactRef | ValueRef):
        return asked(node, _label(node))
    return node
