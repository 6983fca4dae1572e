"""A ticket's past lived again under another setup, in memory: what its deadlines would have been.

The events of the ticket are told once more to the same code that heard them in earnest
(`escalation.services.tracking`), on a ticket put back to its beginning. So a draft is tried by the
very rules it would be run by. Nothing is read beside what is handed in, and nothing is written.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from escalation.clock import Status
from escalation.derive import MERGED
from escalation.models import Deadline
from escalation.rules import EscalationEvent
from escalation.services import adopting, tracking
from escalation.services.clocks import Clocks
from tickets.actors import SYSTEM
from tickets.change import Change, Changes, Unit
from tickets.models import Event, Ticket

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """How one deadline ended, or stands: `status` is "kept", "missed", "open" or "ended" (it was
    no longer needed)."""

    kind: str
    subject: str
    status: str
    started_at: dt.datetime
    due_at: dt.datetime
    policy_id: int


class _Nowhere(Unit):
    """A unit whose rows stay in memory: all of them count as waiting to be inserted, for ever."""

    def __init__(self, now: dt.datetime) -> None:
        super().__init__(now)
        self._keys = itertools.count(1)

    def add(self, row: M) -> M:
        row.pk = row.pk or next(self._keys)
        return row

    def is_pending(self, row: models.Model) -> bool:
        return True

    def save(self, row: models.Model, *fields: str) -> None:
        """It holds its new values already."""

    def write(self, row: models.Model, *fields: str) -> None:
        """It holds its new values already."""

    def flush(self) -> None:
        """Nothing is ever written."""

    def settle(self) -> None:
        """Nothing is ever written."""


class _Rehearsal(Change):
    """A change that nobody hears of."""

    def all(self, model: type[M]) -> list[M]:
        return self._rows.setdefault(model, [])  # type: ignore[return-value]

    def read(self, find: Callable[[list[Ticket]], Mapping[int, T]]) -> T | None:
        return None

    def record(
        self,
        type_: str,
        *,
        data: Mapping[str, Any] | None = None,
        changes: Changes | None = None,
        at: dt.datetime | None = None,
        **_: Any,
    ) -> Event:
        self._unrecorded = {}
        return Event(ticket=self.ticket, type=str(type_), at=at or self.now, data=dict(data or {}))

    def enqueue(self, *_: Any, **__: Any) -> None:
        """Nothing leaves."""

    def alert(self, *_: Any, **__: Any) -> None:
        """Nobody is rung."""


def rehearse(ticket: Ticket, events: Sequence[Event], *, now: dt.datetime) -> list[Outcome]:
    """The deadlines that the ticket would have had under the setup in force, as of `now`.

    `events` are all of the ticket's, in order; the ticket comes with its customer.
    """
    if not events:
        return []
    past = _beginning(ticket, events)
    unit = _Nowhere(events[0].recorded_at)
    change = _Rehearsal(unit, past, SYSTEM)
    # Where another policy comes, what would run is taken from the events before.
    change.known(Event, list(events))
    for event in events:
        unit.now = event.recorded_at
        _apply(past, event.changes)
        if event.type == EscalationEvent.DEADLINE_EXTENDED:
            _extend(Clocks(change), event)
        elif event.type == EscalationEvent.DEADLINES_ADOPTED:
            adopting.take(Clocks(change), event.data, at=event.at, earnest=False)
        elif event.type == EscalationEvent.DEADLINES_CANCELLED and event.data.get("moved"):
            _move(Clocks(change), event)
        tracking.react(change, event)
    unit.now = now
    clocks = Clocks(change)
    return [outcome(row, breached=_is_breached(clocks, row, now=now)) for row in clocks.rows]


def outcome(row: Deadline, *, breached: bool) -> Outcome:
    """How a deadline ended or stands; a breach stays when it was met late. One that another ticket
    answers for is counted there."""
    status = "ended"
    if row.counted_on_id is not None:
        status = "open" if row.is_open else "ended"
    elif breached:
        status = "missed"
    elif row.status == Status.MET:
        status = "kept"
    elif row.is_open:
        status = "open"
    return Outcome(row.kind, row.subject, status, row.started_at, row.due_at, row.policy_id)


def paired(
    before: Iterable[Outcome], after: Iterable[Outcome]
) -> Iterator[tuple[Outcome | None, Outcome | None]]:
    """The same promise on both sides: the first reply with the first, promise 7 with promise 7."""
    sides: dict[tuple[str, str], tuple[list[Outcome], list[Outcome]]] = {}
    for place, outcomes in enumerate((before, after)):
        for one in sorted(outcomes, key=lambda o: o.started_at):
            sides.setdefault((one.kind, one.subject), ([], []))[place].append(one)
    for left, right in sides.values():
        yield from itertools.zip_longest(left, right)


def _is_breached(clocks: Clocks, row: Deadline, *, now: dt.datetime) -> bool:
    if row.breached_at is not None or not row.is_open:
        return row.breached_at is not None
    at = clocks.clock_of(row).at(now).breach_at()
    return at is not None and at < now


# -- the ticket's past --------------------------------------------------------------------------


def _beginning(ticket: Ticket, events: Sequence[Event]) -> Ticket:
    """The ticket as it was before its first event: what was replaced is put back, newest first."""
    past = copy.copy(ticket)
    past.facts, past.factors = dict(ticket.facts), dict(ticket.factors)
    past.historical = False  # measured like all others
    for event in reversed(events):
        _apply(past, event.before())
    return past


_COLUMNS = {
    field.name: field
    for field in Ticket._meta.concrete_fields
    if field.name not in {"id", "number"}
}


def _apply(ticket: Ticket, values: Mapping[str, Any]) -> None:
    """Set those paths of a state that are columns of the ticket, or keys of its JSON columns."""
    for path, value in values.items():
        name, _, key = path.partition(".")
        if name in {"facts", "factors"} and key:
            stored = getattr(ticket, name)
            if value is None:
                stored.pop(key, None)
            else:
                stored[key] = value
        elif not key and (field := _COLUMNS.get(name)) is not None:
            if value is None and not field.null:
                continue  # before it was created it was nothing, and nobody asks
            setattr(ticket, field.attname, field.to_python(value))


def _move(clocks: Clocks, event: Event) -> None:
    """The ticket was merged: what ran on at the survivor is counted there."""
    moved = {(kind, subject) for kind, subject in event.data["moved"]}
    ended = [row for row in clocks.rows if row.cancel_reason == MERGED]
    rows = [row for row in ended if (row.kind, row.subject) in moved]
    adopting.move(clocks, rows, clocks.ticket.merged_into_id or 0)


def _extend(clocks: Clocks, event: Event) -> None:
    """A later date that was written to the customer holds under any policy."""
    kinds = {one["kind"]: one for one in event.data.get("deadlines", ())}
    for row in clocks.open():
        told = kinds.get(row.kind)
        if told is None or row.subject:
            continue
        until = dt.datetime.fromisoformat(told["due_at"])
        if row.due_at < until:
            row.extended_to, row.extended_at = until, event.at
            clocks.refresh(row, at=event.at)
