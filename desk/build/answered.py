"""What remedies cost beside what customers said, and how long an offer took, for the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.boxes import sum_words
from desk.build.insight import counts
from desk.build.insight.views import CellView
from desk.build.ways import Ways
from desk.satisfaction import Band
from desk.words import decimal_words, number_words, span_words
from remedies.rules.checks.equality import ENOUGH
from remedies.services.fairness import OfferTimes, TimeLine
from remedies.services.fairness.times import BUCKETS

#: Lines of a table that are shown.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class BandView:
    """Answers by what was granted."""

    name: str
    count: str
    #: Place of the mean on 1 to 5, in percent; "" where too few answered.
    handling: str
    result: str
    cells: tuple[CellView, ...]
    enough: bool


BAND_HEADS = (
    gettext_lazy("Answers"),
    gettext_lazy("Handling"),
    gettext_lazy("Result"),
    gettext_lazy("Fair"),
    gettext_lazy("Poor"),
    gettext_lazy("Granted, mean"),
)


def band_views(bands: Sequence[Band], ways: Ways) -> list[BandView]:
    """Each band with its means, where enough answered."""
    return [
        BandView(
            name=band.words,
            count=counts.answers(band.answers),
            handling=_on_five(band.handling) if band.enough else "",
            result=_on_five(band.result) if band.enough else "",
            cells=(
                ways.cell(number_words(band.answers), band.answers, "answers", str(band.place)),
                *(CellView(_mean(band, one)) for one in (band.handling, band.result, band.fair)),
                ways.cell(number_words(band.poor), band.poor, "answers", str(band.place), "poor")
                if band.enough
                else CellView("–"),
                CellView(sum_words(band.granted / band.answers, band.currency)),
            ),
            enough=band.enough,
        )
        for band in bands
    ]


def _mean(band: Band, value: float | None) -> str:
    return decimal_words(value) if band.enough and value is not None else "–"


def _on_five(value: float | None) -> str:
    return "" if value is None else f"{100 * (value - 1) / 4:.1f}%"


def band_finding(bands: Sequence[Band]) -> tuple[str, str]:
    """Whether more money went with better answers, in words; nothing where too few answered."""
    told = [band for band in bands if band.enough and band.result is not None]
    if len(told) < 2:
        return gettext("Too few to tell."), gettext(
            "A mean needs %(count)s answers, and two of them to compare."
        ) % {"count": ENOUGH}
    best = max(told, key=lambda band: band.result or 0)
    least, most = told[0], told[-1]
    gap = (most.result or 0) - (least.result or 0)
    if abs(gap) < 0.25:
        return gettext("More money, the same answer."), gettext(
            "From %(sum)s on: %(gap)s of 5."
        ) % {
            "sum": _small(least.words),
            "gap": f"{'+' if gap >= 0 else '-'}{decimal_words(abs(gap))}",
        }
    lead = (
        gettext("More went with better answers.")
        if gap > 0
        else gettext("More went with worse answers.")
    )
    return lead, gettext("Best at %(sum)s: %(result)s of 5.") % {
        "sum": _small(best.words),
        "result": decimal_words(best.result or 0),
    }


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


@dataclass(frozen=True, slots=True)
class TimeView:
    """The distribution of one line: bars with their numbers, and the table of all."""

    median: str
    ninetieth: str
    count: str
    count_url: str
    bars: tuple[tuple[str, CellView, str], ...]
    rows: tuple[tuple[str, tuple[CellView, ...]], ...]


TIME_HEADS = (
    gettext_lazy("Offers"),
    gettext_lazy("Half within"),
    gettext_lazy("Nine of ten within"),
    gettext_lazy("Longest"),
)


def time_view(found: OfferTimes, ways: Ways) -> TimeView | None:
    """How long customers waited for an offer; None where none was sent."""
    total = found.total
    if total is None:
        return None
    most = max(total.counts)
    names = [
        *(gettext("up to %(time)s") % {"time": gettext(words)} for _, words in BUCKETS),
        gettext("longer"),
    ]
    lines = [("offers", total)]
    lines += [(f"offers-{by}", line) for by in ("team", "category") for line in found.by[by]]
    return TimeView(
        median=span_words(total.median),
        ninetieth=span_words(total.ninetieth),
        count=ngettext("%(count)s first offer", "%(count)s first offers", total.count)
        % {"count": number_words(total.count)},
        count_url=ways.url("offers"),
        bars=tuple(
            (
                name,
                ways.cell(number_words(count), count, "offers-bucket", str(place)),
                f"{100 * count / most:.1f}%",
            )
            for place, (name, count) in enumerate(zip(names, total.counts, strict=True))
            if count
        ),
        rows=tuple(
            (line.name, _time_cells(line, ways.url(what, line.key)))
            for what, line in lines[: 2 * SHOWN]
        ),
    )


def _time_cells(line: TimeLine, url: str) -> tuple[CellView, ...]:
    count = CellView(number_words(line.count), url)
    if line.count < ENOUGH:
        return (count, *map(CellView, (gettext("too few to tell"), "–", "–")))
    spans = (line.median, line.ninetieth, line.longest)
    return (count, *(CellView(span_words(span)) for span in spans))
