"""From the text of a policy to plain data, keeping every line number and every digit. Pure.

YAML is read through PyYAML's composer, but scalars are resolved here: numbers stay exact,
`12:30` and dates stay texts, only yes/no/true/false are booleans, and a key given twice is
an error. JSON is read by the same code, being (in practice) YAML.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

import yaml

from remedies.errors import PolicyInvalid, Problem
from remedies.rules.language.meant import nearest

MOST_CHARACTERS = 500_000
#: Aliases can make a small file very large; these stop that.
MOST_NODES = 50_000
DEEPEST = 40

_NUMBER = re.compile(r"[-+]?[0-9]{1,20}(\.[0-9]{1,12})?([eE][-+]?[0-9]{1,2})?")
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}
_NOTHING = {"", "~", "null"}
_TAGS = frozenset(
    {"str", "int", "float", "bool", "null", "timestamp", "seq", "map", "value", "merge"}
)

Path = tuple[str | int, ...]
Read = TypeVar("Read")


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

    def problem(self, message: str) -> Problem:
        """What is wrong at this place."""
        return Problem(message, ".".join(map(str, self.path)), self.line, self.rule)

    def fail(self, message: str) -> NoReturn:
        """Raise `PolicyInvalid` for this place."""
        raise PolicyInvalid(self.problem(message))


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
        if node.tag.rpartition(":")[2] not in _TAGS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            place.fail(f"The tag {tag} is not used here; write the value alone.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
        return _scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                Place(self.lines, path).fail("A key has to be a word.")
            name = _printable(str(key.value), Place(self.lines, path))
            if name == "<<":
                place = Place(self.lines, path)
                place.fail("<< is not used here; an anchor stands for a whole value: *name.")
            self.lines[(*path, name)] = key.start_mark.line + 1
            if name in found:
                Place(self.lines, (*path, name)).fail(f"{name} is given twice.")
            found[name] = self.read(value, (*path, name))
        return found


def _printable(text: str, at: Place) -> str:
    """The text, with halves of characters (as JSON escapes them) put together."""
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\ufffd" in text or any(sign < " " and sign not in "\n\t\r" for sign in text):
        at.fail("There is a character in it that can't be printed.")
    return text


def _scalar(node: Any, at: Place) -> Any:
    text = _printable(node.value, at)
    if node.style is not None:  # quoted or a block: always a text
        return text
    # YAML itself knows these as other things; with this tag somebody said that it is a text.
    plain_text = _NUMBER.fullmatch(text) and "e" not in text.lower()
    if node.tag.endswith(":str") and (plain_text or text.lower() in {*_BOOLEANS, *_NOTHING}):
        return text
    if text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    if text.lower() in _NOTHING:
        return None
    return Decimal(text) if _NUMBER.fullmatch(text) else text


def read_source(text: str) -> Source:
    """Plain data from YAML or JSON text. Raises `PolicyInvalid` with the line of the error."""
    if len(text) > MOST_CHARACTERS:
        said = f"The policy is too large: {len(text):,} characters of at most {MOST_CHARACTERS:,}."
        raise PolicyInvalid(Problem(said))
    reader = _Reader()
    node = _composed(_as_yaml(text))
    return Source(None if node is None else reader.read(node, ()), reader.lines)


def _as_yaml(text: str) -> str:
    """JSON as YAML takes it: that has no tabs between words, and knows no halves of characters."""
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "[") and "\t" in text:
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return text
        return text.replace("\t", " ")
    return text


class _Loader(yaml.SafeLoader):
    """Stops at what is nested too deeply as soon as it gets there, and knows on which line."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """One node; raises `PolicyInvalid` for one inside too many others."""
        self._depth += 1
        if self._depth > DEEPEST + 1:
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
            raise PolicyInvalid(Problem("This is nested too deeply.", "", line))
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


@lru_cache(maxsize=8)
def _composed(text: str) -> yaml.Node | None:
    """The nodes of a text. Raises `PolicyInvalid` with the line."""
    try:
        found: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        said = (
            f"This is not YAML: {error.problem or error.context}.{_hint(text, line, error.problem)}"
        )
        if plainly := _plainly(text, error):
            line, said = plainly
        raise PolicyInvalid(Problem(said, "", line)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        said = f"This is not YAML: a character that can't be printed, {error.character!r}."
        raise PolicyInvalid(Problem(said, "", line)) from None
    except RecursionError:
        raise PolicyInvalid(Problem("This is nested too deeply.")) from None
    except (yaml.YAMLError, ValueError) as error:
        words = " ".join(str(error).split())
        raise PolicyInvalid(Problem(f"This is not YAML: {words}.")) from None
    return found


_WITHOUT_COLON = re.compile(r"\s*(?:- )?([A-Za-z_][\w.-]*)(?: +(\S.*))?")


def _plainly(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str] | None:
    """The line and the words for a colon that is missing, or an indentation that is another."""
    lines, mark = text.splitlines(), error.problem_mark
    if mark is None or not mark.line < len(lines):
        return None
    above = next((n for n in range(mark.line - 1, -1, -1) if _is_written(lines[n])), None)
    if above is None:
        return None
    problem, before = error.problem or "", lines[above]
    bare = _WITHOUT_COLON.fullmatch(before)
    if error.context == "while scanning a simple key" and error.context_mark is not None:
        above = error.context_mark.line
        bare = _WITHOUT_COLON.fullmatch(lines[above])
    elif "mapping values" in problem and lines[mark.line].find(":") != mark.column:
        return None
    if bare and ("mapping values" in problem or "could not find expected ':'" in problem):
        return (
            above + 1,
            f"This is not YAML: a colon is missing: {bare[1]}: {bare[2] or '…'}".strip(),
        )
    there = _indent(lines[mark.line])
    if "block" in problem and ":" in lines[mark.line] and there != _indent(before):
        near = _indent(before)
        return mark.line + 1, (
            f"This is not YAML: this line begins {there} {_spaces(there)} in; "
            f"the one above begins {near} in."
        )
    return None


def _is_written(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    """How far in the words of a line begin; the dash of a list is no word."""
    return len(line) - len(re.sub(r"^\s*(?:- +)*", "", line))


def _spaces(count: int) -> str:
    return "space" if count == 1 else "spaces"


def _hint(text: str, line: int, problem: str | None) -> str:
    """What most often lies behind an error of YAML at that line."""
    lines = text.splitlines()
    there = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in there:
        return " Indent with spaces, not with tabs."
    if there.count(": ") > 1 and "{" not in there:
        return " A text with a colon in it needs quotes."
    if problem and problem.startswith("expected ',' or") and not problem.endswith("stream end>'"):
        return " Inside brackets, a text with a question mark, comma or bracket in it needs quotes."
    return ""


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


def each_read(
    parts: Iterable[tuple[Any, Place]], reader: Callable[[Any, Place], Read]
) -> list[Read]:
    """What each part is, read by `reader`. Where some are wrong, all of their problems are told
    at once: raises `PolicyInvalid`."""
    found: list[Read] = []
    wrong: list[PolicyInvalid] = []
    for raw, place in parts:
        try:
            found.append(reader(raw, place))
        except PolicyInvalid as error:
            wrong.append(error)
    if wrong:
        # Perhaps without a problem: what it names is wrong, and was told there.
        raise PolicyInvalid(*(problem for error in wrong for problem in error.problems))
    return found


def written(raw: Any) -> str:
    """A value as it stands in a policy, in one line."""
    if isinstance(raw, dict):
        return "{" + ", ".join([f"{key}: {written(inner)}" for key, inner in raw.items()]) + "}"
    if isinstance(raw, list):
        return "[" + ", ".join(map(written, raw)) + "]"
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return "nothing" if raw is None else str(raw)


def short(raw: Any) -> str:
    """A value for an error message, cut where it is long."""
    said = written(plain(raw))
    return said if len(said) <= 60 else f"{said[:60]}…"


def text_of(raw: Any, at: Place, what: str) -> str:
    """A text, a number or a date as text; an error where it is neither."""
    if raw is None:
        at.fail(f"{what} is needed here.")
    if isinstance(raw, Decimal):
        return f"{raw:f}" if abs(raw.adjusted()) < 30 else str(raw)
    if isinstance(raw, bool):
        at.fail(f"{what} should be a text. A word such as yes, no, true or false needs quotes.")
    if not isinstance(raw, str) or not raw.strip():
        at.fail(f"{what} should be a text.")
    return " ".join(raw.split())


def word_at(raw: dict[str, Any], key: str, at: Place, otherwise: str = "") -> str:
    """The text behind a key, in one line; `otherwise` where there is none."""
    return otherwise if raw.get(key) is None else text_of(raw[key], at / key, key)


def prose_at(raw: dict[str, Any], key: str, at: Place) -> str:
    """The text behind a key as it is written, with its lines; nothing where there is none."""
    found = raw.get(key)
    if isinstance(found, str):
        return found.strip()
    return word_at(raw, key, at)


def keys_of(raw: Any, at: Place, what: str, known: frozenset[str]) -> dict[str, Any]:
    """A mapping with known keys only; the error names the nearest right one."""
    if not isinstance(raw, dict):
        at.fail(f"{what} should be a mapping with {', '.join(sorted(known))}.")
    for key in raw:
        if key not in known:
            (at / key).fail(f"{what} knows no {key}.{nearest(key, known)}")
    return raw
