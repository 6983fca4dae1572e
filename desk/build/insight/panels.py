"""The cards of each tab of insight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from desk.build.insight.findings import (
    causes_finding,
    cost_words,
    kept_least,
    low_words,
    scores_finding,
    times_finding,
)
from desk.build.insight.pictures import (
    bars_of,
    boxes_of,
    curve_of,
    figure_of,
    kept_bars,
    table_of,
)
from desk.build.insight.views import BarView, FigureView, PanelView, QuoteView
from desk.build.insight.words import SCORES, figure_words, kind_of_remedy, name_of
from desk.words import count_words
from feedback.access import InsightScope
from feedback.insight.themes import BY_KEY
from feedback.services.insight.shapes import Insight, Line, Part, Tab, Unit

#: Causes above the dotted line make so much of all.
MOST_OF_IT = 0.59
SHOWN = 7
_TELL = "What customers say"


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
    yield replace(said(found, scope), wide="wide")
    yield replace(scores(parts["scores"], scope), wide="side")
    yield replace(in_words(parts["themes"], scope, quotes), wide="wide")
    yield replace(asked(parts["asked"], scope), wide="side")
    for by, title in _BY:
        yield _grouped(parts[by], scope, title, "handling", "How we handled it, 1 to 5")


def _causes(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    yield replace(causes(parts["causes"], scope, shown=14), wide="wide")
    yield replace(_again(parts["again"], scope), wide="side")
    for by, title in _BY:
        yield _grouped(parts[by], scope, title, "received", "complaints")
    yield _plain(parts["points"], scope, "Points of a complaint", "complaints", "Points")
    yield _plain(parts["outcomes"], scope, "What we found", "points", "Finding")


def _promises(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    trend = parts["trend"]
    curve = curve_of(
        trend, [("share", "this period", True)], name="Share of promises kept over time.",
        words=lambda value: figure_words(value, Unit.SHARE), before="the one before", step=0.05,
        bounds=(0, 1),
    )  # fmt: skip
    yield replace(promises(parts["kinds"], scope), wide="wide")
    table = table_of(trend, scope, first="From")
    yield PanelView(
        "trend", "Over time", curve=curve, table=table, wide="side",
        empty="Nothing was decided in this period." if curve is None else "",
    )  # fmt: skip
    for key, title in (("causes", "By root cause"), *_BY):
        part = parts[key]
        yield PanelView(
            key, title, heads=("kept, then missed", "missed"),
            bars=kept_bars(part, scope, part.lines[:12]),
            table=table_of(part, scope, first=title.removeprefix("By ").capitalize()),
            empty="" if part.lines else "Nothing was decided in this period.",
        )  # fmt: skip


def _remedies(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    yield replace(boxes(found, scope), wide="wide")
    time = parts["time_to_offer"]
    line = time.lines[0]
    figures = (
        figure_of(time, line, "usual", scope, name="Half had an offer within"),
        figure_of(time, line, "high", scope, name="Nine of ten within"),
    )
    yield PanelView(
        "time_to_offer", "Time to an offer", count_words(time.every, "first offer"),
        figures=figures if time.every else (), table=table_of(time, scope, first="Time"),
        empty="" if time.every else "No offer was sent in this period.", wide="side",
        rest="Elapsed time, nights and weekends counted, as the customer lives it.",
    )  # fmt: skip
    yield _cost(parts["cost"], scope)
    trend = parts["trend"]
    yield PanelView(
        "trend", "Over time", "what was granted", heads=("granted", "complaints"),
        bars=bars_of(trend, scope, "total", end=lambda one: f"{one.now.get('complaints') or 0:,}"),
        table=table_of(trend, scope, first="From"), empty="" if parts["cost"].lines else _NOTHING,
    )  # fmt: skip
    for by, title in _BY:
        yield _grouped(parts[by], scope, title, "total", "granted")


_NOTHING = "Nothing was granted in this period."


def _exceptions(found: Insight, scope: InsightScope, quotes: Sequence[QuoteView]) -> Cards:
    parts = found.parts
    decisions = parts["decisions"]
    yield replace(
        _plain(decisions, scope, "What became of them", "asked", "Decision"),
        count=count_words(decisions.every, "request"), wide="side",
    )  # fmt: skip
    for by, title in _BY:
        yield _grouped(parts[by], scope, title, "asked", "asked for")


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
            line.key, name, count_words(int(line.now["count"] or 0), "time"),
            figures=(
                figure_of(times, line, "usual", scope, name="Half within"),
                figure_of(times, line, "high", scope, name="Nine of ten within"),
            ),
            heads=("how many", ""), bars=_histogram(spread, of, scope),
            table=table_of(replace(spread, lines=(of,)), scope, first="Time"),
            part="spread",
        )  # fmt: skip
    handed = parts["handed"]
    yield _plain(handed, scope, "Changed hands", "complaints", "Complaints")
    for by, title in _BY:
        part = parts[by]
        yield PanelView(
            by, title, "half within; in the order of their names",
            table=table_of(part, scope, first=title.removeprefix("By ").capitalize()), open=True,
            empty="" if part.lines else "Nothing ended in this period.", wide="full",
        )  # fmt: skip


def _histogram(part: Part, line: Line, scope: InsightScope) -> tuple[BarView, ...]:
    columns = [column for column in part.columns if line.now.get(column.key)]
    lines = [
        Line(column.key, _bucket_name(column.key), {"n": line.now[column.key]},
             behind=line.behinds[column.key])
        for column in columns
    ]  # fmt: skip
    one = Part("bar", (replace(part.columns[0], key="n"),), tuple(lines))
    return bars_of(one, scope, "n", named=lambda _, bar: bar.name)


def _bucket_name(key: str) -> str:
    return f"up to {figure_words(int(key), Unit.SECONDS)}" if key != "0" else "longer"


# -- cards that several tabs show -----------------------------------------------------------------

_BY = (("category", "By category"), ("team", "By team"))


def said(found: Insight, scope: InsightScope) -> PanelView:
    """Four answers as figures, the two that lead over time, and what went wrong when."""
    part, trend = found.parts["scores"], found.parts["trend"]
    lines = {line.key: line for line in part.lines}
    figures = (
        figure_of(part, lines["handling"], "mean", scope, name=SCORES["handling"], unit="of 5"),
        figure_of(part, lines["result"], "mean", scope, name=SCORES["result"], unit="of 5"),
        figure_of(part, lines["felt_heard"], "good", scope, name=SCORES["felt_heard"]),
        figure_of(part, lines["effort"], "good", scope, name=SCORES["effort"]),
    )
    finding, rest = scores_finding(part)
    low = low_words(found)
    curve = curve_of(
        trend, [("handling", "handling", True), ("result", "result", False)],
        name=f"Handling and result over time, 1 to 5. {finding} {rest} Numbers in the table.",
        words=lambda value: f"{value:.1f}", low=low, few="answers",
    )  # fmt: skip
    return PanelView(
        "trend", _TELL, _asked_words(found), figures=figures if part.every else (), curve=curve,
        table=table_of(trend, scope, first="From"), finding=finding, rest=rest,
        empty="" if part.every else "Nobody answered in this period.",
    )  # fmt: skip


def _asked_words(found: Insight) -> str:
    asked, scores_ = found.parts["asked"], found.parts["scores"]
    answered = asked.line("answered")
    if not asked.every or answered is None:
        return count_words(scores_.every, "answer")
    share = round(100 * float(answered.now["customers"] or 0) / asked.every)
    customers = count_words(asked.every, "customer")
    return f"{count_words(scores_.every, 'answer')}; of {customers} asked, {share} % have answered"


def scores(part: Part, scope: InsightScope) -> PanelView:
    """All five answers, by how many were good."""
    bars = bars_of(
        part, scope, "good",
        end=lambda line: figure_words(line.now.get("mean"), Unit.SCORE),
    )  # fmt: skip
    bars = tuple(replace(bar, width=bar.words.replace(" ", "")) for bar in bars)
    return PanelView(
        "scores", "Each answer", count_words(part.every, "answer"), heads=("4 or 5", "mean"),
        bars=bars, table=table_of(part, scope, first="Answer"),
        empty="" if part.every else "Nobody answered in this period.",
    )  # fmt: skip


def in_words(part: Part, scope: InsightScope, quotes: Sequence[QuoteView]) -> PanelView:
    """What the words are about, and the newest of them."""
    bars = bars_of(part, scope, "answers")
    signs = {line.name: BY_KEY[line.key].good for line in part.lines}
    bars = tuple(replace(bar, sign="good" if signs[bar.name] else "bad") for bar in bars)
    return PanelView(
        "themes", "In their words", f"{count_words(part.every, 'comment')}, by what they are about",
        bars=bars, quotes=tuple(quotes), table=table_of(part, scope, first="About"),
        empty="" if part.every else "Nobody wrote anything in this period.",
    )  # fmt: skip


def asked(part: Part, scope: InsightScope) -> PanelView:
    """Who was asked, and who answered."""
    return PanelView(
        "asked", "Who answered", heads=("customers", ""), bars=bars_of(part, scope, "customers"),
        table=table_of(part, scope, first="Customers"),
        empty="" if part.every else "Nobody was asked in this period.",
    )  # fmt: skip


def causes(part: Part, scope: InsightScope, *, shown: int) -> PanelView:
    """The Pareto of root causes: what makes most of it above a dotted line."""
    many = len([line for line in part.lines if line.now.get("complaints")])
    lines, rest = part.lines[:shown], part.lines[shown:]
    above = sum((line.now.get("running") or 0) < MOST_OF_IT for line in lines) + 1
    above = above if len(lines) > above and many > 3 else 0
    keys = [line.key for line in lines]
    bars = bars_of(
        part, scope, "complaints", lines=lines,
        end=_running,
        quiet=lambda line: bool(above) and keys.index(line.key) >= above,
    )  # fmt: skip
    bars = tuple(replace(bar, divided=bool(above) and n == above) for n, bar in enumerate(bars))
    if others := sum(int(line.now.get("complaints") or 0) for line in rest):
        most = max(int(line.now.get("complaints") or 0) for line in part.lines)
        width = f"{min(100 * others / most, 100):.1f}%"
        bars += (BarView("All others", "", width, f"{others:,}", "100 %", quiet=True),)
    finding, said_ = causes_finding(part, above)
    return PanelView(
        "causes", "Why it happened",
        f"{count_words(part.every, 'complaint')} upheld in full or part",
        heads=("complaints", "running share"), bars=bars,
        table=table_of(part, scope, first="Root cause"), finding=finding, rest=said_,
        empty="" if part.lines else "No complaint was upheld in this period.",
    )  # fmt: skip


def _running(line: Line) -> str:
    return f"{round(100 * (line.now.get('running') or 0))} %"


def promises(part: Part, scope: InsightScope) -> PanelView:
    """Kept and missed, by kind of promise."""
    every, lines = part.lines[-1], part.lines[:-1]
    finding, rest = kept_least(part, lines)
    kept = int(every.now.get("kept") or 0)
    count = f"{kept:,} kept of {part.every:,}"
    if part.every:
        count += f", {figure_words(every.now.get('share'), Unit.SHARE)}"
    query = f"from={scope.period.first}&to={scope.period.last}"
    return PanelView(
        "kinds", "Promises kept", count, heads=("kept, then missed", "missed"),
        bars=kept_bars(part, scope, lines[:8]), table=table_of(part, scope, first="Promise"),
        finding=finding, rest=rest, link=("More", f"/desk/reports/deadlines/?{query}"),
        empty="" if part.every else "No promise was decided in this period.",
    )  # fmt: skip


def boxes(found: Insight, scope: InsightScope) -> PanelView:
    """What was given, by kind: the usual sum and its spread."""
    part, cost = found.parts["remedies"], found.parts["cost"]
    named = _remedy_name
    picture = boxes_of(part, scope, named=named, count="remedies")
    query = f"from={scope.period.first}&to={scope.period.last}"
    return PanelView(
        part.key, "Remedies, and equal for equal facts", cost_words(cost),
        boxes=picture, table=table_of(part, scope, first="Remedy", named=named),
        finding="Equal for equal facts?" if picture else "",
        link=("See what stands out from its equals", f"/desk/reports/fairness/?{query}"),
        empty="" if picture else _NOTHING,
    )  # fmt: skip


def _remedy_name(_part: Part, line: Line) -> str:
    return kind_of_remedy(line.key)


def _cost(part: Part, scope: InsightScope) -> PanelView:
    currency = part.currency
    line = part.line(currency)
    figures: tuple[FigureView, ...] = ()
    if line is not None:
        figures = (
            figure_of(part, line, "total", scope, name="Granted in all"),
            figure_of(part, line, "mean", scope, name="A complaint, on average"),
            figure_of(part, line, "usual", scope, name="Half got up to"),
        )
    return PanelView(
        "cost", "What it cost", count_words(part.every, "complaint") + " made good with money",
        figures=figures, table=table_of(part, scope, first="Currency"),
        link=("What complaints came to", "/desk/reports/outcomes/"),
        empty="" if part.lines else _NOTHING,
    )  # fmt: skip


def _again(part: Part, scope: InsightScope) -> PanelView:
    figures = tuple(
        figure_of(part, line, "complaints", scope, name=name_of(part, line)) for line in part.lines
    )
    return PanelView(
        "again", "What came again", f"of {count_words(part.every, 'complaint')}", figures=figures,
        table=table_of(part, scope, first="Again"),
        rest="A repeated problem is not several single ones.",
    )  # fmt: skip


def _plain(part: Part, scope: InsightScope, title: str, column: str, first: str) -> PanelView:
    lines = [line for line in part.lines if line.key != "mean"]
    bars = bars_of(part, scope, column, lines=lines)
    finding = times_finding(part)
    return PanelView(
        part.key, title, heads=(first.lower(), ""), bars=bars,
        table=table_of(part, scope, first=first), finding=finding,
        empty="" if bars else "There was nothing of it in this period.",
    )  # fmt: skip


def _grouped(part: Part, scope: InsightScope, title: str, column: str, head: str) -> PanelView:
    bars = bars_of(part, scope, column)
    if any(one.key == column and one.unit is Unit.SCORE for one in part.columns):
        bars = tuple(
            replace(bar, width=f"{100 * (float(bar.words) - 1) / 4:.1f}%", end=end)
            for bar, end in zip(bars, _answers(part, column), strict=True)
        )
    return PanelView(
        part.key, title, heads=(head, "answers" if column == "handling" else ""), bars=bars[:14],
        table=table_of(part, scope, first=title.removeprefix("By ").capitalize()),
        empty="" if bars else "There was nothing of it in this period.",
    )  # fmt: skip


def _answers(part: Part, column: str) -> list[str]:
    return [f"{line.now.get('answers') or 0:,}" for line in part.lines if line.now.get(column)]


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
