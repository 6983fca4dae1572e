"""From a policy and facts to a drafted offer with every reason. Pure and deterministic."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any

from remedies.rules.language.capping import UNSAID
from remedies.rules.language.draft import Component, MissingFact, NotApplied, OfferDraft, WhyNot
from remedies.rules.language.given import Told, in_words, read_facts
from remedies.rules.language.modifiers import round_to, to_minor
from remedies.rules.language.nodes import Context, Inapplicable, Node, NoRow
from remedies.rules.language.policy import Choice, Policy, Range, Rule, range_words
from remedies.rules.language.setting_off import SettingOff
from remedies.rules.language.words import day, money, places_of


def evaluate(
    policy: Policy,
    facts: Mapping[str, Any],
    *,
    now: dt.datetime,
    currency: str | None = None,
    strict: bool = False,
    explained: bool = True,
) -> OfferDraft:
    """What `policy` gives for `facts`: components, what was missing, and why not more.

    `now` is aware. `currency` is the ticket's, and has to be one of the policy's; without it
    the money facts' own is used, else the policy's first. Facts that the policy does not
    know are left aside, or refused when `strict`. Raises `FactWrong` naming fact and rules.

    Without `explained` the components, sums and missing facts are the same, by the same steps,
    and nothing is put in words: no steps, no facts, no reasons why not. Twice as fast.
    """
    return work_out(
        policy, read_facts(policy, facts, currency, strict=strict), now=now, explained=explained
    )


def work_out(policy: Policy, told: Told, *, now: dt.datetime, explained: bool = True) -> OfferDraft:
    """The same from facts that were read before, for this policy or for one with the same facts."""
    at = Context(dict(told.typed), told.currency, now, policy.zone)
    run = _Run(policy, at, in_words(policy, told.given, at) if explained else None)
    for rule in policy.rules:
        run.take(rule)
    for cap in policy.caps:
        run.cap(cap)
    for set_off in policy.set_offs:
        run.set_off(set_off)
    return run.draft()


#: Stands for a reason that is not known yet.
_UNKNOWN = NotApplied("", "", WhyNot.MISSING, "")


def _in_order(refused: list[tuple[int, NotApplied]]) -> tuple[NotApplied, ...]:
    """Those that gave nothing, as the policy is written."""
    return tuple([item for _, item in sorted(refused, key=itemgetter(0))])


class _Run(SettingOff):
    """One evaluation under way, rule by rule."""

    def take(self, rule: Rule) -> None:
        """Applies one rule, or notes why it gives nothing."""
        missing = self.at.missing
        try:
            outcome = self._applies(rule) or self._component(rule)
        except Inapplicable as error:
            why = WhyNot.NO_ROW if isinstance(error, NoRow) else WhyNot.NOTHING
            outcome = self._no(rule, why, error.__str__)
        except ArithmeticError:
            outcome = self._no(rule, WhyNot.NOTHING, "the numbers are too large to count with")
        if outcome is None or outcome is _UNKNOWN:
            outcome = self._wait(rule, missing)
        if missing:
            missing.clear()
        if isinstance(outcome, Component):
            self._give(rule, outcome)
        elif self.told is not None:
            self.refused.append((rule.position, outcome))

    def _wait(self, rule: Rule, names: list[str]) -> NotApplied:
        """The rule hangs on missing facts: each is remembered with the rules that need it."""
        asked = tuple(dict.fromkeys(names))
        for name in asked:
            self.waiting.setdefault(name, []).append(rule.name)
        self._hold(rule, asked)
        if self.policy.groups.get(rule.group) is Choice.FIRST:
            self.held_up.setdefault(rule.group, rule.name)
        return self._no(rule, WhyNot.MISSING, f"we don't know yet: {self._labels(asked)}")

    def _hold(self, rule: Rule, names: tuple[str, ...]) -> None:
        """Whatever hangs on the rule below has to wait as well: it is neither given nor not."""
        self.at.waiting[rule.name] = names
        if rule.result:
            self.at.held[rule.result] = names

    def _blocked(self, rule: Rule) -> NotApplied | None:
        """Why the rule gives nothing for certain, before its amount is looked at; else None."""
        if self.replaced and rule.name in self.replaced:
            return self._no(
                rule, WhyNot.REPLACED, f"{self.replaced[rule.name]} applies in its place"
            )
        if rule.stack_on and rule.stack_on not in self.at.applied:
            if rule.stack_on in self.at.waiting:
                self.at.missing += self.at.waiting[rule.stack_on]
                return _UNKNOWN
            return self._no(rule, WhyNot.CONDITION, f"{rule.stack_on} did not apply")
        if rule.group and self.policy.groups.get(rule.group) is Choice.FIRST:
            if rule.group in self.won:
                return self._no(
                    rule, WhyNot.REPLACED, f"{self.won[rule.group]} applies, and comes first"
                )
            if rule.group in self.held_up:
                first = self.held_up[rule.group]
                self._hold(rule, self.at.waiting[first])
                return self._no(rule, WhyNot.MISSING, f"{first} comes first, and is not known yet")
        return None

    def _dated(self, rule: Rule, date: dt.date) -> NotApplied | None:
        """Why the rule was not in force on that date; None where it was."""
        if rule.since and date < rule.since:
            said = f"in force from {day(rule.since)}; the date is {day(date)}"
            return self._no(rule, WhyNot.DATED, said)
        if rule.until and date > rule.until:
            said = f"in force until {day(rule.until)}; the date is {day(date)}"
            return self._no(rule, WhyNot.DATED, said)
        return None

    def _applies(self, rule: Rule) -> NotApplied | None:
        """Why its date, condition or exclusions forbid the rule; None where they allow it, and
        `_UNKNOWN` where that hangs on a missing fact."""
        known = True
        at = self.at
        if (rule.stack_on or rule.group or self.replaced) and (blocked := self._blocked(rule)):
            return blocked
        if rule.dated_by is not None:
            date = rule.dated_by.value(at)
            known = date is not None
            if known and (dated := self._dated(rule, date)):
                return dated
        when = rule.when
        if when is not None:
            held = when.value(at)
            if held is False:
                if self.told is None:
                    return UNSAID
                return NotApplied(rule.name, rule.title, WhyNot.CONDITION, when.why_not(at))
            known = known and held is not None
        for exclusion in rule.exclusions:
            stops = exclusion.when.value(at)
            if stops is True:
                return self._no(rule, WhyNot.EXCLUDED, f"{exclusion.name}: {exclusion.reason}")
            known = known and stops is not None
        return None if known else _UNKNOWN

    def _component(self, rule: Rule) -> Component | NotApplied | None:
        """What the rule gives; None where that hangs on a missing fact."""
        if rule.range is not None:
            return self._ranged(rule, rule.range)
        if rule.amount is None:
            return self._make(rule)
        return self._summed(rule, rule.amount)

    def _summed(self, rule: Rule, sum_: Node) -> Component | NotApplied | None:
        at = self.at
        exact, said = (sum_.value(at), "") if self.told is None else sum_.explain(at)
        if exact is None:
            return None
        amount = to_minor(exact, at.currency, self.policy.rounding)
        if amount <= 0:
            return self._no(rule, WhyNot.NOTHING, f"it comes to nothing: {said}")
        if self.told is None:
            return self._make(rule, amount)
        major = Decimal(amount).scaleb(-places_of(at.currency))
        if major == exact:
            return self._make(rule, amount, (said,))
        way = self.policy.rounding.replace("_", " ")
        return self._make(rule, amount, (said, f"rounded {way} to {money(major, at.currency)}"))

    def _ranged(self, rule: Rule, spread: Range) -> Component | NotApplied | None:
        at = self.at
        low, high, placed = spread.low.value(at), spread.high.value(at), spread.place(at)
        unit = spread.round_to.value(at) if spread.round_to else None
        if low is None or high is None or placed is None or (spread.round_to and unit is None):
            return None
        if high < low:
            said = f"the range is upside down: {range_words(low, high, at.currency)}"
            return self._no(rule, WhyNot.UPSIDE_DOWN, said)
        if high <= 0:
            return self._no(rule, WhyNot.NOTHING, "it comes to nothing")
        exact = sum_ = low + placed.share * (high - low) if high.is_finite() else low
        if unit:
            sum_ = min(max(round_to(exact, unit, "half_up"), low), high)
        way = self.policy.rounding
        ends = (
            to_minor(low, at.currency, way),
            to_minor(high, at.currency, way) if high.is_finite() else None,
        )
        amount = to_minor(sum_, at.currency, way)
        if self.told is None:
            return self._make(rule, amount, ends=ends)
        steps = placed.steps(low, high, exact, at.currency)
        if unit and sum_ != exact:
            steps.append(f"rounded to {money(unit, at.currency)} = {money(sum_, at.currency)}")
        return self._make(rule, amount, tuple(steps), ends)

    def _make(
        self,
        rule: Rule,
        amount: int | None = None,
        steps: tuple[str, ...] = (),
        ends: tuple[int, int | None] | None = None,
    ) -> Component | None:
        at, told = self.at, self.told
        options = self._options(rule, amount) if rule.options else ()
        if options is None:
            return None
        low, high = ends or (None, None)
        return Component(
            rule.name,
            rule.title,
            rule.kind,
            amount,
            at.currency,
            rule.clause,
            rule.code,
            tuple([told[name] for name in rule.reads if name in told]) if told else (),
            steps,
            ends is not None,
            low,
            high,
            rule.owed,
            rule.loss,
            "" if told is None else self._says(rule, amount),
            rule.form,
            rule.pay_within_days,
            options,
            rule.automatic,
        )

    def _give(self, rule: Rule, component: Component) -> None:
        if rule.group and not self._wins(rule, component):
            return
        self.given[rule.name] = component
        self.at.applied.add(rule.name)
        for other in rule.overrides:
            self.replaced[other] = rule.name
        if rule.result:
            major = Decimal(component.amount or 0).scaleb(-places_of(self.at.currency))
            self.at.results[rule.result] = major

    def _wins(self, rule: Rule, component: Component) -> bool:
        """Whether the rule has its place in its group: in one that gives the best, for now."""
        best = self.won.get(rule.group)
        if best is None:
            self.won[rule.group] = rule.name
        elif self.policy.groups.get(rule.group) is Choice.BEST:
            if not self._beats(rule, component, best):
                return False
            self.won[rule.group] = rule.name
        return True

    def _beats(self, rule: Rule, component: Component, best: str) -> bool:
        """In a group that gives the best: whether this rule gives more than the best so far."""
        standing = self.given[best]
        mine, other = self._left_of(component), self._left_of(standing)
        better = mine > other
        winner, loser = (component, standing) if better else (standing, component)
        equal = mine == other
        said = f"{winner.rule} gives {'the same, and stands first' if equal else 'more'}"
        lost = next(item for item in self.policy.rules if item.name == loser.rule)
        self.refused.append((lost.position, self._no(lost, WhyNot.REPLACED, said)))
        if better:
            del self.given[best]
            self.at.applied.discard(best)
            if lost.result and lost.result != rule.result:
                self.at.results.pop(lost.result, None)
        return better

    def draft(self) -> OfferDraft:
        """The result, in the order in which the policy is written."""
        policy, facts, told = self.policy, self.policy.facts, self.told
        given = self.given
        components = tuple([given[rule.name] for rule in policy.written if rule.name in given])
        return OfferDraft(
            policy=policy.name,
            currency=self.at.currency,
            components=components,
            not_applied=() if told is None else _in_order(self.refused),
            missing=tuple(
                [
                    MissingFact(name, facts[name].label, facts[name].question, tuple(rules))
                    for name, rules in self.waiting.items()
                ]
            ),
            facts=() if told is None else tuple(told.values()),
            evaluated_at=self.at.now,
            total=sum([part.amount or 0 for part in components]),
        )
