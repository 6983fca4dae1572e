"""A pain assessment as data: read with every problem and its place, and shown to be monotone. Pure.

    {"title": …,
     "factors": [{"key", "label", "question", "on_form", "least"?,
                  "answers": [{"key", "words", "level": 0 to 5, "effect": "", worse or raises}]}],
     "counts": {"contacts": {"worse": 3, "raises": 5}, …},       null: never
     "loss": {"steps": [1, 100, 1000, 10000], "currencies": ["GBP", …]},
     "support_needs": "worse", "worse_for_one": 2, "most_raises": 2}

Answers stand from the least to the worst. A scheme by which a worse answer, a higher count or a
larger loss gives less pain is refused, with a case that shows it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from remedies.errors import Problem
from remedies.pain import (
    COUNTS,
    DEFAULT,
    RAISES,
    WORSE,
    Anchor,
    Circumstances,
    Factor,
    Scheme,
    Steps,
    assess,
)
from tickets.errors import DomainError, Invalid
from tickets.money import Money, decimals_of

#: A threshold that is never reached.
NEVER = 10**9
MOST_FACTORS = 20
MOST_ANSWERS = 12
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EFFECTS = ("", WORSE, RAISES)
_WORDS = 200


class SchemeInvalid(Invalid):
    """The assessment can't be used."""

    code = "scheme_invalid"

    def __init__(self, *problems: Problem, **params: Any):
        self.problems = problems
        said = " ".join(f"{p.path}: {p.message}" if p.path else p.message for p in problems)
        super().__init__(said or None, field=problems[0].path if problems else "data", **params)


class _Reader:
    """Reads a scheme and gathers all that is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, path: str, message: str) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(message, path=path))

    def mapping(self, raw: Any, path: str, known: Sequence[str]) -> Mapping[str, Any]:
        """A mapping with no other keys than `known`."""
        if not isinstance(raw, Mapping):
            self.wrong(path, "This should have names and values.")
            return {}
        for key in raw:
            if key not in known:
                self.wrong(f"{path}.{key}".lstrip("."), f"This is none of: {', '.join(known)}.")
        return raw

    def line(self, raw: Any, path: str) -> str:
        """A line of words."""
        if not isinstance(raw, str) or not raw.strip() or len(raw) > _WORDS:
            self.wrong(path, f"Say it in 1 to {_WORDS} characters.")
            return "?"
        return " ".join(raw.split())

    def whole(self, raw: Any, path: str, low: int, high: int) -> int:
        """A whole number between two bounds."""
        if not isinstance(raw, int) or isinstance(raw, bool) or not low <= raw <= high:
            self.wrong(path, f"This should be a whole number from {low} to {high}.")
            return low
        return raw

    def one_of(self, raw: Any, path: str, allowed: Sequence[str]) -> str:
        """One of some words."""
        if raw not in allowed:
            named = ", ".join(word or "nothing" for word in allowed)
            self.wrong(path, f"This should be one of: {named}.")
            return ""
        return str(raw)

    def key(self, raw: Any, path: str, taken: set[str]) -> str:
        """A name that programs use, once."""
        if not isinstance(raw, str) or not _KEY.fullmatch(raw):
            self.wrong(path, "A key has small letters, digits and _, and begins with a letter.")
            return f"?{path}"
        if raw in taken:
            self.wrong(path, f"Another one is called {raw}.")
        taken.add(raw)
        return raw

    def items(self, raw: Any, path: str, low: int, high: int) -> list[Any]:
        """A list of so many."""
        if not isinstance(raw, list) or not low <= len(raw) <= high:
            self.wrong(path, f"This should be a list of {low} to {high}.")
            return []
        return raw


def read_scheme(data: Any) -> Scheme:
    """The assessment of its data. Raises `SchemeInvalid` with every problem and its path."""
    reader = _Reader()
    known = (
        "title", "factors", "counts", "loss", "support_needs", "worse_for_one", "most_raises",
    )  # fmt: skip
    raw = reader.mapping(data, "", known)
    scheme = Scheme(
        factors=_factors(reader, raw.get("factors")),
        counts=_counts(reader, raw.get("counts")),
        support_needs=reader.one_of(raw.get("support_needs", WORSE), "support_needs", _EFFECTS),
        worse_for_one=reader.whole(raw.get("worse_for_one", 2), "worse_for_one", 1, 10),
        most_raises=reader.whole(raw.get("most_raises", 2), "most_raises", 0, 4),
        **_loss(reader, raw.get("loss")),
    )
    if reader.problems:
        raise SchemeInvalid(*reader.problems)
    disorder = find_disorder(scheme)
    if disorder is not None:
        raise SchemeInvalid(Problem(disorder.words, path=disorder.path))
    return scheme


def _factors(reader: _Reader, raw: Any) -> dict[str, Factor]:
    found: dict[str, Factor] = {}
    taken: set[str] = set()
    for place, item in enumerate(reader.items(raw, "factors", 1, MOST_FACTORS)):
        at = f"factors.{place}"
        known = ("key", "label", "question", "on_form", "least", "answers")
        one = reader.mapping(item, at, known)
        factor = Factor(
            key=reader.key(one.get("key"), f"{at}.key", taken),
            label=reader.line(one.get("label"), f"{at}.label"),
            question=reader.line(one.get("question"), f"{at}.question"),
            anchors=_answers(reader, one.get("answers"), f"{at}.answers"),
            least=_least(reader, one.get("least"), f"{at}.least"),
            on_form=one.get("on_form") is True,
        )
        if factor.least and len(factor.least) != len(factor.anchors):
            reader.wrong(f"{at}.least", "This should have a number for each answer.")
        found[factor.key] = factor
    return found


def _answers(reader: _Reader, raw: Any, path: str) -> tuple[Anchor, ...]:
    found: list[Anchor] = []
    taken: set[str] = set()
    for place, item in enumerate(reader.items(raw, path, 2, MOST_ANSWERS)):
        at = f"{path}.{place}"
        one = reader.mapping(item, at, ("key", "words", "level", "effect"))
        found.append(
            Anchor(
                reader.key(one.get("key"), f"{at}.key", taken),
                reader.line(one.get("words"), f"{at}.words"),
                reader.whole(one.get("level", 0), f"{at}.level", 0, 5),
                reader.one_of(one.get("effect", ""), f"{at}.effect", _EFFECTS),
            )
        )
    return tuple(found)


def _least(reader: _Reader, raw: Any, path: str) -> tuple[int, ...]:
    if raw in (None, []):
        return ()
    least = [reader.whole(n, path, 0, 10**6) for n in reader.items(raw, path, 2, MOST_ANSWERS)]
    if least and (least[0] != 0 or any(b <= a for a, b in pairwise(least))):
        reader.wrong(path, "The numbers should begin with 0 and rise.")
    return tuple(least)


def _counts(reader: _Reader, raw: Any) -> dict[str, Steps]:
    given = reader.mapping({} if raw is None else raw, "counts", tuple(COUNTS))
    found = dict(DEFAULT.counts)
    for name, item in given.items():
        if name not in COUNTS:
            continue
        at = f"counts.{name}"
        one = reader.mapping(item, at, ("worse", "raises"))
        steps = [
            NEVER if one.get(word) is None else reader.whole(one[word], f"{at}.{word}", 1, 1000)
            for word in (WORSE, RAISES)
        ]
        found[name] = Steps(*steps)
    return found


def _loss(reader: _Reader, raw: Any) -> dict[str, Any]:
    given = reader.mapping({} if raw is None else raw, "loss", ("steps", "currencies"))
    steps = tuple(
        _sum(reader, step, f"loss.steps.{place}")
        for place, step in enumerate(reader.items(given.get("steps", []), "loss.steps", 0, 5))
    )
    if any(b <= a for a, b in pairwise(steps)):
        reader.wrong("loss.steps", "The sums should rise.")
    currencies = reader.items(given.get("currencies", []), "loss.currencies", 0, 60)
    for place, code in enumerate(currencies):
        try:
            decimals_of(code)
        except (DomainError, TypeError, AttributeError):
            reader.wrong(f"loss.currencies.{place}", "This should be a currency such as GBP.")
    return {"loss": steps, "currencies": frozenset(map(str, currencies))}


def _sum(reader: _Reader, raw: Any, path: str) -> Decimal:
    try:
        found = Decimal(str(raw))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(raw, bool) or not found.is_finite() or not 0 < found < 10**12:
        reader.wrong(path, "This should be a sum above 0.")
        return Decimal(1)
    return found


def scheme_data(scheme: Scheme, title: str) -> dict[str, Any]:
    """The data of an assessment; `read_scheme` gives the same one back."""
    return {
        "title": title,
        "factors": [
            {
                "key": factor.key,
                "label": factor.label,
                "question": factor.question,
                "on_form": factor.on_form,
                "least": list(factor.least),
                "answers": [
                    {"key": a.key, "words": a.words, "level": a.level, "effect": a.effect}
                    for a in factor.anchors
                ],
            }
            for factor in scheme.factors.values()
        ],
        "counts": {
            name: {
                WORSE: None if steps.worse == NEVER else steps.worse,
                RAISES: None if steps.raises == NEVER else steps.raises,
            }
            for name, steps in scheme.counts.items()
        },
        "loss": {
            "steps": [str(step) for step in scheme.loss],
            "currencies": sorted(scheme.currencies),
        },
        "support_needs": scheme.support_needs,
        "worse_for_one": scheme.worse_for_one,
        "most_raises": scheme.most_raises,
    }


# -- more is never less --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one complaint."""

    answers: Mapping[str, str]
    known: Circumstances
    loss: Money | None = None

    def level(self, scheme: Scheme) -> int:
        """Its pain."""
        return assess(self.answers, self.known, loss=self.loss, scheme=scheme).level


@dataclass(frozen=True, slots=True)
class Disorder:
    """Two cases of which the worse one has less pain."""

    path: str
    words: str


def find_disorder(scheme: Scheme) -> Disorder | None:
    """A case in which something is worse and pain is less, or None where there is none.

    Every step from one answer, count or loss to the next is tried beside whatever may cover it up
    or bring it out: another factor at each level, and each number of things that make it worse or
    raise it.
    """
    for path, name, before, after in _worsenings(scheme):
        about = _counted_in(before, after)
        for around, words in _settings(scheme, set(before.answers)):
            low, high = _beside(around, before, about), _beside(around, after, about)
            first, second = low.level(scheme), high.level(scheme)
            if second < first:
                beside = f", beside {words}" if words else ""
                return Disorder(
                    path, f"{name} is worse, and pain falls from {first} to {second}{beside}."
                )
    return None


def _counted_in(before: Case, after: Case) -> list[str]:
    """The counts that a step is about."""
    one, other = before.known, after.known
    return [name for name in one.__slots__ if getattr(one, name) != getattr(other, name)]


def _beside(around: Case, own: Case, about: Sequence[str]) -> Case:
    """A step in its setting: the counts that it is about are its own."""
    counts: dict[str, Any] = {name: getattr(own.known, name) for name in about}
    answers = {**around.answers, **own.answers}
    return Case(answers, replace(around.known, **counts), own.loss)


_NOTHING = Circumstances()


def _with(known: Mapping[str, Any]) -> Circumstances:
    """Nothing else known than this."""
    return replace(_NOTHING, **known)


def _worsenings(scheme: Scheme) -> Iterator[tuple[str, str, Case, Case]]:
    """Each step to something worse: where it stands, in words, before and after."""
    for place, factor in enumerate(scheme.factors.values()):
        for number, (one, other) in enumerate(pairwise(factor.anchors), start=1):
            words = f"{factor.label}: from “{one.words}” to “{other.words}”"
            before = Case({factor.key: one.key}, _NOTHING)
            after = Case({factor.key: other.key}, _NOTHING)
            yield f"factors.{place}.answers.{number}.level", words, before, after
    for name, steps in scheme.counts.items():
        for count in sorted({steps.worse, steps.raises} - {NEVER}):
            before = Case({}, _with({name: count - 1}))
            after = Case({}, _with({name: count}))
            yield f"counts.{name}", f"{COUNTS[name]}: {count}", before, after
    yield (
        "support_needs",
        "Support needs",
        Case({}, _NOTHING),
        Case({}, _with({"support_needs": True})),
    )
    currency = next(iter(sorted(scheme.currencies)), None)
    for place, step in enumerate(scheme.loss if currency else ()):
        less = Money.of(str(scheme.loss[place - 1] if place else 0), currency or "")
        more = Money.of(str(step), currency or "")
        yield (
            f"loss.steps.{place}",
            f"A loss of {step}",
            Case({}, _NOTHING, less),
            Case({}, _NOTHING, more),
        )


def _settings(scheme: Scheme, about: set[str]) -> Iterator[tuple[Case, str]]:
    """What may stand beside a step: one other answer of each kind, and counts."""
    others: dict[tuple[int, str], tuple[str, Anchor]] = {}
    for factor in scheme.factors.values():
        if factor.key not in about:
            for anchor in factor.anchors:
                others.setdefault((anchor.level, anchor.effect), (factor.key, anchor))
    beside: list[tuple[dict[str, str], str]] = [({}, "")]
    beside += [({key: a.key}, f"“{a.words}”") for key, a in others.values()]
    for answers, words in beside:
        for known, counted in _known(scheme):
            said = " and ".join(part for part in (words, counted) if part)
            yield Case(answers, known), said


def _known(scheme: Scheme) -> Iterator[tuple[Circumstances, str]]:
    yield _NOTHING, ""
    kept: dict[str, int] = {}
    for name, steps in scheme.counts.items():
        for count in sorted({steps.worse, steps.raises} - {NEVER}):
            yield _with({name: count}), f"{count} × {COUNTS[name].words.lower()}"
        if steps.worse != NEVER:
            kept[name] = steps.worse
            listed = ", ".join(COUNTS[key].words.lower() for key in kept)
            yield _with(kept), listed
    yield _with({"support_needs": True}), "support needs"
