"""Facts that the policy allows and for which nothing applies: holes between rules and in tables.

Pure. A hole is told with the fewest facts that show it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from remedies.facts import NUMERIC, FactDef, Kind
from remedies.rules.checks.conjuncts import NoPlace, facts_in, goals_of, tables_in
from remedies.rules.checks.findings import Flaw
from remedies.rules.checks.probing import Facts
from remedies.rules.checks.solving import Solving
from remedies.rules.checks.walking import Step, component
from remedies.rules.language.draft import WhyNot
from remedies.rules.language.policy import Rule
from remedies.rules.language.words import shown

#: A rule that gives nothing for one of these is not held back by a bound.
_NO_BOUND = frozenset({WhyNot.EXCLUDED, WhyNot.REPLACED, WhyNot.MISSING})
_BOUND = frozenset({WhyNot.CONDITION, WhyNot.DATED})


@dataclass
class Gaps(Solving):
    """A search that also looks for facts for which nothing applies."""

    #: Choices of a fact that something is said of, and those that were met with nothing.
    spoken: dict[str, set[Any]] = field(init=False, default_factory=dict)
    unspoken: set[tuple[str, Any]] = field(init=False, default_factory=set)

    def gaps_along(self, base: Facts, name: str, steps: list[Step]) -> None:
        """The holes that one walk shows."""
        fact = self.policy.facts[name]
        self._no_row(base, name, steps)
        if fact.kind in NUMERIC:
            self._inside(base, fact, steps)
        if fact.kind in NUMERIC or fact.kind in (Kind.DATE, Kind.MOMENT):
            self._between(base, fact, steps)
        if fact.kind is Kind.CHOICE:
            self._unsaid(fact, steps)

    # -- one rule that gives something below and above ---------------------------------------------

    def _inside(self, base: Facts, fact: FactDef, steps: list[Step]) -> None:
        for rule in self.policy.rules:
            if fact.name not in self.reads[rule.name] or (Flaw.GAP, (rule.name,)) in self.flaws:
                continue
            held = [i for i, step in enumerate(steps) if rule.name in step.paid]
            if len(held) < 2 or held[-1] - held[0] + 1 == len(held):
                continue
            step = next(
                steps[i] for i in range(held[0], held[-1]) if rule.name not in steps[i].paid
            )
            why = next((n for n in step.draft.not_applied if n.rule == rule.name), None)
            if why is None or why.why in _NO_BOUND:
                continue
            value = shown(fact.kind, step.value, step.draft.currency, fact.unit)
            at = (steps[held[0]].value, step.value, steps[held[-1]].value)
            skips = partial(self._skips, fact=fact.name, rule=rule.name, why=why.why, at=at)
            self.note(
                Flaw.GAP,
                (rule.name,),
                f"{rule.name} gives nothing where {fact.label} is {value}, though it does below "
                f"and above: {why.reason}.",
                self.fewest(base, fact.name, skips),
            )

    def _skips(
        self, facts: Facts, *, fact: str, rule: str, why: WhyNot, at: tuple[Any, Any, Any]
    ) -> bool:
        """Whether the rule gives something at the first and the last of three values of a fact,
        and nothing at the one between."""
        low, middle, high = ({**facts, fact: value} for value in at)
        return (
            self.refuses(middle, rule=rule, why=why)
            and self.gives(low, rules=(rule,))
            and self.gives(high, rules=(rule,))
        )

    # -- between two rules about the same ----------------------------------------------------------

    def _between(self, base: Facts, fact: FactDef, steps: list[Step]) -> None:
        """Nothing of a kind between two rules that give it below and above."""
        for rules in self._about_the_same():
            given = [i for i, step in enumerate(steps) if rules & step.paid.keys()]
            for low, high in pairwise(given):
                if high - low > 1:
                    self._empty_between(base, fact, rules, steps[low : high + 1])

    def _about_the_same(self) -> Iterator[frozenset[str]]:
        """Names of the rules that give the same, where there are several."""
        same: dict[Any, set[str]] = {}
        for rule in self.policy.written:
            same.setdefault(component(rule), set()).add(rule.name)
        return (frozenset(names) for names in same.values() if len(names) > 1)

    def _empty_between(
        self, base: Facts, fact: FactDef, names: frozenset[str], steps: list[Step]
    ) -> None:
        below, above = names & steps[0].paid.keys(), names & steps[-1].paid.keys()
        rules = tuple(sorted(below ^ above, key=lambda rule: self.rules[rule].position))
        inside = steps[1]
        if below & above or (Flaw.GAP, rules) in self.flaws or inside.draft.missing:
            return
        whys = {item.rule: item.why for item in inside.draft.not_applied}
        if any(whys.get(rule) not in _BOUND for rule in rules):
            return
        if fact.kind not in NUMERIC and WhyNot.DATED not in map(whys.get, rules):
            return  # a season, or a day of the week, is most often meant
        value = shown(fact.kind, inside.value, inside.draft.currency, fact.unit)
        what = f"No {self.rules[rules[0]].kind}" if inside.draft.components else "Nothing"
        said = f"{what} is given where {fact.label} is {value}, though there is below and above"
        at = [steps[i].value for i in (0, 1, -1)]
        facts = self.fewest(
            base, fact.name, partial(self._empty, name=fact.name, at=at, rules=names)
        )
        self.note(Flaw.GAP, rules, f"{said} ({', '.join(rules)}).", facts)

    def _empty(self, facts: Facts, *, name: str, at: list[Any], rules: frozenset[str]) -> bool:
        """Whether one of the rules gives something at the first and the last of three values,
        and none between."""
        given = []
        for value in at:
            draft = self.draft({**facts, name: value})
            parts = draft.components if draft else ()
            given.append(any(part.rule in rules for part in parts))
        return given == [True, False, True]

    # -- a choice that no rule has a word for -----------------------------------------------------

    def _unsaid(self, fact: FactDef, steps: list[Step]) -> None:
        """A choice for which nothing is given, where other rules are for each of the others."""
        readers = frozenset(n for n, reads in self.reads.items() if fact.name in reads)
        given = [readers.intersection(step.paid) for step in steps]
        kinds = {rules for rules in given if rules}
        named = self.probe.bounds.get(fact.name, set())
        for step, rules in zip(steps, given, strict=True):
            if rules or step.value in named or step.value == fact.default:
                self.spoken.setdefault(fact.name, set()).add(step.value)
            elif len(kinds) > 1 and step.value not in self.spoken.get(fact.name, ()):
                self.unspoken.add((fact.name, step.value))

    def unsaid(self) -> None:
        """Tells the choices that were met with nothing wherever they were tried."""
        for name, value in sorted(self.unspoken):
            if value in self.spoken.get(name, ()):
                continue
            fact = self.policy.facts[name]
            self.note(
                Flaw.GAP,
                (),
                f"Nothing is given where {fact.label} is {value}, and nothing in the policy "
                "names it: no rule, table or exclusion.",
                {name: value},
                about=f"{name} {value}",
            )

    # -- a table without a row --------------------------------------------------------------------

    def _no_row(self, base: Facts, name: str, steps: list[Step]) -> None:
        """A rule that holds, and whose table has no row for it."""
        for step in steps:
            for item in step.draft.not_applied:
                if item.why is WhyNot.NO_ROW and (Flaw.GAP, (item.rule,)) not in self.flaws:
                    self._tell_no_row(item.rule, item.reason, {**base, name: step.value})

    def holes(self) -> None:
        """Looks in each table for values without a row that a rule lets through to it."""
        for rule in self.policy.written:
            goals = goals_of(rule, self.rules)
            for table in tables_in(rule):
                if (Flaw.GAP, (rule.name,)) in self.flaws or self.looks <= 0:
                    break
                hole = NoPlace(table, facts_in(table, self.rules))
                refused = partial(self.refuses, rule=rule.name, why=WhyNot.NO_ROW)
                facts = self.facts_for([*goals, hole], frozenset(rule.reads), refused)
                if facts is not None:
                    self._tell_no_row(rule.name, self._why(rule, facts), facts)

    def _why(self, rule: Rule, facts: Facts) -> str:
        draft = self.draft(facts)
        refused = draft.not_applied if draft is not None else ()
        return next((item.reason for item in refused if item.rule == rule.name), "")

    def _tell_no_row(self, rule: str, reason: str, facts: Facts) -> None:
        refused = partial(self.refuses, rule=rule, why=WhyNot.NO_ROW)
        self.note(Flaw.GAP, (rule,), f"{rule}: {reason}.", self.fewest(facts, "", refused))
