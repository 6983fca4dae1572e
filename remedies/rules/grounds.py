"""Why something needs an exception: above policy, above authority, against an exclusion. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tickets.saying import Phrase


class Ground(StrEnum):
    """What a request goes beyond."""

    POLICY = "policy"
    AUTHORITY = "authority"
    EXCLUSION = "exclusion"


class DeclineCode(StrEnum):
    """Why an exception was declined, so that it can be counted."""

    NOT_PROVEN = "not_proven"
    POLICY_ANSWERS = "policy_answers"
    TOO_MUCH = "too_much"
    NOT_OUR_FAULT = "not_our_fault"
    UNEQUAL = "unequal"
    OTHER = "other"


#: For people.
DECLINE_WORDS: dict[DeclineCode, Phrase] = {
    DeclineCode.NOT_PROVEN: Phrase("Not shown: the evidence lacks"),
    DeclineCode.POLICY_ANSWERS: Phrase("The policy answers it already"),
    DeclineCode.TOO_MUCH: Phrase("More than the matter is worth"),
    DeclineCode.NOT_OUR_FAULT: Phrase("Not our doing"),
    DeclineCode.UNEQUAL: Phrase("Others in the same place did not get it"),
    DeclineCode.OTHER: Phrase("Another reason"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of a request. `most` is the highest sum that the policy leaves to people, None for
    an open end; `rule` is empty for what the policy does not give. Minor units."""

    title: str
    kind: str
    rule: str
    asked: int | None
    policy: int | None
    most: int | None = None
    open_end: bool = False
    #: The rule that would have given it, and did not; the requester may name it.
    instead_of: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the policy gives nothing here."""
        return not self.rule

    @property
    def beyond(self) -> int:
        """How much more it is than the policy allows."""
        if self.asked is None or (self.rule and self.open_end):
            return 0
        return max(self.asked - (self.most or 0 if self.rule else self.policy or 0), 0)


@dataclass(frozen=True, slots=True)
class Because:
    """One reason why it needs an exception."""

    ground: Ground
    words: str
    rule: str = ""

    def as_json(self) -> dict[str, str]:
        """For storing beside the request."""
        return {"ground": str(self.ground), "words": self.words, "rule": self.rule}


def grounds_of(
    wishes: Iterable[Wish], *, refused: Iterable[Mapping[str, Any]], above: str
) -> tuple[Because, ...]:
    """Every reason why these wishes need somebody above.

    `refused` are the rules that gave nothing ({rule, title, why, reason}); `above` says which
    limit of the requester they pass, "" for none.
    """
    excluded = {item["rule"]: item for item in refused if item["why"] == "excluded"}
    found: list[Because] = []
    for wish in wishes:
        if wish.is_new:
            stopped = excluded.get(wish.instead_of)
            if stopped is not None:
                words = f"{wish.title}: {stopped['title']} is excluded. {stopped['reason']}"
                found.append(Because(Ground.EXCLUSION, words, str(stopped["rule"])))
            else:
                found.append(Because(Ground.POLICY, f"{wish.title}: not in the policy."))
        elif wish.beyond:
            words = f"{wish.title}: more than the policy gives."
            found.append(Because(Ground.POLICY, words, wish.rule))
    if above:
        found.append(Because(Ground.AUTHORITY, above))
    return tuple(found)
