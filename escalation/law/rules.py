"""Rules of law made of terms: the earlier of two, variants, dated versions, extensions, pauses.

Pure. A rule is a tree of small values that all answer one question, `reckon(case)`: which is the
last day in time, at which instant, and why. `Law` gives such a tree to a deadline clock.

What a rule asks of the case beyond its start are facts by name: the date of an acknowledgement, the
age of an account, the day on which deadlock was declared. A date is in time when it is on or before
the last day of a term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from escalation.conditions import Condition
from escalation.hours import Calendar
from escalation.law.terms import Case, Ending, Reckoned, Roll, Term, instant, named, roll


class Rule(Protocol):
    """A part of a rule of law."""

    def reckon(self, case: Case) -> Reckoned:
        """The last day in time, its instant, and the reasons."""
        ...

    def words(self) -> str:
        """The rule for people."""
        ...


class Requirement(Protocol):
    """A condition of a rule."""

    def holds(self, case: Case) -> bool:
        """Whether the case fulfils it."""
        ...

    def words(self) -> str:
        """The condition for people."""
        ...


@dataclass(frozen=True, slots=True)
class Has:
    """A fact is as it has to be (escalation.conditions)."""

    condition: Condition

    def holds(self, case: Case) -> bool:
        """Whether the fact fits."""
        return self.condition.fits(case.facts)

    def words(self) -> str:
        """The condition for people: "account age days below 30"."""
        condition = self.condition
        said = [f"{word} {bound}" for word, bound in condition.bounds]
        if condition.one_of:
            said.append(" or ".join(map(str, condition.one_of)).lower())
        if condition.missing is not None:
            said.append("not known" if condition.missing else "known")
        return f"{_of((condition.fact,))} {' and '.join(said)}"


@dataclass(frozen=True, slots=True)
class Done:
    """Something was done in time: the fact's day is on or before the last day of a rule.

    What is not known was not done, unless it is `assumed`: then only a date known to be late fails.
    """

    fact: str
    within: Rule
    assumed: bool = False

    def holds(self, case: Case) -> bool:
        """Whether it was done in time."""
        moment = case.moment(self.fact)
        if moment is None:
            return self.assumed
        return in_time(moment, self.within.reckon(case), case.calendar)

    def words(self) -> str:
        """The condition for people."""
        return f"{_of((self.fact,))} within {self.within.words()}"


def in_time(moment: datetime, reckoned: Reckoned, calendar: Calendar) -> bool:
    """Whether something that happened at a moment happened on the last day or before."""
    return calendar.local(moment).date() <= reckoned.day


@dataclass(frozen=True, slots=True)
class On:
    """The day of a fact itself: something has to be done as soon as it happens."""

    facts: tuple[str, ...]
    end: Ending

    def reckon(self, case: Case) -> Reckoned:
        """The day of the fact, or the farthest day there is while it is not known."""
        moment = case.moment(*self.facts)
        name = self.facts[0].replace("_", " ")
        if moment is None:
            return Reckoned(date.max, datetime.max.replace(tzinfo=case.start.tzinfo), ())
        local = case.calendar.local(moment)
        due = instant(case.calendar, local.date(), self.end, local.time())
        return Reckoned(local.date(), due, (f"{name} on {named(local.date())}",))

    def words(self) -> str:
        """The fact for people."""
        return self.facts[0].replace("_", " ")


@dataclass(frozen=True, slots=True)
class EarlierOf:
    """Whichever of its parts ends first; with `later`, last. What is not known doesn't count."""

    parts: tuple[Rule, ...]
    later: bool = False

    def reckon(self, case: Case) -> Reckoned:
        """The deciding part, with the reason that it was."""
        found = [part.reckon(case) for part in self.parts]
        known = [item for item in found if item.reasons]
        if not known:
            return found[0]
        pick = max if self.later else min
        chosen = pick(known, key=lambda item: item.due)
        if len(known) == 1:
            return chosen
        why = f"the {'later' if self.later else 'earlier'} of {len(known)} dates"
        return replace(chosen, reasons=(*chosen.reasons, why))

    def words(self) -> str:
        """All parts for people."""
        joint = ", or if later " if self.later else ", or if earlier "
        return joint.join(part.words() for part in self.parts)


@dataclass(frozen=True, slots=True)
class Variants:
    """The first variant whose conditions all hold, or the usual rule."""

    variants: tuple[tuple[tuple[Requirement, ...], Rule], ...]
    usual: Rule

    def reckon(self, case: Case) -> Reckoned:
        """The result of the variant that fits."""
        for conditions, rule in self.variants:
            if all(condition.holds(case) for condition in conditions):
                why = " and ".join(condition.words() for condition in conditions)
                found = rule.reckon(case)
                return replace(found, reasons=(why, *found.reasons))
        return self.usual.reckon(case)

    def words(self) -> str:
        """The usual rule, then the others."""
        told = [
            f"{rule.words()} if {' and '.join(c.words() for c in conditions)}"
            for conditions, rule in self.variants
        ]
        return "; ".join([self.usual.words(), *told])


@dataclass(frozen=True, slots=True)
class Versions:
    """The rule as it stood on the day of the event. Before the first version, the first counts."""

    versions: tuple[tuple[date, Rule], ...]
    by: tuple[str, ...] = ()

    def reckon(self, case: Case) -> Reckoned:
        """The result of the version in force on the local day of the event."""
        day = case.calendar.local(case.origin(self.by)).date()
        since, rule = self.versions[0]
        for began, version in self.versions:
            if began <= day:
                since, rule = began, version
        found = rule.reckon(case)
        if since == date.min:
            return found
        return replace(found, reasons=(f"as in force from {since}", *found.reasons))

    def words(self) -> str:
        """Each version with its date."""
        return "; ".join(
            rule.words() if since == date.min else f"{rule.words()} from {since}"
            for since, rule in self.versions
        )


@dataclass(frozen=True, slots=True)
class Extended:
    """A rule with a longer time, where it is allowed: at most `by`, from its last day on.

    A fact named by `asked` may say how many units were granted, or until which day; never more than
    the most that is allowed.
    """

    base: Rule
    by: Term
    when: tuple[Requirement, ...] = ()
    asked: tuple[str, ...] = ()

    def reckon(self, case: Case) -> Reckoned:
        """The extended day, or the unextended one with the reason why it stays."""
        base = self.base.reckon(case)
        for condition in self.when:
            if not condition.holds(case):
                why = f"not extended: {condition.words()} does not hold"
                return replace(base, reasons=(*base.reasons, why))
        term = self._granted(case)
        start = case.calendar.resolve(datetime.combine(base.day, datetime.min.time()))
        longer = replace(term, since=()).reckon(Case(case.calendar, start, case.facts))
        if (moment := case.moment(*self.asked)) is not None:
            day = max(min(case.calendar.local(moment).date(), longer.day), base.day)
            due = instant(case.calendar, day, self.by.end, datetime.min.time())
            longer = Reckoned(day, due, (f"extended to {named(day)}",))
        reasons = (*base.reasons, f"extended by {term.amount()}", *longer.reasons[1:])
        return Reckoned(longer.day, longer.due, reasons)

    def _granted(self, case: Case) -> Term:
        for name in self.asked:
            count = case.facts.get(name)
            if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
                return replace(self.by, count=min(count, self.by.count))
        return self.by

    def words(self) -> str:
        """The rule with its extension."""
        return f"{self.base.words()}; extended by at most {self.by.amount()}"


@dataclass(frozen=True, slots=True)
class Halted:
    """A rule whose time stands still between two facts: the days between them are added."""

    base: Rule
    start: tuple[str, ...]
    end: tuple[str, ...]
    roll: Roll = Roll.NONE
    working: bool = False

    def reckon(self, case: Case) -> Reckoned:
        """The later day. What began to wait after the last day, or still waits, adds nothing."""
        calendar, found = case.calendar, self.base.reckon(case)
        day, reasons = found.day, found.reasons
        asked, answered = case.moment(*self.start), case.moment(*self.end)
        if asked is not None and answered is not None:
            low, high = calendar.local(asked).date(), calendar.local(answered).date()
            if low < high and low <= found.day:
                day = self._later(calendar, day, low, high)
                reasons = (*reasons, f"stood still {named(low)} to {named(high)}: {named(day)}")
        rolled = roll(calendar, day, self.roll)
        if rolled != day:
            reasons = (*reasons, f"no working day: moved to {named(rolled)}")
        if rolled == found.day:
            return found
        clock = calendar.local(found.due).time()
        return Reckoned(rolled, calendar.resolve(datetime.combine(rolled, clock)), reasons)

    def _later(self, calendar: Calendar, day: date, low: date, high: date) -> date:
        if self.working:
            return calendar.add_days(day, calendar.days_between(low, high))
        return day + (high - low)

    def words(self) -> str:
        """The rule with what halts it."""
        return f"{self.base.words()}; stands still from {_of(self.start)} to {_of(self.end)}"


@dataclass(frozen=True, slots=True)
class Every:
    """A duty that comes back: each time so long after the last time it was done.

    The facts named by `last` say when that was, `number` which occurrence is meant, counted from
    the start; without either the first one is.
    """

    term: Term
    last: tuple[str, ...] = ()
    number: tuple[str, ...] = ()

    def reckon(self, case: Case) -> Reckoned:
        """The next day on which it has to be done."""
        occurrence = next((n for n in map(case.facts.get, self.number) if isinstance(n, int)), 1)
        case = Case(case.calendar, case.origin(self.last), case.facts)
        return self.nth(case, max(occurrence, 1))

    def nth(self, case: Case, number: int) -> Reckoned:
        """The occurrence of that number, counted from the start of the case."""
        found = self.term.reckon(case)
        for _ in range(number - 1):
            noon = case.calendar.resolve(datetime.combine(found.day, datetime.min.time()))
            found = replace(self.term, since=()).reckon(Case(case.calendar, noon, case.facts))
        return replace(found, reasons=(*found.reasons, f"comes back every {self.term.amount()}"))

    def words(self) -> str:
        """The duty for people."""
        return f"every {self.term.words()}"


@dataclass(frozen=True, slots=True)
class Law:
    """A rule of law as the length of a deadline.

    It is a limit in real time: closed hours after it are late, and while it may stand still a pause
    moves it by the clock on the wall (`exact`). The facts of a ticket are bound by `given`.
    """

    rule: Rule
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)
    exact: bool = True

    @property
    def asks(self) -> frozenset[str]:
        """Names of the facts that it looks at: when one of them changes, its due moment may."""
        return frozenset(_asked(self.rule))

    def given(self, facts: Mapping[str, Any]) -> Law:
        """The same length for a ticket with these facts."""
        return replace(self, facts={name: facts[name] for name in self.asks if name in facts})

    def reckon(self, calendar: Calendar, start: datetime) -> Reckoned:
        """The last day, its instant and the reasons."""
        return self.rule.reckon(Case(calendar, start, self.facts))

    def due(self, calendar: Calendar, start: datetime) -> datetime:
        """The deadline of a clock that starts at `start` and never stands still (UTC)."""
        return self.reckon(calendar, start).due

    def words(self) -> str:
        """The length for people."""
        return self.rule.words()


def _asked(part: Any) -> Iterator[str]:
    """Names of facts in a part of a rule: wherever names stand together, facts are meant."""
    if isinstance(part, Condition):
        yield part.fact
    elif isinstance(part, tuple):
        for item in part:
            if isinstance(item, str):
                yield item
            else:
                yield from _asked(item)
    elif is_dataclass(part):
        if isinstance(part, Done):
            yield part.fact
        for one in fields(part):
            yield from _asked(getattr(part, one.name))


def _of(names: tuple[str, ...]) -> str:
    return names[0].replace("_", " ")
