"""The unit of work: the only way in which a ticket changes.

`changing(ticket, actor=..., now=...)` opens a transaction, locks the ticket's row and yields
a `Change`. Services set columns and record events on it; each event is sent at once as
`ticket_changed`, and receivers react in the same unit. When the outermost block ends, all is
written in bulk: new rows, the ticket's changed columns, the events, the outbox.

Nothing of a unit is visible, to this process or another, if any part of it fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.db import models, transaction

from tickets import outbox
from tickets.actors import Actor
from tickets.bulk import insert, insert_all, update
from tickets.errors import NotFound, Stale
from tickets.ids import next_id
from tickets.models import Alert, Event, Outbox, Ticket, User
from tickets.ringing import ring
from tickets.signals import ticket_changed

M = TypeVar("M", bound=models.Model)

_INSERT_SIZE = 1000
#: Twice the same alert or outbox key is one intent: the second does nothing.
_ONCE = (Alert, Outbox)

#: {path of the ticket's state: (before, after)}, both JSON values; None means "not there".
Changes = Mapping[str, tuple[Any, Any]]


def json_value(value: Any) -> Any:
    """The form in which a value stands in an event: moments as ISO 8601 in UTC, rows by key."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    return value


class Unit:
    """What one transaction is going to write, for one ticket or for many."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.changes: dict[int, Change] = {}
        self._added: dict[type[models.Model], dict[Any, models.Model]] = {}
        #: The same by ticket, so that a batch of tickets does not search the rows of all.
        self._of: dict[tuple[type[models.Model], int], list[models.Model]] = {}
        #: What the tables can't be asked yet, such as the customer who is about to be inserted.
        self.memo: dict[tuple[str, ...], Any] = {}

    def add(self, row: M) -> M:
        """Give `row` its key now; it is inserted, in bulk with its like, when the unit ends.

        Until then a change of its attributes is enough: what it holds at the end is written.
        """
        if row.pk is None:
            row.pk = next_id(type(row))
        self._added.setdefault(type(row), {})[row.pk] = row
        ticket = getattr(row, "ticket_id", None)
        if ticket is not None:
            self._of.setdefault((type(row), ticket), []).append(row)
        return row

    def hold(self, ticket: Ticket, actor: Actor) -> Change:
        """The change of a ticket whose row the caller has locked in this transaction."""
        return self.changes.setdefault(ticket.pk, Change(self, ticket, actor))

    def is_pending(self, row: models.Model) -> bool:
        """Whether `row` waits to be inserted."""
        return row.pk in self._added.get(type(row), {})

    def pending(self, model: type[M]) -> list[M]:
        """The rows of `model` that wait to be inserted."""
        return [cast(M, row) for row in self._added.get(model, {}).values()]

    def pending_of(self, model: type[M], ticket: int) -> list[M]:
        """The rows of `model` of one ticket (by key) that wait to be inserted."""
        rows = self._of.get((model, ticket), ())
        return [cast(M, row) for row in rows if self.is_pending(row)]

    def save(self, row: models.Model, *fields: str) -> None:
        """Write the named columns of `row`: at once, or with its insert if that is to come."""
        if not self.is_pending(row):
            row.save(update_fields=fields)

    def flush(self) -> None:
        """Write everything now, for somebody who reads the tables inside the unit."""
        self._write_tickets()
        # Foreign keys are checked at commit, so the order of tables does not matter.
        added, self._added, self._of = self._added, {}, {}
        parts = [(model, list(rows.values()), model in _ONCE) for model, rows in added.items()]
        if sum(len(rows) for _, rows, _ in parts) <= _INSERT_SIZE:
            insert_all(parts)
        else:
            for model, rows, once in parts:
                for start in range(0, len(rows), _INSERT_SIZE):
                    insert(model, rows[start : start + _INSERT_SIZE], once=once)
        for change in self.changes.values():
            change.is_new = False
        if Outbox in added:
            transaction.on_commit(outbox.ring)

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
        counts = {model: len(rows) for model, rows in self._added.items()}
        tickets, memo = set(self.changes), dict(self.memo)
        try:
            yield
        except Exception:
            for model, rows in self._added.items():
                for key in list(rows)[counts.get(model, 0) :]:
                    del rows[key]
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
        event = Event(
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
            replaced={path: json_value(before) for path, (before, _) in told.items()},
        )
        self.add(event)
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
            waiting = self.unit.pending_of(model, self.ticket.pk)
            stored: list[models.Model] = []
            if not self.is_new:
                stored = list(model._default_manager.filter(ticket=self.ticket).order_by("pk"))
            self._rows[model] = [*stored, *waiting]
        return cast("list[M]", self._rows[model])

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
        row = Outbox(
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
        text: str,
        urgent: bool = False,
        mail: bool = False,
        anyway: bool = False,
        fold: str = "",
    ) -> None:
        """Let a person know, once for each `key`; `mail`, `anyway` and `fold` are those of
        `tickets.ringing.ring`. Tickets from the past alert nobody."""
        if self.ticket.historical:
            return
        alert = Alert(user=user, ticket=self.ticket, key=key, text=text[:300], urgent=urgent)
        alert.created_at = self.now
        ring(self.unit, self.unit.memo, alert, mail=mail, anyway=anyway, fold=fold)

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
