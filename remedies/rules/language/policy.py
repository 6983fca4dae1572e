"""A policy as it is held in memory once read: rules, exclusions, groups and caps. Pure."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from remedies.facts import FactDef
from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.nodes import Context, Node, ValueRef
from remedies.rules.language.words import money, number


class Choice(StrEnum):
    """What happens where several rules of a group hold."""

    ALL = "all"
    FIRST = "first"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class Placing:
    """A fact that moves the suggestion inside its range, and by what part of the range."""

    when: Node
    says: str
    part: Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """From a lowest to a highest sum (infinite: open), and where in between to begin."""

    low: Node
    high: Node
    start: Decimal
    worse: tuple[Placing, ...]
    better: tuple[Placing, ...]
    round_to: Node | None

    def place(self, at: Context) -> "Placed | None":
        """Where in the range, and because of which facts; None where a fact is missing."""
        place, complete = self.start, True
        held: list[list[Placing]] = []
        for facts, sign in ((self.worse, 1), (self.better, -1)):
            true = []
            for fact in facts:
                value = fact.when.value(at)
                if value:
                    true.append(fact)
                    place += sign * fact.part
                elif value is None:
                    complete = False
            held.append(true)
        if not complete:
            return None
        return Placed(min(max(place, Decimal(0)), Decimal(1)), self, *held)


class Placed(NamedTuple):
    """A place in a range, 0 to 1, and the facts that lead there."""

    share: Decimal
    spread: Range
    worse: list[Placing]
    better: list[Placing]

    def steps(self, low: Decimal, high: Decimal, sum_: Decimal, currency: str) -> list[str]:
        """The range, why there, and what that comes to, in words."""
        said = [range_words(low, high, currency)]
        for true, facts, word in (
            (self.worse, self.spread.worse, "worse"),
            (self.better, self.spread.better, "better"),
        ):
            if true:
                names = ", ".join([fact.says for fact in true])
                make = "makes" if len(true) == 1 else "make"
                said.append(f"{len(true)} of {len(facts)} facts {make} it {word}: {names}")
        steps = ["; ".join(said)]
        if self.share and high.is_finite():
            placed = placed_words(self.share, low, high, currency)
            steps.append(f"{placed} = {money(sum_, currency)}")
        return steps


def range_words(low: Decimal, high: Decimal, currency: str) -> str:
    """ "£60 to £100" or "£3,000 or more"."""
    if not high.is_finite():
        return f"{money(low, currency)} or more"
    return f"{money(low, currency)} to {money(high, currency)}"


def placed_words(share: Decimal, low: Decimal, high: Decimal, currency: str) -> str:
    """ "£60 + 50 % of £40"."""
    return f"{money(low, currency)} + {number(share * 100)} % of {money(high - low, currency)}"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason to give nothing, and the rules that it stops (none named: every rule)."""

    name: str
    reason: str
    when: Node
    covers: frozenset[str] | None

    def stops(self, rule: "Rule") -> bool:
        """Whether this exclusion is about the rule: by its name, its group or its kind."""
        covers = self.covers
        return covers is None or not covers.isdisjoint({rule.name, rule.group, str(rule.kind)})


class OptionRule(NamedTuple):
    """Another form that the customer may choose: a sum of its own, or a percentage of the sum."""

    form: str
    sum: Node
    of_sum: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when it applies, what it gives, and what it is called."""

    name: str
    title: str
    kind: ComponentKind
    position: int
    clause: str = ""
    code: str = ""
    group: str = ""
    priority: int = 0
    when: Node | None = None
    amount: Node | None = None
    range: Range | None = None
    options: tuple[OptionRule, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    owed: bool = False
    loss: bool = False
    says: str = ""
    form: str = ""
    pay_within_days: int | None = None
    #: Granted by itself once a remedy came late, as far as the policy's own limits reach.
    automatic: bool = False
    dated_by: ValueRef | Node | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    stack_on: str = ""
    overrides: tuple[str, ...] = ()
    result: str = ""
    #: Names of the facts that it reads, directly or through derived values.
    reads: tuple[str, ...] = ()
    #: Names of the rules that it hangs on: by stack_on, a result, or whether they applied.
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on what several rules give together."""

    name: str
    title: str
    at_most: Node
    #: Names of the rules that it is about, in the order in which they are written.
    rules: tuple[str, ...]
    reads: tuple[str, ...]
    #: Whether the limit hangs on what rules gave: then it is known only after all of them.
    late: bool = False


@dataclass(frozen=True, slots=True)
class SetOff:
    """What was paid elsewhere already, and comes off what several rules give together."""

    name: str
    title: str
    paid: Node
    #: Names of the rules that it is about, in the order in which they are written.
    rules: tuple[str, ...]
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One of the policy's own cases: facts, and what they have to give."""

    name: str
    facts: dict[str, Any]
    expect: dict[str, Any]
    now: dt.datetime | None
    currency: str | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy, compiled: ready to be evaluated any number of times, by any thread."""

    name: str
    title: str
    currencies: tuple[str, ...]
    zone: ZoneInfo
    rounding: str
    facts: dict[str, FactDef]
    rules: tuple[Rule, ...]
    caps: tuple[Cap, ...] = ()
    set_offs: tuple[SetOff, ...] = ()
    groups: dict[str, Choice] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    about: str = ""
    source: str = ""
    #: Categories of tickets that it is for; empty for a policy that takes what no other does.
    categories: tuple[str, ...] = ()
    #: The rules as they are written; `rules` has them by priority.
    written: tuple[Rule, ...] = ()
    #: What facts are when they are not given.
    defaults: dict[str, Any] = field(default_factory=dict)
    #: Whether a fact lies inside another one, as `reroute.hours` does.
    nested: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nested", any("." in name for name in self.facts))

    def readers_of(self, fact: str) -> tuple[str, ...]:
        """Names of the rules that read the fact."""
        return tuple(rule.name for rule in self.rules if fact in rule.reads)
