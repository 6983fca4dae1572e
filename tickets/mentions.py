"""Who is meant by "@Bob" in a note. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

# Not within a word: "ines@example.org" mentions nobody.
_AT = re.compile(r"(?<![\w.@+-])@(?=\w)")
_WORD = re.compile(r"\w[\w'’-]*")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Who is meant, by key; names that could be several; and what names nobody."""

    people: tuple[int, ...] = ()
    unclear: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nobody: tuple[str, ...] = ()


def mentions_in(text: str, people: Iterable[tuple[int, str]]) -> Mentions:
    """Who of `people` (key, name) is mentioned: by the whole name, or by the first where only one
    has it. Case does not matter."""
    by_name: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for key, name in people:
        for form in {name.casefold(), name.casefold().split(" ")[0]} - {""}:
            by_name[form].append((key, name))
    longest_first = sorted(by_name, key=len, reverse=True)
    found: list[int] = []
    unclear: dict[str, tuple[str, ...]] = {}
    nobody: list[str] = []
    for match in _AT.finditer(text):
        rest = text[match.end() : match.end() + 130].casefold()
        form = next((name for name in longest_first if _begins(rest, name)), "")
        meant = by_name.get(form, [])
        if len(meant) == 1:
            found.append(meant[0][0])
            continue
        word = _WORD.match(text, match.end())
        said = word[0] if word else ""
        if meant:
            unclear[said] = tuple(name for _, name in meant)
        elif said:
            nobody.append(said)
    return Mentions(
        tuple(dict.fromkeys(found)), tuple(unclear.items()), tuple(dict.fromkeys(nobody))
    )


def _begins(text: str, name: str) -> bool:
    """Whether the text begins with the name and not with a longer word."""
    after = text[len(name) : len(name) + 1]
    return text.startswith(name) and not (after.isalnum() or after == "_")
