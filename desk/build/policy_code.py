"""Grids and lines of a policy's text as the editor draws them. No queries."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from desk.glyphs import PainView
from remedies.rules.checks.checking import Look, Mark
from remedies.rules.editing.grids import Cell, Disorder, Grid
from remedies.rules.editing.outline import Item
from remedies.rules.editing.text import dotted
from remedies.rules.language.words import money
from remedies.rules.retelling import told
from tickets.saying import retold

_KEY = re.compile(r"(\s*(?:- )?)([A-Za-z_][\w.]*)(:)(\s.*|)$")
#: Words whose values are sentences for people.
_SAID = frozenset({"title", "says", "reason", "about", "ask", "case", "source"})


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell: the name of its control, what it shows, and how it stands."""

    name: str
    value: str
    label: str
    tint: int
    #: "", "wrong" or "against".
    state: str
    editable: bool
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class GridRow:
    """One line of a grid, with the picture of pain where it is about pain."""

    label: str
    pain: PainView | None
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A cell out of order: what to say, and the sum that mends it."""

    cell: str
    title: str
    words: str
    value: str
    button: str


@dataclass(frozen=True, slots=True)
class GridView:
    """A matrix or a table to be edited in place."""

    key: str
    title: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of text in coloured pieces: (class, text); and the mistakes that stand in it."""

    number: int
    pieces: tuple[tuple[str, str], ...]
    marks: tuple["MarkView", ...] = ()


@dataclass(frozen=True, slots=True)
class MarkView:
    """A mistake, with the button that mends it; `number` is its place among all."""

    number: int
    line: int
    words: str
    wrong: str
    suggestion: str
    source: str
    rule: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A rule with a mistake, as it is written."""

    name: str
    errors: int
    lines: tuple[CodeLine, ...]


def grid_view(grid: Grid, typed: Mapping[str, str], *, editable: bool) -> GridView:
    """A grid; `typed` has what could not be brought into the text, by the name of the control."""
    rows = []
    for i, cells in enumerate(grid.rows):
        value = grid.down.values[i]
        level = int(max(value or Decimal(1), Decimal(1)))
        label = told(grid.down.lines[i])
        is_pain = grid.down.name == "pain" and value is not None and level <= 5
        pain = PainView(level) if is_pain else None
        rows.append(
            GridRow(
                pain.words if pain is not None else label,
                pain,
                tuple(
                    _cell(grid, (i, j), cell, typed, editable=editable)
                    for j, cell in enumerate(cells)
                ),
            )
        )
    down = retold(grid.down.label)
    down = down[:1].upper() + down[1:]
    return GridView(
        key=dotted(grid.path),
        title=retold(grid.title),
        corner=gettext("%(down)s, then %(across)s")
        % {"down": down, "across": retold(grid.across.label)}
        if grid.across.name
        else down,
        columns=tuple(
            gettext("sum") if line == "gives" else told(line) for line in grid.across.lines
        ),
        rows=tuple(rows),
        findings=tuple(_finding(grid, one) for one in grid.disorders),
    )


def _cell(
    grid: Grid, at: tuple[int, int], cell: Cell, typed: Mapping[str, str], *, editable: bool
) -> CellView:
    name = f"c.{dotted(cell.path)}"
    if cell.value is not None:
        shown = "—" if cell.value == 0 else told(money(cell.value, grid.currency))
    else:
        shown = cell.text
    label = f"{retold(grid.down.label)} {told(grid.down.lines[at[0]])}"
    if grid.across.name:
        label += f", {retold(grid.across.label)} {told(grid.across.lines[at[1]])}"
    state = "wrong" if at in grid.wrong else "against" if at in grid.contradicted else ""
    standing = {
        "wrong": gettext("out of order"),
        "against": gettext("contradicted by another cell"),
    }.get(state, "")
    return CellView(
        name=name,
        value=typed.get(name, shown),
        label=f"{label}, {standing}" if standing else label,
        tint=cell.tint,
        state=state,
        editable=editable and "\n" not in cell.text and not cell.text.startswith(("{", "[")),
        row=at[0],
        column=at[1],
    )


def _finding(grid: Grid, one: Disorder) -> FindingView:
    cell = grid.rows[one.at[0]][one.at[1]]
    return FindingView(
        cell=f"c.{dotted(cell.path)}",
        title=told(one.title),
        words=told(one.words),
        value=str(one.suggested),
        button=gettext("Set %(suggested)s")
        % {"suggested": told(money(one.suggested, grid.currency))},
    )


def mark_views(look: Look) -> tuple[MarkView, ...]:
    """Every mistake, numbered."""
    return tuple(_mark(number, mark, look.text) for number, mark in enumerate(look.marks))


def _mark(number: int, mark: Mark, text: str) -> MarkView:
    words = mark.message
    if mark.suggestion:
        words = words.replace(f" Did you mean {mark.suggestion}?", "")
    return MarkView(
        number,
        mark.line,
        told(words),
        text[mark.start : mark.end],
        mark.suggestion,
        mark.source,
        mark.rule,
    )


def code_lines(
    text: str, marks: Sequence[MarkView], *, first: int = 1, last: int = 0
) -> tuple[CodeLine, ...]:
    """Lines of the text in colours, from `first` to `last`."""
    lines = text.split("\n")
    shown = lines[first - 1 : last or len(lines)]
    at: dict[int, list[MarkView]] = {}
    for mark in marks:
        at.setdefault(mark.line, []).append(mark)
    return tuple(
        CodeLine(number, _pieces(line, at.get(number, ())), tuple(at.get(number, ())))
        for number, line in enumerate(shown, start=first)
    )


def _pieces(line: str, marks: Iterable[MarkView]) -> tuple[tuple[str, str], ...]:
    """A line as (class, text): keys, what is said to people, comments, words at fault."""
    if line.lstrip().startswith("#"):
        return (("remark", line),)
    match = _KEY.fullmatch(line)
    if match is None:
        return _faulty((("", line),), marks)
    indent, key, colon, rest = match.groups()
    said = "said" if key in _SAID or rest.strip().startswith(('"', "'")) else ""
    return _faulty((("", indent), ("key", key), ("", colon), (said, rest)), marks)


def _faulty(
    pieces: Sequence[tuple[str, str]], marks: Iterable[MarkView]
) -> tuple[tuple[str, str], ...]:
    """The pieces, with each word at fault in a piece of its own."""
    found = list(pieces)
    for word in [mark.wrong for mark in marks if mark.wrong]:
        for index, (kind, text) in enumerate(found):
            before, hit, after = text.partition(word)
            if hit and kind != "fault":
                found[index : index + 1] = [(kind, before), ("fault", hit), (kind, after)]
                break
    return tuple(piece for piece in found if piece[1])


def excerpts(
    look: Look, items: Sequence[Item], marks: Sequence[MarkView], *, most: int = 3
) -> tuple[Excerpt, ...]:
    """The items that have a mistake, as they are written, with the mistake at its line."""
    found: list[Excerpt] = []
    for item in items:
        mine = [mark for mark in marks if item.first <= mark.line <= item.last]
        if mine and len(found) < most:
            lines = code_lines(look.text, mine, first=item.first, last=item.last)
            found.append(Excerpt(item.name, len(mine), lines))
    return tuple(found)
