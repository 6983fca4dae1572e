"""From a policy and facts to a drafted offer with every reason. Pure and deterministic."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from remedies.errors import FactWrong
from remedies.facts import Kind, NotThatKind, given_values, read_fact
from remedies.rules.draft import Component, MissingFact, NotApplied, OfferDraft, Option, WhyNot
from remedies.rules.modifiers import round_to, to_minor
from remedies.rules.nodes import Context, Inapplicable, NoRow
from remedies.rules.policy import Cap, Choice, Policy, Range, Rule, placed_words, range_words
from remedies.rules.ruling import PLACEHOLDER
from remedies.rules.source import nearest
from remedies.rules.words import day, money, places_of, shown


def evaluate(
    policy: Policy,
    facts: Mapping[str, Any],
    *,
    now: dt.datetime,
    currency: str | None = None,
    strict: bool = False,
) -> OfferDraft:
    """What `policy` gives for `facts`: components, what was missing, and why not more.

    `now` is aware. `currency` is the ticket's, and has to be one of the policy's; without it
    the money facts' own is used, else the policy's first. Facts that the policy does not
    know are left aside, or refused when `strict`. Raises `FactWrong` naming fact and rules.
    """
    given = given_values(facts)
    chosen = _currency(policy, given, currency)
    if strict:
        _refuse_unknown(policy, given)
    typed = _typed(policy, given, chosen)
    told = {name for name in typed if given.get(name) is not None}
    run = _Run(policy, Context(typed, chosen, now, policy.zone), told)
    for rule in policy.rules:
        run.take(rule)
    for cap in policy.caps:
        run.cap(cap)
    return run.draft()


def _currency(policy: Policy, given: Mapping[str, Any], currency: str | None) -> str:
    """The one currency of this evaluation."""
    if currency is None:
        found = {
            str(raw["currency"]) if isinstance(raw, Mapping) else str(raw.currency)
            for name, fact in policy.facts.items()
            if fact.kind is Kind.MONEY
            and (raw := given.get(name)) is not None
            and ("currency" in raw if isinstance(raw, Mapping) else hasattr(raw, "currency"))
        }
        if len(found) != 1:
            return policy.currencies[0]
        currency = found.pop()
    if currency not in policy.currencies:
        known = ", ".join(policy.currencies)
        raise FactWrong("currency", f"{currency} is not one that this policy pays in ({known})")
    return currency


def _typed(policy: Policy, given: Mapping[str, Any], currency: str) -> dict[str, Any]:
    typed = dict(policy.defaults)
    known = policy.facts
    for name, raw in given.items():
        if raw is None or name not in known:
            continue
        try:
            typed[name] = read_fact(known[name], raw, currency)
        except NotThatKind as error:
            raise FactWrong(name, f"{error}", policy.readers_of(name)) from None
    return typed


def _refuse_unknown(policy: Policy, given: Mapping[str, Any]) -> None:
    """Raises `FactWrong` for the first fact that the policy does not know."""
    for name, raw in given.items():
        known = name in policy.facts or name.rpartition(".")[0] in policy.facts
        outer = isinstance(raw, dict) and any(n.startswith(f"{name}.") for n in policy.facts)
        if not known and not outer:
            raise FactWrong(name, f"this policy knows no such fact.{nearest(name, policy.facts)}")


class _Run:
    """One evaluation under way: what was given, what was not, and who waits for which fact."""

    def __init__(self, policy: Policy, context: Context, told: set[str]):
        self.policy, self.at = policy, context
        #: Facts that were given, as against those that have a default; only these are shown.
        self.told = told
        self.given: dict[str, Component] = {}
        self.refused: list[tuple[int, NotApplied]] = []
        self.waiting: dict[str, list[str]] = {}
        self.replaced: dict[str, str] = {}
        #: For each group: the rule that won, and the rule that has to be known first.
        self.won: dict[str, str] = {}
        self.held_up: dict[str, str] = {}
        self.words: dict[str, tuple[str, str, str]] = {}

    def take(self, rule: Rule) -> None:
        """Applies one rule, or notes why it gives nothing."""
        mark = len(self.at.missing)
        try:
            outcome = self._component(rule)
        except Inapplicable as error:
            why = WhyNot.NO_ROW if isinstance(error, NoRow) else WhyNot.NOTHING
            outcome = self._no(rule, why, str(error))
        except ArithmeticError:
            outcome = self._no(rule, WhyNot.NOTHING, "the numbers are too large to count with")
        if outcome is None:
            outcome = self._wait(rule, self.at.missing[mark:])
        del self.at.missing[mark:]
        if isinstance(outcome, NotApplied):
            self.refused.append((rule.position, outcome))
        else:
            self._give(rule, outcome)

    def _no(self, rule: Rule, why: WhyNot, reason: str) -> NotApplied:
        return NotApplied(rule.name, rule.title, why, reason)

    def _wait(self, rule: Rule, names: list[str]) -> NotApplied:
        """The rule hangs on missing facts: each is remembered with the rules that need it."""
        for name in dict.fromkeys(names):
            self.waiting.setdefault(name, []).append(rule.name)
        if self.policy.groups.get(rule.group) is Choice.FIRST:
            self.held_up.setdefault(rule.group, rule.name)
        labels = ", ".join(self.policy.facts[name].label for name in dict.fromkeys(names))
        return self._no(rule, WhyNot.MISSING, f"we don't know yet: {labels}")

    def _blocked(self, rule: Rule) -> NotApplied | None:
        """Why the rule gives nothing for certain, before its amount is looked at; else None."""
        if self.replaced and rule.name in self.replaced:
            return self._no(
                rule, WhyNot.REPLACED, f"{self.replaced[rule.name]} applies in its place"
            )
        if rule.stack_on and rule.stack_on not in self.at.applied:
            return self._no(rule, WhyNot.CONDITION, f"{rule.stack_on} did not apply")
        if rule.group and self.policy.groups.get(rule.group) is Choice.FIRST:
            if rule.group in self.won:
                return self._no(
                    rule, WhyNot.REPLACED, f"{self.won[rule.group]} applies, and comes first"
                )
            if rule.group in self.held_up:
                first = self.held_up[rule.group]
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

    def _applies(self, rule: Rule) -> NotApplied | bool | None:
        """True where its date, condition and exclusions allow the rule; None where unknown."""
        known = True
        if blocked := self._blocked(rule):
            return blocked
        if rule.dated_by is not None:
            date = rule.dated_by.value(self.at)
            known = date is not None
            if known and (dated := self._dated(rule, date)):
                return dated
        if rule.when is not None:
            held = rule.when.value(self.at)
            if held is False:
                return self._no(rule, WhyNot.CONDITION, rule.when.why_not(self.at))
            known = known and held is not None
        for exclusion in rule.exclusions:
            stops = exclusion.when.value(self.at)
            if stops is True:
                return self._no(rule, WhyNot.EXCLUDED, f"{exclusion.name}: {exclusion.reason}")
            known = known and stops is not None
        return True if known else None

    def _component(self, rule: Rule) -> Component | NotApplied | None:
        """What the rule gives; None where that hangs on a missing fact."""
        at = self.at
        applies = self._applies(rule)
        if applies is not True:
            return applies or None
        if rule.range is not None:
            return self._ranged(rule, rule.range)
        if rule.amount is None:
            return self._make(rule)
        exact, said = rule.amount.explain(at)
        if exact is None:
            return None
        amount = to_minor(exact, at.currency, self.policy.rounding)
        if amount <= 0:
            return self._no(rule, WhyNot.NOTHING, f"it comes to nothing: {said}")
        steps = [said]
        major = Decimal(amount).scaleb(-places_of(at.currency))
        if major != exact:
            way = self.policy.rounding.replace("_", " ")
            steps.append(f"rounded {way} to {money(major, at.currency)}")
        return self._make(rule, amount=amount, steps=tuple(steps))

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
        share, said = placed
        sum_ = low + share * (high - low) if high.is_finite() else low
        steps = [range_words(low, high, at.currency) + (f"; {said}" if said else "")]
        if share and high.is_finite():
            steps.append(
                f"{placed_words(share, low, high, at.currency)} = {money(sum_, at.currency)}"
            )
        if unit and (rounded := min(max(round_to(sum_, unit, "half_up"), low), high)) != sum_:
            steps.append(f"rounded to {money(unit, at.currency)} = {money(rounded, at.currency)}")
            sum_ = rounded
        way = self.policy.rounding
        return self._make(
            rule,
            amount=to_minor(sum_, at.currency, way),
            steps=tuple(steps),
            ranged=True,
            range_min=to_minor(low, at.currency, way),
            range_max=to_minor(high, at.currency, way) if high.is_finite() else None,
        )

    def _make(self, rule: Rule, **given: Any) -> Component | None:
        at = self.at
        options = []
        for form, node in rule.options:
            sum_ = node.value(at)
            if sum_ is None:
                return None
            options.append(Option(form, to_minor(sum_, at.currency, self.policy.rounding)))
        said = rule.says
        if "{" in said:
            said = PLACEHOLDER.sub(lambda found: self._filled(found[1], given), said)
        return Component(
            rule=rule.name,
            title=rule.title,
            kind=rule.kind,
            currency=at.currency,
            clause=rule.clause,
            code=rule.code,
            facts=tuple([self._fact(name) for name in rule.reads if name in self.told]),
            owed=rule.owed,
            loss=rule.loss,
            says=said,
            form=rule.form,
            pay_within_days=rule.pay_within_days,
            options=tuple(options),
            **given,
        )

    def _filled(self, name: str, given: Mapping[str, Any]) -> str:
        if name == "amount":
            minor = Decimal(given.get("amount") or 0)
            return money(minor.scaleb(-places_of(self.at.currency)), self.at.currency)
        return self._fact(name)[2]

    def _fact(self, name: str) -> tuple[str, str, str]:
        if name not in self.words:
            fact = self.policy.facts[name]
            value = self.at.facts.get(name)
            said = shown(fact.kind, value, self.at.currency, fact.unit)
            self.words[name] = (name, fact.label, said)
        return self.words[name]

    def _give(self, rule: Rule, component: Component) -> None:
        choice = self.policy.groups.get(rule.group, Choice.ALL)
        best = self.won.get(rule.group) if choice is Choice.BEST else None
        if best is not None and not self._beats(rule, component, best):
            return
        self.given[rule.name] = component
        self.at.applied.add(rule.name)
        if rule.group:
            self.won.setdefault(rule.group, rule.name)
        if best is not None:
            self.won[rule.group] = rule.name
        for other in rule.overrides:
            self.replaced[other] = rule.name
        if rule.result:
            major = Decimal(component.amount or 0).scaleb(-places_of(self.at.currency))
            self.at.results[rule.result] = major

    def _beats(self, rule: Rule, component: Component, best: str) -> bool:
        """In a group that gives the best: whether this rule gives more than the best so far."""
        standing = self.given[best]
        better = (component.amount or 0) > (standing.amount or 0)
        winner, loser = (component, standing) if better else (standing, component)
        said = (
            f"{winner.rule} gives more"
            if winner.amount != loser.amount
            else (f"{winner.rule} gives the same, and stands first")
        )
        lost = next(item for item in self.policy.rules if item.name == loser.rule)
        self.refused.append((lost.position, self._no(lost, WhyNot.REPLACED, said)))
        if better:
            del self.given[best]
            self.at.applied.discard(best)
            if lost.result and lost.result != rule.result:
                self.at.results.pop(lost.result, None)
        return better

    def cap(self, cap: Cap) -> None:
        """Cuts what several rules give together to a limit, the last of them first."""
        mark = len(self.at.missing)
        try:
            bound = cap.at_most.value(self.at)
        except (Inapplicable, ArithmeticError):
            bound = None
        names = self.at.missing[mark:]
        del self.at.missing[mark:]
        covered = [name for name in cap.rules if name in self.given and self.given[name].amount]
        if bound is None:
            for name in dict.fromkeys(names) if covered else ():
                self.waiting.setdefault(name, []).append(cap.name)
            return
        limit = max(to_minor(bound, self.at.currency, "down"), 0)
        over = sum([self.given[name].amount or 0 for name in covered]) - limit
        for name in reversed(covered):
            if over <= 0:
                return
            over -= self._cut(name, over, f"{cap.title}: at most {cap.at_most.worked(self.at)}")

    def _cut(self, name: str, over: int, said: str) -> int:
        """Takes up to `over` off what the rule gave; answers how much it was."""
        part = self.given[name]
        amount = part.amount or 0
        left = max(amount - over, 0)
        if left == 0:
            rule = next(rule for rule in self.policy.rules if rule.name == name)
            del self.given[name]
            self.refused.append((rule.position, self._no(rule, WhyNot.REPLACED, said)))
            return amount
        major = Decimal(left).scaleb(-places_of(self.at.currency))
        self.given[name] = part._replace(
            amount=left,
            steps=(*part.steps, f"{said} together, which leaves {money(major, self.at.currency)}"),
            range_min=None if part.range_min is None else min(part.range_min, left),
            range_max=left if part.ranged else None,
        )
        return over

    def draft(self) -> OfferDraft:
        """The result, in the order in which the policy is written."""
        policy, facts = self.policy, self.policy.facts
        given = self.given
        components = tuple([given[rule.name] for rule in policy.written if rule.name in given])
        return OfferDraft(
            policy=policy.name,
            currency=self.at.currency,
            components=components,
            not_applied=tuple([item for _, item in sorted(self.refused, key=lambda pair: pair[0])]),
            missing=tuple(
                [
                    MissingFact(name, facts[name].label, facts[name].question, tuple(rules))
                    for name, rules in self.waiting.items()
                ]
            ),
            facts=tuple([self._fact(name) for name in facts if name in self.told]),
            evaluated_at=self.at.now,
            total=sum([part.amount or 0 for part in components]),
        )
