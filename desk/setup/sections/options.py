"""What can be chosen in forms of the settings: read when a form is made."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from zoneinfo import available_timezones

import holidays
from babel import Locale
from babel.numbers import get_currency_name
from django.utils.translation import gettext_noop
from moneyed import CURRENCIES

from desk.setup.fields import Options, told
from desk.words import spoken_now
from escalation.models import EscalationPath, WorkCalendar
from tickets.languages import offered
from tickets.models import Category, Team, User

Pairs = Sequence[tuple[str, str]]
#: "Zambian Kwacha (1968–2012)" is no more.
_PAST = re.compile(r"\(\d{4}|^[A-Z]{3}$")

LANGUAGES = (
    ("en", gettext_noop("English")),
    ("de", gettext_noop("German")),
    ("fr", gettext_noop("French")),
    ("es", gettext_noop("Spanish")),
    ("it", gettext_noop("Italian")),
    ("nl", gettext_noop("Dutch")),
    ("pl", gettext_noop("Polish")),
    ("pt", gettext_noop("Portuguese")),
)

#: Members of enums that are offered by their own names.
_MEMBERS = (
    gettext_noop("admin"),
    gettext_noop("admins"),
    gettext_noop("auditor"),
    gettext_noop("chat"),
    gettext_noop("choice"),
    gettext_noop("date"),
    gettext_noop("decide"),
    gettext_noop("deliver remedy"),
    gettext_noop("duration"),
    gettext_noop("email"),
    gettext_noop("external"),
    gettext_noop("first response"),
    gettext_noop("follow up"),
    gettext_noop("form"),
    gettext_noop("in person"),
    gettext_noop("letter"),
    gettext_noop("manager"),
    gettext_noop("managers"),
    gettext_noop("moment"),
    gettext_noop("money"),
    gettext_noop("month"),
    gettext_noop("next reply"),
    gettext_noop("next update"),
    gettext_noop("number"),
    gettext_noop("people"),
    gettext_noop("phone"),
    gettext_noop("promise"),
    gettext_noop("quarter"),
    gettext_noop("rep"),
    gettext_noop("resolve"),
    gettext_noop("social"),
    gettext_noop("supervisor"),
    gettext_noop("week"),
    gettext_noop("year"),
    gettext_noop("yes no"),
)


def of_enum(enum: type[StrEnum], **words: str) -> Options:
    """The members of a pure enum, with other words where given."""
    pairs = [(m.value, words.get(m.value, m.value.replace("_", " "))) for m in enum]
    return lambda: [(value, told(said)) for value, said in pairs]


def fixed(*pairs: tuple[str, str]) -> Options:
    """These."""
    return lambda: [(value, told(said)) for value, said in pairs]


def teams() -> Pairs:
    """Every team."""
    return list(Team.objects.order_by("name").values_list("key", "name"))


def people() -> Pairs:
    """Everybody who works here now."""
    rows = User.objects.filter(is_active=True).order_by("name")
    return [(email, f"{name} ({email})") for email, name in rows.values_list("email", "name")]


def categories() -> Pairs:
    """Every category."""
    return list(Category.objects.order_by("order", "name").values_list("key", "name"))


def calendars() -> Pairs:
    """Every calendar."""
    return list(WorkCalendar.objects.order_by("name").values_list("key", "name"))


def paths() -> Pairs:
    """Every escalation path."""
    return list(EscalationPath.objects.order_by("name").values_list("key", "name"))


def desk_languages() -> Pairs:
    """The languages of the desk's own pages."""
    return offered()


@lru_cache(maxsize=1)
def zones() -> Pairs:
    """Every time zone with a place, such as Europe/London, and UTC."""
    return [("UTC", "UTC")] + [
        (name, name.replace("_", " ")) for name in sorted(available_timezones())
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/", "US/"))
    ]  # fmt: skip


def countries() -> Pairs:
    """Countries whose public holidays are known, by ISO code."""
    return _countries(spoken_now())


@lru_cache(maxsize=8)
def _countries(language: str) -> Pairs:
    known = holidays.list_supported_countries(include_aliases=False)
    names = _country_names()
    names |= {code: str(name) for code, name in Locale(language).territories.items()}
    return sorted(((code, names.get(code, code)) for code in known if len(code) == 2),
                  key=lambda pair: pair[1])  # fmt: skip


def _country_names() -> dict[str, str]:
    found = {}
    for name, code, *_ in _registry():
        found[code] = _spaced(name)
    return found


def _registry() -> list[tuple[str, ...]]:
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - only where forms are made

    return [(names[0], names[1]) for names in COUNTRIES.values()]


def _spaced(name: str) -> str:
    """ "UnitedKingdom" as people write it."""
    found = ""
    for letter in name:
        found += f" {letter}" if letter.isupper() and found and found[-1].islower() else letter
    return found


@lru_cache(maxsize=1)
def subdivisions() -> dict[str, list[str]]:
    """The parts of each country that have holidays of their own."""
    known = holidays.list_supported_countries(include_aliases=False)
    return {code: list(parts) for code, parts in known.items()}


def currencies() -> Pairs:
    """Every currency that there is."""
    return _currencies(spoken_now())


@lru_cache(maxsize=8)
def _currencies(language: str) -> Pairs:
    usual = ["GBP", "EUR", "USD", "CHF", "CAD", "AUD"]
    codes = [*usual, *sorted(code for code in CURRENCIES if code not in usual)]
    return [
        (code, f"{code}, {_currency_name(code, language)}")
        for code in codes
        if len(code) == 3 and CURRENCIES[code].name and not _PAST.search(CURRENCIES[code].name)
    ]


def _currency_name(code: str, language: str) -> str:
    name = str(CURRENCIES[code].name)
    return name if language == "en" else get_currency_name(code, locale=language) or name
