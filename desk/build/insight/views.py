"""What the templates of insight draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CellView:
    """A figure of a table, and the tickets behind it."""

    words: str
    url: str = ""
    was: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """A line of a table."""

    name: str
    url: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """The table of a picture."""

    first: str
    heads: tuple[str, ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class FigureView:
    """One large figure."""

    name: str
    words: str
    unit: str
    change: str
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class BarView:
    """One bar: widths in percent, the figure printed, and what stands at its end."""

    name: str
    url: str
    width: str
    words: str
    end: str = ""
    end_url: str = ""
    #: Of a bar in two parts: where the bad part begins, and how wide it is.
    x_bad: str = ""
    w_bad: str = ""
    quiet: bool = False
    sign: str = ""
    #: Above it stands the dotted line: what lies above makes most of it.
    divided: bool = False


@dataclass(frozen=True, slots=True)
class CurveView:
    """Lines over time: paths in SVG units, with their ends, and what went wrong in between."""

    name: str
    width: int
    height: int
    lines: tuple[tuple[str, str, str, str, str], ...]
    grid: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]
    low: tuple[str, str, str, str] | None = None
    left: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class BoxRowView:
    """One box on an axis."""

    name: str
    url: str
    usual: str
    count: str
    box: Any


@dataclass(frozen=True, slots=True)
class BoxesView:
    """Boxes on one axis."""

    name: str
    axis: Any
    rows: tuple[BoxRowView, ...]


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What a customer wrote."""

    words: str
    lang: str
    about: str
    url: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An idea, thanks, or a pattern of exceptions."""

    title: str
    words: str
    about: str
    url: str = ""
    answer: str = ""
    chip: str = ""


@dataclass(frozen=True, slots=True)
class PanelView:
    """One card: a picture, its table, and what it says in a sentence."""

    key: str
    title: str
    count: str = ""
    #: The tickets behind the figure that `count` begins with.
    count_url: str = ""
    wide: str = ""
    figures: tuple[FigureView, ...] = ()
    curve: CurveView | None = None
    heads: tuple[str, str] = ("", "")
    bars: tuple[BarView, ...] = ()
    boxes: BoxesView | None = None
    quotes: tuple[QuoteView, ...] = ()
    entries: tuple[EntryView, ...] = ()
    table: TableView | None = None
    #: Whether the table stands open, being the picture itself.
    open: bool = False
    finding: str = ""
    rest: str = ""
    link: tuple[str, str] = ("", "")
    empty: str = ""
    #: The table in the file, where it has another name than the card.
    part: str = ""
    #: Cards that stand beside it, one below the other.
    beside: tuple[PanelView, ...] = ()

    @property
    def file(self) -> str:
        """What the file of its table is asked for by."""
        return self.part or self.key
