"""Every timeline of docs/deadlines.md comes out as it is drawn.

Beside each stands a comment such as `timeline: {within: 4h, from: "Mon 15:00", due: "Tue 11:00"}`,
with `until` in place of `within` for an instant, `paused` from and to, `facts`, `late` (the instant
after which it is missed) and `named: no` where the text does not write the due moment.
"""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from escalation.clock import Clock, Length, OnDay, Pause, Until
from escalation.hours import Calendar
from escalation.law.rules import Law
from escalation.policies.policy import Policy

DOC = Path(__file__).parents[3] / "docs" / "deadlines.md"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NINE_TO_FIVE = [["09:00", "17:00"]]
OFFICE = Calendar.parse({"tz": "UTC", "hours": {day.lower(): NINE_TO_FIVE for day in DAYS[:5]}})
MONDAY = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
_COMMENT = re.compile(r"^<!-- timeline: (.*) -->$", re.MULTILINE)
_FENCE = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_SAID = re.compile(rf"\b(?:due|missed\s+after)\s+(?:{_WEEKDAYS})\s+\d\d:\d\d")


def chunks(text: str) -> list[str]:
    """Paragraphs, each with the drawing and the comments that follow without an empty line."""
    return [chunk for chunk in re.split(r"\n\s*\n", text) if chunk.strip()]


def drawn(chunk: str) -> int:
    """How many timelines a paragraph has: drawn ones, or those that the text tells."""
    inside = "\n".join(_FENCE.findall(chunk))
    return inside.count("<>") or int("|=" in inside) or len(_SAID.findall(_FENCE.sub("", chunk)))


def checks(chunk: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(found) for found in _COMMENT.findall(chunk)]


TEXT = DOC.read_text(encoding="utf-8")
ALL = [(one, chunk) for chunk in chunks(TEXT) for one in checks(chunk)]


def moment(text: str, *, since: dt.datetime = MONDAY) -> dt.datetime:
    """A date and time, or the next such time of the week."""
    if text[:3] not in DAYS:
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
    hours, minutes = map(int, text[4:].split(":"))
    at = MONDAY + dt.timedelta(days=DAYS.index(text[:3]), hours=hours, minutes=minutes)
    return at if at >= since else at + dt.timedelta(weeks=1)


def clock_of(told: dict[str, Any]) -> Clock:
    start = moment(told["from"])
    length: Length | None
    if "until" in told:
        length = Until(moment(told["until"], since=start))
        return Clock(Calendar.always(), length, start)
    if "day" in told:
        day = moment(f"{told['day']} 00:00", since=start.replace(hour=0, minute=0)).date()
        return Clock(OFFICE, OnDay(day), start)
    data = {"targets": [{"kind": "resolve", "within": told["within"]}]}
    length = Policy.parse(data).targets[0].length
    assert length is not None
    if isinstance(length, Law):
        length = length.given(told.get("facts", {}))
    spans = told.get("paused", [])
    moments = [moment(text, since=start) for text in spans]
    pauses = tuple(Pause(*pair) for pair in zip(moments[::2], moments[1::2], strict=True))
    return Clock(OFFICE, length, start, pauses)


@pytest.mark.parametrize(("told", "chunk"), ALL, ids=[str(told["due"]) for told, _ in ALL])
def test_a_timeline_comes_out_as_it_is_drawn(told: dict[str, Any], chunk: str) -> None:
    clock = clock_of(told)
    assert clock.due() == moment(told["due"], since=clock.started_at)
    if "late" in told:
        assert clock.breach_at() == moment(told["late"], since=clock.started_at)
    if told.get("named", True):
        said = _COMMENT.sub("", chunk)
        due = clock.due()
        words = (f"{due:%H:%M}", f"{due.day} {due:%b}", f"{due:%H:%M:%S}")
        assert any(word in said for word in words)
        assert f"{due:%a}" in said


def test_every_timeline_of_the_manual_has_its_check() -> None:
    assert [c for c in chunks(TEXT) if drawn(c) > len(checks(c))] == []
    assert sum(map(drawn, chunks(TEXT))) >= 11


def test_a_timeline_without_a_check_is_found() -> None:
    bare = "**New.** Like so:\n```\nMon 15:00 ==(1 h)== 16:00 <>\n```"
    assert drawn(bare) > len(checks(bare))
    assert drawn("It is due Friday 16:00.") == 1
