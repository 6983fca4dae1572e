"""Calendar periods of a budget. Pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Every(StrEnum):
    """How often a budget begins anew."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first day up to but not with the last (dates in UTC), and its name."""

    start: dt.date
    end: dt.date
    words: str

    @property
    def start_at(self) -> dt.datetime:
        """Midnight in UTC of the first day."""
        return dt.datetime.combine(self.start, dt.time(), dt.UTC)


def period_of(every: Every, moment: dt.datetime) -> Stretch:
    """The period in which an aware moment lies: weeks begin on Monday, all by the date in UTC."""
    day = moment.astimezone(dt.UTC).date()
    if every is Every.WEEK:
        start = day - dt.timedelta(days=day.weekday())
        return Stretch(start, start + dt.timedelta(days=7), f"the week of {start:%-d %B %Y}")
    months = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}[every]
    first = (day.month - 1) // months * months
    start = dt.date(day.year, first + 1, 1)
    year, month = divmod(day.year * 12 + first + months, 12)
    words = {
        Every.MONTH: f"{start:%B %Y}",
        Every.QUARTER: f"quarter {first // 3 + 1} of {day.year}",
        Every.YEAR: str(day.year),
    }[every]
    return Stretch(start, dt.date(year, month + 1, 1), words)
