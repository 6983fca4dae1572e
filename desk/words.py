"""Times in a reader's words: in the language that is active, and in the zone that is given."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel.dates import get_day_names, get_month_names
from babel.numbers import get_decimal_symbol
from django.utils.translation import get_language, gettext, pgettext

from tickets.money import words as money_in


@dataclass(frozen=True, slots=True)
class _Names:
    """What a language calls days, from Monday, and months, from January."""

    short_days: tuple[str, ...]
    long_days: tuple[str, ...]
    short_months: tuple[str, ...]
    long_months: tuple[str, ...]


_POINTS_FOR_COMMAS = str.maketrans(",.", ".,")


@lru_cache(maxsize=16)
def _names_in(language: str) -> _Names:
    def days(width: str) -> tuple[str, ...]:
        names = get_day_names(width, "stand-alone", language)  # type: ignore[arg-type]
        return tuple(names[day] for day in range(7))

    def months(width: str) -> tuple[str, ...]:
        names = get_month_names(width, "format", language)  # type: ignore[arg-type]
        return tuple(names[month] for month in range(1, 13))

    return _Names(days("abbreviated"), days("wide"), months("abbreviated"), months("wide"))


def spoken_now() -> str:
    """The language that is active, without its country: "en", "de"."""
    return (get_language() or "en").partition("-")[0]


def _names() -> _Names:
    return _names_in(spoken_now())


def weekday_words(day: int) -> str:
    """A day of the week by its place, Monday being 0: "Monday"."""
    return _names().long_days[day]


def number_words(number: float, places: int = 0) -> str:
    """A number as the reader writes it, with so many decimal places: "1,234.5", "1.234,5"."""
    said = f"{number:,.{places}f}"
    if spoken_now() == "de":
        return said.translate(_POINTS_FOR_COMMAS)
    return said


def time_words(moment: datetime, *, zone: tzinfo) -> str:
    """The time of the day in a sentence: "14:30", "14:30 Uhr"."""
    return pgettext("time of day", "%(time)s") % {"time": f"{moment.astimezone(zone):%H:%M}"}


def date_words(moment: datetime, *, zone: tzinfo) -> str:
    """The date in full, for spans of time: "19 Nov 2026"."""
    local = moment.astimezone(zone)
    told = {"day": local.day, "month": _names().short_months[local.month - 1], "year": local.year}
    return gettext("%(day)s %(month)s %(year)s") % told


def full_date_words(day: date) -> str:
    """A day with its year: "19 Nov 2026"."""
    month = _names().short_months[day.month - 1]
    told = {"day": day.day, "month": month, "year": day.year}
    return gettext("%(day)s %(month)s %(year)s") % told


def whole_day_words(day: date) -> str:
    """A day with its weekday, month and year by name: "Wednesday 25 November 2026"."""
    names = _names()
    told = {
        "weekday": names.long_days[day.weekday()],
        "day": day.day,
        "month": names.long_months[day.month - 1],
        "year": day.year,
    }
    return gettext("%(weekday)s %(day)s %(month)s %(year)s") % told


def short_date_words(day: date) -> str:
    """A day without its year: "19 Nov"."""
    month = _names().short_months[day.month - 1]
    return gettext("%(day)s %(month)s") % {"day": day.day, "month": month}


def plain_day_words(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """The day and its month by name: "19 November", "19 November 2024"."""
    local = moment.astimezone(zone)
    month = _names().long_months[local.month - 1]
    told = {"day": local.day, "month": month, "year": local.year}
    if local.year == now.year:
        return gettext("%(day)s %(month)s") % told
    return gettext("%(day)s %(month)s %(year)s") % told


def money_words(minor: int | None, currency: str) -> str:
    """Minor units as the reader writes them: "£12.50", "12,50 £"."""
    language = spoken_now()
    return money_in(minor, currency) if language == "en" else money_in(minor, currency, language)


def span_words(span: timedelta) -> str:
    """A length of time in at most two units, rounded down: "42 min", "1 h 18", "2 d 3 h"."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return gettext("under 1 min")
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    told = {"days": days, "hours": hours}
    if days >= 14 or not hours:
        return pgettext("length of time", "%(days)s d") % told
    return pgettext("length of time", "%(days)s d %(hours)s h") % told


def day_words(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """The day as one says it: "today", "tomorrow", "Thu", "Thu 19 Nov", "19 Nov 2024"."""
    local, here = moment.astimezone(zone), now.astimezone(zone)
    distance = (local.date() - here.date()).days
    if abs(distance) <= 1:
        return _near(distance)
    names = _names()
    told = {
        "weekday": names.short_days[local.weekday()],
        "day": local.day,
        "month": names.short_months[local.month - 1],
        "year": local.year,
    }
    if local.year != here.year and abs(distance) > 90:
        return gettext("%(day)s %(month)s %(year)s") % told
    return gettext("%(weekday)s %(day)s %(month)s") % told


def _near(distance: int) -> str:
    if distance == 0:
        return gettext("today")
    return gettext("tomorrow") if distance > 0 else gettext("yesterday")


def moment_words(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """Day and time: "today 12:00", "Thu 19 Nov, 19:42"."""
    day = day_words(moment, now=now, zone=zone)
    local = moment.astimezone(zone)
    near = abs((local.date() - now.astimezone(zone).date()).days) <= 1
    return f"{day}{' ' if near else ', '}{time_words(local, zone=zone)}"


def short_moment_words(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """For narrow places: the time if it is today, day and time this week, else the date."""
    local, here = moment.astimezone(zone), now.astimezone(zone)
    distance = (local.date() - here.date()).days
    if distance == 0:
        return f"{local:%H:%M}"
    names = _names()
    if abs(distance) < 7:
        return f"{names.short_days[local.weekday()]} {local:%H:%M}"
    month = names.short_months[local.month - 1]
    return gettext("%(day)s %(month)s") % {"day": local.day, "month": month}


def long_day_words(moment: datetime, *, zone: tzinfo) -> str:
    """For customers: "Wednesday 25 November"."""
    local, names = moment.astimezone(zone), _names()
    return gettext("%(weekday)s %(day)s %(month)s") % {
        "weekday": names.long_days[local.weekday()],
        "day": local.day,
        "month": names.long_months[local.month - 1],
    }


def long_moment_words(moment: datetime, *, zone: tzinfo) -> str:
    """For customers: "Wednesday 25 November, 17:00"."""
    return f"{long_day_words(moment, zone=zone)}, {time_words(moment, zone=zone)}"


def month_words(moment: datetime, *, zone: tzinfo) -> str:
    """ "March 2014"."""
    local = moment.astimezone(zone)
    return f"{_names().long_months[local.month - 1]} {local.year}"


def count_words(count: int, one: str, many: str = "") -> str:
    """ "1 ticket", "14 tickets", in English only."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def ordinal(number: int) -> str:
    """ "1st", "2nd", "3rd", "11th"; in German "1.", "2."."""
    if spoken_now() == "de":
        return f"{number}."
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def listed(names: list[str], *, joint: str = "") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    last = joint or gettext("and")
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def category_words(name: str) -> str:
    """A category's name within a sentence: nouns keep their capital in German."""
    return name if (get_language() or "en").startswith("de") else name.lower()


def signed_money(minor: int, currency: str) -> str:
    """A difference of sums: "+£1,940.00", "−£20.00", or "£0.00"."""
    sign = "+" if minor > 0 else "−" if minor else ""
    return f"{sign}{money_words(abs(minor), currency)}"


def pointed(number: str) -> str:
    """A number as programs write it, with the reader's decimal point: "95.1", "95,1"."""
    language = (get_language() or "en").partition("-")[0]
    return number.replace(".", get_decimal_symbol(language))


def decimal_words(number: float, digits: int = 1) -> str:
    """A number with its decimal places as the reader writes it: "4.5", "4,5"."""
    return number_words(number, digits)
