"""The parts that documents of the settings are made of: each checks a value, describes itself as
JSON Schema, and turns into what is typed in a form and back.

A check never raises: it notes (place, words) and goes on, so that everything wrong is told at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from desk.setup.typed import Unread, flow, plain, read_yaml
from tickets.errors import DomainError
from tickets.money import plain_typed, said_digits, typed_digits
from tickets.services.texts import clean_text

Problems = list[tuple[str, str]]
Options = Callable[[], Sequence[tuple[str, str]]]
MOST = 500
#: Choices that are not written out in the schema: time zones, currencies.
_MANY = 40


def told(text: str) -> str:
    """A word of the settings, marked where it is defined, in the reader's language."""
    return gettext(text) if text else ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One named value of a document."""

    name: str
    label: str
    help: str = ""
    required: bool = False
    default: Any = None

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        """The value in its stored form; what is wrong with it goes to `wrong`."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        raise NotImplementedError

    def show(self, value: Any) -> Any:
        """What stands in the control."""
        return "" if value is None else str(value)

    def read(self, typed: Any) -> Any:
        """What was typed, as a value; what can't be read stays text, for `check` to refuse."""
        return (typed or "").strip()

    def words(self, value: Any) -> str:
        """The value as people read it."""
        return str(self.show(value)) or gettext("nothing")

    def apart(self, before: Any, after: Any) -> tuple[str, str]:
        """Two values that differ, in words: what was, and what is."""
        return self.words(before), self.words(after)

    def described(self) -> dict[str, Any]:
        """The schema with what people should know."""
        text = f"{told(self.label)}. {told(self.help)}".strip()
        return {**self.schema(), "description": text, "default": self.default}

    def missing(self, at: str, wrong: Problems) -> Any:
        """The value where none was given."""
        if self.needed:
            wrong.append((at, gettext("This is needed.")))
        return self.default

    @property
    def needed(self) -> bool:
        """Whether a document without it is refused: where something is usual, that is taken."""
        return self.required and self.default in (None, "", (), [])


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Text of one line, or with `rows` of several."""

    default: Any = ""
    limit: int = 80
    rows: int = 0
    form: str = ""
    #: What is allowed, in words, where `form` refuses.
    like: str = ""

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None or value == "":
            return self.missing(at, wrong)
        try:
            text = clean_text(value, field=at, limit=self.limit)
        except DomainError as error:
            wrong.append((at, error.message))
            return self.default
        text = text if self.rows else " ".join(text.split())
        if not text:
            return self.missing(at, wrong)
        if self.form and not re.fullmatch(self.form, text):
            wrong.append(
                (
                    at,
                    gettext("“%(text)s” is not %(like)s.")
                    % {"text": text[:60], "like": told(self.like)},
                )
            )
        return text

    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "string", "maxLength": self.limit}
        return found | ({"pattern": f"^(?:{self.form})?$"} if self.form else {})


@dataclass(frozen=True, kw_only=True)
class Whole(Field):
    """A whole number; None where nothing is said and nothing has to be."""

    least: int = 0
    most: int = 32_767

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None or value == "":
            return self.missing(at, wrong)
        if isinstance(value, bool) or not isinstance(value, int):
            wrong.append(
                (
                    at,
                    gettext("A whole number from %(least)s to %(most)s.")
                    % {"least": self.least, "most": self.most},
                )
            )
            return self.default
        if not self.least <= value <= self.most:
            wrong.append(
                (
                    at,
                    gettext("%(value)s is not between %(least)s and %(most)s.")
                    % {"value": value, "least": self.least, "most": self.most},
                )
            )
        return value

    def schema(self) -> dict[str, Any]:
        kinds = "integer" if self.default is not None else ["integer", "null"]
        return {"type": kinds, "minimum": self.least, "maximum": self.most}

    def read(self, typed: Any) -> Any:
        text = (typed or "").strip()
        if not text:
            return None
        plain = text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 12
        return int(text) if plain else text


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """Yes or no."""

    default: Any = False

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None:
            return self.default
        if not isinstance(value, bool):
            wrong.append((at, gettext("Yes or no: true or false.")))
            return self.default
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def show(self, value: Any) -> Any:
        return bool(value)

    def read(self, typed: Any) -> Any:
        return bool(typed)

    def words(self, value: Any) -> str:
        return gettext("yes") if value else gettext("no")


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of some words; "" for none where it is not required."""

    options: Options
    default: Any = ""
    #: What the empty choice says.
    blank: str = "–"
    #: Of what there are many, and which differ from desk to desk: checked where it is written.
    open: bool = False

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None or value == "":
            return self.missing(at, wrong)
        if self.open and isinstance(value, str):
            return value
        known = [key for key, _ in self.options()]
        if not isinstance(value, str) or value not in known:
            wrong.append(
                (
                    at,
                    gettext("“%(value)s” is none of: %(known)s.")
                    % {"value": str(value)[:60], "known": ", ".join(known)},
                )
            )
            return self.default
        return value

    def schema(self) -> dict[str, Any]:
        known = [key for key, _ in self.options()] if not self.open else []
        if self.open or len(known) > _MANY:
            return {"type": "string", "maxLength": 254}
        return {"enum": known if self.needed else ["", *known]}

    def words(self, value: Any) -> str:
        return dict(self.options()).get(value, value or "") or gettext("nothing")


@dataclass(frozen=True, kw_only=True)
class Words(Field):
    """A list of short texts, typed with commas between them."""

    default: Any = ()
    limit: int = 80
    form: str = ""
    like: str = ""
    options: Options | None = None
    #: Shown as boxes to tick; else typed.
    boxes: bool = False

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None or value == "":
            value = []
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list | tuple) or len(value) > MOST:
            wrong.append((at, gettext("A list of at most %(most)s.") % {"most": MOST}))
            return []
        known = [key for key, _ in self.options()] if self.options and self.boxes else None
        one = Text(name="", label="", limit=self.limit, form=self.form, like=self.like)
        found = []
        for index, item in enumerate(value):
            text = one.check(item, f"{at}[{index}]", wrong)
            if known is not None and text not in known:
                told = gettext("“%(item)s” is none of: %(known)s.") % {
                    "item": str(item)[:60],
                    "known": ", ".join(known),
                }
                wrong.append((f"{at}[{index}]", told))
            if text and text not in found:
                found.append(text)
        return found or list(self.missing(at, wrong) or [])

    def schema(self) -> dict[str, Any]:
        item: dict[str, Any] = {"type": "string", "maxLength": self.limit}
        if self.options and self.boxes:
            item = {"enum": [key for key, _ in self.options()]}
        elif self.form:
            item["pattern"] = f"^(?:{self.form})$"
        return {"type": "array", "items": item, "maxItems": MOST}

    def described(self) -> dict[str, Any]:
        return {**super().described(), "default": list(self.default)}

    def show(self, value: Any) -> Any:
        if self.boxes:
            return list(value or ())
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")

    def read(self, typed: Any) -> Any:
        if isinstance(typed, list | tuple):
            return list(typed)
        return [part.strip() for part in re.split(r"[,\n]", typed or "") if part.strip()]

    def words(self, value: Any) -> str:
        names = dict(self.options()) if self.options else {}
        return ", ".join(names.get(one, str(one)) for one in value or ()) or gettext("nothing")


@dataclass(frozen=True, kw_only=True)
class Days(Words):
    """Dates, such as 2026-12-24."""

    limit: int = 10

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        found = super().check([str(v) for v in value] if isinstance(value, list) else value,
                              at, wrong)  # fmt: skip
        for index, text in enumerate(found):
            if not is_day(text):
                told = gettext("“%(text)s” is no date such as 2026-12-24.") % {"text": text}
                wrong.append((f"{at}[{index}]", told))
        return sorted(found)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "format": "date"}, "maxItems": MOST}


@dataclass(frozen=True, kw_only=True)
class Sum(Field):
    """Money in the currency that the document names, in major units as text: "100.00"."""

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None or value == "":
            return self.missing(at, wrong)
        text = str(value).strip().lstrip("£€$ ")
        if isinstance(value, bool | float) or not re.fullmatch(r"\d{1,12}(\.\d{1,4})?", text):
            wrong.append(
                (at, gettext("A sum such as 100 or 99.50, as text; nothing for no limit."))
            )
            return None
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "pattern": r"^\d{1,12}(\.\d{1,4})?$"}

    def show(self, value: Any) -> Any:
        return plain_typed(str(value)) if value not in (None, "") else ""

    def read(self, typed: Any) -> Any:
        """Typed into a page as its reader writes sums; documents have "1250.00"."""
        text = str(typed or "").strip().strip("£€$ ")
        try:
            return typed_digits(text) if text else None
        except ValueError:
            return text

    def words(self, value: Any) -> str:
        return gettext("without limit") if value is None else said_digits(str(value))


@dataclass(frozen=True, kw_only=True)
class Data(Field):
    """A value with a form of its own, typed as YAML; whoever reads it says what is wrong."""

    default: Any = None
    kinds: tuple[str, ...] = ("object", "array", "string", "number", "null")
    rows: int = 4

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None or value == "":
            return self.missing(at, wrong)
        if isinstance(value, Unread):
            wrong.append((at, value.words))
            return self.default
        return plain(value)

    def schema(self) -> dict[str, Any]:
        return {"type": list(self.kinds)}

    def show(self, value: Any) -> Any:
        if isinstance(value, Unread):
            return value.text
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, str):
            return value
        return flow(value)

    def read(self, typed: Any) -> Any:
        return read_yaml((typed or "").strip())


def is_day(text: str) -> bool:
    """Whether the text is a date."""
    try:
        return bool(dt.date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False
