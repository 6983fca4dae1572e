"""Rules that give the same for the same facts, where nothing says that this is meant. Pure.

It is meant where the rules are of one group (first, best or all), where one stacks on the other,
overrides it or hangs on it, and where a cap or a set-off covers both. The last says it only of
rules that read different facts: two that read the same are more likely one threshold too many.
"""

from collections.abc import Sequence
from functools import partial
from itertools import combinations

from remedies.rules.checks.conjuncts import Goal, goals_of
from remedies.rules.checks.findings import Flaw
from remedies.rules.checks.gaps import Gaps
from remedies.rules.checks.probing import Facts
from remedies.rules.checks.walking import component
from remedies.rules.language.policy import Rule

#: So many are told at most; the rest says the same again.
MOST = 10


class Overlaps(Gaps):
    """A search that also looks for facts for which two rules apply."""

    def overlap(self) -> None:
        """Looks at every two rules that give the same, and tells those that apply together."""
        goals = {rule.name: goals_of(rule, self.rules) for rule in self.policy.written}
        told: list[frozenset[str]] = []
        pairs = [pair for pair in combinations(self.policy.written, 2) if not self._meant(*pair)]
        self.looks = self.budget
        for number, (one, other) in enumerate(pairs):
            if len(told) >= MOST or any({one.name, other.name} <= names for names in told):
                continue
            # What is left is shared out, so that one pair takes no more than is fair.
            left, share = self.looks, max(self.looks // (len(pairs) - number), 400)
            self.looks = min(share, left)
            together: tuple[Rule, ...] = (one, other)
            facts = self._apply(together, goals)
            if facts is not None:
                together, facts = self._with_more(together, facts, goals)
                self._tell(together, facts)
                told.append(frozenset(rule.name for rule in together))
            self.looks = left - min(share, left) + self.looks
            if self.looks <= 0:
                break

    def _meant(self, one: Rule, other: Rule) -> bool:
        """Whether two rules give different things, or the policy says how they go together."""
        if component(one) != component(other):
            return True
        names = {one.name, other.name}
        if one.group and one.group == other.group:
            return True
        if names & {*one.overrides, *other.overrides, *one.needs, *other.needs}:
            return True
        if one.reads == other.reads and one.reads:
            return False
        covered = [set(part.rules) for part in self.policy.caps]
        covered += [set(part.rules) for part in self.policy.set_offs]
        return any(names <= rules for rules in covered)

    def _apply(self, together: Sequence[Rule], goals: dict[str, list[Goal]]) -> Facts | None:
        """Facts for which all of them give something."""
        touched = frozenset().union(*(rule.reads for rule in together))
        return self.facts_for(
            [goal for rule in together for goal in goals[rule.name]],
            touched,
            partial(self.gives, rules=tuple(rule.name for rule in together)),
        )

    def _with_more(
        self, together: tuple[Rule, ...], facts: Facts, goals: dict[str, list[Goal]]
    ) -> tuple[tuple[Rule, ...], Facts]:
        """With every further rule that can apply beside them: one finding says it of all."""
        for rule in self.policy.written:
            if rule in together or any(
                self._meant(*sorted((rule, one), key=_place)) for one in together
            ):
                continue
            more = tuple(sorted((*together, rule), key=_place))
            found = self._apply(more, goals)
            if found is not None:
                together, facts = more, found
        return together, facts

    def _tell(self, together: tuple[Rule, ...], facts: Facts) -> None:
        names = tuple(rule.name for rule in together)
        facts = self.fewest(facts, "", partial(self.gives, rules=names))
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        both = "both" if len(names) == 2 else "all"
        pays = component(together[0])[-1]
        if all(rule.reads == together[0].reads for rule in together) and together[0].reads:
            said = f"{listed} read the same facts, and {both} {'pay' if pays else 'apply'}."
        else:
            said = (
                f"{listed} can apply at once, and {both} {'pay' if pays else 'apply'}. Where that "
                "is meant, say so by a group (all, best or first), stack_on, overrides or a cap."
            )
        self.note(Flaw.OVERLAP, names, said, facts)


def _place(rule: Rule) -> int:
    return rule.position
