"""Moments in a sentence: "Thursday 15:00", "bis morgen Mittag", "within 2 days". Pure.

Days and times are found apart; those that stand together are one moment.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tickets.promising.words import (
    ALONE,
    CLOSE,
    EVENING,
    KURZE_TAGE,
    MONTHS,
    MORNING,
    NOON,
    PARTS,
    SHORT_WEEKDAYS,
    TOMORROW,
    WEEKDAYS,
    WORDS_TOO,
    number_of,
)

#: A day of the year that lies so far behind is meant for the next year; a nearer one is past.
_PAST = dt.timedelta(days=120)
_FRIDAY = 4
#: "At three" is in the afternoon; from seven on it is in the morning.
_DAWN = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A day, a time, or both, as it stands from `start` to `end`; `exact` is an instant."""

    start: int
    end: int
    day: dt.date | None = None
    time: dt.time | None = None
    exact: dt.datetime | None = None
    #: Only beside a day ("morning").
    needs_day: bool = False
    #: A date, which says more than the weekday beside it.
    dated: bool = False
    #: A part of the day ("evening"): an hour beside it says when.
    rough: bool = False


Reader = Callable[[re.Match[str], dt.datetime], Part | None]


def _on(match: re.Match[str], day: dt.date | None, **more: object) -> Part | None:
    return Part(match.start(), match.end(), day=day, **more) if day else None  # type: ignore[arg-type]


def _shift(days: int, time: dt.time | None = None) -> Reader:
    def read(match: re.Match[str], here: dt.datetime) -> Part | None:
        day = here.date() + dt.timedelta(days=days)
        return _on(match, day, time=time, rough=time is not None)

    return read


def _weekday(match: re.Match[str], here: dt.datetime) -> Part | None:
    name = match["name"]
    number = (SHORT_WEEKDAYS | KURZE_TAGE).get(name, WEEKDAYS.get(name.casefold()))
    number = WORDS_TOO.get(name.capitalize()) if number is None else number
    if number is None:
        return None
    ahead = (number - here.weekday()) % 7 or 7
    which = (match["which"] or "").casefold()
    if which == "this" and number == here.weekday():
        ahead = 0
    if which == "next" and here.weekday() + ahead < 7:
        ahead += 7  # "next Thursday", said on a Tuesday, is that of next week
    return _on(match, here.date() + dt.timedelta(days=ahead))


def _week(match: re.Match[str], here: dt.datetime) -> Part | None:
    """The Friday by which a week is over."""
    ahead = _FRIDAY - here.weekday()
    ahead += 7 if match["next"] or match["next2"] or ahead < 0 else 0
    return _on(match, here.date() + dt.timedelta(days=ahead))


def _month(match: re.Match[str], here: dt.datetime) -> Part | None:
    """The last day of a month."""
    later = here.date().replace(day=1) + dt.timedelta(days=32)
    if match["next"] or match["next2"]:
        later = later.replace(day=1) + dt.timedelta(days=32)
    return _on(match, later.replace(day=1) - dt.timedelta(days=1))


def _date(match: re.Match[str], here: dt.datetime) -> Part | None:
    """A day of a month, with or without its year."""
    found = match.groupdict()
    name = (found.get("month") or "").casefold().rstrip(".")
    month = MONTHS.get(name) or number_of(name)
    day, year = int(found["day"]), found.get("year")
    if month is None:
        return None
    if not found.get("named") and month > 12 >= day:
        day, month = month, day  # 11/24, as Americans write it
    this = int(year) + (2000 if len(year) == 2 else 0) if year else here.year
    try:
        date = dt.date(this, month, day)
        if not year and date < here.date() - _PAST:
            date = date.replace(year=this + 1)
    except ValueError:
        return None
    return _on(match, date, dated=True)


def _clock(match: re.Match[str], here: dt.datetime) -> Part | None:
    found = match.groupdict()
    hour, minute = int(found["hour"]), int(found.get("minute") or 0)
    half = (found.get("half") or "").casefold()[:1]
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    elif found.get("oclock") and 1 <= hour <= 6:
        hour += 12
    if hour > 23 or minute > 59:
        return None
    return Part(match.start(), match.end(), time=dt.time(hour, minute))


def _hours(match: re.Match[str], here: dt.datetime) -> Part | None:
    """ "um 15h", "Do 15h30": with neither a word nor a day before it, it may be a length."""
    part = _clock(match, here)
    return part if part is None or match["how"] else replace(part, needs_day=True)


def _spoken(match: re.Match[str], here: dt.datetime) -> Part | None:
    """ "half past three", "at nine", "halb vier": of the day, unless it is said otherwise."""
    found = match.groupdict()
    hour, minute = number_of(found["hour"]), int(found.get("minute") or 0)
    how = (found.get("how") or "").casefold()
    if hour is None or not 1 <= hour <= (24 if found["hour"].isdecimal() else 12):
        return None
    if how in {"half past", "quarter past", "viertel nach"}:
        minute = 30 if how.startswith("half") else 15
    elif how:
        hour, minute = (hour - 1) or 12, 30 if how == "halb" else 45
    if 1 <= hour <= _DAWN:
        hour += 12
    return Part(match.start(), match.end(), time=dt.time(hour % 24, minute))


def _weekday_after(match: re.Match[str], here: dt.datetime) -> Part | None:
    """ "Friday week": a week after the coming one."""
    ahead = (WEEKDAYS[match["name"].casefold()] - here.weekday()) % 7 or 7
    return _on(match, here.date() + dt.timedelta(days=ahead + 7))


def _day_of_month(match: re.Match[str], here: dt.datetime) -> Part | None:
    """ "on the 27th": of this month, or of the next once that has passed."""
    day, first = int(match["day"]), here.date().replace(day=1)
    if day < here.day:
        first = (first + dt.timedelta(days=32)).replace(day=1)
    try:
        return _on(match, first.replace(day=day), dated=True)
    except ValueError:
        return None


def _half_an_hour(match: re.Match[str], here: dt.datetime) -> Part | None:
    exact = here.astimezone(dt.UTC) + dt.timedelta(minutes=30)
    return Part(match.start(), match.end(), exact=exact)


def _part_of_day(match: re.Match[str], here: dt.datetime) -> Part | None:
    name = match["part"].casefold()
    day = here.date() if (match["this"] or "").strip() else None
    alone = day is not None or name in ALONE
    return Part(
        match.start(), match.end(), day=day, time=PARTS[name], needs_day=not alone, rough=True
    )


def _early(match: re.Match[str], here: dt.datetime) -> Part | None:
    """ "Dienstag Morgen", "first thing on Tuesday"."""
    return Part(match.start(), match.end(), time=MORNING, needs_day=True, rough=True)


def _part_of_weekday(match: re.Match[str], here: dt.datetime) -> Part | None:
    """ "Donnerstagnachmittag"."""
    ahead = (WEEKDAYS[match["name"].casefold()] - here.weekday()) % 7 or 7
    time = PARTS.get(match["part"].casefold(), MORNING)
    return _on(match, here.date() + dt.timedelta(days=ahead), time=time, rough=True)


def _close(match: re.Match[str], here: dt.datetime) -> Part | None:
    return Part(match.start(), match.end(), time=CLOSE)


def _length(match: re.Match[str], here: dt.datetime) -> Part | None:
    """Within so many minutes or hours, exactly; within so many days, by the end of the last."""
    count, unit = number_of(match["count"]), match["unit"].casefold()
    if count is None or count > 1000:
        return None
    if unit.startswith(("min", "h", "st")):
        per = dt.timedelta(minutes=1) if unit.startswith("min") else dt.timedelta(hours=1)
        return Part(match.start(), match.end(), exact=here.astimezone(dt.UTC) + count * per)
    if match["work"] or unit.startswith(("werk", "arbeit")):
        return _on(match, _working(here.date(), count))
    weeks = unit.startswith(("week", "woche"))
    return _on(match, here.date() + dt.timedelta(days=count * (7 if weeks else 1)))


def _working(day: dt.date, count: int) -> dt.date:
    """So many days on, Saturdays and Sundays not counted."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= day.weekday() < 5
    return day


_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAYS = "|".join(WEEKDAYS)
_HOUR = r"(?P<hour>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_STUNDE = r"(?P<hour>\d{1,2}|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)"
#: What may stand after an hour that is but a number: "at 3 on Friday", not "at 3 pounds".
_AFTER = (
    r"(?=\s*(?:[.,;!)](?!\d)|$|(?:on|and|or|tomorrow|today|sharp|this|next|the|an|zurück|bei|oder|"
    rf"und|am|heute|morgen|tonight|in the (?:morning|afternoon|evening)|{_DAYS})\b))"
)
_COUNT = r"(?P<count>\d{1,3}|\w+)"
#: A time behind a day that is but two or three letters long.
_TIMED = r"(?=,?\s*(?:(?:at|um|gegen|ab)\s+)?\d{1,2}(?:[:.]\d\d|\s*(?:[ap]\.?m|[Uu]hr|h)\b))"


def _of(pattern: str, reader: Reader, flags: int = re.IGNORECASE) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern, flags), reader


_READERS = (
    # Days
    _of(rf"\bday after (?:{TOMORROW})\b|\bübermorgen\b", _shift(2)),
    _of(rf"\b(?:{TOMORROW})\b", _shift(1)),
    # What is past is no promise, nor is the time beside it.
    _of(r"\byesterday\b|\bgestern\b", _shift(-1)),
    _of(r"\bvorgestern\b", _shift(-2)),
    _of(rf"\b(?:a week on\s+)(?P<name>{_DAYS})\b", _weekday_after),
    _of(rf"\b(?P<name>{_DAYS})\s+(?:week|in\s+einer\s+woche)\b", _weekday_after),
    _of(r"\b(?:on|by|until|before)\s+the\s+(?P<day>\d{1,2})(?:st|nd|rd|th)\b"
        r"(?=\s*(?:[.,;!)]|$|(?:at|of this month|between|and|or|if|in the)\b))", _day_of_month),
    _of(r"\b(?:am|zum)\s+(?P<day>\d{1,2})\.(?=\s*(?:$|[,;!]|(?:um|gegen|an|bei|zurück)\b))",
        _day_of_month),
    # Not "am Morgen", and not the morning after a day: "Dienstag Morgen".
    _of(r"(?<!am )(?<!tag )(?<!woch )\bmorgen\b", _shift(1)),
    _of(r"\btonight\b", _shift(0, EVENING)),
    _of(r"\btoday\b|\bheute\b", _shift(0)),
    _of(rf"\b(?:(?P<which>this|next|coming)\s+)?(?P<name>{'|'.join(WEEKDAYS)})\b", _weekday),
    _of(rf"\b(?P<which>)(?P<name>{'|'.join(SHORT_WEEKDAYS)})\b\.?", _weekday, 0),
    _of(rf"\b(?P<which>)(?P<name>wed|sat|sun)\b{_TIMED}", _weekday, 0),
    _of(r"(?:(?<=\bam )|(?<=\bbis ))(?P<which>)(?P<name>[MDFS][aior])\b\.?", _weekday, 0),
    # Not "So gegen 15 Uhr", which begins a sentence.
    _of(rf"(?:\b(?=[MDF])|(?<=[\w,] )(?=S))(?P<which>)(?P<name>[MDFS][aior])\b\.?{_TIMED}",
        _weekday, 0),
    _of(rf"\b(?P<name>{_DAYS})(?P<part>morgen|vormittag|mittag|nachmittag|abend)\b",
        _part_of_weekday),
    _of(r"\bend of (?:the |this )?(?P<next>next )?week\b|\b(?P<next2>next) week\b",
        _week),
    _of(r"\bende (?:der |dieser )?(?P<next>nächster |kommender )?woche\b|"
        r"\b(?P<next2>nächste|kommende)[rn]? woche\b", _week),
    _of(r"\bend of (?:the |this )?(?P<next>next )?month\b|"
        r"\bende (?:des |dieses )?(?P<next2>nächsten |kommenden )?monats\b|"
        r"\bmonth[- ]end\b|\bmonatsende\b",
        _month),
    _of(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b(?P<named>)", _date),
    _of(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)?\s+(?P<month>(?P<named>{_NAMES}))\b\.?"
        r"(?:,?\s+(?P<year>20\d\d))?", _date),
    _of(rf"\b(?P<month>(?P<named>{_NAMES}))\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
        r"(?!:)(?:,?\s+(?P<year>20\d\d))?", _date),
    _of(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d\d|\d\d)?(?!\d)", _date),
    _of(r"\b(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>20\d\d|\d\d))?\b", _date),
    # Times
    _of(r"\b(?:between|from)\s+\d{1,2}(?:[:.]\d\d)?(?:\s*[ap]\.?m\.?)?\s+(?:and|to|until)\s+"
        r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>[ap]\.?m\b\.?)", _clock),
    _of(rf"\b(?:between|from)\s+\d{{1,2}}(?P<how>)\s+(?:and|to)\s+{_HOUR}\b{_AFTER}", _spoken),
    _of(rf"\bzwischen\s+\d{{1,2}}(?P<how>)\s+und\s+{_STUNDE}\b{_AFTER}", _spoken),
    _of(r"\bzwischen\s+\d{1,2}(?:[:.]\d\d)?(?:\s*uhr)?\s+und\s+"
        r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*uhr\b", _clock),
    _of(rf"\b(?P<how>half past|quarter past|quarter to)\s+{_HOUR}\b", _spoken),
    _of(rf"\b(?P<how>halb|viertel nach|viertel vor)\s+{_STUNDE}\b", _spoken),
    _of(rf"\bat\s+{_HOUR}\b{_AFTER}", _spoken),
    _of(rf"\bum\s+{_STUNDE}\b{_AFTER}", _spoken),
    _of(r"\b(?:at|um|by|gegen)\s+(?P<hour>\d{1,2})\.(?P<minute>[0-5]\d)\b(?!\.?\d)"
        r"(?!\s*(?:[ap]\.?m|uhr)\b)", _clock),
    _of(r"\b(?P<hour>\d{1,2})[:.](?P<minute>\d\d)\s*(?P<half>[ap]\.?m\b\.?)", _clock),
    _of(r"\b(?P<hour>\d{1,2})\s*(?P<half>[ap]\.?m\b\.?)", _clock),
    _of(r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*uhr\b", _clock),
    _of(r"\b(?P<hour>\d{1,2})\s*uhr\s+(?P<minute>[0-5]\d)\b(?!\s*(?:€|\w))", _clock),
    _of(r"\b(?P<hour>\d{1,2})\s*uhr\s+(?P<minute>[0-5]\d)\b(?=\s+(?:an|zurück|bei)\b)", _clock),
    _of(r"\b(?P<hour>\d{1,2}):(?P<minute>\d\d)(?:\s?h)?\b", _clock),
    _of(r"\b(?P<how>(?:at|um|gegen|by|bis|ab)\s+)?(?P<hour>\d{1,2})\s?h(?P<minute>[0-5]\d)?\b",
        _hours),
    _of(r"\b(?P<hour>\d{1,2})\s*(?P<oclock>o['’]?clock)\b", _clock),
    _of(r"\b(?:end of (?:the |business |this )?day|close of business|cob|eod|"
        r"ende des tages|feierabend)\b", _close),
    _of(r"\b(?P<this>this\s+)?(?P<part>noon|midday|lunchtime|midnight|morning|afternoon|evening|"
        r"night|mittags?|mitternacht|vormittags?|nachmittags?|abends?|früh)\b", _part_of_day),
    _of(r"(?:(?<=tag )|(?<=woch ))(?P<this>)(?P<part>morgen)\b|\bfirst thing\b", _early),
    # Lengths
    _of(r"\b(?:in|within)\s+half\s+an\s+hour\b|\b(?:in|innerhalb)\s+einer\s+halben\s+stunde\b",
        _half_an_hour),
    _of(rf"\b(?:within|in)\s+(?:the\s+next\s+)?(?:a\s+(?=couple))?{_COUNT}\s*(?:of\s+)?"
        r"(?P<work>working\s+|business\s+)?(?P<unit>minutes?|mins?|hours?|hrs?|h|days?|weeks?)\b"
        r"(?!\s+ago)", _length),
    _of(rf"\b(?:innerhalb|binnen|in)\s+(?:von\s+|der\s+nächsten\s+|den\s+nächsten\s+)?{_COUNT}\s*"
        r"(?P<work>)(?P<unit>minuten?|stunden?|std|h|werktage[ns]?|arbeitstage[ns]?|tage[ns]?|"
        r"wochen?)\b", _length),
)  # fmt: skip


#: What stands between a day and its time, or between two of one kind.
_JOINT = re.compile(
    r"[\s,()]*(?:(?:at|on|by|um|am|der|den|dem|the|of|in|ca\.|about|around|bis|spätestens|gegen|"
    r"zum|between|zwischen|from|von|ab)\b[\s,]*)*\Z",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\s*(?:and|or|to|till|until|und|oder|bis|–|-)\s*\Z", re.IGNORECASE)


def parts_in(text: str, here: dt.datetime) -> list[Part]:
    """Moments of a sentence in its order. `here` is now in the customer's time zone."""
    found: list[Part] = []
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            part = reader(match, here)
            if part is not None:
                found.append(part)
    return [part for part in _joined(_longest(found), text, here) if not part.needs_day]


def _longest(parts: Iterable[Part]) -> list[Part]:
    """In order, without what lies within another."""
    kept: list[Part] = []
    for part in sorted(parts, key=lambda one: (one.start, -one.end)):
        if not kept or part.start >= kept[-1].end:
            kept.append(part)
    return kept


def _joined(parts: list[Part], text: str, here: dt.datetime) -> list[Part]:
    joined: list[Part] = []
    for part in parts:
        before = joined[-1] if joined else None
        one = _together(before, part, text) if before is not None else None
        if one is not None:
            joined[-1] = one
        else:
            joined.append(part)
    return joined


def _together(before: Part, part: Part, text: str) -> Part | None:
    """Both as one, where they are one; of two days the date, of two times the later, and of a
    part of the day and an hour the hour."""
    if before.exact or part.exact:
        return None
    between = text[before.end : part.start]
    spans = bool(before.time and part.time and not part.day and _SPAN.match(between))
    if not spans and not _JOINT.match(between):
        return None
    if before.day and part.day and not (before.dated or part.dated):
        return None
    time = part.time or before.time
    if before.time and part.time and not spans:
        time = _hour_of_part(before, part)
        if time is None:
            return None
    day = part.day if part.dated or not before.day else before.day
    return Part(
        before.start,
        part.end,
        day=day,
        time=time,
        dated=before.dated or part.dated,
        needs_day=day is None and before.needs_day and part.needs_day,
        rough=all(one.rough for one in (before, part) if one.time),
    )


def _hour_of_part(one: Part, other: Part) -> dt.time | None:
    """The hour of "this evening at 7", of "at 8 in the morning"; None where they contradict."""
    part, said = (one, other) if one.rough else (other, one)
    if said.rough or not part.rough or said.time is None or part.time is None:
        return None
    if part.time > NOON and said.time < NOON:
        return said.time.replace(hour=said.time.hour + 12)
    if part.time == MORNING and said.time.hour in (17, 18):
        return said.time.replace(hour=said.time.hour - 12)  # "at six in the morning"
    return None if part.time == MORNING and said.time.hour > 12 else said.time
