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


def plus_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(day.day, last))
