"""What the figures of insight say, in a sentence. Nothing is said of what is too little to tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from desk.build.boxes import sum_words
from desk.build.insight.pictures import ENOUGH, day_after, worst_steps
from desk.build.insight.words import SCORES, name_of
from desk.words import count_words, listed
from feedback.services.insight.shapes import Insight, Line, Part

#: A change of a mean, and of a share, that is worth a sentence.
_MOVED = 0.05
#: So much below its mean lies a score in a time that went wrong.
_WRONG = 0.5
_RISES = {"handling": "Handling", "result": "The result", "effort": "Ease",
          "felt_heard": "Being heard", "fair": "Fairness"}  # fmt: skip
_NUMBERS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def scores_finding(part: Part) -> tuple[str, str]:
    """What rose and what fell against the period before; else what pleased least."""
    if part.every < ENOUGH:
        return ("Too few to tell.", f"{ENOUGH} answers tell something.") if part.every else ("", "")
    lines = [line for line in part.lines if line.now.get("mean") is not None]
    moved = [(line.change("mean") or 0.0, line) for line in lines]
    if part.every_before < ENOUGH:
        least = min(lines, key=lambda line: line.now["mean"] or 0)
        name = SCORES[least.key][:1].lower() + SCORES[least.key][1:]
        return (
            f"“{SCORES[least.key]}” pleased least.",
            f"{least.now['mean']:.1f} of 5 for {name}; {_poor(least)} gave a 1 or a 2.",
        )
    best, worst = max(moved, key=lambda one: one[0]), min(moved, key=lambda one: one[0])
    rises = f"{_RISES[best[1].key]} rises" if best[0] >= _MOVED else ""
    falls = f"{_RISES[worst[1].key].lower() if rises else _RISES[worst[1].key]} falls"
    falls = falls if worst[0] <= -_MOVED else ""
    said = ", ".join(filter(None, (rises, falls)))
    rest = f"{_poor(worst[1])} of {count_words(part.every, 'answer')} gave that a 1 or a 2."
    return (f"{said}." if said else "Much as before.", rest)


def _poor(line: Line) -> str:
    return f"{int((line.now.get('1') or 0) + (line.now.get('2') or 0)):,}"


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
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return run[0], run[1], f"Less content, {start} to {last.day} {last:%b}"


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
        rest = f"{name_of(part, most)} grew most: {now:,}, was {was:,}."
    if not above:
        return "", rest
    share = round(100 * (lines[above - 1].now.get("running") or 0))
    causes = count_words(above, "cause").split(" ", 1)[1]
    number = _NUMBERS[above] if above < len(_NUMBERS) else f"{above}"
    makes = "makes" if above == 1 else "make"
    return f"{number} {causes} {makes} {share} %.", rest


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
        return ("Every promise was kept.", "") if part.every else ("", "")
    missed = int(least.now["missed"] or 0)
    every = missed + int(least.now.get("kept") or 0)
    return f"{name_of(part, least)} was kept least.", f"{missed:,} of {every:,} missed."


def cost_words(part: Part) -> str:
    """ "£19,960 in all, £32.51 a complaint", of each currency."""
    told = []
    for line in part.lines[:3]:
        total = sum_words(float(line.now.get("total") or 0), line.key, short=True)
        mean = line.now.get("mean")
        each = f", {sum_words(float(mean), line.key)} a complaint" if mean else ""
        told.append(f"{total} in all{each}")
    return listed(told)


def times_finding(part: Part) -> str:
    """The average of a part that has one."""
    mean = part.line("mean")
    if mean is None or mean.now.get("points") is None:
        return ""
    return f"{mean.now['points']:.2f} points a complaint."
