"""Geometry of the deadline timeline: clocks of one ticket against days. Pure.

The scale is linear over whole days from the first start to the last due date that fits; what is due
later ends in an arrow at the edge.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

WIDTH, LEFT, RIGHT, ROW, HEAD = 396, 92, 78, 29, 18
MAX_DAYS = 14
LETTER, AIR = 6.7, 12
"""What a letter of a name takes, and the air between the longest name and the first bar."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in the picture, in SVG units."""

    x: float
    width: float

    @property
    def end(self) -> float:
        """Its far side."""
        return round(self.x + self.width, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """A number over the picture."""

    x: float
    words: str
    now: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One clock as drawn."""

    name: str
    left: str
    tone: str
    y: int
    used: tuple[Span, ...]
    paused: tuple[Span, ...]
    to_come: Span | None
    due_x: float
    beyond: bool

    @property
    def top(self) -> float:
        """Upper side of the hatched bar."""
        return self.y - 3.5

    @property
    def text_y(self) -> int:
        """Base line of the words."""
        return self.y + 4


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The whole picture, with what a screen reader says of it."""

    lines: tuple[Line, ...]
    days: tuple[Day, ...]
    windows: tuple[Span, ...]
    now_x: float
    name: str
    paused_words: str = ""
    width: int = WIDTH

    @property
    def height(self) -> int:
        """Of the SVG."""
        return HEAD + ROW * len(self.lines)

    @property
    def depth(self) -> int:
        """Height of the shaded working hours."""
        return ROW * len(self.lines)


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """What the picture needs of a deadline: all moments aware, pauses as (from, to or None)."""

    name: str
    left: str
    tone: str
    started: datetime
    due: datetime
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()


def draw(
    clocks: list[ClockSpan],
    *,
    windows: list[tuple[datetime, datetime]],
    now: datetime,
    zone: tzinfo,
    heading: str = "Deadlines",
    paused_words: str = "",
) -> TimelineView:
    """Lay the clocks of one ticket out; `windows` are the working hours to shade."""
    first, last = _bounds(clocks, now=now, zone=zone)
    scale = _Scale(first, last, left_of(clocks))
    days = _days(first, last, windows, scale, now=now, zone=zone)
    lines = tuple(
        _line(clock, HEAD + ROW // 2 + ROW * place, scale, now=now)
        for place, clock in enumerate(clocks)
    )
    return TimelineView(
        lines=lines,
        days=days,
        windows=tuple(
            scale.span(start, end) for start, end in windows if start < last and end > first
        ),
        now_x=scale.x(now),
        name=f"{heading}: " + "; ".join(f"{clock.name}, {clock.left}" for clock in clocks),
        paused_words=paused_words,
    )


def left_of(clocks: list[ClockSpan]) -> float:
    """Where the picture's first day begins: clear of the longest name."""
    longest = max((len(clock.name) for clock in clocks), default=0)
    return max(LEFT, min(LEFT + 60, round(longest * LETTER + AIR)))


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime
    left: float

    def x(self, moment: datetime) -> float:
        share = (moment - self.first) / (self.last - self.first)
        return round(self.left + max(0.0, min(1.0, share)) * (WIDTH - self.left - RIGHT), 1)

    def span(self, start: datetime, end: datetime) -> Span:
        x = self.x(start)
        return Span(x, round(max(0.8, self.x(end) - x), 1))


def _bounds(clocks: list[ClockSpan], *, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    earliest = min([clock.started for clock in clocks] + [now])
    first = max(earliest, now - timedelta(days=MAX_DAYS // 2))
    near = [clock.due for clock in clocks if clock.due <= first + timedelta(days=MAX_DAYS)]
    last = max([*near, now + timedelta(days=1)])
    return _midnight(first, zone), _midnight(last, zone) + timedelta(days=1)


def _midnight(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _days(
    first: datetime,
    last: datetime,
    windows: list[tuple[datetime, datetime]],
    scale: _Scale,
    *,
    now: datetime,
    zone: tzinfo,
) -> tuple[Day, ...]:
    worked = {start.astimezone(zone).date() for start, _ in windows}
    today = now.astimezone(zone).date()
    days: list[Day] = []
    day = first
    while day < last:
        if day.date() in worked or day.date() == today:
            noon = day + timedelta(hours=13)
            days.append(Day(scale.x(noon), str(day.day), day.date() == today))
        day = _midnight(day + timedelta(hours=26), zone)
    return tuple(day for place, day in enumerate(days) if day.now or _has_room(days, place))


def _has_room(days: list[Day], place: int) -> bool:
    """Whether a day's number stands clear of today's, which always shows."""
    today = next((day.x for day in days if day.now), -99.0)
    tight = len(days) > 1 and days[1].x - days[0].x < 15
    return abs(days[place].x - today) >= 14 and not (tight and place % 2)


def _line(clock: ClockSpan, y: int, scale: _Scale, *, now: datetime) -> Line:
    until = now
    used: list[Span] = []
    paused: list[Span] = []
    position = clock.started
    for start, end in clock.pauses:
        stop = min(end or until, until)
        if start > position:
            used.append(scale.span(position, start))
        paused.append(scale.span(start, stop))
        position = max(position, stop)
    if position < until and clock.started < until:
        used.append(scale.span(position, until))
    beyond = clock.due > scale.last
    due = min(clock.due, scale.last)
    return Line(
        name=clock.name,
        left=clock.left,
        tone=clock.tone,
        y=y,
        used=tuple(used),
        paused=tuple(paused),
        to_come=scale.span(until, due) if due > until else None,
        due_x=scale.x(due),
        beyond=beyond,
    )
