"""What a reckoning said, in the language and the form of whoever reads it. Pure.

An evaluation says in English how each sum came about and why a rule gave nothing, and that is what
is kept with an offer. Read by somebody else it is taken apart by the few sentences that rules
speak in, and said again; sums, numbers and dates in the reader's form. What a policy itself calls
things is said by the catalogue where that has it, and stays as it is where it has not.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import moneyed
from babel import Locale
from babel.dates import get_month_names
from babel.numbers import get_currency_symbol

from remedies.rules.language.words import sign_of
from remedies.rules.said import PARTS, SENTENCES
from remedies.rules.said_wrong import ANY, WRONG
from tickets.saying import filled, language, retold
from tickets.saying import gettext as _

_PLACE = re.compile(r"\\\{(\w+)\\\}")
_NUMBER = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?…?|-?\d+(?:\.\d+)?…?"
_PLAIN = re.compile(_NUMBER)
_COUNTED = re.compile(rf"(?P<n>{_NUMBER})(?P<gap>[ \xa0]?)(?P<unit>\D.*)")
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})(?:, (\d\d:\d\d) (\S+))?")
_MONTHS = tuple(dt.date(2000, month, 1).strftime("%B") for month in range(1, 13))
_SIGNS = (" = ", " + ", " − ", " × ", " ÷ ")


def told(said: str) -> str:
    """A sentence of a reckoning for whoever reads it."""
    if language().startswith("en") and _(SENTENCES[0]) == SENTENCES[0]:
        return said
    return _told(said, language())


def known_words(facts: Iterable[tuple[str, str]]) -> str:
    """Facts by what they are called, in one line: "pain 3, contacts 1 contact"."""
    return ", ".join(f"{_called(label)} {known_value(said)}" for label, said in facts)


def known_value(said: str) -> str:
    """The value of a fact, for whoever reads it."""
    return said if told(SENTENCES[0]) == SENTENCES[0] else _value(said)


def _called(label: str) -> str:
    """A fact's name within a sentence; names that the catalogue has are written as they are."""
    words = retold(label)
    return words if words != label else label[:1].lower() + label[1:]


def told_all(steps: Iterable[object]) -> str:
    """The steps of a sum as one text, for whoever reads it."""
    return ". ".join(told(str(step)).rstrip(".") for step in steps)


@lru_cache(maxsize=4096)
def _told(said: str, spoken: str) -> str:
    """`spoken` is the language that is active."""
    known = retold(said, lambda part: _told(part, spoken))
    if known != said:
        return known
    for way in _WAYS:
        again = way(said)
        if again is not None:
            return again
    return _leaf(said, spoken)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(words)))


@lru_cache(maxsize=1)
def _sentences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((words, _pattern(words)) for words in (*WRONG, *SENTENCES, *ANY))


@lru_cache(maxsize=1)
def _parts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((words, _pattern(words)) for words in PARTS)


def _by(forms: tuple[tuple[str, re.Pattern[str]], ...]) -> Callable[[str], str | None]:
    """Says a text by the first of these forms that it has."""

    def again(said: str) -> str | None:
        for words, pattern in forms:
            if match := pattern.fullmatch(said):
                places = {name: _placed(name, part) for name, part in match.groupdict().items()}
                return filled(_(words), places)
        return None

    return again


def _placed(name: str, part: str) -> str:
    """What stands in a place; what is needed may be one of several."""
    if name == "value":
        return _value(part)
    again = _told(part, language())
    if name != "needed" or again != part:
        return again
    return _joined(part, " or ", f" {_('or')} ") or part


def _value(said: str) -> str:
    """The value of a fact: it may be a word of the policy's own, such as "not received"."""
    again = _told(said, language())
    return said if said.startswith("not ") and retold(said) == said else again


def _split(said: str, joint: str) -> list[str]:
    """The parts between joints that stand in no bracket."""
    found, depth, begun, at = [], 0, 0, 0
    while at < len(said):
        depth += (said[at] == "(") - (said[at] == ")")
        if depth == 0 and said.startswith(joint, at):
            found.append(said[begun:at])
            at = begun = at + len(joint)
        else:
            at += 1
    return [*found, said[begun:]]


def _joined(said: str, joint: str, words: str) -> str | None:
    """The text taken apart at its joints and put together again; None where it has none."""
    parts = _split(said, joint)
    if len(parts) < 2:
        return None
    return words.join(_told(part, language()) for part in parts)


def _at_stops(said: str) -> str | None:
    """Several sentences, or one with its full stop."""
    if said.endswith(".") and len(said) > 1:
        return f"{_told(said[:-1], language())}."
    return _joined(said, ". ", ". ")


def _at_semicolons(said: str) -> str | None:
    whole = (*_sentences(), *_parts())
    if any("; " in words and pattern.fullmatch(said) for words, pattern in whole):
        return None
    return _joined(said, "; ", "; ")


def _at_signs(said: str) -> str | None:
    for sign in _SIGNS:
        if (again := _joined(said, sign, sign)) is not None:
            return again
    return None


def _in_brackets(said: str) -> str | None:
    """ "(£10 × 3 = £30)", and "3 days (1 May 2026 to 3 May 2026)"."""
    if not said.endswith(")") or "(" not in said:
        return None
    before, inside, depth = said, "", 0
    for at in range(len(said) - 1, -1, -1):
        depth += (said[at] == ")") - (said[at] == "(")
        if depth == 0:
            before, inside = said[:at].rstrip(), said[at + 1 : -1]
            break
    inner = f"({_told(inside, language())})"
    return f"{_told(before, language())} {inner}" if before else inner


def _listed(said: str) -> str | None:
    """A list of things of which one at least is known; a policy's own sentence stays whole."""
    for joint, words in ((" and ", f" {_('and')} "), (" or ", f" {_('or')} "), (", ", ", ")):
        parts = _split(said, joint)
        again = [_told(part, language()) for part in parts] if len(parts) > 1 else parts
        if again != parts:
            return words.join(again)
    return None


def _at_colon(said: str) -> str | None:
    """ "Goodwill: £20.00"."""
    return _joined(said, ": ", ": ")


def _fitting(said: str) -> str | None:
    return _by(_sentences())(said)


def _fitting_part(said: str) -> str | None:
    return _by(_parts())(said)


#: Tried one after the other.
_WAYS = (
    _at_stops,
    _at_semicolons,
    _fitting,
    _at_signs,
    _in_brackets,
    _fitting_part,
    _at_colon,
    _listed,
)


def _leaf(said: str, spoken: str) -> str:
    """A single sum, number or date."""
    if match := _DAY.fullmatch(said):
        return _day(match, spoken) or said
    if _PLAIN.fullmatch(said):
        return _digits(said, spoken)
    if found := _money(said, spoken):
        return found
    if match := _COUNTED.fullmatch(said):
        return f"{_digits(match['n'], spoken)}{match['gap']}{retold(match['unit'])}"
    return said


def _digits(number: str, spoken: str) -> str:
    """A number as programs write it, with the reader's own signs."""
    symbols = Locale.parse(spoken, sep="-").number_symbols["latn"]
    group, point = symbols.get("group", ","), symbols.get("decimal", ".")
    return "".join({",": group, ".": point}.get(sign, sign) for sign in number)


@lru_cache(maxsize=1)
def _signs() -> dict[str, str]:
    """Each currency by the sign that sums are written with."""
    found: dict[str, str] = {}
    for code in moneyed.CURRENCIES:
        found.setdefault(sign_of(code)[0].strip(), code)
    return found


def _money(said: str, spoken: str) -> str:
    """A sum with its sign where the reader has it; "" for what is none."""
    match = re.fullmatch(rf"(-?)(\D*?)({_NUMBER})(\D*)", said)
    sign = (match[2] + match[4]).strip() if match else ""
    code = _signs().get(sign) if sign else None
    if match is None or code is None:
        return ""
    locale = Locale.parse(spoken, sep="-")
    digits, symbol = _digits(match[3], spoken), get_currency_symbol(code, locale)
    first = locale.currency_formats["standard"].pattern.startswith("¤")
    return f"{match[1]}{symbol}{digits}" if first else f"{match[1]}{digits}\xa0{symbol}"


def _day(match: re.Match[str], spoken: str) -> str:
    """A day, with its time where that is said."""
    try:
        month = _MONTHS.index(match[2]) + 1
    except ValueError:
        return ""
    named = get_month_names("wide", "format", spoken)[month]
    words = _("%(day)s %(month)s %(year)s") % {"day": match[1], "month": named, "year": match[3]}
    return f"{words}, {match[4]} {match[5]}" if match[4] else words
