"""The whole configuration as one file: written, read, and put in force all at once or not at all.

    amends: 1
    sections:
      teams:
        home: {name: Home, is_default: true, …}

What the file does not name stays as it is; what it names becomes as it says. Reading the same file
again changes nothing. No section holds a secret, so no file does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext

from desk.setup import keeping
from desk.setup.access import check_may_change, check_may_see
from desk.setup.errors import SetupInvalid
from desk.setup.filetext import Content, content_of
from desk.setup.keeping import Author
from desk.setup.rules import Deed
from desk.setup.section import Doc, Section, digest, sections
from desk.setup.storing import write_all
from desk.setup.typed import plain
from desk.words import number_words
from tickets.access import Principal
from tickets.cached import forget_all
from tickets.errors import Conflict, DomainError

VERSION = 1
#: A file that is larger is none of ours.
MOST_CHARACTERS = 5_000_000
#: Changes of one section that a page lists; the command and the API tell them all.
MOST_SHOWN = 50
SCHEMA_ID = "urn:amends:configuration:1"


@dataclass(frozen=True)
class Planned:
    """One document that a file would make or change."""

    section: Section
    key: str
    before: Doc | None
    after: Doc

    @property
    def title(self) -> str:
        """The document in a list."""
        return self.section.title_of(self.key, self.after)

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(label, before, after) of what differs."""
        return self.section.changes(self.before, self.after)


@dataclass(frozen=True)
class Shown:
    """What a file would change in one section, as a page lists it."""

    section: Section
    count: int
    steps: tuple[Planned, ...]

    @property
    def counted(self) -> str:
        """ "1,200"."""
        return number_words(self.count)

    @property
    def further(self) -> str:
        """How many are not listed: "and 1,150 more"; "" for none."""
        left = self.count - len(self.steps)
        return gettext("and %(count)s more") % {"count": number_words(left)} if left else ""


@dataclass(frozen=True)
class Plan:
    """What a file would change."""

    steps: tuple[Planned, ...]
    #: Documents that the file names and that are so already.
    same: int

    @property
    def shown(self) -> list[Shown]:
        """The changes by section, the first of each."""
        found: dict[str, list[Planned]] = {}
        for one in self.steps:
            found.setdefault(one.section.key, []).append(one)
        return [
            Shown(every[0].section, len(every), tuple(every[:MOST_SHOWN]))
            for every in found.values()
        ]

    @property
    def stamp(self) -> str:
        """A short name of exactly these changes: what was looked at is what is put in force."""
        return digest({f"{one.section.key}/{one.key}": [one.before, one.after]
                       for one in self.steps})  # fmt: skip

    @property
    def words(self) -> str:
        """ "3 are made, 2 changed, 40 are so already"."""
        made = sum(one.before is None for one in self.steps)
        counts = {"new": made, "changed": len(self.steps) - made, "same": self.same}
        told = {name: number_words(count) for name, count in counts.items()}
        return gettext("%(new)s new, %(changed)s changed, %(same)s as they are already") % told


class _Undone(Exception):
    """Leaves a transaction that was only a trial."""


# -- out ------------------------------------------------------------------------------------------


def export(who: Principal, *, only: str = "") -> dict[str, Any]:
    """Everything that is set up, or one section. Raises `NotAllowed`, `NotFound`."""
    check_may_see(who)
    chosen = {only: keeping.section_called(only)} if only else sections()
    return {
        "amends": VERSION,
        "sections": {
            key: {name: _spare(section, doc) for name, doc in section.documents().items()}
            for key, section in chosen.items()
        },
    }


def _spare(section: Section, doc: Doc) -> Doc:
    """A document without what is as if not said."""
    usual = section.by_name
    return {
        name: value for name, value in doc.items()
        if usual[name].required or _given(value) != _given(usual[name].default)
    }  # fmt: skip


def _given(value: Any) -> Any:
    return None if value in ("", [], (), {}) else value


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, lists of words on one line, and no references."""

    def ignore_aliases(self, data: Any) -> bool:
        """What stands twice is written twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(data: Mapping[str, Any]) -> str:
    """The file as text."""
    return yaml.dump(plain(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def schema() -> dict[str, Any]:
    """The JSON Schema of a file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Configuration of an Amends desk",
        "type": "object",
        "required": ["amends", "sections"],
        "additionalProperties": False,
        "properties": {
            "amends": {"const": VERSION, "description": "The version of this form."},
            "sections": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    key: {
                        "description": section.about,
                        "type": "object",
                        "additionalProperties": section.schema(),
                    }
                    for key, section in sections().items()
                },
            },
        },
    }


# -- in -------------------------------------------------------------------------------------------


def read(text: str) -> Content:
    """The content of a file, YAML or JSON. Raises `SetupInvalid`, with the line of a slip."""
    if len(text) > MOST_CHARACTERS:
        raise SetupInvalid([("", gettext("The file is too large."))])
    return content_of(text)


def told_of(error: DomainError, content: Content | None) -> list[tuple[str, str]]:
    """What was refused, as (place, words); the place with its line in the file."""
    found = []
    for place, words in keeping.refused(error):
        line = content.line_of(place) if content is not None else 0
        where = gettext("%(place)s (line %(line)s)") % {"place": place, "line": line}
        found.append((where if line else place, words))
    return found


def _documents(data: Mapping[str, Any]) -> Iterator[tuple[Section, str, Doc]]:
    """Every document of a file, checked. Raises `SetupInvalid` with everything wrong."""
    known, wrong = sections(), []
    wrong += [(str(name)[:60], gettext("There is no such word here. Known are: amends, sections."))
              for name in data if name not in {"amends", "sections"}]  # fmt: skip
    given = data.get("amends")
    if isinstance(given, int) and given > VERSION:
        told = gettext(
            "This file is of version %(given)s, from a newer Amends. This one reads version "
            "%(version)s: update it, then try again."
        )
        raise SetupInvalid([("amends", told % {"given": given, "version": VERSION})])
    if given != VERSION or isinstance(given, bool):
        wrong.append(
            ("amends", gettext("The version of the form is %(version)s.") % {"version": VERSION})
        )
    found = data.get("sections")
    if not isinstance(found, Mapping):
        wrong.append(("sections", gettext("A mapping of sections.")))
        found = {}
    docs = []
    for name, items in found.items():
        if name not in known:
            told = gettext("There is no such section. Known are: %(known)s.") % {
                "known": ", ".join(known)
            }
            wrong.append((f"sections.{str(name)[:60]}", told))
        elif not isinstance(items, Mapping):
            wrong.append((f"sections.{name}", gettext("A mapping of keys to documents.")))
        else:
            docs += [(known[name], str(key), raw, f"sections.{name}.{key}")
                     for key, raw in items.items()]  # fmt: skip
    checked = []
    for section, key, raw, where in docs:
        try:
            doc = section.checked(plain(raw), where=where)
            _key_fits(section, key, doc, where)
            checked.append((section, key, doc))
        except SetupInvalid as error:
            wrong += [(place, words) for place, _, words in error.details]
    if wrong:
        raise SetupInvalid(wrong)
    yield from checked


def _key_fits(section: Section, key: str, doc: Doc, where: str) -> None:
    if section.single and key != section.single:
        raise SetupInvalid(
            [(where, gettext("The only one is called %(single)s.") % {"single": section.single})]
        )
    if section.identity and section.key_of(doc) != key:
        raise SetupInvalid(
            [
                (
                    where,
                    gettext("By what it says it is called %(doc)s.") % {"doc": section.key_of(doc)},
                )
            ]
        )
    if not section.identity and not (0 < len(key) <= 60 and key.isprintable() and "/" not in key):
        raise SetupInvalid([(where, gettext("This can't be a key."))])


def plan(data: Mapping[str, Any], author: Author) -> Plan:
    """What a file would change, found by doing it and taking it back. Raises `NotAllowed`,
    `SetupInvalid` with the place of what can't be stored."""
    found: list[Plan] = []
    try:
        with transaction.atomic():
            found.append(_apply(data, author, trial=True))
            raise _Undone
    except _Undone:
        return found[0]
    finally:
        forget_all()


def put(data: Mapping[str, Any], author: Author, *, stamp: str = "") -> Plan:
    """Put a file in force, all of it or nothing. With `stamp`, only what was looked at.

    Raises as `plan` does, and `Conflict` where it would by now change something else.
    """
    try:
        with transaction.atomic():
            done = _apply(data, author, trial=False)
            if stamp and done.stamp != stamp:
                raise Conflict("The desk was changed since you looked. Look again, then go on.")
            return done
    finally:
        forget_all()


def _apply(data: Mapping[str, Any], author: Author, *, trial: bool) -> Plan:
    check_may_change(author.who)
    todo = list(_documents(data))
    keeping.lock()
    named = {section.key: section for section, _, _ in todo}
    before = {key: section.documents() for key, section in named.items()}
    waiting = [(section, key, doc) for section, key, doc in todo
               if before[section.key].get(key) != doc]  # fmt: skip
    same = len(todo) - len(waiting)
    for section, key, doc in waiting:
        check_may_change(author.who, section)
        section.check_may(author.who, before[section.key].get(key), doc)
    write_all(waiting, before, author)
    forget_all()
    steps = []
    after = {key: named[key].documents() for key in {section.key for section, _, _ in waiting}}
    for section, key, _ in waiting:
        was, now = before[section.key].get(key), after[section.key].get(key)
        if now is None or now == was:
            same += 1
            continue
        steps.append(Planned(section, key, was, now))
    if not trial:
        _keep(steps, author)
    return Plan(tuple(steps), same)


def _keep(steps: list[Planned], author: Author) -> None:
    """History of what a file changed, and the deadlines that it moves."""
    by_section: dict[str, list[Planned]] = {}
    for one in steps:
        by_section.setdefault(one.section.key, []).append(one)
    for done in by_section.values():
        keeping.note_all(
            done[0].section,
            [(one.key, one.before, one.after, Deed.MADE if one.before is None else Deed.CHANGED)
             for one in done],
            author,
        )  # fmt: skip
    if any(one.section.moves_deadlines for one in steps):
        keeping.work_out_anew("A file of the configuration", author)


def name_of(now: dt.datetime) -> str:
    """What the file is called."""
    return f"amends-{now:%Y-%m-%d}.yaml"
