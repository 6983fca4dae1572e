"""Why something needs an exception: above policy, above authority, against an exclusion. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from remedies.rules.retelling import told
from tickets.saying import Kept, Phrase


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


#: Why something needs somebody above, as it is kept with the request.
EXCLUDED = Kept("{title}: {rule} is excluded. {reason}")
NOT_IN_POLICY = Kept("{title}: not in the policy.")
MORE_THAN_POLICY = Kept("{title}: more than the policy gives.")
#: The limits of whoever asks, told to whoever decides. `name` is his.
LIMITS = (
    Kept("This is {beyond} over {name}’s limit of {limit} for this ticket."),
    Kept("This is {beyond} over {name}’s limit of {limit} in one remedy."),
    Kept("This is {beyond} over {name}’s limit of {limit} for this customer in {days} days."),
    Kept("This is {beyond} over {name}’s limit of {limit} {budget}."),
    Kept("{name}’s role may not grant a {kind} alone."),
    Kept(
        "{name} has no limit in {currency}, so a {kind} in it is not {name}’s to grant alone. "
        "{name}’s limits are in {listed}; nothing is converted."
    ),
)
_YOURS = (
    ("You have no limit", "{name} has no limit"),
    ("is not yours to", "is not {name}’s to"),
    ("Your ", "{name}’s "),
    (" your ", " {name}’s "),
)


def told_of(words: str, name: str) -> str:
    """A kept reason that speaks to whoever asked, for somebody else who reads of `name`."""
    for yours, theirs in _YOURS:
        words = words.replace(yours, theirs.format(name=name))
    return told(words)


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
                words = EXCLUDED(title=wish.title, rule=stopped["title"], reason=stopped["reason"])
                found.append(Because(Ground.EXCLUSION, words, str(stopped["rule"])))
            else:
                found.append(Because(Ground.POLICY, NOT_IN_POLICY(title=wish.title)))
        elif wish.beyond:
            words = MORE_THAN_POLICY(title=wish.title)
            found.append(Because(Ground.POLICY, words, wish.rule))
    if above:
        found.append(Because(Ground.AUTHORITY, above))
    return tuple(found)
