"""What expressions are made of: nodes that give a value and say it in words. Pure.

A node is compiled once, when the policy is read, with its kind checked; then asked many
times. `value` is None where a fact is missing (the name is noted in the context), and
raises `Inapplicable` where there is nothing to give, such as a table without a fitting row.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from remedies.facts import FactDef, Kind
from remedies.rules.language import words

#: Names that are always there.
BUILT_IN = ("now", "today", "currency")


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
    #: For a derived value that is missing: the facts it waits for, so that it is asked once.
    unknown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Rules, and results of rules, that wait for facts; with the names of those.
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    held: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Why a derived yes or no is no, in words, by its name.
    reasons: dict[str, str] = field(default_factory=dict)
    #: For a list of records: the field that is missing, and of which record, in words.
    gaps: dict[str, str] = field(default_factory=dict)
    #: What the records came to in each form over them, by the node.
    over: dict[Any, Any] = field(default_factory=dict)


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
        if self.name in at.unknown:  # each rule that asks names its facts
            at.missing += at.unknown[self.name]
            return None
        mark = len(at.missing)
        found = self.node.value(at)
        if found is None:
            at.unknown[self.name] = tuple(dict.fromkeys(at.missing[mark:]))
        else:
            at.values[self.name] = found
        return found

    def words(self, at: Context) -> str:
        return words.shown(self.kind, self.value(at), at.currency, self.unit)

    def why_not(self, at: Context) -> str:
        if self.kind is not Kind.YES_NO:
            return f"{self.label} is {self.words(at)}"
        if self.name not in at.reasons:
            at.reasons[self.name] = self.node.why_not(at)
        return at.reasons[self.name]


class ResultRef(Node):
    """What an earlier rule gave: nothing where it did not apply, missing where it waits."""

    __slots__ = ("label", "name")
    plain = True
    kind = Kind.MONEY

    def __init__(self, name: str):
        self.name, self.label = name, name.replace("_", " ")

    def value(self, at: Context) -> Any:
        if self.name in at.results:
            return at.results[self.name]
        if self.name in at.held:
            at.missing += at.held[self.name]
            return None
        return Decimal(0)

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


class CurrencyOf(Node):
    """The currency of the evaluation, to be asked about like a choice."""

    __slots__ = ("choices",)
    kind = Kind.CHOICE
    label = "currency"

    def __init__(self, choices: tuple[str, ...]):
        self.choices = choices

    def value(self, at: Context) -> Any:
        return at.currency

    def words(self, at: Context) -> str:
        return at.currency
