"""Policies made by chance that are right, and what they come to, reckoned anew in fractions.

`sums` draws an expression of the language with a function of the facts beside it; the function is
plain Python on fractions and knows nothing of the language.
"""

import random
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import Any

# `min` and `max` of fractions alone, so that a type stays one.


def least(one: Fraction, other: Fraction | int) -> Fraction:
    """The lesser of two."""
    return one if one < other else Fraction(other)


def most(one: Fraction, other: Fraction | int) -> Fraction:
    """The greater of two."""
    return one if one > other else Fraction(other)


Facts = dict[str, Fraction]
Sum = tuple[Any, Callable[[Facts], Fraction]]
NUMBERS = ("days", "persons", "minutes")
MONEY = ("price", "fee")


def written(value: Fraction) -> str:
    """A fraction of few decimals as it is written."""
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def some(chance: random.Random) -> Fraction:
    """A number that somebody would write: whole, or with two decimals."""
    return Fraction(chance.choice([0, 1, 2, 3, 5, 10, 60, 250, chance.randint(0, 9999)])) / (
        chance.choice([1, 1, 100])
    )


def number(chance: random.Random, depth: int) -> Sum:
    """A number: written, a fact, or counted."""
    how = chance.randrange(3 if depth <= 0 else 8)
    if how == 0:
        value = some(chance)
        return written(value), lambda _: value
    if how < 3:
        name = chance.choice(NUMBERS)
        return name, lambda facts: facts[name]
    inner, worth = number(chance, depth - 1)
    other, much = number(chance, depth - 1)
    if how == 3:
        return {"sum": [inner, other]}, lambda f: worth(f) + much(f)
    if how == 4:
        return {"lesser_of": [inner, other]}, lambda f: least(worth(f), much(f))
    if how == 5:
        unit, wait = Fraction(chance.choice([1, 7, 24, 30])), some(chance)
        form = {"started_periods": inner, "of": written(unit), "after": written(wait)}
        return form, lambda f: Fraction(ceil(most(worth(f) - wait, 0) / unit))
    if how == 6:
        unit = Fraction(chance.choice([1, 7, 24, 30]))
        return {"completed_periods": inner, "of": written(unit)}, lambda f: Fraction(
            floor(most(worth(f), 0) / unit)
        )
    bound = some(chance)
    rows = [{"at_most": written(bound), "gives": other}]
    return {
        "table": inner,
        "rows": rows,
        "else": "2",
    }, lambda f: much(f) if worth(f) <= bound else Fraction(2)


def money(chance: random.Random, depth: int) -> Sum:
    """A sum of money, perhaps with what may stand beside it."""
    how = chance.randrange(2 if depth <= 0 else 11)
    if how == 0:
        value = some(chance)
        return {"amount": written(value)}, lambda _: value
    if how == 1:
        name = chance.choice(MONEY)
        return name, lambda facts: facts[name]
    inner, worth = money(chance, depth - 1)
    other, much = money(chance, depth - 1)
    count, many = number(chance, depth - 1)
    if how == 2:
        percent = some(chance)
        return {"percent": written(percent), "of": inner}, lambda f: percent * worth(f) / 100
    if how == 3:
        return {"each": inner, "per": count}, lambda f: worth(f) * many(f)
    if how == 4:
        by = Fraction(chance.choice([2, 3, 7, 30, 464]))
        return {"divide": inner, "by": written(by)}, lambda f: worth(f) / by
    if how == 5:
        return {"greater_of": [inner, other]}, lambda f: most(worth(f), much(f))
    if how == 6:
        return {"sum": [inner, other]}, lambda f: worth(f) + much(f)
    if how == 7:
        test = {"value": count, "above": "3"}
        form = {"choose": [{"when": test, "gives": inner}], "else": other}
        return form, lambda f: worth(f) if many(f) > 3 else much(f)
    if how == 8:
        bands = [{"up_to": "2", "each": "0"}, {"up_to": "4", "each": inner}, {"each": other}]
        return {
            "tiers": count,
            "bands": bands,
        }, lambda f: worth(f) * most(least(many(f), 4) - 2, 0) + much(f) * most(many(f) - 4, 0)
    return beside(chance, inner, worth, other, much)


def beside(
    chance: random.Random,
    inner: Any,
    worth: Callable[[Facts], Fraction],
    other: Any,
    much: Callable[[Facts], Fraction],
) -> Sum:
    """A sum with steps after it, in the order that the language has."""
    form: dict[str, Any] = {"amount": inner}
    steps: list[Callable[[Fraction, Facts], Fraction]] = []
    if chance.random() < 0.4:
        more = some(chance)
        form["add"] = {"percent": written(more)}
        steps.append(lambda sum_, _: sum_ + sum_ * more / 100)
    if chance.random() < 0.4:
        less = some(chance)
        form["reduce"] = [{"percent": written(less)}, {"amount": other}]
        steps.append(lambda sum_, _: most(sum_ - sum_ * less / 100, Fraction(0)))
        steps.append(lambda sum_, f: most(sum_ - much(f), Fraction(0)))
    if chance.random() < 0.3:
        form["minus"] = "fee"
        steps.append(lambda sum_, f: most(sum_ - f["fee"], Fraction(0)))
    if chance.random() < 0.3:
        low = some(chance)
        form["at_least"] = written(low)
        steps.append(lambda sum_, _: most(sum_, low))
    if chance.random() < 0.5:
        form["at_most"] = other
        steps.append(lambda sum_, f: least(sum_, much(f)))
    if chance.random() < 0.3:
        unit, up = Fraction(chance.choice([5, 25, 1])), chance.random() < 0.5
        form |= {"round_to": written(unit), "rounding": "up" if up else "half_up"}
        steps.append(
            lambda sum_, _: (
                unit * (ceil(sum_ / unit) if up else floor(sum_ / unit + Fraction(1, 2)))
            )
        )

    def reckoned(facts: Facts) -> Fraction:
        sum_ = worth(facts)
        for step in steps:
            sum_ = step(sum_, facts)
        return sum_

    return form, reckoned


def facts(chance: random.Random) -> Facts:
    """A value for each fact."""
    found = {name: Fraction(chance.choice([0, 1, 2, 3, 4, 30, 119])) for name in NUMBERS}
    return found | {name: Fraction(chance.randint(0, 99_999), 100) for name in MONEY}
