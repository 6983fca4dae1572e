"""The page of outcomes: what complaints came to, in words and bars, and the rows of its file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.boxes import plain, sum_words
from desk.build.insight.views import CellView
from desk.build.kinds import kind_of_remedy
from desk.build.ways import Ways
from desk.sheets import sum_cell
from desk.words import number_words
from remedies.rules.reporting import PortalCategory, TimeBand
from remedies.services.outcomes import Count, Outcomes, Redress, Reviewed
from tickets.rules import OVERTURN_WORDS, OverturnReason

SHOWN = 12
#: Fewer decided complaints than this make no share.
ENOUGH = 5
BANDS = {
    TimeBand.FOUR_WEEKS: gettext_lazy("Within 4 weeks"),
    TimeBand.EIGHT_WEEKS: gettext_lazy("Over 4, up to 8 weeks"),
    TimeBand.LONGER: gettext_lazy("Over 8 weeks"),
}
FINDINGS = {
    "upheld": gettext_lazy("Upheld"),
    "partly_upheld": gettext_lazy("Partly upheld"),
    "not_upheld": gettext_lazy("Not upheld"),
    "out_of_scope": gettext_lazy("Out of scope"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "": gettext_lazy("No finding"),
}
ANSWERS = {
    PortalCategory.MONEY: gettext_lazy("Money"),
    PortalCategory.OTHER_RELIEF: gettext_lazy("Something else, no money"),
    PortalCategory.EXPLANATION: gettext_lazy("An explanation"),
    PortalCategory.CLOSED: gettext_lazy("Nothing of these"),
}
STAGES = {"2": gettext_lazy("Review by another person"), "external": gettext_lazy("Outside body")}


@dataclass(frozen=True, slots=True)
class BarView:
    """One line: a name, a bar in percent of the longest, and its figures."""

    name: str
    width: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class BarsView:
    """Lines of one kind under their heads, with what is to be seen in a sentence."""

    key: str
    title: str
    heads: tuple[str, ...]
    lines: tuple[BarView, ...]
    finding: str = ""
    rest: str = ""


def share_words(count: Count) -> str:
    """ "62 %", or that there are too few."""
    decided = count.upheld + count.rejected
    if decided < ENOUGH or count.share is None:
        return gettext("too few")
    return f"{100 * count.share:.0f} %"


def bars_of(found: Outcomes, ways: Ways) -> list[BarsView]:
    """What complaints came to, from several sides."""
    return [
        *(
            _counts(by, title, found.by[by], ways)
            for by, title in (("category", gettext("By category")), ("team", gettext("By team")))
        ),
        _simple(
            "findings",
            gettext("As they were found"),
            "finding",
            [
                (key, str(words), found.findings[key])
                for key, words in FINDINGS.items()
                if key in found.findings
            ],
            ways,
        ),
        _simple(
            "bands",
            gettext("From receipt to the end"),
            "time",
            [(band.value, str(words), found.bands[band]) for band, words in BANDS.items()],
            ways,
        ),
        _simple(
            "answers",
            gettext("What customers got"),
            "answer",
            [
                (key.value, str(words), found.answers[key])
                for key, words in ANSWERS.items()
                if key in found.answers
            ],
            ways,
        ),
        *(_redress(one, ways) for one in found.redress),
    ]


def _counts(key: str, title: str, lines: Sequence[Count], ways: Ways) -> BarsView:
    most = max([1, *(line.settled for line in lines)])
    return BarsView(
        key,
        title,
        (gettext("Settled"), gettext("Upheld"), gettext("Rejected"), gettext("Share upheld")),
        tuple(
            BarView(
                line.name,
                f"{100 * line.settled / most:.1f}%",
                (
                    ways.cell(number_words(line.settled), line.settled, key, line.key),
                    ways.cell(number_words(line.upheld), line.upheld, key, line.key, "upheld"),
                    ways.cell(
                        number_words(line.rejected), line.rejected, key, line.key, "rejected"
                    ),
                    CellView(share_words(line)),
                ),
            )
            for line in lines[:SHOWN]
        ),
    )


def _simple(
    key: str, title: str, what: str, lines: Sequence[tuple[str, str, int]], ways: Ways
) -> BarsView:
    """Lines of one kind: the key of each, its name, and how many."""
    counts = [count for _, _, count in lines]
    every, most = sum(counts) or 1, max([1, *counts])
    return BarsView(
        key,
        title,
        (gettext("Complaints"), gettext("Share")),
        tuple(
            BarView(
                name,
                f"{100 * count / most:.1f}%",
                (
                    ways.cell(number_words(count), count, what, line),
                    CellView(f"{100 * count / every:.0f} %"),
                ),
            )
            for line, name, count in lines
        ),
    )


def _redress(one: Redress, ways: Ways) -> BarsView:
    most = max([1, *(total for _, total in one.kinds.values())])
    return BarsView(
        f"redress-{one.currency}",
        gettext("Redress, %(sum)s") % {"sum": sum_words(one.total, one.currency)},
        (gettext("Remedies"), gettext("Sum")),
        tuple(
            BarView(
                kind_of_remedy(kind).capitalize(),
                f"{100 * total / most:.1f}%",
                (
                    ways.cell(number_words(count), count, "redress", f"{kind} {one.currency}"),
                    ways.cell(
                        sum_words(total, one.currency), count, "redress", f"{kind} {one.currency}"
                    ),
                ),
            )
            for kind, (count, total) in one.kinds.items()
        ),
    )


def review_bars(found: Outcomes, ways: Ways) -> list[BarsView]:
    """Decisions that were looked at again, by stage, rule, team and reason."""
    titles = {
        "stage": gettext("By stage"),
        "rule": gettext("By rule"),
        "team": gettext("By team"),
        "reason": gettext("Why they fell"),
    }
    return [_reviewed(by, title, found.reviews[by], ways) for by, title in titles.items()]


def _reviewed(by: str, title: str, lines: Sequence[Reviewed], ways: Ways) -> BarsView:
    most = max([1, *(line.count for line in lines)])
    what = "review_team" if by == "team" else by
    heads = (gettext("Fell"),) if by == "reason" else (gettext("Reviewed"), gettext("Overturned"))
    return BarsView(
        f"review-{by}",
        title,
        heads,
        tuple(
            BarView(
                _name(by, line),
                f"{100 * line.count / most:.1f}%",
                (
                    *(
                        ()
                        if by == "reason"
                        else (ways.cell(number_words(line.count), line.count, what, line.key),)
                    ),
                    ways.cell(
                        number_words(line.overturned),
                        line.overturned,
                        what,
                        line.key,
                        "overturned",
                    ),
                ),
            )
            for line in lines[:SHOWN]
        ),
    )


def _name(by: str, line: Reviewed) -> str:
    if by == "stage":
        return str(STAGES.get(line.key, line.key))
    if by == "reason" and line.key in set(OverturnReason):
        return str(OVERTURN_WORDS[OverturnReason(line.key)])
    return line.name[:80] or gettext("Not said")


def review_words(found: Outcomes) -> tuple[str, str]:
    """How many decisions did not hold."""
    lines = found.reviews["stage"]
    every, fell = sum(one.count for one in lines), sum(one.overturned for one in lines)
    if not every:
        return gettext("No decision was looked at again."), ""
    lead = ngettext(
        "%(fell)s of %(count)s decision did not hold.",
        "%(fell)s of %(count)s decisions did not hold.",
        every,
    ) % {"fell": number_words(fell), "count": number_words(every)}
    worst = next((one for one in found.reviews["rule"] if one.overturned), None)
    return lead, gettext("Most often: %(rule)s.") % {"rule": worst.name[:80]} if worst else ""


def table(found: Outcomes) -> Iterable[tuple[str, ...]]:
    """The report as rows of text; sums in the currency beside them. No name becomes a formula."""
    yield ("what", "key", "name", "count", "upheld", "rejected", "neither", "currency", "sum")
    counts = (("all", (found.total,)), *found.by.items())
    for by, lines in counts:
        for line in lines:
            yield (
                by,
                plain(line.key),
                plain(line.name),
                str(line.settled),
                str(line.upheld),
                str(line.rejected),
                str(line.neither),
                "",
                "",
            )
    for what, named in (
        ("finding", found.findings),
        ("time", found.bands),
        ("answer", found.answers),
    ):
        for key, count in named.items():
            yield (what, str(key), "", str(count), "", "", "", "", "")
    for one in found.redress:
        for kind, (count, total) in one.kinds.items():
            yield (
                "redress",
                kind,
                "",
                str(count),
                "",
                "",
                "",
                one.currency,
                sum_cell(total, one.currency),
            )
    for by, reviewed in found.reviews.items():
        for each in reviewed:
            yield (
                f"review_{by}",
                plain(each.key),
                plain(_name(by, each)),
                str(each.count),
                str(each.overturned),
                str(each.count - each.overturned),
                "",
                "",
                "",
            )
