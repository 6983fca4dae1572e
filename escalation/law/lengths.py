"""Lengths and steps as people write them: "4h", "2wd", "8w", "75%", "-1h". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from escalation.clock import Days, Length, OpenTime, Step
from escalation.hours import TimeOfDay
from escalation.law.rules import Law
from escalation.law.terms import End, Unit
from escalation.law.text import SHORT, bounded, rule, term_text
from escalation.reading import only, positive, whole, wrong
from escalation.worktime import Boundary


class Origin(StrEnum):
    """What a start on a day without work counts as."""

    NO_ROLL = "no_roll"
    ROLL = "roll"


Word = TypeVar("Word", bound=StrEnum)
_OF_DAYS = ("end_of_day", "time_of_day", "nonworking_origin")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


LONG = {"hours", "minutes", "working_days", "days", "end_of_day", "time_of_day",
        "nonworking_origin", "boundary"}  # fmt: skip


def length(value: Any, where: str = "within") -> Length:
    """A length from "4h", "1h30m", "2wd" (working days), "56d", "8w", "1mo", "2y".

    Days and longer ones end at the close of business of their last day. The long form is a
    mapping: `{working_days: 2, end_of_day: false}`, `{days: 56}`, `{hours: 4}`, `{minutes: 90}`,
    with `time_of_day`, `nonworking_origin` or `boundary` where closed hours count otherwise; or a
    rule of law, `{count: 8, unit: weeks, …}` (escalation.law.text), which ends with its last day
    unless it says otherwise. Raises PolicyInvalid.
    """
    if isinstance(value, Mapping):
        if not value.keys() & LONG:
            exact = value.get("end") != End.CLOSE
            return Law(rule(value, where), exact=exact)
        return _long(value, where)
    text = str(value).strip()
    if found := re.fullmatch(r"(\d+)(wd|d)", text):
        count = bounded(int(found[1]), SHORT[found[2]], where)
        return Days(count, calendar_days=found[2] == "d")
    if re.fullmatch(r"\d+(w|mo|y)", text):
        return Law(term_text(text, where, End.CLOSE), exact=False)
    return OpenTime(positive(open_time(text, where), where))


def _long(value: Mapping[str, Any], where: str) -> Length:
    only(value, LONG, where)
    for name in ("working_days", "days"):
        if name in value:
            return _days(value, name, where)
    for name in _OF_DAYS:
        if name in value:
            raise wrong(f"{where}.{name}", "goes with days")
    boundary = _option(Boundary, value, "boundary", Boundary.AT_CLOSE, where)
    parts = [
        bounded(whole(value.get(name, 0), f"{where}.{name}", name), Unit(name), f"{where}.{name}")
        for name in ("hours", "minutes")
    ]
    amount = positive(timedelta(hours=parts[0], minutes=parts[1]), where)
    return OpenTime(amount, boundary=boundary)


def _days(value: Mapping[str, Any], name: str, where: str) -> Days:
    """`end_of_day`, or `time_of_day` for what else becomes of the hour; `nonworking_origin: roll`
    counts a start on a day without work as one on the next working day."""
    for other in sorted((LONG & value.keys()) - {name, *_OF_DAYS}):
        raise wrong(f"{where}.{other}", f"not together with {name}")
    end_of_day = value.get("end_of_day", True)
    if not isinstance(end_of_day, bool):
        raise wrong(f"{where}.end_of_day", "true or false")
    origin = TimeOfDay.KEEP
    if "time_of_day" in value:
        if "end_of_day" in value:
            raise wrong(f"{where}.time_of_day", "instead of end_of_day, not beside it")
        origin = _option(TimeOfDay, value, "time_of_day", origin, where)
        end_of_day = origin is TimeOfDay.END_OF_BUSINESS_DAY
    if name == "days" and origin not in {TimeOfDay.KEEP, TimeOfDay.END_OF_BUSINESS_DAY}:
        raise wrong(f"{where}.time_of_day", "goes with working_days")
    rolls = _option(Origin, value, "nonworking_origin", Origin.NO_ROLL, where)
    return Days(
        bounded(value[name], Unit(name), f"{where}.{name}"),
        end_of_day=end_of_day,
        calendar_days=name == "days",
        origin=TimeOfDay.KEEP if end_of_day else origin,
        roll=rolls is Origin.ROLL,
    )


def _option(kind: type[Word], value: Mapping[str, Any], name: str, usual: Word, where: str) -> Word:
    try:
        return kind(str(value.get(name, usual)))
    except ValueError:
        raise wrong(f"{where}.{name}", f"one of {', '.join(kind)}") from None


def step(value: Any, where: str, key: str) -> Step:
    """A step from "75%", "-1h", "0m", "2wd", "-1wd"."""
    text = str(value).strip()
    if found := re.fullmatch(r"(\d{1,3})%", text):
        return Step(key, percent=int(found[1]))
    if found := re.fullmatch(r"(-?)(\d+)wd", text):
        count = bounded(int(found[2]), Unit.WORKING_DAYS, where)
        return Step(key, days=-count if found[1] else count)
    sign = -1 if text.startswith("-") else 1
    return Step(key, offset=sign * open_time(text.lstrip("+-"), where))


def open_time(text: str, where: str) -> timedelta:
    """Hours and minutes: "1h30m". Raises PolicyInvalid."""
    parts = re.findall(r"(\d+)([hm])", text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise wrong(where, f"{text!r} is no length; write 90m, 4h, 1h30m, 2wd, 56d, 8w, 1mo or 2y")
    counts = [(bounded(int(number), SHORT[unit], where), UNITS[unit]) for number, unit in parts]
    return sum((count * unit for count, unit in counts), timedelta())


def real_time(value: Any, where: str) -> timedelta:
    """A stretch of real time, such as the longest wait: "14d"."""
    if found := re.fullmatch(r"(\d+)d", str(value).strip()):
        return timedelta(days=bounded(int(found[1]), Unit.DAYS, where))
    return positive(open_time(str(value).strip(), where), where)
