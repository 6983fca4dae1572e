"""What is set up, with a draft of a policy or calendar in place of the one that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from escalation.errors import PolicyInvalid
from escalation.hours import Calendar
from escalation.models import DeadlinePolicy
from escalation.policy import Policy
from escalation.services.setup import Setup, Version, setup
from escalation.worktime import WorkTimeError

#: Of a draft, which has no row.
DRAFT = 0


def setup_with(draft: Mapping[str, Any]) -> Setup:
    """The setup as it would be: `{"policies": [{key, data, order, name, active}], "calendars":
    [{key, data, is_default}]}`. Raises PolicyInvalid, naming the place."""
    rules = setup()
    for item in draft.get("calendars", []):
        rules = _with_calendar(rules, item)
    for number, item in enumerate(draft.get("policies", [])):
        rules = _with_policy(rules, item, DRAFT - number)
    return rules


def _with_calendar(rules: Setup, item: Mapping[str, Any]) -> Setup:
    key = str(item["key"])
    try:
        calendar = Calendar.parse(item["data"])
        calendar.require_hours()
    except WorkTimeError as error:
        raise PolicyInvalid(f"calendar {key}: {error}", field="calendar.data") from error
    was = rules.calendars.get(key)
    default = rules.default_calendar
    if item.get("is_default") or (was is not None and was is default):
        default = calendar
    calendars = {**rules.calendars, key: calendar}
    return replace(rules, calendars=calendars, default_calendar=default)


def _with_policy(rules: Setup, item: Mapping[str, Any], row: int) -> Setup:
    key = str(item["key"])
    orders = dict(DeadlinePolicy.objects.filter(active=True).values_list("key", "order"))
    numbers = [version.number for version in rules.versions.values() if version.key == key]
    policy = Policy.parse(item["data"], name=str(item.get("name") or key))
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
        uses_facts=any(one.policy.match.facts for one in active),
    )
