"""The explanation of a deadline as the page shows it: words, the picture in two widths, tables.

All of it is read from one `Explanation`, which the API and the command show as well.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString, mark_safe

from desk.build.clocks import clock_of
from desk.build.events import kind_words
from desk.glyphs import ClockView
from desk.words import day_words, listed, moment_words, span_words
from escalation.clock import duration_words
from escalation.counted import Counted
from escalation.services.explaining import Explanation, Foreseen

WIDE, NARROW = 1040, 350
_BY = {
    "window": "each stretch of working time",
    "day": "by day",
    "week": "by week",
    "month": "by month",
    "year": "by year",
}
#: What steps of a path do, for people.
_DEEDS = {
    "notify": "told here",
    "mail": "by mail",
    "webhook": "other systems told",
    "reassign": "given to them",
    "raise pain": "pain raised",
    "call back": "a call promised",
    "add delay": "our delay noted",
    "tell customer": "the customer told",
}
_SHAPES = {"warning": "warning", "breach": "missed", "path": "step", "resume": "runs again"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: what, and its figures in words."""

    first: str
    second: str
    third: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One numbered mark of the picture."""

    number: int
    sort: str
    at: str
    words: str
    told: str
    state: str


@dataclass(frozen=True, slots=True)
class ExplainedView:
    """One deadline, explained."""

    id: int
    kind: str
    clock: ClockView
    promised: str
    policy: str
    hours: str
    sentence: str
    #: The same stretches as (what, on the wall, in working time).
    times: tuple[Line, ...]
    wide: SafeString
    narrow: SafeString
    steps: tuple[StepLine, ...]
    counted: tuple[Line, ...]
    counted_by: str
    counted_sum: str
    pauses: tuple[Line, ...]
    extensions: tuple[Line, ...]
    open: bool


def explained_view(found: Explanation, *, now: dt.datetime, zone: ZoneInfo) -> ExplainedView:
    """One explanation in the reader's zone. Reads pauses of the deadline, so prefetch them."""
    row, reading = found.deadline, found.reading

    def words(moment: dt.datetime) -> str:
        return moment_words(moment, now=now, zone=zone)

    kind = _capital(kind_words(row.kind))
    return ExplainedView(
        id=row.pk,
        kind=kind,
        clock=clock_of(row, now=now, zone=zone, size=30),
        promised=_promised(found, words),
        policy=found.policy,
        hours=found.calendar_zone,
        sentence=_sentence(found, words(reading.started_at), words(reading.due_at)),
        times=tuple(_times(found, now=now)),
        wide=mark_safe(found.picture(zone=zone, width=WIDE)),  # its parts are escaped
        narrow=mark_safe(found.picture(zone=zone, width=NARROW)),
        steps=tuple(
            _step_line(number, step, now=now, zone=zone)
            for number, step in enumerate(found.steps, start=1)
        ),
        counted=tuple(_counted_line(one, found.unit, now=now, zone=zone) for one in found.windows),
        counted_by=_BY[found.unit],
        counted_sum=duration_words(reading.used),
        pauses=tuple(
            Line(
                _capital(pause.words),
                f"{words(pause.start)} to {words(pause.end) if pause.end else 'now'}",
                duration_words(pause.length),
            )
            for pause in found.pauses
        ),
        extensions=tuple(
            Line(
                f"{words(moved.at)}, by {moved.by or 'us'}",
                f"from {words(moved.before)} to {words(moved.after)}",
                "",
                moved.reason,
            )
            for moved in found.extensions
        ),
        open=row.is_open,
    )


def _promised(found: Explanation, words: Callable[[dt.datetime], str]) -> str:
    """The length as its policy says it; a date in the reader's own zone."""
    date = found.deadline.extended_to or found.deadline.until
    if date is not None and found.promised.startswith("until "):
        return f"Until {words(date)}"
    return _capital(found.promised)


def _times(found: Explanation, *, now: dt.datetime) -> Iterator[Line]:
    """Each stretch on the wall, where people live, beside the working time it had."""
    row, reading = found.deadline, found.reading
    until = row.ended_at or now
    held = [(p.start, min(p.end or until, until)) for p in found.pauses if p.start < until]
    paused = sum((end - start for start, end in held), dt.timedelta())
    granted = reading.used + reading.left - reading.late

    def line(what: str, wall: dt.timedelta, work: dt.timedelta, *, part: bool = False) -> Line:
        words = span_words(wall) if wall else "none"
        return Line(what, words, duration_words(work), "part" if part else "")

    yield line("From the start until it is due", reading.due_at - row.started_at, granted)
    gone = "Until now" if row.is_open else "Until it ended"
    yield line(f"{gone}, in all", until - row.started_at, reading.used + reading.paused)
    if found.pauses:
        yield line("of that paused", paused, reading.paused, part=True)
    yield line("of that counted", until - row.started_at - paused, reading.used, part=True)
    if reading.late:
        yield line("Late", until - reading.due_at, reading.late)
    elif row.is_open:
        yield line("Left", reading.due_at - (row.paused_since or now), reading.left)


_UNITS = {
    "m": "min",
    "h": "h",
    "d": "day",
    "wd": "working day",
    "w": "week",
    "mo": "month",
    "y": "year",
}


def _length_words(found: re.Match[str]) -> str:
    """ "2 working days" for "2wd"."""
    unit = _UNITS[found[2]]
    return f"{found[1]} {unit}{'' if found[1] == '1' or unit in ('min', 'h') else 's'}"


def _step_words(words: str) -> str:
    """ "step 2 of the path: told here, by mail" for "step 2 of the path (notify, mail)"."""
    words = re.sub(r"\b(\d+)(mo|wd|[mhdwy])\b", _length_words, words)
    head, bracket, deeds = words.removesuffix(")").partition(" (")
    if not bracket:
        return words
    return f"{head}: {', '.join(_DEEDS.get(deed, deed) for deed in deeds.split(', '))}"


def _sentence(found: Explanation, started: str, due: str) -> str:
    """The reckoning in one breath: "From today 11:18, 2 h used, 2 h paused: due Wed …"."""
    reading = found.reading
    parts = [f"{duration_words(reading.used)} of working time used"]
    if reading.paused:
        parts.append(f"{duration_words(reading.paused)} paused")
    if found.extensions:
        parts.append("the date was put off in writing")
    if reading.left and found.deadline.is_open:
        parts.append(f"{duration_words(reading.left)} left")
    if reading.late:
        parts.append(f"{duration_words(reading.late)} late")
    elsewhere = found.deadline.counted_words
    counted = f" {_capital(elsewhere)}, and counted there." if elsewhere else ""
    return f"Began {started}. {_capital(listed(parts))}. Due {due}.{counted}"


def _step_line(number: int, step: Foreseen, *, now: dt.datetime, zone: ZoneInfo) -> StepLine:
    state = "done" if step.taken else "to come"
    if step.done_at is not None and step.done_at - step.at >= dt.timedelta(minutes=1):
        state = f"done {moment_words(step.done_at, now=now, zone=zone)}"
    return StepLine(
        number=number,
        sort=_SHAPES.get(step.sort, step.sort),
        at=moment_words(step.at, now=now, zone=zone),
        words=_capital(_step_words(step.words)),
        told=listed(list(step.told)),
        state=state,
    )


def _counted_line(one: Counted, unit: str, *, now: dt.datetime, zone: ZoneInfo) -> Line:
    start, end = one.start.astimezone(zone), one.end.astimezone(zone)
    day = day_words(one.start, now=now, zone=zone)
    if unit == "window" or (unit == "day" and start.date() == end.date()):
        span = f"{start:%H:%M} to {end:%H:%M}"
        if start.date() != end.date():
            span = f"{start:%H:%M} to {day_words(one.end, now=now, zone=zone)}, {end:%H:%M}"
    else:
        day = f"{day} to {day_words(one.end, now=now, zone=zone)}"
        span = f"{one.stretches} stretches"
    return Line(_capital(day), span, duration_words(one.length))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
