"""Sums and numbers: percentages, products, shares, the greater and the lesser, interest. Pure."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from remedies.facts import NUMERIC, ORDERED, Kind
from remedies.rules.language.compiling import Raw, Scope, compile_all, compile_node, form, same_kind
from remedies.rules.language.conditions import condition
from remedies.rules.language.nodes import Context, Inapplicable, Literal, Node
from remedies.rules.language.source import Place, each_read, items, keys_of


class Percent(Node):
    """A percentage of a base."""

    __slots__ = ("base", "percent")

    def __init__(self, percent: Node, base: Node):
        self.percent, self.base, self.kind = percent, base, base.kind

    def value(self, at: Context) -> Any:
        percent, base = self.percent.value(at), self.base.value(at)
        return None if percent is None or base is None else _bounded(percent * base / 100)

    def words(self, at: Context) -> str:
        said = self.percent.words(at).removesuffix(" %")  # a percentage may say its unit itself
        return f"{said} % of {inner_words(self.base, at)}"


def inner_words(node: Node, at: Context) -> str:
    """A part of a larger sum: as it is when simple, in brackets when not."""
    said = node.words(at)
    if node.closed:
        return f"({said})"
    return f"({said} = {node.shown(at)})" if " = " in said or "; " in said else said


#: Beyond this nothing is money any more, and counting becomes slow.
MOST = Decimal(10) ** 18


def _bounded(value: Decimal) -> Decimal:
    if -MOST < value < MOST:
        return value
    raise Inapplicable("the numbers are too large to count with")


class Product(Node):
    """Values multiplied; money times numbers is money."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...], kind: Kind):
        self.parts, self.kind = parts, kind

    def value(self, at: Context) -> Any:
        total = Decimal(1)
        for part in self.parts:
            found = part.value(at)
            if found is None:
                return None
            total = _bounded(total * found)
        return total

    def words(self, at: Context) -> str:
        return " × ".join(inner_words(part, at) for part in self.parts)


class Quotient(Node):
    """One value divided by another: a share of a season ticket, a day of a month."""

    __slots__ = ("by", "of")

    def __init__(self, of: Node, by: Node):
        self.of, self.by = of, by
        self.kind = Kind.NUMBER if of.kind is by.kind else of.kind

    def value(self, at: Context) -> Any:
        of, by = self.of.value(at), self.by.value(at)
        if of is None or by is None:
            return None
        if by == 0:
            raise Inapplicable(f"{self.of.words(at)} can't be divided by nothing")
        return _bounded(of / by)

    def words(self, at: Context) -> str:
        return f"{inner_words(self.of, at)} ÷ {inner_words(self.by, at)}"


class Total(Node):
    """Values added, or taken away."""

    __slots__ = ("parts", "sign")

    def __init__(self, parts: tuple[Node, ...], *, minus: bool = False):
        self.parts, self.kind, self.sign = parts, parts[0].kind, -1 if minus else 1

    def value(self, at: Context) -> Any:
        found = [part.value(at) for part in self.parts]
        if None in found:
            return None
        return found[0] + self.sign * sum(found[1:], Decimal(0))

    def words(self, at: Context) -> str:
        joint = " − " if self.sign < 0 else " + "
        return joint.join(inner_words(part, at) for part in self.parts)


class Extreme(Node):
    """The greater, or the lesser, of several."""

    __slots__ = ("parts", "pick", "said")
    closed = True

    def __init__(self, parts: tuple[Node, ...], pick: Callable[[Any], Any], said: str):
        self.parts, self.pick, self.said, self.kind = parts, pick, said, parts[0].kind

    def value(self, at: Context) -> Any:
        found = [part.value(at) for part in self.parts]
        return None if None in found else self.pick(found)

    def words(self, at: Context) -> str:
        each = "; ".join(part.worked(at) for part in self.parts)
        return f"{each}; the {self.said}: {self.shown(at)}"


class FirstKnown(Node):
    """The first of several that is not missing."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]):
        self.parts, self.kind = parts, parts[0].kind

    def _found(self, at: Context) -> tuple[Node, Any]:
        mark = len(at.missing)
        for part in self.parts:
            found = part.value(at)
            if found is not None:
                del at.missing[mark:]
                return part, found
        return self.parts[-1], None

    def value(self, at: Context) -> Any:
        return self._found(at)[1]

    def words(self, at: Context) -> str:
        return self._found(at)[0].words(at)


class Choose(Node):
    """The value behind the first condition that holds."""

    __slots__ = ("other", "rows")

    def __init__(self, rows: tuple[tuple[Node, Node], ...], other: Node | None):
        self.rows, self.other = rows, other
        self.kind = rows[0][1].kind

    def _row(self, at: Context) -> Node | None:
        for when, gives in self.rows:
            held = when.value(at)
            if held is None:
                return None
            if held:
                return gives
        if self.other is None:
            raise Inapplicable("; ".join(when.why_not(at) for when, _ in self.rows))
        return self.other

    def value(self, at: Context) -> Any:
        row = self._row(at)
        return None if row is None else row.value(at)

    def words(self, at: Context) -> str:
        row = self._row(at)
        return "" if row is None else row.words(at)


@form("amount")
def _amount(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return compile_node(raw["amount"], scope, at / "amount", want)


@form("percent", needs=("of",))
def _percent(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    percent = compile_node(raw["percent"], scope, at / "percent", Kind.NUMBER)
    return Percent(percent, compile_node(raw.get("of"), scope, at / "of", want))


def _factor(raw: Any, scope: Scope, at: Place) -> Node:
    return compile_node(raw, scope, at, Kind.NUMBER)


@form("each", needs=("per",))
def _each(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    each = compile_node(raw["each"], scope, at / "each", want)
    per = raw.get("per")
    if isinstance(per, list):
        many = each_read(
            items(per, at / "per", "per"), lambda one, place: _factor(one, scope, place)
        )
    else:
        many = [_factor(per, scope, at / "per")]
    return Product((each, *many), each.kind)


@form("times")
def _times(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    if not isinstance(raw["times"], list) or len(raw["times"]) < 2:
        (at / "times").fail("times needs two values or more.")
    parts = each_read(
        items(raw["times"], at / "times", "times"),
        lambda one, place: compile_node(one, scope, place),
    )
    kinds = [part.kind for part in parts if part.kind is not Kind.NUMBER]
    if len(kinds) > 1 or not set(kinds) <= NUMERIC:
        (at / "times").fail("times takes one sum or duration, and numbers.")
    if want is Kind.MONEY and not kinds:
        first = next((i for i, part in enumerate(parts) if isinstance(part, Literal)), None)
        if first is not None:
            parts[first] = compile_node(raw["times"][first], scope, at / "times" / first, want)
            kinds = [Kind.MONEY]
    if want is Kind.MONEY and not kinds:
        (at / "times").fail(
            "These are all numbers, and a sum of money is needed. One of them has to be a sum: "
            "a fact of type money, or a value with type: money."
        )
    return Product(tuple(parts), kinds[0] if kinds else Kind.NUMBER)


@form("divide", needs=("by",))
def _divide(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    of = compile_node(raw["divide"], scope, at / "divide", want if want is Kind.MONEY else None)
    by = compile_node(raw.get("by"), scope, at / "by")
    if of.kind not in NUMERIC or by.kind not in {Kind.NUMBER, of.kind}:
        at.fail(f"A {of.kind} can't be divided by a {by.kind}.")
    return Quotient(of, by)


def _several(key: str, raw: Raw, scope: Scope, at: Place, want: Kind | None) -> tuple[Node, ...]:
    if isinstance(raw[key], str) and (fact := scope.facts.get(raw[key])) and fact.kind is Kind.LIST:
        one = "greatest" if key == "greater_of" else "least"
        form_ = f"{one}_over: {fact.name}, of: …" if fact.fields else f"{one}_of: {fact.name}"
        said = "sum_over" if fact.fields else "sum_of"
        how = f"{{{said}: {fact.name}{', of: …' if fact.fields else ''}}}" if key == "sum" else ""
        (at / key).fail(f"{key} takes values one by one; of a list it is {how or f'{{{form_}}}'}.")
    parts = compile_all(raw[key], scope, at / key, want, least=2)
    if parts[0].kind not in ORDERED:
        (at / key).fail(f"{key} takes numbers, sums, durations or dates.")
    return parts


@form("sum")
def _sum(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    parts = _several("sum", raw, scope, at, want)
    return Total(parts) if parts[0].kind in NUMERIC else at.fail("Dates can't be added up.")


@form("subtract", needs=("from",))
def _subtract(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    less = compile_node(raw["subtract"], scope, at / "subtract", want)
    parts = same_kind([compile_node(raw.get("from"), scope, at / "from", want), less], at)
    if parts[0].kind not in NUMERIC:
        at.fail("Only numbers, sums and durations can be taken away. For dates, use days_from.")
    return Total(parts, minus=True)


@form("greater_of")
def _greater(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return Extreme(_several("greater_of", raw, scope, at, want), max, "greater")


@form("lesser_of")
def _lesser(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return Extreme(_several("lesser_of", raw, scope, at, want), min, "lesser")


@form("first_known")
def _first_known(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return FirstKnown(compile_all(raw["first_known"], scope, at / "first_known", want))


@form("choose", "else")
def _choose(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    rows: list[tuple[Node, Node]] = []
    for item, place in items(raw["choose"], at / "choose", "choose"):
        row = keys_of(item, place, "A choice", frozenset({"when", "gives"}))
        when = condition(row.get("when"), scope, place / "when")
        rows.append((when, compile_node(row.get("gives"), scope, place / "gives", want)))
    if not rows:
        (at / "choose").fail("choose needs a choice.")
    other = compile_node(raw["else"], scope, at / "else", want) if "else" in raw else None
    same = same_kind([*(gives for _, gives in rows), *([other] if other else [])], at)
    paired = tuple((when, gives) for (when, _), gives in zip(rows, same, strict=False))
    return Choose(paired, same[-1] if other else None)
