"""Fields made of fields: hours of a week, rows of a table, a group of values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext, gettext_noop

from desk.setup.fields import MOST, Field, Problems, told
from desk.setup.typed import Unread, flow, plain, read_yaml
from desk.words import spoken_now
from escalation.hours import WEEKDAYS

DAY_WORDS = dict(
    zip(
        WEEKDAYS,
        (
            gettext_noop("Monday"),
            gettext_noop("Tuesday"),
            gettext_noop("Wednesday"),
            gettext_noop("Thursday"),
            gettext_noop("Friday"),
            gettext_noop("Saturday"),
            gettext_noop("Sunday"),
        ),
        strict=True,
    )
)


def _inside(words: str) -> str:
    """A label within a sentence: in German nouns keep their capital."""
    return words if spoken_now() == "de" else words.lower()


def slots_text(slots: Any) -> str:
    """ "09:00-12:30, 13:30-17:30"; text that could not be read as it is."""
    if not isinstance(slots, list | tuple):
        return str(slots or "")
    return ", ".join("-".join(map(str, s)) if isinstance(s, list | tuple) else str(s)
                     for s in slots)  # fmt: skip


def read_slots(text: str) -> Any:
    """The same back; text where it is none."""
    found = []
    for part in filter(None, (one.strip() for one in (text or "").split(","))):
        ends = [end.strip() for end in part.replace("–", "-").replace(" to ", "-").split("-")]
        if len(ends) != 2:
            return text
        found.append([_padded(end) for end in ends])
    return found


def _padded(end: str) -> str:
    """ "9", "9:00" and "9.00" are "09:00"."""
    hour, _, minutes = end.replace(".", ":").partition(":")
    return f"{hour.zfill(2)}:{minutes or '00'}" if hour.isdecimal() else end


#: 24:00 is the end of a day; seconds are for files.
_TIME = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?|24:00(?::00)?", re.ASCII)


def check_slots(value: Any, at: str, wrong: Problems) -> Any:
    """Hours of a day: a list of pairs of times. What they mean is the calendar's to say."""
    pairs = isinstance(value, list) and all(
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(end, str) and _TIME.fullmatch(end) for end in pair)
        for pair in value
    )
    if not pairs:
        wrong.append(
            (
                at,
                gettext("“%(value)s” are no hours such as 09:00-12:30, 13:30-17:30.")
                % {"value": (slots_text(value) or str(value))[:60]},
            )
        )
        return []
    return value


@dataclass(frozen=True, kw_only=True)
class Hours(Field):
    """Opening hours by weekday: {"mon": [["09:00", "17:30"]]}."""

    default: Any = None

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None:
            return self.missing(at, wrong) or {}
        if not isinstance(value, Mapping):
            wrong.append((at, gettext("Hours by weekday.")))
            return {}
        for name in value:
            if name not in WEEKDAYS:
                wrong.append(
                    (
                        f"{at}.{name}",
                        gettext("There is no such day. %(weekdays)s.")
                        % {"weekdays": ", ".join(WEEKDAYS)},
                    )
                )
        found = {
            day: check_slots(value[day], f"{at}.{day}", wrong) for day in WEEKDAYS if value.get(day)
        }
        if not found and self.required:
            wrong.append((at, gettext("It has to open at some hour.")))
        return found

    def schema(self) -> dict[str, Any]:
        pair = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
        day = {"type": "array", "items": pair}
        return {
            "type": "object",
            "properties": dict.fromkeys(WEEKDAYS, day),
            "additionalProperties": False,
        }

    def described(self) -> dict[str, Any]:
        return {**super().described(), "default": {}}

    def show(self, value: Any) -> Any:
        return {day: slots_text((value or {}).get(day)) for day in WEEKDAYS}

    def read(self, typed: Any) -> Any:
        found = {day: read_slots((typed or {}).get(day, "")) for day in WEEKDAYS}
        return {day: slots for day, slots in found.items() if slots}

    def words(self, value: Any) -> str:
        shown = [(told(DAY_WORDS[d])[:3], slots_text(s)) for d, s in (value or {}).items() if s]
        return "; ".join(f"{day} {text}" for day, text in shown) or gettext("never open")


@dataclass(frozen=True, kw_only=True)
class Slots(Field):
    """Hours of one day, typed as 09:00-12:00."""

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        return [] if not value else check_slots(value, at, wrong)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}

    def show(self, value: Any) -> Any:
        return slots_text(value)

    def read(self, typed: Any) -> Any:
        return read_slots(typed)


@dataclass(frozen=True, kw_only=True)
class Group(Field):
    """Values that belong together, under one name."""

    fields: tuple[Field, ...] = ()
    #: Whether values that are as if not said are left out, for a language that reads them.
    sparse: bool = False

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        return check_all(self.fields, value or {}, at, wrong, sparse=self.sparse)

    def schema(self) -> dict[str, Any]:
        return schema_of(self.fields)

    def described(self) -> dict[str, Any]:
        return {**super().described(), "default": {}}

    def show(self, value: Any) -> Any:
        held = value if isinstance(value, Mapping) else {}
        return {field.name: field.show(held.get(field.name)) for field in self.fields}

    def read(self, typed: Any) -> Any:
        return {field.name: field.read((typed or {}).get(field.name)) for field in self.fields}

    def words(self, value: Any) -> str:
        held = value or {}
        said = [f"{_inside(told(f.label))} {f.words(held[f.name])}" for f in self.fields
                if held.get(f.name)]  # fmt: skip
        return "; ".join(said) or gettext("nothing")


@dataclass(frozen=True, kw_only=True)
class Rows(Field):
    """A table: a list of small mappings. With `rest`, words beyond its columns are kept, and
    typed as YAML in a last column."""

    default: Any = ()
    columns: tuple[Field, ...] = ()
    rest: str = ""
    #: How many lines stand empty below.
    spare: int = 2
    sparse: bool = False

    def check(self, value: Any, at: str, wrong: Problems) -> Any:
        if value is None:
            value = []
        if not isinstance(value, list | tuple) or len(value) > MOST:
            wrong.append((at, gettext("A list of at most %(most)s.") % {"most": MOST}))
            return []
        if not value and self.required:
            wrong.append((at, gettext("At least one line is needed.")))
        return [
            check_all(self.columns, item, f"{at}[{index}]", wrong, rest=bool(self.rest),
                      sparse=self.sparse)
            for index, item in enumerate(value)
        ]  # fmt: skip

    def schema(self) -> dict[str, Any]:
        item = schema_of(self.columns)
        if self.rest:
            item["additionalProperties"] = True
        return {"type": "array", "items": item, "maxItems": MOST}

    def described(self) -> dict[str, Any]:
        return {**super().described(), "default": []}

    def show(self, value: Any) -> Any:
        shown = []
        known = {column.name for column in self.columns}
        for item in value or ():
            held = item if isinstance(item, Mapping) else {}
            line = {column.name: column.show(held.get(column.name)) for column in self.columns}
            more = {name: one for name, one in held.items() if name not in known}
            if self.rest:
                bad = more.get("")
                line[""] = bad.text if isinstance(bad, Unread) else (flow(more) if more else "")
            shown.append(line)
        return shown

    def read(self, typed: Any) -> Any:
        found = []
        for line in typed or ():
            if not any(value for name, value in line.items() if not isinstance(value, bool)):
                continue
            item = {column.name: column.read(line.get(column.name)) for column in self.columns}
            more = read_yaml(line.get("", "") if self.rest else "")
            if isinstance(more, dict):
                item |= more
            elif more is not None:
                unread = more if isinstance(more, Unread) else Unread(
                    str(more), gettext("This is a mapping, such as {time: calendar}."))  # fmt: skip
                item[""] = unread
            found.append(item)
        return found

    def words(self, value: Any) -> str:
        lines = [flow(plain(item)) if item else "" for item in value or ()]
        return "; ".join(lines) or gettext("nothing")

    def apart(self, before: Any, after: Any) -> tuple[str, str]:
        """The lines that differ; of one that became another, its first word and what differs."""
        old, new = list(before or ()), list(after or ())
        was_said, now_said = ([self.words([item]) for item in lines] for lines in (old, new))
        gone, come = [], []
        for tag, a, b, c, d in SequenceMatcher(
            None, was_said, now_said, autojunk=False
        ).get_opcodes():
            if tag == "replace" and b - a == d - c:
                for was, now in zip(old[a:b], new[c:d], strict=True):
                    names = {n for n in {**was, **now} if was.get(n) != now.get(n)}
                    names.add(self.columns[0].name)
                    gone.append(self._part(was, names))
                    come.append(self._part(now, names))
            elif tag != "equal":
                gone += was_said[a:b]
                come += now_said[c:d]
        return "; ".join(gone), "; ".join(come)

    def _part(self, item: Mapping[str, Any], names: set[str]) -> str:
        return self.words([{name: item[name] for name in item if name in names}])


def check_all(
    fields: tuple[Field, ...],
    value: Any,
    at: str,
    wrong: Problems,
    *,
    rest: bool = False,
    sparse: bool = False,
) -> dict[str, Any]:
    """A mapping of these fields. With `rest` other words are kept; with `sparse` what is as if not
    said is left out."""
    if not isinstance(value, Mapping):
        wrong.append((at, gettext("A mapping of names to values.")))
        return {}
    known = {field.name for field in fields}
    prefix = f"{at}." if at else ""
    found: dict[str, Any] = {}
    for field in fields:
        checked = field.check(value.get(field.name), f"{prefix}{field.name}", wrong)
        if not sparse or field.required or checked not in (None, "", [], (), {}, False):
            found[field.name] = checked
    for name in value:
        if name in known:
            continue
        one = value[name]
        if isinstance(one, Unread):
            wrong.append((at, one.words))
        elif rest:
            found[str(name)] = plain(one)
        else:
            told = gettext("There is no such word here. Known are: %(known)s.") % {
                "known": ", ".join(sorted(known))
            }
            wrong.append((f"{prefix}{str(name)[:60]}", told))
    return found


def schema_of(fields: tuple[Field, ...]) -> dict[str, Any]:
    """The JSON Schema of a mapping of these fields."""
    return {
        "type": "object",
        "properties": {field.name: field.described() for field in fields},
        "required": [field.name for field in fields if field.needed],
        "additionalProperties": False,
    }
