"""What a refusal is made of, what it lacks, and in whose words it answers. Pure.

A no that can be understood without the file: each point in the customer's words, the finding and
its reason with the rule quoted, what we did get wrong, what we can do instead, what would change
the decision, the next stage and the outside body with its time limit. (After DISP 1.6, the Housing
Ombudsman's code and LGSCO's guidance on a good answer.)
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from remedies.rules.retelling import told
from tickets.rules import Outcome
from tickets.saying import gettext as _

#: What is not found for the customer, as against what is.
AGAINST = frozenset({Outcome.NOT_UPHELD, Outcome.OUT_OF_SCOPE, Outcome.WITHDRAWN})
#: Findings that rest on a rule, which is quoted.
_BY_A_RULE = frozenset({Outcome.NOT_UPHELD, Outcome.PARTLY_UPHELD})
#: Between what is so and what a rule asks for.
_AMONG_US = ", and this needs "
#: Something of the customer's case was found to be so.
_OURS = frozenset({Outcome.UPHELD, Outcome.PARTLY_UPHELD})


class Lack(NamedTuple):
    """A part that is missing: its stable code, the field that it belongs to, its name in words,
    and whether it holds the refusal back or is only advised."""

    code: str
    field: str
    words: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """A rule that may be quoted: what it is called, where it stands, and what it says here."""

    rule: str
    title: str
    clause: str
    why: str
    words: str
    policy: str = ""

    @property
    def quoted(self) -> str:
        """In the language that is spoken, as the customer reads it: "Contract, clause 4 (Late
        delivery): A storm had closed …"."""
        title = told(self.title)
        where = f"{self.clause} ({title})" if self.clause else title or self.rule
        # How the rules say it among us. Other languages have a sentence that customers can read.
        words = told(self.words).replace(_AMONG_US, "; it would have to be ")
        return f"{where}: {words}" if words else where


@dataclass(frozen=True, slots=True)
class Answered:
    """One point: our words for it, the customer's own, what we found and by which rule."""

    point: int
    text: str
    outcome: Outcome
    finding: str
    quote: str = ""
    rule: str = ""
    #: The rule as it is quoted.
    rule_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a refusal says beside its points."""

    reason: str
    next_stage: str
    regret: str = ""
    instead: str = ""
    would_change: str = ""
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where it is said: whether the stage is formal, the points that still want an answer, what we
    know that we did wrong, and whether an outside body is to be named."""

    formal: bool
    unanswered: tuple[str, ...] = ()
    our_faults: tuple[str, ...] = ()
    names_body: bool = True


def lacking(said: Said, points: Sequence[Answered], setting: Setting) -> tuple[Lack, ...]:
    """What the refusal lacks, in its own order.

    Reason, next stage and an answer to each point are what makes it one: they always hold it back.
    The rest holds it back at formal stages, and is advised at others.
    """
    found = [*_of_points(points, setting), *_of_whole(said, points, setting)]
    return tuple(found)


def _of_points(points: Sequence[Answered], setting: Setting) -> Iterator[Lack]:
    if not points:
        yield Lack("points", "findings", _("an answer to each point"), True)
    for text in setting.unanswered:
        words = _("an answer to “%(point)s”") % {"point": text}
        yield Lack("points", "findings", words, True)
    for place, item in enumerate(points):
        at = f"findings.{place}"
        if not item.finding.strip():
            words = _("why a point was found so: “%(point)s”") % {"point": item.text}
            yield Lack("finding", f"{at}.finding", words, True)
        if not item.quote.strip():
            words = _("the customer’s own words for “%(point)s”") % {"point": item.text}
            yield Lack("quote", f"{at}.quote", words, setting.formal)
        if item.outcome in _BY_A_RULE and not item.rule_words.strip():
            words = _("the rule by which “%(point)s” was decided") % {"point": item.text}
            yield Lack("rule", f"{at}.rule", words, setting.formal)


def _of_whole(said: Said, points: Sequence[Answered], setting: Setting) -> Iterator[Lack]:
    if not said.reason.strip():
        yield Lack("reason", "reason", _("the reason"), True)
    if not said.regret.strip():
        if setting.our_faults:
            known = f" {_('and')} ".join(setting.our_faults)
            words = _("what we did get wrong: %(known)s") % {"known": known}
            yield Lack("regret", "regret", words, setting.formal)
        elif any(item.outcome in _OURS for item in points):
            yield Lack("regret", "regret", _("what we did get wrong"), setting.formal)
    if not said.instead.strip():
        yield Lack("instead", "instead", _("what we can do instead"), setting.formal)
    if not said.would_change.strip():
        words = _("what would change the decision")
        yield Lack("would_change", "would_change", words, setting.formal)
    if not said.next_stage.strip():
        words = _("what the customer can do next, and by when")
        yield Lack("next_stage", "next_stage", words, True)
    if not said.outside.strip() and setting.names_body:
        words = _("the outside body and its time limit")
        yield Lack("outside", "outside", words, setting.formal)


def left_out(body: str, said: Said, points: Sequence[Answered]) -> tuple[str, ...]:
    """Parts that a letter changed by hand no longer has, by name."""
    letter = squashed(body)
    parts = {
        _("the reason"): said.reason,
        _("what we did get wrong"): said.regret,
        _("what we can do instead"): said.instead,
        _("what would change the decision"): said.would_change,
        _("what the customer can do next"): said.next_stage,
        _("the outside body"): said.outside,
        **{_("our answer to “%(point)s”") % {"point": item.text}: item.finding for item in points},
    }
    return tuple(
        name for name, text in parts.items() if text.strip() and squashed(text) not in letter
    )


# -- in the customer's words -----------------------------------------------------------------------

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_WORD = re.compile(r"\w{4,}")
_LONGEST_QUOTE = 300
#: Typed one way and read another.
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def squashed(text: str) -> str:
    """A text by which two can be compared: single spaces, small letters, plain quotes."""
    return " ".join(text.translate(_ALIKE).casefold().split())


def is_quoted(quote: str, said: Sequence[str]) -> bool:
    """Whether these are words of what the customer said, whatever their spaces and capitals."""
    words = squashed(quote).rstrip(".…")
    return bool(words) and any(words in squashed(text) for text in said)


def quote_for(text: str, said: Sequence[str]) -> str:
    """The sentence of the customer's that a point is about: its own words where he used them, else
    the one that shares most words with it, else the first; "" where he wrote nothing."""
    if is_quoted(text, said):
        return text
    wanted = set(_WORD.findall(squashed(text)))
    best, shared = "", 0
    for sentence in _sentences(said):
        same = len(wanted & set(_WORD.findall(squashed(sentence))))
        if same > shared or not best:
            best, shared = sentence, same
    return best[:_LONGEST_QUOTE].rstrip()


def _sentences(said: Sequence[str]) -> Iterator[str]:
    for text in said:
        for match in _SENTENCE.finditer(text):
            sentence = match.group().strip()
            if _WORD.search(sentence):
                yield sentence
