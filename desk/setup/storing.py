"""Storing the documents of a file in an order in which each finds what it names."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from desk.setup import keeping
from desk.setup.errors import SetupInvalid
from desk.setup.keeping import Author
from desk.setup.many import together
from desk.setup.section import Doc, Section, sections
from tickets.cached import forget_all
from tickets.errors import DomainError
from tickets.tree import depths

One = tuple[Section, str, Doc]
Before = Mapping[str, Mapping[str, Doc]]
#: So few are not worth being stored together.
_FEW = 2


def write_all(waiting: list[One], before: Before, author: Author) -> None:
    """Write documents: section by section, and what lies above before what lies below it. What is
    refused is tried again once the others are there.

    Raises `SetupInvalid` with the place of everything that stays refused.
    """
    _check_above(waiting, before)
    refused: list[tuple[One, DomainError]] = []
    for section in sections().values():
        own = [one for one in waiting if one[0] is section]
        if own:
            refused += _write_section(section, own, before, author)
            forget_all()
    while refused:
        again = [one for one, _ in refused]
        refused = _write_each(again, before, author)
        if len(refused) == len(again):
            raise SetupInvalid(
                [(".".join(filter(None, (f"sections.{section.key}.{key}", place))), words)
                 for (section, key, _), error in refused
                 for place, words in keeping.refused(error)]
            )  # fmt: skip


def _check_above(waiting: list[One], before: Before) -> None:
    """Raises `SetupInvalid` for what would lie below itself, or too deep."""
    wrong = []
    for section in {one[0].key: one[0] for one in waiting}.values():
        own = {key: doc for of, key, doc in waiting if of is section}
        after = {**before[section.key], **own}
        wrong += [
            (f"sections.{section.key}.{key}.{section.above}", words)
            for key, words in section.check_above(before[section.key], after)
        ]
    if wrong:
        raise SetupInvalid(wrong)


def _write_section(
    section: Section, own: list[One], before: Before, author: Author
) -> list[tuple[One, DomainError]]:
    """All of a section; returns the refused."""
    if section.above:
        deep = depths({key: doc[section.above] or None for _, key, doc in own})
        own = sorted(own, key=lambda one: deep[one[1]])
    return _write_many(own, before, author)


def _write_many(own: list[One], before: Before, author: Author) -> list[tuple[One, DomainError]]:
    """All at once, and where something in it is refused each half for itself, down to the few
    that are asked one by one what is wrong with them. Returns the refused."""
    if len(own) <= _FEW:
        return _write_each(own, before, author)
    try:
        with transaction.atomic(), keeping.told_to_history(author), together():
            for section, key, doc in own:
                keeping.write(section, key, doc, before=before[section.key].get(key), author=author)
    except (DomainError, IntegrityError):
        forget_all()
        half = len(own) // 2
        return [
            *_write_many(own[:half], before, author),
            *_write_many(own[half:], before, author),
        ]
    return []


def _write_each(own: list[One], before: Before, author: Author) -> list[tuple[One, DomainError]]:
    refused: list[tuple[One, DomainError]] = []
    for one in own:
        section, key, doc = one
        try:
            keeping.write(section, key, doc, before=before[section.key].get(key), author=author)
        except DomainError as error:
            refused.append((one, error))
    forget_all()
    return refused
