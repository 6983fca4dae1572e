"""What customers' words are about: some themes, found by the phrases people use.

A phrase is no proof. So what is counted is only where to look, every count opens the words
themselves, praise is not read into an angry answer, nor a reproach into a glad one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tickets.saying import gettext_noop


@dataclass(frozen=True, slots=True)
class Theme:
    """Something customers speak of, and whether it speaks for us."""

    key: str
    words: str
    good: bool
    phrases: re.Pattern[str]


def _good(key: str, words: str, *phrases: str) -> Theme:
    return _theme(key, words, phrases, good=True)


def _bad(key: str, words: str, *phrases: str) -> Theme:
    return _theme(key, words, phrases, good=False)


def _theme(key: str, words: str, phrases: Iterable[str], *, good: bool) -> Theme:
    return Theme(key, words, good, re.compile(rf"(?:{'|'.join(phrases)})", re.IGNORECASE))


_COUNT = r"(?:two|three|four|five|six|seven|several|many|\d+|zwei|drei|vier|fünf|deux|trois|quatre)"
THEMES: tuple[Theme, ...] = (
    _good(
        "charge", gettext_noop("Somebody took charge"),
        r"took (?:charge|care|it on|the time)", r"listened", r"looked after", r"stayed with",
        r"found (?:it )?(?:in|within)", r"like a human", r"asked (?:her|his|the) boss",
        r"gekümmert", r"zugehört", r"s'est occupée?", r"enfin quelqu'un",
    ),
    _good(
        "told", gettext_noop("Told what happens next"),
        r"kept (?:me |us )?(?:informed|posted|up to date)", r"told (?:me|us) what",
        r"(?:mail|call|word) every", r"now i know", r"(?:rang|wrote|called) (?:when|before|at)",
        r"auf dem laufenden", r"tenue? au courant",
    ),
    _good(
        "quick", gettext_noop("It went quickly"),
        r"same day", r"next day", r"within (?:the|an?) (?:hour|day)", r"in (?:a|one|two) days?\b",
        r"quick", r"\bschnell", r"am selben tag", r"rapide",
    ),
    _good(
        "sorry", gettext_noop("The apology was real"),
        r"(?:real|said|say) sorry", r"apolog", r"entschuldig", r"s'est excus",
    ),
    _good(
        "fair", gettext_noop("The offer felt fair"),
        r"more than i asked", r"money back in", r"money was right", r"felt fair", r"was fair",
        r"reason for it", r"not have to prove", r"one i understand", r"großzügig", r"\bjuste\b",
    ),
    _bad(
        "again", gettext_noop("Had to say it again"),
        rf"{_COUNT} (?:people|letters|calls|times|mails|e-mails)", r"(?:say|tell|explain) it again",
        r"repeat", r"over and over", r"noch einmal erklär", r"immer wieder", r"plusieurs fois",
    ),
    _bad(
        "slow", gettext_noop("It took too long"),
        r"too long", rf"^{_COUNT} (?:days|weeks|months)", r"weeks? after", r"still waiting",
        r"in the end\.", r"zu lange", r"trop (?:de temps|long)",
    ),
    _bad(
        "nobody", gettext_noop("Nobody came or called"),
        r"nobody (?:came|called|rang|wrote)", r"never (?:came|called|rang)", r"waited in",
        r"niemand (?:kam|rief)", r"personne n'est venu",
    ),
    _bad(
        "untold", gettext_noop("Was not told"),
        r"should have told", r"not told", r"never told", r"heard nothing", r"notice it myself",
        r"no (?:word|reply|answer)\b", r"nichts gehört",
    ),
    _bad(
        "unfair", gettext_noop("It did not feel fair"),
        r"always win", r"unfair", r"not fair", r"too little", r"not enough", r"ungerecht",
        r"zu wenig", r"injuste",
    ),
)  # fmt: skip
BY_KEY = {theme.key: theme for theme in THEMES}
#: Mean scores up to which no praise is read, and from which on no reproach.
_ANGRY, _GLAD = 2.0, 4.5


def themes_of(words: str, scores: Iterable[int]) -> list[str]:
    """Keys of the themes that the words of an answer with these scores speak of."""
    if not words:
        return []
    given = list(scores)
    mean = sum(given) / len(given) if given else None
    return [
        theme.key
        for theme in THEMES
        if not (mean is not None and (mean <= _ANGRY if theme.good else mean >= _GLAD))
        and theme.phrases.search(words)
    ]
