"""From what happened to a ticket to its clocks: what started, ended and paused each.

Pure. `Replay` takes happenings one by one, in order, and answers with the clocks of every kind at
any point; a change of targets or calendar derives them anew from the same starts. The rows in the
database are kept step by step as things happen; this is the independent reckoning of the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from escalation.clock import Clock, Length, Pause
from escalation.hours import Calendar
from escalation.policies.kinds import Kind


class What(StrEnum):
    """What can happen, as far as clocks care."""

    CREATED = "created"
    ACKNOWLEDGED = "acknowledged"
    CUSTOMER_WROTE = "customer_wrote"
    WE_WROTE = "we_wrote"
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `counts_for` limits which clocks a message of ours meets."""

    at: datetime
    what: What
    by_customer: bool = False
    counts_for: frozenset[Kind] | None = None

    def counts(self, kind: Kind) -> bool:
        """Whether a message of ours meets clocks of this kind."""
        return self.counts_for is None or kind in self.counts_for


@dataclass(slots=True)
class Run:
    """One run of a clock: `next_reply` and `next_update` have several in a ticket's life."""

    kind: Kind
    started_at: datetime
    ended_at: datetime | None = None


DEFAULT_PAUSING = frozenset({Kind.NEXT_REPLY, Kind.NEXT_UPDATE, Kind.DECIDE, Kind.RESOLVE})


@dataclass(slots=True)
class Replay:
    """The clocks of one ticket, grown happening by happening."""

    calendar: Calendar
    lengths: Mapping[Kind, Length]
    pausing: frozenset[Kind] = DEFAULT_PAUSING
    # With `any_contact`, `next_update` runs from the start and anew from a message of either side.
    any_contact: bool = False
    runs: list[Run] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    waiting_since: datetime | None = None
    closed_at: datetime | None = None

    def apply(self, happening: Happening) -> None:
        """Take the next thing that happened."""
        at = happening.at
        match happening.what:
            case What.CREATED:
                self._create(happening)
            case What.ACKNOWLEDGED:
                self._end(Kind.ACKNOWLEDGE, at)
            case What.CUSTOMER_WROTE:
                self._customer_wrote(at)
            case What.WE_WROTE:
                self._we_wrote(happening)
            case What.WAITING:
                self.waiting_since = self.waiting_since or at
            case What.OPEN | What.REOPENED:
                self._go_on(at)
            case What.CLOSED:
                self.closed_at = self.closed_at or at

    def clocks(self, kind: Kind) -> list[Clock]:
        """The clocks of a kind so far, oldest first; none when there is no target for it."""
        length = self.lengths.get(kind)
        if length is None:
            return []
        pauses = tuple(self.all_pauses()) if kind in self.pausing else ()
        return [
            Clock(
                calendar=self.calendar,
                length=length,
                started_at=run.started_at,
                pauses=pauses,
                ended_at=run.ended_at or self.closed_at,
                cancelled=run.ended_at is None and kind is not Kind.RESOLVE,
            )
            for run in self.runs
            if run.kind is kind
        ]

    def running(self, kind: Kind) -> bool:
        """Whether a clock of this kind is open, paused or not."""
        return self.closed_at is None and self._running(kind) is not None

    # -- inside -----------------------------------------------------------------------------------

    def _create(self, happening: Happening) -> None:
        for kind in (Kind.ACKNOWLEDGE, Kind.FIRST_RESPONSE, Kind.RESOLVE):
            self._start(kind, happening.at)
        if self.any_contact:
            self._start(Kind.NEXT_UPDATE, happening.at)
        if happening.by_customer:
            self._start(Kind.NEXT_REPLY, happening.at)

    def _customer_wrote(self, at: datetime) -> None:
        if self._running(Kind.NEXT_REPLY) is None:
            self._start(Kind.NEXT_REPLY, at)
        if self.any_contact:
            self._restart(Kind.NEXT_UPDATE, at)

    def _we_wrote(self, happening: Happening) -> None:
        if happening.counts(Kind.FIRST_RESPONSE):
            self._end(Kind.FIRST_RESPONSE, happening.at)
        if happening.counts(Kind.NEXT_REPLY):
            self._end(Kind.NEXT_REPLY, happening.at)
        if happening.counts(Kind.NEXT_REPLY) or happening.counts(Kind.NEXT_UPDATE):
            self._restart(Kind.NEXT_UPDATE, happening.at)

    def _go_on(self, at: datetime) -> None:
        """The ticket is worked on again: what held it becomes a pause."""
        if (pause := self._holding()) is not None:
            self.pauses.append(Pause(pause.start, at, None, pause.reason))
        self.waiting_since = self.closed_at = None

    def _holding(self) -> Pause | None:
        if self.waiting_since is not None:
            return Pause(self.waiting_since, None, None, "waiting")
        if self.closed_at is not None:
            return Pause(self.closed_at, None, None, "closed")
        return None

    def all_pauses(self) -> list[Pause]:
        """Every pause so far, the one that holds the ticket now last."""
        holding = self._holding()
        return [*self.pauses, holding] if holding is not None else self.pauses

    def _running(self, kind: Kind) -> Run | None:
        for run in reversed(self.runs):
            if run.kind is kind and run.ended_at is None:
                return run
        return None

    def _start(self, kind: Kind, at: datetime) -> None:
        self.runs.append(Run(kind, at))

    def _end(self, kind: Kind, at: datetime) -> None:
        if (run := self._running(kind)) is not None:
            run.ended_at = at

    def _restart(self, kind: Kind, at: datetime) -> None:
        self._end(kind, at)
        self._start(kind, at)
