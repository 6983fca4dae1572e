"""How a deadline came about, as a value that the command, the API and the page show alike."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from escalation.clock import Reading, duration_words
from escalation.models import Deadline
from escalation.plan import Planned
from escalation.services.clocks import Clocks
from escalation.worktime import Span
from tickets.actors import SYSTEM
from tickets.change import Change, Unit
from tickets.models import Ticket

#: Longer lists of windows are cut in the middle.
MOST_WINDOWS = 60


@dataclass(frozen=True)
class Counted:
    """One stretch of working time that counted: from, to."""

    start: dt.datetime
    end: dt.datetime

    @property
    def length(self) -> dt.timedelta:
        """Real time, which within a window is open time."""
        return self.end - self.start


@dataclass(frozen=True)
class Held:
    """One pause: from, to (None: it lasts), why, and how much working time it took."""

    start: dt.datetime
    end: dt.datetime | None
    reason: str
    length: dt.timedelta


@dataclass(frozen=True)
class Moved:
    """One extension that was written to the customer."""

    at: dt.datetime
    before: dt.datetime
    after: dt.datetime
    reason: str
    by: str


@dataclass(frozen=True)
class Explanation:
    """All of it: what was promised by which policy, what counted, what did not, what comes."""

    deadline: Deadline
    policy: str
    calendar_zone: str
    promised: str
    reading: Reading
    windows: tuple[Counted, ...]
    windows_left_out: int
    pauses: tuple[Held, ...]
    extensions: tuple[Moved, ...]
    steps: tuple[tuple[Planned, bool], ...]

    def lines(self) -> Iterator[str]:
        """The same in words, one fact a line, in UTC."""
        row, reading = self.deadline, self.reading
        about = f" ({row.subject})" if row.subject else ""
        yield f"{row.get_kind_display()}{about}: {self._standing()}"
        yield f"  promised: {self.promised}, by {self.policy}, hours of {self.calendar_zone}"
        yield f"  started:  {_stamp(reading.started_at)}"
        for window in self.windows:
            length = duration_words(window.length)
            yield f"  counted:  {_stretch(window.start, window.end)}  {length}"
        if self.windows_left_out:
            yield f"  counted:  and {self.windows_left_out} stretches more"
        for pause in self.pauses:
            took = f"{duration_words(pause.length)} of working time did not count"
            yield f"  paused:   {_stretch(pause.start, pause.end)}  {pause.reason}; {took}"
        for moved in self.extensions:
            dates = f"from {_stamp(moved.before)} to {_stamp(moved.after)}"
            yield f"  extended: {_stamp(moved.at)}  {dates} by {moved.by}: {moved.reason}"
        yield f"  due:      {_stamp(reading.due_at)}"
        late = f", {duration_words(reading.late)} late" if reading.late else ""
        left = f", {duration_words(reading.left)} left" if reading.left else ""
        yield f"  used:     {duration_words(reading.used)} of working time{left}{late}"
        for step, taken in self.steps:
            word = "taken:   " if taken else "to come: "
            yield f"  {word}  {_stamp(step.at)}  {step.key}"

    def _standing(self) -> str:
        row = self.deadline
        missed = f", missed at {_stamp(row.breached_at)}" if row.breached_at else ""
        if row.met_at:
            return f"met at {_stamp(row.met_at)}{missed}"
        if row.cancelled_at:
            return f"ended at {_stamp(row.cancelled_at)} ({row.cancel_reason}){missed}"
        if row.paused_since:
            return f"paused since {_stamp(row.paused_since)}{missed}"
        return f"running{missed}"


def explain(ticket: Ticket, *, now: dt.datetime, kind: str = "") -> list[Explanation]:
    """Every deadline of the ticket, or those of one kind, explained as of `now`. Reads only."""
    clocks = Clocks(Change(Unit(now), ticket, SYSTEM))
    rows = [row for row in clocks.rows if not kind or row.kind == kind]
    return [_explained(clocks, row, now=now) for row in rows]


def _explained(clocks: Clocks, row: Deadline, *, now: dt.datetime) -> Explanation:
    clock = clocks.clock_of(row).at(now)
    version = clocks.version_of(row)
    reading = clock.read(now)
    end = min(now, row.ended_at) if row.ended_at is not None else now
    windows = list(_counted(clocks, row, until=min(max(reading.due_at, end), end)))
    plan = clocks.plan_of(row, now=now)
    taken = set(row.steps_taken)
    steps = [(step, step.key in taken) for step in plan.steps]
    if not row.is_open:
        steps = [(step, done) for step, done in steps if done]
    return Explanation(
        deadline=row,
        policy=f"{version.policy.name} v{version.number}",
        calendar_zone=clock.calendar.tz,
        promised=clock.length.words(),
        reading=reading,
        windows=tuple(windows[:MOST_WINDOWS]),
        windows_left_out=max(len(windows) - MOST_WINDOWS, 0),
        pauses=tuple(
            Held(p.start, p.until, p.reason, clock.calendar.between(p.start, p.until or now))
            for p in clock.pauses
        ),
        extensions=tuple(
            Moved(e.at, e.due_before, e.due_after, e.reason, e.by.name if e.by else "")
            for e in row.extensions.select_related("by")
        ),
        steps=tuple(steps),
    )


def _counted(clocks: Clocks, row: Deadline, *, until: dt.datetime) -> Iterator[Counted]:
    """Working time from the start to `until`, without the pauses."""
    clock = clocks.clock_of(row).at(until)
    if until <= row.started_at:
        return
    for window in clock.calendar.windows_between(row.started_at, until):
        yield from _without(window, [(p.start, p.until or until) for p in clock.pauses])


def _without(window: Span, held: list[tuple[dt.datetime, dt.datetime]]) -> Iterator[Counted]:
    start = window.start
    for low, high in sorted(held):
        if high <= start or low >= window.end:
            continue
        if low > start:
            yield Counted(start, low)
        start = max(start, high)
    if start < window.end:
        yield Counted(start, window.end)


def _stamp(moment: dt.datetime | None) -> str:
    return f"{moment:%a %Y-%m-%d %H:%M:%S}" if moment is not None else "-"


def _stretch(start: dt.datetime, end: dt.datetime | None) -> str:
    return f"{_stamp(start)} to {_stamp(end) if end is not None else 'now on'}"
