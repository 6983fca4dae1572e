"""Words for people, in modules that know no Django.

The same names as Django's. English until `tickets.apps` lends Django's voice; from then on in the
language that is active where the words are made.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from babel.dates import get_day_names, get_month_names

_PLACE = re.compile(r"\{(\w+)\}")
_ESCAPED = re.compile(r"\\\{(\w+)\\\}")
_NUMBER = re.compile(r"\d+")
_NAMED = re.compile(r"%[aAbB]")


class _Voice:
    """Who translates: nobody, until somebody is lent."""

    gettext: Callable[[str], str] = staticmethod(str)
    ngettext: Callable[[str, str, int], str] = staticmethod(
        lambda one, many, count: one if count == 1 else many
    )
    pgettext: Callable[[str, str], str] = staticmethod(lambda context, words: words)
    language: Callable[[], str | None] = staticmethod(lambda: "en")


def speak_with(
    gettext: Callable[[str], str],
    ngettext: Callable[[str, str, int], str],
    pgettext: Callable[[str, str], str],
    language: Callable[[], str | None],
) -> None:
    """From now on these translate, and say into which language."""
    _Voice.gettext, _Voice.ngettext, _Voice.pgettext, _Voice.language = (
        staticmethod(gettext),
        staticmethod(ngettext),
        staticmethod(pgettext),
        staticmethod(language),
    )


def gettext(words: str) -> str:
    """`words` in the language that is active."""
    return _Voice.gettext(words)


def gettext_noop(words: str) -> str:
    """`words` as they are: translated where they are shown, and named here to be found."""
    return words


def pgettext_noop(context: str, words: str) -> str:
    """`words` as they are, meant in `context`: to be found, as with `gettext_noop`."""
    return words


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many` in the language that is active, as it takes them for `count`."""
    return _Voice.ngettext(one, many, count)


def pgettext(context: str, words: str) -> str:
    """`words` as they are meant in `context`, in the language that is active."""
    return _Voice.pgettext(context, words)


def language() -> str:
    """The code of the language that is active."""
    return _Voice.language() or "en"


def spelled(day: date, form: str) -> str:
    """A day or moment by `form`, as `strftime` takes it, with the names of days and months in the
    language that is active."""
    spoken = language()
    if spoken.startswith("en"):
        return day.strftime(form)

    def name(code: re.Match[str]) -> str:
        width: Literal["abbreviated", "wide"] = "abbreviated" if code[0] in "%a%b" else "wide"
        if code[0] in "%a%A":  # without the point that German has within a sentence
            return get_day_names(width, "stand-alone", spoken)[day.weekday()]
        return get_month_names(width, "format", spoken)[day.month]

    return day.strftime(_NAMED.sub(name, form))


def filled(words: str, values: Mapping[str, object]) -> str:
    """The words with the values in their places; a place without a value stays as it is."""
    if not values:
        return words
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), words)


def retold(told: str, say: Callable[[str], str] | None = None) -> str:
    """What was written down in English, in the language that is active.

    What stands in the places of `Kept` words is told by `say`, the same way if none is given.
    Numbers are places: "Handed over 4 times" is looked up as "Handed over {n} times". Words that
    nobody translated, such as a person's own, stay as they are.
    """
    for form in Kept.forms:
        if (again := form.again(told, say or retold)) is not None:
            return again
    numbers = _NUMBER.findall(told)
    if not numbers:
        return gettext(told)
    pattern = _NUMBER.sub("{n}", told)
    said = gettext(pattern)
    left = iter(numbers)
    return told if said == pattern else re.sub(r"\{n\}", lambda place: next(left, place[0]), said)


def _group(name: str, known: set[str]) -> str:
    """A place in a pattern; the same again where it stands there twice."""
    if name in known:
        return f"(?P={name})"
    known.add(name)
    return f"(?P<{name}>.+)"


class Kept:
    """Words with places that are stored in English, and read in any language by `retold`. Stands at
    the top of a module, so that whoever reads knows it:

        TAGGED = Kept("tagged {tag}")
        …words=TAGGED(tag=line)
    """

    forms: ClassVar[list["Kept"]] = []

    def __init__(self, words: str) -> None:
        self.words = words
        known: set[str] = set()
        self._pattern = re.compile(_ESCAPED.sub(lambda at: _group(at[1], known), re.escape(words)))
        self.forms.append(self)

    def __call__(self, **values: object) -> str:
        """The words with their values, to be stored."""
        return filled(self.words, values)

    def again(self, told: str, say: Callable[[str], str]) -> str | None:
        """What was stored, in the language that is active; None for other words. What stands in
        its places is told by `say`."""
        match = self._pattern.fullmatch(told)
        if match is None:
            return None
        places = {name: say(said) for name, said in match.groupdict().items()}
        return filled(gettext(self.words), places)


@dataclass(frozen=True, slots=True, init=False)
class Phrase:
    """Words with places for values, of whoever reads them: `str()` says them in the language that
    is active then. Values may be words too.

        Phrase("{number} is yours now: {subject}", number=ticket.number, subject=ticket.subject)
    """

    words: str
    values: Mapping[str, object]

    def __init__(self, words: str, /, **values: object) -> None:
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        return filled(gettext(self.words), self.values)
