"""From the text of a policy to plain data, keeping every line number and every digit. Pure.

YAML is read through PyYAML's composer, but scalars are resolved here: numbers stay exact,
`12:30` and dates stay texts, only yes/no/true/false are booleans, and a key given twice is
an error. JSON is read by the same code, being (in practice) YAML.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NoReturn

import yaml

from remedies.errors import PolicyInvalid, Problem

MOST_CHARACTERS = 500_000
#: Aliases can make a small file very large; these stop that.
MOST_NODES = 50_000
DEEPEST = 40

_NUMBER = re.compile(r"[-+]?\d{1,20}(\.\d{1,12})?")
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}
_NOTHING = {"", "~", "null"}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Plain data of a policy (dict, list, str, Decimal, bool, None) and the line of each part."""

    data: Any
    lines: dict[Path, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in a policy: what an error message points at."""

    lines: dict[Path, int] = field(default_factory=dict)
    path: Path = ()
    rule: str = ""

    def __truediv__(self, step: str | int) -> "Place":
        return Place(self.lines, (*self.path, step), self.rule)

    def of_rule(self, rule: str) -> "Place":
        """The same place, known to belong to the rule."""
        return Place(self.lines, self.path, rule)

    @property
    def line(self) -> int:
        """The line of this part, or of the nearest part around it; 0 where unknown."""
        path = self.path
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def fail(self, message: str) -> NoReturn:
        """Raise `PolicyInvalid` for this place."""
        dotted = ".".join(map(str, self.path))
        raise PolicyInvalid(Problem(message, dotted, self.line, self.rule))


class _Reader:
    """Turns composed YAML nodes into plain data, within limits."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.nodes = 0

    def read(self, node: yaml.Node, path: Path) -> Any:
        place = Place(self.lines, path)
        self.nodes += 1
        self.lines.setdefault(path, node.start_mark.line + 1)
        if self.nodes > MOST_NODES:
            place.fail("The policy is too large.")
        if len(path) > DEEPEST:
            place.fail("This is nested too deeply.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                Place(self.lines, path).fail("A key has to be a word.")
            name = str(key.value)
            self.lines[(*path, name)] = key.start_mark.line + 1
            if name in found:
                Place(self.lines, (*path, name)).fail(f"{name} is given twice.")
            found[name] = self.read(value, (*path, name))
        return found


def _scalar(node: Any) -> Any:
    text = node.value
    if node.style is not None:  # quoted or a block: always a text
        return text
    if text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    if text.lower() in _NOTHING:
        return None
    return Decimal(text) if _NUMBER.fullmatch(text) else text


def read_source(text: str) -> Source:
    """Plain data from YAML or JSON text. Raises `PolicyInvalid` with the line of the error."""
    if len(text) > MOST_CHARACTERS:
        raise PolicyInvalid(Problem("The policy is too large."))
    reader = _Reader()
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PolicyInvalid(Problem(f"This is not YAML: {error.problem}.", "", line)) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PolicyInvalid(Problem(f"This is not YAML: {error}.")) from None
    return Source(None if node is None else reader.read(node, ()), reader.lines)


def plain(value: Any) -> Any:
    """JSON data with numbers as JSON numbers, for the schema and for showing."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def items(raw: Any, at: Place, what: str) -> Iterator[tuple[Any, Place]]:
    """Each item of a list with its place; an error where it is no list."""
    if not isinstance(raw, list):
        at.fail(f"{what} should be a list.")
    for index, item in enumerate(raw):
        yield item, at / index


def text_of(raw: Any, at: Place, what: str) -> str:
    """A text, a number or a date as text; an error where it is neither."""
    if isinstance(raw, Decimal):
        return str(raw)
    if not isinstance(raw, str) or not raw.strip():
        at.fail(f"{what} should be a text.")
    return " ".join(raw.split())


def keys_of(raw: Any, at: Place, what: str, known: frozenset[str]) -> dict[str, Any]:
    """A mapping with known keys only; the error names the nearest right one."""
    if not isinstance(raw, dict):
        at.fail(f"{what} should be a mapping with {', '.join(sorted(known))}.")
    for key in raw:
        if key not in known:
            (at / key).fail(f"{what} knows no {key}.{nearest(key, known)}")
    return raw


def nearest(word: str, known: Any) -> str:
    """ " Did you mean …?" for the most similar known word, or nothing."""
    found = get_close_matches(word, [str(name) for name in known], n=1, cutoff=0.6)
    return f" Did you mean {found[0]}?" if found else ""
