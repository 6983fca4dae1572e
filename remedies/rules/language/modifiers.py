"""What may stand beside a sum, always worked in this order: add, reduce, minus, at_least,
at_most, round_to, nothing_below. For another order, nest: amount: {amount: …, at_most: …}. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from remedies.facts import NUMERIC, Kind
from remedies.rules.language.compiling import MODIFIERS, Raw, Scope, compile_node
from remedies.rules.language.conditions import condition
from remedies.rules.language.meant import nearest
from remedies.rules.language.nodes import Context, Inapplicable, Node, ValueRef
from remedies.rules.language.source import Place, keys_of, short, word_at
from remedies.rules.language.words import number, places_of, shown

ROUNDINGS = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_CEILING,
    "down": ROUND_FLOOR,
}

_WHOLE = Decimal(1)

#: What a step makes of a value, and what tells it in words; None where nothing changed. Words
#: are made only for who reads them: to make them takes longer than to count.
Stepped = tuple[Decimal, Callable[[], str] | None]
#: One step: the running value and the context in; None out where a fact is missing.
Step = Callable[[Decimal, Context], Stepped | None]


#: A third has no exact decimal; what a division leaves behind this place is noise.
NOISE = Decimal(1).scaleb(-12)


def settled(value: Decimal) -> Decimal:
    """`value` without what a division left behind the twelfth place: a third, three times, is one.

    Done before each rounding, so that 0.00499…9 from a division rounds as the 0.005 it is.
    """
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        return value.quantize(NOISE, rounding=ROUND_HALF_EVEN)
    return value


@lru_cache(maxsize=8192)
def round_to(value: Decimal, unit: Decimal, way: str) -> Decimal:
    """`value` at the multiple of `unit` that the rounding names; ROUNDINGS lists them."""
    return settled(value / unit).quantize(_WHOLE, rounding=ROUNDINGS[way]) * unit


#: More than anybody will ever be offered; what the database can hold is far above.
MOST_MINOR = 10**15


@lru_cache(maxsize=8192)
def to_minor(value: Decimal, currency: str, way: str = "half_up") -> int:
    """Major units as whole minor units of `currency`. Raises `Inapplicable` beyond reason.

    Kept for the next one who asks: the sums of a policy are few, and counted thousands of times.
    """
    if abs(value) > MOST_MINOR:
        raise Inapplicable("the sum is too large to be meant")
    minor = settled(value.scaleb(places_of(currency)))
    return int(minor.quantize(_WHOLE, rounding=ROUNDINGS[way]))


class Modified(Node):
    """A sum and the steps that follow it; `least` is the sum below which nothing is paid."""

    __slots__ = ("base", "least", "steps")
    closed = True

    def __init__(self, base: Node, steps: tuple[Step, ...], least: Node | None = None):
        self.base, self.steps, self.kind, self.least = base, steps, base.kind, least

    def explain(self, at: Context) -> tuple[Any, str]:
        running, said = self.base.explain(at)
        if running is None:
            return None, ""
        for step in self.steps:
            found = step(running, at)
            if found is None:
                return None, ""
            running, words = found
            if words:
                said = f"{said}; {words()}"
        return running, said

    def value(self, at: Context) -> Any:
        running = self.base.value(at)
        if running is None:
            return None
        for step in self.steps:
            found = step(running, at)
            if found is None:
                return None
            running = found[0]
        return running

    def words(self, at: Context) -> str:
        return self.explain(at)[1]


@dataclass(frozen=True, slots=True)
class _Part:
    """A share or a sum that is added or taken off when its condition holds."""

    key: str
    percent: Node | None
    amount: Node | None
    when: Node | None
    says: str
    kind: Kind

    def __call__(self, running: Decimal, at: Context) -> Stepped | None:
        held = True if self.when is None else self.when.value(at)
        node = self.percent or self.amount
        found = node.value(at) if held and node else None
        if held is None or (held and found is None):
            return None
        if not held or found is None or node is None:
            return running, None
        change = running * found / 100 if self.percent else found
        after = running + change if self.key == "add" else max(running - change, Decimal(0))

        def said() -> str:
            share = f"{number(found)} %" if self.percent else node.words(at)
            verb = "plus" if self.key == "add" else "less"
            because = f" ({self.says})" if self.says else ""
            return f"{verb} {share}{because} = {shown(self.kind, after, at.currency)}"

        return after, said


def _part(key: str, raw: Any, scope: Scope, at: Place, kind: Kind) -> _Part:
    known = frozenset({"percent", "amount", "when", "says"})
    given = keys_of(raw, at, key, known)
    if ("percent" in given) is ("amount" in given):
        at.fail(f"{key} needs either percent or amount.")
    percent = amount = None
    if "percent" in given:
        percent = compile_node(given["percent"], scope, at / "percent", Kind.NUMBER)
    else:
        amount = compile_node(given["amount"], scope, at / "amount", kind)
    when = condition(given["when"], scope, at / "when") if "when" in given else None
    return _Part(key, percent, amount, when, word_at(given, "says", at), kind)


def _set_off(node: Node, kind: Kind) -> Step:
    def step(running: Decimal, at: Context) -> Stepped | None:
        less = node.value(at)
        if less is None:
            return None
        after = max(running - less, Decimal(0))
        if less == 0:
            return running, None
        return (
            after,
            lambda: f"less {node.words(at)} already paid = {shown(kind, after, at.currency)}",
        )

    return step


def _limit(node: Node, key: str, kind: Kind) -> Step:
    said = "at least" if key == "at_least" else "at most"

    def step(running: Decimal, at: Context) -> Stepped | None:
        bound = node.value(at)
        if bound is None:
            return None
        inside = running >= bound if key == "at_least" else running <= bound
        if inside:
            return running, None
        return bound, lambda: f"{said} {_worked(node, kind, bound, at)}"

    return step


def _worked(node: Node, kind: Kind, found: Decimal, at: Context) -> str:
    base, result = node.words(at), shown(kind, found, at.currency)
    return base if base == result else f"{base} = {result}"


def _rounding(unit: Node, way: str, kind: Kind) -> Step:
    words = way.replace("_", " ")

    def step(running: Decimal, at: Context) -> Stepped | None:
        found = unit.value(at)
        if found is None:
            return None
        if found <= 0:
            raise Inapplicable("nothing can be rounded to zero")
        after = round_to(running, found, way)
        if after == running:
            return running, None
        return (
            after,
            lambda: f"rounded {words} to {unit.words(at)} = {shown(kind, after, at.currency)}",
        )

    return step


def _lower_limit(node: Node, kind: Kind) -> Step:
    def step(running: Decimal, at: Context) -> Stepped | None:
        bound = node.value(at)
        if bound is None:
            return None
        if running >= bound:
            return running, None
        small = shown(kind, running, at.currency)
        raise Inapplicable(f"{small} is below {node.words(at)}, under which nothing is paid")

    return step


def rounding_way(raw: Any, at: Place) -> str:
    """The name of a rounding, checked."""
    if not isinstance(raw, str) or raw not in ROUNDINGS:
        known = ", ".join(ROUNDINGS)
        at.fail(
            f"No rounding is called {short(raw)}; known are {known}.{nearest(str(raw), ROUNDINGS)}"
        )
    return str(raw)


def wrap(node: Node, raw: Raw, scope: Scope, at: Place) -> Node:
    """`node` followed by the steps that stand beside its form in `raw`."""
    kind = node.kind
    if kind not in NUMERIC:
        at.fail("Only a number, a sum or a duration can be capped, rounded or reduced.")
    steps: list[Step] = []
    for key in ("add", "reduce"):
        listed = raw.get(key, [])
        several = isinstance(listed, list)
        for i, item in enumerate(listed if several else [listed]):
            place = at / key / i if several else at / key
            steps.append(_part(key, item, scope, place, kind))
    if "minus" in raw:
        steps.append(_set_off(compile_node(raw["minus"], scope, at / "minus", kind), kind))
    for key in ("at_least", "at_most"):
        if key in raw:
            steps.append(_limit(compile_node(raw[key], scope, at / key, kind), key, kind))
    if "round_to" in raw:
        unit = compile_node(raw["round_to"], scope, at / "round_to", kind)
        way = rounding_way(raw.get("rounding", "half_up"), at / "rounding")
        steps.append(_rounding(unit, way, kind))
    elif "rounding" in raw:
        (at / "rounding").fail("rounding says how; round_to has to say to what.")
    bound = None
    if "nothing_below" in raw:
        bound = compile_node(raw["nothing_below"], scope, at / "nothing_below", kind)
        steps.append(_lower_limit(bound, kind))
    return Modified(node, tuple(steps), bound)


def least_of(node: Node | None) -> Node | None:
    """The `nothing_below` of a whole sum, also where the sum is a value of that name."""
    while isinstance(node, ValueRef):
        node = node.node
    return node.least if isinstance(node, Modified) else None


MODIFIERS["wrap"] = wrap
