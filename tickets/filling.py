"""Reusable texts: the customer's facts put in where they are named, gaps where nothing is known.

Pure. `{first_name}` names a value; what is not known stands as ⟦first name⟧, and a text with such a
gap is not sent.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

OPEN, SHUT = "⟦", "⟧"
_NAME = re.compile(r"\{([a-z][a-z0-9_]{0,59})\}")
_ANY = re.compile(r"\{([^{}\n]{0,80})\}")
_GAP = re.compile(rf"{OPEN}([^{OPEN}{SHUT}\n]{{1,120}}){SHUT}")

#: What every ticket has, by its name in a text, with what it is.
ALWAYS = {
    "name": "the customer's name",
    "first_name": "the customer's first name",
    "number": "the ticket's number",
    "matter": "what the complaint is about",
    "received": "the day it came in",
    "loss": "what it cost the customer",
    "wish": "what the customer would find fair",
    "me": "your name",
    "my_first_name": "your first name",
    "team": "your team",
    "brand": "our name",
    "next_by": "when the next word is due",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its facts, and what it lacks, as people call it."""

    text: str
    missing: tuple[str, ...]


def fill(body: str, values: Mapping[str, str], *, labels: Mapping[str, str]) -> Filled:
    """Put `values` into `body`. What has none, or an empty one, becomes a gap with its label."""
    missing: list[str] = []

    def put(match: re.Match[str]) -> str:
        name = match[1]
        value = values.get(name, "")
        if value:
            return value
        label = labels.get(name) or name.replace("_", " ")
        missing.append(label)
        return f"{OPEN}{label}{SHUT}"

    text = _NAME.sub(put, body)
    return Filled(text, tuple(dict.fromkeys(missing)))


def gaps_in(text: str) -> tuple[str, ...]:
    """What is still to be filled in, each once."""
    return tuple(dict.fromkeys(match.strip() for match in _GAP.findall(text)))


def unknown_in(body: str, known: Collection[str]) -> tuple[str, ...]:
    """What stands in braces and is no name of a fact, each once."""
    found = (match.strip() for match in _ANY.findall(body))
    return tuple(dict.fromkeys(name for name in found if name not in known))
