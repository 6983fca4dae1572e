"""When things happen in the demo: words relative to now, inside working hours. Pure.

- `-3h18m`: so much working time before now; `+1h10m` after it; `~40m`: before now by the clock
  on the wall, for customers write at night as well;
- `-2d 15:40`: two working days before today at that local time (`0d 09:05`: today); before the
  first opening, or on a day without work, "today" is the last working day;
- `wed -3d 13:40`: the last Wednesday on or before that day;
- `reported +3 08:00`: three calendar days after the date called `reported`.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from escalation.hours import WEEKDAYS, Calendar

_LENGTH = re.compile(r"([+~-])(?:(\d+)h)?(?:(\d+)m)?")
_DAYS = re.compile(r"([+-]?\d+)d(?: (\d\d):(\d\d))?")
_WEEKDAY = re.compile(rf"({'|'.join(WEEKDAYS)}) ([+-]?\d+)d(?: (\d\d):(\d\d))?")
_FROM = re.compile(r"(\w+) ([+-]\d+)(?: (\d\d):(\d\d))?")
_NOON = (12, 0)


def told(at: dt.datetime) -> dt.datetime:
    """The moment as people tell it: on the full five minutes before."""
    return at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)


class MomentInvalid(ValueError):
    """A moment in the content that cannot be read."""


@dataclass(frozen=True)
class Moment:
    """An instant that texts can write: `{reported:th}` is "9th", `{due:full}` with the time."""

    at: dt.datetime
    zone: ZoneInfo

    def __format__(self, form: str) -> str:
        local = self.at.astimezone(self.zone)
        clock = f"{local:%H:%M}"
        forms = {
            "": f"{local.day} {local:%B}",
            "th": _ordinal(local.day),
            "day": f"{local:%A}",
            "date": f"{local:%A} {local.day} {local:%B}",
            "full": f"{local:%A} {local.day} {local:%B}, {clock}",
            "time": clock,
            "short": f"{local.day} {local:%b}",
            "month": f"{local:%B}",
            "year": f"{local:%Y}",
            "de": f"{local.day}. {_GERMAN[local.month - 1]}",
            "iso": local.isoformat(timespec="minutes"),
            "isodate": local.date().isoformat(),
        }
        if form not in forms:
            raise MomentInvalid(f"A moment has no form {form!r}.")
        return forms[form]


_GERMAN = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


class Moments:
    """Reads moments relative to `now` on a calendar of working hours."""

    def __init__(self, now: dt.datetime, calendar: Calendar) -> None:
        self.now = now
        self.calendar = calendar
        #: The last working instant: now itself, or the closing before it.
        self.working_now = calendar.prev_open(now)
        self.today = calendar.local(self.working_now).date()

    def read(self, text: str, named: Mapping[str, Moment] | None = None) -> dt.datetime:
        """The instant that `text` means (UTC). Raises `MomentInvalid`."""
        words = str(text).strip()
        if found := _DAYS.fullmatch(words):
            day = self.calendar.add_days(self.today, int(found[1]))
            return self._at(day, found[2], found[3])
        if found := _WEEKDAY.fullmatch(words):
            day = self.calendar.add_days(self.today, int(found[2]))
            back = (day.weekday() - WEEKDAYS.index(found[1])) % 7
            return self._at(day - dt.timedelta(back), found[3], found[4])
        if (found := _LENGTH.fullmatch(words)) and (found[2] or found[3]):
            amount = dt.timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
            if found[1] == "-":
                return self.calendar.subtract(self.working_now, amount)
            if found[1] == "~":
                return self.now - amount
            return self.calendar.add(self.now, amount)
        if (found := _FROM.fullmatch(words)) and found[1] in (named or {}):
            start = self.calendar.local((named or {})[found[1]].at)
            clock = (found[3], found[4]) if found[3] else (f"{start:%H}", f"{start:%M}")
            return self._at(start.date() + dt.timedelta(int(found[2])), *clock)
        raise MomentInvalid(f"{words!r} is no moment.")

    def named(self, dates: Mapping[str, str]) -> dict[str, Moment]:
        """The dates of a case by name; later ones may start from earlier ones."""
        found: dict[str, Moment] = {}
        for name, text in dates.items():
            at = self.read(text, found)
            found[name] = self.moment(told(at) if _LENGTH.fullmatch(text) else at)
        return found

    def moment(self, at: dt.datetime) -> Moment:
        """An instant for texts, on the calendar's clock."""
        return Moment(at, self.calendar.zone)

    def in_order(self, moments: list[dt.datetime]) -> list[dt.datetime]:
        """The same moments, none after now and none after the next: what stands later counts.

        A step that would happen too late happens a few minutes before the one that follows it.
        """
        latest = self.now - dt.timedelta(minutes=1)
        result = []
        for moment in reversed(moments):
            latest = min(moment, latest)
            result.append(latest)
            if moment > latest:
                result[-1] = latest = latest - dt.timedelta(minutes=3)
        return result[::-1]

    def _at(self, day: dt.date, hour: str | None, minute: str | None) -> dt.datetime:
        clock = (int(hour), int(minute)) if hour and minute else _NOON
        return self.calendar.resolve(dt.datetime.combine(day, dt.time(*clock)))
