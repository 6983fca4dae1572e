"""The explanation of a deadline as the page shows it: words, the picture in two widths, tables.

All of it is read from one `Explanation`, which the API and the command show as well.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.clocks import clock_of
from desk.build.events import kind_words
from desk.glyphs import ClockView
from desk.words import day_words, listed, moment_words, span_words
from escalation.clock import Until, duration_words
from escalation.counted import Counted
from escalation.law.terms import Unit, count_words
from escalation.services.explaining import Explanation, Foreseen

WIDE, NARROW = 1040, 350
_BY = {
    "window": gettext_lazy("each stretch of working time"),
    "day": gettext_lazy("by day"),
    "week": gettext_lazy("by week"),
    "month": gettext_lazy("by month"),
    "year": gettext_lazy("by year"),
}
#: What steps of a path do, for people.
_DEEDS = {
    "notify": gettext_lazy("told here"),
    "mail": gettext_lazy("by mail"),
    "webhook": gettext_lazy("other systems told"),
    "reassign": gettext_lazy("given to them"),
    "raise pain": gettext_lazy("pain raised"),
    "call back": gettext_lazy("a call promised"),
    "add delay": gettext_lazy("our delay noted"),
    "tell customer": gettext_lazy("the customer told"),
}
_SHAPES = {
    "warning": gettext_lazy("warning"),
    "breach": gettext_lazy("missed"),
    "path": gettext_lazy("step"),
    "resume": gettext_lazy("runs again"),
}


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
        counted_by=str(_BY[found.unit]),
        counted_sum=duration_words(reading.used),
        pauses=tuple(
            Line(
                _capital(pause.words),
                gettext("%(start)s to %(end)s")
                % {
                    "start": words(pause.start),
                    "end": words(pause.end) if pause.end else gettext("now"),
                },
                duration_words(pause.length),
            )
            for pause in found.pauses
        ),
        extensions=tuple(
            Line(
                gettext("%(when)s, by %(name)s")
                % {"when": words(moved.at), "name": moved.by or gettext("us")},
                gettext("from %(start)s to %(end)s")
                % {"start": words(moved.before), "end": words(moved.after)},
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
    if date is not None and found.promised == Until(date).words():
        return gettext("Until %(when)s") % {"when": words(date)}
    return _capital(found.promised)


def _times(found: Explanation, *, now: dt.datetime) -> Iterator[Line]:
    """Each stretch on the wall, where people live, beside the working time it had."""
    row, reading = found.deadline, found.reading
    until = row.ended_at or now
    held = [(p.start, min(p.end or until, until)) for p in found.pauses if p.start < until]
    paused = sum((end - start for start, end in held), dt.timedelta())
    granted = reading.used + reading.left - reading.late

    def line(what: str, wall: dt.timedelta, work: dt.timedelta, *, part: bool = False) -> Line:
        words = span_words(wall) if wall else gettext("none")
        return Line(what, words, duration_words(work), "part" if part else "")

    yield line(gettext("From the start until it is due"), reading.due_at - row.started_at, granted)
    gone = gettext("Until now, in all") if row.is_open else gettext("Until it ended, in all")
    yield line(gone, until - row.started_at, reading.used + reading.paused)
    if found.pauses:
        yield line(gettext("of that paused"), paused, reading.paused, part=True)
    yield line(gettext("of that counted"), until - row.started_at - paused, reading.used, part=True)
    if reading.late:
        yield line(gettext("Late"), until - reading.due_at, reading.late)
    elif row.is_open:
        yield line(gettext("Left"), reading.due_at - (row.paused_since or now), reading.left)


_UNITS = {
    "d": Unit.DAYS,
    "wd": Unit.WORKING_DAYS,
    "w": Unit.WEEKS,
    "mo": Unit.MONTHS,
    "y": Unit.YEARS,
}


def _length_words(found: re.Match[str]) -> str:
    """ "2 working days" for "2wd"."""
    if found[2] in _UNITS:
        return count_words(int(found[1]), _UNITS[found[2]])
    return f"{found[1]} {'min' if found[2] == 'm' else 'h'}"


def _step_words(words: str) -> str:
    """ "step 2 of the path: told here, by mail" for "step 2 of the path (notify, mail)"."""
    words = re.sub(r"\b(\d+)(mo|wd|[mhdwy])\b", _length_words, words)
    head, bracket, deeds = words.removesuffix(")").partition(" (")
    if not bracket:
        return words
    return f"{head}: {', '.join(str(_DEEDS.get(deed, deed)) for deed in deeds.split(', '))}"


def _sentence(found: Explanation, started: str, due: str) -> str:
    """The reckoning in one breath: "From today 11:18, 2 h used, 2 h paused: due Wed …"."""
    reading = found.reading
    parts = [gettext("%(used)s of working time used") % {"used": duration_words(reading.used)}]
    if reading.paused:
        parts.append(gettext("%(paused)s paused") % {"paused": duration_words(reading.paused)})
    if found.extensions:
        parts.append(gettext("the date was put off in writing"))
    if reading.left and found.deadline.is_open:
        parts.append(gettext("%(left)s left") % {"left": duration_words(reading.left)})
    if reading.late:
        parts.append(gettext("%(late)s late") % {"late": duration_words(reading.late)})
    elsewhere = found.deadline.counted_words
    told = {"started": started, "parts": _capital(listed(parts)), "due": due}
    words = gettext("Began %(started)s. %(parts)s. Due %(due)s.") % told
    if not elsewhere:
        return words
    counted = gettext("%(words)s, and counted there.") % {"words": _capital(elsewhere)}
    return f"{words} {counted}"


def _step_line(number: int, step: Foreseen, *, now: dt.datetime, zone: ZoneInfo) -> StepLine:
    state = gettext("done") if step.taken else gettext("to come")
    if step.done_at is not None and step.done_at - step.at >= dt.timedelta(minutes=1):
        state = gettext("done %(when)s") % {"when": moment_words(step.done_at, now=now, zone=zone)}
    return StepLine(
        number=number,
        sort=str(_SHAPES.get(step.sort, step.sort)),
        at=moment_words(step.at, now=now, zone=zone),
        words=_capital(_step_words(step.words)),
        told=listed(list(step.told)),
        state=state,
    )


def _counted_line(one: Counted, unit: str, *, now: dt.datetime, zone: ZoneInfo) -> Line:
    start, end = one.start.astimezone(zone), one.end.astimezone(zone)
    day = day_words(one.start, now=now, zone=zone)
    if unit == "window" or (unit == "day" and start.date() == end.date()):
        span = gettext("%(start)s to %(end)s") % {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
        if start.date() != end.date():
            span = gettext("%(start)s to %(end)s") % {
                "start": f"{start:%H:%M}",
                "end": f"{day_words(one.end, now=now, zone=zone)}, {end:%H:%M}",
            }
    else:
        day = gettext("%(start)s to %(end)s") % {
            "start": day,
            "end": day_words(one.end, now=now, zone=zone),
        }
        span = ngettext("%(count)s stretch", "%(count)s stretches", one.stretches) % {
            "count": one.stretches
        }
    return Line(_capital(day), span, duration_words(one.length))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
