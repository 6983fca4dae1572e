"""Days as customers mean them. Pure."""

import datetime as dt
from zoneinfo import ZoneInfo

_LAST_SECOND = dt.time(23, 59, 59)


def end_of_day(day: dt.date, zone: str) -> dt.datetime:
    """The last second of a date in a time zone, in UTC; of two, where the clock is set back, the
    later. So the instant bears that date there, wherever it is written.

    Raises `OverflowError` for a date too far away to be an instant.
    """
    return dt.datetime.combine(day, _LAST_SECOND, ZoneInfo(zone)).replace(fold=1).astimezone(dt.UTC)
