"""Words for people, in modules that know no Django.

The same names as Django's. English until `tickets.apps` lends Django's voice; from then on in the
language that is active where the words are made.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_PLACE = re.compile(r"\{(\w+)\}")


class _Voice:
    """Who translates: nobody, until somebody is lent."""

    gettext: Callable[[str], str] = staticmethod(str)
    ngettext: Callable[[str, str, int], str] = staticmethod(
        lambda one, many, count: one if count == 1 else many
    )
    pgettext: Callable[[str, str], str] = staticmethod(lambda context, words: words)


def speak_with(
    gettext: Callable[[str], str],
    ngettext: Callable[[str, str, int], str],
    pgettext: Callable[[str, str], str],
) -> None:
    """From now on these translate."""
    _Voice.gettext, _Voice.ngettext, _Voice.pgettext = (
        staticmethod(gettext),
        staticmethod(ngettext),
        staticmethod(pgettext),
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


def filled(words: str, values: Mapping[str, object]) -> str:
    """The words with the values in their places; a place without a value stays as it is."""
    if not values:
        return words
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), words)


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
