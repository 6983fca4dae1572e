"""What a web server loads before it forks, so that no reader waits for it."""

import gc
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation.trans_real import translation

#: New objects after which the youngest are looked through. A page makes some ten thousand that
#: are gone with it; Python's usual 700 has each of them looked at many times.
_YOUNG = 20_000
#: More texts than the product has.
_WORDS = 20_000


def warm() -> None:
    """Load every address and its view, then set all that was loaded aside.

    Of a process's objects nearly all are code and settings, which stay. Python would look through
    them again and again for garbage: some 140 ms in the middle of every twentieth page. Those set
    aside are not looked at, nor copied by the processes that fork.
    """
    from django.urls import get_resolver

    _walk(get_resolver())
    keep_words()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 10)


def keep_words() -> None:
    """Have each language remember what it found for a text. A page says a thousand words, and an
    English one is in no catalogue: it would be looked for in that of each app, twice."""
    for code, _name in settings.LANGUAGES:
        catalogue: Any = translation(code)
        catalogue.gettext = lru_cache(maxsize=_WORDS)(catalogue.gettext)


def _walk(resolver: Any) -> None:
    for pattern in getattr(resolver, "url_patterns", ()):
        _walk(pattern)
