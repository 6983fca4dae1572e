"""How many of what there are, in words."""

from __future__ import annotations

from django.utils.translation import ngettext

from desk.words import number_words


def _told(words: str, count: int) -> str:
    return words % {"count": number_words(count)}


def answers(count: int) -> str:
    """ "14 answers"."""
    return _told(ngettext("%(count)s answer", "%(count)s answers", count), count)


def complaints(count: int) -> str:
    """ "14 complaints"."""
    return _told(ngettext("%(count)s complaint", "%(count)s complaints", count), count)


def customers(count: int) -> str:
    """ "14 customers"."""
    return _told(ngettext("%(count)s customer", "%(count)s customers", count), count)


def offers(count: int) -> str:
    """ "14 offers"."""
    return _told(ngettext("%(count)s offer", "%(count)s offers", count), count)


def remedies(count: int) -> str:
    """ "14 remedies"."""
    return _told(ngettext("%(count)s remedy", "%(count)s remedies", count), count)


def points(count: int) -> str:
    """ "14 points"."""
    return _told(ngettext("%(count)s point", "%(count)s points", count), count)
