"""The cards of each tab of insight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext, ngettext

from desk.build.insight.cards import (
    SHOWN,
    again_card,
    asked,
    boxes,
    causes,
    cost_card,
    grouped_card,
    groupings,
    in_words,
    nothing_granted,
    plain_card,
    promises,
    said,
    scores,
)
from desk.build.insight.pictures import (
    NARROW,
    address,
    bars_of,
    curve_of,
    figure_of,
    kept_bars,
    table_of,
)
from desk.build.insight.views import BarView, PanelView, QuoteView
from desk.build.insight.words import figure_words, name_of
from desk.words import number_words
from feedback.access import InsightScope
from feedback.insight.measures import Measure
from feedback.services.insight.shapes import Behind, Insight, Line, Part, Tab, Unit


def panels_of(
    found: Insight, scope: InsightScope, *, quotes: Sequence[QuoteView] = ()
) -> tuple[PanelView, ...]:
    """The cards of a tab that needs nothing but its figures."""
    return tuple(_CARDS[found.tab](found, scope, quotes))


Cards = Iterator[PanelView]


def _overview(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    yield replace(said(found, scope), wide="wide")
    words = in_words(parts["themes"], scope, quotes[:4])
    praise = [bar for bar in words.bars if bar.sign == "good"][:3]
    reproach = [bar for bar in words.bars if bar.sign == "bad"][:3]
    yield replace(words, wide="side", bars=(*praise, *reproach))
    yield replace(causes(parts["causes"], scope, shown=SHOWN), wide="third")
    yield replace(promises(parts["kinds"], scope), wide="third")
    if "cost" in parts:
        yield replace(boxes(found, scope), wide="third")
    else:
        yield replace(asked(parts["asked"], scope), wide="third")


def _customers(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    beside = scores(parts["scores"], scope), asked(parts["asked"], scope)
    yield replace(said(found, scope), wide="wide", beside=_below(*beside))
    category, team = _grouped(parts, scope, "handling", gettext("How we handled it, 1 to 5"))
    words = in_words(parts["themes"], scope, quotes)
    yield replace(words, wide="wide", beside=_below(category, team))


def _causes(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    category, team = _grouped(parts, scope, "received", gettext("complaints"))
    points = plain_card(
        parts["points"], scope, gettext("Points of a complaint"), "complaints", gettext("Points")
    )
    outcomes = plain_card(
        parts["outcomes"], scope, gettext("What we found"), "points", gettext("Finding")
    )
    beside = again_card(parts["again"], scope), team, points, outcomes
    why = causes(parts["causes"], scope, shown=14)
    yield replace(why, wide="wide", beside=_below(*beside))
    yield replace(category, wide="full")


def _promises(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    trend = parts["trend"]
    curve = curve_of(
        trend,
        [("share", "", True)],
        name=gettext("Share of promises kept over time."),
        words=lambda value: figure_words(value, Unit.SHARE),
        before="",
        step=0.05,
        bounds=(0, 1),
        width=NARROW,
    )
    yield replace(promises(parts["kinds"], scope), wide="wide")
    table = table_of(trend, scope, first=gettext("From"))
    yield PanelView(
        "trend",
        gettext("Over time"),
        gettext("This period, and dashed the one before") if curve is not None else "",
        curve=curve,
        table=table,
        wide="side",
        empty=gettext("Nothing was decided in this period.") if curve is None else "",
    )
    by_cause = ("causes", gettext("By root cause"), gettext("Root cause"))
    for key, title, first in (by_cause, *groupings()):
        part = parts[key]
        yield PanelView(
            key,
            title,
            heads=(gettext("kept, then missed"), gettext("missed")),
            bars=kept_bars(part, scope, part.lines[:12]),
            table=table_of(part, scope, first=first),
            empty="" if part.lines else gettext("Nothing was decided in this period."),
            wide="full" if key == "team" else "",
        )


def _remedies(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    yield replace(cost_card(parts["cost"], scope), wide="wide")
    time = parts["time_to_offer"]
    line = time.lines[0]
    figures = (
        figure_of(time, line, "usual", scope, name=gettext("Half had an offer within")),
        figure_of(time, line, "high", scope, name=gettext("Nine of ten within")),
    )
    yield PanelView(
        "time_to_offer",
        gettext("Time to an offer"),
        ngettext("%(count)s first offer", "%(count)s first offers", time.every)
        % {"count": number_words(time.every)},
        address(line.behind, scope),
        figures=figures if time.every else (),
        table=table_of(time, scope, first=gettext("Time")),
        empty="" if time.every else gettext("No offer was sent in this period."),
        wide="side",
        rest=gettext("Elapsed time, nights and weekends counted, as the customer lives it."),
    )
    yield replace(boxes(found, scope), wide="wide")
    category, team = _grouped(parts, scope, "total", gettext("granted"))
    yield replace(team, wide="side")
    trend = parts["trend"]
    yield PanelView(
        "trend",
        gettext("Over time"),
        gettext("what was granted"),
        heads=(gettext("granted"), gettext("complaints")),
        bars=bars_of(
            trend, scope, "total", end=lambda one: number_words(int(one.now.get("complaints") or 0))
        ),
        table=table_of(trend, scope, first=gettext("From")),
        empty="" if parts["cost"].lines else nothing_granted(),
    )
    yield category


def _exceptions(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    decisions = parts["decisions"]
    yield replace(
        plain_card(decisions, scope, gettext("What became of them"), "asked", gettext("Decision")),
        count=ngettext("%(count)s request", "%(count)s requests", decisions.every)
        % {"count": number_words(decisions.every)},
        count_url=address(Behind(Measure.EXCEPTION), scope),
        wide="side",
    )
    category, team = _grouped(parts, scope, "asked", gettext("asked for"))
    yield replace(category, wide="wide")
    yield replace(team, wide="side")


def _times(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    times, spread = parts["times"], parts["spread"]
    for line in times.lines:
        if not line.now.get("count"):
            continue
        name = name_of(times, line)
        of = spread.line(line.key)
        assert of is not None  # both have every time there is
        yield PanelView(
            line.key,
            name,
            _times_words(int(line.now["count"] or 0)),
            address(line.behind, scope),
            figures=(
                figure_of(times, line, "usual", scope, name=gettext("Half within")),
                figure_of(times, line, "high", scope, name=gettext("Nine of ten within")),
            ),
            heads=(gettext("how many"), ""),
            bars=_histogram(spread, of, scope),
            table=table_of(replace(spread, lines=(of,)), scope, first=gettext("Time")),
            part="spread",
        )
    handed = parts["handed"]
    yield plain_card(handed, scope, gettext("Changed hands"), "complaints", gettext("Complaints"))
    for by, title, first in groupings():
        part = parts[by]
        yield PanelView(
            by,
            title,
            gettext("half within; in the order of their names"),
            table=table_of(part, scope, first=first),
            open=True,
            empty="" if part.lines else gettext("Nothing ended in this period."),
            wide="full",
        )


def _below(*cards: PanelView) -> tuple[PanelView, ...]:
    """Cards one below the other, at the side of another."""
    return tuple(replace(card, wide="side") for card in cards)


def _grouped(
    parts: Mapping[str, Part], scope: InsightScope, column: str, head: str
) -> tuple[PanelView, PanelView]:
    """The same figure by category, and by team."""
    category, team = (
        grouped_card(parts[by], scope, (title, first), column, head)
        for by, title, first in groupings()
    )
    return category, team


def _histogram(part: Part, line: Line, scope: InsightScope) -> tuple[BarView, ...]:
    counted = [place for place, one in enumerate(part.columns) if line.now.get(one.key)]
    # A gap between two lengths is told as nothing, not left out.
    columns = part.columns[counted[0] : counted[-1] + 1] if counted else ()
    lines = [
        Line(
            column.key,
            _bucket_name(column.key),
            {"n": line.now[column.key]},
            behind=line.behinds[column.key],
        )
        for column in columns
    ]
    one = Part("bar", (replace(part.columns[0], key="n"),), tuple(lines))
    return bars_of(one, scope, "n", named=lambda _, bar: bar.name, nothing=True)


def _bucket_name(key: str) -> str:
    if key == "0":
        return gettext("longer")
    return gettext("up to %(time)s") % {"time": figure_words(int(key), Unit.SECONDS)}


def _times_words(count: int) -> str:
    words = ngettext("%(count)s time", "%(count)s times", count)
    return words % {"count": number_words(count)}


_CARDS: dict[Tab, Callable[[Insight, InsightScope, Sequence[QuoteView]], Cards]] = {
    Tab.OVERVIEW: _overview,
    Tab.CUSTOMERS: _customers,
    Tab.CAUSES: _causes,
    Tab.PROMISES: _promises,
    Tab.REMEDIES: _remedies,
    Tab.EXCEPTIONS: _exceptions,
    Tab.IDEAS: lambda *_: iter(()),
    Tab.TIMES: _times,
}
