"""Deadlines from a ticket's events alone, as the stored rows are judged by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from escalation.derive import POLICY_CHANGED, Reckoning, Told
from escalation.hours import Calendar
from escalation.models import Deadline
from escalation.policies.policy import Policy, Subject, Target
from escalation.services.clocks import TOLD
from escalation.services.setup import Setup
from escalation.services.telling import tell
from tickets.models import Event
from tickets.state import fold
from tickets.values import json_value


@dataclass(frozen=True)
class Era:
    """What was set up from one moment on, after the event `seq` of a ticket; open deadlines were
    worked out anew then."""

    seq: int
    at: dt.datetime
    rules: Setup


def policy_of(rules: Setup, state: dict[str, Any]) -> Policy:
    """The policy that a ticket in this state has, by its events: its stage and its pain."""
    subject = Subject(stage=state.get("stage", "1"), pain=state.get("pain") or 0)
    return next(v.policy for v in rules.active if v.policy.match.fits(subject))


def reckon(events: Iterable[Event], rules: Setup, eras: Iterable[Era] = ()) -> Reckoning:
    """All deadlines from the events alone. `rules` is what was set up at first."""
    state: dict[str, Any] = {}
    status = "new"
    made: Reckoning | None = None
    coming = list(eras)
    newest = coming[-1].rules if coming else rules
    policies = {key: version.policy for key, version in newest.versions.items()}

    def calendars(_: Policy, target: Target) -> Calendar:
        return rules.calendar_for(rules.active[0], target)

    def begin_eras(seq: int | None) -> None:
        nonlocal rules
        while coming and (seq is None or coming[0].seq < seq):
            era = coming.pop(0)
            rules = era.rules
            if made is not None:
                made._switch(policy_of(rules, state), Told(POLICY_CHANGED, era.at, status))

    listed = list(events)
    heard = iter(list(tell(listed)))
    for event in listed:
        begin_eras(event.seq)
        state |= event.changes
        status = state.get("status") or status
        if not any(tell([event])):
            continue
        one, policy = next(heard), policy_of(rules, state)
        anew = rules.may_choose_anew(event.type) and not one.machine
        made = made or Reckoning(policy, calendars, versions=policies)
        made.take(one, policy if anew else None)
    begin_eras(None)
    if made is None:
        raise LookupError("nothing happened to this ticket")
    return made


def differences(
    rows: Sequence[Deadline], made: Reckoning, rules: Setup, *, now: dt.datetime
) -> list[str]:
    """What of the stored rows is not what the events give, in words; `rules` as they are now."""
    runs = {(*run.key, run.started_at): run for run in made.runs}
    stored = {(row.kind, row.subject, row.started_at): row for row in rows}
    if sorted(runs) != sorted(stored) or len(runs) != len(made.runs) or len(stored) != len(rows):
        return [f"rows {sorted(stored)}, by the events {sorted(runs)}"]
    wrong = []
    for key, row in stored.items():
        run = runs[key]
        clock = run.clock(made.calendars).at(row.ended_at or now)
        pairs: dict[str, tuple[object, object]] = {
            "ended": (row.ended_at, run.ended_at),
            "met": (row.met_at is not None, run.met),
            "due": (row.due_at, clock.due()),
            "policy": (rules.versions[row.policy_id].policy, run.policy),
        }
        if row.is_open:
            pairs["paused since"] = (row.paused_since, clock.paused_since(now))
        wrong += [
            f"{key}: {what} {got}, by the events {expected}"
            for what, (got, expected) in pairs.items()
            if got != expected
        ]
    return wrong


def unfolded(rows: Sequence[Deadline], events: Sequence[Event]) -> list[str]:
    """What of the stored rows is not the fold of the ticket's events, in words."""
    told = {k: v for k, v in fold(events).items() if k.startswith("deadlines.")}
    stored = {
        f"deadlines.{row.pk}.{name}": json_value(getattr(row, name))
        for row in rows
        for name in TOLD
        if getattr(row, name)
    }
    return [
        f"{path}: stored {stored.get(path)}, by the events {told.get(path)}"
        for path in sorted(stored.keys() | told.keys())
        if stored.get(path) != told.get(path)
    ]
