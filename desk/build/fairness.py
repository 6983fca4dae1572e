"""The page of fairness: boxes on an axis, findings in words, and the rows of its file."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.boxes import AxisView, BoxView, Scale, plain, sum_words
from desk.build.insight.views import CellView
from desk.build.ways import Ways
from desk.sheets import sum_cell
from desk.words import moment_words, number_words
from remedies.rules.checks.equality import ENOUGH, Box
from remedies.rules.retelling import known_words
from remedies.services.fairness import Fairness, Group, Outlier, Part
from tickets.saying import retold

TITLES = {
    "rule": gettext_lazy("By rule"),
    "category": gettext_lazy("By category"),
    "team": gettext_lazy("By team"),
    "rep": gettext_lazy("By colleague"),
}
SHOWN = 12


@dataclass(frozen=True, slots=True)
class RowView:
    """One set of equals, or one rule, category, team or colleague."""

    name: str
    #: The facts that make them equal; short: without those that say that nothing is.
    about: str
    short: str
    count: str
    usual: str
    box: BoxView | None
    outliers: int
    #: Each figure as the table prints it.
    cells: tuple[CellView, ...]
    #: The key that narrows the page to it; empty where it can't.
    key: str = ""


@dataclass(frozen=True, slots=True)
class PictureView:
    """Boxes under one axis, what stands out in a sentence, and the head of their table."""

    key: str
    title: str
    count: str
    name: str
    axis: AxisView
    rows: tuple[RowView, ...]
    heads: tuple[str, ...]
    finding: str = ""
    rest: str = ""
    more: int = 0
    #: The tickets behind what `count` says.
    count_url: str = ""


@dataclass(frozen=True, slots=True)
class OutlierView:
    """One remedy that stands out."""

    number: str
    title: str
    amount: str
    usual: str
    apart: str
    why: str
    when: str
    place: str


GROUP_HEADS = (
    gettext_lazy("Complaints"),
    gettext_lazy("Least"),
    gettext_lazy("Lower quarter"),
    gettext_lazy("Usual"),
    gettext_lazy("Upper quarter"),
    gettext_lazy("Most"),
    gettext_lazy("Stand out"),
)
PART_HEADS = (
    gettext_lazy("Decided"),
    gettext_lazy("Compared"),
    gettext_lazy("As usual"),
    gettext_lazy("A tenth below"),
    gettext_lazy("Middle"),
    gettext_lazy("A tenth above"),
    gettext_lazy("Stand out"),
)


def groups_picture(found: Fairness, ways: Ways) -> PictureView:
    """Sets of equals, those in which something stands out first."""
    shown = found.groups
    currency = found.currency
    scale = Scale(0, max([1, *(group.box.most for group in shown)]), currency)
    total = found.total
    count = ""
    if total is not None:
        mean = sum_words(total.amount / total.count, currency)
        count = gettext("%(total)s in all, %(mean)s a complaint") % {
            "total": sum_words(total.amount, currency),
            "mean": mean,
        }
    finding, rest = _finding(found)
    return PictureView(
        key="equal",
        title=gettext("Equal for equal facts"),
        count=count,
        name=gettext("What was given for equal facts: %(finding)s %(rest)s Numbers in the table.")
        % {"finding": finding, "rest": rest},
        axis=scale.axis(),
        rows=tuple(_group_row(group, scale, ways) for group in shown),
        heads=tuple(map(str, GROUP_HEADS)),
        finding=finding,
        rest=rest,
        count_url=ways.url("all") if total is not None else "",
    )


def _finding(found: Fairness) -> tuple[str, str]:
    total = found.total
    if total is None:
        return "", ""
    told = {
        "compared": number_words(total.compared),
        "equal": number_words(total.among_equals),
        "count": number_words(total.count),
        "least": ENOUGH - 1,
    }
    said = gettext("%(compared)s of %(count)s have at least %(least)s equals to compare.") % told
    if found.standing_out:
        words = ngettext(
            "%(count)s remedy stands out from their equals.",
            "%(count)s remedies stand out from their equals.",
            found.standing_out,
        )
        return words % {"count": number_words(found.standing_out)}, said
    if not total.compared:
        return gettext("Too few to tell."), gettext("%(equal)s of %(count)s have an equal.") % told
    return gettext("Nothing stands out."), said


def _group_row(group: Group, scale: Scale, ways: Ways) -> RowView:
    box, currency = group.box, scale.currency
    figures = (box.least, box.low, box.usual, box.high, box.most)
    return RowView(
        name=f"{retold(group.title) or group.rule}, {group.rule}",
        about=known_words(group.facts),
        short=known_words(fact for fact in group.facts if not _says_nothing(fact[1])),
        count=ngettext("%(count)s complaint", "%(count)s complaints", box.count)
        % {"count": number_words(box.count)},
        usual=sum_words(box.usual, currency),
        box=scale.box(box) if box.enough else None,
        outliers=box.outliers,
        cells=(
            ways.cell(number_words(box.count), box.count, "group", group.key),
            *(CellView(sum_words(one, currency)) for one in figures),
            ways.cell(number_words(box.outliers), box.outliers, "group", group.key, "out"),
        ),
        key=group.rule,
    )


def _says_nothing(words: str) -> bool:
    return words.split(" ", maxsplit=1)[0] in {"0", "no", "none", "undecided"}


def part_pictures(found: Fairness, ways: Ways) -> list[PictureView]:
    """How far from the usual, by rule, category, team and (for those who lead them) colleague."""
    return [
        _parts(by, found.by.get(by, ()), found.currency, ways)
        for by in TITLES
        if by != "rep" or found.reps
    ]


def _parts(by: str, parts: Sequence[Part], currency: str, ways: Ways) -> PictureView:
    boxes = [part.box for part in parts if part.box is not None]
    reach = [one for box in boxes for one in (box.from_, box.to)]
    scale = Scale(min([-1, *reach]), max([1, *reach]), currency)
    few = sum(1 for part in parts if part.box is None)
    finding, rest = (
        _widest(parts, currency)
        if by != "rep"
        else (
            gettext("A difference is a question to ask, never a score."),
            gettext("In the order of names."),
        )
    )
    return PictureView(
        key=by,
        title=str(TITLES[by]),
        count=ngettext("%(count)s has too few to tell", "%(count)s have too few to tell", few)
        % {"count": few}
        if few
        else "",
        name=gettext("%(title)s: how far from what is usual among equals. Numbers in the table.")
        % {"title": TITLES[by]},
        axis=scale.axis(signed=True),
        rows=tuple(_part_row(by, part, scale, ways) for part in parts[:SHOWN]),
        heads=tuple(map(str, PART_HEADS)),
        finding=finding if boxes else "",
        rest=rest if boxes else "",
        more=max(len(parts) - SHOWN, 0),
    )


def _widest(parts: Sequence[Part], currency: str) -> tuple[str, str]:
    drawn = [(part.box.to - part.box.from_, part) for part in parts if part.box is not None]
    if not drawn:
        return "", ""
    width, part = max(drawn, key=lambda one: (one[0], one[1].name))
    if not width:
        return gettext("All the same."), gettext("Equals got the same, wherever they were decided.")
    words = sum_words(width, currency)
    return (
        gettext("Widest: %(name)s.") % {"name": part.name},
        gettext("Eight of ten lie within %(sum)s of each other.") % {"sum": words},
    )


def _part_row(by: str, part: Part, scale: Scale, ways: Ways) -> RowView:
    box, currency = part.box, scale.currency
    told = ("–", "–", "–")
    if box is not None:
        told = tuple(  # type: ignore[assignment]
            sum_words(one, currency, signed=True) for one in (box.from_, box.usual, box.to)
        )
    return RowView(
        name=part.name,
        about="",
        short="",
        count=gettext("%(compared)s of %(count)s compared")
        % {"compared": number_words(part.compared), "count": number_words(part.count)},
        usual=told[1],
        box=scale.box(box, marks=False) if box is not None else None,
        outliers=part.outliers,
        cells=(
            ways.cell(number_words(part.count), part.count, by, part.key),
            ways.cell(number_words(part.compared), part.compared, by, part.key, "compared"),
            ways.cell(number_words(part.same), part.same, by, part.key, "same"),
            *map(CellView, told),
            ways.cell(number_words(part.outliers), part.outliers, by, part.key, "out"),
        ),
        key=part.key if by != "rep" else "",
    )


def outlier_views(
    outliers: Iterable[Outlier], currency: str, *, now: dt.datetime, zone: ZoneInfo
) -> list[OutlierView]:
    """Those that stand out, each with why, as far as somebody said."""
    return [
        OutlierView(
            number=one.number,
            title=one.title or gettext("The offer as a whole"),
            amount=sum_words(one.amount, currency),
            usual=sum_words(one.usual, currency),
            apart=sum_words(one.apart, currency, signed=True),
            why=_why(one),
            when=moment_words(one.at, now=now, zone=zone),
            place=", ".join(
                filter(
                    None, (one.category, one.team and gettext("team %(name)s") % {"name": one.team})
                )
            ),
        )
        for one in outliers
    ]


def _why(one: Outlier) -> str:
    if one.refused:
        return gettext("Refused")
    if one.exception and one.reason:
        return gettext("Approved as an exception: %(reason)s") % {"reason": one.reason}
    return (
        gettext("Approved as an exception")
        if one.exception
        else one.reason or gettext("No reason given")
    )


CSV_HEAD = (
    "what",
    "key",
    "name",
    "facts",
    "currency",
    "count",
    "compared",
    "same",
    "stand_out",
    "least",
    "lower_quarter",
    "usual",
    "upper_quarter",
    "most",
    "ticket",
    "amount",
    "reason",
)


def table(found: Fairness, outliers: Iterable[Outlier]) -> Iterable[tuple[str, ...]]:
    """The report as rows of text, sums in the currency beside them. No text becomes
    a formula."""
    yield CSV_HEAD
    blank = ("", "", "")
    for group in found.groups:
        box, facts = group.box, "; ".join(f"{label}={words}" for label, words in group.facts)
        yield (
            "equal",
            plain(group.rule),
            plain(group.title),
            plain(facts),
            found.currency,
            str(box.count),
            str(box.count if box.enough else 0),
            "",
            str(box.outliers),
            *_figures(box, found.currency),
            *blank,
        )
    for by, parts in found.by.items():
        for part in parts:
            yield (
                by,
                plain(part.key),
                plain(part.name),
                "",
                found.currency,
                str(part.count),
                str(part.compared),
                str(part.same),
                str(part.outliers),
                *_figures(part.box, found.currency),
                *blank,
            )
    for one in outliers:
        yield (
            "outlier",
            plain(one.rule),
            plain(one.title),
            "",
            found.currency,
            str(one.equals),
            "",
            "",
            "",
            "",
            "",
            sum_cell(one.usual, found.currency),
            "",
            "",
            one.number,
            sum_cell(one.amount, found.currency),
            plain(_why(one)),
        )


def _figures(box: Box | None, currency: str) -> tuple[str, ...]:
    if box is None:
        return ("",) * 5
    values = (box.least, box.low, box.usual, box.high, box.most)
    return tuple(sum_cell(one, currency) for one in values)
