"""When two complaints are equal for a rule, and what stands out among equals. Pure.

Equal facts are what the rules read, word for word, under the same version of a policy and in the
same currency. What no rule read makes no difference.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Fewer equals than this tell nothing: no box is drawn, and nobody stands out.
ENOUGH = 5
#: How far beyond the middle half a sum may lie, in widths of that half (Tukey's fences).
REACH = 1.5

#: A fact as a rule read it: name, label, words.
Fact = Sequence[str]


def digest(policy: str, currency: str, parts: Iterable[tuple[str, Iterable[Fact]]]) -> bytes:
    """Equal for equal facts: of (rule, what it read), whatever the order of the rules.

    A rule by itself, or all those that gave something; under the empty name, what the policy was
    told as a whole.
    """
    told = sorted(f"{rule}\n{_words(facts)}" for rule, facts in parts)
    whole = "\n\n".join((f"{policy}\n{currency}", *told))
    return hashlib.blake2b(whole.encode(), digest_size=8).digest()


def _words(facts: Iterable[Fact]) -> str:
    return "\n".join(f"{fact[0]}={fact[-1]}" for fact in facts)


@dataclass(frozen=True, slots=True)
class Box:
    """Sums given for equal facts, or their distances from what is usual; minor units.

    `low` and `high` bound the middle half, `from_` and `to` reach as far as what does not stand
    out; `least` and `most` are the ends of all.
    """

    count: int
    least: float
    from_: float
    low: float
    usual: float
    high: float
    to: float
    most: float
    outliers: int

    @property
    def enough(self) -> bool:
        """Whether there are as many that a picture tells something."""
        return self.count >= ENOUGH

    @property
    def equal(self) -> bool:
        """Whether all got the same."""
        return self.least == self.most


def fences(low: float, high: float) -> tuple[float, float]:
    """Below the first or above the second of these a sum stands out, for a middle half from
    `low` to `high`."""
    reach = REACH * (high - low)
    return low - reach, high + reach


def box(sums: Sequence[float]) -> Box:
    """The box of these sums; quartiles lie between neighbours, as PostgreSQL's percentile_cont
    has them. Raises `ValueError` where there are none."""
    if not sums:
        raise ValueError("There is nothing to draw.")
    ordered = sorted(sums)
    low, usual, high = (_quantile(ordered, part) for part in (0.25, 0.5, 0.75))
    bottom, top = fences(low, high) if len(ordered) >= ENOUGH else (ordered[0], ordered[-1])
    inside = [one for one in ordered if bottom <= one <= top]
    return Box(
        count=len(ordered),
        least=ordered[0],
        from_=inside[0],
        low=low,
        usual=usual,
        high=high,
        to=inside[-1],
        most=ordered[-1],
        outliers=len(ordered) - len(inside),
    )


def _quantile(ordered: Sequence[float], part: float) -> float:
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
