"""How much a complaint hurt: 1 (irritation) to 5 (serious harm), from factors, explained. Pure.

Some factors give a level by themselves (the gravest counts); some raise it by one; some
"make it worse", and so many of them together raise the level by one. Which does what, and in
which words, a `Scheme` says; `remedies.pain_schemes` reads one, and refuses one by which more of
something worse gives less pain. Answers a person gives are anchors in plain words, so that two
people who look at the same case tick the same box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tickets.errors import Invalid
from tickets.money import Money
from tickets.saying import Phrase, gettext_noop, language, retold
from tickets.saying import gettext as _

HIGHEST = 5
#: What an answer or a count may do beside giving a level.
WORSE, RAISES = "worse", "raises"
_EFFECTS = {WORSE: "makes it worse", RAISES: "+1"}


class FactorInvalid(Invalid):
    """{factor} should be {allowed}."""

    code = "factor_invalid"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One answer in plain words, the level that it stands for by itself (0: none), and whether it
    makes worse what other factors gave (`WORSE`, `RAISES` or "")."""

    key: str
    words: str
    level: int
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """A question that a customer or a rep answers by choosing an anchor."""

    key: str
    label: str
    question: str
    anchors: tuple[Anchor, ...]
    #: For an answer that is a number: the least number of each anchor, rising.
    least: tuple[int, ...] = ()
    #: Whether the public form asks for it; a rep can always add it.
    on_form: bool = False

    def anchor(self, answer: Any) -> Anchor:
        """The anchor of an answer. Raises `FactorInvalid` naming the answers there are."""
        for anchor in self.anchors:
            if anchor.key == answer:
                return anchor
        if self.least and isinstance(answer, int) and not isinstance(answer, bool) and answer >= 0:
            return self.anchors[sum(answer >= least for least in self.least) - 1]
        allowed = ", ".join(anchor.key for anchor in self.anchors)
        raise FactorInvalid(
            factor=self.label,
            allowed=_("one of: %(known)s") % {"known": allowed},
            field=f"factors.{self.key}",
        )


def _factor(
    key: str,
    label: str,
    question: str,
    *anchors: tuple[str, str, int],
    least: tuple[int, ...] = (),
) -> Factor:
    asked = key in {"consequence", "time_lost", "depends"}
    return Factor(key, label, question, tuple(Anchor(*anchor) for anchor in anchors), least, asked)


#: Factors that a person answers, in the order in which a form asks for them, as shipped.
FACTORS: dict[str, Factor] = {
    factor.key: factor
    for factor in (
        _factor(
            "time_lost",
            gettext_noop("Time lost"),
            gettext_noop("How much of your time did it take?"),
            ("none", gettext_noop("No time lost"), 0),
            ("minutes", gettext_noop("Less than an hour lost"), 1),
            ("hours", gettext_noop("Some hours lost"), 2),
            ("day", gettext_noop("A day lost"), 3),
            ("days", gettext_noop("Two days or more lost"), 3),
            ("weeks", gettext_noop("Weeks of effort"), 4),
        ),
        _factor(
            "lasted",
            gettext_noop("How long it lasted"),
            gettext_noop("How long did it go on?"),
            ("hours", gettext_noop("Over within the day"), 1),
            ("days", gettext_noop("It lasted some days"), 2),
            ("week", gettext_noop("It lasted more than a week"), 3),
            ("month", gettext_noop("It lasted more than a month"), 4),
            ("months", gettext_noop("It lasted more than half a year"), 4),
            least=(0, 2, 8, 32, 183),  # days
        ),
        _factor(
            "means",
            gettext_noop("Money against means"),
            gettext_noop("What did the money mean to you?"),
            ("none", gettext_noop("No money at stake"), 0),
            ("small", gettext_noop("A sum that was not missed"), 1),
            ("noticed", gettext_noop("A sum that was noticed"), 2),
            ("careful", gettext_noop("Other things had to wait for it"), 3),
            ("hardship", gettext_noop("Rent, food or bills could not be paid"), 4),
            ("ruin", gettext_noop("It threatened a home or a livelihood"), 5),
        ),
        _factor(
            "consequence",
            gettext_noop("Consequence"),
            gettext_noop("What did it lead to?"),
            ("none", gettext_noop("Nothing followed from it"), 0),
            ("bother", gettext_noop("A bother, soon forgotten"), 1),
            ("trouble", gettext_noop("Some trouble in daily life"), 2),
            ("plans", gettext_noop("Plans, work or an event were spoiled"), 3),
            ("serious", gettext_noop("Home, work or care of others broke down"), 4),
            ("harm", gettext_noop("Health, safety or livelihood was harmed"), 5),
        ),
        _factor(
            "distress",
            gettext_noop("Distress"),
            gettext_noop("How did it make you feel?"),
            ("calm", gettext_noop("Not upset"), 0),
            ("annoyed", gettext_noop("Annoyed"), 1),
            ("upset", gettext_noop("Upset or let down"), 2),
            ("worried", gettext_noop("Worried for days"), 3),
            ("anguish", gettext_noop("Lost sleep, or felt humiliated or afraid"), 4),
            ("unbearable", gettext_noop("Has not got over it, or needed help"), 5),
        ),
        _factor(
            "depends",
            gettext_noop("Somebody depends on it"),
            gettext_noop("Does anyone's health, care or safety depend on it?"),
            ("no", gettext_noop("Nobody depends on it"), 0),
            ("yes", gettext_noop("Somebody depends on it"), 3),
        ),
    )
}


#: What else a reason may say, with {n} for its numbers: it is stored in English, and told again in
#: the reader's language (`tickets.saying.retold`).
REASONS = (
    gettext_noop("Money lost"),
    gettext_noop("Told us of support needs"),
    gettext_noop("Happened once before"),
    gettext_noop("Happened {n} times before"),
    gettext_noop("Our deadline missed once"),
    gettext_noop("Our deadline missed {n} times"),
    gettext_noop("Promise broken once"),
    gettext_noop("Promise broken {n} times"),
    gettext_noop("Handed over {n} times"),
    gettext_noop("First contact"),
    gettext_noop("Second contact"),
    gettext_noop("Third contact"),
    gettext_noop("Fourth contact"),
    gettext_noop("Fifth contact"),
    gettext_noop("Sixth contact"),
    gettext_noop("{n}th contact"),
    gettext_noop("makes it worse"),
    gettext_noop("level {n}"),
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the desk knows by itself. Counts are of this ticket, `recurrence` of earlier ones.

    `contacts` counts the first one. `support_needs` is whether the customer told us of any.
    """

    contacts: int = 1
    recurrence: int = 0
    deadlines_missed: int = 0
    promises_broken: int = 0
    hand_offs: int = 0
    support_needs: bool = False


@dataclass(frozen=True, slots=True)
class PainReason:
    """One factor: its words, and what it did: "level 3", "+1" or "makes it worse"."""

    factor: str
    words: str
    effect: str

    def as_json(self) -> dict[str, str]:
        """For the event that records the assessment."""
        return {"factor": self.factor, "words": self.words, "effect": self.effect}


@dataclass(frozen=True, slots=True)
class Pain:
    """Level 1 to 5, why, and how many factors make it worse without raising it alone."""

    level: int
    reasons: tuple[PainReason, ...]
    worse: int = 0

    @property
    def words(self) -> str:
        """The level and why, in one line: "3: two days or more lost, third contact"."""
        return explained(self.level, [reason.words for reason in self.reasons])


def explained(level: int, reasons: Sequence[str]) -> str:
    """A level and its reasons as one says them: "3: A day lost, third contact"."""
    said = ", ".join(_within(retold(words)) for words in reasons)
    return f"{level}: {said or _('nothing is known that makes it worse')}"


def _within(words: str) -> str:
    """A reason within a sentence: nouns keep their capital in German."""
    return words if language().startswith("de") else words[:1].lower() + words[1:]


@dataclass(frozen=True, slots=True)
class Steps:
    """From which count on a circumstance makes it worse, and from which it raises the level."""

    worse: int
    raises: int


def _steps() -> dict[str, Steps]:
    return {
        "contacts": Steps(worse=3, raises=5),
        "recurrence": Steps(worse=1, raises=2),
        "deadlines_missed": Steps(worse=1, raises=3),
        "promises_broken": Steps(worse=1, raises=2),
        "hand_offs": Steps(worse=2, raises=4),
    }


#: What the desk counts by itself, as a person calls it.
COUNTS = {
    "contacts": Phrase("Contacts that were needed"),
    "recurrence": Phrase("Times it happened before, in a year"),
    "deadlines_missed": Phrase("Our missed deadlines"),
    "promises_broken": Phrase("Promises that we broke"),
    "hand_offs": Phrase("Times it was handed over"),
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """An assessment: its factors and what counts do. A desk may have its own."""

    factors: Mapping[str, Factor] = field(default_factory=lambda: FACTORS)
    counts: Mapping[str, Steps] = field(default_factory=_steps)
    #: Money lost, in major units, from which a loss by itself stands for level 1, 2, 3, 4,
    #: and the currencies for which those figures are meant; a loss in others is not weighed.
    loss: tuple[Decimal, ...] = (Decimal(1), Decimal(100), Decimal(1000), Decimal(10_000))
    currencies: frozenset[str] = frozenset({"GBP", "EUR", "USD", "CHF", "CAD", "AUD", "NZD"})
    #: What support needs do; `RAISES` wherever somebody depends on it (an answer to `depends`
    #: that gives a level).
    support_needs: str = WORSE
    #: So many factors that make it worse raise the level by one.
    worse_for_one: int = 2
    #: However many factors raise it, the level rises by so much at most.
    most_raises: int = 2


DEFAULT = Scheme()


def check_factors(factors: Mapping[str, Any], scheme: Scheme = DEFAULT) -> dict[str, Anchor]:
    """The anchors of the answers given. Raises `FactorInvalid` for what is not one."""
    found = {}
    for key, answer in factors.items():
        if answer is None or answer == "":
            continue
        if key not in scheme.factors:
            allowed = ", ".join(scheme.factors)
            raise FactorInvalid(
                factor=key,
                allowed=_("one of: %(known)s") % {"known": allowed},
                field=f"factors.{key}",
            )
        ticked = {True: "yes", False: "no"}
        given = ticked[answer] if isinstance(answer, bool) else answer
        found[key] = scheme.factors[key].anchor(given)
    return found


def still_valid(factors: Mapping[str, Any], scheme: Scheme = DEFAULT) -> dict[str, Any]:
    """The answers that still are answers: anchors may have changed since they were given."""
    found = {}
    for key, answer in factors.items():
        try:
            check_factors({key: answer}, scheme)
        except FactorInvalid:
            continue
        found[key] = answer
    return found


def assess(
    factors: Mapping[str, Any],
    circumstances: Circumstances | None = None,
    *,
    loss: Money | None = None,
    scheme: Scheme = DEFAULT,
) -> Pain:
    """The pain of one complaint.

    `factors` are answers by factor. Raises `FactorInvalid` for an unknown factor or answer.
    """
    known = circumstances or Circumstances()
    answers = check_factors(factors, scheme)
    reasons, base = _levels(answers, _weighed(loss, scheme), scheme)
    effects = [(key, a.words, a.effect) for key, a in answers.items() if a.effect]
    effects += _needs(known, answers, scheme)
    for name, count, words in _counts(known):
        steps = scheme.counts[name]
        if count >= steps.raises:
            effects.append((name, words, RAISES))
        elif count >= steps.worse:
            effects.append((name, words, WORSE))
    reasons += [PainReason(name, words, _EFFECTS[effect]) for name, words, effect in effects]
    raises = sum(effect == RAISES for _, _, effect in effects)
    worse = len(effects) - raises
    added = min(raises + worse // scheme.worse_for_one, scheme.most_raises)
    return Pain(min(base + added, HIGHEST), tuple(reasons), worse)


def _needs(
    known: Circumstances, answers: Mapping[str, Anchor], scheme: Scheme
) -> list[tuple[str, str, str]]:
    """What support needs do."""
    if not known.support_needs:
        return []
    depends = answers.get("depends")
    effect = RAISES if depends is not None and depends.level else scheme.support_needs
    return [("support_needs", "Told us of support needs", effect)] if effect else []


def _weighed(loss: Money | None, scheme: Scheme) -> Decimal | None:
    return loss.major if loss is not None and loss.currency in scheme.currencies else None


def _levels(
    answers: Mapping[str, Anchor], loss: Decimal | None, scheme: Scheme
) -> tuple[list[PainReason], int]:
    """What gives a level by itself, gravest first, and the gravest level (1 at least)."""
    found = [
        (anchor.level, PainReason(key, anchor.words, f"level {anchor.level}"))
        for key, anchor in answers.items()
        if anchor.level
    ]
    if loss is not None:
        level = sum(loss >= step for step in scheme.loss)
        if level:
            found.append((level, PainReason("loss", "Money lost", f"level {level}")))
    found.sort(key=lambda pair: -pair[0])
    base = max((level for level, _ in found), default=1)
    return [reason for _, reason in found], max(base, 1)


def _counts(known: Circumstances) -> tuple[tuple[str, int, str], ...]:
    again = known.recurrence
    return (
        ("contacts", known.contacts, f"{_ordinal(known.contacts)} contact"),
        (
            "recurrence",
            again,
            "Happened once before" if again == 1 else f"Happened {again} times before",
        ),
        (
            "deadlines_missed",
            known.deadlines_missed,
            _times("our deadline missed", known.deadlines_missed),
        ),
        ("promises_broken", known.promises_broken, _times("promise broken", known.promises_broken)),
        ("hand_offs", known.hand_offs, f"Handed over {known.hand_offs} times"),
    )


def _times(what: str, count: int) -> str:
    words = what[0].upper() + what[1:]
    return f"{words} once" if count == 1 else f"{words} {count} times"


def _ordinal(n: int) -> str:
    names = {1: "First", 2: "Second", 3: "Third", 4: "Fourth", 5: "Fifth", 6: "Sixth"}
    return names.get(n, f"{n}th")
