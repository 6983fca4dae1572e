"""What may be wrong with a policy that reads well. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from remedies.errors import Problem


class Flaw(StrEnum):
    """What may be wrong."""

    UNREACHABLE = "unreachable"
    GAP = "gap"
    OVERLAP = "overlap"
    CHOSEN_EARLY = "chosen_early"
    CAP_BELOW_FLOOR = "cap_below_floor"
    UPSIDE_DOWN = "upside_down"
    DISPROPORTION = "disproportion"
    UNUSED = "unused"


#: These are mistakes, and keep a policy from being put in force; the others are doubts.
WRONG = frozenset({Flaw.CAP_BELOW_FLOOR, Flaw.UPSIDE_DOWN, Flaw.DISPROPORTION})


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw, with facts that show it (texts, as they are shown to people)."""

    flaw: Flaw
    message: str
    rules: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    line: int = 0

    @property
    def is_wrong(self) -> bool:
        """Whether it keeps the policy from being put in force."""
        return self.flaw in WRONG

    @property
    def problem(self) -> Problem:
        """As a problem of the policy, with the facts that show it."""
        example = "; ".join(f"{name} {value}" for name, value in self.facts)
        return Problem(f"{self.message}{f' Facts: {example}.' if example else ''}", "", self.line)

    def __str__(self) -> str:
        return str(self.problem)

    def as_json(self) -> dict[str, Any]:
        """For the API and the editor."""
        return {
            "flaw": str(self.flaw),
            "wrong": self.is_wrong,
            "message": self.message,
            "rules": list(self.rules),
            "facts": dict(self.facts),
            "line": self.line,
        }

    def as_kept(self) -> list[Any]:
        """As plain data, to be kept."""
        facts = [list(pair) for pair in self.facts]
        return [str(self.flaw), self.message, list(self.rules), facts, self.line]

    @classmethod
    def from_kept(cls, kept: list[Any]) -> "Finding":
        """The same again."""
        flaw, message, rules, facts, line = kept
        pairs = tuple((name, value) for name, value in facts)
        return cls(Flaw(flaw), message, tuple(rules), pairs, line)
