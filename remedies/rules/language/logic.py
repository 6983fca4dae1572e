"""Conditions as nodes: yes, no, or unknown (None) where that hangs on a missing fact. Pure.

"No and unknown" is no, "yes or unknown" is yes (Kleene's logic), so a fact is asked for only
if it matters.
"""

from collections.abc import Callable
from typing import Any

from remedies.facts import Kind
from remedies.rules.language.nodes import Context, FactRef, Literal, Node, ValueRef
from remedies.rules.language.words import shown


class Condition(Node):
    """A node that is yes, no or unknown."""

    __slots__ = ()
    kind = Kind.YES_NO


class Every(Condition):
    """Yes if each part is."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]):
        self.parts = parts

    def value(self, at: Context) -> bool | None:
        """Kleene's "and": no as soon as one part is no."""
        result: bool | None = True
        mark = len(at.missing)
        for part in self.parts:
            found = part.value(at)
            if found is False:
                del at.missing[mark:]  # whatever is missing does not matter any more
                return False
            if found is None:
                result = None
        return result

    def words(self, at: Context) -> str:
        return " and ".join(part.words(at) for part in self.parts)

    def why_not(self, at: Context) -> str:
        for part in self.parts:
            if part.value(at) is False:
                return part.why_not(at)
        return self.words(at)


class Either(Condition):
    """Yes if one part is."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]):
        self.parts = parts

    def value(self, at: Context) -> bool | None:
        result: bool | None = False
        mark = len(at.missing)
        for part in self.parts:
            found = part.value(at)
            if found is True:
                del at.missing[mark:]
                return True
            if found is None:
                result = None
        return result

    def words(self, at: Context) -> str:
        return " or ".join(part.words(at) for part in self.parts)

    def why_not(self, at: Context) -> str:
        # Parts may share reasons, through values that they name; each is told once.
        told = (reason for part in self.parts for reason in part.why_not(at).split("; "))
        return "; ".join(dict.fromkeys(told))


class Not(Condition):
    """The opposite; unknown stays unknown."""

    __slots__ = ("part",)

    def __init__(self, part: Node):
        self.part = part

    def value(self, at: Context) -> bool | None:
        found = self.part.value(at)
        return None if found is None else not found

    def words(self, at: Context) -> str:
        return f"not: {self.part.words(at)}"

    def why_not(self, at: Context) -> str:
        return self.part.words(at)


class Is(Condition):
    """A yes/no fact or value, in words that name it."""

    __slots__ = ("label", "name", "part")

    def __init__(self, part: FactRef | ValueRef, label: str):
        self.part, self.label = part, label
        self.name = part.fact.name if isinstance(part, FactRef) else part.name

    def value(self, at: Context) -> bool | None:
        found: bool | None = at.values.get(self.name)  # most often worked out before
        return self.part.value(at) if found is None else found

    def words(self, at: Context) -> str:
        return self.label if self.part.value(at) else f"not {self.label}"

    def why_not(self, at: Context) -> str:
        return self.part.why_not(at)


class IsFact(Is):
    """A yes/no fact, without detours."""

    __slots__ = ()

    def value(self, at: Context) -> bool | None:
        found: bool | None = at.facts.get(self.name)
        if found is None:
            at.missing.append(self.name)
        return found


def asked(part: FactRef | ValueRef, label: str) -> Is:
    """The quickest node for a yes/no fact or value."""
    return IsFact(part, label) if isinstance(part, FactRef) else Is(part, label)


class Test(Condition):
    """One comparison of a value with a bound."""

    __slots__ = ("bound", "compare", "label", "needs", "subject")

    def __init__(
        self,
        subject: Node,
        label: str,
        compare: Callable[[Any, Any], bool],
        bound: Node,
        needs: str,
    ):
        self.subject, self.label, self.compare = subject, label, compare
        self.bound, self.needs = bound, needs

    def value(self, at: Context) -> bool | None:
        left, right = self.subject.value(at), self.bound.value(at)
        return None if left is None or right is None else self.compare(left, right)

    def words(self, at: Context) -> str:
        return f"{self.label} is {self.subject.words(at)}"

    def why_not(self, at: Context) -> str:
        needed = self.needs.format(self.bound.words(at))
        return f"{self.words(at)}, and this needs {needed}"


class FactTest(Test):
    """The commonest test, a fact with a bound written in the policy, without detours."""

    __slots__ = ("fact", "needed", "written")

    def __init__(
        self,
        subject: FactRef,
        label: str,
        compare: Callable[[Any, Any], bool],
        bound: Literal,
        needs: str,
    ):
        super().__init__(subject, label, compare, bound, needs)
        self.fact, self.written = subject.fact.name, bound.written
        # Money is written in the currency of the evaluation; all else is always the same.
        fixed = None if bound.kind is Kind.MONEY else shown(bound.kind, bound.written, "")
        self.needed = None if fixed is None else f", and this needs {needs.format(fixed)}"

    def value(self, at: Context) -> bool | None:
        found = at.facts.get(self.fact)
        if found is None:
            at.missing.append(self.fact)
            return None
        return self.compare(found, self.written)

    def why_not(self, at: Context) -> str:
        if self.needed is None:
            return super().why_not(at)
        return f"{self.label} is {self.subject.words(at)}{self.needed}"


def compared(
    subject: Node, label: str, compare: Callable[[Any, Any], bool], bound: Node, needs: str
) -> Test:
    """The quickest node for one comparison."""
    if isinstance(subject, FactRef) and isinstance(bound, Literal):
        return FactTest(subject, label, compare, bound, needs)
    return Test(subject, label, compare, bound, needs)


class Among(Condition):
    """Whether a value is one of several that the policy names."""

    __slots__ = ("label", "listed", "needed", "subject", "wanted")

    def __init__(self, subject: Node, label: str, listed: tuple[Literal, ...], *, wanted: bool):
        self.subject, self.label, self.wanted = subject, label, wanted
        self.listed = {bound.written: bound for bound in listed}
        # Money is written in the currency of the evaluation; all else is always the same.
        fixed = all(bound.kind is not Kind.MONEY for bound in listed)
        self.needed = self._needed("") if fixed else None

    def _needed(self, currency: str) -> str:
        names = [shown(one.kind, one.written, currency, one.unit) for one in self.listed.values()]
        return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    def value(self, at: Context) -> bool | None:
        found = self.subject.value(at)
        return None if found is None else (found in self.listed) is self.wanted

    def words(self, at: Context) -> str:
        return f"{self.label} is {self.subject.words(at)}"

    def why_not(self, at: Context) -> str:
        if not self.wanted:
            return f"{self.words(at)}, and then this is not given"
        needed = self._needed(at.currency) if self.needed is None else self.needed
        return f"{self.words(at)}, and this needs {needed}"


class Known(Condition):
    """Whether a value is missing; never unknown itself."""

    __slots__ = ("label", "missing", "subject")

    def __init__(self, subject: Node, label: str, *, missing: bool):
        self.subject, self.label, self.missing = subject, label, missing

    def value(self, at: Context) -> bool:
        mark = len(at.missing)
        found = self.subject.value(at)
        del at.missing[mark:]
        return (found is None) is self.missing

    def words(self, at: Context) -> str:
        known = self.subject.value(at) is not None
        return f"{self.label} is {'known' if known else 'unknown'}"


class Applied(Condition):
    """Whether an earlier rule applied; unknown while that rule waits for facts."""

    __slots__ = ("applied", "rule")

    def __init__(self, rule: str, *, applied: bool):
        self.rule, self.applied = rule, applied

    def value(self, at: Context) -> bool | None:
        if self.rule in at.waiting:  # it may yet apply
            at.missing += at.waiting[self.rule]
            return None
        return (self.rule in at.applied) is self.applied

    def words(self, at: Context) -> str:
        return f"{self.rule} {'applied' if self.rule in at.applied else 'did not apply'}"
