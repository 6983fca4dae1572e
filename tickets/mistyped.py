"""What was probably meant by words that nothing holds: "refund" for "refnud".

PostgreSQL gives the words that have some of the letters in the same order; which of them is
nearest is told by the slips that lie between, of which a transposition is one.
"""

from __future__ import annotations

import re
import unicodedata

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection

from tickets.models import SearchWord

#: So many candidates are compared.
_CANDIDATES = 300
#: Letters from which on a word is worth a guess, and two slips are likely.
_SHORTEST, _LONG = 5, 8
_THRESHOLD = "SELECT set_config('pg_trgm.similarity_threshold', %s, false)"


def slips(one: str, other: str) -> int:
    """How many letters were left out, added, mistaken or swapped with the next. Pure.

    The distance of Damerau and Levenshtein, with each pair swapped once ("optimal string
    alignment").
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, mine in enumerate(one, 1):
        row = [i]
        for j, theirs in enumerate(other, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (mine != theirs))
            swapped = i > 1 and j > 1 and mine == other[j - 2] and one[i - 2] == theirs
            row.append(min(least, before[j - 2] + 1) if swapped else least)
        before, last = last, row
    return last[-1]


def meant_by(text: str) -> str:
    """The text with what no ticket holds replaced by the nearest word that some do; "" where
    nothing is near. Three queries for each such word."""
    changed = False

    def nearest(match: re.Match[str]) -> str:
        nonlocal changed
        word = _meant(_plain(match[0]))
        changed = changed or word != ""
        return word or match[0]

    found = re.sub(rf"[^\W\d_]{{{_SHORTEST},30}}", nearest, text)
    return found if changed else ""


def _plain(word: str) -> str:
    """As words are kept: in lower case, without accents."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


def _likeness(letters: int) -> float:
    """How alike to the right one a word of so many letters still is. Of its letters + 1 trigrams
    two that are swapped change four; in a long word two slips change three each."""
    same = letters - 3 if letters < _LONG else letters - 5
    return same / (2 * (letters + 1) - same) - 0.02


def _meant(word: str) -> str:
    """The nearest word to one that nothing holds; "" where it is held, or nothing is near."""
    if SearchWord.objects.filter(word__startswith=word).exists():
        return ""
    with connection.cursor() as cursor:  # what the index of words goes by
        cursor.execute(_THRESHOLD, [f"{_likeness(len(word)):.3f}"])
    alike = SearchWord.objects.filter(word__trigram_similar=word)
    nearest = alike.annotate(likeness=TrigramSimilarity("word", word)).order_by("-likeness", "word")
    some = nearest.values_list("word", flat=True)[:_CANDIDATES]
    most = 2 if len(word) >= _LONG else 1
    ranked = sorted((slips(word, one), place, one) for place, one in enumerate(some))
    return ranked[0][2] if ranked and ranked[0][0] <= most else ""
