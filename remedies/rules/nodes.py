"""What expressions are made of: nodes that give a value and say it in words. Pure.

A node is compiled once, when the policy is read, with its kind checked; then asked many
times. `value` is None where a fact is missing (the name is noted in the context), and
raises `Inapplicable` where there is nothing to give, such as a table without a fitting row.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from remedies.facts import FactDef, Kind, NotThatKind, as_kind
from remedies.rules import words
from remedies.rules.source import Place, nearest


class Inapplicable(Exception):
    """There is nothing to give here; the message says why, in words."""


class NoRow(Inapplicable):
    """A table has no place for the facts."""


@dataclass(slots=True)
class Context:
    """Everything one evaluation knows. Lives for that evaluation only."""

    facts: dict[str, Any]
    currency: str
    now: dt.datetime
    zone: ZoneInfo
    #: Derived values already worked out, by name.
    values: dict[str, Any] = field(default_factory=dict)
    #: What earlier rules gave, by the name of the result, in major units.
    results: dict[str, Decimal] = field(default_factory=dict)
    #: Rules that applied so far.
    applied: set[str] = field(default_factory=set)
    #: Names of missing facts that a value was asked of, in order.
    missing: list[str] = field(default_factory=list)


class Node:
    """One part of a policy that gives a value."""

    __slots__ = ("kind",)
    kind: Kind
    #: Whether `words` already end in the result, so that "= £30" need not follow.
    closed = False
    #: Whether `words` are the result itself: a literal, or a name.
    plain = False

    def value(self, at: Context) -> Any:
        """The typed value, or None where a fact is missing."""
        raise NotImplementedError

    def words(self, at: Context) -> str:
        """How the value came about: "£10 × 3 days". Only asked when the value is known."""
        raise NotImplementedError

    def shown(self, at: Context) -> str:
        """The value itself in words."""
        return words.shown(self.kind, self.value(at), at.currency)

    def explain(self, at: Context) -> tuple[Any, str]:
        """The value, and the words with what they come to: "£10 × 3 days = £30"."""
        found = self.value(at)
        if found is None:
            return None, ""
        said = self.words(at)
        if self.closed or self.plain:
            return found, said
        result = words.shown(self.kind, found, at.currency)
        return found, said if said == result else f"{said} = {result}"

    def worked(self, at: Context) -> str:
        """The words and what they come to."""
        return self.explain(at)[1]

    def why_not(self, at: Context) -> str:
        """For a condition that is not met: the reason, with the facts' values."""
        return self.words(at)


class Literal(Node):
    """A value written in the policy itself."""

    __slots__ = ("unit", "written")
    plain = True

    def __init__(self, kind: Kind, written: Any, unit: str = ""):
        self.kind, self.written, self.unit = kind, written, unit

    def value(self, at: Context) -> Any:
        return self.written

    def words(self, at: Context) -> str:
        return words.shown(self.kind, self.written, at.currency, self.unit)


class FactRef(Node):
    """The value of a fact."""

    __slots__ = ("fact",)
    plain = True

    def __init__(self, fact: FactDef):
        self.fact, self.kind = fact, fact.kind

    def value(self, at: Context) -> Any:
        found = at.facts.get(self.fact.name)
        if found is None:
            at.missing.append(self.fact.name)
        return found

    def words(self, at: Context) -> str:
        return words.shown(self.kind, at.facts.get(self.fact.name), at.currency, self.fact.unit)

    def why_not(self, at: Context) -> str:
        return f"{self.fact.label} is {self.words(at)}"


class ValueRef(Node):
    """A derived value, worked out once an evaluation."""

    __slots__ = ("label", "name", "node", "unit")
    plain = True

    def __init__(self, name: str, label: str, unit: str, node: Node):
        self.name, self.label, self.unit, self.node = name, label, unit, node
        self.kind = node.kind

    def value(self, at: Context) -> Any:
        if self.name in at.values:
            return at.values[self.name]
        found = self.node.value(at)
        if found is not None:  # a missing one is asked again, so that each rule names its facts
            at.values[self.name] = found
        return found

    def words(self, at: Context) -> str:
        return words.shown(self.kind, self.value(at), at.currency, self.unit)

    def why_not(self, at: Context) -> str:
        if self.kind is Kind.YES_NO:
            return self.node.why_not(at)
        return f"{self.label} is {self.words(at)}"


class ResultRef(Node):
    """What an earlier rule gave; nothing where it did not apply."""

    __slots__ = ("label", "name")
    plain = True
    kind = Kind.MONEY

    def __init__(self, name: str):
        self.name, self.label = name, name.replace("_", " ")

    def value(self, at: Context) -> Any:
        return at.results.get(self.name, Decimal(0))

    def words(self, at: Context) -> str:
        return words.money(self.value(at), at.currency)


class Now(Node):
    """The moment of the evaluation."""

    __slots__ = ()
    kind = Kind.MOMENT

    def value(self, at: Context) -> Any:
        return at.now.astimezone(at.zone)

    def words(self, at: Context) -> str:
        return words.moment(at.now.astimezone(at.zone))


class Today(Node):
    """The date of the evaluation in the policy's time zone."""

    __slots__ = ()
    kind = Kind.DATE

    def value(self, at: Context) -> Any:
        return at.now.astimezone(at.zone).date()

    def words(self, at: Context) -> str:
        return words.day(self.value(at))


@dataclass(slots=True)
class Scope:
    """The names that a part of a policy may use, and what was used."""

    currencies: tuple[str, ...]
    facts: dict[str, FactDef] = field(default_factory=dict)
    values: dict[str, ValueRef] = field(default_factory=dict)
    #: Name of a result → the rule that gives it.
    results: dict[str, str] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    #: Facts behind each derived value, and those used by what is being compiled now.
    behind: dict[str, frozenset[str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def names(self) -> list[str]:
        """Every name that can be referred to."""
        return [*self.facts, *self.values, *self.results, "now", "today"]

    def find(self, name: str) -> Node | None:
        """The node that a name stands for, or None; notes the facts it needs."""
        if name in self.facts:
            self.used.add(name)
            return FactRef(self.facts[name])
        if name in self.values:
            self.used |= self.behind[name]
            return self.values[name]
        if name in self.results:
            return ResultRef(name)
        return {"now": Now, "today": Today}[name]() if name in ("now", "today") else None


Raw = dict[str, Any]
Compiler = Callable[[Raw, Scope, Place, Kind | None], Node]


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a value: the key that names it, and the keys that may stand beside."""

    key: str
    beside: frozenset[str]
    compile: Compiler
    modifiable: bool = True


FORMS: dict[str, Form] = {}
#: Set by `modifiers`: wraps a node with what stands beside its form (caps, floors, rounding).
MODIFIERS: dict[str, Callable[[Node, Raw, Scope, Place], Node]] = {}
MODIFIER_KEYS = frozenset(
    {"add", "reduce", "minus", "at_least", "at_most", "round_to", "rounding", "nothing_below"}
)


def form(key: str, *beside: str, modifiable: bool = True) -> Callable[[Compiler], Compiler]:
    """Registers a form under its key. `beside` are the other keys it knows."""

    def register(compiler: Compiler) -> Compiler:
        FORMS[key] = Form(key, frozenset(beside), compiler, modifiable)
        return compiler

    return register


def compile_node(raw: Any, scope: Scope, at: Place, want: Kind | None = None) -> Node:
    """The node for one part of a policy. `want` is the kind needed, None if any will do.

    Raises `PolicyInvalid` naming the place, for an unknown form or name or a wrong kind.
    """
    if isinstance(raw, dict):
        node = _compile_form(raw, scope, at, want)
    elif isinstance(raw, list) and want in (Kind.YES_NO, None):
        node = FORMS["all"].compile({"all": raw}, scope, at, want)
    else:
        node = _compile_word(raw, scope, at, want)
    if want is not None and node.kind is not want and {node.kind, want} != {Kind.CHOICE, Kind.TEXT}:
        if want is Kind.MONEY and node.kind is Kind.NUMBER:
            at.fail("This is a number, and a sum of money is needed. Multiply it by a sum.")
        at.fail(f"This is a {node.kind.replace('_', '/')}, and a {want} is needed.")
    return node


def _compile_form(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    found = [key for key in raw if key in FORMS]
    if len(found) != 1:
        keys = [key for key in raw if key not in MODIFIER_KEYS]
        if not found:
            hint = nearest(keys[0], FORMS) if keys else ""
            at.fail(f"This is none of the known forms.{hint} Known: {', '.join(sorted(FORMS))}.")
        at.fail(f"{found[0]} and {found[1]} can't stand side by side.")
    shape = FORMS[found[0]]
    allowed = shape.beside | (MODIFIER_KEYS if shape.modifiable else frozenset())
    for key in raw:
        if key != shape.key and key not in allowed:
            (at / key).fail(f"{shape.key} knows no {key}.{nearest(key, allowed)}")
    node = shape.compile(raw, scope, at, want)
    if shape.modifiable and raw.keys() & (MODIFIER_KEYS - shape.beside):
        return MODIFIERS["wrap"](node, raw, scope, at)
    return node


def _compile_word(raw: Any, scope: Scope, at: Place, want: Kind | None) -> Node:
    """A literal, or the name of a fact, a derived value or a result."""
    if raw is None:
        at.fail("A value is needed here.")
    if isinstance(raw, str):
        if want in (Kind.CHOICE, Kind.TEXT):
            return Literal(want, " ".join(raw.split()))
        if node := scope.find(raw):
            return node
        if want in (None, Kind.MONEY) and (node := _money_literal(raw, scope, at)):
            return node
    kind = want or (Kind.YES_NO if isinstance(raw, bool) else Kind.NUMBER)
    try:
        if kind is Kind.DURATION and isinstance(raw, Decimal):
            raise NotThatKind("should be a duration with its unit, such as 90 min or 3 h")
        return Literal(kind, as_kind(kind, raw, scope.currencies[0]))
    except (NotThatKind, KeyError) as error:
        if isinstance(raw, str) and raw.replace("_", "").replace(".", "").isalnum():
            at.fail(f"No value is named {raw}.{nearest(raw, scope.names())}")
        at.fail(
            f"{raw}: this {error}." if isinstance(error, NotThatKind) else f"{raw} is no value."
        )


def _money_literal(raw: str, scope: Scope, at: Place) -> Node | None:
    """ "EUR 10" or "10 EUR", in the policy's own currency; None where it is something else."""
    parts = raw.split()
    if len(parts) != 2:
        return None
    code, digits = sorted(parts, key=lambda part: not part.isalpha())
    if len(code) != 3 or not code.isupper():
        return None
    try:
        amount = as_kind(Kind.NUMBER, digits, code)
    except NotThatKind:
        return None
    if code not in scope.currencies:
        at.fail(f"{raw} is not in the policy's currency, {scope.currencies[0]}.")
    if len(scope.currencies) > 1:
        at.fail("A policy in several currencies writes its sums without one.")
    return Literal(Kind.MONEY, amount)


def compile_all(
    raw: Any, scope: Scope, at: Place, want: Kind | None, least: int = 1
) -> tuple[Node, ...]:
    """A node for each item of a list, all of one kind. Plain numbers follow money beside them."""
    if not isinstance(raw, list) or len(raw) < least:
        at.fail(f"A list of {least} or more values is needed here.")
    return same_kind([compile_node(item, scope, at / i, want) for i, item in enumerate(raw)], at)


def same_kind(nodes: Iterable[Node], at: Place) -> tuple[Node, ...]:
    """The nodes, with plain numbers read as money where another one is money."""
    listed = list(nodes)
    kinds = {node.kind for node in listed}
    if Kind.MONEY in kinds and Kind.NUMBER in kinds:
        listed = [
            Literal(Kind.MONEY, node.written)
            if isinstance(node, Literal) and node.kind is Kind.NUMBER
            else node
            for node in listed
        ]
        kinds = {node.kind for node in listed}
    if len(kinds) > 1:
        at.fail(f"These are of different kinds: {', '.join(sorted(kinds))}.")
    return tuple(listed)
