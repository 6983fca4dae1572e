"""A language in which each text of the product stands in brackets, made at test time: what a page
shows outside of them was never given to a translator.

The brackets take the place of German, whose days, months and numbers stay as they are.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.mofile import write_mo
from django.test import override_settings

from config import languages

OPEN, CLOSE = "⟪", "⟫"
LANGUAGE = "de"


def bracketed(text: str) -> str:
    """The text as a page shows it that has it from a catalogue."""
    return f"{OPEN}{text}{CLOSE}"


def write_catalogues(folder: Path) -> None:
    """Every text of the product, in brackets."""
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    for domain in languages.DOMAINS:
        catalog = languages.template(domain)
        catalog.locale = LANGUAGE
        for message in catalog:
            if message.id:
                ids = message.id
                message.string = (
                    tuple(bracketed(one) for one in ids)
                    if isinstance(ids, tuple | list)
                    else bracketed(ids)
                )
        with (place / f"{domain}.mo").open("wb") as stream:
            write_mo(stream, catalog)


def _forget_words() -> None:
    """What is kept for speed was said in another language's name."""
    for one in gc.get_objects():
        if type(one) is functools._lru_cache_wrapper:  # isinstance would wake what is lazy
            where = (one.__module__ or "").partition(".")[0]
            if where in languages.APPS:
                one.cache_clear()


@contextmanager
def in_brackets(folder: Path) -> Iterator[None]:
    """Whoever chose German reads brackets inside; `folder` keeps the catalogues."""
    write_catalogues(folder)
    _forget_words()
    try:
        with override_settings(LOCALE_PATHS=[str(folder)]):
            yield
    finally:
        _forget_words()
