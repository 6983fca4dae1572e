"""From records to tickets, a batch at a time, through the services that everyone uses.

A batch is one unit of work: it is stored whole or not at all, so an import killed at any moment
is continued by running it again. A record that a service refuses costs only itself; where the
database refuses a batch, its records are tried one by one.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError

from integrations.importing.mapping import ImportMapping
from integrations.importing.reading import Reject, Row
from integrations.importing.records import Record, record_of
from integrations.importing.remedies import record_remedy
from tickets import services
from tickets.actors import Actor
from tickets.cached import forget_all
from tickets.catalogue import catalogue
from tickets.change import unit_of_work
from tickets.errors import DomainError, Invalid
from tickets.ids import blocks_of
from tickets.models import (
    Category,
    ContactPoint,
    Event,
    ExternalId,
    FactDefinition,
    Point,
    Team,
    Ticket,
)
from tickets.rules import ActorKind, Channel
from tickets.services.customers import CustomerDetails
from tickets.services.opening import NewTicket


@dataclass
class Outcome:
    """What became of some records."""

    imported: int = 0
    #: Here already, from an earlier run.
    skipped: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count `other` too."""
        self.imported += other.imported
        self.skipped += other.skipped
        self.rejects += other.rejects


class Loader:
    """Loads the records of one file under one mapping; `now` is the moment of the whole run."""

    def __init__(self, mapping: ImportMapping, *, now: dt.datetime) -> None:
        self.mapping = mapping
        self.now = now
        self.actor = Actor(ActorKind.CLIENT, f"Import {mapping.source}")
        self._teams: dict[str, Team] = {}

    def load(self, records: Sequence[Record]) -> Outcome:
        """Import the records that are not here yet.

        Raises `OperationalError` or `InterfaceError` where the database is gone: what was not
        stored then is stored by the next run.
        """
        outcome = Outcome()
        fresh = self._fresh(records, outcome)
        self._make_missing(fresh)
        try:
            outcome.add(self._batch(fresh))
        except InterfaceError:
            raise
        except DatabaseError:
            for record in fresh:
                outcome.add(self._alone(record))
        return outcome

    # -- what is here already -------------------------------------------------------------

    def _fresh(self, records: Sequence[Record], outcome: Outcome) -> list[Record]:
        stored = self._stored([record.id for record in records])
        fresh: dict[str, Record] = {}
        for record in records:
            if record.id in fresh or stored.get(record.id) == self.now:
                outcome.rejects.append(
                    _reject(record, Invalid("This id stands in the file before."), "duplicate_id")
                )
            elif record.id in stored:
                outcome.skipped += 1
            else:
                fresh[record.id] = record
        return list(fresh.values())

    def _stored(self, ids: list[str]) -> dict[str, dt.datetime]:
        """When each of `ids` that is a ticket was recorded."""
        found = Ticket.objects.filter(external_system=self.mapping.source, external_id__in=ids)
        keys = dict(found.values_list("pk", "external_id"))
        if not keys:
            return {}
        created = Event.objects.filter(ticket_id__in=keys, seq=1)
        moments = dict(created.values_list("ticket_id", "recorded_at"))
        return {name: moments[key] for key, name in keys.items()}

    # -- what the desk has to know first --------------------------------------------------

    def _make_missing(self, records: Sequence[Record]) -> None:
        """Make the categories and fact definitions that the mapping may make."""
        if self.mapping.create_categories:
            self._make_categories({record.category: record.category_name for record in records})
        if self.mapping.create_facts:
            self._make_facts({record.category for record in records})

    def _make_categories(self, wanted: dict[str, str]) -> None:
        missing = wanted.keys() - catalogue().by_key.keys()
        if not missing:
            return
        parent = self._parent()
        for key in missing:
            defaults = {"name": wanted[key], "parent": parent, "public": False}
            Category.objects.get_or_create(key=key, defaults=defaults)
        forget_all()  # another process may have made them, which this one would see too late

    def _parent(self) -> Category | None:
        part = self.mapping.category
        if not part.parent:
            return None
        defaults = {"name": part.parent_name[:80], "public": False}
        return Category.objects.get_or_create(key=part.parent, defaults=defaults)[0]

    def _make_facts(self, keys: set[str]) -> None:
        known = catalogue().by_key
        entries = [known[key] for key in keys if key in known]
        missing = [
            fact
            for fact in self.mapping.facts
            if any(fact.name not in entry.facts for entry in entries)
        ]
        if not missing:
            return
        parent = self._parent()
        for fact in missing:
            for category in [parent] if parent else [entry.category for entry in entries]:
                FactDefinition.objects.get_or_create(
                    category=category,
                    name=fact.name,
                    defaults={
                        "label": fact.label,
                        "kind": fact.kind.value,
                        "unit": fact.unit,
                        "on_form": False,
                    },
                )
        forget_all()

    # -- loading ---------------------------------------------------------------------------

    def _batch(self, records: Sequence[Record]) -> Outcome:
        outcome = Outcome()
        # A batch makes some twenty rows for each record.
        with blocks_of(512), unit_of_work(now=self.now) as unit:
            unit.memo |= self._memo(records)
            for record in records:
                try:
                    with unit.attempt():
                        self._one(record)
                except DomainError as error:
                    outcome.rejects.append(_reject(record, error))
                else:
                    outcome.imported += 1
        return outcome

    def _memo(self, records: Sequence[Record]) -> dict[tuple[str, ...], Any]:
        """What the services would ask the database for each record, asked once for all: which
        customers there are, and that none of the tickets is."""
        source = self.mapping.source
        emails = {str(r.customer.get("email") or "").strip().lower() for r in records} - {""}
        ids = {str(r.customer.get("external_id") or "") for r in records} - {""}
        memo: dict[tuple[str, ...], Any] = {}
        memo |= {("no ticket", source, record.id): True for record in records}
        memo |= {("email", email): None for email in emails}
        memo |= {("external", source, one): None for one in ids}
        known = ExternalId.objects.select_related("customer")
        for row in known.filter(system=source, value__in=ids) if ids else ():
            memo["external", source, row.value] = row.customer
        contacts = ContactPoint.objects.select_related("customer")
        for point in contacts.filter(kind="email", normalized__in=emails) if emails else ():
            memo["email", point.normalized] = point.customer
        return memo

    def _alone(self, record: Record) -> Outcome:
        try:
            return self._batch([record])
        except (OperationalError, InterfaceError):
            raise
        except DatabaseError as error:
            if record.id in self._stored([record.id]):
                return Outcome(skipped=1)  # another run was faster
            words = str(error).strip().split("\n")[0]
            refused = Invalid(f"The database refuses this record: {words}")
            return Outcome(rejects=[_reject(record, refused, "refused")])

    def _one(self, record: Record) -> None:
        ticket = self._open(record)
        at = record.acknowledged
        if at is not None:
            services.acknowledge(ticket, actor=self.actor, now=self.now, at=at)
        if record.answer:
            self._answer(ticket, record)
        end = record.resolved
        if record.outcome:
            self._decide(ticket, record, at=end or record.received)
        if record.remedy is not None:
            source = f"{self.mapping.source}:{record.id}"
            record_remedy(ticket, record.remedy, source=source, actor=self.actor, now=self.now)
        if end is not None:
            services.resolve(
                ticket, actor=self.actor, now=self.now, summary=record.finding[:300], at=end
            )
        if record.closed is not None:
            services.close(ticket, actor=self.actor, now=self.now, at=record.closed)

    def _open(self, record: Record) -> Ticket:
        source = self.mapping.source
        details = dict(record.customer)
        external = str(details.pop("external_id", ""))
        customer = services.find_or_create_customer(
            CustomerDetails(**details, external=(source, external) if external else None),
            now=self.now,
        )
        new = NewTicket(
            customer=customer,
            category=record.category,
            channel=Channel(record.channel),
            subject=record.subject,
            body=record.body,
            wish=record.wish,
            language=record.language,
            tags=record.tags,
            loss=record.loss,
            facts=record.facts,
            confidential=record.confidential,
            team=self._team(record.team),
            external=(source, record.id),
            received_at=record.received,
            historical=self.mapping.historical,
        )
        return services.open_ticket(new, actor=self.actor, now=self.now)

    def _team(self, key: str) -> Team | None:
        if not key:
            return None
        if key not in self._teams:
            found = Team.objects.filter(key=key).first()
            if found is None:
                raise Invalid(f"There is no team {key[:40]}.", field="team")
            self._teams[key] = found
        return self._teams[key]

    def _answer(self, ticket: Ticket, record: Record) -> None:
        at = record.answered or record.resolved
        if at is not None:
            services.reply(ticket, body=record.answer, actor=self.actor, now=self.now, at=at)

    def _decide(self, ticket: Ticket, record: Record, *, at: dt.datetime) -> None:
        with unit_of_work(now=self.now) as unit:
            point = unit.changes[ticket.pk].all(Point)[0]
        services.decide_point(
            ticket,
            point.pk,
            outcome=record.outcome,
            finding=record.finding,
            actor=self.actor,
            now=self.now,
            at=at,
        )


def _reject(record: Record, error: DomainError, code: str = "") -> Reject:
    return Reject(record.line, error.field or "", code or error.code, error.message, record.id)


def load_rows(loader: Loader, rows: list[Row | Reject]) -> Outcome:
    """Import one batch of rows."""
    outcome = Outcome()
    records: list[Record] = []
    for row in rows:
        found = row if isinstance(row, Reject) else record_of(row, loader.mapping, now=loader.now)
        if isinstance(found, Reject):
            outcome.rejects.append(found)
        else:
            records.append(found)
    if records:
        outcome.add(loader.load(records))
    return outcome
