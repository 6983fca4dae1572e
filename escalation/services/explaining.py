"""How a deadline came about, as one value that the command, the API and the page show alike."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from escalation.clock import Reading, duration_words, settled
from escalation.counted import Counted, counted, grouped
from escalation.models import Deadline, Escalation, Extension
from escalation.picture import Mark, Story, draw
from escalation.plan import BREACH, RESUME, Planned
from escalation.services.clocks import Clocks
from escalation.worktime import Span
from tickets.actors import SYSTEM
from tickets.change import Change, Unit
from tickets.models import Ticket
from tickets.saying import Phrase, gettext_noop, retold, spelled

REASONS = {
    "waiting_customer": Phrase("waiting for the customer"),
    "waiting_third_party": Phrase("waiting for somebody else"),
    "closed": Phrase("the ticket was closed"),
}
#: The picture shades the working hours of at most so many windows.
MOST_SHADED = 1500


@dataclass(frozen=True)
class Held:
    """One pause: from, to (None: it lasts), why, and how much working time it took."""

    start: dt.datetime
    end: dt.datetime | None
    reason: str
    length: dt.timedelta

    @property
    def words(self) -> str:
        """Why, for people."""
        known = REASONS.get(self.reason)
        return str(known) if known is not None else self.reason.replace("_", " ")


@dataclass(frozen=True)
class Moved:
    """One extension that was written to the customer."""

    at: dt.datetime
    before: dt.datetime
    after: dt.datetime
    reason: str
    by: str


@dataclass(frozen=True)
class Foreseen:
    """A warning, the breach, a step of the path or the end of the longest pause.

    `at` is when it is or was due, `done_at` when the sweep did it (None: not done), `told` who
    heard of it, or in what is to come whom the path names.
    """

    at: dt.datetime
    key: str
    words: str
    taken: bool
    done_at: dt.datetime | None = None
    told: tuple[str, ...] = ()

    @property
    def sort(self) -> str:
        """What it is: "warning", "breach", "path" or "resume"."""
        head = self.key.partition(":")[0]
        return "warning" if head == "warn" else head


@dataclass(frozen=True)
class Explanation:
    """All of it: what was promised by which policy, what counted, what did not, what comes."""

    deadline: Deadline
    now: dt.datetime
    policy: str
    calendar_zone: str
    promised: str
    reading: Reading
    #: Each stretch that counted, joined by `unit` ("window", "day", "week" …) where they are many.
    windows: tuple[Counted, ...]
    unit: str
    pauses: tuple[Held, ...]
    extensions: tuple[Moved, ...]
    steps: tuple[Foreseen, ...]
    #: Working hours around the clock's life, for the picture to shade.
    shaded: tuple[Span, ...]

    @property
    def standing(self) -> str:
        """Where it stands, in a few words: "running, missed at Tue 2026-11-24 09:00:00"."""
        row = self.deadline
        breached = row.breached_at or (self.reading.breached_at if row.is_open else None)
        said = [self._state()]
        if breached:
            said.append(_("missed at %(at)s") % {"at": _stamp(breached)})
        if row.counted_words:
            said.append(_("%(words)s and counted there") % {"words": row.counted_words})
        return ", ".join(said)

    def _state(self) -> str:
        row = self.deadline
        if row.met_at:
            return _("met at %(at)s") % {"at": _stamp(row.met_at)}
        if row.cancelled_at:
            told = {"at": _stamp(row.cancelled_at), "why": row.cancel_reason}
            return _("ended at %(at)s (%(why)s)") % told
        if row.paused_since:
            return _("paused since %(at)s") % {"at": _stamp(row.paused_since)}
        return _("running")

    def picture(
        self, *, zone: dt.tzinfo = dt.UTC, width: int = 1040, standalone: bool = False
    ) -> str:
        """The time line as SVG, its days those of `zone`; `standalone` for use as a file."""
        row = self.deadline
        end = row.ended_at or self.now
        story = Story(
            name=pgettext("kind of deadline", row.get_kind_display()),
            started=row.started_at,
            due=self.reading.due_at,
            now=self.now,
            ended=row.ended_at,
            late=row.breached_at is not None or self.reading.breached,
            shaded=[(span.start, span.end) for span in self.shaded],
            pauses=[(held.start, held.end or end, held.words) for held in self.pauses],
            extensions=[(moved.before, moved.after) for moved in self.extensions],
            marks=[
                Mark(step.at, step.sort, step.taken, f"{number}. {step.words}")
                for number, step in enumerate(self.steps, start=1)
            ],
        )
        return draw(story, zone=zone, width=width, standalone=standalone)

    def lines(self) -> Iterator[str]:
        """The same in words, one fact a line, in UTC."""
        row, reading = self.deadline, self.reading
        about = f" ({row.subject})" if row.subject else ""
        yield f"{row.get_kind_display()}{about}: {self.standing}"
        yield f"  promised: {self.promised}, by {self.policy}, hours of {self.calendar_zone}"
        yield f"  started:  {_stamp(reading.started_at)}"
        for window in self.windows:
            length = duration_words(window.length)
            several = f" in {window.stretches} stretches" if window.stretches > 1 else ""
            yield f"  counted:  {_stretch(window.start, window.end)}  {length}{several}"
        for pause in self.pauses:
            took = f"{duration_words(pause.length)} of working time did not count"
            yield f"  paused:   {_stretch(pause.start, pause.end)}  {pause.words}; {took}"
        for moved in self.extensions:
            dates = f"from {_stamp(moved.before)} to {_stamp(moved.after)}"
            yield f"  extended: {_stamp(moved.at)}  {dates} by {moved.by}: {moved.reason}"
        yield f"  due:      {_stamp(reading.due_at)}"
        late = f", {duration_words(reading.late)} late" if reading.late else ""
        left = f", {duration_words(reading.left)} left" if reading.left else ""
        yield f"  used:     {duration_words(reading.used)} of working time{left}{late}"
        for step in self.steps:
            word = "taken:   " if step.taken else "to come: "
            told = f", tells {', '.join(step.told)}" if step.told else ""
            yield f"  {word}  {_stamp(step.at)}  {step.words}{told}{_done(step)}"


def explain(ticket: Ticket, *, now: dt.datetime, kind: str = "") -> list[Explanation]:
    """Every deadline of the ticket, or those of one kind, explained as of `now`. Reads only."""
    clocks = Clocks(Change(Unit(now), ticket, SYSTEM))
    rows = [row for row in clocks.rows if not kind or row.kind == kind]
    moved: dict[int, list[Extension]] = {}
    for one in Extension.objects.filter(deadline__in=rows).select_related("by"):
        moved.setdefault(one.deadline_id, []).append(one)
    done: dict[tuple[int | None, str], Escalation] = {
        (one.deadline_id, one.step): one for one in Escalation.objects.filter(deadline__in=rows)
    }
    return [
        _explained(
            clocks, row, extensions=moved.get(row.pk, []),
            done={step: one for (key, step), one in done.items() if key == row.pk}, now=now,
        )
        for row in rows
    ]  # fmt: skip


def _explained(
    clocks: Clocks,
    row: Deadline,
    *,
    extensions: list[Extension],
    done: dict[str, Escalation],
    now: dt.datetime,
) -> Explanation:
    clock = clocks.clock_of(row).at(now)
    version = clocks.version_of(row)
    reading = clock.read(now)
    end = min(now, row.ended_at) if row.ended_at is not None else now
    spans = settled(clock.pauses, since=clock.started_at, until=row.ended_at)
    held = [(span.start, span.until or end) for span in spans]
    open_hours = clock.measure.windows_between(row.started_at, max(end, row.started_at))
    unit, windows = grouped(list(counted(open_hours, held)), zone=_zone(clock.calendar.tz))
    steps = tuple(_steps(clocks, row, done, now=now))
    last = max([end, reading.due_at, *(step.at for step in steps)])
    return Explanation(
        deadline=row,
        now=now,
        policy=_("%(name)s v%(version)s")
        % {"name": retold(version.policy.name), "version": version.number},
        calendar_zone=clock.calendar.tz,
        promised=clock.length.words(),
        reading=reading,
        windows=windows,
        unit=unit,
        pauses=tuple(
            Held(p.start, p.until, p.reason, clock.measure.between(p.start, p.until or end))
            for p in spans
        ),
        extensions=tuple(
            Moved(e.at, e.due_before, e.due_after, e.reason, e.by.name if e.by else "")
            for e in extensions
        ),
        steps=steps,
        shaded=tuple(
            clock.calendar.windows_between(
                row.started_at - dt.timedelta(days=1), last + dt.timedelta(days=1)
            )[:MOST_SHADED]
        ),
    )


def _steps(
    clocks: Clocks, row: Deadline, done: dict[str, Escalation], *, now: dt.datetime
) -> Iterator[Foreseen]:
    """What happened to it and what will, in order of time."""
    plan = {step.key: step for step in clocks.plan_of(row, now=now).steps}
    taken = [key for key in row.steps_taken if key in plan or key in done]
    found = []
    for key in taken:
        planned, was = plan.get(key), done.get(key)
        at = was.due_at if was is not None else planned.at if planned is not None else now
        told = tuple(was.told) if was is not None else ()
        done_at = was.done_at if was is not None else None
        found.append(Foreseen(at, key, _step_words(key, planned), True, done_at, told))
    if row.is_open:
        for key, planned in plan.items():
            climbed = planned.step is not None and row.acknowledged_at is not None
            if key not in row.steps_taken and not climbed:
                to = _named(planned)
                found.append(Foreseen(planned.at, key, _step_words(key, planned), False, None, to))
    yield from sorted(found, key=lambda step: step.at)


def _named(planned: Planned) -> tuple[str, ...]:
    """Whom a step of a path is going to tell, as the path calls them."""
    to = planned.step.to if planned.step is not None else ()
    return tuple(map(whom_words, to))


def _step_words(key: str, planned: Planned | None) -> str:
    """A step for people: "warning at 75 %", "missed", "step 2 of the path"."""
    head, __, rest = key.partition(":")
    if head == "warn":
        if rest.endswith("%"):
            return _("warning at %(share)s") % {"share": f"{rest.removesuffix('%')} %"}
        return _("warning %(length)s before") % {"length": rest.removeprefix("-")}
    if key == BREACH:
        return _("missed")
    if head == RESUME:
        return _("runs again, the longest pause is over")
    words = _("step %(number)s of the path") % {"number": rest.rpartition(":")[2]}
    actions = planned.step.actions if planned is not None and planned.step is not None else ()
    return f"{words} ({', '.join(map(_deed, actions))})" if actions else words


#: Whom a step tells, for people.
_WHOM = {
    "owner": gettext_noop("the owner"),
    "lead": gettext_noop("the lead"),
    "supervisors": gettext_noop("the supervisors"),
    "team": gettext_noop("the team"),
    "rota": gettext_noop("whoever is on duty"),
}


def whom_words(word: str) -> str:
    """Whom a word of a step of a path means ("lead", "role:supervisor"), in the language that
    is active; people by their address, as it stands there."""
    kind, __, rest = word.partition(":")
    if kind == "role":
        return pgettext("role", rest)
    return _(_WHOM[word]) if word in _WHOM else rest or word


#: What a step does, for people.
_DEEDS = {
    "notify": gettext_noop("told here"),
    "mail": gettext_noop("by mail"),
    "webhook": gettext_noop("other systems told"),
    "reassign": gettext_noop("given to them"),
    "raise_pain": gettext_noop("pain raised"),
    "call_back": gettext_noop("a call promised"),
    "add_delay": gettext_noop("our delay noted"),
    "tell_customer": gettext_noop("the customer told"),
}


def _deed(action: str) -> str:
    name, __, __ = action.partition(":")
    return _(_DEEDS.get(name, name.replace("_", " ")))


def _done(step: Foreseen) -> str:
    """When it was done, where that was later than it was due."""
    if step.done_at is None or step.done_at - step.at < dt.timedelta(seconds=60):
        return ""
    return f", done {_stamp(step.done_at)}"


def _zone(name: str) -> dt.tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def _stamp(moment: dt.datetime | None) -> str:
    return spelled(moment, "%a %Y-%m-%d %H:%M:%S") if moment is not None else "-"


def _stretch(start: dt.datetime, end: dt.datetime | None) -> str:
    return f"{_stamp(start)} to {_stamp(end) if end is not None else 'now on'}"
