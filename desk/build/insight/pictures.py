"""Parts of insight as tables, bars, boxes and curves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext

from desk.build.boxes import BoxView, Scale, plain
from desk.build.insight import counts
from desk.build.insight.views import (
    BarView,
    BoxesView,
    BoxRowView,
    CellView,
    CurveView,
    FigureView,
    RowView,
    TableView,
)
from desk.build.insight.words import change_words, figure_words, head_of, name_of
from desk.sheets import number_cell, sum_cell
from desk.words import number_words
from feedback.access import InsightScope
from feedback.services.insight.behind import query_of
from feedback.services.insight.shapes import Behind, Column, Line, Part, Unit

LIST = "/desk/insight/tickets/?"
#: Fewer than this tell nothing.
ENOUGH = 5
#: And of fewer than this a mean is no point of a line.
FEW = 3
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 240, 38, 140, 16, 30
#: Where a curve stands in a card at the side: as wide as it is shown, so that its words are read.
NARROW, NARROW_LEFT, NARROW_RIGHT = 400, 46, 62
_GAP = 16.0

Namer = Callable[[Part, Line], str]


def address(what: Behind | None, scope: InsightScope) -> str:
    """Where the tickets behind a figure are listed; "" where there are none."""
    return "" if what is None else LIST + query_of(what, scope)


def table_of(part: Part, scope: InsightScope, *, first: str, named: Namer = name_of) -> TableView:
    """Every figure of a part, with what it was and what is behind it."""
    rows = tuple(
        RowView(
            named(part, line),
            address(line.behind, scope) if _something(line) else "",
            tuple(_cell(part, line, column, scope) for column in part.columns),
        )
        for line in part.lines
    )
    return TableView(first, tuple(head_of(part, column) for column in part.columns), rows)


def _something(line: Line) -> bool:
    return any(line.now.values())


def _cell(part: Part, line: Line, column: Column, scope: InsightScope) -> CellView:
    currency = line.key if part.key == "cost" else part.currency
    value, before = line.now.get(column.key), line.before.get(column.key)
    what = line.behinds.get(column.key) or line.behind
    words = figure_words(value, column.unit, currency)
    was = figure_words(before, column.unit, currency) if before is not None else ""
    tone = change_words(line, column, currency)[1]
    return CellView(words, address(what, scope) if value else "", was, tone)


def csv_of(part: Part, *, named: Namer = name_of) -> Iterator[tuple[str, ...]]:
    """The table as rows of text, the head first: plain numbers, then those of the period before;
    sums in the currency that stands behind them, times in hours."""
    heads = [f"{one.key}_hours" if one.unit is Unit.SECONDS else one.key for one in part.columns]
    yield (part.key, "name", *heads, *(f"{head}_before" for head in heads), "currency")
    for line in part.lines:
        currency = line.key if part.key == "cost" else part.currency
        now = (_sheet_cell(line.now.get(one.key), one, currency) for one in part.columns)
        before = (_sheet_cell(line.before.get(one.key), one, currency) for one in part.columns)
        yield (plain(line.key), plain(named(part, line)), *now, *before, currency)


def _sheet_cell(value: float | None, column: Column, currency: str) -> str:
    if column.unit is Unit.MONEY:
        return sum_cell(value, currency)
    if column.unit is Unit.SECONDS and value is not None:
        return number_cell(round(value / 3600, 2))
    return number_cell(value)


def figure_of(
    part: Part, line: Line, key: str, scope: InsightScope, *, name: str, unit: str = ""
) -> FigureView:
    """A large figure with what it was."""
    column = next(one for one in part.columns if one.key == key)
    value = line.now.get(key)
    words = figure_words(value, column.unit, part.currency)
    if column.unit is Unit.SHARE and value is not None:
        words, unit = f"{100 * value:.0f}", "%"
    # A few are nothing to compare with.
    change, tone = "", ""
    if part.every_before >= ENOUGH:
        change, tone = change_words(line, column, part.currency)
    what = line.behinds.get(key) or line.behind
    url = address(what, scope) if line.now.get(key) else ""
    return FigureView(name, words, unit if words != "–" else "", change, tone, url)


def bars_of(
    part: Part,
    scope: InsightScope,
    column: str,
    *,
    named: Namer = name_of,
    lines: Sequence[Line] = (),
    end: Callable[[Line], str] = lambda _: "",
    quiet: Callable[[Line], bool] = lambda _: False,
    nothing: bool = False,
) -> tuple[BarView, ...]:
    """A bar for each line, by one figure; where `nothing` of it is told too, for these as well."""
    shown = [line for line in (lines or part.lines) if nothing or line.now.get(column)]
    most = max((float(line.now[column] or 0) for line in shown), default=0) or 1
    unit = next(one.unit for one in part.columns if one.key == column)
    return tuple(
        BarView(
            name=named(part, line),
            url=address(line.behinds.get(column) or line.behind, scope)
            if line.now.get(column)
            else "",
            width=f"{100 * float(line.now[column] or 0) / most:.1f}%",
            words=figure_words(line.now[column], unit, part.currency),
            end=end(line),
            quiet=quiet(line),
        )
        for line in shown
    )


def kept_bars(part: Part, scope: InsightScope, lines: Sequence[Line]) -> tuple[BarView, ...]:
    """Kept and missed of each line, on one length."""
    found = []
    for line in lines:
        share = line.now.get("share")
        if share is None:
            continue
        kept = 100 * float(share)
        missed = int(line.now.get("missed") or 0)
        found.append(
            BarView(
                name=name_of(part, line),
                url=address(line.behind, scope),
                width=f"{kept:.2f}%",
                words=figure_words(share, Unit.SHARE),
                end=number_words(missed),
                end_url=address(line.behinds.get("missed"), scope) if missed else "",
                x_bad=f"{kept:.2f}%",
                w_bad=f"{100 - kept:.2f}%" if missed else "0",
            )
        )
    return tuple(found)


class _Spread:
    """A box by its shares, in the form that Scale draws."""

    def __init__(self, line: Line) -> None:
        value = {name: float(line.now.get(name) or 0) for name in
                 ("low", "quarter", "usual", "three_quarters", "high")}  # fmt: skip
        self.from_ = self.least = value["low"]
        self.low, self.usual = value["quarter"], value["usual"]
        self.high, self.to = value["three_quarters"], value["high"]
        self.most = self.to


def boxes_of(part: Part, scope: InsightScope, *, named: Namer, count: str) -> BoxesView | None:
    """Boxes of the lines that have enough to tell; None where none has."""
    shown = [line for line in part.lines if (line.now.get("high") or 0) > 0]
    if not shown:
        return None
    most = max(float(line.now["high"] or 0) for line in shown)
    scale = Scale(0, most, part.currency)
    rows = []
    for line in shown:
        n = int(line.now.get(count) or 0)
        rows.append(
            BoxRowView(
                name=named(part, line),
                url=address(line.behind, scope),
                usual=figure_words(line.now["usual"], Unit.MONEY, part.currency),
                count=counts.remedies(n) if count == "remedies" else counts.offers(n),
                box=_box(scale, line) if n >= ENOUGH else None,
            )
        )  # fmt: skip
    name = "; ".join(
        gettext("%(name)s: usually %(usual)s, %(count)s")
        % {"name": row.name, "usual": row.usual, "count": row.count}
        for row in rows
    )
    return BoxesView(
        gettext("%(name)s. Numbers in the table.") % {"name": name}, scale.axis(), tuple(rows)
    )


def _box(scale: Scale, line: Line) -> BoxView:
    return scale.box(_Spread(line), marks=False)  # type: ignore[arg-type]


# -- curves ---------------------------------------------------------------------------------------

#: Fields of a curve: its key, the words at its end, and whether it is the main one.
Curve = tuple[str, str, bool]


def curve_of(
    part: Part,
    curves: Sequence[Curve],
    *,
    name: str,
    words: Callable[[float], str],
    low: tuple[int, int, str] | None = None,
    before: str | None = None,
    few: str | None = None,
    step: float = 0.5,
    bounds: tuple[float, float] = (1, 5),
    width: int = WIDTH,
) -> CurveView | None:
    """The lines of a part over time; None where there is nothing to draw. `before` names the
    curve that is drawn of the period before, `few` the column that says how many a point is of:
    one of fewer than FEW is left out."""
    told = [few is None or (line.now.get(few) or 0) >= FEW for line in part.lines]
    series = {
        key: [
            line.now.get(key) if tell else None for line, tell in zip(part.lines, told, strict=True)
        ]
        for key, _, _ in curves
    }
    if before is not None:
        series["before"] = [line.before.get(curves[0][0]) for line in part.lines]
    known = [float(value) for values in series.values() for value in values if value is not None]
    if len(part.lines) < 2 or not known:
        return None
    floor = max(bounds[0], int(min(known) / step) * step)
    top = min(bounds[1], -int(-max(known) // step) * step)
    if top <= floor:
        floor, top = max(bounds[0], floor - step), min(bounds[1], floor + step)
    place = _Place(len(part.lines), floor, top, width)
    every = 3 if width == WIDTH else 4
    ticks = [floor + step * n for n in range(round((top - floor) / step) + 1)]
    thin = max(1, -(-len(ticks) // 6))
    drawn = list(curves) + ([] if before is None else [("before", before, False)])
    ends: list[float] = []
    return CurveView(
        name=name,
        width=width,
        height=HEIGHT,
        lines=tuple(place.line(series[key], end, main, words, ends) for key, end, main in drawn),
        grid=tuple((place.y(value), words(value)) for value in ticks[::thin]),
        labels=tuple(
            (place.x(n), name_of(part, line)) for n, line in enumerate(part.lines) if n % every == 0
        ),
        low=place.low(low) if low else None,
        left=place.left,
        right=place.right,
    )


class _Place:
    def __init__(self, count: int, floor: float, top: float, width: int) -> None:
        self.count, self.floor, self.top = count, floor, top
        wide = width == WIDTH
        self.left = LEFT if wide else NARROW_LEFT
        self.right = width - (RIGHT if wide else NARROW_RIGHT)

    def x(self, n: float) -> str:
        """Of a step."""
        return f"{self.left + (self.right - self.left) * n / max(self.count - 1, 1):.1f}"

    def y(self, value: float) -> str:
        """Of a value."""
        part = (value - self.floor) / (self.top - self.floor)
        return f"{TOP + (HEIGHT - TOP - BOTTOM) * (1 - part):.1f}"

    def line(
        self,
        values: Sequence[float | None],
        end: str,
        main: bool,  # noqa: FBT001 - one of two looks
        words: Callable[[float], str],
        ends: list[float],
    ) -> tuple[str, str, str, str, str]:
        """Its path, the place of its last point, where its words stand, and those."""
        path, last, pen = [], ("", "", ""), "M"
        for n, value in enumerate(values):
            if value is None:
                pen = "M"
                continue
            last = (self.x(n), self.y(float(value)), words(float(value)))
            path.append(f"{pen}{last[0]} {last[1]}")
            pen = "L"
        y = float(last[1] or 0)
        while any(abs(y - other) < _GAP for other in ends):
            y += _GAP
        ends.append(y)
        told = f"{last[2]} {end}".strip() if path else ""
        return "".join(path), last[0], last[1], f"{y:.1f}", told

    def low(self, which: tuple[int, int, str]) -> tuple[str, str, str, str]:
        """The hatched band from one step to another: place, width, where its words end, those."""
        first, last, words = which
        left = float(self.x(max(first - 0.5, 0)))
        right = float(self.x(min(last + 0.5, self.count - 1)))
        at_end = left > 200
        return (
            f"{left:.1f}",
            f"{right - left:.1f}",
            f"{left - 6 if at_end else right + 6:.1f}",
            words,
        )


def worst_steps(
    part: Part, key: str, count: str, mean: float | None, *, by: float
) -> tuple[int, int] | None:
    """The run of steps, each with enough answers, in which a score lay so much below its mean;
    the longest, and of those the lowest. None where there is none."""
    if mean is None:
        return None
    low = [
        (line.now.get(count) or 0) >= ENOUGH and (line.now.get(key) or mean) <= mean - by
        for line in part.lines
    ]
    runs, begin = [], None
    for n, is_low in enumerate([*low, False]):
        if is_low and begin is None:
            begin = n
        elif not is_low and begin is not None:
            runs.append((begin, n - 1))
            begin = None
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def day_after(part: Part, n: int, last: dt.date) -> dt.date:
    """The last day of a step."""
    if n + 1 < len(part.lines):
        return dt.date.fromisoformat(part.lines[n + 1].key) - dt.timedelta(days=1)
    return last
