"""What an apology that is meant has in it, recognised in a text. Guidance, never a bar. Pure.

The parts follow Lewicki, Polin and Lount (2016), "An exploration of the structure of effective
apologies": regret, explanation, responsibility, what changes (repentance), repair, and a request
for forgiveness, which they found to weigh least, and which asks something of the one who was hurt.
So it counts only where all else is there, and its absence is never noted.

Words are recognised, in English and German, not meaning: what stands there plainly is seen, and a
person knows better.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tickets.saying import gettext, gettext_noop


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
        gettext_noop("regret"),
        gettext_noop("Say that you are sorry, for what happened and not for how it felt."),
        _words(
            rf"{_WE}(?:['’]m|['’]re| am| are)? (?:so |very |truly |deeply |really )*sorry",
            r"\bwe(?:['’]re) (?:\w+ )?sorry",
            r"\bi['’]m (?:\w+ )?sorry",
            rf"{_WE} (?:\w+ )?apologi[sz]e",
            rf"{_OUR} (?:\w+ )?apolog(?:y|ies)",
            rf"{_WE} (?:\w+ )?regret",
            r"\bsorry (?:for|that|about)\b(?! (?:you|any inconvenience))",
            r"\btut (?:es )?(?:uns|mir)(?: \w+){0,2} leid\b",
            r"\b(?:wir|ich) (?:bedauere?n?|entschuldigen? (?:uns|mich)|bitten? um entschuldigung)",
        ),
    ),
    Part(
        "explanation",
        gettext_noop("explanation"),
        gettext_noop("Say what went wrong and why, in words that need no file."),
        _words(
            r"\bbecause\b",
            r"\bthe (?:reason|cause) (?:was|is|for)\b",
            r"\bwhat (?:happened|went wrong)\b",
            r"\bthis happened\b",
            r"\b(?:was|were|came) (?:caused by|due to|down to)\b",
            r"\bdue to\b",
            rf"{_WE} (?:found|looked into|have found) ",
            r"\bweil\b",
            r"\b(?:der grund|die ursache) (?:war|ist|dafür|lag)\b",
            r"\bwas (?:\w+ ){0,4}(?:geschehen|passiert|schiefgegangen) ist\b",
            r"\bwir haben (?:\w+ ){0,4}(?:festgestellt|herausgefunden)\b",
        ),
    ),
    Part(
        "responsibility",
        gettext_noop("responsibility"),
        gettext_noop("Say that it was ours: “We were wrong”, “That was our fault”."),
        _words(
            rf"{_WE} (?:was|were|got it|got this|have been) wrong",
            rf"{_OUR} (?:own )?(?:fault|mistake|error|failure|doing|responsibility)",
            rf"{_WE} (?:made|have made) (?:a|the|this|that) (?:\w+ )?(?:mistake|error)",
            rf"{_WE} (?:let you down|failed|have failed|should (?:not )?have|should never have)",
            rf"{_WE} (?:did not|didn['’]t) (?:keep|do|tell|call|come|answer|listen|send|check)",
            rf"{_WE} (?:take|accept) (?:full |the )?(?:responsibility|blame)",
            r"\bnot your(?:s| fault)\b",
            r"\bwir haben (?:\w+ ){0,3}fehler gemacht\b",
            r"\bunser (?:eigener )?(?:fehler|versäumnis)\b",
            r"\b(?:lag|liegt) (?:\w+ )?(?:an|bei) uns\b",
            r"\bwir hätten (?:\w+ ){0,8}(?:müssen|sollen|dürfen)\b",
            r"\bwir haben (?:\w+ ){0,6}(?:versäumt|nicht gehalten|im stich gelassen)\b",
            r"\bwir (?:übernehmen|tragen) (?:\w+ ){0,3}verantwortung\b",
        ),
    ),
    Part(
        "change",
        gettext_noop("what changes"),
        gettext_noop("Say what you change, so that it does not happen again."),
        _words(
            r"\b(?:not|never) (?:happen|happens|do this|occur) (?:\w+ )?again\b",
            r"\bfrom (?:now on|today|this week|next \w+)\b",
            rf"{_WE}(?: have|['’]ve|['’]ll| will| are going to| are|['’]re)?"
            r" (?:now )?(?:chang|fix|mend|train|put in place|adding|added|add|introduc|revis"
            r"|rewrit|stopp?|review)\w*",
            r"\bin future\b",
            r"\bno longer\b",
            r"\bdamit (?:\w+ ){1,2}nicht (?:wieder|noch einmal)\b",
            r"\b(?:künftig|in zukunft|ab (?:sofort|heute)|von (?:jetzt|heute) an)\b",
            r"\bwir (?:ändern|schulen)\b|\bändern wir\b",
            r"\bwir haben (?:\w+ ){0,5}geändert\b",
        ),
    ),
    Part(
        "repair",
        gettext_noop("repair"),
        gettext_noop("Say what you do for this customer, and by when."),
        _words(
            r"\bput (?:it|this|things|that) right\b",
            r"\bmake (?:it|this|that) good\b",
            r"\bmake up for\b",
            rf"{_WE}(?: will|['’]ll| have|['’]ve| would like to| want to)? "
            r"(?:pay|paid|refund|credit|offer|replac|send you|sent you|give you|call you)\w*",
            r"\bour offer\b",
            r"\byou (?:get|will get|will receive|receive)\b",
            r"\bin ordnung (?:zu )?bringen\b",
            r"\bwieder ?gut ?(?:zu)?machen\b",
            r"\bwir (?:\w+ ){0,4}(?:erstatten|zahlen|ersetzen|bieten)\b",
            r"\b(?:erstatten|zahlen|ersetzen|bieten) wir\b",
            r"\bunser angebot\b",
            r"\bsie (?:bekommen|erhalten)\b",
        ),
    ),
)
_FORGIVENESS = _words(
    r"\bforgiv\w*", r"\baccept (?:our|my) (?:\w+ )?apolog", r"\bpardon\b", r"\bverzeih\w*"
)
FORGIVENESS = Part(
    "forgiveness",
    gettext_noop("forgiveness"),
    gettext_noop("Only after all the rest, and nobody need ask for it."),
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
        _words(
            r"\bsorry (?:that |if )?you (?:feel|felt|think|thought|found|had to)\b",
            r"\btut (?:es )?(?:uns|mir)(?: \w+){0,2} leid, (?:dass|wenn|falls) sie (?:\w+ ){0,3}"
            r"(?:empfinden|empfunden|fühlen|gefühlt|glauben|meinen|finden)\b",
        ),
        gettext_noop("“Sorry you feel” is sorry for the customer, not for what we did."),
    ),
    Trap(
        _words(
            r"\b(?:sorry|apologi[sz]e)[^.!?\n]{0,40}\bif (?:any|this|we|you)\b",
            r"\bif (?:anyone|you) (?:was|were) (?:offended|upset)\b",
            r"\b(?:leid|entschuldig\w+)[^.!?\n]{0,40}\b(?:falls|sollte)\b",
        ),
        gettext_noop("“If” doubts that it happened."),
    ),
    Trap(
        _words(
            r"\bany inconvenience\b",
            r"\binconvenience (?:this )?(?:may|might) have caused\b",
            r"\b(?:etwaige|eventuelle|mögliche) unannehmlichkeiten\b",
        ),
        gettext_noop("“Any inconvenience” names nothing: say what it was."),
    ),
    Trap(
        _words(
            r"\bmistakes? (?:was|were) made\b",
            r"\berrors? (?:was|were) made\b",
            r"\bes (?:wurden|sind) fehler (?:gemacht|passiert|unterlaufen)\b",
        ),
        gettext_noop("“Mistakes were made” has nobody in it: say “we”."),
    ),
    Trap(
        _words(
            r"\b(?:sorry|apologi[sz]e|regret)\b[^.!?\n]{0,80}[,;] ?but\b",
            r"\b(?:leid|entschuldig\w+|bedauer\w+)\b[^.!?\n]{0,80}[,;] ?aber\b",
        ),
        gettext_noop("“But” takes back what stands before it."),
    ),
    Trap(
        _words(
            r"\bas per (?:our|company) (?:policy|policies)\b",
            r"\bour records show\b",
            r"\b(?:gemäß|laut) unseren (?:richtlinien|unterlagen)\b",
        ),
        gettext_noop("This speaks for the file. Say it to a person."),
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
        PartSeen(
            part.key, gettext(part.label), bool(part.seen_by.search(plain)), gettext(part.hint)
        )
        for part in PARTS
    )
    notes = [gettext(trap.words) for trap in TRAPS if trap.pattern.search(read)]
    asked = _FORGIVENESS.search(read)
    label, hint = gettext(FORGIVENESS.label), gettext(FORGIVENESS.hint)
    forgiving = PartSeen(FORGIVENESS.key, label, asked is not None, hint)
    if asked is not None:
        notes += _too_early(parts, read, asked.start())
    return Checklist((*parts, forgiving), tuple(notes))


def _too_early(parts: Sequence[PartSeen], text: str, at: int) -> list[str]:
    """Forgiveness is asked for when all else was said."""
    absent = [part.label for part in parts if not part.present]
    if absent:
        words = gettext("It asks forgiveness, and %(part)s is not there yet.")
        return [words % {"part": absent[0]}]
    last = max(_first(part.key, text) for part in parts)
    return [gettext("It asks forgiveness before all else was said.")] if at < last else []


def _first(key: str, text: str) -> int:
    found = next(part for part in PARTS if part.key == key).seen_by.search(text)
    return found.start() if found else 0
