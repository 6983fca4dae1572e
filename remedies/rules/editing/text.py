"""Changing one part of a policy's text: comments, order and layout of the rest stay. Pure.

The text is the truth. Each part is found by its path (("rules", 3, "title")), its characters are
replaced, and the result is read again: where it would say anything else than was meant, the change
is refused (`NotEditable`) rather than made. New parts are written in flow style: {a: 1, b: [2]}.
"""

import json
import re
import textwrap
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from functools import lru_cache
from typing import Any

import yaml

from remedies.errors import PolicyInvalid
from remedies.rules.language.source import Path, read_source
from tickets.errors import Invalid
from tickets.money import typed_sum

#: libyaml's where it is installed: ten times as quick, with the same places.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = re.compile(r"[A-Za-z_][\w.'’ /-]*")
_CURRENCY = "£€$ \u00a0"


class NotEditable(Invalid):
    """This part can't be changed here without touching others. Change it in the YAML."""

    code = "not_editable"


class Parts:
    """Where each part of a text stands, by its path. Raises `PolicyInvalid` for what is no YAML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = read_source(text).data
        self.nodes: dict[Path, Any] = {}
        self.keys: dict[Path, yaml.ScalarNode] = {}
        node = yaml.compose(text, Loader=LOADER)
        if node is not None:
            self._gather(node, ())

    def _gather(self, node: yaml.Node, path: Path) -> None:
        self.nodes[path] = node
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self.keys[(*path, str(key.value))] = key
                self._gather(value, (*path, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._gather(item, (*path, index))

    def at(self, path: Path) -> Any:
        """The part. Raises `NotEditable` where there is none."""
        if path not in self.nodes:
            raise NotEditable(field=dotted(path))
        return self.nodes[path]

    def value(self, path: Path) -> Any:
        """The data of a part; None where there is none."""
        found = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def start(self, path: Path) -> int:
        """Where a part begins: that of a block list with its first dash."""
        return int(self.at(path).start_mark.index)

    def end(self, path: Path) -> int:
        """Where a part ends, without the comments and empty lines that follow it."""
        return self.end_of(self.at(path))

    def end_of(self, node: Any) -> int:
        """Where a node ends, as `end`."""
        if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
            end = int(node.end_mark.index)
            start = int(node.start_mark.index)
            return start + len(self.text[start:end].rstrip())
        last = node.value[-1]
        if isinstance(last, tuple):
            return max(self.end_of(last[1]), int(last[0].end_mark.index) + 1)
        return self.end_of(last)

    def snippet(self, path: Path) -> str:
        """The characters of a part, moved to the left as far as they go."""
        start, end = self.start(path), self.end(path)
        margin = " " * int(self.at(path).start_mark.column)
        return textwrap.dedent(margin + self.text[start:end])

    def line(self, path: Path) -> int:
        """The line on which a part begins, from 1; 0 where it is not there."""
        return self.text.count("\n", 0, self.start(path)) + 1 if path in self.nodes else 0

    def line_end(self, place: int) -> int:
        """The end of the line that holds a place, before its line break."""
        found = self.text.find("\n", place)
        return len(self.text) if found < 0 else found

    def line_start(self, place: int) -> int:
        """The first character of the line that holds a place."""
        return self.text.rfind("\n", 0, place) + 1


@lru_cache(maxsize=32)
def parts_of(text: str) -> Parts:
    """The parts of a text, found once; for reading. Raises `PolicyInvalid`."""
    return Parts(text)


def dotted(path: Path) -> str:
    """A path as it stands in messages, addresses and the names of fields: rules.3.title."""
    return ".".join(map(str, path))


def as_yaml(value: Any) -> str:
    """A value as YAML in one line, read back as the same."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_yaml(k)}: {as_yaml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "null"
    if isinstance(value, Decimal | int):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and not text.endswith(" ") and _reads_as(text, text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _reads_as(text: str, value: Any) -> bool:
    try:
        return bool(read_source(text).data == value)
    except PolicyInvalid:
        return False


def sum_or_name(typed: str) -> str:
    """What a person typed where a sum or the name of a value stands, as YAML: "£1,200" is 1200,
    and so is "1.200 £" where German is read."""
    plain = typed.strip()
    try:
        digits, currency = typed_sum(plain.strip(_CURRENCY))
    except ValueError:
        return as_yaml(plain)
    if not currency and re.fullmatch(r"-?\d+(\.\d+)?", digits):
        return digits
    return as_yaml(plain)


# -- changes --------------------------------------------------------------------------------------


def replace(text: str, path: Path, snippet: str) -> str:
    """The text with another value at `path`: YAML, in one line or several."""
    parts = Parts(text)
    start, end = parts.start(path), parts.end(path)
    parent = parts.nodes.get(path[:-1])
    inside_flow = parent is not None and parent.flow_style
    written = snippet.strip("\n")
    several = "\n" in written or written.lstrip().startswith("- ")
    if several and inside_flow:
        written, several = as_yaml(read_source(written).data), False
    if isinstance(path[-1], str) and not inside_flow:
        key = parts.keys[path]
        after = int(key.end_mark.index) + 1
        if "#" not in text[after:start]:
            start = min(after, start)
            margin = " " * (int(key.start_mark.column) + 2)
            written = f"\n{_moved(written, margin)}" if several else f" {written}"
    elif several:
        margin = " " * int(parts.at(path).start_mark.column)
        written = _moved(written, margin).lstrip()
    return _checked(text[:start] + written + text[end:], parts, _with(path, snippet))


def put(text: str, path: Path, snippet: str, *, order: tuple[str, ...] = ()) -> str:
    """The text with a value for a key that may not be there yet: after the last of those that go
    before it by `order`, else at the end of its mapping."""
    parts = Parts(text)
    if path in parts.nodes:
        return replace(text, path, snippet)
    mapping, key = parts.at(path[:-1]), str(path[-1])
    if not isinstance(mapping, yaml.MappingNode):
        raise NotEditable(field=dotted(path))
    written = snippet.strip("\n")
    several = "\n" in written or written.lstrip().startswith("- ")
    if mapping.flow_style:
        flow = as_yaml(read_source(written).data) if several else written
        end = parts.end(path[:-1]) - 1
        joint = ", " if mapping.value else ""
        made = f"{text[:end].rstrip()}{joint}{key}: {flow}{text[end:]}"
        return _checked(made, parts, _with(path, snippet))
    before = (
        [name for name in order[: order.index(key)] if (*path[:-1], name) in parts.nodes]
        if (key in order)
        else []
    )
    place = parts.line_end(parts.end((*path[:-1], before[-1]) if before else path[:-1]))
    margin = " " * int(mapping.start_mark.column)
    body = f"\n{_moved(written, margin + '  ')}" if several else f" {written}"
    made = f"{text[:place]}\n{margin}{key}:{body}{text[place:]}"
    return _checked(made, parts, _with(path, snippet))


def remove(text: str, path: Path) -> str:
    """The text without a key, or without an item of a list; a list that would be empty goes too."""
    parts = Parts(text)
    parent = parts.at(path[:-1])
    if isinstance(path[-1], int) and len(parent.value) == 1 and len(path) > 1:
        return remove(text, path[:-1])
    start, end = span_of(parts, path)
    return _checked(text[:start] + text[end:], parts, _without(path))


def append(text: str, path: Path, snippet: str) -> str:
    """The text with one more item at the end of a list, which is made where it is not there."""
    parts = Parts(text)
    if path not in parts.nodes:
        return put(text, path, f"[{as_yaml(read_source(snippet).data)}]")
    listed = parts.at(path)
    if not isinstance(listed, yaml.SequenceNode):
        raise NotEditable(field=dotted(path))
    end = parts.end(path)
    if listed.flow_style:
        flow = as_yaml(read_source(snippet).data)
        joint = ", " if listed.value else ""
        made = f"{text[: end - 1].rstrip()}{joint}{flow}{text[end - 1 :]}"
    else:
        margin = " " * int(listed.start_mark.column)
        body = _moved(snippet.strip("\n"), margin + "  ").lstrip()
        place = parts.line_end(end)
        made = f"{text[:place]}\n{margin}- {body}{text[place:]}"
    return _checked(made, parts, _appended(path, snippet))


def span_of(parts: Parts, path: Path) -> tuple[int, int]:
    """All that goes with a key or an item of a list: its lines, or its place between commas.

    Raises `NotEditable` for the key that an item of a list begins with.
    """
    parts.at(path)
    span = _flow_span if parts.at(path[:-1]).flow_style else _block_span
    return span(parts, path)


def _block_span(parts: Parts, path: Path) -> tuple[int, int]:
    """The lines of a key or an item that stands in a block."""
    text = parts.text
    if isinstance(path[-1], str):
        begins = int(parts.keys[path].start_mark.index)
        if text[parts.line_start(begins) : begins].strip():
            raise NotEditable(field=dotted(path))  # the first key of an item of a list
    else:
        begins = text.rindex("-", 0, parts.start(path))
    end = parts.line_end(parts.end(path))
    return parts.line_start(begins), min(end + 1, len(text))


def _flow_span(parts: Parts, path: Path) -> tuple[int, int]:
    """A key or an item between braces or brackets, with the comma that goes with it."""
    parent = parts.at(path[:-1]).value
    pairs = [one if isinstance(one, tuple) else (one, one) for one in parent]
    ends = [parts.end_of(value) for _, value in pairs]
    index = (
        path[-1] if isinstance(path[-1], int) else [str(k.value) for k, _ in pairs].index(path[-1])
    )
    start = int(pairs[index][0].start_mark.index)
    if index + 1 < len(pairs):
        return start, int(pairs[index + 1][0].start_mark.index)
    return (ends[index - 1], ends[index]) if index else (start, ends[index])


def _moved(written: str, margin: str) -> str:
    """A snippet with its left edge at a margin."""
    return textwrap.indent(textwrap.dedent(written), margin)


# -- what a change should come to ------------------------------------------------------------------

Change = Callable[[Any], None]


def _checked(made: str, before: Parts, change: Change) -> str:
    """The changed text, if it says what was meant and nothing else. Raises `NotEditable`."""
    meant = {"policy": deepcopy(before.data)}
    try:
        change(meant)
        same = read_source(made).data == meant["policy"]
    except (PolicyInvalid, KeyError, IndexError, TypeError):
        same = False
    if not same:
        raise NotEditable
    return made


def _holder(whole: Any, path: Path) -> Any:
    found = whole["policy"]
    for step in path[:-1]:
        found = found[step]
    return found


def _with(path: Path, snippet: str) -> Change:
    def change(whole: Any) -> None:
        _holder(whole, path)[path[-1]] = read_source(snippet).data

    return change


def _without(path: Path) -> Change:
    def change(whole: Any) -> None:
        del _holder(whole, path)[path[-1]]

    return change


def _appended(path: Path, snippet: str) -> Change:
    def change(whole: Any) -> None:
        _holder(whole, path)[path[-1]].append(read_source(snippet).data)

    return change


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every single value of a part, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value
