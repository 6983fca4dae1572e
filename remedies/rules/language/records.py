"""Lists of records: a sum worked out for each, added up or compared, by group or by the day. Pure.

A form over records reads their fields as names. Records may be grouped by a value of theirs, or
by each day of a span; of a group all count together, or only the greatest or the least, and a
limit may stand on each group. A day is never gone through alone: between two days on which a span
begins or ends, all are alike.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from remedies.facts import NUMERIC, ORDERED, FactDef, Kind, Record
from remedies.rules.language import words
from remedies.rules.language.compiling import Raw, Scope, compile_node, form
from remedies.rules.language.conditions import condition
from remedies.rules.language.counting import LONGEST, counted_word
from remedies.rules.language.meant import nearest
from remedies.rules.language.nodes import Context, FactRef, Inapplicable, Node
from remedies.rules.language.source import Place, keys_of

#: So many groups are told one by one; the rest are counted.
TOLD = 12
_PICKS: dict[str, Callable[[Any], Any]] = {"greatest": max, "least": min}
_SPAN_KEYS = frozenset({"from", "to", "first", "last"})


class Span(NamedTuple):
    """The days of a record, from one date to another."""

    start: Node
    end: Node
    first: bool
    last: bool


class Part(NamedTuple):
    """What one record came to: its value, and the group or the days that it belongs to."""

    number: int
    record: Record
    value: Any
    key: Any
    days: range


class Group(NamedTuple):
    """Records that count together, on so many days; their sum as it is and after the limit."""

    key: Any
    parts: list[Part]
    days: int
    whole: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Gathered:
    """Which records count, and how they belong together."""

    fact: FactDef
    names: tuple[str, ...]
    of: Node | None
    when: Node | None
    by: Node | None
    span: Span | None

    def parts(self, at: Context) -> list[Part] | None:
        """What each record that counts comes to; None where a fact is missing."""
        records = at.facts.get(self.fact.name)
        if records is None:
            at.missing.append(self.fact.name)
            return None
        found: list[Part] = []
        known = True
        for number, record in enumerate(records, 1):
            part = self._part(number, record, at)
            if part is None:
                known = False
            elif part.value is not None:
                found.append(part)
        return found if known else None

    def _part(self, number: int, record: Record, at: Context) -> Part | None:
        """One record; its value is None where it does not count. None where that is unknown."""
        self.look_at(record, at)
        mark = len(at.missing)
        try:
            return self._worked(number, record, at)
        except Inapplicable as error:
            raise type(error)(f"{name_of(number, record, at)}: {error}") from None
        finally:
            self._name_missing(number, mark, at)

    def _worked(self, number: int, record: Record, at: Context) -> Part | None:
        held = True if self.when is None else self.when.value(at)
        if held is False:
            return Part(number, record, None, None, range(0))
        value = Decimal(1) if self.of is None else self.of.value(at)
        key = None if self.by is None else self.by.value(at)
        days = range(0) if self.span is None else _days(self.span, at)
        if held is None or value is None or days is None or (self.by is not None and key is None):
            return None
        return Part(number, record, value, key, days)

    def look_at(self, record: Record, at: Context) -> None:
        """The record's fields become the facts that the parts of the form read."""
        for name, value in zip(self.names, record.values, strict=True):
            at.facts[name] = value

    def _name_missing(self, number: int, mark: int, at: Context) -> None:
        """A field that is missing is told as the list that it belongs to."""
        asked = at.missing[mark:]
        del at.missing[mark:]
        for name in asked:
            if name in self.names:
                one = self.fact.fields[self.names.index(name)]
                said = f"{self.fact.label} ({one.label} of no. {number})"
                at.gaps.setdefault(self.fact.name, said)
                name = self.fact.name  # noqa: PLW2901 - it is asked for under that name
            at.missing.append(name)


def _days(span: Span, at: Context) -> range | None:
    """The days of a span as ordinals."""
    start, end = span.start.value(at), span.end.value(at)
    if start is None or end is None:
        return None
    if (end - start).days > LONGEST:
        raise Inapplicable("the dates lie more than sixty years apart")
    first = start.toordinal() + (0 if span.first else 1)
    return range(first, max(end.toordinal() + (1 if span.last else 0), first))


def name_of(number: int, record: Record, at: Context) -> str:
    """What a record is called: by its first word, or else by its number."""
    for one, value in zip(record.fields, record.values, strict=True):
        if value is not None and one.kind in (Kind.TEXT, Kind.CHOICE):
            return words.shown(one.kind, value, at.currency)
    return f"no. {number}"


class Over(Node):
    """What the records of a list come to together."""

    __slots__ = ("among", "fold", "limit", "other", "pick", "unit")
    closed = True

    def __init__(
        self,
        among: Gathered,
        kind: Kind,
        fold: str,
        *,
        pick: str,
        limit: Node | None,
        other: Node | None,
    ):
        self.among, self.kind, self.fold, self.pick = among, kind, fold, pick
        self.limit, self.other = limit, other
        self.unit = among.of.fact.unit if isinstance(among.of, FactRef) else ""

    def groups(self, at: Context) -> list[Group] | None:
        """The groups with what each comes to; worked out once an evaluation."""
        if self in at.over:
            found: list[Group] = at.over[self]
            return found
        parts = self.among.parts(at)
        limit = None if self.limit is None else self.limit.value(at)
        if parts is None or (self.limit is not None and limit is None):
            return None
        at.over[self] = [
            self._group(key, some, days, limit) for key, some, days in self._grouped(parts)
        ]
        return list(at.over[self])

    def _grouped(self, parts: list[Part]) -> Iterator[tuple[Any, list[Part], int]]:
        if self.among.span is not None:
            yield from _by_days(parts)
        elif self.among.by is None:
            yield from ((None, [part], 1) for part in parts)
        else:
            keyed: dict[Any, list[Part]] = {}
            for part in parts:
                keyed.setdefault(part.key, []).append(part)
            yield from ((key, some, 1) for key, some in keyed.items())

    def _group(self, key: Any, parts: list[Part], days: int, limit: Any) -> Group:
        values = [part.value for part in parts]
        whole = _PICKS[self.pick](values) if self.pick else values[0]
        if not self.pick and len(values) > 1:
            whole = sum(values, Decimal(0))
        return Group(key, parts, days, whole, whole if limit is None else min(whole, limit))

    def value(self, at: Context) -> Any:
        groups = self.groups(at)
        if groups is None:
            return None
        if self.fold == "sum":
            return sum([group.value * group.days for group in groups], Decimal(0))
        if self.fold == "count":
            return Decimal(sum([group.days for group in groups]))
        if groups:
            return _PICKS[self.fold]([group.value for group in groups])
        if self.other is None:
            raise Inapplicable(
                f"none of {self.among.fact.label} counts, so there is no {self.fold}"
            )
        return self.other.value(at)

    def shown(self, at: Context) -> str:
        return self._said(self.value(at), at)

    def _said(self, value: Any, at: Context) -> str:
        return words.shown(self.kind, value, at.currency, self.unit)

    def words(self, at: Context) -> str:
        groups, label = self.groups(at) or [], self.among.fact.label
        if self.fold == "count":
            return self._counted(groups, at)
        if not groups:
            return f"none of {label} counts: {self.shown(at)}"
        if len(groups) == 1 and groups[0].days == 1:
            return self._told(groups[0], at)
        told = [self._told(group, at) for group in groups[:TOLD]]
        if len(groups) > TOLD:
            told.append(f"and {len(groups) - TOLD} more")
        end = "together" if self.fold == "sum" else f"the {self.fold}"
        return f"{'; '.join(told)}; {end}: {self.shown(at)}"

    def _counted(self, groups: list[Group], at: Context) -> str:
        held = {part.number for group in groups for part in group.parts}
        which = f"{len(held)} of {len(at.facts[self.among.fact.name])} {self.among.fact.label}"
        if self.among.span is not None:
            return f"{words.counted(self.value(at), 'day')} ({which})"
        return which if self.among.by is None else f"{self.shown(at)} ({which})"

    def _told(self, group: Group, at: Context) -> str:
        """One group: "4 July 2026: noise 40 % + pool 20 % = 60 %"."""
        each = [self._part(part, at) for part in group.parts[:TOLD]]
        if len(group.parts) > TOLD:
            each.append(f"{len(group.parts) - TOLD} more")
        said = ("; " if self.pick else " + ").join(each)
        if len(group.parts) > 1:
            whole = self._said(group.whole, at)
            said += f", the {self.pick} {whole}" if self.pick else f" = {whole}"
        if group.value != group.whole:
            said += f", at most {self._said(group.value, at)}"
        if self.among.span is not None:
            first = dt.date.fromordinal(group.key)
            last = dt.date.fromordinal(group.key + group.days - 1)
            if group.days == 1:
                return f"{words.day(first)}: {said}"
            many = self._said(group.value * group.days, at)
            when = f"{words.day(first)} to {words.day(last)}"
            return f"{when}: {said}, on {group.days} days {many}"
        if self.among.by is None:
            return said
        return f"{words.shown(self.among.by.kind, group.key, at.currency)}: {said}"

    def _part(self, part: Part, at: Context) -> str:
        of = self.among.of
        self.among.look_at(part.record, at)
        said = self._said(part.value, at) if of is None or of.plain else of.worked(at)
        return f"{name_of(part.number, part.record, at)}: {said}"


def _by_days(parts: list[Part]) -> Iterator[tuple[int, list[Part], int]]:
    """Runs of days on which the same records count: the first day, the records, how many days."""
    spans = [part for part in parts if part.days]
    edges = sorted({edge for part in spans for edge in (part.days.start, part.days.stop)})
    for low, high in pairwise(edges):
        there = [part for part in spans if part.days.start <= low < part.days.stop]
        if there:
            yield low, there, high - low


def _list_of(key: str, raw: Raw, scope: Scope, at: Place) -> FactDef:
    """The list of records that a form is about."""
    name, place = raw[key], at / key
    fact = scope.facts.get(name) if isinstance(name, str) else None
    if fact is not None and fact.kind is Kind.LIST and not fact.fields:
        single = key.replace("_over", "_of")
        place.fail(f"{fact.name} holds single values; write {{{single}: {fact.name}}}.")
    if fact is None or not fact.fields:
        lists = [n for n, f in scope.facts.items() if f.fields]
        known = f" Known are {', '.join(lists)}." if lists else ""
        place.fail(
            f"{key} needs the name of a fact that is a list of records."
            f"{nearest(str(name), lists) or known}"
        )
    return fact


def _span(raw: Any, scope: Scope, at: Place) -> Span:
    spec = keys_of(raw, at, "each_day", _SPAN_KEYS)
    for key in ("from", "to"):
        if key not in spec:
            at.fail(f"each_day needs {key}: it is written {{from: one_date, to: another}}.")
    start = compile_node(spec["from"], scope, at / "from", Kind.DATE)
    end = compile_node(spec["to"], scope, at / "to", Kind.DATE)
    first = counted_word(spec, "first", "counted", at)
    return Span(start, end, first, counted_word(spec, "last", "counted", at))


def _gathered(
    raw: Raw, scope: Scope, at: Place, fact: FactDef, what: str, want: Kind | None
) -> Gathered:
    """What is read for each record, with its fields as names."""
    if scope.inside:
        at.fail("A list can't be gone through for each record of another. Work it out as a value.")
    if "by" in raw and "each_day" in raw:
        at.fail("by and each_day can't stand side by side: records are grouped in one way.")
    full = {
        one.name: FactDef(
            **{slot: getattr(one, slot) for slot in FactDef.__slots__}
            | {"name": f"{fact.name}.{one.name}"}
        )
        for one in fact.fields
    }
    scope.used.add(fact.name)
    scope.inside = full
    try:
        when = condition(raw["when"], scope, at / "when") if "when" in raw else None
        of = compile_node(raw[what], scope, at / what, want) if what else None
        by = compile_node(raw["by"], scope, at / "by") if "by" in raw else None
        span = _span(raw["each_day"], scope, at / "each_day") if "each_day" in raw else None
    finally:
        scope.inside = {}
    if by is not None and by.kind in (Kind.LIST, Kind.CALENDAR):
        (at / "by").fail("Records are grouped by a single value.")
    return Gathered(fact, tuple([one.name for one in full.values()]), of, when, by, span)


def _what(key: str, raw: Raw, at: Place) -> str:
    """The word behind which stands what each record gives: of, greatest or least."""
    said = [word for word in ("of", "greatest", "least") if word in raw]
    if len(said) != 1:
        at.fail(
            f"{key} says what each record gives: of adds those of a group up, and greatest or "
            "least takes one of them. One of these words is needed."
        )
    if said[0] != "of" and not raw.keys() & {"by", "each_day"}:
        (at / said[0]).fail(f"{said[0]} takes one of a group; say by what they are grouped: by.")
    return said[0]


def _over(fold: str, raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    key = f"{fold}_over"
    fact = _list_of(key, raw, scope, at)
    what = _what(key, raw, at)
    among = _gathered(raw, scope, at, fact, what, want)
    kind = among.of.kind if among.of is not None else Kind.NUMBER
    grouped = among.by is not None or among.span is not None
    if kind not in (NUMERIC if fold == "sum" or (grouped and what == "of") else ORDERED):
        (at / what).fail(f"A {kind.replace('_', '/')} can't be added up, nor compared so.")
    limit = raw.get("each_at_most")
    if limit is not None and kind not in NUMERIC:
        (at / "each_at_most").fail("each_at_most is for numbers, sums and durations.")
    return Over(
        among,
        kind,
        fold,
        pick="" if what == "of" else what,
        limit=compile_node(limit, scope, at / "each_at_most", kind) if limit is not None else None,
        other=compile_node(raw["else"], scope, at / "else", kind) if "else" in raw else None,
    )


_BESIDE = ("of", "greatest", "least", "when", "by", "each_day", "each_at_most")


@form("sum_over", *_BESIDE)
def _sum_over(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return _over("sum", raw, scope, at, want)


@form("greatest_over", *_BESIDE, "else")
def _greatest_over(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return _over("greatest", raw, scope, at, want)


@form("least_over", *_BESIDE, "else")
def _least_over(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    return _over("least", raw, scope, at, want)


@form("count_over", "when", "by", "each_day")
def _count_over(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    fact = _list_of("count_over", raw, scope, at)
    among = _gathered(raw, scope, at, fact, "", None)
    return Over(among, Kind.NUMBER, "count", pick="", limit=None, other=None)
