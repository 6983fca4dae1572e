"""The time line of one deadline as an SVG drawing, for the page, the API and the command. Pure.

Linear in time, with day, week, month or year marks as the span asks for. Working hours are
shaded, where they are too narrow to tell apart joined by day and then by week; pauses are hatched.
What happens (warnings, the breach, steps) are numbered marks under the line, in as many lanes as
keep them apart; the table beside the picture says what each number is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from html import escape

from tickets.saying import gettext as _
from tickets.saying import ngettext, spelled

HEAD, BAR, LANE = 34, 58, 22
EDGE = 14.0
RADIUS = 8.5
DAY = timedelta(days=1)
#: Narrower than this, in units of the drawing, two shaded stretches are drawn as one.
TELLS_APART = 3.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happens: its moment, what it is ("warning", "breach", "path", "resume"),
    whether it is done, and its words."""

    at: datetime
    sort: str
    done: bool
    words: str


@dataclass(frozen=True, slots=True)
class Story:
    """What is drawn: all moments aware, pauses as (from, to, why)."""

    name: str
    started: datetime
    due: datetime
    now: datetime
    ended: datetime | None
    late: bool
    shaded: Sequence[tuple[datetime, datetime]]
    pauses: Sequence[tuple[datetime, datetime, str]]
    extensions: Sequence[tuple[datetime, datetime]]
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime
    width: float

    def x(self, moment: datetime) -> float:
        share = (moment - self.first) / (self.last - self.first)
        return round(EDGE + max(0.0, min(1.0, share)) * (self.width - 2 * EDGE), 1)

    def units(self, span: timedelta) -> float:
        """How wide a stretch of time is drawn."""
        return (self.width - 2 * EDGE) * (span / (self.last - self.first))


def draw(story: Story, *, zone: tzinfo, width: int = 1040, standalone: bool = False) -> str:
    """The SVG of a deadline, `width` units wide, its days those of `zone`.

    `standalone` brings a style of its own, light and dark, for use outside a page of the desk.
    """
    scale = _scale(story, zone=zone, width=width)
    places = list(_lanes(story.marks, scale))
    lanes = max((lane for _, _, lane in places), default=-1) + 1
    height = BAR + 20 + LANE * lanes + 6
    said = escape(_said(story, zone), quote=True)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="story" viewBox="0 0 {width} {height}"',
        f' role="img" aria-label="{said}">',
        _STYLE if standalone else "",
        *_shading(story, scale, zone, height),
        *_axis(scale, zone, height),
        *_line(story, scale),
        *_marks(places, scale),
        *_now(story, scale, height),
        "</svg>",
    ]
    return "".join(parts)


def _scale(story: Story, *, zone: tzinfo, width: float) -> _Scale:
    moments = [story.started, story.due, *(mark.at for mark in story.marks)]
    moments += [after for _, after in story.extensions]
    if story.ended is None:
        moments.append(story.now)
    else:
        moments.append(story.ended)
    first, last = min(moments), max(moments)
    room = max((last - first) / 24, timedelta(minutes=20))
    return _Scale(first - room, last + room, width)


# -- the ground ----------------------------------------------------------------------------------


def _shading(story: Story, scale: _Scale, zone: tzinfo, height: int) -> Iterator[str]:
    for start, end in _joined(story.shaded, scale):
        x = scale.x(start)
        yield (
            f'<rect class="hours" x="{x}" y="{HEAD}" width="{round(scale.x(end) - x, 1)}" '
            f'height="{height - HEAD}"/>'
        )


def _joined(
    windows: Iterable[tuple[datetime, datetime]], scale: _Scale
) -> Iterator[tuple[datetime, datetime]]:
    """Windows inside the picture; those whose gap is too narrow to see are one."""
    run: tuple[datetime, datetime] | None = None
    for start, end in windows:
        if end <= scale.first or start >= scale.last:
            continue
        if run is not None and scale.units(start - run[1]) < TELLS_APART:
            run = (run[0], max(end, run[1]))
            continue
        if run is not None:
            yield run
        run = (start, end)
    if run is not None:
        yield run


def _axis(scale: _Scale, zone: tzinfo, height: int) -> Iterator[str]:
    previous = -99.0
    group = ""
    for moment, words, above in _ticks(scale, zone):
        x = scale.x(moment)
        yield f'<line class="tick" x1="{x}" x2="{x}" y1="{HEAD - 4}" y2="{height}"/>'
        room = 7.0 * max(len(words), 3) + 6
        if x - previous < room or x > scale.width - room / 2 - 2:
            continue
        previous = x
        yield f'<text class="when" x="{x}" y="{HEAD - 8}">{escape(words)}</text>'
        if above and above != group and x + 7 * len(above) < scale.width:
            group = above
            yield f'<text class="group" x="{x}" y="12">{escape(above)}</text>'


def _ticks(scale: _Scale, zone: tzinfo) -> Iterator[tuple[datetime, str, str]]:
    """Moments to mark, with their words and those of the group above them."""
    found = _hours if scale.last - scale.first <= 3 * DAY else _days
    return (tick for tick in found(scale, zone) if tick[0] >= scale.first)


def _hours(scale: _Scale, zone: tzinfo) -> Iterator[tuple[datetime, str, str]]:
    span = scale.last - scale.first
    step = 1 if span <= DAY / 3 else 3 if span <= DAY else 6
    moment = _midnight(scale.first, zone)
    while moment < scale.last:
        yield moment, f"{moment:%H:%M}", spelled(moment, _("%a %-d %b"))
        moment = _hours_on(moment, step, zone)


def _days(scale: _Scale, zone: tzinfo) -> Iterator[tuple[datetime, str, str]]:
    """Each day, or where they are too narrow the Mondays, the months, the quarters, the years."""
    per_day = scale.units(DAY)
    months = range(1, 13) if per_day >= 0.6 else (1, 4, 7, 10) if per_day >= 0.15 else (1,)
    moment = _midnight(scale.first, zone)
    while moment < scale.last:
        if per_day >= 14:
            day = spelled(moment, _("%a %-d")) if per_day >= 48 else f"{moment.day}"
            yield moment, day, spelled(moment, "%b %Y")
        elif per_day >= 2:
            if moment.weekday() == 0:
                yield moment, spelled(moment, _("%-d %b")), f"{moment.year}"
        elif moment.day == 1 and moment.month in months:
            yield (
                moment,
                spelled(moment, "%b") if len(months) > 1 else f"{moment.year}",
                (f"{moment.year}" if len(months) > 1 else ""),
            )
        moment = _next_day(moment, zone)


def _midnight(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _next_day(moment: datetime, zone: tzinfo) -> datetime:
    return _midnight(moment + timedelta(hours=26), zone)


def _hours_on(moment: datetime, hours: int, zone: tzinfo) -> datetime:
    """So many hours later on the wall, so that marks stay on full hours across a clock change."""
    later = moment.hour + hours
    if later >= 24:
        return _next_day(moment, zone)
    return moment.replace(hour=later)


# -- the clock -----------------------------------------------------------------------------------


def _line(story: Story, scale: _Scale) -> Iterator[str]:
    until = story.ended or story.now
    y = BAR
    if story.due > until and story.ended is None:
        yield _stroke("to-come", scale.x(until), scale.x(story.due), y)
    yield _stroke("gone", scale.x(story.started), scale.x(until), y)
    late_from = story.due if story.late else until
    for start, end in _used(story, scale, until):
        if start < late_from:
            yield _stroke("used", scale.x(start), scale.x(min(end, late_from)), y)
        if end > late_from:
            yield _stroke("used late", scale.x(max(start, late_from)), scale.x(end), y)
    for start, end, why in story.pauses:
        x = scale.x(start)
        wide = max(round(scale.x(end) - x, 1), 2.0)
        yield (
            f'<rect class="pause" x="{x}" y="{y - 6}" width="{wide}" height="12">'
            f"<title>{escape(why)}</title></rect>"
        )
    for before, after in story.extensions:
        left, right = scale.x(before), scale.x(after)
        curve = f"M{left} {y - 5}C{left} {y - 18} {right} {y - 18} {right} {y - 7}"
        yield f'<path class="moved" d="{curve}"/>'
        yield f'<path class="due before" d="M{left} {y}m-4 0l4 -4l4 4l-4 4z"/>'
    x = scale.x(story.started)
    yield f'<circle class="start" cx="{x}" cy="{y}" r="4.5"/>'
    if story.ended is not None:
        x = scale.x(story.ended)
        yield f'<circle class="end" cx="{x}" cy="{y}" r="6"/>'
        yield f'<path class="end-tick" d="M{x} {y}m-3 0l2.200 2.400l4 -4.600"/>'
    x = scale.x(story.due)
    late = " missed" if story.late else ""
    yield f'<path class="due{late}" d="M{x} {y}m-7 0l7 -7l7 7l-7 7z"/>'


def _used(story: Story, scale: _Scale, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working hours between the pauses, as far as the picture tells them apart."""
    pauses = sorted((start, end) for start, end, _ in story.pauses)
    for opens, closes in _joined(story.shaded, scale):
        position, close = max(opens, story.started), min(closes, until)
        for start, end in pauses:
            if position < start < close:
                yield position, start
            if start < close:
                position = max(position, end)
        if position < close:
            yield position, close


def _stroke(name: str, left: float, right: float, y: float) -> str:
    return f'<line class="{name}" x1="{left}" x2="{max(right, left + 0.5)}" y1="{y}" y2="{y}"/>'


# -- what happens --------------------------------------------------------------------------------


def _lanes(marks: Sequence[Mark], scale: _Scale) -> Iterator[tuple[int, Mark, int]]:
    """Each mark with its number, from 1, and the lane in which it touches no other."""
    ends: list[float] = []
    for number, mark in enumerate(marks, start=1):
        x = scale.x(mark.at)
        lane = next((i for i, end in enumerate(ends) if x - end > 2 * RADIUS + 2), len(ends))
        if lane == len(ends):
            ends.append(x)
        ends[lane] = x
        yield number, mark, lane


def _marks(places: list[tuple[int, Mark, int]], scale: _Scale) -> Iterator[str]:
    for __, mark, lane in places:
        x, y = scale.x(mark.at), BAR + 24 + LANE * lane
        yield f'<line class="stem" x1="{x}" x2="{x}" y1="{BAR + 7}" y2="{y - RADIUS}"/>'
    for number, mark, lane in places:
        x, y = scale.x(mark.at), BAR + 24 + LANE * lane
        done = "done" if mark.done else "open"
        yield f'<g class="mark {mark.sort} {done}"><title>{escape(mark.words)}</title>'
        yield _shape(mark.sort, x, y)
        yield f'<text x="{x}" y="{y + 3.6}">{number}</text></g>'


def _shape(sort: str, x: float, y: float) -> str:
    """Each sort has a shape of its own: colour is never the only sign."""
    r = RADIUS
    if sort == "breach":
        r += 1.5
        return f'<path d="M{x} {y}m{-r} 0l{r} {-r}l{r} {r}l{-r} {r}z"/>'
    if sort == "warning":
        return f'<circle cx="{x}" cy="{y}" r="{r}"/>'
    if sort == "resume":
        return f'<rect x="{x - r}" y="{y - r}" width="{2 * r}" height="{2 * r}" rx="{r}"/>'
    return f'<rect x="{x - r}" y="{y - r}" width="{2 * r}" height="{2 * r}" rx="2"/>'


def _now(story: Story, scale: _Scale, height: int) -> Iterator[str]:
    if scale.first <= story.now <= scale.last:
        x = scale.x(story.now)
        yield f'<line class="now" x1="{x}" x2="{x}" y1="{HEAD}" y2="{height}"/>'
        yield f'<circle class="now-dot" cx="{x}" cy="{HEAD}" r="3"/>'


def _said(story: Story, zone: tzinfo) -> str:
    """The picture for who can't see it; the numbers stand in the table."""
    due, started = story.due.astimezone(zone), story.started.astimezone(zone)
    told = {"name": story.name, "start": _at(started), "due": _at(due)}
    said = [_("%(name)s: from %(start)s to %(due)s") % told]
    if times := len(story.pauses):
        words = ngettext("paused once", "paused %(times)s times", times)
        said.append(words % ({"times": times} if times > 1 else {}))
    if story.late:
        said.append(_("missed"))
    table = _("Numbers in the table.")
    return f"{', '.join(said)}. {table}"


def _at(moment: datetime) -> str:
    return spelled(moment, _("%-d %b %Y %H:%M"))


_STYLE = (
    "<style>.story{font:12px/1 system-ui,sans-serif;background:#fff;color:#1d1c1a}"
    ".hours{fill:#e9eeec}.tick{stroke:#e3e0d9}.when,.group{fill:#67625a;text-anchor:middle}"
    ".group{text-anchor:start}.used{stroke:#67625a;stroke-width:7}.gone{stroke:#67625a;stroke-width:1.6}.used.late{stroke:#bf3f2a}"
    ".to-come{stroke:#87827a;stroke-width:2;stroke-dasharray:2 4}"
    ".pause{fill:#f0eee9;stroke:#87827a;stroke-dasharray:2 2}.moved{fill:none;stroke:#0b5f70}"
    ".start{fill:#67625a}.end{fill:#fff;stroke:#3b8552;stroke-width:2}"
    ".end-tick{fill:none;stroke:#27663a;stroke-width:2}"
    ".due{fill:#fff;stroke:#1d1c1a;stroke-width:1.6}.due.missed{fill:#bf3f2a;stroke:#bf3f2a}"
    ".stem{stroke:#87827a}.mark>:not(text){fill:#fff;stroke:#87827a}"
    ".mark text{text-anchor:middle;font-size:10px;fill:#1d1c1a}"
    ".mark.done>:not(text){stroke:#1d1c1a;stroke-width:1.6}"
    ".now{stroke:#0b5f70;stroke-width:1.5}.now-dot{fill:#0b5f70}"
    "@media(prefers-color-scheme:dark){.story{background:#1b1e1f}.hours{fill:#22302f}"
    ".tick{stroke:#323738}.when,.group{fill:#9fa19e}.used{stroke:#9fa19e}"
    ".mark>:not(text),.due{fill:#1b1e1f}.mark text{fill:#ecebe7}.due,.mark.done>:not(text)"
    "{stroke:#ecebe7}.now{stroke:#66c2d2}.now-dot{fill:#66c2d2}}</style>"
)
