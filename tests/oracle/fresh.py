"""Fresh random vectors of calendar arithmetic, in the form of `random.json`, answered by `walker`.

`python -m tests.oracle.fresh calendar|clocks|deadlines SEED COUNT > FILE`, then
`python -m tests.oracle worktime|clocks|deadlines FILE`.
"""

from __future__ import annotations

import json
import random
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.cases import Vector
from tests.oracle.fresh_questions import BY_WALL, OPERATIONS, ask, ask_by_wall
from tests.oracle.walker import ONE_DAY, WEEK, OutOfSight, Walker

# Whole, half and quarter hours, gaps at midnight, gaps of half an hour and of two, negative DST,
# zones that skipped a day or moved their base, and the ordinary ones.
ZONES = """
Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos Africa/Monrovia America/Anchorage
America/Argentina/Buenos_Aires America/Asuncion America/Bogota America/Caracas America/Chicago
America/Denver America/Halifax America/Havana America/Los_Angeles America/Mexico_City
America/New_York America/Nuuk America/Phoenix America/Santiago America/Sao_Paulo America/St_Johns
Antarctica/Troll Asia/Amman Asia/Beirut Asia/Colombo Asia/Dhaka Asia/Dubai Asia/Gaza Asia/Jerusalem
Asia/Kabul Asia/Karachi Asia/Kathmandu Asia/Kolkata Asia/Pyongyang Asia/Riyadh Asia/Shanghai
Asia/Singapore Asia/Tehran Asia/Tokyo Asia/Ulaanbaatar Asia/Yangon Atlantic/Azores
Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Eucla Australia/Lord_Howe
Australia/Perth Australia/Sydney Europe/Berlin Europe/Chisinau Europe/Dublin Europe/Istanbul
Europe/Lisbon Europe/London Europe/Moscow Europe/Paris Pacific/Apia Pacific/Auckland Pacific/Chatham
Pacific/Easter Pacific/Fiji Pacific/Honolulu Pacific/Kiritimati Pacific/Marquesas Pacific/Norfolk
UTC
""".split()
SHAPES: list[list[list[str]]] = [
    [["09:00", "17:00"]],
    [["08:30", "12:00"], ["13:00", "17:30"]],
    [["22:00", "06:00"]],
    [["23:30", "03:30"]],
    [["00:00", "24:00"]],
    [["09:00", "09:00"]],
    [["00:00", "02:30"], ["02:45", "08:00"]],
    [["01:30", "02:30"], ["14:00", "20:00"]],
    [["16:00", "24:00"]],
    [["00:15", "01:45"], ["12:00", "23:59"]],
    [["09:00", "12:00"], ["12:00", "15:00"], ["15:30", "16:00"], ["22:30", "01:15"]],
    [["08:00", "16:00"], ["12:00", "20:00"], ["18:00", "02:00"]],
]
# Days painted around the moment asked about.
BEFORE, AFTER = 70, 170


@cache
def changes(zone: str, year: int) -> list[datetime]:
    """The instants of the year at which the zone's clock changes (UTC, to the minute)."""
    info = ZoneInfo(zone)
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=6 * n) for n in range(4 * 365)]
    found = []
    for low, high in pairwise(hours):
        if _offset(info, low) != _offset(info, high):
            found.append(_narrowed(info, low, high))
    return found


def _narrowed(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        if _offset(info, middle) == _offset(info, low):
            low = middle
        else:
            high = middle
    return high


def _offset(info: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(info).utcoffset()


class Maker:
    """Makes vectors from one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)

    def moment(self, zone: str) -> datetime:
        """A moment, more often than not within days of a change of the clock or a year's end."""
        rnd = self.random
        year = rnd.randrange(2001, 2026) if rnd.random() < 0.8 else rnd.randrange(1972, 2060)
        near = changes(zone, year)
        if near and rnd.random() < 0.6:
            around = rnd.choice(near) - timedelta(hours=rnd.randrange(-48, 96))
        elif rnd.random() < 0.3:
            around = datetime(year, 12, 31, tzinfo=UTC) + timedelta(hours=rnd.randrange(-72, 72))
        else:
            around = datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=rnd.randrange(8700))
        seconds = rnd.choice([0, 0, 0, 60 * rnd.randrange(60), rnd.randrange(3600)])
        return (around + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone))

    def calendar(self, around: datetime) -> dict[str, Any]:
        """Hours, holidays, special days and breaks near a moment."""
        rnd = self.random
        edge = self._edge(around) if rnd.random() < 0.5 else None
        if edge is not None or rnd.random() < 0.7:
            shape = edge or rnd.choice(SHAPES)
            usual = rnd.choice([WEEK[:5], WEEK, WEEK[:4] + WEEK[6:], WEEK[1:6]])
            days = usual if edge is None else WEEK
            hours = dict.fromkeys(days, shape)
        else:
            days = tuple(rnd.sample(WEEK, rnd.randrange(3, 8)))
            hours = {day: rnd.choice(SHAPES) for day in sorted(days, key=WEEK.index)}
        result: dict[str, Any] = {"tz": str(around.tzinfo), "hours": hours}
        near = [around.date() + n * ONE_DAY for n in range(-6, 13)]
        if rnd.random() < 0.5:
            result["holidays"] = sorted(map(str, rnd.sample(near, rnd.randrange(1, 4))))
        if rnd.random() < 0.2:
            yearly = {day.strftime("%m-%d") for day in rnd.sample(near, 2)} | {"02-29"}
            result["yearly_holidays"] = sorted(yearly)
        if rnd.random() < 0.3:
            special = rnd.sample(near, rnd.randrange(1, 3))
            result["overrides"] = {str(day): rnd.choice([[], *SHAPES]) for day in sorted(special)}
        if rnd.random() < 0.4:
            result["breaks"] = [self._break(day) for day in sorted(rnd.sample(near, 2))]
        return result

    def _edge(self, around: datetime) -> list[list[str]] | None:
        """Hours that end within what a nearby change of the clock skips or repeats."""
        near = [
            at for at in changes(str(around.tzinfo), around.year) if abs(at - around) < 6 * ONE_DAY
        ]
        if not near:
            return None
        before = (near[0] - timedelta(minutes=1)).astimezone(around.tzinfo)
        after = near[0].astimezone(around.tzinfo)
        walls = sorted(60 * at.hour + at.minute for at in (before, after))
        inside = (walls[0] + self.random.randrange(5, 50)) % 1440
        ends = [(inside + minutes) % 1440 for minutes in (-480, 0, 60, 400)]
        a, b, c, d = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in ends)
        # One end within; with the other shift an hour later, or only the time after.
        return self.random.choice([[[a, b], [c, d]], [[b, d]]])

    def _break(self, day: date) -> dict[str, str]:
        start, length = self.random.randrange(0, 1380), self.random.randrange(5, 300)
        ends = (start, min(start + length, 1440))
        texts = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in ends]
        return {"date": str(day), "from": texts[0], "to": texts[1]}

    def vectors(self, count: int) -> list[Vector]:
        """So many vectors, with the walker's answers."""
        made: list[Vector] = []
        while len(made) < count:
            around = self.moment(self.random.choice(ZONES))
            calendar = self.calendar(around)
            try:
                walker = walked(calendar, around)
            except OutOfSight:
                continue
            for _ in range(6):
                with suppress(OutOfSight):
                    made.append(self._vector(walker, around, f"fresh-{self.seed}-{len(made)}"))
        return made[:count]

    def _vector(self, walker: Walker, around: datetime, key: str) -> Vector:
        rnd = self.random
        at = around + timedelta(seconds=rnd.choice([0, rnd.randrange(400_000)]))
        at = at.astimezone(walker.zone)
        op = rnd.choice(list(OPERATIONS))
        if op in BY_WALL and rnd.random() < 0.1:
            given, expected, semantics = ask_by_wall(walker, op, at, rnd)
        else:
            given, expected, semantics = ask(walker, op, at, rnd)
        return {
            "id": key, "kind": "calendar", "calendar": walker.spec, "op": op, **given,
            "expected": expected, "core": not semantics, "semantics": semantics,
        }  # fmt: skip


def vectors_of(seed: int, count: int) -> list[Vector]:
    """So many vectors of one seed."""
    return Maker(seed).vectors(count)


def walked(calendar: dict[str, Any], around: datetime) -> Walker:
    """The walker for the days around a moment."""
    day = around.date()
    return Walker(calendar, day - BEFORE * ONE_DAY, day + AFTER * ONE_DAY)


def document(vectors: list[Vector], about: str, key: str = "vectors") -> str:
    """The vectors, or `cases`, as a file of the oracle's form."""
    return json.dumps({"about": {"title": about, "count": len(vectors)}, key: vectors})


def main(arguments: list[str]) -> None:
    """Write a file of fresh vectors to standard output."""
    kind, seed, count = arguments[0], int(arguments[1]), int(arguments[2])
    if kind == "clocks":
        from tests.oracle.fresh_clocks import histories as make
    elif kind == "deadlines":
        from tests.oracle.fresh_deadlines import deadlines as make
    else:
        make = vectors_of
    key = "cases" if kind == "deadlines" else "vectors"
    sys.stdout.write(document(make(seed, count), f"Fresh random {kind} vectors, seed {seed}", key))


if __name__ == "__main__":
    main(sys.argv[1:])
