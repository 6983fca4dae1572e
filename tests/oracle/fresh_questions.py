"""What is asked of a calendar at random, with the walker's answer, for every operation and option.

Answers follow the sentences of the vectors' README, not `escalation/`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.oracle.walker import ONE_DAY, OutOfSight, Walker

#: What is given, what is expected, and the semantics other than the usual ones.
Question = tuple[dict[str, Any], Any, dict[str, str]]
Asking = Callable[[Walker, datetime, random.Random], Question]


def _amount(rnd: random.Random) -> int:
    return rnd.choice(
        [0, 60 * rnd.randrange(1, 600), 3600 * rnd.randrange(1, 60), rnd.randrange(1, 3_000_000)]
    )


def _said(at: datetime, rnd: random.Random) -> str:
    """An instant as text, in its own zone or another: instants count, not their offsets."""
    if rnd.random() < 0.8:
        return at.isoformat()
    text = at.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z") if rnd.random() < 0.5 else text


def _add(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    # Now and then the time to a closing, so that it runs out exactly there.
    seconds = _amount(rnd)
    if rnd.random() < 0.2:
        seconds = walker.elapsed(at, walker.closing_after(at + timedelta(days=rnd.randrange(5))))
    given = {"start": _said(at, rnd), "seconds": seconds}
    due = walker.add(at, seconds)
    if rnd.random() < 0.2:
        return given, walker.next_open(due).isoformat(), {"boundary": "next_open"}
    if seconds == 0 and rnd.random() < 0.4:
        return given, at.isoformat(), {"zero": "unchanged"}
    return given, due.isoformat(), {}


def _subtract(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    seconds = _amount(rnd)
    given = {"start": _said(at, rnd), "seconds": seconds}
    since = walker.subtract(at, seconds)
    if rnd.random() < 0.2:
        return given, walker.prev_open(since).isoformat(), {"boundary": "prev_close"}
    return given, since.isoformat(), {}


def _elapsed(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    end = at + timedelta(seconds=rnd.choice([1, 60, 3600]) * rnd.randrange(-100, 2000))
    given = {"start": _said(at, rnd), "end": _said(end, rnd)}
    forwards, back = walker.elapsed(at, end), walker.elapsed(end, at)
    how = rnd.choice(["zero", "zero", "negative", "absolute"])
    expected = forwards or {"zero": 0, "negative": -back, "absolute": back}[how]
    return given, expected, {} if how == "zero" else {"reversed": how}


def _is_open(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    if rnd.random() < 0.3:
        at = walker.closing_after(at)
    given = {"at": _said(at, rnd)}
    if rnd.random() < 0.3:
        touches = walker.is_open(at) or walker.is_open(at - timedelta(seconds=1))
        return given, touches, {"closing_instant": "open"}
    return given, walker.is_open(at), {}


def _add_days(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    days, start = rnd.randrange(-15, 16), at.date()
    given = {"start": str(start), "days": days}
    if rnd.random() < 0.2:
        origin = start
        if not walker.is_business_day(start):
            origin = next(walker.days_from(start, -1 if days < 0 else 1))
        return given, str(walker.add_days(origin, days)), {"nonworking_origin": "roll"}
    return given, str(walker.add_days(start, days)), {}


def _days_between(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    start, length = at.date(), rnd.randrange(60)
    given = {"start": str(start), "end": str(start + length * ONE_DAY)}
    count = rnd.choice(["end", "end", "start", "both"])
    first, last = (1 if count == "end" else 0), (length - 1 if count == "start" else length)
    days = [start + n * ONE_DAY for n in range(first, last + 1)]
    return given, sum(map(walker.is_business_day, days)), {} if count == "end" else {"count": count}


def _add_days_time(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    days = rnd.randrange(-15, 16)
    given = {"start": _said(at, rnd), "days": days}
    due = walker.add_days_time(at, days)
    if days < 1 or rnd.random() < 0.5:
        return given, due.isoformat(), {}
    how = rnd.choice(["clamp", "clamp_to_close", "roll_to_opening", "end_of_business_day"])
    if how == "clamp":
        due = walker.next_open(due)
    elif how == "roll_to_opening":
        due = walker.add_days_time(walker.next_open(at), days)
    else:
        close = walker.close_of_day(at, days)
        due = min(due, close) if how == "clamp_to_close" else close
    return given, due.isoformat(), {"time_of_day": how}


def _periods(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    count, found = rnd.randrange(1, 7), []
    given, moment = {"start": _said(at, rnd), "count": count}, at
    for _ in range(count):
        opens = walker.next_open(moment)
        moment = walker.closing_after(opens)
        found.append([opens.isoformat(), moment.isoformat()])
    return given, found, {}


def _periods_before(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    count, found = rnd.randrange(1, 7), []
    given, moment = {"start": _said(at, rnd), "count": count}, at
    for _ in range(count):
        closes = walker.prev_open(moment)
        moment = walker.opening_before(closes)
        found.append([moment.isoformat(), closes.isoformat()])
    return given, found, {}


def _is_business_day(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    return {"start": str(at.date())}, walker.is_business_day(at.date()), {}


def _resolve_local(walker: Walker, at: datetime, rnd: random.Random) -> Question:
    day, seconds = at.date(), 60 * rnd.randrange(0, 24 * 60, 5)
    local = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001
    meant = walker.at(walker.instant(day, seconds) - walker.start)
    return {"local": local.isoformat()}, meant.isoformat(), {}


def _moved(ask: Callable[[Walker, datetime], datetime]) -> Asking:
    def asked(walker: Walker, at: datetime, rnd: random.Random) -> Question:
        return {"at": _said(at, rnd)}, ask(walker, at).isoformat(), {}

    return asked


OPERATIONS: dict[str, Asking] = {
    "add": _add,
    "subtract": _subtract,
    "elapsed": _elapsed,
    "is_open": _is_open,
    "next_open": _moved(Walker.next_open),
    "prev_open": _moved(Walker.prev_open),
    "closing_after": _moved(Walker.closing_after),
    "periods": _periods,
    "periods_before": _periods_before,
    "is_business_day": _is_business_day,
    "add_days": _add_days,
    "days_between": _days_between,
    "add_days_time": _add_days_time,
    "resolve_local": _resolve_local,
}
#: Those that a walk in local times answers too, where the wall clock counts.
BY_WALL = ("add", "elapsed")


def ask(walker: Walker, op: str, at: datetime, rnd: random.Random) -> Question:
    """A question of one kind about a moment near `at`, with its answer."""
    return OPERATIONS[op](walker, at, rnd)


def ask_by_wall(walker: Walker, op: str, at: datetime, rnd: random.Random) -> Question:
    """The same with the wall clock read minute by minute: a day has 24 hours, whatever happens.

    Only for instants that a wall clock shows once; raises OutOfSight for others.
    """
    flat = Walker({**walker.spec, "tz": "UTC"}, walker.first, walker.last)
    wall = at.replace(tzinfo=UTC, fold=0)
    if _instant(walker, wall) != at:
        raise OutOfSight
    seconds = 60 * rnd.randrange(1, 6000)
    if op == "elapsed":
        end = wall + timedelta(seconds=seconds)
        given = {"start": at.isoformat(), "end": _instant(walker, end).isoformat()}
        if _instant(walker, end).astimezone(walker.zone).replace(tzinfo=UTC, fold=0) != end:
            raise OutOfSight
        return given, flat.elapsed(wall, end), {"dst": "wall"}
    due = _instant(walker, flat.add(wall, seconds))
    return {"start": at.isoformat(), "seconds": seconds}, due.isoformat(), {"dst": "wall"}


def _instant(walker: Walker, wall: datetime) -> datetime:
    day = date(wall.year, wall.month, wall.day)
    seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
    return walker.at(walker.instant(day, seconds) - walker.start)
