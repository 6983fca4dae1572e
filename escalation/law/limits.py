"""How a rule of law ends a date that was written down, and how far it can be extended. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from escalation.hours import Calendar
from escalation.law.rules import Extended, Law
from escalation.law.terms import LAST_SECOND, Clear, Term, instant, roll


def dated(law: Law, calendar: Calendar, moment: datetime) -> datetime:
    """A date given to the customer, as the rule ends one: on its local day, moved from a day
    without work where the rule says so, at the end of the day, at closing, or as it is (UTC)."""
    local = calendar.local(moment)
    term = next((part for part in _parts(law.rule) if isinstance(part, Term | Clear)), None)
    if term is None:
        return moment
    day = roll(calendar, local.date(), term.roll)
    keep = local.time() if day == local.date() else LAST_SECOND
    return instant(calendar, day, term.end, keep)


def extends(law: Law) -> bool:
    """Whether the rule itself says how far it can be extended."""
    return any(isinstance(part, Extended) for part in _parts(law.rule))


def longest(law: Law, calendar: Calendar, start: datetime) -> datetime:
    """The due moment with every extension that the rule allows (UTC)."""
    return replace(law, rule=_unbound(law.rule)).due(calendar, start)


def _parts(part: Any) -> Iterator[Any]:
    """A rule with all that it is made of; what is usual comes before its variants."""
    if isinstance(part, tuple):
        for item in part:
            yield from _parts(item)
    elif is_dataclass(part):
        yield part
        names = [one.name for one in fields(part)]
        for name in sorted(names, key=lambda name: name not in {"usual", "base"}):
            yield from _parts(getattr(part, name))


def _unbound(part: Any) -> Any:
    """A rule whose extensions are granted as far as they go, whatever they ask for."""
    if isinstance(part, tuple):
        return tuple(map(_unbound, part))
    if isinstance(part, Extended):
        part = replace(part, when=(), asked=())
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: _unbound(getattr(part, f.name)) for f in fields(part)})
    return part
