"""Lengths and steps as people write them: "4h", "2wd", "56d", "75%", "-1h". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from escalation.clock import Days, Length, OpenTime, Step
from escalation.reading import only, positive, whole, wrong

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


def length(value: Any, where: str = "within") -> Length:
    """A length from "4h", "1h30m", "2wd" (working days, to the close), "56d" (calendar days).

    The long form is a mapping: `{working_days: 2, end_of_day: false}`, `{days: 56}`,
    `{hours: 4}`, `{minutes: 90}`. Raises PolicyInvalid.
    """
    if isinstance(value, Mapping):
        only(value, {"hours", "minutes", "working_days", "days", "end_of_day"}, where)
        end_of_day = bool(value.get("end_of_day", True))
        for name, calendar_days in (("working_days", False), ("days", True)):
            if name in value:
                count = whole(value[name], f"{where}.{name}")
                return Days(count, end_of_day=end_of_day, calendar_days=calendar_days)
        minutes = value.get("hours", 0) * 60 + value.get("minutes", 0)
        return OpenTime(positive(timedelta(minutes=minutes), where))
    text = str(value).strip()
    if found := re.fullmatch(r"(\d+)(wd|d)", text):
        return Days(whole(int(found[1]), where), calendar_days=found[2] == "d")
    return OpenTime(positive(open_time(text, where), where))


def step(value: Any, where: str, key: str) -> Step:
    """A step from "75%", "-1h", "0m", "2wd", "-1wd"."""
    text = str(value).strip()
    if found := re.fullmatch(r"(\d{1,3})%", text):
        return Step(key, percent=int(found[1]))
    if found := re.fullmatch(r"(-?\d+)wd", text):
        return Step(key, days=int(found[1]))
    sign = -1 if text.startswith("-") else 1
    return Step(key, offset=sign * open_time(text.lstrip("+-"), where))


def open_time(text: str, where: str) -> timedelta:
    """Hours and minutes: "1h30m". Raises PolicyInvalid."""
    parts = re.findall(r"(\d+)([hm])", text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise wrong(where, f"{text!r} is no length; write 90m, 4h, 1h30m, 2wd or 56d")
    return sum((int(number) * UNITS[unit] for number, unit in parts), timedelta())


def real_time(value: Any, where: str) -> timedelta:
    """A stretch of real time, such as the longest wait: "14d"."""
    if found := re.fullmatch(r"(\d+)d", str(value).strip()):
        return timedelta(days=int(found[1]))
    return positive(open_time(str(value).strip(), where), where)
