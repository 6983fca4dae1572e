"""What two policies give for the same tickets, added up: cost, by rule and by pain. Pure.

Sums are minor units by currency; nothing is converted. A tally is merged from the tallies of
parts, so that several processes may each take a part of the past.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from remedies.rules.draft import OfferDraft
from remedies.rules.equality import digest
from remedies.rules.policy import Policy

#: Tickets that are named: those whose remedy changes most.
NAMED = 20
#: Sets of equal facts that are followed; beyond it new ones are counted and not followed, so that
#: memory does not grow with the past.
FOLLOWED = 100_000


@dataclass(frozen=True, slots=True)
class Given:
    """What one policy gives for one ticket."""

    total: int
    #: Rule → sum, 0 for what has none.
    rules: Mapping[str, int]
    #: Whether a rep could not have granted it alone.
    beyond: bool = False

    @classmethod
    def of(cls, draft: OfferDraft, *, beyond: bool) -> "Given":
        """From a drafted offer."""
        return cls(draft.total, {part.rule: part.amount or 0 for part in draft.components}, beyond)


NOTHING = Given(0, {})


@dataclass(frozen=True, slots=True)
class Compared:
    """One ticket under both policies. `offered` is what was really sent last, if anything."""

    number: str
    currency: str
    pain: int
    now: Given
    then: Given
    #: Digest of the facts that the rules read; equal facts, equal digest.
    facts: bytes = b""
    offered: int | None = None


def facts_digest(policy: Policy, draft: OfferDraft) -> bytes:
    """Equal for tickets of which the policy was told the same."""
    return digest(policy.name, draft.currency, [("", draft.facts)])


@dataclass(slots=True)
class Line:
    """Counts and sums under the policies as they are (now) and with the draft (then)."""

    tickets_now: int = 0
    sum_now: int = 0
    tickets_then: int = 0
    sum_then: int = 0

    def add(self, now: int | None, then: int | None) -> None:
        """One ticket; None where the line is not about it."""
        if now is not None:
            self.tickets_now += 1
            self.sum_now += now
        if then is not None:
            self.tickets_then += 1
            self.sum_then += then

    def merge(self, other: "Line") -> None:
        """Another part of the past."""
        self.tickets_now += other.tickets_now
        self.sum_now += other.sum_now
        self.tickets_then += other.tickets_then
        self.sum_then += other.sum_then


@dataclass(slots=True)
class Spread:
    """What was really offered for equal facts: how many, the least and the most, and where."""

    tickets: int
    least: int
    most: int
    least_on: str
    most_on: str
    currency: str

    def merge(self, other: "Spread") -> None:
        """More tickets with the same facts."""
        self.tickets += other.tickets
        if other.least < self.least:
            self.least, self.least_on = other.least, other.least_on
        if other.most > self.most:
            self.most, self.most_on = other.most, other.most_on


@dataclass(slots=True)
class Tally:
    """Everything that is told of a comparison."""

    looked_at: int = 0
    concerned: int = 0
    changed: int = 0
    more: int = 0
    less: int = 0
    #: Tickets that needed, or would need, somebody above a rep.
    beyond_now: int = 0
    beyond_then: int = 0
    #: Tickets for which the draft can't say anything: a fact of the wrong kind.
    unreadable: int = 0
    totals: dict[str, Line] = field(default_factory=dict)
    by_pain: dict[tuple[int, str], Line] = field(default_factory=dict)
    by_rule: dict[tuple[str, str], Line] = field(default_factory=dict)
    #: (change in size, number, currency, now, then), the largest changes.
    named: list[tuple[int, str, str, int, int]] = field(default_factory=list)
    equal: dict[bytes, Spread] = field(default_factory=dict)

    def add(self, one: Compared) -> None:
        """One ticket that the draft is about."""
        self.concerned += 1
        now, then = one.now, one.then
        delta = then.total - now.total
        if now.rules != then.rules or delta:
            self.changed += 1
        self.more += delta > 0
        self.less += delta < 0
        self.beyond_now += now.beyond
        self.beyond_then += then.beyond
        self.totals.setdefault(one.currency, Line()).add(now.total, then.total)
        self.by_pain.setdefault((one.pain, one.currency), Line()).add(now.total, then.total)
        for rule in now.rules.keys() | then.rules.keys():
            line = self.by_rule.setdefault((rule, one.currency), Line())
            line.add(now.rules.get(rule), then.rules.get(rule))
        if delta:
            self._name((abs(delta), one.number, one.currency, now.total, then.total))
        if one.offered is not None and one.facts:
            spread = Spread(1, one.offered, one.offered, one.number, one.number, one.currency)
            self._follow(one.facts, spread)

    def _name(self, change: tuple[int, str, str, int, int]) -> None:
        if len(self.named) < NAMED:
            heapq.heappush(self.named, change)
        else:
            heapq.heappushpop(self.named, change)

    def _follow(self, facts: bytes, spread: Spread) -> None:
        if facts in self.equal:
            self.equal[facts].merge(spread)
        elif len(self.equal) < FOLLOWED:
            self.equal[facts] = spread

    def merge(self, other: "Tally") -> None:
        """Another part of the past."""
        for name in ("looked_at", "concerned", "changed", "more", "less", "beyond_now",
                     "beyond_then", "unreadable"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        pairs: Iterable[tuple[dict[Any, Line], dict[Any, Line]]] = (
            (self.totals, other.totals),
            (self.by_pain, other.by_pain),
            (self.by_rule, other.by_rule),
        )
        for mine, theirs in pairs:
            for key, line in theirs.items():
                mine.setdefault(key, Line()).merge(line)
        for change in other.named:
            self._name(change)
        for facts, spread in other.equal.items():
            self._follow(facts, spread)

    @property
    def changes(self) -> list[tuple[int, str, str, int, int]]:
        """The largest changes, the largest first."""
        return sorted(self.named, key=lambda change: (-change[0], change[1]))

    @property
    def unequal(self) -> list[Spread]:
        """Equal facts that were treated unequally, the widest spread first."""
        wide = [spread for spread in self.equal.values() if spread.least != spread.most]
        return sorted(wide, key=lambda s: (s.least - s.most, s.most_on))
