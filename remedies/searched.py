"""What the search finds in the text of a policy: worked out once, by a worker, and kept.

The whole search takes about a second, too long for a request of a page. So a request has a first
look, a twentieth of the search, and asks a worker for the rest; what is found is kept by the text,
for every process. Nothing hangs on what keeps it: where it is gone, it is searched again.
"""

import datetime as dt
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.core.cache import cache

from remedies.active import compiled
from remedies.rules.checks.findings import Finding
from remedies.rules.checks.soundness import check_soundness
from remedies.rules.language.source import read_source

#: Evaluations of the first look: some hundredths of a second.
FIRST = 600
#: How long what was found is kept, in seconds; who looks again keeps it longer.
KEPT = 7 * 24 * 3600
#: After so long without an answer nobody is waited for: the request searches by itself.
PATIENCE = dt.timedelta(seconds=20)
#: While somebody was asked, nobody else is, in seconds.
_ASKED = 120


class Searched(NamedTuple):
    """What is known by now: all of it, or what a first look shows."""

    findings: tuple[Finding, ...]
    done: bool
    #: Whether a worker is to be asked for the rest.
    ask: bool = False


def flaws_of(source: str) -> tuple[Finding, ...]:
    """Everything that the whole search finds. Takes about a second, where it is not kept.

    Raises `PolicyInvalid`.
    """
    found = _kept(source)
    if found is None:
        found = _searched_whole(source)
        cache.set(_key("found", source), [one.as_kept() for one in found], KEPT)
    return found


@lru_cache(maxsize=64)
def _searched_whole(source: str) -> tuple[Finding, ...]:
    """Beside what is kept for every process: where that is gone, it is not searched again."""
    return tuple(check_soundness(read_source(source), compiled(source)))


def search(source: str, *, now: dt.datetime) -> Searched:
    """What is known of a text by `now`, without the work of the whole search.

    Who is told to `ask` has `remedies.tasks.search_policy` do it. Raises `PolicyInvalid`.
    """
    found = _kept(source)
    if found is not None:
        return Searched(found, done=True)
    mark = _key("asked", source)
    ask = cache.add(mark, now.timestamp(), _ASKED)
    asked = cache.get(mark)
    # Nothing is kept where the cache is gone, and then an answer would never be seen.
    if asked is None or now.timestamp() - asked > PATIENCE.total_seconds():
        return Searched(flaws_of(source), done=True)
    return Searched(_first_look(source), done=False, ask=bool(ask))


@lru_cache(maxsize=64)
def _first_look(source: str) -> tuple[Finding, ...]:
    """Mistakes that a first look shows. Its doubts are none yet: of a rule that was not reached in
    so short a time nothing is known."""
    found = check_soundness(read_source(source), compiled(source), budget=FIRST)
    return tuple(one for one in found if one.is_wrong)


def _kept(source: str) -> tuple[Finding, ...] | None:
    found = cache.get(_key("found", source))
    return None if found is None else tuple(Finding.from_kept(one) for one in found)


def _key(what: str, source: str) -> str:
    """By the text, and by the search itself: another release may find other things."""
    digest = hashlib.sha256(f"{_release()}\0{source}".encode()).hexdigest()
    return f"policy-search:{what}:{digest}"


@lru_cache(maxsize=1)
def _release() -> str:
    """A digest of the code that searches and evaluates."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "rules").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
