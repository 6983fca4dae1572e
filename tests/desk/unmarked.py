"""What a page says outside of the brackets of `tests.support.brackets`, and is no data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import django
import holidays
import yaml
from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.messages.mofile import read_mo
from django.apps import apps
from django.db import models

from config.paths import BASE_DIR
from desk.glyphs import AvatarView
from tests.support.brackets import CLOSE, LANGUAGE, OPEN
from tickets.models import Category, Customer, FactDefinition, Team, User

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SILENT = {"script", "style", "kbd", "code", "pre", "textarea", "samp"}
_INLINE = {"a", "abbr", "b", "bdi", "em", "i", "mark", "q", "small", "span", "strong", "sub", "sup"}
_SAID = ("title", "aria-label", "placeholder", "alt", "aria-description", "label")
_BUTTONS = {"submit", "button", "reset"}
#: Words that are the same in every language, or no words.
_SAME = {
    "amends", "linden", "min", "h", "kb", "mb", "utc", "id", "api", "csv", "yaml", "url", "sms",
    "ok", "english", "deutsch", "router", "zzzz", "gbp", "eur", "pdf", "txt", "jpg", "png", "esc",
    "ctrl", "shift",
}  # fmt: skip
_SKIPPED_MODELS = {"Event", "Outbox", "IdempotentRequest", "SetupChange", "BulkAct"}
_DATA_JSON = {"RemedyPolicy", "ExceptionRequest", "OfferComponent", "FactDefinition", "PainScheme"}
_PLAIN_CODE = re.compile(r"[a-z_]+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NO_WORDS = re.compile(
    r"https?://\S+|\S+@\S+|\bA-\d+\b|\b[A-Z][a-z]+/[A-Z][A-Za-z_]+\b|\b[A-Z]{3}\b"
)
_COMMA = re.compile(r"M?\d+,\d+\b.*")
_IN_A_PICTURE = "a number of a picture, with a comma"
#: What a rule of a policy is called.
_RULE = re.compile(r"\b[A-Z]{1,3}-\d+\b")
#: Where a page puts texts beside each other, and where people put words beside each other.
_SEAMS = re.compile(r"[·|“”„\"\n]+")
_JOINTS = re.compile(r"[·,:;()/|“”„\"…–—→\n]+|\s-\s")


class _Page(HTMLParser):
    """The text nodes and attributes of a page, without what stands in brackets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._path: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE and tag not in _VOID and tag not in {"svg", "kbd", "i"}:
            self._depth = 0
        known = dict(attrs)
        for name in _SAID:
            if known.get(name) and not (name == "label" and tag not in {"optgroup", "option"}):
                self._attribute(tag, name, known[name] or "")
        if any(_COMMA.fullmatch(value or "") for value in known.values()):
            self.found.append((tag, _IN_A_PICTURE))
        if tag == "input" and known.get("type") in _BUTTONS and known.get("value"):
            self._attribute(tag, "value", known["value"] or "")
        if tag not in _VOID:
            self._path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._path:
            while self._path.pop() != tag:
                pass
        if tag not in _INLINE and tag not in {"svg", "kbd", "path", "circle", "rect"}:
            self._depth = 0

    def handle_data(self, data: str) -> None:
        if _SILENT.intersection(self._path):
            return
        outside, self._depth = _outside(data, self._depth)
        self._take(self._path[-1] if self._path else "", outside)

    def _attribute(self, tag: str, name: str, said: str) -> None:
        self._take(f"{tag}@{name}", _outside(said, 0)[0])

    def _take(self, where: str, said: str) -> None:
        words = " ".join(said.split())
        if _LETTERS.search(words):
            self.found.append((where, words))


def _outside(text: str, depth: int) -> tuple[str, int]:
    """What of the text stands outside of brackets, and how deep it ends."""
    kept = []
    for letter in text:
        if letter == OPEN:
            depth += 1
            kept.append(" · ")
        elif letter == CLOSE:
            depth = max(0, depth - 1)
        elif depth == 0:
            kept.append(letter)
    return "".join(kept), depth


@dataclass
class Data:
    """What stands in the database and is therefore nobody's to translate."""

    whole: set[str] = field(default_factory=set)
    long: str = ""
    names: re.Pattern[str] = re.compile("(?!)")
    #: Texts of the desk's own that have places, with anything in them.
    filled: re.Pattern[str] = re.compile("(?!)")

    @classmethod
    def known(cls) -> Data:
        """All texts of all rows but those in which the product itself speaks."""
        texts: set[str] = set()
        for model in apps.get_models():
            ours = model.__module__.partition(".")[0] in {
                "tickets", "remedies", "escalation", "feedback", "integrations", "desk",
            }  # fmt: skip
            if ours and not model.__name__.startswith("Historical"):
                texts.update(_texts_of(model))
        lines = {" ".join(line.split()) for text in texts for line in [*text.split("\n"), text]}
        whole = {one for one in lines if one and not _PLAIN_CODE.fullmatch(one)}
        whole |= _calendar_words() | {zone.replace("_", " ") for zone in available_timezones()}
        for language in ("en", LANGUAGE):
            locale = Locale(language)  # of countries and currencies, which are not ours either
            named = {*locale.territories.values(), *locale.currencies.values()}
            whole |= named | {word for one in named for word in _LETTERS.findall(one)}
        whole |= _named_in_policies() | _codes()
        whole |= _titles_of_packs() | available_timezones() | _said_by_django()
        names = {one for one in _names() if len(one) > 1}
        joined = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True))
        return cls(
            whole={one.casefold() for one in whole},
            long="\n".join(sorted(one for one in whole if len(one) > 11)).casefold(),
            filled=re.compile("|".join(_filled(one) for one in whole if "{" in one) or "(?!)"),
            names=re.compile(rf"\b(?:{joined})\b(?:'s|’s)?") if names else cls.names,
        )

    def left(self, said: str) -> str:
        """What remains of a text when all that is data is taken out of it; "" for nothing."""
        if self._is_data(said):
            return ""
        if all(
            self._is_data(part) or part.strip().casefold() in _SAME for part in _SEAMS.split(said)
        ):
            return ""
        plain = _RULE.sub(" ", _NO_WORDS.sub(" ", said))
        bare = self.names.sub(" ", plain)
        if self._is_data(plain) or self._is_data(bare):
            return ""
        rest = [part for part in _JOINTS.split(bare) if not self._is_data(part)]
        words = [
            word
            for part in rest
            for word in _LETTERS.findall(part)
            if word.casefold() not in _SAME and word.casefold() not in self.whole
        ]
        return said if words else ""

    def _is_data(self, said: str) -> bool:
        clean = " ".join(said.strip(" .!?…*•'’:,;–—·()").split()).casefold()
        if (
            not _LETTERS.search(clean)
            or clean in self.whole
            or said.casefold().strip() in self.whole
        ):
            return True
        return (len(clean) > 14 and clean in self.long) or bool(self.filled.fullmatch(said.strip()))


def _texts_of(model: type[models.Model]) -> set[str]:
    """The texts of a model's rows."""
    if model.__name__ in _SKIPPED_MODELS:
        return set()
    found: set[str] = set()
    columns = [
        one
        for one in model._meta.concrete_fields
        if (isinstance(one, models.CharField | models.TextField) and not one.choices)
        or (isinstance(one, models.JSONField) and model.__name__ in _DATA_JSON)
    ]
    if columns:
        for row in model._default_manager.values_list(*(one.attname for one in columns)):
            for value in row:
                found.update(_strings(value))
    if model.__name__ == "RemedyPolicy":
        for source in model._default_manager.values_list("source", flat=True):
            found.update(_strings(yaml.safe_load(source)))
    return found


def _strings(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value} if value.strip() else set()
    if isinstance(value, dict):
        return {text for key, one in value.items() for text in (str(key), *_strings(one))}
    if isinstance(value, list | tuple):
        return {text for one in value for text in _strings(one)}
    return set()


def _filled(text: str) -> str:
    """A text with places as a pattern: "Dear {customer}," is "Dear .*,"."""
    return ".*".join(re.escape(part) for part in re.split(r"\{[^{}]*\}", text))


def _codes() -> set[str]:
    """Codes that pages show as they are: of customers' languages, of the parts of countries."""
    spoken = apps.get_model("tickets", "Customer").objects.values_list("language", flat=True)
    parts = holidays.list_supported_countries(include_aliases=False).values()
    return {*spoken, *(code for codes in parts for code in codes)}


def _named_in_policies() -> set[str]:
    """What policies call their facts and values: as it is written there, and with spaces."""
    found = set()
    for source in apps.get_model("remedies", "RemedyPolicy").objects.values_list(
        "source", flat=True
    ):
        policy = yaml.safe_load(source)
        for name in (name for part in ("facts", "values") for name in policy.get(part) or ()):
            found |= {name, name.replace("_", " ")}
    return {name for name in found if len(name) > 4}


def _names() -> set[str]:
    """Names of people and of what the desk has named, which stand inside of sentences."""
    people = {
        name
        for model in (User, Customer)
        for name in model._default_manager.values_list("name", flat=True)
    }
    parts = {part for name in people for part in name.split()}
    initials = {AvatarView.of(name).initials for name in people}
    named = {
        name
        for model, column in ((Team, "name"), (Category, "name"), (FactDefinition, "label"))
        for name in model._default_manager.values_list(column, flat=True)
    }
    return people | parts | initials | named


def _titles_of_packs() -> set[str]:
    """Ready policies, which speak the language of whoever published them."""
    packs = (BASE_DIR / "remedies" / "packs").rglob("*.yaml")
    return {text for one in packs for text in _strings(yaml.safe_load(one.read_text("utf-8")))}


def _said_by_django() -> set[str]:
    """What Django itself says in German, such as that a field is required."""
    with (Path(django.__file__).parent / "conf/locale/de/LC_MESSAGES/django.mo").open("rb") as mo:
        return {str(message.string) for message in read_mo(mo) if message.id}


def _calendar_words() -> set[str]:
    said: set[str] = set()
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            said.update(get_day_names(width, context, "de").values())
            said.update(get_month_names(width, context, "de").values())
    return {one.strip(".") for one in said}


def unmarked(page: str, data: Data) -> list[tuple[str, str]]:
    """(where, words) of all that the page says and no translator was asked for."""
    parser = _Page()
    parser.feed(page)
    parser.close()
    return [(where, words) for where, words in parser.found if data.left(words)]
