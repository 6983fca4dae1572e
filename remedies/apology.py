"""What an apology that is meant has in it, recognised in a text. Guidance, never a bar. Pure.

The parts follow Lewicki, Polin and Lount (2016), "An exploration of the structure of effective
apologies": regret, explanation, responsibility, what changes (repentance), repair, and a request
for forgiveness, which they found to weigh least, and which asks something of the one who was hurt.
So it counts only where all else is there, and its absence is never noted.

Words are recognised, not meaning: what stands there plainly is seen, and a person knows better.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an apology: its name, how to say it, and the words by which it is seen."""

    key: str
    label: str
    hint: str
    seen_by: re.Pattern[str]


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_WE = r"\b(?:we|i)\b"
_OUR = r"\b(?:our|my)\b"

#: In the order in which they are said.
PARTS: tuple[Part, ...] = (
    Part(
        "regret",
        "regret",
        "Say that you are sorry, for what happened and not for how it felt.",
        _words(
            rf"{_WE}(?:['’]m|['’]re| am| are)? (?:so |very |truly |deeply |really )*sorry",
            r"\bwe(?:['’]re) (?:\w+ )?sorry",
            r"\bi['’]m (?:\w+ )?sorry",
            rf"{_WE} (?:\w+ )?apologi[sz]e",
            rf"{_OUR} (?:\w+ )?apolog(?:y|ies)",
            rf"{_WE} (?:\w+ )?regret",
            r"\bsorry (?:for|that|about)\b(?! (?:you|any inconvenience))",
        ),
    ),
    Part(
        "explanation",
        "explanation",
        "Say what went wrong and why, in words that need no file.",
        _words(
            r"\bbecause\b",
            r"\bthe (?:reason|cause) (?:was|is|for)\b",
            r"\bwhat (?:happened|went wrong)\b",
            r"\bthis happened\b",
            r"\b(?:was|were|came) (?:caused by|due to|down to)\b",
            r"\bdue to\b",
            rf"{_WE} (?:found|looked into|have found) ",
        ),
    ),
    Part(
        "responsibility",
        "responsibility",
        "Say that it was ours: “We were wrong”, “That was our fault”.",
        _words(
            rf"{_WE} (?:was|were|got it|got this|have been) wrong",
            rf"{_OUR} (?:own )?(?:fault|mistake|error|failure|doing|responsibility)",
            rf"{_WE} (?:made|have made) (?:a|the|this|that) (?:\w+ )?(?:mistake|error)",
            rf"{_WE} (?:let you down|failed|have failed|should (?:not )?have|should never have)",
            rf"{_WE} (?:did not|didn['’]t) (?:keep|do|tell|call|come|answer|listen|send|check)",
            rf"{_WE} (?:take|accept) (?:full |the )?(?:responsibility|blame)",
            r"\bnot your(?:s| fault)\b",
        ),
    ),
    Part(
        "change",
        "what changes",
        "Say what you change, so that it does not happen again.",
        _words(
            r"\b(?:not|never) (?:happen|happens|do this|occur) (?:\w+ )?again\b",
            r"\bfrom (?:now on|today|this week|next \w+)\b",
            rf"{_WE}(?: have|['’]ve|['’]ll| will| are going to| are|['’]re)?"
            r" (?:now )?(?:chang|fix|mend|train|put in place|adding|added|add|introduc|revis"
            r"|rewrit|stopp?|review)\w*",
            r"\bin future\b",
            r"\bno longer\b",
        ),
    ),
    Part(
        "repair",
        "repair",
        "Say what you do for this customer, and by when.",
        _words(
            r"\bput (?:it|this|things|that) right\b",
            r"\bmake (?:it|this|that) good\b",
            r"\bmake up for\b",
            rf"{_WE}(?: will|['’]ll| have|['’]ve| would like to| want to)? "
            r"(?:pay|paid|refund|credit|offer|replac|send you|sent you|give you|call you)\w*",
            r"\bour offer\b",
            r"\byou (?:get|will get|will receive|receive)\b",
        ),
    ),
)
_FORGIVENESS = _words(r"\bforgiv\w*", r"\baccept (?:our|my) (?:\w+ )?apolog", r"\bpardon\b")
FORGIVENESS = Part(
    "forgiveness",
    "forgiveness",
    "Only after all the rest, and nobody need ask for it.",
    _FORGIVENESS,
)


@dataclass(frozen=True, slots=True)
class Trap:
    """Words that take an apology back."""

    pattern: re.Pattern[str]
    words: str


#: What turns an apology into none.
TRAPS: tuple[Trap, ...] = (
    Trap(
        _words(r"\bsorry (?:that |if )?you (?:feel|felt|think|thought|found|had to)\b"),
        "“Sorry you feel” is sorry for the customer, not for what we did.",
    ),
    Trap(
        _words(
            r"\b(?:sorry|apologi[sz]e)[^.!?\n]{0,40}\bif (?:any|this|we|you)\b",
            r"\bif (?:anyone|you) (?:was|were) (?:offended|upset)\b",
        ),
        "“If” doubts that it happened.",
    ),
    Trap(
        _words(r"\bany inconvenience\b", r"\binconvenience (?:this )?(?:may|might) have caused\b"),
        "“Any inconvenience” names nothing: say what it was.",
    ),
    Trap(
        _words(r"\bmistakes? (?:was|were) made\b", r"\berrors? (?:was|were) made\b"),
        "“Mistakes were made” has nobody in it: say “we”.",
    ),
    Trap(
        _words(r"\b(?:sorry|apologi[sz]e|regret)\b[^.!?\n]{0,80}[,;] ?but\b"),
        "“But” takes back what stands before it.",
    ),
    Trap(
        _words(r"\bas per (?:our|company) (?:policy|policies)\b", r"\bour records show\b"),
        "This speaks for the file. Say it to a person.",
    ),
)


@dataclass(frozen=True, slots=True)
class PartSeen:
    """Whether a part stands in the text."""

    key: str
    label: str
    present: bool
    hint: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """What was seen. `missing` are the labels of what was not; `notes` what to think about."""

    parts: tuple[PartSeen, ...]
    notes: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels of the parts that were not seen; forgiveness is never among them."""
        return tuple(p.label for p in self.parts if not p.present and p.key != "forgiveness")

    @property
    def complete(self) -> bool:
        """Whether every part was seen and nothing takes it back."""
        return not self.missing and not self.notes


#: Longer texts are looked at up to here.
MOST = 20_000


def check_apology(text: str) -> Checklist:
    """Which parts of an apology stand plainly in `text`, and what weakens it."""
    read = text[:MOST]
    # What a trap says is no regret: "sorry you feel" is none.
    plain = read
    for trap in TRAPS[:1]:
        plain = trap.pattern.sub(" ", plain)
    parts = tuple(
        PartSeen(part.key, part.label, bool(part.seen_by.search(plain)), part.hint)
        for part in PARTS
    )
    notes = [trap.words for trap in TRAPS if trap.pattern.search(read)]
    asked = _FORGIVENESS.search(read)
    forgiving = PartSeen(FORGIVENESS.key, FORGIVENESS.label, asked is not None, FORGIVENESS.hint)
    if asked is not None:
        notes += _too_early(parts, read, asked.start())
    return Checklist((*parts, forgiving), tuple(notes))


def _too_early(parts: Sequence[PartSeen], text: str, at: int) -> list[str]:
    """Forgiveness is asked for when all else was said."""
    absent = [part.label for part in parts if not part.present]
    if absent:
        return [f"It asks forgiveness, and {absent[0]} is not there yet."]
    last = max(_first(part.key, text) for part in parts)
    return ["It asks forgiveness before all else was said."] if at < last else []


def _first(key: str, text: str) -> int:
    found = next(part for part in PARTS if part.key == key).seen_by.search(text)
    return found.start() if found else 0
