"""What the figures of insight say, in a sentence. Nothing is said of what is too little to tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.boxes import sum_words
from desk.build.insight import counts
from desk.build.insight.pictures import ENOUGH, day_after, worst_steps
from desk.build.insight.words import SCORES, name_of
from desk.words import decimal_words, listed, number_words, short_date_words
from feedback.services.insight.shapes import Insight, Line, Part

#: A change of a mean, and of a share, that is worth a sentence.
_MOVED = 0.05
#: So much below its mean lies a score in a time that went wrong.
_WRONG = 0.5
_RISES = {
    "handling": gettext_lazy("Handling rises"),
    "result": gettext_lazy("The result rises"),
    "effort": gettext_lazy("Ease rises"),
    "felt_heard": gettext_lazy("Being heard rises"),
    "fair": gettext_lazy("Fairness rises"),
}
_FALLS = {
    "handling": gettext_lazy("Handling falls"),
    "result": gettext_lazy("The result falls"),
    "effort": gettext_lazy("Ease falls"),
    "felt_heard": gettext_lazy("Being heard falls"),
    "fair": gettext_lazy("Fairness falls"),
}
_FALLS_TOO = {
    "handling": gettext_lazy("handling falls"),
    "result": gettext_lazy("the result falls"),
    "effort": gettext_lazy("ease falls"),
    "felt_heard": gettext_lazy("being heard falls"),
    "fair": gettext_lazy("fairness falls"),
}
_NUMBERS = (
    "",
    gettext_lazy("One"),
    gettext_lazy("Two"),
    gettext_lazy("Three"),
    gettext_lazy("Four"),
    gettext_lazy("Five"),
    gettext_lazy("Six"),
    gettext_lazy("Seven"),
    gettext_lazy("Eight"),
    gettext_lazy("Nine"),
)


def _change_as_shown(line: Line) -> float:
    """By how much a mean moved in the tenths that its figure shows: what is shown as it was before
    neither rises nor falls."""
    now, before = line.now.get("mean"), line.before.get("mean")
    return 0.0 if now is None or before is None else round(now, 1) - round(before, 1)


def scores_finding(part: Part) -> tuple[str, str]:
    """What rose and what fell against the period before; else what pleased least."""
    if part.every < ENOUGH:
        if not part.every:
            return "", ""
        enough = gettext("%(count)s answers tell something.") % {"count": ENOUGH}
        return gettext("Too few to tell."), enough
    lines = [line for line in part.lines if line.now.get("mean") is not None]
    moved = [(_change_as_shown(line), line) for line in lines]
    if part.every_before < ENOUGH:
        least = min(lines, key=lambda line: line.now["mean"] or 0)
        words = str(SCORES[least.key])
        told = {
            "mean": decimal_words(float(least.now["mean"] or 0)),
            "name": words[:1].lower() + words[1:],
            "score": words,
            "poor": _poor(least),
        }
        return (
            gettext("“%(score)s” pleased least.") % told,
            gettext("%(mean)s of 5 for %(name)s; %(poor)s gave a 1 or a 2.") % told,
        )
    best, worst = max(moved, key=lambda one: one[0]), min(moved, key=lambda one: one[0])
    rises = str(_RISES[best[1].key]) if best[0] >= _MOVED else ""
    falls = str((_FALLS_TOO if rises else _FALLS)[worst[1].key]) if worst[0] <= -_MOVED else ""
    said = ", ".join(filter(None, (rises, falls)))
    told_of = best if rises and not falls else worst  # the last one that was named
    told = {"poor": _poor(told_of[1]), "answers": counts.answers(part.every)}
    rest = gettext("%(poor)s of %(answers)s gave that a 1 or a 2.") % told
    return (f"{said}." if said else gettext("Much as before."), rest)


def _poor(line: Line) -> str:
    return number_words(int((line.now.get("1") or 0) + (line.now.get("2") or 0)))


def low_words(found: Insight) -> tuple[int, int, str] | None:
    """The steps of the trend in which customers were clearly less content, and what to call them:
    "5 to 25 Oct"; None where there were none."""
    part, trend = found.parts["scores"], found.parts["trend"]
    line = part.line("handling")
    mean = line.now.get("mean") if line else None
    run = worst_steps(trend, "handling", "answers", mean, by=_WRONG)
    if run is None:
        return None
    first = dt.date.fromisoformat(trend.lines[run[0]].key)
    last = day_after(trend, run[1], found.period.last)
    told = {"first": short_date_words(first), "day": first.day, "last": short_date_words(last)}
    words = gettext("Less content, %(first)s to %(last)s")
    if first.month == last.month:
        words = gettext("Less content, %(day)s to %(last)s")
    return run[0], run[1], words % told


def causes_finding(part: Part, above: int) -> tuple[str, str]:
    """How much the causes above the line make; which one grew most."""
    if part.every < ENOUGH:
        return "", ""
    lines = [line for line in part.lines if line.now.get("complaints")]
    known = part.every_before >= ENOUGH
    grown = [line for line in lines if known and (line.change("complaints") or 0) > 0]
    most = max(grown, key=lambda line: line.change("complaints") or 0, default=None)
    rest = ""
    if most is not None:
        was, now = int(most.before.get("complaints") or 0), int(most.now["complaints"] or 0)
        told = {"name": name_of(part, most), "now": number_words(now), "was": number_words(was)}
        rest = gettext("%(name)s grew most: %(now)s, was %(was)s.") % told
    if not above:
        return "", rest
    share = round(100 * (lines[above - 1].now.get("running") or 0))
    number = str(_NUMBERS[above]) if above < len(_NUMBERS) else str(above)
    words = ngettext(
        "%(number)s cause makes %(share)s %%.", "%(number)s causes make %(share)s %%.", above
    )
    return words % {"number": number, "share": share}, rest


def kept_least(part: Part, lines: Sequence[Line]) -> tuple[str, str]:
    """Which promise was kept least."""
    told = [
        line
        for line in lines
        if (line.now.get("kept") or 0) + (line.now.get("missed") or 0) >= ENOUGH
        and line.now.get("missed")
    ]
    least = min(told, key=lambda line: line.now.get("share") or 0, default=None)
    if least is None:
        return (gettext("Every promise was kept."), "") if part.every else ("", "")
    missed = int(least.now["missed"] or 0)
    every = missed + int(least.now.get("kept") or 0)
    words = {
        "name": name_of(part, least),
        "missed": number_words(missed),
        "every": number_words(every),
    }
    return (
        gettext("%(name)s was kept least.") % words,
        gettext("%(missed)s of %(every)s missed.") % words,
    )


def cost_words(part: Part) -> str:
    """ "£19,960 in all, £32.51 a complaint", of each currency."""
    told = []
    for line in part.lines[:3]:
        total = sum_words(float(line.now.get("total") or 0), line.key, short=True)
        mean = line.now.get("mean")
        words = gettext("%(total)s in all") % {"total": total}
        if mean:
            each = {"total": total, "mean": sum_words(float(mean), line.key)}
            words = gettext("%(total)s in all, %(mean)s a complaint") % each
        told.append(words)
    return listed(told)


def times_finding(part: Part) -> str:
    """The average of a part that has one."""
    mean = part.line("mean")
    if mean is None or mean.now.get("points") is None:
        return ""
    return gettext("%(points)s points a complaint.") % {
        "points": decimal_words(float(mean.now["points"] or 0), 2)
    }
