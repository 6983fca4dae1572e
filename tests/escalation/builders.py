"""A desk whose clocks are easy to read: open from 09:00 to 17:00 UTC on weekdays."""

import datetime as dt
from typing import Any

from escalation.models import Deadline, DeadlinePolicy, EscalationPath, WorkCalendar
from tests.builders import NOW

WEEK = "mon tue wed thu fri".split()

TARGETS: list[dict[str, Any]] = [
    {"kind": "acknowledge", "within": "1h"},
    {"kind": "first_response", "within": "2h", "warn": ["50%"], "path": "ladder"},
    {"kind": "next_reply", "within": "4h", "max_pause": "14d"},
    {"kind": "next_update", "within": "1wd"},
    {"kind": "decide", "within": "2wd"},
    {"kind": "resolve", "within": "8h", "warn": ["75%"], "path": "ladder", "max_pause": "14d"},
    {"kind": "approve", "within": "2h"},
    {"kind": "promise", "warn": ["-1h"], "path": "ladder"},
    {"kind": "deliver_remedy", "within": "2wd"},
    {"kind": "follow_up", "within": "1wd"},
]
LADDER: list[dict[str, Any]] = [
    {"after": "0m", "to": ["owner"], "do": ["notify", "mail"]},
    {"after": "1h", "to": ["supervisors"], "do": ["notify"]},
    {"after": "2h", "to": ["role:manager"], "do": ["notify"]},
]


def make_clockwork() -> DeadlinePolicy:
    """The calendar, the path and the policy of these tests."""
    WorkCalendar.objects.create(
        key="office",
        name="Office",
        time_zone="UTC",
        hours={day: [["09:00", "17:00"]] for day in WEEK},
        is_default=True,
    )
    EscalationPath.objects.create(key="ladder", name="Ladder", steps=LADDER)
    return make_policy()


def make_policy(key: str = "usual", **over: Any) -> DeadlinePolicy:
    """An active policy of these tests, with other data where given."""
    data = {"calendar": "office", "targets": TARGETS, **over.pop("data", {})}
    values = {"key": key, "name": key.title(), "data": data, "created_at": NOW, **over}
    policy = DeadlinePolicy(**values)
    policy.full_clean()
    policy.save()
    return policy


def at(text: str) -> dt.datetime:
    """A moment of November 2026, the month of NOW (Tuesday 24, 11:18): "25 09:30"."""
    day, clock = text.split()
    return dt.datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=dt.UTC)


def deadline(ticket: Any, kind: str) -> Deadline:
    """The newest deadline of a kind."""
    return Deadline.objects.filter(ticket=ticket, kind=kind).latest("id")


def types_of(ticket: Any) -> list[str]:
    """The types of the ticket's events, in order."""
    return list(ticket.events.order_by("seq").values_list("type", flat=True))
