"""What an evaluation has so far, and what caps leave of it. Pure."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from remedies.rules.language.draft import Component, NotApplied, Option, WhyNot
from remedies.rules.language.given import Words
from remedies.rules.language.modifiers import least_of, to_minor
from remedies.rules.language.nodes import Context, Inapplicable, Node, NoRow
from remedies.rules.language.policy import Cap, Policy, Rule, SetOff
from remedies.rules.language.ruling import PLACEHOLDER
from remedies.rules.language.words import money, places_of, shown

#: Stands for a reason that nobody reads.
UNSAID = NotApplied("", "", WhyNot.NOTHING, "")


class Standing:
    """What was given, what was not, and who waits for which fact."""

    def __init__(self, policy: Policy, context: Context, told: dict[str, Words] | None):
        self.policy, self.at = policy, context
        #: The facts that were given, in words; None where nothing is to be explained.
        self.told = told
        self.given: dict[str, Component] = {}
        self.refused: list[tuple[int, NotApplied]] = []
        self.waiting: dict[str, list[str]] = {}
        self.replaced: dict[str, str] = {}
        #: For each group: the rule that won, and the rule that has to be known first.
        self.won: dict[str, str] = {}
        self.held_up: dict[str, str] = {}

    def _no(self, rule: Rule, why: WhyNot, reason: str | Callable[[], str]) -> NotApplied:
        """Why not; a reason that takes making is made only for who reads it."""
        if self.told is None:
            return UNSAID
        said = reason if isinstance(reason, str) else reason()
        return NotApplied(rule.name, rule.title, why, said)

    def _labels(self, names: Iterable[str]) -> str:
        facts, gaps = self.policy.facts, self.at.gaps
        return ", ".join([gaps.get(name) or facts[name].label for name in names])

    def _says(self, rule: Rule, amount: int | None) -> str:
        """What the customer reads, with the facts and the sum that it speaks of."""
        if "{" not in rule.says:
            return rule.says
        return PLACEHOLDER.sub(lambda found: self._filled(found[1], amount), rule.says)

    def _filled(self, name: str, amount: int | None) -> str:
        if name == "amount":
            return self._money(amount or 0)
        fact = self.policy.facts[name]
        return shown(fact.kind, self.at.facts.get(name), self.at.currency, fact.unit)

    def _money(self, minor: int) -> str:
        return money(self._major(minor), self.at.currency)

    def _major(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-places_of(self.at.currency))

    def _minor(self, sum_: Decimal) -> int:
        return to_minor(sum_, self.at.currency, self.policy.rounding)

    def _options(self, rule: Rule, amount: int | None) -> tuple[Option, ...] | None:
        """The other forms of a sum; None where one hangs on a missing fact."""
        found = []
        for form, node, of_sum in rule.options:
            sum_ = node.value(self.at)
            if sum_ is None:
                return None
            if of_sum:
                sum_ = self._major(amount or 0) * sum_ / 100
            found.append(Option(form, self._minor(sum_)))
        return tuple(found)

    # -- caps -------------------------------------------------------------------------------------

    def cap(self, cap: Cap) -> None:
        """Cuts what several rules give together to a limit, the last of them first."""
        given = self.given
        covered = [
            name
            for name in cap.rules
            if name in given and (given[name].amount or given[name].ranged)
        ]
        limit = self._bound(cap, cap.at_most, covered) if covered else None
        if limit is None:
            return
        over = sum([given[name].amount or 0 for name in covered]) - limit
        for name in reversed(covered):
            if over > 0:
                over -= self._cut(cap, name, over)
        self._lower_tops(cap, covered, limit)

    def _lower_tops(self, cap: Cap, covered: list[str], limit: int) -> None:
        """What the cap leaves free is room for ranges, the first of them first: all of them at
        their highest are no more than the limit."""
        left = [self.given[name] for name in covered if name in self.given]
        room = limit - sum([part.amount or 0 for part in left])
        for part in left:
            if not part.ranged:
                continue
            amount, high = part.amount or 0, part.range_max
            top = amount + room if high is None else min(high, amount + room)
            room -= top - amount
            if top == 0:
                self._withdraw(part.rule, WhyNot.REPLACED, self._limited(cap))
            elif top != high:
                low = min(part.range_min or 0, top)
                steps = part.steps
                if self.told is not None and part.amount != top:
                    steps += (f"{self._limited(cap)} together: {self._money(top)} here at most",)
                self.given[part.rule] = part._replace(range_min=low, range_max=top, steps=steps)

    def _limited(self, cap: Cap) -> str:
        bound = "" if self.told is None else cap.at_most.worked(self.at)
        return f"{cap.title}: at most {bound}"

    def _bound(self, cap: Cap | SetOff, sum_: Node, covered: list[str]) -> int | None:
        """The limit in minor units; while it is unknown, what it covers might be too much."""
        at, why, said = self.at, WhyNot.MISSING, ""
        try:
            bound = sum_.value(at)
            if bound is not None:
                return max(to_minor(bound, at.currency, "down"), 0)
        except Inapplicable as error:
            why = WhyNot.NO_ROW if isinstance(error, NoRow) else WhyNot.NOTHING
            said = f"{cap.title}: {error}"
        except ArithmeticError:
            why, said = WhyNot.NOTHING, "the numbers are too large to count with"
        missing = dict.fromkeys(at.missing)
        at.missing.clear()
        for name in missing:
            self.waiting.setdefault(name, []).append(cap.name)
        said = said or f"we don't know yet what limits it: {self._labels(missing)}"
        for name in covered:
            self._withdraw(name, why, said)
        return None

    def _rule(self, name: str) -> Rule:
        return next(rule for rule in self.policy.rules if rule.name == name)

    def _withdraw(self, name: str, why: WhyNot, said: str) -> None:
        """Takes back what a rule gave."""
        rule = self._rule(name)
        del self.given[name]
        self.refused.append((rule.position, self._no(rule, why, said)))

    def _cut(self, cap: Cap, name: str, over: int) -> int:
        """Takes up to `over` off what the rule gave; answers how much it was."""
        part = self.given[name]
        amount = part.amount or 0
        left = max(amount - over, 0)
        limited = self._limited(cap)
        if left == 0:
            self._withdraw(name, WhyNot.REPLACED, limited)
            return amount
        high = left if part.ranged else None
        given = self._leave(name, left, f"{limited} together", ends=(part.range_min, high))
        if not given:
            return amount
        return over

    def _leave(
        self, name: str, left: int, said: str, *, ends: tuple[int | None, int | None]
    ) -> bool:
        """Leaves so much of what the rule gave, for that reason; False where it is nothing."""
        part, rule = self.given[name], self._rule(name)
        least = least_of(rule.amount)
        small = left and least is not None and self._major(left) < (least.value(self.at) or 0)
        if small and least is not None:
            words = "" if self.told is None else least.words(self.at)
            leaves = f"which leaves {self._money(left)}; that is below {words}"
            self._withdraw(name, WhyNot.NOTHING, f"{said}, {leaves}, under which nothing is paid")
            return False
        if left == 0:
            self._withdraw(name, WhyNot.REPLACED, said)
            return False
        steps = part.steps
        if self.told is not None:
            steps += (f"{said}, which leaves {self._money(left)}",)
        self.given[name] = part._replace(
            amount=left,
            steps=steps,
            range_min=None if ends[0] is None else min(ends[0], left),
            range_max=ends[1],
            says=part.says and self._says(rule, left),
            options=self._shrunk(rule, part, left),
        )
        return True

    def _shrunk(self, rule: Rule, part: Component, left: int) -> tuple[Option, ...]:
        """Other forms of a sum that was cut: a percentage of it anew, a sum in proportion."""
        amount = part.amount or 1
        return tuple(
            [
                Option(
                    one.form,
                    self._minor(
                        self._major(left) * spec.sum.value(self.at) / 100
                        if spec.of_sum
                        else self._major(one.amount) * left / amount
                    ),
                )
                for spec, one in zip(rule.options, part.options, strict=True)
            ]
        )

    def _left_of(self, part: Component) -> int:
        """What the caps leave of a part if nothing else were given: so a group chooses its best.

        A cap that hangs on what rules gave, or on a missing fact, is not looked at.
        """
        sum_ = part.amount or 0
        at, mark = self.at, len(self.at.missing)
        for cap in self.policy.caps:
            if part.rule not in cap.rules or cap.late:
                continue
            try:
                bound = cap.at_most.value(at)
                if bound is not None:
                    sum_ = min(sum_, max(to_minor(bound, at.currency, "down"), 0))
            except (Inapplicable, ArithmeticError):
                continue
        del at.missing[mark:]
        least = least_of(self._rule(part.rule).amount)
        if least is not None and self._major(sum_) < (least.value(at) or 0):
            return 0
        return sum_
