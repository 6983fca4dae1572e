"""Goes along every fact of a policy, from many starts, and tells what is odd on the way. Pure.

A search finds what it finds: no finding is no proof.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import combinations, pairwise
from typing import Any

from remedies.errors import FactWrong
from remedies.facts import NUMERIC, FactDef, Kind
from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.checks.probing import Facts, Probe, probe
from remedies.rules.language.cases import CASE_NOW, major
from remedies.rules.language.draft import OfferDraft, WhyNot
from remedies.rules.language.evaluation import evaluate
from remedies.rules.language.policy import Choice, Policy, Rule
from remedies.rules.language.source import Source
from remedies.rules.language.words import money, shown

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


@dataclass(frozen=True, slots=True)
class _Step:
    """One value of a fact on the way along it, and what the policy gives there."""

    value: Any
    draft: OfferDraft
    paid: Mapping[str, int | None]


@dataclass
class Search:
    """A search under way: what was tried, and what it showed."""

    source: Source
    policy: Policy
    budget: int
    probe: Probe = field(init=False)
    reached: set[str] = field(default_factory=set)
    flaws: dict[tuple[Flaw, tuple[str, ...]], Finding] = field(default_factory=dict)
    #: Rules of which it is told already that more of a fact yields less.
    falling: dict[str, list[set[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.probe = probe(self.source, self.policy)
        self.signs = worse_facts(self.policy)
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
        self.alike = {
            (one.name, other.name)
            for one, other in combinations(self.policy.written, 2)
            if _look_alike(one, other, self.policy)
        }
        self.first = {
            rule.name
            for rule in self.policy.rules
            if self.policy.groups.get(rule.group) is Choice.FIRST
        }

    def run(self) -> None:
        """Goes along every fact from one whole set of facts after the other."""
        a_round = sum(len(values) for values in self.probe.values.values()) or 1
        count = max(self.budget // (a_round + 1), 3)
        for number, base in enumerate(self.probe.bases(count)):
            self._turn(number)
            for name, values in self.probe.values.items():
                if len(values) > 1:
                    self._along(base, name, values)
        self._reach_the_rest()

    def _turn(self, number: int) -> None:
        """Each start has its moment and its currency, so that all of them get their turn."""
        self.now = self.moments[number % len(self.moments)]
        self.currency = self.policy.currencies[number % len(self.policy.currencies)]

    def _draft(self, facts: Facts) -> OfferDraft | None:
        """What the policy gives; None where a fact it can't take is among them."""
        try:
            draft = evaluate(self.policy, facts, now=self.now, currency=self.currency)
        except FactWrong:
            return None
        self.reached.update(part.rule for part in draft.components)
        for item in draft.not_applied:
            # Beaten or cut away, but it held; of a group that gives the first, it is not asked.
            if item.why is WhyNot.REPLACED and item.rule not in self.first:
                self.reached.add(item.rule)
        return draft

    def _along(self, base: Facts, name: str, values: tuple[Any, ...]) -> None:
        steps = []
        for value in values:
            draft = self._draft({**base, name: value})
            if draft is not None:
                paid = {part.rule: part.amount for part in draft.components}
                steps.append(_Step(value, draft, paid))
        if not steps:
            return
        self._no_row(base, name, steps)
        self._between(base, name, steps)
        self._overlaps(base, name, steps)
        self._upside_down(base, name, steps)
        fact = self.policy.facts[name]
        if fact.kind in NUMERIC:
            self._gaps(base, fact, steps)
        if sign := self.signs.get(name):
            self._disproportion(base, fact, steps if sign > 0 else steps[::-1])

    # -- what a walk shows ------------------------------------------------------------------------

    def _note(
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

    def _disproportion(self, base: Facts, fact: FactDef, steps: list[_Step]) -> None:
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
            facts = self._fewest(base, name, partial(self._falls, name=name, low=low, high=high))
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
            self._note(Flaw.DISPROPORTION, rules, said[0].upper() + said[1:], facts, name)

    def _said(self, fact: FactDef, step: _Step) -> str:
        currency = step.draft.currency
        value = shown(fact.kind, step.value, currency, fact.unit)
        return f"{value} gives {money(_major(_total(step), currency), currency)}"

    def _falls(self, facts: Facts, *, name: str, low: Any, high: Any) -> bool:
        """Whether the total is less at `high` than at `low`."""
        one, other = self._draft({**facts, name: low}), self._draft({**facts, name: high})
        if one is None or other is None or one.missing or other.missing:
            return False
        return other.total < one.total

    def _fewest(self, base: Facts, name: str, holds: Callable[[Facts], bool]) -> Facts:
        """As few of the facts as show a flaw: what does not matter is left out. `name` is the
        fact of the walk, which `holds` sets itself."""
        facts = {key: value for key, value in base.items() if key != name}
        for key in list(facts):
            fewer = {k: v for k, v in facts.items() if k != key}
            if holds(fewer):
                facts = fewer
        return facts

    def _gives(self, facts: Facts, *, rules: tuple[str, ...]) -> bool:
        """Whether all these rules give something."""
        draft = self._draft(facts)
        given = {part.rule for part in draft.components} if draft is not None else set()
        return given.issuperset(rules)

    def _skips(
        self, facts: Facts, *, fact: str, rule: str, why: WhyNot, at: tuple[Any, Any, Any]
    ) -> bool:
        """Whether the rule gives something at the first and the last of three values of a fact,
        and nothing at the one between."""
        low, middle, high = ({**facts, fact: value} for value in at)
        return (
            self._refuses(middle, rule=rule, why=why)
            and self._gives(low, rules=(rule,))
            and self._gives(high, rules=(rule,))
        )

    def _refuses(self, facts: Facts, *, rule: str, why: WhyNot) -> bool:
        """Whether the rule gives nothing, and for this reason."""
        draft = self._draft(facts)
        return draft is not None and any(
            item.rule == rule and item.why is why for item in draft.not_applied
        )

    def _gaps(self, base: Facts, fact: FactDef, steps: list[_Step]) -> None:
        """A rule that gives something below and above, and nothing between."""
        for rule in self.policy.rules:
            if fact.name not in self.reads[rule.name]:
                continue
            held = [i for i, step in enumerate(steps) if rule.name in step.paid]
            if len(held) < 2 or held[-1] - held[0] + 1 == len(held):
                continue
            step = next(
                steps[i] for i in range(held[0], held[-1]) if rule.name not in steps[i].paid
            )
            why = next((n for n in step.draft.not_applied if n.rule == rule.name), None)
            if why is None or why.why in (WhyNot.EXCLUDED, WhyNot.REPLACED, WhyNot.MISSING):
                continue
            if (Flaw.GAP, (rule.name,)) in self.flaws:
                continue
            value = shown(fact.kind, step.value, step.draft.currency, fact.unit)
            at = (steps[held[0]].value, step.value, steps[held[-1]].value)
            facts = self._fewest(
                base,
                fact.name,
                partial(self._skips, fact=fact.name, rule=rule.name, why=why.why, at=at),
            )
            self._note(
                Flaw.GAP,
                (rule.name,),
                f"{rule.name} gives nothing where {fact.label} is {value}, though it does below "
                f"and above: {why.reason}.",
                facts,
            )

    def _between(self, base: Facts, name: str, steps: list[_Step]) -> None:
        """Nothing at all between two rules that give something below and above."""
        fact = self.policy.facts[name]
        given = [i for i, step in enumerate(steps) if step.draft.components]
        if fact.kind not in NUMERIC or len(given) < 2:
            return
        for low, high in pairwise(given):
            if high - low < 2:
                continue
            below, above = steps[low].paid.keys(), steps[high].paid.keys()
            rules = tuple(sorted((below | above) - (below & above)))
            inside = steps[low + 1]
            whys = {n.rule: n.why for n in inside.draft.not_applied}
            if below & above or (Flaw.GAP, rules) in self.flaws or inside.draft.missing:
                continue
            if any(whys.get(rule) is not WhyNot.CONDITION for rule in rules):
                continue
            value = shown(fact.kind, inside.value, inside.draft.currency, fact.unit)
            said = (
                f"Nothing is given where {fact.label} is {value}, though there is below and above"
            )
            facts = self._fewest(
                base,
                name,
                partial(self._empty, name=name, at=[steps[i].value for i in (low, low + 1, high)]),
            )
            self._note(Flaw.GAP, rules, f"{said} ({', '.join(rules)}).", facts)

    def _empty(self, facts: Facts, *, name: str, at: list[Any]) -> bool:
        """Whether something is given at the first and the last of three values, not between."""
        drafts = [self._draft({**facts, name: value}) for value in at]
        return [bool(draft and draft.components) for draft in drafts] == [True, False, True]

    def _no_row(self, base: Facts, name: str, steps: list[_Step]) -> None:
        """A rule that holds, and whose table has no row for it."""
        for step in steps:
            for item in step.draft.not_applied:
                if item.why is not WhyNot.NO_ROW or (Flaw.GAP, (item.rule,)) in self.flaws:
                    continue
                holds = partial(self._refuses, rule=item.rule, why=WhyNot.NO_ROW)
                facts = self._fewest({**base, name: step.value}, "", holds)
                self._note(Flaw.GAP, (item.rule,), f"{item.rule}: {item.reason}.", facts)

    def _upside_down(self, base: Facts, name: str, steps: list[_Step]) -> None:
        for step in steps:
            for item in step.draft.not_applied:
                if item.why is not WhyNot.UPSIDE_DOWN:
                    continue
                if (Flaw.UPSIDE_DOWN, (item.rule,)) in self.flaws:
                    continue
                facts = self._fewest(
                    {**base, name: step.value},
                    "",
                    partial(self._refuses, rule=item.rule, why=WhyNot.UPSIDE_DOWN),
                )
                self._note(Flaw.UPSIDE_DOWN, (item.rule,), f"{item.rule}: {item.reason}.", facts)

    def _overlaps(self, base: Facts, name: str, steps: list[_Step]) -> None:
        """Two rules of one kind that read the same facts and both pay, by no word of the policy."""
        for step in steps:
            paying = [rule for rule, amount in step.paid.items() if amount]
            for pair in combinations(paying, 2):
                if pair in self.alike and (Flaw.OVERLAP, pair) not in self.flaws:
                    said = f"{pair[0]} and {pair[1]} read the same facts, and both pay."
                    holds = partial(self._gives, rules=pair)
                    facts = self._fewest({**base, name: step.value}, "", holds)
                    self._note(Flaw.OVERLAP, pair, said, facts)

    # -- rules that were not reached --------------------------------------------------------------

    def _reach_the_rest(self) -> None:
        """Looks for facts under which a rule applies that no walk has met."""
        for rule in self.policy.rules:
            if rule.name in self.reached:
                continue
            for facts in self._for(rule):
                self._draft(facts)
                if rule.name in self.reached:
                    break

    def _for(self, rule: Rule) -> Iterator[Facts]:
        """Sets in which the facts that the rule reads are drawn anew, and once each is missing."""
        for number, base in enumerate(self.probe.bases(max(self.budget // 20, 20), seed=1)):
            self._turn(number)
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


def words_in(raw: Any) -> Iterator[str]:
    """Every text of a policy."""
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict | list):
        for inner in raw.values() if isinstance(raw, dict) else raw:
            yield from words_in(inner)


def _total(step: _Step) -> int:
    return step.draft.total


def _major(minor: int, currency: str) -> Decimal:
    return major(minor, currency) or Decimal(0)


def _look_alike(one: Rule, other: Rule, policy: Policy) -> bool:
    """Whether two rules are about the same, and nothing says how they go together."""
    if one.kind is not other.kind or one.reads != other.reads or not one.reads:
        return False
    if one.group and one.group == other.group and policy.groups.get(one.group) is not Choice.ALL:
        return False
    if one.loss != other.loss or one.owed != other.owed:
        return False
    return one.name != other.stack_on and other.name != one.stack_on
