"""Cards that several tabs of insight show, and those that are made alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext, ngettext

from desk.build.insight import counts
from desk.build.insight.findings import (
    causes_finding,
    cost_words,
    kept_least,
    low_words,
    scores_finding,
    times_finding,
)
from desk.build.insight.pictures import (
    address,
    bars_of,
    boxes_of,
    curve_of,
    figure_of,
    kept_bars,
    table_of,
)
from desk.build.insight.views import BarView, FigureView, PanelView, QuoteView
from desk.build.insight.words import SCORES, figure_words, kind_of_remedy, name_of
from desk.words import decimal_words, number_words
from feedback.access import InsightScope
from feedback.insight.measures import KEPT, WORDS, Measure
from feedback.insight.themes import BY_KEY
from feedback.services.insight.behind import MOST_KEYS
from feedback.services.insight.shapes import Behind, Insight, Line, Part, Unit

#: Causes above the dotted line make so much of all.
MOST_OF_IT = 0.59
SHOWN = 7


def nothing_granted() -> str:
    """Where no money was granted."""
    return gettext("Nothing was granted in this period.")


def groupings() -> tuple[tuple[str, str, str], ...]:
    """Two ways to group: the key, the title of the card, and the head of its table."""
    return (
        ("category", gettext("By category"), gettext("Category")),
        ("team", gettext("By team"), gettext("Team")),
    )


def said(found: Insight, scope: InsightScope) -> PanelView:
    """Four answers as figures, the two that lead over time, and what went wrong when."""
    part, trend = found.parts["scores"], found.parts["trend"]
    lines = {line.key: line for line in part.lines}
    figures = (
        figure_of(
            part,
            lines["handling"],
            "mean",
            scope,
            name=str(SCORES["handling"]),
            unit=gettext("of 5"),
        ),
        figure_of(
            part, lines["result"], "mean", scope, name=str(SCORES["result"]), unit=gettext("of 5")
        ),
        figure_of(part, lines["felt_heard"], "good", scope, name=str(SCORES["felt_heard"])),
        figure_of(part, lines["effort"], "good", scope, name=str(SCORES["effort"])),
    )
    finding, rest = scores_finding(part)
    low = low_words(found)
    curve = curve_of(
        trend,
        [("handling", gettext("handling"), True), ("result", gettext("result"), False)],
        name=gettext(
            "Handling and result over time, 1 to 5. %(finding)s %(rest)s Numbers in the table."
        )
        % {"finding": finding, "rest": rest},
        words=decimal_words,
        low=low,
        few="answers",
    )
    return PanelView(
        "trend",
        gettext("What customers say"),
        _asked_words(found),
        address(Behind(Measure.ANSWER), scope),
        figures=figures if part.every else (),
        curve=curve,
        table=table_of(trend, scope, first=gettext("From")),
        finding=finding,
        rest=rest,
        empty="" if part.every else gettext("Nobody answered in this period."),
    )


def _asked_words(found: Insight) -> str:
    asked, scores_ = found.parts["asked"], found.parts["scores"]
    answered = asked.line("answered")
    if not asked.every or answered is None:
        return counts.answers(scores_.every)
    share = round(100 * float(answered.now["customers"] or 0) / asked.every)
    told = {
        "answers": counts.answers(scores_.every),
        "customers": counts.customers(asked.every),
        "share": share,
    }
    return gettext("%(answers)s; of %(customers)s asked, %(share)s %% have answered") % told


def scores(part: Part, scope: InsightScope) -> PanelView:
    """All five answers, by how many were good."""
    bars = bars_of(
        part,
        scope,
        "good",
        end=lambda line: figure_words(line.now.get("mean"), Unit.SCORE),
    )
    shares = [float(line.now["good"] or 0) for line in part.lines if line.now.get("good")]
    bars = tuple(
        replace(bar, width=f"{100 * share:.1f}%") for bar, share in zip(bars, shares, strict=True)
    )
    return PanelView(
        "scores",
        gettext("Each answer"),
        counts.answers(part.every),
        address(Behind(Measure.ANSWER), scope),
        heads=(gettext("4 or 5"), gettext("mean")),
        bars=bars,
        table=table_of(part, scope, first=gettext("Answer")),
        empty="" if part.every else gettext("Nobody answered in this period."),
    )


def in_words(part: Part, scope: InsightScope, quotes: Sequence[QuoteView]) -> PanelView:
    """What the words are about, and the newest of them."""
    bars = bars_of(part, scope, "answers")
    signs = {line.name: BY_KEY[line.key].good for line in part.lines}
    bars = tuple(replace(bar, sign="good" if signs[bar.name] else "bad") for bar in bars)
    return PanelView(
        "themes",
        gettext("In their words"),
        ngettext(
            "%(count)s comment, by what they are about",
            "%(count)s comments, by what they are about",
            part.every,
        )
        % {"count": number_words(part.every)},
        address(Behind(Measure.ANSWER, (WORDS,)), scope),
        bars=bars,
        quotes=tuple(quotes),
        table=table_of(part, scope, first=gettext("About")),
        empty="" if part.every else gettext("Nobody wrote anything in this period."),
    )


def asked(part: Part, scope: InsightScope) -> PanelView:
    """Who was asked, and who answered."""
    return PanelView(
        "asked",
        gettext("Who answered"),
        heads=(gettext("customers"), ""),
        bars=bars_of(part, scope, "customers"),
        table=table_of(part, scope, first=gettext("Customers")),
        empty="" if part.every else gettext("Nobody was asked in this period."),
    )


def causes(part: Part, scope: InsightScope, *, shown: int) -> PanelView:
    """The Pareto of root causes: what makes most of it above a dotted line."""
    many = len([line for line in part.lines if line.now.get("complaints")])
    lines, rest = part.lines[:shown], part.lines[shown:]
    above = sum((line.now.get("running") or 0) < MOST_OF_IT for line in lines) + 1
    above = above if len(lines) > above and many > 3 else 0
    keys = [line.key for line in lines]
    bars = bars_of(
        part,
        scope,
        "complaints",
        lines=lines,
        end=_running,
        quiet=lambda line: bool(above) and keys.index(line.key) >= above,
    )
    bars = tuple(replace(bar, divided=bool(above) and n == above) for n, bar in enumerate(bars))
    if others := sum(int(line.now.get("complaints") or 0) for line in rest):
        most = max(int(line.now.get("complaints") or 0) for line in part.lines)
        width = f"{min(100 * others / most, 100):.1f}%"
        keys_ = tuple(key for line in rest if line.behind for key in line.behind.keys)
        url = address(Behind(Measure.CAUSE, keys_), scope) if len(keys_) <= MOST_KEYS else ""
        bars += (
            BarView(gettext("All others"), url, width, number_words(others), "100 %", quiet=True),
        )
    finding, said_ = causes_finding(part, above)
    return PanelView(
        "causes",
        gettext("Why it happened"),
        ngettext(
            "%(count)s complaint upheld in full or part",
            "%(count)s complaints upheld in full or part",
            part.every,
        )
        % {"count": number_words(part.every)},
        address(Behind(Measure.UPHELD), scope),
        heads=(gettext("complaints"), gettext("running share")),
        bars=bars,
        table=table_of(part, scope, first=gettext("Root cause")),
        finding=finding,
        rest=said_,
        empty="" if part.lines else gettext("No complaint was upheld in this period."),
    )


def _running(line: Line) -> str:
    return f"{round(100 * (line.now.get('running') or 0))} %"


def promises(part: Part, scope: InsightScope) -> PanelView:
    """Kept and missed, by kind of promise."""
    every, lines = part.lines[-1], part.lines[:-1]
    finding, rest = kept_least(part, lines)
    kept = int(every.now.get("kept") or 0)
    told = {"kept": number_words(kept), "every": number_words(part.every)}
    count = gettext("%(kept)s kept of %(every)s") % told
    if part.every:
        count += f", {figure_words(every.now.get('share'), Unit.SHARE)}"
    query = f"from={scope.period.first}&to={scope.period.last}"
    return PanelView(
        "kinds",
        gettext("Promises kept"),
        count,
        address(Behind(Measure.PROMISE, (), (KEPT,)), scope) if kept else "",
        heads=(gettext("kept, then missed"), gettext("missed")),
        bars=kept_bars(part, scope, lines[:8]),
        table=table_of(part, scope, first=gettext("Promise")),
        finding=finding,
        rest=rest,
        link=(gettext("More"), f"/desk/reports/deadlines/?{query}"),
        empty="" if part.every else gettext("No promise was decided in this period."),
    )


def boxes(found: Insight, scope: InsightScope) -> PanelView:
    """What was given, by kind: the usual sum and its spread."""
    part, cost = found.parts["remedies"], found.parts["cost"]
    named = _remedy_name
    picture = boxes_of(part, scope, named=named, count="remedies")
    query = f"from={scope.period.first}&to={scope.period.last}"
    return PanelView(
        part.key,
        gettext("Remedies, and equal for equal facts"),
        cost_words(cost),
        boxes=picture,
        table=table_of(part, scope, first=gettext("Remedy"), named=named),
        finding=gettext("Equal for equal facts?") if picture else "",
        link=(gettext("See what stands out from its equals"), f"/desk/reports/fairness/?{query}"),
        empty="" if picture else nothing_granted(),
    )


def _remedy_name(_part: Part, line: Line) -> str:
    return kind_of_remedy(line.key)


def cost_card(part: Part, scope: InsightScope) -> PanelView:
    """What money was granted, in its currency."""
    currency = part.currency
    line = part.line(currency)
    figures: tuple[FigureView, ...] = ()
    if line is not None:
        figures = (
            figure_of(part, line, "total", scope, name=gettext("Granted in all")),
            figure_of(part, line, "mean", scope, name=gettext("A complaint, on average")),
            figure_of(part, line, "usual", scope, name=gettext("Half got up to")),
        )
    return PanelView(
        "cost",
        gettext("What it cost"),
        ngettext(
            "%(count)s complaint made good with money",
            "%(count)s complaints made good with money",
            part.every,
        )
        % {"count": number_words(part.every)},
        address(Behind(Measure.GRANTED), scope),
        figures=figures,
        table=table_of(part, scope, first=gettext("Currency")),
        link=(gettext("What complaints came to"), "/desk/reports/outcomes/"),
        empty="" if part.lines else nothing_granted(),
    )


def again_card(part: Part, scope: InsightScope) -> PanelView:
    """What came again."""
    figures = tuple(
        figure_of(part, line, "complaints", scope, name=name_of(part, line)) for line in part.lines
    )
    return PanelView(
        "again",
        gettext("What came again"),
        gettext("of %(complaints)s") % {"complaints": counts.complaints(part.every)},
        figures=figures,
        table=table_of(part, scope, first=gettext("Again")),
        rest=gettext("A repeated problem is not several single ones."),
    )


def plain_card(part: Part, scope: InsightScope, title: str, column: str, first: str) -> PanelView:
    """Bars of one figure of a part, and its average."""
    lines = [line for line in part.lines if line.key != "mean"]
    bars = bars_of(part, scope, column, lines=lines)
    finding = times_finding(part)
    return PanelView(
        part.key,
        title,
        heads=(first.lower(), ""),
        bars=bars,
        table=table_of(part, scope, first=first),
        finding=finding,
        empty="" if bars else gettext("There was nothing of it in this period."),
    )


def grouped_card(
    part: Part, scope: InsightScope, titles: tuple[str, str], column: str, head: str
) -> PanelView:
    """Bars of one figure by category or team."""
    title, first = titles
    bars = bars_of(part, scope, column)
    if any(one.key == column and one.unit is Unit.SCORE for one in part.columns):
        bars = tuple(
            replace(bar, width=f"{100 * (score - 1) / 4:.1f}%", end=end)
            for bar, (score, end) in zip(bars, _answers(part, column), strict=True)
        )
    return PanelView(
        part.key,
        title,
        heads=(head, gettext("answers") if column == "handling" else ""),
        bars=bars[:14],
        table=table_of(part, scope, first=first),
        empty="" if bars else gettext("There was nothing of it in this period."),
    )


def _answers(part: Part, column: str) -> list[tuple[float, str]]:
    """The score of each bar, and how many answered."""
    return [
        (round(float(line.now[column] or 0), 1), number_words(int(line.now.get("answers") or 0)))
        for line in part.lines
        if line.now.get(column)
    ]
