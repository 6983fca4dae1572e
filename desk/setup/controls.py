"""Fields as controls of a page, and what was sent back as a document.

No Django forms: the sections check documents, wherever they come from, so a form only has to show
a document and to read one, mistakes and all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from desk.setup.compound import DAY_WORDS, Group, Hours, Rows
from desk.setup.fields import MOST, Choice, Data, Field, Flag, Sum, Text, Whole, Words, told
from desk.setup.section import Doc

#: Of places in what was refused: the field, the line and the rest.
_PLACE = re.compile(r"^(?P<name>[^.\[]+)(?:[\[.](?P<line>\d+)\]?)?\.?(?P<rest>.*)$")
#: Choices of more than so many are typed, with suggestions, where they stand in a table.
_TYPED = 12


@dataclass(frozen=True)
class Control:
    """One control, with what stands in it and what is wrong with that."""

    kind: str
    name: str
    label: str
    help: str = ""
    value: Any = ""
    required: bool = False
    locked: bool = False
    options: Sequence[tuple[str, str]] = ()
    rows: int = 0
    limit: int = 0
    parts: Sequence[Control] = ()
    #: Of a table: the controls of each line, and its heads.
    lines: Sequence[Sequence[Control]] = ()
    heads: Sequence[tuple[str, str, str]] = ()
    errors: list[str] = field(default_factory=list)
    #: Of a cell: whether it is what was refused.
    wrong: bool = False

    @property
    def id(self) -> str:
        """Of the element."""
        return "f-" + re.sub(r"[^a-zA-Z0-9]+", "-", self.name)

    @property
    def suggested(self) -> str:
        """Of the list of suggestions that cells of a column share."""
        return re.sub(r"-\d+-", "-", f"{self.id}-list")


def controls_of(
    fields: Sequence[Field],
    doc: Mapping[str, Any],
    *,
    locked: frozenset[str] = frozenset(),
    problems: Sequence[tuple[str, str]] = (),
    spare: int = 0,
) -> list[Control]:
    """The controls of a document, each with what was refused of it."""
    by_field, places = _sorted(problems)
    found = []
    for one in fields:
        control = _control(one, one.name, doc.get(one.name), places, spare=spare)
        control.errors.extend(by_field.get(one.name, ()))
        held = {**vars(control), "locked": one.name in locked}
        found.append(Control(**held))
    return found


def others(problems: Sequence[tuple[str, str]], fields: Sequence[Field]) -> list[str]:
    """What was refused of no field in particular."""
    names = {one.name for one in fields}
    return [words if not place else f"{place}: {words}" for place, words in problems
            if _PLACE.sub(r"\g<name>", place or "") not in names]  # fmt: skip


def _sorted(problems: Sequence[tuple[str, str]]) -> tuple[dict[str, list[str]], set[str]]:
    by_field: dict[str, list[str]] = {}
    places = set()
    for place, words in problems:
        match = _PLACE.match(place or "")
        if match is None:
            continue
        where = (
            ""
            if match["line"] is None
            else gettext("line %(line)s") % {"line": int(match["line"]) + 1}
        )
        where = ", ".join(filter(None, (where, match["rest"].lstrip("."))))
        told = f"{where[:1].upper()}{where[1:]}: {words}" if where else words
        by_field.setdefault(match["name"], []).append(told)
        places.add(re.sub(r"[\[.](\d+)\]?", r".\1", place))
    return by_field, places


def _control(one: Field, name: str, value: Any, places: set[str], *, spare: int = 0) -> Control:
    base: dict[str, Any] = {
        "name": name, "label": told(one.label), "help": told(one.help), "required": one.required,
        "wrong": name in places, "value": one.show(value),
    }  # fmt: skip
    if isinstance(one, Flag):
        return Control(kind="flag", **{**base, "value": bool(value)})
    if isinstance(one, Choice):
        return _choice(one, base, value)
    if isinstance(one, Words) and one.boxes and one.options:
        return Control(kind="boxes", options=one.options(), **base)
    if isinstance(one, Hours):
        shown = one.show(value)
        parts = [Control("line", f"{name}.{day}", told(words), value=shown[day],
                         wrong=f"{name}.{day}" in places)
                 for day, words in DAY_WORDS.items()]  # fmt: skip
        return Control(kind="hours", parts=parts, **base)
    if isinstance(one, Group):
        held = value if isinstance(value, Mapping) else {}
        parts = [_control(part, f"{name}.{part.name}", held.get(part.name), places)
                 for part in one.fields]  # fmt: skip
        return Control(kind="group", parts=parts, **base)
    if isinstance(one, Rows):
        return _table(one, name, value, places, base, spare=spare)
    rows = one.rows if isinstance(one, Text | Data) else 0
    kind = "text" if rows > 1 else "line"
    kind = "code" if isinstance(one, Data) and rows > 1 else kind
    limit = one.limit if isinstance(one, Text) else 0
    kind = "number" if isinstance(one, Whole | Sum) else kind
    return Control(kind=kind, rows=rows, limit=limit, **base)


def _choice(one: Choice, base: dict[str, Any], value: Any) -> Control:
    options = list(one.options())
    if not one.required or not value:
        options.insert(0, ("", told(one.blank) if not one.required else gettext("Choose one")))
    if value and value not in {key for key, _ in options}:
        options.append((value, str(value)))
    return Control(kind="choice", options=options, **base)


def _table(
    one: Rows, name: str, value: Any, places: set[str], base: dict[str, Any], *, spare: int
) -> Control:
    columns = list(one.columns)
    if one.rest:
        columns.append(_Rest(name="", label=gettext("More"), help=one.rest, rows=1))
    held = [item if isinstance(item, Mapping) else {} for item in value or ()]
    # A new line begins with what holds where nothing is said.
    empty = {column.name: column.default for column in one.columns}
    lines = []
    options: dict[str, Sequence[tuple[str, str]]] = {}
    for index in range(len(held) + one.spare + spare):
        item = held[index] if index < len(held) else empty
        rest = {key: v for key, v in item.items() if key not in empty}
        cells = []
        for column in columns:
            at = f"{name}.{index}.{column.name}"
            shown = rest if column.name == "" else item.get(column.name)
            cells.append(_cell(column, at, shown, places, options))
        lines.append(cells)
    # What else a line may say is said by its own words, which are the same in every language.
    heads = [
        (
            told(column.label),
            told(column.help) if column.name else "",
            "" if column.name else one.rest,
        )
        for column in columns
    ]
    return Control(kind="table", lines=lines, heads=heads, **{**base, "value": len(held)})


class _Rest(Data):
    """The last column: what has no column of its own."""

    def show(self, value: Any) -> Any:
        bad = value.get("") if isinstance(value, Mapping) else None
        return bad.text if bad is not None else super().show(value)


def _cell(column: Field, at: str, value: Any, places: set[str], known: dict[str, Any]) -> Control:
    if isinstance(column, Choice):
        if column.name not in known:
            known[column.name] = list(column.options())
        options = known[column.name]
        kind = "typed" if column.open and len(options) > _TYPED else "choice"
        if kind == "choice":
            options = [("", told(column.blank)), *options]
            if value and value not in {key for key, _ in options}:
                options = [*options, (value, str(value))]
        return Control(kind, at, told(column.label), value=value or "", options=options,
                       wrong=at in places)  # fmt: skip
    if isinstance(column, Flag):
        return Control("flag", at, told(column.label), value=bool(value))
    return Control("line", at, told(column.label), value=column.show(value), wrong=at in places)


# -- and back -------------------------------------------------------------------------------------


def typed(one: Field, sent: QueryDict, name: str) -> Any:
    """What was sent for a field, as its `read` takes it."""
    if isinstance(one, Flag):
        return name in sent
    if isinstance(one, Words) and one.boxes:
        return sent.getlist(name)
    if isinstance(one, Hours):
        return {day: sent.get(f"{name}.{day}", "") for day in DAY_WORDS}
    if isinstance(one, Group):
        return {part.name: typed(part, sent, f"{name}.{part.name}") for part in one.fields}
    if isinstance(one, Rows):
        lines, index = [], 0
        while f"{name}.{index}" in sent and index < MOST + 100:
            line = {c.name: typed(c, sent, f"{name}.{index}.{c.name}") for c in one.columns}
            if one.rest:
                line[""] = sent.get(f"{name}.{index}.", "")
            lines.append(line)
            index += 1
        return [line for line in lines if _said(one, line)]
    return sent.get(name, "").replace("\x00", "")


def _said(one: Rows, line: Mapping[str, Any]) -> bool:
    """Whether a line was filled in: what stands there from the start says nothing."""
    usual = {column.name: column.show(column.default) for column in one.columns}
    return any(value and value != usual.get(name) for name, value in line.items()
               if not isinstance(value, bool))  # fmt: skip


def document_in(
    fields: Sequence[Field], sent: QueryDict, *, locked: frozenset[str], held: Doc | None
) -> Doc:
    """The document that was sent; what its sender may not change is as it was."""
    found: Doc = {}
    for one in fields:
        if one.name in locked:
            found[one.name] = (held or {}).get(one.name, one.default)
        else:
            found[one.name] = one.read(typed(one, sent, one.name))
    return found
