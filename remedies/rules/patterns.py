"""When exceptions are the rule: what approved ones have in common, and how sure that is. Pure.

Decisions are grouped by rule, clause, category and direction. A group is a pattern where enough
were approved, and where more than half of such requests would be approved with a confidence of
95 %: the lower bound of Wilson's score interval, one-sided. Source: E. B. Wilson, "Probable
inference, the law of succession, and statistical inference", Journal of the American Statistical
Association 22 (1927), 209-212; recommended for small counts by Brown, Cai and DasGupta,
Statistical Science 16 (2001), 101-133.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import sqrt
from statistics import median
from typing import NamedTuple

#: One-sided 95 %.
Z = 1.6449
#: Fewer approvals than this are chance, whatever the share.
FEWEST = 5
#: More than this share has to be approved.
SHARE = 0.5
#: What was dismissed comes back with half as many approvals again, and at least these more.
GROWN, GROWN_BY = 1.5, 3


class Direction(StrEnum):
    """Which way exceptions bend a rule."""

    MORE = "more"
    EXCLUDED = "excluded"
    NEW = "new"
    AUTHORITY = "authority"


class Key(NamedTuple):
    """What decisions of one pattern have in common. `rule` is "+credit" for something new."""

    policy: str
    rule: str
    clause: str
    category: str
    direction: Direction
    currency: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of a decided exception. Minor units; `base` is the highest that the policy left to
    people, 0 where it gave nothing; `given` what was decided, also where it was declined."""

    exception: int
    key: Key
    title: str
    base: int
    asked: int
    given: int
    approved: bool
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Pattern:
    """Decisions that are alike, newest first, and what they say together."""

    key: Key
    decisions: tuple[Decision, ...]

    @property
    def yes(self) -> tuple[Decision, ...]:
        """Those that were approved."""
        return tuple(one for one in self.decisions if one.approved)

    @property
    def rate(self) -> float:
        """The share that was approved, 0 to 1."""
        return len(self.yes) / len(self.decisions) if self.decisions else 0.0

    @property
    def sure(self) -> float:
        """With 95 % confidence, at least this share of such requests is approved."""
        return wilson_low(len(self.yes), len(self.decisions))

    @property
    def more(self) -> int:
        """What was given beyond the policy, in minor units."""
        return sum(one.given - one.base for one in self.yes)

    @property
    def holds(self) -> bool:
        """Whether the exception is becoming the rule."""
        return len(self.yes) >= FEWEST and self.sure > SHARE

    def words(self) -> str:
        """ "7 of 9 approved; with 95 % confidence more than 50 % are"."""
        share = int(self.sure * 100)
        return (
            f"{len(self.yes)} of {len(self.decisions)} approved; with 95 % confidence "
            f"at least {share} % of such requests are"
        )


def wilson_low(good: int, count: int, *, z: float = Z) -> float:
    """The lower bound of Wilson's score interval for `good` of `count`, 0 to 1; 0 for none.

    It rises with the share, and with the count at an equal share.
    """
    if count <= 0:
        return 0.0
    share = good / count
    middle = share + z * z / (2 * count)
    spread = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max((middle - spread) / (1 + z * z / count), 0.0)


def patterns(decisions: Iterable[Decision]) -> list[Pattern]:
    """Decisions by what they have in common, the dearest first. Each is counted once."""
    groups: dict[Key, list[Decision]] = {}
    for one in decisions:
        groups.setdefault(one.key, []).append(one)
    found = [
        Pattern(key, tuple(sorted(rows, key=lambda one: (one.at, one.exception), reverse=True)))
        for key, rows in groups.items()
    ]
    return sorted(found, key=lambda pattern: (-pattern.more, pattern.key))


def has_grown(approved: int, before: int) -> bool:
    """Whether there are so many more approvals than when it was dismissed that it is asked anew."""
    return approved >= max(before * GROWN, before + GROWN_BY)


class How(StrEnum):
    """How a rule would be changed."""

    SHARE = "share"
    SUM = "sum"
    AMOUNT = "amount"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Amendment:
    """The change that brings the approved sums out best, and how well it does.

    `value` is a percentage for SHARE (125: a quarter more), minor units for SUM (on top) and
    AMOUNT (in its place); `exact` of the approved sums come out to the minor unit, and `off` is
    what the others are off on average.
    """

    how: How
    value: Decimal
    exact: int = 0
    off: int = 0

    def applied(self, base: int) -> int:
        """What it gives in the place of `base`, never less."""
        if self.how is How.SHARE:
            changed = (self.value * base / 100).quantize(Decimal(1), ROUND_HALF_UP)
        else:
            changed = self.value + (base if self.how is How.SUM else 0)
        return max(int(changed), base)


def amendment_for(pattern: Pattern, *, unit: int, ranged: bool = False) -> Amendment:
    """The change that fits the approved sums of a pattern.

    `unit` is one whole of the currency in minor units, to which a sum is rounded where that costs
    nothing. With `ranged` the highest approved sum has to be inside: it is the end of a range.
    """
    if pattern.key.direction is Direction.EXCLUDED:
        return Amendment(How.ALLOW, Decimal(0), exact=len(pattern.yes))
    yes = pattern.yes
    tried = [_fit(how, yes, unit, ranged=ranged) for how in _hows(yes)]
    return min(tried, key=lambda one: (one.off, -one.exact, list(How).index(one.how)))


def _hows(yes: Sequence[Decision]) -> list[How]:
    if any(one.base <= 0 for one in yes):
        return [How.AMOUNT]
    same = len({one.base for one in yes}) == 1
    return [How.AMOUNT] if same else [How.SHARE, How.SUM, How.AMOUNT]


def _fit(how: How, yes: Sequence[Decision], unit: int, *, ranged: bool) -> Amendment:
    middle = max if ranged else median
    if how is How.SHARE:
        found = middle(Decimal(one.given) * 100 / one.base for one in yes)
        values = [_to(found, Decimal(step), up=ranged) for step in ("5", "1", "0.1")]
    else:
        wanted = [Decimal(one.given - (one.base if how is How.SUM else 0)) for one in yes]
        found = middle(wanted)
        values = [_to(found, Decimal(step), up=ranged) for step in (unit, 1)]
    fits = [_measured(Amendment(how, value), yes) for value in values]
    # The rounder one where it is as good.
    return min(enumerate(fits), key=lambda pair: (pair[1].off, pair[0]))[1]


def _to(value: Decimal, step: Decimal, *, up: bool) -> Decimal:
    times = value / step
    whole = times.to_integral_value(rounding=ROUND_HALF_UP)
    return (whole + 1 if up and whole < times else whole) * step


def _measured(change: Amendment, yes: Sequence[Decision]) -> Amendment:
    off = [abs(change.applied(one.base) - one.given) for one in yes]
    exact = sum(1 for each in off if not each)
    return Amendment(change.how, change.value, exact, sum(off) // len(off))
