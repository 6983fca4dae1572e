"""The words in which people name days, times and lengths of time. Pure."""

import datetime as dt

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "montag"),
            ("tuesday", "dienstag"),
            ("wednesday", "mittwoch"),
            ("thursday", "donnerstag"),
            ("friday", "freitag"),
            ("saturday", "samstag", "sonnabend"),
            ("sunday", "sonntag"),
        )
    )
    for name in names
}
#: As people type it in a hurry.
TOMORROW = r"tom+or+ow|tomoz|tmr?r?w|tmr|2mor+o?w?|2mrw"
#: With a capital or without.
SHORT_WEEKDAYS = {
    "Mon": 0, "Tue": 1, "Tues": 1, "Weds": 2, "Thu": 3, "Thur": 3, "Thurs": 3, "Fri": 4,
}  # fmt: skip
SHORT_WEEKDAYS |= {name.lower(): number for name, number in SHORT_WEEKDAYS.items()}
#: Taken for a day only with a capital, or before a time: "he sat", "the sun", "we wed".
WORDS_TOO = {"Wed": 2, "Sat": 5, "Sun": 6}
SHORT_WEEKDAYS |= WORDS_TOO
#: Only behind "am" or "bis", or before a time: "Do" and "So" are words of their own.
KURZE_TAGE = {"Mo": 0, "Di": 1, "Mi": 2, "Do": 3, "Fr": 4, "Sa": 5, "So": 6}
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan", "januar", "jänner"),
            ("february", "feb", "februar"),
            ("march", "mar", "märz"),
            ("april", "apr"),
            ("may", "mai"),
            ("june", "jun", "juni"),
            ("july", "jul", "juli"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct", "oktober", "okt"),
            ("november", "nov"),
            ("december", "dec", "dezember", "dez"),
        ),
        1,
    )
    for name in names
}
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "couple": 2,
    "ein": 1, "eine": 1, "einem": 1, "einer": 1, "eines": 1, "zwei": 2, "drei": 3, "vier": 4,
    "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11,
    "zwölf": 12, "eins": 1, "vierzehn": 14,
}  # fmt: skip
NOON, MORNING, CLOSE = dt.time(12), dt.time(12), dt.time(17)
AFTERNOON, EVENING, MIDNIGHT = dt.time(17), dt.time(20), dt.time(23, 59)
#: A part of the day stands for its end: what is promised for the morning is there at noon.
PARTS = {
    "noon": NOON, "midday": NOON, "lunchtime": NOON, "mittag": NOON, "mittags": NOON,
    "midnight": MIDNIGHT, "mitternacht": MIDNIGHT,
    "morning": MORNING, "vormittag": MORNING, "vormittags": MORNING, "früh": MORNING,
    "afternoon": AFTERNOON, "nachmittag": AFTERNOON, "nachmittags": AFTERNOON,
    "evening": EVENING, "night": EVENING, "abend": EVENING, "abends": EVENING,
}  # fmt: skip
#: Parts that say a time alone; the others need a day beside them ("good morning").
ALONE = frozenset({"noon", "midday", "lunchtime", "midnight", "mitternacht", "mittag"})


def number_of(word: str) -> int | None:
    """7 for "7" and for "seven" and "sieben"; None for what is no number."""
    return int(word) if word.isascii() and word.isdecimal() else NUMBERS.get(word.casefold())
