"""Rules of law as people write them in policies and packs, read into values. Pure.

A rule is a mapping: `{count: 8, unit: weeks}` with whatever else it says. The form, with every word
it may use, is described in docs/deadlines.md; a mistake is named with its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from escalation.conditions import conditions
from escalation.law.rules import (
    Done,
    EarlierOf,
    Every,
    Extended,
    Halted,
    Has,
    On,
    Requirement,
    Rule,
    Variants,
    Versions,
)
from escalation.law.terms import Clear, End, Ending, Roll, Term, Unit
from escalation.reading import only, whole, words, wrong

#: Short units: "8w", "1mo". Longer ones are looked for first.
SHORT = {
    "wd": Unit.WORKING_DAYS, "mo": Unit.MONTHS, "d": Unit.DAYS, "w": Unit.WEEKS, "y": Unit.YEARS,
    "h": Unit.HOURS, "m": Unit.MINUTES,
}  # fmt: skip
# Nobody's law grants more; what is larger is a slip, and would cost arithmetic without end.
MOST = {
    Unit.MINUTES: 5_256_000, Unit.HOURS: 87_600, Unit.DAYS: 36_500, Unit.WORKING_DAYS: 25_000,
    Unit.WEEKS: 5_200, Unit.MONTHS: 1_200, Unit.YEARS: 100,
}  # fmt: skip

CORE = {"unit", "count", "counted", "cut_off", "end", "roll", "from"}
CLEAR = {"clear_days", "before", "after", "working", "short"}
AROUND = {"earlier_of", "later_of", "variants", "versions", "version_by", "every", "number",
          "extension", "stands_still", "fact"}  # fmt: skip
KEYS = CORE | CLEAR | AROUND

Word = TypeVar("Word", bound=StrEnum)


def rule(value: Any, where: str) -> Rule:
    """A rule from its mapping, or from text such as "8w". Raises PolicyInvalid."""
    if isinstance(value, str):
        return term_text(value, where, End.END_OF_DAY)
    if not isinstance(value, Mapping):
        raise wrong(where, "a length such as 8w, or a mapping with count and unit")
    only(value, KEYS, where)
    core = {name: value[name] for name in CORE | CLEAR if name in value}
    found = _middle(value, core, where)
    if "variants" in value:
        found = _variants(value["variants"], core, found, f"{where}.variants")
    if "versions" in value:
        found = _versions(value, core, found, where)
    if "extension" in value:
        found = _extended(value["extension"], found, f"{where}.extension")
    if "stands_still" in value:
        found = _halted(value["stands_still"], found, f"{where}.stands_still")
    if found is None:
        raise wrong(where, "how long is it? Give count and unit")
    return found


def term_text(text: str, where: str, end: Ending) -> Term:
    """A term from "8w", "20wd", "1mo", "2y", "56d", "72h"."""
    found = re.fullmatch(r"(\d+)(wd|mo|[dwyhm])", text.strip())
    if found is None:
        raise wrong(where, f"{text!r} is no length; write 10wd, 56d, 8w, 6mo, 2y or 72h")
    return Term(bounded(int(found[1]), SHORT[found[2]], where), SHORT[found[2]], end=end)


# -- parts ----------------------------------------------------------------------------------------


def _middle(value: Mapping[str, Any], core: Mapping[str, Any], where: str) -> Rule | None:
    """What stands inside variants, versions and extension; None where only these are given."""
    said = [n for n in ("earlier_of", "later_of", "every", "clear_days", "count") if n in value]
    if len(said) > 1:
        raise wrong(f"{where}.{said[1]}", f"not together with {said[0]}")
    if "fact" in value:
        raise wrong(f"{where}.fact", "stands only inside earlier_of or later_of")
    match said:
        case ["every"]:
            term = _term_of(value["every"], f"{where}.every")
            last = _names(value, "from", where)
            return Every(term, last, _names(value, "number", where))
        case ["clear_days"]:
            return _clear(core, where)
        case ["count"]:
            return _term(core, where)
        case [which]:
            return _earliest(value[which], f"{where}.{which}", later=which == "later_of")
    if "variants" in value or "versions" in value:
        return None
    raise wrong(where, "how long is it? Give count and unit, clear_days, earlier_of or every")


def _term(data: Mapping[str, Any], where: str) -> Term:
    for name in CLEAR & data.keys():
        raise wrong(f"{where}.{name}", "goes with clear_days only")
    unit = _word(Unit, data.get("unit"), f"{where}.unit")
    end = _ending(data.get("end", "end_of_day"), f"{where}.end")
    cut_off = data.get("cut_off")
    return Term(
        count=bounded(data.get("count"), unit, f"{where}.count"),
        unit=unit,
        counted=_flag(data, "counted", where),
        cut_off=None if cut_off is None else _ending(cut_off, f"{where}.cut_off", cut_off=True),
        end=end,
        roll=_word(Roll, data.get("roll", "none"), f"{where}.roll"),
        since=_names(data, "from", where),
    )


def _term_of(value: Any, where: str) -> Term:
    """A plain term, as text or mapping."""
    if isinstance(value, str):
        return term_text(value, where, End.END_OF_DAY)
    if not isinstance(value, Mapping):
        raise wrong(where, "a length such as 20wd, or a mapping with count and unit")
    only(value, CORE, where)
    return _term(value, where)


def _clear(data: Mapping[str, Any], where: str) -> Clear:
    only(data, CLEAR | {"end", "roll"}, where)
    if ("before" in data) == ("after" in data):
        raise wrong(where, "clear_days stand either before or after something: name it")
    after = "after" in data
    return Clear(
        count=bounded(data["clear_days"], Unit.DAYS, f"{where}.clear_days"),
        after=after,
        working=_flag(data, "working", where),
        short=bounded(data.get("short", 0), Unit.DAYS, f"{where}.short"),
        roll=_word(Roll, data.get("roll", "none"), f"{where}.roll"),
        end=_ending(data.get("end", "end_of_day"), f"{where}.end"),
        event=_names(data, "after" if after else "before", where),
    )


def _earliest(items: Any, where: str, *, later: bool) -> Rule:
    if not isinstance(items, list) or len(items) < 2:
        raise wrong(where, "a list of two rules or more")
    parts: list[Rule] = []
    for index, item in enumerate(items):
        place = f"{where}[{index}]"
        if isinstance(item, Mapping) and "fact" in item:
            only(item, {"fact", "end"}, place)
            end = _ending(item.get("end", "end_of_day"), f"{place}.end")
            parts.append(On(_names(item, "fact", place), end))
        else:
            parts.append(rule(item, place))
    if all(isinstance(part, On) for part in parts):
        raise wrong(where, "at least one of them is a length: an event may never come")
    return EarlierOf(tuple(parts), later=later)


def _variants(items: Any, core: Mapping[str, Any], usual: Rule | None, where: str) -> Rule:
    if usual is None:
        raise wrong(where, "what holds when no variant does? Give count and unit beside them")
    found: list[tuple[tuple[Requirement, ...], Rule]] = []
    for index, item in enumerate(_mappings(items, where)):
        place = f"{where}[{index}]"
        conditions = _requirements(item.get("when"), f"{place}.when")
        own = {name: part for name, part in item.items() if name != "when"}
        found.append((conditions, rule(_merged(core, own), place)))
    return Variants(tuple(found), usual)


def _versions(
    value: Mapping[str, Any], core: Mapping[str, Any], first: Rule | None, where: str
) -> Rule:
    found: list[tuple[date, Rule]] = [] if first is None else [(date.min, first)]
    for index, item in enumerate(_mappings(value["versions"], f"{where}.versions")):
        place = f"{where}.versions[{index}]"
        since = _date(item.get("since"), f"{place}.since")
        if found and since <= found[-1][0]:
            raise wrong(f"{place}.since", "later than the version before")
        own = {name: part for name, part in item.items() if name != "since"}
        found.append((since, rule(_merged(core, own), place)))
    return Versions(tuple(found), _names(value, "version_by", where))


def _merged(core: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What a variant says, and for the rest what stands beside it; another kind of rule alone."""
    other = AROUND - {"extension", "stands_still", "variants", "versions", "version_by"}
    if other & own.keys() or ("clear_days" in own) != ("clear_days" in core):
        return dict(own)
    return {**core, **own}


def _extended(data: Any, base: Rule | None, where: str) -> Rule:
    if not isinstance(data, Mapping):
        raise wrong(where, "a mapping with count and unit")
    only(data, {"count", "unit", "end", "roll", "when", "asked"}, where)
    if base is None:
        raise wrong(where, "what is extended? Give count and unit beside it")
    by = _term({n: v for n, v in data.items() if n not in ("when", "asked")}, where)
    when = _requirements(data["when"], f"{where}.when") if "when" in data else ()
    return Extended(base, by, when, _names(data, "asked", where))


def _halted(data: Any, base: Rule | None, where: str) -> Rule:
    if not isinstance(data, Mapping) or not {"from", "to"} <= data.keys():
        raise wrong(where, "a mapping with from and to: the facts between which time stands still")
    only(data, {"from", "to", "roll", "working"}, where)
    if base is None:
        raise wrong(where, "what stands still? Give count and unit beside it")
    return Halted(
        base,
        _names(data, "from", where),
        _names(data, "to", where),
        roll=_word(Roll, data.get("roll", "none"), f"{where}.roll"),
        working=_flag(data, "working", where),
    )


def _requirements(data: Any, where: str) -> tuple[Requirement, ...]:
    if not isinstance(data, Mapping) or not data:
        raise wrong(where, "conditions by fact, such as {account_age_days: {below: 30}}")
    found: list[Requirement] = []
    for fact, said in data.items():
        place = f"{where}.{fact}"
        if isinstance(said, Mapping) and said.keys() & TIMELY:
            only(said, TIMELY, place)
            if len(said) > 1:
                raise wrong(place, "within or unless_after, not both")
            [(name, length)] = said.items()
            assumed = name == "unless_after"
            found.append(Done(str(fact), rule(length, f"{place}.{name}"), assumed))
        else:
            found += [Has(condition) for condition in conditions({fact: said}, where)]
    return tuple(found)


#: Words of a condition on a date: done within a time, or not known to be later.
TIMELY = {"within", "unless_after"}


# -- small things ---------------------------------------------------------------------------------


def _word(kind: type[Word], value: Any, where: str) -> Word:
    try:
        return kind(str(value))
    except ValueError:
        raise wrong(where, f"one of {', '.join(kind)}") from None


def _ending(value: Any, where: str, *, cut_off: bool = False) -> Ending:
    if found := re.fullmatch(r"(\d\d?):(\d\d)(?::(\d\d))?", str(value)):
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        if hour < 24 and minute < 60 and second < 60:
            return time(hour, minute, second)
    if cut_off:
        if value == "close":
            return End.CLOSE
        raise wrong(where, 'close, or a time of day in quotes such as "17:00"')
    if value in list(End):
        return End(value)
    raise wrong(where, f'{", ".join(End)}, or a time of day in quotes such as "23:59"')


def bounded(value: Any, unit: Unit, where: str) -> int:
    """So many of a unit, and no more than anybody means. Raises PolicyInvalid."""
    count = whole(value, where)
    if count > MOST[unit]:
        raise wrong(where, f"at most {MOST[unit]} {unit.replace('_', ' ')}")
    return count


def _flag(data: Mapping[str, Any], name: str, where: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise wrong(f"{where}.{name}", "true or false")
    return value


def _names(data: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    return tuple(words(data[name], f"{where}.{name}")) if name in data else ()


def _mappings(items: Any, where: str) -> list[Mapping[str, Any]]:
    if not isinstance(items, list) or not items:
        raise wrong(where, "a list of mappings")
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise wrong(f"{where}[{index}]", "a mapping")
    return items


def _date(value: Any, where: str) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise wrong(where, "a date such as 2026-04-08") from None
