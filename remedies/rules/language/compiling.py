"""From a part of a policy to a node: the forms, and the names that may be used. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from remedies.errors import PolicyInvalid
from remedies.facts import MINUTES, FactDef, Kind, NotThatKind, as_kind
from remedies.rules.language.meant import nearest
from remedies.rules.language.nodes import (
    BUILT_IN,
    CurrencyOf,
    FactRef,
    Literal,
    Node,
    Now,
    ResultRef,
    Today,
    ValueRef,
)
from remedies.rules.language.source import Place, each_read, short


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
    #: Rules that what is being compiled now refers to; they have to be worked out before it.
    needs: set[str] = field(default_factory=set)

    #: Values and results of the whole policy, with their lines: some stand further down.
    lines: dict[str, int] = field(default_factory=dict)
    #: Values and results that could not be read; that is told once, not wherever they are used.
    broken: set[str] = field(default_factory=set)

    #: Inside a form over records: their fields by name.
    inside: dict[str, FactDef] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Every name that can be referred to."""
        return [*self.inside, *self.facts, *self.values, *self.results, *BUILT_IN]

    def field_of(self, name: str) -> FactDef | None:
        """The list whose records have a field of this name."""
        lists = (fact for fact in self.facts.values() if fact.fields)
        return next((fact for fact in lists if name in [one.name for one in fact.fields]), None)

    def unknown(self, name: str) -> str:
        """What is said where nothing has the name: the nearest one, or where it is known."""
        if name in self.lines and name not in self.names():
            return f" It stands further below, in line {self.lines[name]}; move it above this."
        listed = self.field_of(name)
        if listed is None:
            return nearest(name, self.names())
        return (
            f" It is a field of {listed.name}, and known inside a form over its records: "
            f"{{sum_over: {listed.name}, of: …}}."
        )

    def find(self, name: str) -> Node | None:
        """The node that a name stands for, or None; notes the facts it needs."""
        if name in self.broken:
            raise PolicyInvalid
        if name in self.inside:
            return FactRef(self.inside[name])
        if name in self.facts:
            self.used.add(name)
            return FactRef(self.facts[name])
        if name in self.values:
            self.used |= self.behind[name]
            return self.values[name]
        if name in self.results:
            self.needs.add(self.results[name])
            return ResultRef(name)
        if name == "currency":
            return CurrencyOf(self.currencies)
        return {"now": Now, "today": Today}[name]() if name in BUILT_IN else None


Raw = dict[str, Any]
Compiler = Callable[[Raw, Scope, Place, Kind | None], Node]


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a value: the key that names it, and the keys that may stand beside."""

    key: str
    beside: frozenset[str]
    compile: Compiler
    modifiable: bool = True
    needs: tuple[str, ...] = ()


FORMS: dict[str, Form] = {}
DURATION = re.compile(rf"[0-9]+(\.[0-9]+)? *({'|'.join(MINUTES)})")
_NAME = re.compile(r"[\w.-]+")
#: A number with a sign, marks or a unit: €10, 1,000, 20%, 30km.
_DRESSED = re.compile(
    r"(?:[^\w\s]{1,2}|[A-Z]{1,3})? ?([0-9][0-9,]*(?:\.[0-9]+)?) ?(?:[^\w\s]|\w{1,3})?"
)
#: Set by `modifiers`: wraps a node with what stands beside its form (caps, floors, rounding).
MODIFIERS: dict[str, Callable[[Node, Raw, Scope, Place], Node]] = {}
MODIFIER_KEYS = frozenset(
    {"add", "reduce", "minus", "at_least", "at_most", "round_to", "rounding", "nothing_below"}
)


def form(
    key: str, *beside: str, modifiable: bool = True, needs: tuple[str, ...] = ()
) -> Callable[[Compiler], Compiler]:
    """Registers a form under its key. `beside` are the other keys it knows, `needs` those that
    have to be there."""

    def register(compiler: Compiler) -> Compiler:
        FORMS[key] = Form(key, frozenset({*beside, *needs}), compiler, modifiable, needs)
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
        at.fail(_wrong_kind(node, want, raw))
    return node


_KINDS = {Kind.MONEY: "sum of money", Kind.YES_NO: "yes/no"}


def _wrong_kind(node: Node, want: Kind, raw: Any) -> str:
    kind, needed = _KINDS.get(node.kind, node.kind), _KINDS.get(want, want)
    if want is Kind.MONEY and node.kind is Kind.NUMBER:
        said = "This is a number, and a sum of money is needed. Multiply it by a sum"
        named = isinstance(node, ValueRef) and isinstance(raw, str)
        how = f"{{each: 5, per: {raw}}}" if isinstance(raw, str) else "{each: 5, per: …}"
        more = f", or write type: money where {raw} is worked out" if named else ""
        return f"{said}, {how}{more}."
    if want is Kind.YES_NO:
        return (
            f"This is a {kind}, and a condition is needed: a yes/no fact, "
            "or a test such as {fact: days, at_least: 3}."
        )
    if want is Kind.DATE and node.kind is Kind.MOMENT:
        return "This is a moment, and a date is needed. Its date is {date_of: …}."
    if want is Kind.MOMENT and node.kind is Kind.DATE:
        return 'This is a date, and a moment is needed, such as {moment_of: …, at: "23:59"}.'
    if want is Kind.NUMBER and node.kind is Kind.DURATION:
        return "This is a duration, and a number is needed, such as {hours_in: …}."
    called = f" ({raw})" if isinstance(raw, str) else ""
    how = ""
    if node.kind is Kind.LIST and want in (Kind.NUMBER, Kind.MONEY):
        name = raw if isinstance(raw, str) else "…"
        fields = node.fact.fields if isinstance(node, FactRef) else ()
        one = "sum_of" if want is Kind.MONEY else "count_of"
        what = f"sum_over: {name}, of: {fields[0].name}" if fields else f"{one}: {name}"
        how = f" Of a list, write {{{what}}}."
    return f"This is a {kind}{called}, and a {needed} is needed.{how}"


def _compile_form(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    found = [key for key in raw if key in FORMS]
    if len(found) != 1:
        if not found:
            at.fail(_unknown_form(raw, scope, want))
        at.fail(f"{found[0]} and {found[1]} can't stand side by side.")
    shape = FORMS[found[0]]
    allowed = shape.beside | (MODIFIER_KEYS if shape.modifiable else frozenset())
    strange = [(key, at / key) for key in raw if key != shape.key and key not in allowed]
    each_read(strange, lambda key, place: place.fail(_strange(shape, key, allowed)))
    for key in shape.needs:
        if key not in raw:
            at.fail(f"{shape.key} needs {key} beside it.")
    node = shape.compile(raw, scope, at, want)
    if shape.modifiable and raw.keys() & (MODIFIER_KEYS - shape.beside):
        return MODIFIERS["wrap"](node, raw, scope, at)
    return node


def _strange(shape: Form, key: str, allowed: frozenset[str]) -> str:
    """What is said of a word that a form does not know."""
    if key == "currency":
        return (
            "Sums of a policy are in its own currency. For another figure in each: "
            "{table: currency, rows: [{is: EUR, gives: 20}, {is: GBP, gives: 17}]}."
        )
    return f"{shape.key} knows no {key}.{nearest(key, allowed)}"


#: Forms of conditions; all others give a value.
CONDITIONS = frozenset({"all", "any", "not", "fact", "value", "rule"})


def _unknown_form(raw: Raw, scope: Scope, want: Kind | None) -> str:
    """What is said of a mapping that is none of the forms, with how it was most likely meant."""
    keys = [key for key in raw if key not in MODIFIER_KEYS]
    if "minor" in raw:
        currency = raw.get("currency", scope.currencies[0])
        if currency not in scope.currencies:
            return f"{currency} is not a currency of this policy ({', '.join(scope.currencies)})."
        return f"A sum of a policy is written in whole {currency}, without its currency: 12.50."
    if any(key in scope.names() for key in keys):
        return f"A test of {keys[0]} is written {{fact: {keys[0]}, at_least: 3}}."
    known = CONDITIONS if want is Kind.YES_NO else FORMS.keys() - CONDITIONS
    if not keys:
        return f"A form is needed here: one of {', '.join(sorted(known))}."
    hint = nearest(keys[0], known)
    return f"No form is called {keys[0]}.{hint} Known are {', '.join(sorted(known))}."


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
        if want in (None, Kind.DURATION) and DURATION.fullmatch(raw.strip().lower()):
            return Literal(Kind.DURATION, as_kind(Kind.DURATION, raw, ""))
    kind = want or (Kind.YES_NO if isinstance(raw, bool) else Kind.NUMBER)
    try:
        if kind is Kind.DURATION and isinstance(raw, Decimal):
            raise NotThatKind("should be a duration with its unit, such as 90 min or 3 h")
        return Literal(kind, as_kind(kind, raw, scope.currencies[0]))
    except (NotThatKind, KeyError) as error:
        if isinstance(raw, str) and raw[:1].isalpha() and _NAME.fullmatch(raw):
            at.fail(f"No value is named {raw}.{scope.unknown(raw)}")
        at.fail(f"{short(raw)}: this {error}.{_hint(raw, kind)}")


def _hint(raw: Any, kind: Kind) -> str:
    """How it is written instead: without sign or mark, as a form rather than as a text."""
    if isinstance(raw, list):
        return " One value is needed, not a list."
    if not isinstance(raw, str):
        return ""
    if kind in (Kind.NUMBER, Kind.MONEY) and re.fullmatch(r"[0-9]+,[0-9]{1,2}", raw.strip()):
        return f" Write {raw.strip().replace(',', '.')}."
    if kind in (Kind.NUMBER, Kind.MONEY) and (found := _DRESSED.fullmatch(raw.strip())):
        return f" Write the number alone: {found[1].replace(',', '')}."
    if kind is Kind.YES_NO:
        return " A condition is written {fact: days, at_least: 3}, {not: late} or {any: [a, b]}."
    if kind in (Kind.NUMBER, Kind.MONEY) and " " in raw:
        return " Sums are written {percent: 20, of: price}, {each: 5, per: days} and so on."
    if kind is Kind.MOMENT:
        return ' Or a time on a date: {moment_of: 2026-04-01, at: "24:00"}.'
    return ""


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
    listed = ((item, at / index) for index, item in enumerate(raw))
    nodes = each_read(listed, lambda item, place: compile_node(item, scope, place, want))
    return same_kind(nodes, at)


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
        at.fail(f"These are of different kinds: {', '.join(sorted(kinds))}.{_one_kind(listed)}")
    return tuple(listed)


def _one_kind(nodes: list[Node]) -> str:
    """How the one that is of another kind is written."""
    plain = next((n for n in nodes if isinstance(n, Literal) and n.kind is Kind.NUMBER), None)
    if plain is not None and {node.kind for node in nodes} == {Kind.DURATION, Kind.NUMBER}:
        return f" Write {plain.written} h, or {plain.written} min."
    return ""
