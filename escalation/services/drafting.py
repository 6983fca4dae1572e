"""What is set up, with a draft of a policy or calendar in place of the one that stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from escalation.errors import PolicyInvalid
from escalation.models import DeadlinePolicy, WorkCalendar
from escalation.services.setup import ALWAYS, Setup, Version, read_calendar, read_policy, setup
from escalation.worktime import WorkTimeError

#: Of a draft, which has no row.
DRAFT = 0


def setup_with(draft: Mapping[str, Any]) -> Setup:
    """The setup as it would be: `{"policies": [{key, data, order, name, active}], "calendars":
    [{key, data, is_default}]}`. Raises PolicyInvalid, naming the place.

    `joins` of a calendar are keys, as they are stored, or calendars written out. Those that join a
    drafted one, directly or through others, are as they would be too.
    """
    rules = setup()
    if calendars := draft.get("calendars"):
        rules = _with_calendars(rules, calendars)
    for number, item in enumerate(draft.get("policies", [])):
        rules = _with_policy(rules, item, DRAFT - number)
    return rules


def draft_of_calendar(row: WorkCalendar) -> dict[str, Any]:
    """A calendar with its special days, as it stands in the database, as a draft."""
    data = row.data() | {"joins": list(row.joins)}
    return {"calendars": [{"key": row.key, "data": data, "is_default": row.is_default}]}


def draft_of_policy(row: DeadlinePolicy) -> dict[str, Any]:
    """The version of a policy that counts, as a draft; `row` itself where none is active."""
    row = DeadlinePolicy.objects.filter(key=row.key, active=True).first() or row
    item = {"key": row.key, "name": row.name, "order": row.order, "active": row.active}
    return {"policies": [item | {"data": row.data}]}


# -- calendars ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Own:
    """A calendar without those that it joins, and these: keys, or calendars written out."""

    data: Mapping[str, Any]
    joins: tuple[Any, ...]

    @property
    def keys(self) -> set[str]:
        return {one for one in self.joins if isinstance(one, str)}


def _with_calendars(rules: Setup, items: Iterable[Mapping[str, Any]]) -> Setup:
    stored = WorkCalendar.objects.prefetch_related("days")
    known = {row.key: _Own(row.data(alone=True), tuple(row.joins)) for row in stored}
    drafted: set[str] = set()
    default = rules.default_key
    for item in items:
        key, data = str(item["key"]), item["data"]
        drafted.add(key)
        joins = data.get("joins") or ()
        if not isinstance(joins, list | tuple):
            raise PolicyInvalid(f"calendar {key}: joins is a list", field="calendar.data")
        known[key] = _Own({**data, "joins": []}, tuple(joins))
        if missing := sorted(known[key].keys - set(known)):
            raise PolicyInvalid(
                f"calendar {key}: There is no other calendar {missing[0]}.", field="calendar.data"
            )
        if "is_default" in item:
            was = "" if default == key else default
            default = key if item["is_default"] else was
    calendars = dict(rules.calendars)
    for key in _concerned(known, drafted):
        try:
            calendar = read_calendar(_joined(known, key, frozenset()))
            calendar.require_hours()
        except WorkTimeError as error:
            raise PolicyInvalid(f"calendar {key}: {error}", field="calendar.data") from error
        calendars[key] = calendar
    return replace(
        rules,
        calendars=calendars,
        default_key=default,
        default_calendar=calendars.get(default, ALWAYS),
    )


def _concerned(known: Mapping[str, _Own], drafted: set[str]) -> set[str]:
    """The drafted calendars, and all that join one of them."""
    found = set(drafted)
    while more := {key for key, own in known.items() if own.keys & found} - found:
        found |= more
    return found


def _joined(known: Mapping[str, _Own], key: str, within: frozenset[str]) -> dict[str, Any]:
    """A calendar with what it joins, as WorkCalendar.data() has it."""
    own = known[key]
    within = within | {key}
    joins = [one for one in own.joins if not isinstance(one, str)]
    joins += [_joined(known, one, within) for one in sorted(own.keys - within) if one in known]
    return {**own.data, "joins": joins}


# -- policies -------------------------------------------------------------------------------------


def _with_policy(rules: Setup, item: Mapping[str, Any], row: int) -> Setup:
    key = str(item["key"])
    orders = dict(DeadlinePolicy.objects.filter(active=True).values_list("key", "order"))
    numbers = [version.number for version in rules.versions.values() if version.key == key]
    try:
        policy = read_policy(item["data"], str(item.get("name") or key))
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise PolicyInvalid(f"The policy can't be read: {error}.", field="policy.data") from error
    for name in {policy.calendar, *(target.calendar for target in policy.targets)} - {""}:
        if name not in rules.calendars:
            raise PolicyInvalid(f"There is no calendar {name}.", field="policy.data.calendar")
    version = Version(row, key, max(numbers, default=0) + 1, policy)
    active = [other for other in rules.active if other.key != key]
    if item.get("active", True):
        orders[key] = int(item.get("order", orders.get(key, 100)))
        active.append(version)
        active.sort(key=lambda one: (orders.get(one.key, 100), one.key))
    return replace(
        rules,
        active=tuple(active),
        versions={**rules.versions, row: version},
        uses_tier=any(one.policy.match.tier for one in active),
        uses_facts=any(one.policy.asks_facts for one in active),
    )
