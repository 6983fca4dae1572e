"""The unit of work: the only way in which a ticket changes.

`changing(ticket, actor=..., now=...)` opens a transaction, locks the ticket's row and yields
a `Change`. Services set columns and record events on it; each event is sent at once as
`ticket_changed`, and receivers react in the same unit. When the outermost block ends, all is
written in bulk: new rows, the ticket's changed columns, the events, the outbox.

Nothing of a unit is visible, to this process or another, if any part of it fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.db import models, transaction

from tickets import outbox
from tickets.actors import Actor
from tickets.bulk import update
from tickets.errors import NotFound, Stale
from tickets.languages import said_to
from tickets.later import Later
from tickets.models import Alert, Event, Outbox, Ticket, User
from tickets.ringing import ring
from tickets.rows import Rows
from tickets.saying import Phrase
from tickets.signals import ticket_changed
from tickets.values import json_value

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")

#: {path of the ticket's state: (before, after)}, both JSON values; None means "not there".
Changes = Mapping[str, tuple[Any, Any]]


class Unit(Rows):
    """What one transaction is going to write, for one ticket or for many."""

    def __init__(self, now: dt.datetime) -> None:
        super().__init__()
        self.now = now
        self.changes: dict[int, Change] = {}
        #: What the tables can't be asked yet, such as the customer who is about to be inserted.
        self.memo: dict[tuple[str, ...], Any] = {}
        #: What `Change.read` has found for a batch, by ticket.
        self.found: dict[Callable[..., Any], dict[int, Any]] = {}
        #: Reactions that wait for the end.
        self.later = Later()

    def hold(self, tickets: Iterable[Ticket], actor: Actor) -> list[Change]:
        """The changes of tickets whose rows the caller has locked in this transaction.

        What belongs to them is read for all of them at once, when the first of them asks.
        """
        batch: list[Change] = []
        for ticket in tickets:
            change = self.changes.setdefault(ticket.pk, Change(self, ticket, actor))
            change.batch = batch
            batch.append(change)
        return batch

    def flush(self) -> None:
        """Write everything now, for somebody who reads the tables inside the unit."""
        self._write_tickets()
        self.settle()

    def settle(self) -> None:
        """Write everything but the columns of stored tickets, whose events may be still to come."""
        if self.write_rows():
            transaction.on_commit(outbox.ring)
        for change in self.changes.values():
            change.is_new = False

    def _write_tickets(self) -> None:
        """One UPDATE for all tickets of which the same columns changed."""
        alike: dict[frozenset[str], list[Ticket]] = {}
        for change in self.changes.values():
            if columns := change.close():
                alike.setdefault(columns, []).append(change.ticket)
        for columns, tickets in alike.items():
            update(Ticket, tickets, sorted(columns))

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Take back what the block added to the unit if it fails. For batches of new tickets,
        where one bad row must not cost the others."""
        tickets, memo = set(self.changes), dict(self.memo)
        try:
            with super().attempt():
                yield
        except Exception:
            for key in set(self.changes) - tickets:
                del self.changes[key]
            self.memo = memo
            raise


class Change:
    """What happens to one ticket in a unit. `ticket` is the locked row."""

    def __init__(self, unit: Unit, ticket: Ticket, actor: Actor) -> None:
        self.unit = unit
        self.ticket = ticket
        self.actor = actor
        self._dirty: set[str] = set()
        self._unrecorded: dict[str, tuple[Any, Any]] = {}
        self._bumped = False
        self._rows: dict[type[models.Model], list[models.Model]] = {}
        self.is_new = False
        #: What was recorded in this unit, in order.
        self.events: list[Event] = []
        #: Changes that were begun together, this one among them; empty where it stands alone.
        self.batch: list[Change] = []

    @property
    def now(self) -> dt.datetime:
        """The moment of the unit, read once at the edge."""
        return self.unit.now

    def set(self, **columns: Any) -> bool:
        """Give columns of the ticket new values; the next `record` tells of them.

        Returns whether any of them changed.
        """
        changed = False
        for name, value in columns.items():
            field = Ticket._meta.get_field(name)
            attname = field.attname  # type: ignore[union-attr]
            after = json_value(value)
            before = json_value(getattr(self.ticket, attname))
            if before == after:
                continue
            changed = True
            setattr(self.ticket, name, value)
            self._dirty.add(name)
            self._note(name, before, after)
        return changed

    def put(self, column: str, values: Mapping[str, Any]) -> bool:
        """Set keys of a JSON column (`facts`, `factors`); None removes a key."""
        stored: dict[str, Any] = dict(getattr(self.ticket, column))
        changed = False
        for key, value in values.items():
            before = stored.get(key)
            if before == value:
                continue
            changed = True
            self._note(f"{column}.{key}", before, value)
            if value is None:
                stored.pop(key, None)
            else:
                stored[key] = value
        if changed:
            setattr(self.ticket, column, stored)
            self._dirty.add(column)
        return changed

    def _note(self, path: str, before: Any, after: Any) -> None:
        first = self._unrecorded.get(path, (before, after))[0]
        self._unrecorded[path] = (first, after)

    def record(
        self,
        type_: str,
        *,
        data: Mapping[str, Any] | None = None,
        changes: Changes | None = None,
        at: dt.datetime | None = None,
        actor: Actor | None = None,
    ) -> Event:
        """Write down that something happened, and tell everyone who reacts.

        `data` is for people and for the feed; `changes` are paths of state beside the ticket's
        own columns (those `set` before are added). `at` is the moment it happened, by default
        the unit's; `actor` the one who did it, by default the unit's.
        """
        who = actor or self.actor
        told: dict[str, tuple[Any, Any]] = {**self._unrecorded, **(changes or {})}
        self._unrecorded = {}
        ticket = self.ticket
        ticket.event_count += 1
        self._dirty.add("event_count")
        if told and not self._bumped and not self.is_new:
            self._bumped = True
            ticket.version += 1
            self._dirty.add("version")
        event = Event.made(
            ticket=ticket,
            seq=ticket.event_count,
            type=str(type_),
            actor_kind=who.kind.value,
            actor=who.user,
            actor_name=who.name[:160],
            at=at or self.now,
            recorded_at=self.now,
            data=dict(data or {}),
            changes={path: json_value(after) for path, (_, after) in told.items()},
            replaced={
                path: json_value(before) for path, (before, _) in told.items() if before is not None
            },
        )
        self.events.append(self.add(event))
        ticket_changed.send(sender=Ticket, change=self, event=event)
        return event

    def add(self, row: M) -> M:
        """Insert a row that belongs to the ticket when the unit ends; its key is known now."""
        self.unit.add(row)
        if type(row) in self._rows:
            self._rows[type(row)].append(row)
        return row

    def save(self, row: models.Model, *fields: str) -> None:
        """Write the named columns of a row that belongs to the ticket."""
        self.unit.save(row, *fields)

    def all(self, model: type[M]) -> list[M]:
        """Every row of `model` with this ticket, those that wait to be inserted included.

        Read once a unit, and not at all where the ticket is new in it.
        """
        if model not in self._rows:
            asking = [c for c in self.batch or (self,) if not c.knows(model)]
            stored: dict[int, list[M]] = {c.ticket.pk: [] for c in asking}
            if keys := [c.ticket.pk for c in asking if not c.is_new]:
                for row in model._default_manager.filter(ticket__in=keys).order_by("pk"):
                    stored[row.ticket_id].append(row)  # type: ignore[attr-defined]
            for c in asking:
                waiting = self.unit.pending_of(model, c.ticket.pk)
                c.known(model, [*stored[c.ticket.pk], *waiting])
        return cast("list[M]", self._rows[model])

    def read(self, find: Callable[[list[Ticket]], Mapping[int, T]]) -> T | None:
        """What `find` has for this ticket, by key.

        In a batch it is asked once for all and kept, and `forget` has it asked anew; else it is
        asked each time. Neither sees what waits to be written.
        """
        if not self.batch:
            return find([self.ticket]).get(self.ticket.pk)
        key = self.ticket.pk
        found = self.unit.found.setdefault(find, {})
        if key not in found:
            asking = [c.ticket for c in self.batch if c.ticket.pk not in found]
            told = find(asking)
            found.update({ticket.pk: told.get(ticket.pk) for ticket in asking})
        return cast("T | None", found[key])

    def forget(self, find: Callable[..., Any]) -> None:
        """What `find` told before is no longer so."""
        self.unit.found.get(find, {}).pop(self.ticket.pk, None)

    def knows(self, model: type[models.Model]) -> bool:
        """Whether `all` of the model was read already."""
        return model in self._rows

    def known(self, model: type[M], rows: list[M]) -> None:
        """Give what `all` answers, where the caller has read it under the lock for many tickets."""
        self._rows[model] = list(rows)

    def enqueue(
        self,
        kind: str,
        key: str,
        payload: Mapping[str, Any],
        *,
        due: dt.datetime | None = None,
    ) -> None:
        """Have something leave the process after commit, once for each `key`.

        Tickets from the past ring nobody: for them nothing is written.
        """
        if self.ticket.historical:
            return
        row = Outbox.made(
            kind=kind,
            key=key,
            ticket=self.ticket,
            payload=dict(payload),
            created_at=self.now,
            next_attempt_at=due or self.now,
        )
        self.unit.add(row)

    def alert(
        self,
        user: User,
        *,
        key: str,
        text: Phrase | str,
        urgent: bool = False,
        mail: bool = False,
        anyway: bool = False,
        fold: str = "",
    ) -> None:
        """Let a person know in his language, once for each `key`; `mail`, `anyway` and `fold` are
        those of `tickets.ringing.ring`. Tickets from the past alert nobody."""
        if self.ticket.historical:
            return
        alert = Alert.made(
            user=user, ticket=self.ticket, key=key, text=said_to(user.reads, text)[:300],
            urgent=urgent, created_at=self.now,
        )  # fmt: skip
        ring(self.unit, self.unit.memo, alert, mail=mail, anyway=anyway, fold=fold)

    def write(self, row: models.Model, *fields: str) -> None:
        """The same when the unit ends, in bulk. Who reads the table before calls `settle`."""
        self.unit.write(row, *fields)

    def flush(self) -> None:
        """Write everything of the unit now, for somebody who reads the tables."""
        self.unit.flush()

    def close(self) -> frozenset[str]:
        """The ticket's changed columns, which the unit, who calls this, is to write.

        Raises RuntimeError where a service set a column and recorded no event of it.
        """
        if self._unrecorded:
            raise RuntimeError(f"Changed without an event: {sorted(self._unrecorded)}")
        dirty, self._dirty = self._dirty, set()
        return frozenset() if self.unit.is_pending(self.ticket) else frozenset(dirty)


_current: ContextVar[Unit | None] = ContextVar("unit_of_work", default=None)


def settle() -> None:
    """Have the tables hold what the open unit, if there is one, changed by `write`."""
    unit = _current.get()
    if unit is not None and unit.has_changed:
        unit.settle()


@contextmanager
def unit_of_work(*, now: dt.datetime) -> Iterator[Unit]:
    """Open a unit, or join the one that is open. Everything is written when the outermost ends."""
    open_unit = _current.get()
    if open_unit is not None:
        yield open_unit
        return
    unit = Unit(now)
    token = _current.set(unit)
    try:
        with transaction.atomic():
            yield unit
            unit.later.run(unit.changes)
            unit.flush()
    finally:
        _current.reset(token)


@contextmanager
def changing(
    ticket: Ticket | int, *, actor: Actor, now: dt.datetime, seen: int | None = None
) -> Iterator[Change]:
    """Lock a ticket and change it. Joins the unit that is open, if one is.

    `seen` is the version that the caller last saw. Raises `Stale` where the ticket has moved
    on since, `NotFound` where there is none.
    """
    key = ticket.pk if isinstance(ticket, Ticket) else ticket
    with unit_of_work(now=now) as unit:
        change = unit.changes.get(key)
        if change is None:
            row = Ticket.objects.select_for_update(no_key=True).filter(pk=key).first()
            if row is None:
                raise NotFound(field="ticket")
            change = unit.changes[key] = Change(unit, row, actor)
        if seen is not None and change.ticket.version != seen:
            raise Stale(seen=seen, current=change.ticket.version, field="version")
        outer, change.actor = change.actor, actor
        try:
            yield change
        finally:
            change.actor = outer


@contextmanager
def opening(ticket: Ticket, *, actor: Actor, now: dt.datetime) -> Iterator[Change]:
    """Bring a new ticket into the world. It is inserted when the unit ends."""
    with unit_of_work(now=now) as unit:
        unit.add(ticket)
        change = Change(unit, ticket, actor)
        change.is_new = True
        unit.changes[ticket.pk] = change
        yield change
