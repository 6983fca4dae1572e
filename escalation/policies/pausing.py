"""What pauses a target, why, and for how long at most. Pure.

A rule is about statuses of the ticket, where wanted with words of what is awaited, or about a pair
of events (an exception that is asked back, and answered).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from escalation.clock import Pause
from escalation.law.lengths import real_time
from escalation.reading import only, words, wrong

NOTHING = timedelta()
#: The reason of the time between the end of a ticket and its reopening. It has no longest time.
CLOSED_TIME = "closed"
_KEYS = {"on", "because", "from", "until", "reason", "at_most", "in_all"}


@dataclass(frozen=True, slots=True)
class PauseRule:
    """One thing that pauses a target. `at_most` limits each pause, `in_all` those of a deadline
    with this reason together; both are real time."""

    reason: str
    on: frozenset[str] = frozenset()
    because: tuple[str, ...] = ()
    begins: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    at_most: timedelta | None = None
    in_all: timedelta | None = None

    def holds(self, status: str, why: str) -> bool:
        """Whether a ticket in this status, that waits for `why`, is meant."""
        if status not in self.on:
            return False
        text = why.casefold()
        return not self.because or any(word in text for word in self.because)

    def limit(self, start: datetime, before: Iterable[Pause]) -> datetime | None:
        """Until when a pause that begins at `start` can last, after those `before` it.

        `start` itself where nothing is left; None where there is no longest time.
        """
        found = [] if self.at_most is None else [start + self.at_most]
        if self.in_all is not None:
            spent = sum((_length(p) for p in before if p.reason == self.reason), NOTHING)
            found.append(start + max(self.in_all - spent, NOTHING))
        return min(found, default=None)


def _length(pause: Pause) -> timedelta:
    return pause.until - pause.start if pause.until is not None else NOTHING


def rule_for(rules: Sequence[PauseRule], status: str, why: str) -> PauseRule | None:
    """The first rule that this status, and what is awaited, fits."""
    return next((rule for rule in rules if rule.holds(status, why)), None)


# -- reading --------------------------------------------------------------------------------------


def read_pauses(
    item: Mapping[str, Any], usual: tuple[PauseRule, ...], where: str
) -> tuple[PauseRule, ...]:
    """The pauses of a target's data. Raises PolicyInvalid, naming the place.

    `pauses` is a mapping of a status to the longest time (null: as long as it takes), or a list of
    rules. The short form is `pauses_on` (statuses) with one `max_pause` for all.
    """
    longest = item.get("max_pause")
    most = None if longest is None else real_time(longest, f"{where}.max_pause")
    if "pauses" in item:
        if "pauses_on" in item or longest is not None:
            raise wrong(f"{where}.pauses", "instead of pauses_on and max_pause, not beside them")
        return _rules(item["pauses"], f"{where}.pauses")
    if "pauses_on" in item:
        statuses = words(item["pauses_on"], f"{where}.pauses_on")
        return tuple(PauseRule(status, frozenset({status}), at_most=most) for status in statuses)
    if most is None:
        return usual
    return tuple(
        PauseRule(r.reason, r.on, r.because, r.begins, r.ends, most, r.in_all) for r in usual
    )


def _rules(data: Any, where: str) -> tuple[PauseRule, ...]:
    if isinstance(data, Mapping):
        data = [{"on": status, "at_most": most} for status, most in data.items()]
    if not isinstance(data, list | tuple):
        raise wrong(where, "a mapping of statuses, or a list of rules")
    rules = tuple(_rule(item, f"{where}[{i}]") for i, item in enumerate(data))
    bare = [status for rule in rules if not rule.because for status in rule.on]
    for status in bare:
        if bare.count(status) > 1:
            raise wrong(where, f"{status} stands there twice without a reason to tell them apart")
    return rules


def _rule(item: Any, where: str) -> PauseRule:
    if not isinstance(item, Mapping):
        raise wrong(where, "a rule is a mapping, such as {on: waiting_customer, at_most: 28d}")
    only(item, _KEYS, where)
    on = frozenset(words(item.get("on", []), f"{where}.on"))
    begins = frozenset(words(item.get("from", []), f"{where}.from"))
    ends = frozenset(words(item.get("until", []), f"{where}.until"))
    if bool(on) == bool(begins) or bool(begins) != bool(ends):
        raise wrong(where, "either `on` statuses, or `from` an event `until` another")
    because = tuple(word.casefold() for word in words(item.get("because", []), f"{where}.because"))
    if begins and because:
        raise wrong(f"{where}.because", "is for statuses, not for events")
    reason = str(item.get("reason") or (because or sorted(on or begins))[0])
    return PauseRule(
        reason=reason[:100],
        on=on,
        because=because,
        begins=begins,
        ends=ends,
        at_most=_time(item.get("at_most"), f"{where}.at_most"),
        in_all=_time(item.get("in_all"), f"{where}.in_all"),
    )


def _time(value: Any, where: str) -> timedelta | None:
    return None if value is None else real_time(value, where)
