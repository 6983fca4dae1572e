"""Who looks at a ticket, and who is writing. Pure: what lies in Redis is given and returned.

A hash for each team has two fields for each person and ticket: until when he is here, with his name
and face; and until when he is writing. A second tab of his overwrites the first and not what the
other one says.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desk.live.keys import HERE_LIFE, WRITING_LIFE


@dataclass(frozen=True, slots=True)
class Face:
    """A person as others see him: name, initials, and the ground of his avatar."""

    user: int
    name: str
    initials: str
    tone: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody on a ticket."""

    ticket: int
    face: Face
    writing: bool

    def shown(self) -> dict[str, object]:
        """As pages get it."""
        return {
            "ticket": self.ticket,
            "user": self.face.user,
            "name": self.face.name,
            "initials": self.face.initials,
            "tone": self.face.tone,
            "writing": self.writing,
        }


def fields_of(face: Face, ticket: int, *, writing: bool, now: float) -> dict[str, str]:
    """What to write for a person who is on a ticket at `now`, in seconds."""
    until = int(now) + HERE_LIFE
    found = {f"{ticket}.{face.user}": f"{until}|{face.tone}|{face.initials}|{face.name}"}
    if writing:
        found[f"{ticket}.{face.user}.w"] = str(int(now) + WRITING_LIFE)
    return found


def names_of(face: Face, ticket: int) -> list[str]:
    """The fields of a person on a ticket, for when he goes."""
    return [f"{ticket}.{face.user}", f"{ticket}.{face.user}.w"]


def read(
    stored: Mapping[str, str], *, now: float, but: int, ticket: int = 0
) -> tuple[list[Seen], list[str]]:
    """Everybody else than `but`, on `ticket` if it is given; and the fields whose time is up."""
    found: list[Seen] = []
    past: list[str] = []
    for name, value in stored.items():
        until, _, rest = value.partition("|")
        if int(until) < now:
            past.append(name)
            continue
        place, _, person = name.partition(".")
        if not rest or int(person) == but or (ticket and int(place) != ticket):
            continue
        tone, initials, words = rest.split("|", 2)
        writing = int(stored.get(f"{name}.w", "0")) >= now
        found.append(Seen(int(place), Face(int(person), words, initials, int(tone)), writing))
    found.sort(key=lambda seen: (seen.ticket, not seen.writing, seen.face.name, seen.face.user))
    return found, past


def mark_of(seen: Iterable[Seen]) -> str:
    """The same for the same people, "" for nobody: a page that has it is told nothing."""
    words = json.dumps([(one.ticket, one.face.user, one.writing) for one in seen])
    return "" if words == "[]" else f"{zlib.crc32(words.encode()):08x}"
