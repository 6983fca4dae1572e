"""Deadlines from a ticket's events alone, as the stored rows are judged by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from escalation.derive import Reckoning
from escalation.hours import Calendar
from escalation.models import Deadline
from escalation.policies.policy import Policy, Subject, Target
from escalation.services.setup import Setup
from escalation.services.telling import tell
from tickets.models import Event


def policy_of(rules: Setup, state: dict[str, Any]) -> Policy:
    """The policy that a ticket in this state has, by its events: its stage and its pain."""
    subject = Subject(stage=state.get("stage", "1"), pain=state.get("pain") or 0)
    return next(v.policy for v in rules.active if v.policy.match.fits(subject))


def reckon(events: Iterable[Event], rules: Setup) -> Reckoning:
    """All deadlines from the events alone."""
    state: dict[str, Any] = {}
    made: Reckoning | None = None

    def calendars(_: Policy, target: Target) -> Calendar:
        return rules.calendar_for(rules.active[0], target)

    policies = []
    heard = []
    listed = list(events)
    for event in listed:
        state |= event.changes
        if any(tell([event])):
            heard.append(event)
            policies.append(policy_of(rules, state))
    for event, policy, one in zip(heard, policies, tell(listed), strict=True):
        anew = rules.may_choose_anew(event.type) and not one.machine
        made = made or Reckoning(policy, calendars)
        made.take(one, policy if anew else None)
    if made is None:
        raise LookupError("nothing happened to this ticket")
    return made


def differences(
    rows: Sequence[Deadline], made: Reckoning, rules: Setup, *, now: dt.datetime
) -> list[str]:
    """What of the stored rows is not what the events give, in words."""
    runs = {(*run.key, run.started_at): run for run in made.runs}
    stored = {(row.kind, row.subject, row.started_at): row for row in rows}
    if sorted(runs) != sorted(stored) or len(runs) != len(made.runs) or len(stored) != len(rows):
        return [f"rows {sorted(stored)}, by the events {sorted(runs)}"]
    wrong = []
    for key, row in stored.items():
        run = runs[key]
        clock = run.clock(made.calendars).at(row.ended_at or now)
        pairs = {
            "ended": (row.ended_at, run.ended_at),
            "met": (row.met_at is not None, run.met),
            "due": (row.due_at, clock.due()),
            "policy": (rules.versions[row.policy_id].policy.name, run.policy.name),
        }
        if row.is_open:
            pairs["paused since"] = (row.paused_since, clock.paused_since(now))
        wrong += [
            f"{key}: {what} {got}, by the events {expected}"
            for what, (got, expected) in pairs.items()
            if got != expected
        ]
    return wrong
