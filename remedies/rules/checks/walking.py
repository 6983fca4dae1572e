"""Going along the facts of a policy: what it gives at each step, and what is found. Pure."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from remedies.errors import FactWrong
from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.checks.probing import Facts, Probe, probe
from remedies.rules.language.cases import CASE_NOW
from remedies.rules.language.draft import OfferDraft, WhyNot
from remedies.rules.language.evaluation import evaluate
from remedies.rules.language.policy import Choice, Policy, Rule
from remedies.rules.language.source import Source
from remedies.rules.language.words import shown


@dataclass(frozen=True, slots=True)
class Step:
    """One value of a fact on the way along it, and what the policy gives there."""

    value: Any
    draft: OfferDraft
    paid: Mapping[str, int | None]


@dataclass
class Walk:
    """A search under way: what was tried, and what it showed."""

    source: Source
    policy: Policy
    budget: int
    probe: Probe = field(init=False)
    reached: set[str] = field(default_factory=set)
    #: How often each rule gave something.
    met: dict[str, int] = field(default_factory=dict)
    flaws: dict[tuple[Flaw, tuple[str, ...]], Finding] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.probe = probe(self.source, self.policy)
        self.rules = {rule.name: rule for rule in self.policy.written}
        self.lines = {
            rule.name: self.source.lines.get(("rules", rule.position), 0)
            for rule in self.policy.written
        }
        self.reads = {rule.name: frozenset(rule.reads) for rule in self.policy.rules}
        timed = bool({"now", "today"} & set(words_in(self.source.data)))
        #: Moments to try it at: for a policy that asks the time, some later ones as well.
        self.moments = [
            CASE_NOW + dt.timedelta(days=days) for days in (0, 30, 400)[: 1 + 2 * timed]
        ]
        self.now, self.currency = CASE_NOW, self.policy.currencies[0]
        self.first = {
            rule.name
            for rule in self.policy.rules
            if self.policy.groups.get(rule.group) is Choice.FIRST
        }

    def turn(self, number: int) -> None:
        """Each start has its moment and its currency, so that all of them get their turn."""
        self.now = self.moments[number % len(self.moments)]
        self.currency = self.policy.currencies[number % len(self.policy.currencies)]

    def draft(self, facts: Facts) -> OfferDraft | None:
        """What the policy gives; None where a fact it can't take is among them."""
        try:
            draft = evaluate(self.policy, facts, now=self.now, currency=self.currency)
        except FactWrong:
            return None
        for part in draft.components:
            self.met[part.rule] = self.met.get(part.rule, 0) + 1
        self.reached.update(part.rule for part in draft.components)
        for item in draft.not_applied:
            # Beaten or cut away, but it held; of a group that gives the first, it is not asked.
            if item.why is WhyNot.REPLACED and item.rule not in self.first:
                self.reached.add(item.rule)
        return draft

    def paid(self, facts: Facts) -> frozenset[str]:
        """Names of the rules that give more than a sum of nothing; quicker than a draft."""
        try:
            draft = evaluate(
                self.policy, facts, now=self.now, currency=self.currency, explained=False
            )
        except FactWrong:
            return frozenset()
        given = frozenset([part.rule for part in draft.components if part.amount != 0])
        self.reached |= given
        return given

    def note(
        self, flaw: Flaw, rules: tuple[str, ...], message: str, facts: Facts, about: str = ""
    ) -> None:
        """Keeps the first of its kind: `about` a fact, where each fact is told by itself."""
        key = (flaw, (*rules, about) if about else rules)
        if key not in self.flaws:
            line = min((self.lines[r] for r in rules if self.lines.get(r)), default=0)
            self.flaws[key] = Finding(flaw, message, rules, self._shown(facts), line)

    def _shown(self, facts: Facts) -> tuple[tuple[str, str], ...]:
        told = [("currency", self.currency)] if len(self.policy.currencies) > 1 else []
        for name, value in facts.items():
            fact = self.policy.facts.get(name)
            if fact is not None and value not in (fact.default, ()):
                told.append((name, shown(fact.kind, value, self.currency, fact.unit)))
        return tuple(told)

    def fewest(self, base: Facts, name: str, holds: Callable[[Facts], bool]) -> Facts:
        """As few of the facts as show a flaw: what does not matter is left out. `name` is the
        fact of the walk, which `holds` sets itself."""
        facts = {key: value for key, value in base.items() if key != name}
        for key in list(facts):
            fewer = {k: v for k, v in facts.items() if k != key}
            if holds(fewer):
                facts = fewer
        return facts

    def gives(self, facts: Facts, *, rules: tuple[str, ...]) -> bool:
        """Whether all these rules give something."""
        return self.paid(facts).issuperset(rules)

    def refuses(self, facts: Facts, *, rule: str, why: WhyNot) -> bool:
        """Whether the rule gives nothing, and for this reason."""
        draft = self.draft(facts)
        return draft is not None and any(
            item.rule == rule and item.why is why for item in draft.not_applied
        )


def component(rule: Rule) -> tuple[Any, ...]:
    """What a rule gives, as the customer sees it: rules with the same of it are about the same."""
    pays = rule.amount is not None or rule.range is not None
    return rule.kind, rule.code, rule.owed, rule.loss, pays


def words_in(raw: Any) -> Iterator[str]:
    """Every text of a policy."""
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict | list):
        for inner in raw.values() if isinstance(raw, dict) else raw:
            yield from words_in(inner)
