"""Vectors of calendar arithmetic (`calendar.json`, `random.json`) against `escalation.hours`.

A vector that names other semantics than ours is asked with the option of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from escalation.hours import Calendar, TimeOfDay
from escalation.law.lengths import length
from escalation.worktime import Boundary, DayCount, Reversed, Span
from tests.oracle import options as semantics
from tests.oracle.cases import (
    Failure,
    NotUnderstood,
    Vector,
    all_of_them,
    is_core,
    judged,
    told,
)

remarks = semantics.remarks
CALENDAR = {"tz", "hours", "holidays", "yearly_holidays", "overrides", "breaks"}


def run(
    paths: Sequence[Path], *, core_only: bool = False, **_: object
) -> tuple[int, list[Failure]]:
    """Number of vectors that agree, and those that do not."""
    wanted = is_core if core_only else all_of_them
    return judged(paths, "vectors", judge, wanted=wanted)


def judge(vector: Vector) -> Failure | None:
    """What is wrong with one vector; None when it agrees."""
    got = answer(vector)
    if agrees(vector, got):
        return None
    unknown = sorted(set(vector["calendar"]) - CALENDAR)
    note = f" (not known of a calendar: {', '.join(unknown)})" if unknown else ""
    return Failure(
        vector["id"], vector["expected"], f"{_shown(got)}{note}" if note else _shown(got)
    )


def answer(vector: Vector) -> Any:
    """Our result for one vector, or the error that was raised. Raises NotUnderstood, KeyError."""
    if vector.get("op") not in OPERATIONS:
        raise NotUnderstood(f"there is no operation {vector.get('op')!r}")
    options = vector.get("semantics") or {}
    try:
        calendar = Calendar.parse(vector["calendar"])
        if options.get("dst") == "wall":
            return _by_wall_clock(calendar, vector, options)
        return OPERATIONS[vector["op"]](calendar, vector, options)
    except ValueError as error:
        return error


def agrees(vector: Vector, got: Any) -> bool:
    """Whether our result is one of those accepted, compared as instants."""
    if isinstance(got, ValueError):
        return False
    accepted = [vector["expected"], *(vector.get("accept") or [])]
    return any(_read(value) == got for value in accepted)


def _read(value: Any) -> Any:
    if isinstance(value, str):
        return date.fromisoformat(value) if len(value) == len("2024-02-29") else _moment(value)
    if isinstance(value, list):
        return [Span(_moment(start), _moment(end)) for start, end in value]
    return value


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _shown(got: Any) -> Any:
    if isinstance(got, ValueError):
        return told(got)
    if isinstance(got, datetime | date):
        return got.isoformat()
    if isinstance(got, list):
        return [[span.start.isoformat(), span.end.isoformat()] for span in got]
    return got


def _seconds(vector: Vector) -> timedelta:
    return timedelta(seconds=vector["seconds"])


def _add(calendar: Calendar, vector: Vector, options: Vector) -> datetime:
    start = _moment(vector["start"])
    if vector["seconds"] == 0 and options.get("zero") == "unchanged":
        return start
    if (
        options.get("boundary") == Boundary.NEXT_OPEN
        and (seconds := vector["seconds"]) > 0 == seconds % 60
    ):
        # As a policy says it.
        return length({"minutes": seconds // 60, "boundary": "next_open"}).due(calendar, start)
    boundary = Boundary(options.get("boundary", Boundary.AT_CLOSE))
    return calendar.add(start, _seconds(vector), boundary=boundary)


def _subtract(calendar: Calendar, vector: Vector, options: Vector) -> datetime:
    start = _moment(vector["start"])
    if vector["seconds"] == 0 and options.get("zero") == "unchanged":
        return start
    result = calendar.subtract(start, _seconds(vector))
    return calendar.prev_open(result) if options.get("boundary") == "prev_close" else result


def _elapsed(calendar: Calendar, vector: Vector, options: Vector) -> int:
    passed = calendar.between(
        _moment(vector["start"]),
        _moment(vector["end"]),
        when_reversed=Reversed(options.get("reversed", Reversed.ZERO)),
    )
    return int(passed.total_seconds())


def _next_open(calendar: Calendar, vector: Vector, options: Vector) -> datetime:
    at = _moment(vector["at"])
    closing_is_open = options.get("closing_instant") == "open"
    if closing_is_open and calendar.is_open(at, closing_is_open=True):
        return at
    return calendar.next_open(at)


def _is_open(calendar: Calendar, vector: Vector, options: Vector) -> bool:
    return calendar.is_open(
        _moment(vector["at"]), closing_is_open=options.get("closing_instant") == "open"
    )


def _days_between(calendar: Calendar, vector: Vector, options: Vector) -> int:
    count = DayCount(options.get("count", DayCount.END))
    start, end = date.fromisoformat(vector["start"]), date.fromisoformat(vector["end"])
    return calendar.days_between(start, end, count=count)


def _add_days(calendar: Calendar, vector: Vector, options: Vector) -> date:
    roll = options.get("nonworking_origin") == "roll"
    start, days = date.fromisoformat(vector["start"]), vector["days"]
    if roll and days >= 0:
        said = {"working_days": days, "time_of_day": "keep", "nonworking_origin": "roll"}
        noon = calendar.resolve(datetime.combine(start, time(12)))
        return calendar.local(length(said).due(calendar, noon)).date()
    return calendar.add_days(start, days, roll=roll)


def _add_days_time(calendar: Calendar, vector: Vector, options: Vector) -> datetime:
    time_of_day = TimeOfDay(options.get("time_of_day", TimeOfDay.KEEP))
    days, start = vector["days"], _moment(vector["start"])
    if options.get("nonworking_origin") == "roll":
        local = calendar.local(start)
        if not calendar.is_working_day(local.date()):
            day = calendar.add_days(local.date(), -1 if days < 0 else 1)
            start = calendar.resolve(datetime.combine(day, local.time()))
    if days >= 0:
        said = {"working_days": days, "time_of_day": time_of_day.value}
        return length(said).due(calendar, start)
    return calendar.add_working_days(start, days, time_of_day=time_of_day)


def _by_wall_clock(calendar: Calendar, vector: Vector, options: Vector) -> Any:
    """The same question on a calendar without clock changes, in local times."""
    flat = replace(calendar, tz="UTC")
    local = dict(vector)
    for key in ("start", "end", "at"):
        if len(local.get(key, "")) > len("2024-02-29"):
            wall = calendar.local(_moment(local[key])).replace(tzinfo=UTC)
            local[key] = wall.isoformat()
    got = OPERATIONS[vector["op"]](flat, local, options)
    if isinstance(got, list):
        return [Span(_on_wall(calendar, s.start), _on_wall(calendar, s.end)) for s in got]
    return _on_wall(calendar, got) if isinstance(got, datetime) else got


def _on_wall(calendar: Calendar, flat: datetime) -> datetime:
    return calendar.resolve(flat.replace(tzinfo=None))


OPERATIONS: dict[str, Callable[[Calendar, Vector, Vector], Any]] = {
    "add": _add,
    "subtract": _subtract,
    "elapsed": _elapsed,
    "is_open": _is_open,
    "next_open": _next_open,
    "prev_open": lambda c, v, _: c.prev_open(_moment(v["at"])),
    "closing_after": lambda c, v, _: c.closing_after(_moment(v["at"])),
    "periods": lambda c, v, _: list(islice(c.windows(_moment(v["start"])), v["count"])),
    "periods_before": lambda c, v, _: list(
        islice(c.windows_before(_moment(v["start"])), v["count"])
    ),
    "is_business_day": lambda c, v, _: c.is_working_day(date.fromisoformat(v["start"])),
    "add_days": _add_days,
    "days_between": _days_between,
    "add_days_time": _add_days_time,
    "resolve_local": lambda c, v, _: c.resolve(datetime.fromisoformat(v["local"])),
}
