"""Goes along every fact of a policy, from many starts, and tells what is odd on the way. Pure.

A search finds what it finds: no finding is no proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

from remedies.facts import NUMERIC, FactDef, Kind
from remedies.rules.checks.conjuncts import goals_of
from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.checks.overlaps import Overlaps
from remedies.rules.checks.probing import Facts
from remedies.rules.checks.walking import Step
from remedies.rules.language.cases import major
from remedies.rules.language.draft import WhyNot
from remedies.rules.language.policy import Policy, Rule
from remedies.rules.language.words import money, shown

#: So many rules a policy has that takes the whole budget; of more it takes fewer evaluations.
_RULES = 20
#: Facts of which every policy takes more to be worse, unless it says otherwise.
WORSE = frozenset(
    {"pain", "loss", "contacts", "same_cause_before", "deadlines_missed", "promises_broken",
     "hand_offs", "hours_in_escalation", "our_delay_hours", "somebody_depends", "support_needs"}
)  # fmt: skip
#: A number with one of these words in its name is a delay, and a longer one is worse …
_DELAYS = frozenset({"delay", "delayed", "late", "overdue", "outage", "waited"})
#: … unless one of these says that it is about something else.
_NO_DELAYS = frozenset(
    {"notice", "claim", "claimed", "payment", "paid", "fee", "departs", "earlier"}
)


def worse_facts(policy: Policy) -> dict[str, int]:
    """Facts of which more is worse (1) or better (-1) for the customer, as the policy has it."""
    signs = {"worse": 1, "better": -1, "neither": 0}
    found = {}
    for name, fact in policy.facts.items():
        sign = signs[fact.more] if fact.more else int(name in WORSE or _is_delay(fact))
        if sign and (fact.kind in NUMERIC or fact.kind is Kind.YES_NO):
            found[name] = sign
    return found


def _is_delay(fact: FactDef) -> bool:
    """Whether the name says that it is a length of time that the customer had to wait."""
    words = set(fact.name.lower().replace(".", "_").split("_"))
    counted = fact.kind in (Kind.NUMBER, Kind.DURATION)
    return counted and bool(words & _DELAYS) and not words & _NO_DELAYS


@dataclass
class Search(Overlaps):
    """The whole search."""

    #: Rules of which it is told already that more of a fact yields less.
    falling: dict[str, list[set[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        # An evaluation of many rules takes longer.
        many = max(len(self.policy.rules), _RULES)
        self.budget = max(self.budget * _RULES // many, min(self.budget, 2_000))
        self.signs = worse_facts(self.policy)

    def run(self) -> None:
        """Goes along every fact from one whole set of facts after the other."""
        a_round = sum(len(values) for values in self.probe.values.values()) or 1
        count = max(self.budget // (a_round + 1), 3)
        few = min(len(self.policy.rules), count // 4)
        for number, base in enumerate(self.probe.bases(count - few)):
            self.turn(number)
            self._everywhere(base)
        self._where_seldom(few)
        self.looks = self.budget
        self.holes()
        self.looks = self.budget
        self.overlap()
        self._reach_the_rest()
        self.unsaid()

    def _everywhere(self, base: Facts) -> None:
        for name, values in self.probe.values.items():
            if len(values) > 1:
                self._along(base, name, values)

    def _where_seldom(self, count: int) -> None:
        """From facts under which rules apply that were seldom met with."""
        self.looks = self.budget
        seldom = sorted(self.policy.written, key=lambda rule: self.met.get(rule.name, 0))
        for rule in seldom[:count]:
            gives = partial(self.gives, rules=(rule.name,))
            facts = self.facts_for(goals_of(rule, self.rules), frozenset(rule.reads), gives)
            if facts is not None:
                self._everywhere({**self.probe.first(), **facts})

    def _along(self, base: Facts, name: str, values: tuple[Any, ...]) -> None:
        steps = []
        for value in values:
            draft = self.draft({**base, name: value})
            if draft is not None:
                paid = {part.rule: part.amount for part in draft.components}
                steps.append(Step(value, draft, paid))
        if not steps:
            return
        self.gaps_along(base, name, steps)
        self._upside_down(base, name, steps)
        fact = self.policy.facts[name]
        if sign := self.signs.get(name):
            self._disproportion(base, fact, steps if sign > 0 else steps[::-1])

    # -- what a walk shows ------------------------------------------------------------------------

    def _disproportion(self, base: Facts, fact: FactDef, steps: list[Step]) -> None:
        for before, after in pairwise(steps):
            if before.draft.missing or after.draft.missing or _total(after) >= _total(before):
                continue
            rules = tuple(
                sorted(
                    rule
                    for rule in before.paid.keys() | after.paid.keys()
                    if (after.paid.get(rule) or 0) < (before.paid.get(rule) or 0)
                )
            )
            name, low, high = fact.name, before.value, after.value
            if any(told <= set(rules) for told in self.falling.setdefault(name, [])):
                continue
            self.falling[name].append(set(rules))
            facts = self.fewest(base, name, partial(self._falls, name=name, low=low, high=high))
            word = "less" if self.signs[fact.name] < 0 else "more"
            worse = f"{word} {fact.label} yields less"
            if fact.kind is Kind.YES_NO:
                yes, no = ("yes", "no") if after.value else ("no", "yes")
                worse = f"{yes} to “{fact.label}” yields less than {no}"
            said = (
                f"{worse}: {self._said(fact, before)}, "
                f"{self._said(fact, after)} ({', '.join(rules)})."
            )
            if not fact.more and name not in WORSE:
                said += f" Where that is meant, say more: neither of {name}."
            self.note(Flaw.DISPROPORTION, rules, said[0].upper() + said[1:], facts, name)

    def _said(self, fact: FactDef, step: Step) -> str:
        currency = step.draft.currency
        value = shown(fact.kind, step.value, currency, fact.unit)
        return f"{value} gives {money(_major(_total(step), currency), currency)}"

    def _falls(self, facts: Facts, *, name: str, low: Any, high: Any) -> bool:
        """Whether the total is less at `high` than at `low`."""
        one, other = self.draft({**facts, name: low}), self.draft({**facts, name: high})
        if one is None or other is None or one.missing or other.missing:
            return False
        return other.total < one.total

    def _upside_down(self, base: Facts, name: str, steps: list[Step]) -> None:
        for step in steps:
            for item in step.draft.not_applied:
                if item.why is not WhyNot.UPSIDE_DOWN:
                    continue
                if (Flaw.UPSIDE_DOWN, (item.rule,)) in self.flaws:
                    continue
                facts = self.fewest(
                    {**base, name: step.value},
                    "",
                    partial(self.refuses, rule=item.rule, why=WhyNot.UPSIDE_DOWN),
                )
                self.note(Flaw.UPSIDE_DOWN, (item.rule,), f"{item.rule}: {item.reason}.", facts)

    # -- rules that were not reached --------------------------------------------------------------

    def _reach_the_rest(self) -> None:
        """Looks for facts under which a rule applies that no walk has met."""
        left = self.budget
        for rule in self.policy.rules:
            if rule.name in self.reached:
                continue
            for facts in self._for(rule):
                self.draft(facts)
                left -= 1
                if rule.name in self.reached or left < 0:
                    break

    def _for(self, rule: Rule) -> Iterator[Facts]:
        """Sets in which the facts that the rule reads are drawn anew, and once each is missing."""
        for number, base in enumerate(self.probe.bases(max(self.budget // 20, 20), seed=1)):
            self.turn(number)
            yield base
            for name in rule.reads:
                yield {key: value for key, value in base.items() if key != name}
                values = self.probe.values.get(name, ())
                if values:
                    yield {**base, name: values[number % len(values)]}

    def findings(self) -> list[Finding]:
        """All that was found."""
        found = list(self.flaws.values())
        for rule in self.policy.written:
            if rule.name not in self.reached:
                said = f"No facts were found for which {rule.name} gives anything."
                line = self.lines[rule.name]
                found.append(Finding(Flaw.UNREACHABLE, said, (rule.name,), (), line))
        return found


def _total(step: Step) -> int:
    return step.draft.total


def _major(minor: int, currency: str) -> Decimal:
    return major(minor, currency) or Decimal(0)
