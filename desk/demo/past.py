"""Makes the settled cases of the last months out of matters. Pure; the same every time.

A matter has the words of several customers, and how such a complaint goes: taken, answered, decided,
offered or refused, accepted, paid, resolved, asked about, closed. Times lie within what the deadline
policies allow, but for the path "late", where we answered too late and say so.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.demo.content import Case, ContentInvalid, Shopper, case_of, read, shoppers

SEED = 20140303
FILES = ("past_home", "past_travel", "past_billing")
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
    language: str = ""
    wish: str = ""
    loss: str = ""
    letter: str = ""
    customers: tuple[str, ...] = ()
    uploads: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    factors: Mapping[str, Any] = field(default_factory=dict)
    exception: Mapping[str, Any] = field(default_factory=dict)
    decided: str = ""
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
        p for p in people if p.language not in {"de", "fr"} and p.name not in _TOLD_APART
    ]
    chosen = chance.sample(pool, min(len(matter.says), len(pool)))
    first, last = matter.days
    for index, says in enumerate(matter.says):
        share = (index + chance.random()) / len(matter.says)
        day = round(first - share * (first - max(last, _LENGTH[matter.path] + LATEST)))
        who = chosen[index % len(chosen)]
        raw = {
            "key": f"{matter.matter}-{index + 1}",
            "customer": who.name,
            "category": matter.category,
            "channel": matter.channels[index % len(matter.channels)],
            "at": f"-{day}d {_clock(chance, 8, 12)}",
            "subject": matter.subject,
            "says": says,
            "wish": matter.wish,
            "language": matter.language,
            "loss": matter.loss,
            "facts": matter.facts,
            "factors": matter.factors,
            "uploads": matter.uploads if index == 0 else (),
            "steps": list(_steps(matter, index, who, day, chance)),
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
_LENGTH = {"plain": 3, "asked": 4, "exception": 4, "refused": 2, "late": 5, "declined": 4}


def _clock(chance: random.Random, first: int, last: int) -> str:
    return f"{chance.randint(first, last):02}:{chance.randint(0, 59):02}"


def _steps(
    matter: Matter, index: int, who: Shopper, day: int, chance: random.Random
) -> Iterator[dict[str, Any]]:
    owner = matter.owners[index % len(matter.owners)]
    name = who.name.split()[0] if matter.language else f"{who.name}"
    late = 2 if matter.path == "late" else 0

    def step(after: int, clock: str, by: str, do: str, **args: Any) -> dict[str, Any]:
        return {"at": f"-{max(day - after, 0)}d {clock}", "by": by, "do": do, **args}

    yield step(late, _clock(chance, 13, 13), owner, "take")
    yield step(late, _clock(chance, 14, 14), owner, "reply", text=matter.reply.format(name=name))
    decided = 1 + late
    if matter.path == "asked":
        yield step(
            0,
            _clock(chance, 15, 15),
            owner,
            "ask",
            facts=list(matter.asks),
            text=f"Dear {name}, one thing I need from you, then it goes quickly.",
        )
        yield step(
            1,
            _clock(chance, 17, 20),
            "customer",
            "answer",
            facts=matter.answers,
            text="Here it is.",
        )
        decided = 2
    yield step(
        decided,
        _clock(chance, 9, 10),
        owner,
        "decide",
        outcome=matter.outcome,
        cause=matter.cause,
        finding=matter.finding,
    )
    if matter.path == "refused":
        yield step(decided, "11:10", owner, "refuse", **matter.refusal)
        yield step(decided, "11:12", owner, "resolve", summary="Not upheld, with the reason.")
    else:
        yield from _made_good(matter, step, owner, decided, name, chance)
    end = _LENGTH[matter.path]
    answer = matter.surveys[index % len(matter.surveys)] if matter.surveys else []
    if answer:
        score, words = answer
        yield step(end + 2, _clock(chance, 18, 21), "customer", "survey", score=score, words=words)
        if score <= 2 and day - end > 5:
            result = FOLLOWED[index % len(FOLLOWED)]
            yield step(end + 3, "11:30", owner, "followed", result=result)
    if day - end > 6:
        yield step(end + 5, "10:00", "system", "close")


def _made_good(
    matter: Matter,
    step: Any,
    owner: str,
    decided: int,
    name: str,
    chance: random.Random,
) -> Iterator[dict[str, Any]]:
    day = decided
    if matter.path == "exception":
        asked = matter.exception
        more = {"rule": asked["rule"], "by": asked["by"]}
        yield step(day, "11:05", owner, "exception", more=more, reason=asked["reason"])
        yield step(day, "12:20", "helen", "approve", reason=matter.decided)
    letter = matter.letter.format(name=name)
    yield step(day, _clock(chance, 14, 15), owner, "offer", letter=letter)
    if matter.path == "declined":
        yield step(day, "19:20", "customer", "decline", wish=matter.wish)
        day += 1
        yield step(day, "11:15", owner, "redraft")
        reason = "Seen from their side the first offer was small."
        yield step(day, "11:20", owner, "raise", rule="M-4", reason=reason)
        yield step(day, "11:40", owner, "offer")
    yield step(day, _clock(chance, 18, 21), "customer", "accept")
    yield step(day + 1, "15:30", owner, "fulfil")
    yield step(day + 1, "15:35", owner, "resolve", summary="Accepted and paid.")
