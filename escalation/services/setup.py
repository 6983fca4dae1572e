"""Calendars, policies and paths as values, kept in the process (tickets.cached).

A calendar carries a table of its working time that grows as it is used, so the values themselves
are kept as long as their text is the same, and outlive the cache.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import structlog

from escalation.clock import OnDay
from escalation.errors import PolicyInvalid
from escalation.hours import Calendar
from escalation.models import (
    CalendarDay,
    Deadline,
    DeadlinePolicy,
    EscalationPath,
    WorkCalendar,
)
from escalation.policies.paths import Path
from escalation.policies.policy import Policy, Subject, Target
from escalation.rules import ESCALATION_WISHES
from escalation.worktime import WorkTimeError
from tickets.cached import Cached
from tickets.catalogue import catalogue
from tickets.models import Team, Ticket

log = structlog.get_logger(__name__)

#: Events after which another policy may be the right one for a ticket.
POLICY_EVENTS = frozenset(
    {"pain_assessed", "pain_overridden", "category_changed", "team_changed", "review_asked",
     "went_external", "customer_merged", "tier_changed"}
)  # fmt: skip

#: The same, where a policy looks at facts.
FACT_EVENTS = frozenset({"facts_set"})
_ALWAYS_HEARD = POLICY_EVENTS | ESCALATION_WISHES
#: Day and night: what was promised for Saturday at ten is late on Saturday after ten.
ALWAYS = Calendar.always()


@dataclass(frozen=True)
class Version:
    """One version of a policy, with the row that it stands in."""

    id: int
    key: str
    number: int
    policy: Policy


@dataclass(frozen=True)
class Setup:
    """All of it, as it is now."""

    active: tuple[Version, ...]
    versions: dict[int, Version]
    calendars: dict[str, Calendar]
    default_calendar: Calendar
    paths: dict[str, Path]
    team_keys: dict[int, str]
    #: Types of events that start, meet, end or pause some target.
    words: frozenset[str]
    #: Paths that are climbed without a clock, by what calls them.
    called: dict[str, Path]
    uses_tier: bool
    uses_facts: bool = False
    #: The key of the default calendar; "" where none is.
    default_key: str = ""
    #: The time zone of each team.
    team_zones: Mapping[int, str] = field(default_factory=dict)

    def version_for(self, ticket: Ticket) -> Version | None:
        """The first active policy that fits the ticket."""
        subject = self.subject_of(ticket)
        return next((v for v in self.active if v.policy.match.fits(subject)), None)

    def subject_of(self, ticket: Ticket) -> Subject:
        """The ticket as policies look at it."""
        return Subject(
            categories=catalogue().entry(ticket.category_id).keys,
            channel=ticket.channel,
            tier=ticket.customer.tier if self.uses_tier else "",
            team=self.team_keys.get(ticket.team_id, ""),
            stage=ticket.stage,
            pain=ticket.pain or 0,
            facts=ticket.facts if self.uses_facts else {},
        )

    def calendar_for(self, version: Version, target: Target, team: int | None = None) -> Calendar:
        """The calendar that a target is counted on; the default one where that is gone. Where none
        is set up, a day that was promised ends by the clock of the `team`.

        A mistake in the setup must not refuse a complaint: escalation.W001 and W002 tell of it.
        """
        if target.any_hour and not target.calendar:
            return ALWAYS
        key = target.calendar or version.policy.calendar
        found = self.calendars.get(key, self.default_calendar)
        if found is ALWAYS and target.until_on:
            return always_in(self.team_zones.get(team or 0, ALWAYS.tz))
        return found

    def counted_by(self, row: Deadline, version: Version, target: Target) -> Calendar:
        """What the time of a row is counted by, as pages show it: its calendar, or for a day that
        was promised all time but the rest of that day after closing."""
        calendar = self.calendar_for(version, target)
        if row.until_on is None or row.extended_to is not None:
            return calendar
        return OnDay(row.until_on).measure(calendar, row.started_at)

    def path_for(self, target: Target, ticket: Ticket | None = None) -> Path | None:
        """The path that is climbed when the target is missed; with a ticket, the steps of it that
        are for this kind of clock, and for the ticket's team and pain."""
        path = self.paths.get(target.path) if target.path else None
        if path is None or ticket is None or not path.is_conditional:
            return path
        team = self.team_keys.get(ticket.team_id, "")
        return path.for_ticket(kind=target.kind.value, team=team, pain=ticket.pain or 0)

    def may_choose_anew(self, event_type: str) -> bool:
        """Whether after such an event another policy may be the right one for a ticket."""
        return event_type in POLICY_EVENTS or (self.uses_facts and event_type in FACT_EVENTS)

    def concerns(self, event_type: str) -> bool:
        """Whether any policy, or escalation itself, cares for events of this type."""
        return (
            event_type in self.words
            or event_type in _ALWAYS_HEARD
            or (self.uses_facts and event_type in FACT_EVENTS)
        )


@lru_cache(maxsize=256)
def always_in(zone: str) -> Calendar:
    """Day and night by the clock of a time zone."""
    return Calendar.always(zone)


@lru_cache(maxsize=256)
def _calendar(text: str) -> Calendar:
    return Calendar.parse(json.loads(text))


@lru_cache(maxsize=1024)
def _policy(text: str, name: str) -> Policy:
    return Policy.parse(json.loads(text), name=name)


@lru_cache(maxsize=256)
def _path(text: str, key: str) -> Path:
    return Path.parse(json.loads(text), key=key)


def read_calendar(data: Any) -> Calendar:
    """A calendar from its data, kept with its table. Raises WorkTimeError."""
    return _calendar(_text(data))


def read_policy(data: Any, name: str) -> Policy:
    """A policy from its data, kept. Raises PolicyInvalid."""
    return _policy(_text(data), name)


def _paths(stored: list[EscalationPath]) -> dict[str, Path]:
    """Every path that can be read; a mistake in one must not refuse a complaint."""
    found = {}
    for row in stored:
        try:
            found[row.key] = _path(_text(row.steps), row.key)
        except PolicyInvalid as error:
            log.warning("path_unusable", path=row.key, error=error.message)
    return found


def _text(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def _load() -> Setup:
    versions: dict[int, Version] = {}
    active: list[Version] = []
    for stored in DeadlinePolicy.objects.order_by("order", "key", "-version"):
        policy = read_policy(stored.data, stored.name)
        version = Version(stored.pk, stored.key, stored.version, policy)
        versions[stored.pk] = version
        if stored.active:
            active.append(version)
    calendars: dict[str, Calendar] = {}
    default_key = ""
    for row in WorkCalendar.objects.prefetch_related("days"):
        try:
            calendar = read_calendar(row.data())
            calendar.require_hours()
        except WorkTimeError as error:
            log.warning("calendar_unusable", calendar=row.key, error=str(error))
            continue
        calendars[row.key] = calendar
        if row.is_default:
            default_key = row.key
    words: set[str] = set()
    for version in versions.values():
        for target in version.policy.targets:
            words |= target.starts | target.meets | target.restarts | target.cancels
            words |= {word for rule in target.pauses for word in rule.begins | rule.ends}
    teams = list(Team.objects.values_list("pk", "key", "time_zone"))
    stored_paths = list(EscalationPath.objects.all())
    paths = _paths(stored_paths)
    return Setup(
        active=tuple(active),
        versions=versions,
        calendars=calendars,
        default_calendar=calendars.get(default_key, ALWAYS),
        paths=paths,
        called={
            caller: paths[p.key] for p in stored_paths if p.key in paths for caller in p.called_by
        },
        team_keys={key: name for key, name, _ in teams},
        team_zones={key: zone for key, _, zone in teams},
        words=frozenset(words),
        uses_tier=any(version.policy.match.tier for version in active),
        uses_facts=any(version.policy.asks_facts for version in active),
        default_key=default_key,
    )


#: Everything that is set up, as it is now; costs nothing most of the time.
setup = Cached(_load, DeadlinePolicy, WorkCalendar, CalendarDay, EscalationPath, Team)
