"""System checks of what escalation needs."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from escalation.actions import ACTIONS
from escalation.errors import PolicyInvalid
from escalation.hours import Calendar
from escalation.models import DeadlinePolicy, EscalationPath, WorkCalendar
from escalation.policies.paths import ACTIONS as KNOWN
from escalation.policies.policy import Policy
from escalation.worktime import WorkTimeError


@register
def every_action_exists(**_: Any) -> Sequence[CheckMessage]:
    """escalation.E001: the words of the path language are the actions that there are."""
    if set(KNOWN) != set(ACTIONS):
        wrong = ", ".join(sorted(set(KNOWN) ^ set(ACTIONS)))
        return [Error(f"Escalation actions without word or deed: {wrong}", id="escalation.E001")]
    return []


@register(Tags.database)
def configuration_is_sound(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """escalation.W001/W002: calendars have hours, policies can be read and name what exists."""
    found: list[CheckMessage] = []
    try:
        calendars = list(WorkCalendar.objects.all())
        policies = list(DeadlinePolicy.objects.filter(active=True))
        paths = set(EscalationPath.objects.values_list("key", flat=True))
    except DatabaseError:
        return []  # not migrated yet
    keys = {calendar.key for calendar in calendars}
    for calendar in calendars:
        if not _opens(calendar):
            found.append(
                checks.Warning(f"Calendar {calendar.key} never opens.", id="escalation.W001")
            )
    for policy in policies:
        try:
            parsed = Policy.parse(policy.data, name=policy.name)
        except PolicyInvalid as error:
            found.append(checks.Warning(f"Policy {policy.key}: {error}", id="escalation.W002"))
            continue
        named = {parsed.calendar, *(t.calendar for t in parsed.targets)} - {""} - keys
        named |= {t.path for t in parsed.targets} - {""} - paths
        if named:
            missing = ", ".join(sorted(named))
            found.append(
                checks.Warning(
                    f"Policy {policy.key} names what is not there: {missing}", id="escalation.W002"
                )
            )
    return found


def _opens(calendar: WorkCalendar) -> bool:
    try:
        return Calendar.parse(calendar.data()).ever_opens()
    except WorkTimeError:
        return False
