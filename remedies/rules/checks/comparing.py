"""What two policies give for the same tickets, added up: cost, by rule, by pain, by size. Pure.

Sums are minor units by currency; nothing is converted. A tally is merged from the tallies of
parts, so that several processes may each take a part of the past.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from remedies.rules.checks.equality import digest
from remedies.rules.language.draft import OfferDraft
from remedies.rules.language.policy import Policy
from remedies.rules.language.words import places_of

#: Tickets that are named: those whose remedy changes most, and those that would need an exception.
NAMED = 40
#: Sets of equal facts that are followed; beyond it new ones are counted and not followed, so that
#: memory does not grow with the past.
FOLLOWED = 100_000
#: Tickets with equal facts that are named at either end, and such sets that are kept in the end.
ENDS, SETS = 3, 50
#: Upper ends of the sizes of an offer, in major units, each with its end; the last is open.
BANDS = (0, 10, 25, 50, 100, 250, 500, 1000)


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
    facts: str = ""
    offered: int | None = None


def facts_digest(policy: Policy, typed: Mapping[str, Any], currency: str) -> str:
    """Equal for tickets of which the policy was told the same."""
    told = [(name, _plain(typed.get(name))) for name in policy.facts]
    return digest(policy.name, currency, [("", told)]).hex()


def _plain(value: Any) -> str:
    return str(value.normalize() if isinstance(value, Decimal) else value)


def band_of(minor: int, currency: str) -> int:
    """The place in BANDS of a sum; their number for one above all."""
    scale = 10 ** places_of(currency)
    return next((i for i, top in enumerate(BANDS) if minor <= top * scale), len(BANDS))


@dataclass(slots=True)
class Line:
    """Counts and sums under the policies as they are (now) and with the draft (then)."""

    tickets_now: int = 0
    sum_now: int = 0
    tickets_then: int = 0
    sum_then: int = 0
    #: Tickets whose sum or rules are others.
    changed: int = 0

    def add(self, now: int | None, then: int | None, *, changed: bool = False) -> None:
        """One ticket; None where the line is not about it."""
        if now is not None:
            self.tickets_now += 1
            self.sum_now += now
        if then is not None:
            self.tickets_then += 1
            self.sum_then += then
        self.changed += changed

    def merge(self, other: "Line") -> None:
        """Another part of the past."""
        self.tickets_now += other.tickets_now
        self.sum_now += other.sum_now
        self.tickets_then += other.tickets_then
        self.sum_then += other.sum_then
        self.changed += other.changed

    @property
    def delta(self) -> int:
        """How much more it costs."""
        return self.sum_then - self.sum_now

    def counts(self) -> list[int]:
        """As JSON; `Line(*counts)` is the same again."""
        return [self.tickets_now, self.sum_now, self.tickets_then, self.sum_then, self.changed]


@dataclass(slots=True)
class Spread:
    """What was really offered for equal facts: how many tickets, and who got least and most."""

    tickets: int
    currency: str
    #: (sum, number of the ticket), rising; of many only both ends.
    offers: list[tuple[int, str]]

    @property
    def least(self) -> int:
        """The smallest sum."""
        return self.offers[0][0]

    @property
    def most(self) -> int:
        """The largest sum."""
        return self.offers[-1][0]

    def merge(self, other: "Spread") -> None:
        """More tickets with the same facts."""
        self.tickets += other.tickets
        offers = sorted([*self.offers, *other.offers])
        if len(offers) > 2 * ENDS:
            offers = offers[:ENDS] + offers[-ENDS:]
        self.offers = offers


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A ticket that is named; the first field is what it is named for: the larger, the sooner."""

    size: int
    number: str
    currency: str
    now: int
    then: int


#: What is counted and just added up.
COUNTS = (
    "looked_at", "concerned", "changed", "more", "less", "beyond_now", "beyond_then",
    "newly_beyond", "unreadable",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Everything that is told of a comparison."""

    looked_at: int = 0
    concerned: int = 0
    changed: int = 0
    more: int = 0
    less: int = 0
    #: Tickets that needed, or would need, somebody above a rep; and that would and did not.
    beyond_now: int = 0
    beyond_then: int = 0
    newly_beyond: int = 0
    #: Tickets for which the draft can't say anything: a fact of the wrong kind.
    unreadable: int = 0
    totals: dict[str, Line] = field(default_factory=dict)
    by_pain: dict[tuple[int, str], Line] = field(default_factory=dict)
    by_rule: dict[tuple[str, str], Line] = field(default_factory=dict)
    #: (place in BANDS, currency): how many offers are of that size.
    by_size: dict[tuple[int, str], Line] = field(default_factory=dict)
    #: The largest changes, and the largest that newly need an exception; heaps.
    named: list[Change] = field(default_factory=list)
    beyond: list[Change] = field(default_factory=list)
    equal: dict[str, Spread] = field(default_factory=dict)

    def add(self, one: Compared) -> None:
        """One ticket that the draft is about."""
        self.concerned += 1
        now, then, currency = one.now, one.then, one.currency
        delta = then.total - now.total
        changed = delta != 0 or now.rules != then.rules
        self.changed += changed
        self.more += delta > 0
        self.less += delta < 0
        self.beyond_now += now.beyond
        self.beyond_then += then.beyond
        self._lines(one, changed=changed)
        if delta:
            _keep(self.named, Change(abs(delta), one.number, currency, now.total, then.total))
        if then.beyond and not now.beyond:
            self.newly_beyond += 1
            _keep(self.beyond, Change(then.total, one.number, currency, now.total, then.total))
        if one.offered is not None and one.facts:
            self._follow(one.facts, Spread(1, currency, [(one.offered, one.number)]))

    def _lines(self, one: Compared, *, changed: bool) -> None:
        now, then, currency = one.now, one.then, one.currency
        for line in (
            self.totals.setdefault(currency, Line()),
            self.by_pain.setdefault((one.pain, currency), Line()),
        ):
            line.add(now.total, then.total, changed=changed)
        before, after = band_of(now.total, currency), band_of(then.total, currency)
        self.by_size.setdefault((before, currency), Line()).add(now.total, None)
        self.by_size.setdefault((after, currency), Line()).add(None, then.total)
        for rule in now.rules.keys() | then.rules.keys():
            was, gives = now.rules.get(rule), then.rules.get(rule)
            line = self.by_rule.setdefault((rule, currency), Line())
            line.add(was, gives, changed=was != gives)

    def _follow(self, facts: str, spread: Spread) -> None:
        if facts in self.equal:
            self.equal[facts].merge(spread)
        elif len(self.equal) < FOLLOWED:
            self.equal[facts] = spread

    def merge(self, other: "Tally") -> None:
        """Another part of the past."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        pairs: tuple[tuple[dict[Any, Line], dict[Any, Line]], ...] = (
            (self.totals, other.totals),
            (self.by_pain, other.by_pain),
            (self.by_rule, other.by_rule),
            (self.by_size, other.by_size),
        )
        for mine, theirs in pairs:
            for key, line in theirs.items():
                mine.setdefault(key, Line()).merge(line)
        for change in other.named:
            _keep(self.named, change)
        for change in other.beyond:
            _keep(self.beyond, change)
        for facts, spread in other.equal.items():
            self._follow(facts, spread)

    @property
    def changes(self) -> list[Change]:
        """The largest changes, the largest first."""
        return sorted(self.named, key=lambda change: (-change.size, change.number))

    @property
    def exceptions(self) -> list[Change]:
        """The largest of those that would newly need somebody above a rep."""
        return sorted(self.beyond, key=lambda change: (-change.size, change.number))

    @property
    def unequal(self) -> list[Spread]:
        """Equal facts that were treated unequally, the widest spread first."""
        wide = [spread for spread in self.equal.values() if spread.least != spread.most]
        return sorted(wide, key=lambda s: (s.least - s.most, s.offers[-1][1]))


def _keep(named: list[Change], change: Change) -> None:
    """Among the largest. Of equal ones it does not matter in which order they came."""
    if len(named) < NAMED:
        heapq.heappush(named, change)
    else:
        heapq.heappushpop(named, change)
