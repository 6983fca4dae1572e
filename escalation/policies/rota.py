"""Who is on duty when: weekly slots, and dated ones that stand in their place. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """One person's duty on a weekday (0 is Monday) or on one date, in local time.

    It belongs to the day on which it starts. One that ends at or before its start ends on the next
    day; with the same start and end it lasts a whole day.
    """

    person: int
    start: time
    end: time
    weekday: int | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """One stretch of duty as instants in UTC; `end` is no longer part of it."""

    person: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Roster:
    """A rota: its time zone (an IANA name) and its slots."""

    zone: str
    slots: tuple[Slot, ...] = ()

    def slots_on(self, day: date) -> tuple[Slot, ...]:
        """The slots that start on a local date: the dated ones where there are any, else those of
        its weekday."""
        dated = tuple(slot for slot in self.slots if slot.on == day)
        return dated or tuple(s for s in self.slots if s.on is None and s.weekday == day.weekday())

    def duties(self, first: date, last: date) -> list[Duty]:
        """Every stretch of duty that starts on a local date from `first` to `last`, in order."""
        zone = ZoneInfo(self.zone)
        found = []
        day = first
        while day <= last:
            for slot in self.slots_on(day):
                until = day + _DAY if slot.end <= slot.start else day
                start = datetime.combine(day, slot.start, zone).astimezone(UTC)
                end = datetime.combine(until, slot.end, zone).astimezone(UTC)
                found.append(Duty(slot.person, start, end))
            day += _DAY
        return sorted(found, key=lambda duty: (duty.start, duty.end, duty.person))

    def on_duty(self, at: datetime) -> tuple[int, ...]:
        """Keys of those on duty at an aware instant, each once, whoever began first first."""
        today = at.astimezone(ZoneInfo(self.zone)).date()
        now = [
            duty.person for duty in self.duties(today - _DAY, today) if duty.start <= at < duty.end
        ]
        return tuple(dict.fromkeys(now))
