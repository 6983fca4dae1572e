"""Makes the settled cases of the last six months out of matters. Pure; the same every time.

Half a year, so that the last thirteen weeks, which reports show first, have as many before them.

A matter has the words of several customers, and how such a complaint goes: taken, answered,
decided, offered or refused, accepted, paid, resolved, asked about, closed. Times lie within what
the deadline policies allow, but for the path "late", where we answered too late and say so.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.demo.content import Case, ContentInvalid, Shopper, case_of, read, regulars, shoppers

SEED = 20140303
FILES = ("past_home", "past_travel", "past_billing", "past_more", "past_before")
#: Settled cases are resolved at the latest so many working days ago.
LATEST = 2


@dataclass(frozen=True)
class Matter:
    """A kind of complaint that comes again, in the words of several customers."""

    matter: str
    category: str
    days: tuple[int, int]
    owners: tuple[str, ...]
    channels: tuple[str, ...]
    subject: str
    says: tuple[str, ...]
    reply: str
    finding: str
    outcome: str
    cause: str
    path: str = "plain"
    #: Whether it comes ever more often.
    rising: bool = False
    #: What is promised on the path "promised", and whose promises slip.
    promise: str = ""
    slips: tuple[str, ...] = ()
    #: The letter with the offers of the first half, where it was another then.
    letter_before: str = ""
    language: str = ""
    wish: str = ""
    loss: str = ""
    letter: str = ""
    customers: tuple[str, ...] = ()
    uploads: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: Further facts of each case, in the order of `says`.
    each: tuple[Mapping[str, Any], ...] = ()
    factors: Mapping[str, Any] = field(default_factory=dict)
    exception: Mapping[str, Any] = field(default_factory=dict)
    #: Why the exception is approved, and why every fourth is not.
    decided: str = ""
    denied: str = ""
    refusal: Mapping[str, Any] = field(default_factory=dict)
    #: One answer to the survey for each text: [score, words], or nothing.
    surveys: tuple[list[Any], ...] = ()


def settled() -> list[Case]:
    """Every settled case, in no order. Raises `ContentInvalid`."""
    chance = random.Random(SEED)  # noqa: S311 - the same demo every time
    people = shoppers()
    found = []
    for name in FILES:
        for raw in read(name):
            try:
                lists = {key: tuple(v) for key, v in raw.items() if isinstance(v, list)}
                matter = Matter(**{**raw, **lists})
            except TypeError as error:
                raise ContentInvalid(f"{name}.yaml, {raw.get('matter')}: {error}") from error
            found += list(_cases(matter, people, chance))
    return found


def _cases(matter: Matter, people: list[Shopper], chance: random.Random) -> Iterator[Case]:
    pool = [p for p in people if p.name in matter.customers] or [
        p for p in regulars() if p.language not in {"de", "fr"} and p.name not in _TOLD_APART
    ]
    chosen = chance.sample(pool, min(len(matter.says), len(pool)))
    first, last = matter.days
    last = max(last, _LENGTH[matter.path] + LATEST)
    for index, says in enumerate(matter.says):
        share = (index + chance.random()) / len(matter.says)
        share = 1 - (1 - share) ** 2.5 if matter.rising else share
        who = chosen[index % len(chosen)]
        telling = _Telling(matter, index, who, round(first - share * (first - last)), chance)
        raw = {
            "key": f"{matter.matter}-{index + 1}",
            "customer": who.name,
            "category": matter.category,
            "channel": matter.channels[index % len(matter.channels)],
            "at": telling.at(0, telling.received),
            # Without one, the first sentence says what it is about.
            "subject": matter.subject if index == 0 else "",
            "says": says,
            "wish": matter.wish,
            "language": matter.language,
            "loss": matter.loss,
            "facts": {**matter.facts, **(matter.each[index] if matter.each else {})},
            "factors": matter.factors,
            "uploads": matter.uploads if index == 0 else (),
            "steps": list(telling.steps()),
        }
        yield case_of(raw, "past")


#: What came of following up poor answers.
FOLLOWED = (
    "Rang and listened. What hurt was to hear nothing in between; said so to the team.",
    "Rang twice, reached the customer in the evening. Nothing more is wanted, glad of the call.",
    "Wrote by hand. The answer was kind.",
)
#: Customers with a story of their own, which a chance complaint would blur.
_TOLD_APART = frozenset({"Ines Calloway", "Tomasz Wiśniewski", "Lukas Brandt"})
#: Working days from the first word to the resolution, by path.
_LENGTH = {
    "plain": 2,
    "asked": 3,
    "exception": 2,
    "refused": 1,
    "late": 4,
    "declined": 3,
    "handed": 2,
    "promised": 3,
    "reopened": 4,
}
Told = dict[str, Any]


class _Telling:
    """How one case of a matter goes, step by step. Times of day are minutes after midnight."""

    def __init__(
        self, matter: Matter, index: int, who: Shopper, day: int, chance: random.Random
    ) -> None:
        self.matter = matter
        self.index = index
        self.day = day
        self.chance = chance
        self.owner = matter.owners[index % len(matter.owners)]
        self.name = who.name.split()[0] if matter.language else who.name
        self.received = chance.randint(8 * 60 + 10, 11 * 60 + 20)

    def at(self, after: int, minute: int) -> str:
        """A moment so many working days after the complaint came."""
        return f"-{max(self.day - after, 0)}d {minute // 60:02}:{minute % 60:02}"

    def step(self, after: int, minute: int, by: str, do: str, **args: Any) -> Told:
        """One step as the content would have it."""
        return {"at": self.at(after, minute), "by": by, "do": do, **args}

    def between(self, first: int, last: int) -> int:
        """A minute between two full hours."""
        return self.chance.randint(first * 60, last * 60)

    def steps(self) -> Iterator[Told]:
        """From the first look to the closing."""
        path, owner = self.matter.path, self.owner
        late = 2 if path == "late" else 0
        begun = self.between(13, 14) if late else max(self.received, 9 * 60) + 25
        reply = self.matter.reply.format(name=self.name)
        if self.index % 3 == 0:
            yield self.step(late, begun, owner, "take")
        # Who answers what nobody owns, owns it.
        yield self.step(late, begun + self.chance.randint(10, 55), owner, "reply", text=reply)
        decided = 1 + late
        if path == "asked":
            yield from self._asked(begun + 60)
            decided = 2
        if path == "handed":
            yield self._handed()
        if path == "promised":
            yield from self._promised(begun + 60)
            decided = 2
        finding = {
            "outcome": self.matter.outcome,
            "cause": self.matter.cause,
            "finding": self.matter.finding,
        }
        minute = 660 if path in {"refused", "exception"} else self.between(14, 15)
        yield self.step(decided, minute, self.owner, "decide", **finding)
        if path == "refused":
            yield self.step(decided, minute, owner, "refuse", **self.matter.refusal)
            summary = "Not upheld, with the reason."
            yield self.step(decided, minute, owner, "resolve", summary=summary)
        else:
            yield from self._made_good(decided, minute)
        if path == "reopened":
            yield from self._reopened(decided + 2)
        yield from self._afterwards(_LENGTH[path])

    def _asked(self, minute: int) -> Iterator[Told]:
        question = f"Dear {self.name}, one thing I need from you, then it goes quickly."
        facts = list(self.matter.asks)
        yield self.step(0, minute, self.owner, "ask", facts=facts, text=question)
        given = {"facts": self.matter.answers, "text": "Here it is."}
        yield self.step(1, self.between(17, 20), "customer", "answer", **given)

    def _promised(self, minute: int) -> Iterator[Told]:
        """Until noon of the next day; whose promises slip, keeps three of four a day later."""
        promise = {"what": self.matter.promise, "due": self.at(1, 12 * 60)}
        yield self.step(0, minute, self.owner, "promise", **promise)
        slipped = self.owner in self.matter.slips and self.index % 8 != 6
        kept = (2, 10 * 60) if slipped else (1, self.between(10, 11))
        yield self.step(*kept, self.owner, "keep")

    def _handed(self) -> Told:
        """Half of it went through one pair of hands, the rest through another."""
        before = self.owner
        self.owner = self.matter.owners[(self.index + 1) % len(self.matter.owners)]
        brief = "I am on a course from tomorrow. The call is saved; only the sum is still open."
        return self.step(1, 9 * 60 + 5, before, "assign", to=self.owner, brief=brief)

    def _made_good(self, day: int, minute: int) -> Iterator[Told]:
        if self.matter.path == "exception":
            asked = self.matter.exception
            more = {"rule": asked["rule"], "by": asked["by"][self.index]}
            yield self.step(day, minute, self.owner, "exception", more=more, reason=asked["reason"])
            verdict, reason = "approve", self.matter.decided
            if self.index % 4 == 3:
                verdict, reason = "deny", self.matter.denied
            yield self.step(day, 740, "helen", verdict, reason=reason)
            minute = self.between(14, 15)
        before = self.matter.letter_before and self.index * 2 < len(self.matter.says)
        words = self.matter.letter_before if before else self.matter.letter
        letter = words.format(name=self.name)
        yield self.step(day, minute, self.owner, "offer", letter=letter)
        if self.matter.path == "declined":
            yield self.step(day, 1160, "customer", "decline", wish=self.matter.wish)
            day += 1
            yield self.step(day, 680, self.owner, "redraft")
            reason = "Seen from their side the first offer was small."
            yield self.step(day, 680, self.owner, "raise", rule="M-4", reason=reason)
            yield self.step(day, 680, self.owner, "offer")
        yield self.step(day, self.between(18, 21), "customer", "accept")
        yield self.step(day + 1, 930, self.owner, "fulfil")
        yield self.step(day + 1, 930, self.owner, "resolve", summary="Accepted and paid.")

    def _reopened(self, day: int) -> Iterator[Told]:
        words = "Half of it arrived. The other half did not."
        yield self.step(day, 560, "customer", "write", text=words)
        answer = f"Dear {self.name}, you are right, one went to an old account. It left today."
        yield self.step(day, 640, self.owner, "reply", text=answer)
        yield self.step(day + 1, 600, self.owner, "resolve", summary="Both have arrived.")

    def _afterwards(self, end: int) -> Iterator[Told]:
        surveys = self.matter.surveys
        answer = surveys[self.index % len(surveys)] if surveys else []
        if answer:
            said = {"score": answer[0], "words": answer[1]}
            yield self.step(end + 2, self.between(18, 21), "customer", "survey", **said)
            if answer[0] <= 2 and self.day - end > 5:
                result = FOLLOWED[self.index % len(FOLLOWED)]
                yield self.step(end + 3, 690, self.owner, "followed", result=result)
        if self.day - end > 6:
            yield self.step(end + 5, 600, "system", "close")
