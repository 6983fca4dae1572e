"""Lists of single values: how many, how much in all, the greatest and the least of them. Pure."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from remedies.facts import NUMERIC, ORDERED, FactDef, Kind
from remedies.rules.language import words
from remedies.rules.language.compiling import Raw, Scope, compile_node, form
from remedies.rules.language.conditions import TESTS, compile_tests
from remedies.rules.language.meant import nearest
from remedies.rules.language.nodes import Context, FactRef, Inapplicable, Node
from remedies.rules.language.source import Place, keys_of


class Each(Node):
    """How many items a list has, or what they sum to; all of them, or those that pass a test."""

    __slots__ = ("adds", "items", "test")

    def __init__(self, listed: Node, kind: Kind, test: Node | None, *, adds: bool):
        self.items, self.test, self.adds, self.kind = listed, test, adds, kind

    def wanted(self, at: Context) -> list[Any] | None:
        """The items that pass the test; None where that is not known."""
        found = self.items.value(at)
        if found is None or self.test is None:
            return found if found is None else list(found)
        kept = []
        for item in found:
            at.facts[""] = item  # the name under which the test looks at one of them
            held = self.test.value(at)
            if held is None:
                return None
            if held:
                kept.append(item)
        at.facts.pop("", None)
        return kept

    def value(self, at: Context) -> Any:
        found = self.wanted(at)
        if found is None:
            return None
        return sum(found, Decimal(0)) if self.adds else Decimal(len(found))

    def words(self, at: Context) -> str:
        if not self.adds:
            return words.number(self.value(at))
        said = [words.shown(self.kind, item, at.currency) for item in self.wanted(at) or []]
        return " + ".join(said) or "nothing"


class EndOf(Node):
    """The greatest or the least item of a list."""

    __slots__ = ("called", "items", "other", "pick", "said")
    closed = True

    def __init__(
        self, listed: Each, label: str, pick: Callable[[Any], Any], said: str, other: Node | None
    ):
        self.items, self.called, self.pick, self.said = listed, label, pick, said
        self.other, self.kind = other, listed.kind

    def value(self, at: Context) -> Any:
        found = self.items.wanted(at)
        if found is None:
            return None
        if found:
            return self.pick(found)
        if self.other is None:
            raise Inapplicable(f"there is none among {self.called}, and so no {self.said}")
        return self.other.value(at)

    def words(self, at: Context) -> str:
        found = self.items.wanted(at)
        if not found:
            return f"none among {self.called}: {self.shown(at)}"
        return f"the {self.said} of {len(found)} in {self.called}: {self.shown(at)}"


#: So that the work stays bounded.
INSIDE = "A list can't be gone through for each record. Work it out as a value, and name it here."


def _listed(key: str, raw: Raw, scope: Scope, at: Place) -> tuple[Node, FactDef, Node | None]:
    """A fact that is a list, what one item of it is, and which of them are wanted."""
    name, place = raw[key], at / key
    fact = scope.facts.get(name) if isinstance(name, str) else None
    if fact is None or fact.kind is not Kind.LIST:
        lists = [n for n, f in scope.facts.items() if f.kind is Kind.LIST]
        place.fail(f"{key} needs the name of a fact that is a list.{nearest(str(name), lists)}")
    if fact.fields and (key != "count_of" or "where" in raw):
        kind = key.replace("_of", "_over")
        how = "when: …" if kind == "count_over" else "of: …"
        place.fail(f"{fact.name} holds records; write {{{kind}: {fact.name}, {how}}}.")
    if scope.inside:
        at.fail(INSIDE)
    node = compile_node(name, scope, place, Kind.LIST)
    one = FactDef("", fact.items or Kind.TEXT, f"one of {fact.label}", fact.unit, "", fact.choices)
    if "where" not in raw:
        return node, one, None
    tests = keys_of(raw["where"], at / "where", "where", TESTS)
    return node, one, compile_tests(FactRef(one), tests, scope, at / "where", frozenset())


@form("count_of", "where")
def _count_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    node, _, test = _listed("count_of", raw, scope, at)
    return Each(node, Kind.NUMBER, test, adds=False)


@form("sum_of", "where")
def _sum_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    node, one, test = _listed("sum_of", raw, scope, at)
    if one.kind not in NUMERIC:
        (at / "sum_of").fail("sum_of needs a list of numbers or sums.")
    return Each(node, one.kind, test, adds=True)


def _end_of(key: str, raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    node, one, test = _listed(key, raw, scope, at)
    if one.kind not in ORDERED:
        (at / key).fail(f"{key} needs a list of numbers, sums, durations or dates.")
    other = compile_node(raw["else"], scope, at / "else", one.kind) if "else" in raw else None
    pick, said = (max, "greatest") if key == "greatest_of" else (min, "least")
    label = scope.facts[raw[key]].label
    return EndOf(Each(node, one.kind, test, adds=False), label, pick, said, other)


@form("greatest_of", "where", "else")
def _greatest_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return _end_of("greatest_of", raw, scope, at, want)


@form("least_of", "where", "else")
def _least_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return _end_of("least_of", raw, scope, at, want)
