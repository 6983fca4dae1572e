"""Times in a reader's words. Pure: the moment and the zone are arguments."""

from datetime import datetime, timedelta, tzinfo

_SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_SHORT_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_LONG_MONTHS = (
    "January February March April May June July August September October November December".split()
)


def span_words(span: timedelta) -> str:
    """A length of time in at most two units, rounded down: "42 min", "1 h 18", "2 d 3 h"."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    if days >= 14:
        return f"{days} d"
    return f"{days} d {hours} h" if hours else f"{days} d"


def day_words(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """The day as one says it: "today", "tomorrow", "Thu", "Thu 19 Nov", "19 Nov 2024"."""
    local, here = moment.astimezone(zone), now.astimezone(zone)
    distance = (local.date() - here.date()).days
    if distance == 0:
        return "today"
    if distance == 1:
        return "tomorrow"
    if distance == -1:
        return "yesterday"
    date = f"{local.day} {_SHORT_MONTHS[local.month - 1]}"
    if local.year != here.year and abs(distance) > 90:
        return f"{date} {local.year}"
    return f"{_SHORT_DAYS[local.weekday()]} {date}"


def moment_words(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """Day and time: "today 12:00", "Thu 19 Nov, 19:42"."""
    day = day_words(moment, now=now, zone=zone)
    joint = " " if day in {"today", "tomorrow", "yesterday"} else ", "
    return f"{day}{joint}{moment.astimezone(zone):%H:%M}"


def short_moment_words(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """For narrow places: the time if it is today, day and time this week, else the date."""
    local, here = moment.astimezone(zone), now.astimezone(zone)
    distance = (local.date() - here.date()).days
    if distance == 0:
        return f"{local:%H:%M}"
    if abs(distance) < 7:
        return f"{_SHORT_DAYS[local.weekday()]} {local:%H:%M}"
    return f"{local.day} {_SHORT_MONTHS[local.month - 1]}"


def long_day_words(moment: datetime, *, zone: tzinfo) -> str:
    """For customers: "Wednesday 25 November"."""
    local = moment.astimezone(zone)
    return f"{_LONG_DAYS[local.weekday()]} {local.day} {_LONG_MONTHS[local.month - 1]}"


def long_moment_words(moment: datetime, *, zone: tzinfo) -> str:
    """For customers: "Wednesday 25 November, 17:00"."""
    return f"{long_day_words(moment, zone=zone)}, {moment.astimezone(zone):%H:%M}"


def month_words(moment: datetime, *, zone: tzinfo) -> str:
    """ "March 2014"."""
    local = moment.astimezone(zone)
    return f"{_LONG_MONTHS[local.month - 1]} {local.year}"


def count_words(count: int, one: str, many: str = "") -> str:
    """ "1 ticket", "14 tickets"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def ordinal(number: int) -> str:
    """ "1st", "2nd", "3rd", "11th"."""
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def listed(names: list[str], *, joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"
