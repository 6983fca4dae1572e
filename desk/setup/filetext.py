"""The text of a file: YAML or JSON as plain values, with the line on which each stands.

What would mean more than it shows is refused: a word that stands twice, and references to other
places, with which a short file can be made endless.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from typing import Any

import yaml
from django.utils.translation import gettext
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from desk.setup.errors import SetupInvalid


class Content(dict[str, Any]):
    """What a file says, and its lines: {"sections.teams.home": 4}."""

    lines: Mapping[str, int]

    def line_of(self, place: str) -> int:
        """The line of a place, or of the nearest around it; 0 where none is known."""
        while place and place not in self.lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        return self.lines.get(place, 0)


class _Once:
    """Each word of a mapping once."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's own
        """As it is, but each word once."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)  # type: ignore[attr-defined]
            if isinstance(key, Hashable) and key in seen:
                told = gettext("“%(key)s” stands here twice") % {"key": key}
                raise ConstructorError(None, None, told, key_node.start_mark)
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)  # type: ignore[misc]


class _Loader(_Once, yaml.SafeLoader):
    """Plain values, each word once, and no references."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """As it is, but no alias."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            told = gettext("references such as *%(name)s are not read; write it out here")
            raise ComposerError(None, None, told % {"name": event.anchor}, event.start_mark)
        return super().compose_node(parent, index)


class _Refused(Exception):
    """The quick reader does not go on: the other one reads it, and has the words for a slip."""


#: The reader in C, several times as quick; where PyYAML was built without it, the other one.
_Quick = type("_Quick", (_Once, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), {})


def content_of(text: str) -> Content:
    """The content of a file. Raises `SetupInvalid`, with the line of a slip."""
    try:
        data, lines = _json(text) if text.lstrip().startswith("{") else _yaml(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else getattr(error, "lineno", 0)
        where = gettext("line %(line)s") % {"line": line} if line else ""
        told = (
            getattr(error, "problem", None)
            or getattr(error, "msg", None)
            or gettext("it can't be read")
        )
        raise SetupInvalid(
            [(where, gettext("This is neither YAML nor JSON: %(told)s.") % {"told": told})]
        ) from error
    if not isinstance(data, dict):
        raise SetupInvalid([("", gettext("A file begins with “amends: 1” and “sections:”."))])
    found = Content(data)
    found.lines = lines
    return found


def value_of(text: str) -> Any:
    """What YAML of a field says, read as a file is. Raises `YAMLError`, `ValueError`."""
    return yaml.load(text, _Loader)  # noqa: S506 - it is a safe one


def _yaml(text: str) -> tuple[Any, dict[str, int]]:
    try:
        return _loaded(_Quick(text))
    except (yaml.YAMLError, _Refused):
        return _loaded(_Loader(text))


def _loaded(loader: Any) -> tuple[Any, dict[str, int]]:
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}
        lines: dict[str, int] = {}
        _note(node, "", lines, set())
        return loader.construct_document(node), lines
    finally:
        loader.dispose()


def _note(node: yaml.Node, at: str, lines: dict[str, int], met: set[int]) -> None:
    """Lines of everything below a node. Raises `_Refused` where one stands in two places."""
    if id(node) in met:
        raise _Refused
    met.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = f"{at}.{key.value}" if at else str(key.value)
            lines[place] = key.start_mark.line + 1
            _note(value, place, lines, met)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[f"{at}[{index}]"] = value.start_mark.line + 1
            _note(value, f"{at}[{index}]", lines, met)


def _json(text: str) -> tuple[Any, dict[str, int]]:
    """As JSON has it: its lines tell less, since such files are written by machines."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                told = gettext("“%(key)s” stands here twice") % {"key": key}
                raise SetupInvalid([("", told)])
            found[key] = value
        return found

    return json.loads(text, object_pairs_hook=once), {}
