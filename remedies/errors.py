"""What can be wrong with a policy, a fact, an offer or a decision. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tickets.errors import Conflict, DomainError, Invalid, Missing, NotAllowed, Stale

if TYPE_CHECKING:
    from remedies.rules.refusing import Lack


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a policy, and where: the line counts from 1, 0 where unknown."""

    message: str
    path: str = ""
    line: int = 0
    rule: str = ""

    def __str__(self) -> str:
        where = f"Line {self.line}: " if self.line else ""
        rule = f"{self.rule}: " if self.rule else ""
        return f"{where}{rule}{self.message}"


class PolicyInvalid(Invalid):
    """The policy can't be used."""

    code = "policy_invalid"

    def __init__(self, *problems: Problem, **params: Any):
        self.problems = problems
        super().__init__(" ".join(map(str, problems)) or None, field="source", **params)


class DraftStale(Stale):
    """{who} saved this draft while you were working on it (you saw save {seen}, it is now
    {current}). Nothing was changed, and your text is kept; look at what is new, then save again."""


class FactWrong(Invalid):
    """A fact is not what the policy takes it for. Names the fact and the rules that read it."""

    code = "fact_wrong"

    def __init__(self, fact: str, message: str, rules: tuple[str, ...] = ()):
        self.fact, self.rules = fact, rules
        used = f" (used by {', '.join(rules)})" if rules else ""
        super().__init__(f"{fact}: {message}{used}", field=f"facts.{fact}")


class OfferNotOpen(Conflict):
    """This offer is {status}, so it can't be changed or answered any more."""

    code = "offer_not_open"
    codes = {"status": "state"}


class AboveAuthority(NotAllowed):
    """{why} Ask for an exception, or offer less."""

    code = "above_authority"


class OutsideRange(Invalid):
    """The policy gives {span} here. Go beyond it by asking for an exception."""

    code = "outside_range"


class OwnRequest(NotAllowed):
    """Nobody decides his own request. Another person has to."""

    code = "own_request"


class EarlierDecider(NotAllowed):
    """You decided on this ticket before. Another person decides this one."""

    code = "earlier_decider"


class ApprovedAlready(Conflict):
    """You said yes to these sums already. Another person has to as well."""

    code = "approved_already"


class AboveLevel(NotAllowed):
    """With this, {amount} is given on the ticket, more than you decide about. {who} can."""

    code = "above_level"


class NobodyDecides(Conflict):
    """Nobody may decide about {amount} here. An administrator sets up who decides."""

    code = "nobody_decides"


class NothingBeyond(Invalid):
    """This is inside the policy and your authority, so you may offer it yourself."""

    code = "nothing_beyond"


class TooLate(Conflict):
    """It is too late to take this back. {why}"""

    code = "too_late"


class RefusalLacks(Missing):
    """A refusal names everything that it has to. `lacking` are the parts that are missing."""

    code = "refusal_lacks"

    def __init__(self, lacking: Sequence[Lack]):
        self.lacking = tuple(lacking)
        self.details = [(lack.field, f"missing_{lack.code}", lack.words) for lack in lacking]
        super().__init__(
            Missing.__doc__, what=", ".join(lack.words for lack in lacking), field="refusal"
        )


class AlreadyDecided(Conflict):
    """This request is {status} already."""

    code = "already_decided"
    codes = {"status": "state"}


class NotPayable(DomainError):
    """This remedy is {status}, so it can't be {act}."""

    code = "not_payable"
    status = 409
    codes = {"status": "state", "act": "state"}
