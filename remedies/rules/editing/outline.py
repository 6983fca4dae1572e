"""What a policy's text holds, rule by rule, as it is listed beside an editor. Pure.

Works on texts with mistakes, as long as they are YAML. Rules are grouped by the comments that
stand above them; where there are none, by what they give.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from remedies.rules.editing.grids import Grid, Reader, grids_in
from remedies.rules.editing.ordering import in_order
from remedies.rules.editing.text import NotEditable, Parts, append, as_yaml, put, span_of
from remedies.rules.language.source import Path, read_source
from tickets.saying import gettext_noop

#: Lists of a policy whose items are chosen one by one, with the word that each begins with.
LISTS = {"rules": "rule", "exclusions": "exclusion", "caps": "cap", "set_offs": "set_off"}
#: What else a policy says, part by part: facts, values and cases, each with its heading.
SAID = {
    "facts": ("fact", gettext_noop("Facts")),
    "values": ("value", gettext_noop("Values")),
    "cases": ("case", gettext_noop("Cases")),
}
#: The name of the item that is the head of the policy.
HEAD = "Policy"
_HEADINGS = {
    "apology": gettext_noop("Apology and putting right"),
    "callback": gettext_noop("Apology and putting right"),
    "expedite": gettext_noop("Apology and putting right"),
    "replacement": gettext_noop("Apology and putting right"),
    "refund": gettext_noop("Money back"),
    "compensation": gettext_noop("Compensation"),
    "credit": gettext_noop("Credit"),
    "upgrade": gettext_noop("Gifts and upgrades"),
    "gift": gettext_noop("Gifts and upgrades"),
}
_LISTED = {
    "exclusions": gettext_noop("Exclusions"),
    "caps": gettext_noop("Caps"),
    "set_offs": gettext_noop("Set-offs"),
}
_COMMENT = re.compile(r"\s*#\s?(.*)")
_LONGEST_HEADING = 60


@dataclass(frozen=True, slots=True)
class Item:
    """A rule, an exclusion, a cap or a set-off, or another part of the policy: its name and title,
    and the lines that it takes, from 1."""

    path: Path
    word: str
    name: str
    title: str
    heading: str
    first: int
    last: int
    owed: bool = False

    @property
    def part(self) -> str:
        """The list that it stands in; empty for the head of the policy."""
        return str(self.path[0]) if self.path else ""

    @property
    def ruled(self) -> bool:
        """Whether it is a rule, an exclusion, a cap or a set-off."""
        return self.part in LISTS


def items_of(parts: Parts) -> tuple[Item, ...]:
    """Every rule, exclusion, cap and set-off, in the order in which they are written."""
    return tuple(item for part in LISTS for item in _items(parts, part))


def _items(parts: Parts, part: str) -> Iterator[Item]:
    listed = parts.value((part,))
    heading = _LISTED.get(part, "")
    headed = part == "rules" and _is_headed(parts, listed)
    for index, raw in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(raw, dict):
            continue
        path: Path = (part, index)
        first, last = lines_of(parts, path)
        if headed:
            heading = _comment_above(parts, first) or heading
        elif part == "rules":
            heading = _HEADINGS.get(str(raw.get("gives")), gettext_noop("Rules"))
        word = LISTS[part]
        name = str(raw.get(word) or f"{word} {index + 1}")
        title = str(raw.get("title") or raw.get("reason") or name)
        yield Item(path, word, name, title, heading, first, last, raw.get("owed") is True)


def said_of(parts: Parts) -> tuple[Item, ...]:
    """The head of the policy, its facts, values and cases: what rules are written with."""
    if not isinstance(parts.data, dict):
        return ()
    found = [
        Item(
            (),
            "policy",
            HEAD,
            gettext_noop("Currency, dates, groups"),
            gettext_noop("The policy"),
            1,
            1,
        )
    ]
    for part, (word, heading) in SAID.items():
        whole = parts.value((part,))
        listed = list(whole) if isinstance(whole, dict) else []
        if isinstance(whole, list):
            listed = [index for index, raw in enumerate(whole) if isinstance(raw, dict)]
        for key in listed:
            raw = parts.value((part, key))
            told = raw if isinstance(raw, dict) else {}
            name = f"{word} {key + 1 if isinstance(key, int) else key}"
            title = str(told.get("title") or (told.get("case") if word == "case" else "") or key)
            first, last = lines_of(parts, (part, key))
            found.append(Item((part, key), word, name, title, heading, first, last))
    return tuple(found)


def item_called(parts: Parts, name: str) -> Item | None:
    """The item of that name, a rule before anything else; None where there is none."""
    return next((one for one in (*items_of(parts), *said_of(parts)) if one.name == name), None)


def _is_headed(parts: Parts, listed: Any) -> bool:
    """Whether the first rule has a comment above it, so that comments are headings here."""
    if not isinstance(listed, list) or not listed:
        return False
    return bool(_comment_above(parts, lines_of(parts, ("rules", 0))[0]))


def _comment_above(parts: Parts, line: int) -> str:
    """The line of comment directly above a line, if it is short enough for a heading."""
    lines = parts.text.split("\n")
    found = _COMMENT.fullmatch(lines[line - 2]) if line > 1 else None
    words = found[1].strip() if found else ""
    return words if len(words) <= _LONGEST_HEADING else ""


def lines_of(parts: Parts, path: Path) -> tuple[int, int]:
    """The first and the last line of a part, from 1."""
    try:
        start, end = span_of(parts, path)
        end = start + len(parts.text[start:end].rstrip())
    except NotEditable:
        start, end = parts.start(path), parts.end(path)
    return parts.text.count("\n", 0, start) + 1, parts.text.count("\n", 0, end) + 1


def names_in(raw: Any) -> frozenset[str]:
    """Every text of a part: the names that it may speak of are among them."""
    if isinstance(raw, dict):
        return frozenset().union(*(names_in(inner) for inner in raw.values()))
    if isinstance(raw, list):
        return frozenset().union(*(names_in(inner) for inner in raw))
    return frozenset({raw}) if isinstance(raw, str) else frozenset()


def values_behind(parts: Parts, path: Path) -> tuple[str, ...]:
    """The derived values that a part speaks of, and those behind them, nearest first."""
    values = parts.value(("values",))
    if not isinstance(values, dict):
        return ()
    found: list[str] = []
    waiting = [parts.value(path)]
    while waiting:
        said = names_in(waiting.pop(0))
        for name in values:
            if name in said and name not in found:
                found.append(name)
                waiting.append(values[name])
    return tuple(found)


def grids_of(reader: Reader, path: Path) -> tuple[Grid, ...]:
    """The matrices and tables by which a part works: its own, then those of the values it reads."""
    own = list(grids_in(reader, path))
    for name in values_behind(reader.parts, path):
        own += grids_in(reader, ("values", name))
    # A matrix says more than a table, and what nobody ordered is looked at last.
    return tuple(sorted(map(in_order, own), key=lambda grid: not grid.across.name))


def changed_items(before: Parts | None, after: Parts) -> frozenset[str]:
    """Names of the items that say something else than before, or read a value that does."""
    if before is None:
        return frozenset()
    old = {(item.part, item.name): item for item in items_of(before)}
    moved = _changed_values(before, after)
    found = set()
    for item in items_of(after):
        was = old.get((item.part, item.name))
        same = was is not None and before.value(was.path) == after.value(item.path)
        if not same or moved & set(values_behind(after, item.path)):
            found.add(item.name)
    return frozenset(found)


def _changed_values(before: Parts, after: Parts) -> frozenset[str]:
    old, new = before.value(("values",)), after.value(("values",))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return frozenset()
    return frozenset(name for name in new if old.get(name) != new[name])


def new_rule(parts: Parts) -> tuple[str, str]:
    """The name and the text of a rule to begin with, one that no other has."""
    name = _free(parts, "N")
    return name, f"rule: {name}\ntitle: New rule\ngives: credit\namount: 10"


def _free(parts: Parts, letter: str) -> str:
    taken = {item.name for item in items_of(parts)}
    return next(f"{letter}-{n}" for n in range(1, len(taken) + 2) if f"{letter}-{n}" not in taken)


#: What may be added.
NEW = ("rule", "exclusion", "cap", "set_off", "fact", "value", "case")


def with_new(text: str, word: str) -> tuple[str, str]:
    """The text with one more rule, exclusion, cap, set-off, fact, value or case, and its name.

    Raises `NotEditable` where the text has no place for it, `PolicyInvalid` for what is no YAML.
    """
    parts = Parts(text)
    if word == "rule":
        name, snippet = new_rule(parts)
        return append(text, ("rules",), snippet), name
    if word in ("fact", "value"):
        whole = parts.value((f"{word}s",))
        taken = whole if isinstance(whole, dict) else {}
        key = next(f"new_{n}" for n in range(1, len(taken) + 2) if f"new_{n}" not in taken)
        plain = "number" if word == "fact" else "0"
        if taken:
            return put(text, (f"{word}s", key), plain), f"{word} {key}"
        return put(text, (f"{word}s",), f"{{{key}: {plain}}}", order=_PARTS), f"{word} {key}"
    if word == "case":
        listed = parts.value(("cases",))
        number = len(listed) + 1 if isinstance(listed, list) else 1
        made = append(text, ("cases",), "case: New case\nfacts: {}\nexpect: {eligible: no}")
        return made, f"case {number}"
    kinds = [raw.get("gives") for raw in parts.value(("rules",)) or () if isinstance(raw, dict)]
    kind = kinds[0] if kinds else "credit"
    said = {
        "exclusion": ("X", f"when: no\nreason: Why nothing is given.\ncovers: [{kind}]"),
        "cap": ("C", f"title: New cap\ncovers: [{kind}]\nat_most: 1000"),
        "set_off": ("S", f"title: Paid elsewhere\npaid: 0\ncovers: [{kind}]"),
    }
    letter, rest = said[word]
    name = _free(parts, letter)
    return _appended(text, f"{word}s", f"{word}: {name}\n{rest}"), name


#: Parts of a policy in the order in which they are written.
_PARTS = ("facts", "values", "exclusions", "groups", "rules", "caps", "set_offs", "cases")


def _appended(text: str, part: str, snippet: str) -> str:
    if (part,) in Parts(text).nodes:
        return append(text, (part,), snippet)
    return put(text, (part,), f"[{as_yaml(read_source(snippet).data)}]", order=_PARTS)
