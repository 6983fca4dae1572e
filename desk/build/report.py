"""The report of kept and missed promises as its page shows it: words, bars and a line chart."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.events import KINDS
from desk.build.insight.views import CellView
from desk.build.ways import Ways
from desk.words import full_date_words, number_words, pointed, short_date_words, span_words
from escalation.services.reports import Line, Report, TrendPoint, percent
from tickets.saying import retold

BAR = 200
TITLES = {
    "kind": gettext_lazy("By kind of promise"),
    "cause": gettext_lazy("By root cause"),
    "team": gettext_lazy("By team"),
    "category": gettext_lazy("By category"),
}
#: Fewer promises than this make no finding.
ENOUGH = 5
SHOWN = 12


@dataclass(frozen=True, slots=True)
class BarView:
    """One line of a chart: a bar of kept and missed, with the figures printed."""

    name: str
    kept: CellView
    missed: CellView
    share: CellView
    before: CellView
    change: str
    tone: str
    x_missed: str
    w_missed: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """One dimension of the report."""

    key: str
    title: str
    count: str
    finding: str
    rest: str
    lines: tuple[BarView, ...]
    more: int


@dataclass(frozen=True, slots=True)
class TrendView:
    """The share kept over the period, beside that of the one before: polylines in SVG units."""

    name: str
    now: str
    before: str
    end: tuple[str, str] | None
    end_before: tuple[str, str] | None
    grid: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[CellView, ...]], ...]
    end_words: str = ""
    end_before_words: str = ""


def total_words(line: Line) -> str:
    """ "3,947 kept of 4,149"."""
    return gettext("%(kept)s kept of %(every)s") % {
        "kept": number_words(line.kept),
        "every": number_words(line.every),
    }


def share_words(share: float | None) -> str:
    """ "95.1 %", or a dash where nothing was decided."""
    return f"{pointed(percent(share))} %" if share is not None else "–"


def change_words(line: Line) -> tuple[str, str]:
    """Against the period before: ("better, was 93.0 %", "good"); ("", "") where there is none."""
    if line.share is None or line.share_before is None:
        return "", ""
    was = share_words(line.share_before)
    if was == share_words(line.share):
        return gettext("as before, %(was)s") % {"was": was}, ""
    better = line.share > line.share_before
    if better:
        return gettext("better, was %(was)s") % {"was": was}, "good"
    return gettext("worse, was %(was)s") % {"was": was}, "late"


def chart(key: str, found: Report, ways: Ways) -> ChartView:
    """The lines of one dimension, with what stands out in a sentence."""
    lines = found.by[key]
    if key == "kind":
        lines = tuple(map(_as_on_the_board, lines))
    finding, rest = _finding(lines)
    shown = [line for line in lines if line.every or line.kept_before or line.missed_before]
    return ChartView(
        key=key,
        title=str(TITLES[key]),
        count=_count_of(key, sum(1 for line in lines if line.every)),
        finding=finding,
        rest=rest,
        lines=tuple(_bar(key, line, ways) for line in shown[:SHOWN]),
        more=max(len(shown) - SHOWN, 0),
    )


def _count_of(key: str, count: int) -> str:
    """How many lines a dimension has: "3 teams"."""
    told = {"count": number_words(count)}
    if key == "kind":
        return ngettext("%(count)s kind", "%(count)s kinds", count) % told
    if key == "cause":
        return ngettext("%(count)s cause", "%(count)s causes", count) % told
    if key == "team":
        return ngettext("%(count)s team", "%(count)s teams", count) % told
    return ngettext("%(count)s category", "%(count)s categories", count) % told


def _finding(lines: tuple[Line, ...]) -> tuple[str, str]:
    """What was kept least, where there were enough of it to say so."""
    found = [line for line in lines if line.every >= ENOUGH and line.missed and line.key]
    least = min(found, key=lambda line: line.share or 0, default=None)
    if least is None:
        return "", ""
    told = {
        "name": least.name,
        "missed": number_words(least.missed),
        "every": number_words(least.every),
    }
    return (
        gettext("%(name)s was kept least.") % told,
        gettext("%(missed)s of %(every)s missed.") % told,
    )


def _as_on_the_board(line: Line) -> Line:
    """A kind of promise as the board calls it: "Decision", for "Decide"."""
    words = str(KINDS.get(line.key, line.name))
    return replace(line, name=words[:1].upper() + words[1:])


def _bar(by: str, line: Line, ways: Ways) -> BarView:
    kept = BAR * (line.share if line.share is not None else 0)
    words, tone = change_words(line)
    was = words or share_words(line.share_before)
    before = ways.period.before
    return BarView(
        name=retold(line.name),
        kept=ways.cell(number_words(line.kept), line.kept, by, line.key, "kept"),
        missed=ways.cell(number_words(line.missed), line.missed, by, line.key, "missed"),
        share=ways.cell(share_words(line.share), line.every, by, line.key),
        before=CellView(
            was,
            ways.url(by, line.key, days=(before.first, before.last))
            if line.kept_before + line.missed_before
            else "",
        ),
        change=words,
        tone=tone,
        x_missed=f"{kept:.1f}",
        w_missed=f"{BAR - kept:.1f}" if line.missed else "0",
    )


# -- over time ------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 190, 62, 30, 12, 30


def trend(found: Report, ways: Ways) -> TrendView | None:
    """The share kept, part by part; None where the period is too short or empty."""
    points = found.trend
    if len(points) < 2 or not found.total.every:
        return None
    shares = [_share(p.kept, p.missed) for p in points]
    was = [_share(p.kept_before, p.missed_before) for p in points]
    known = [share for share in (*shares, *was) if share is not None]
    low = max(0.0, int(min(known) * 10) / 10 - 0.1)
    now, end = _polyline(shares, low)
    before, end_before = _polyline(was, low)
    step = (1 - low) / 4
    return TrendView(
        name=(
            gettext(
                "Share of promises kept over time: %(share)s in all, %(before)s in the period "
                "before. Numbers in the table."
            )
            % {
                "share": share_words(found.total.share),
                "before": share_words(found.total.share_before),
            }
        ),
        now=now,
        before=before,
        end=end,
        end_before=end_before,
        grid=tuple((_y(low + step * n, low), f"{100 * (low + step * n):.0f} %") for n in range(5)),
        labels=tuple(
            (_x(place, len(points)), short_date_words(point.first))
            for place, point in enumerate(points)
            if place % 3 == 0
        ),
        rows=tuple(_trend_row(point, days, ways) for point, days in _days(found)),
        end_words=gettext("this period"),
        end_before_words=gettext("the one before"),
    )


Days = tuple[dt.date, dt.date]


def _days(found: Report) -> Iterator[tuple[TrendPoint, Days]]:
    """Each part of the period with its first and last day."""
    firsts = [point.first for point in found.trend]
    lasts = [*(first - dt.timedelta(days=1) for first in firsts[1:]), found.period.last]
    return zip(found.trend, zip(firsts, lasts, strict=True), strict=True)


def _trend_row(point: TrendPoint, days: Days, ways: Ways) -> tuple[str, tuple[CellView, ...]]:
    back = ways.period.first - ways.period.before.first
    was = (days[0] - back, days[1] - back)
    kept, missed = point.kept, point.missed
    every_before = point.kept_before + point.missed_before

    def cell(words: str, count: int, column: str, span: Days) -> CellView:
        return CellView(words, ways.url("all", "", column, days=span) if count else "")

    return full_date_words(point.first), (
        cell(number_words(kept), kept, "kept", days),
        cell(number_words(missed), missed, "missed", days),
        cell(share_words(_share(kept, missed)), kept + missed, "", days),
        cell(share_words(_share(point.kept_before, point.missed_before)), every_before, "", was),
    )


def _share(kept: int, missed: int) -> float | None:
    return kept / (kept + missed) if kept + missed else None


def _polyline(shares: list[float | None], low: float) -> tuple[str, tuple[str, str] | None]:
    """The known points of a line as a path, broken where nothing was decided; and its end."""
    path, last, pen = [], None, "M"
    for place, share in enumerate(shares):
        if share is None:
            pen = "M"
            continue
        last = (_x(place, len(shares)), _y(share, low))
        path.append(f"{pen}{last[0]} {last[1]}")
        pen = "L"
    return "".join(path), last


def _x(place: int, count: int) -> str:
    return f"{LEFT + (WIDTH - LEFT - RIGHT) * place / max(count - 1, 1):.1f}"


def _y(share: float, low: float) -> str:
    return f"{TOP + (HEIGHT - TOP - BOTTOM) * (1 - (share - low) / (1 - low)):.1f}"


def pause_lines(found: Report, ways: Ways) -> list[tuple[str, tuple[CellView, ...]]]:
    """Pauses that were used, in words."""
    return [
        (
            used.words[:1].upper() + used.words[1:],
            (
                ways.cell(number_words(used.deadlines), used.deadlines, "pause", used.reason),
                ways.cell(number_words(used.pauses), used.pauses, "pause", used.reason, "pauses"),
                CellView(span_words(used.total / used.pauses)),
                CellView(span_words(used.longest)),
            ),
        )
        for used in found.pauses
    ]


def extension_words(found: Report) -> str:
    """Extensions that were used, in a sentence."""
    used = found.extensions
    words = gettext("No promise was put off in writing.")
    if used.extensions:
        words = ngettext(
            "%(count)s promise was put off in writing, by %(days)s on average.",
            "%(count)s promises were put off in writing, by %(days)s on average.",
            used.deadlines,
        ) % {
            "count": number_words(used.deadlines),
            "days": span_words(used.total / used.extensions),
        }
    if not used.deadlines_before:
        return words
    count = number_words(used.deadlines_before)
    before = gettext("In the period before: %(count)s.") % {"count": count}
    return f"{words} {before}"
