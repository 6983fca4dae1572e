"""From rows to what the API shows (tickets.api.shapes)."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from tickets import models
from tickets.access import Principal, may
from tickets.api.fields import money
from tickets.api.parts import parts_of
from tickets.catalogue import Entry
from tickets.facts import FactSpec
from tickets.rules import NEVER, PersonRelation


def person(user: models.User | None) -> dict[str, Any] | None:
    """Somebody who works here, in short."""
    return {"id": user.pk, "name": user.name} if user else None


def summary(ticket: models.Ticket) -> dict[str, Any]:
    """A `TicketSummary`; the ticket comes with its names."""
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "stage": ticket.stage,
        "channel": ticket.channel,
        "category": ticket.category.key,
        "team": ticket.team.key,
        "owner": person(ticket.owner),
        "customer": {"id": ticket.customer_id, "name": ticket.customer.name},
        "pain": ticket.pain,
        "loss": money(ticket.loss_minor, ticket.loss_currency),
        "tags": ticket.tags,
        "confidential": ticket.confidential,
        "external_system": ticket.external_system,
        "external_id": ticket.external_id,
        "attention_at": None if ticket.attention_at == NEVER else ticket.attention_at,
        "attention_kind": ticket.attention_kind,
        "snoozed_until": ticket.snoozed_until,
        "received_at": ticket.received_at,
        "resolved_at": ticket.resolved_at,
        "version": ticket.version,
    }


#: What `summaries` fetches: a list makes no models of its rows.
_COLUMNS = (
    "id",
    "number",
    "subject",
    "status",
    "stage",
    "channel",
    "category__key",
    "team__key",
    "owner_id",
    "owner__name",
    "customer_id",
    "customer__name",
    "pain",
    "loss_minor",
    "loss_currency",
    "tags",
    "confidential",
    "external_system",
    "external_id",
    "attention_at",
    "attention_kind",
    "snoozed_until",
    "received_at",
    "resolved_at",
    "version",
)


def columns(rows: QuerySet[models.Ticket]) -> QuerySet[Any]:
    """What a list of summaries needs of `rows`, as dictionaries for `summary_of`."""
    return rows.values(*_COLUMNS)


def summary_of(row: dict[str, Any]) -> dict[str, Any]:
    """A `TicketSummary` from a row of `columns`; it is changed on the way, not copied."""
    owner_id, owner = row.pop("owner_id"), row.pop("owner__name")
    row["owner"] = {"id": owner_id, "name": owner} if owner_id else None
    row["customer"] = {"id": row.pop("customer_id"), "name": row.pop("customer__name")}
    row["category"], row["team"] = row.pop("category__key"), row.pop("team__key")
    row["loss"] = money(row.pop("loss_minor"), row.pop("loss_currency"))
    if row["attention_at"] == NEVER:
        row["attention_at"] = None
    return row


def full(ticket: models.Ticket) -> dict[str, Any]:
    """A `Ticket`."""
    return summary(ticket) | {
        "language": ticket.language,
        "wish": ticket.wish,
        "facts": ticket.facts,
        "factors": ticket.factors,
        "pain_assessed": ticket.pain_assessed,
        "pain_overridden": ticket.pain_overridden,
        "waiting_for": ticket.waiting_for,
        "snoozed_by": person(ticket.snoozed_by),
        "snooze_reason": ticket.snooze_reason,
        "acknowledged_at": ticket.acknowledged_at,
        "answered_at": ticket.answered_at,
        "closed_at": ticket.closed_at,
        "handoffs": ticket.handoffs,
        "reopenings": ticket.reopenings,
        "contacts": ticket.contacts,
        "historical": ticket.historical,
    }


def detail(ticket: models.Ticket, who: Principal, *, thread: bool = False) -> dict[str, Any]:
    """A `TicketDetail`, with its messages where `thread` is asked for. One query."""
    supervises = may(who, "supervise", ticket)
    parts = parts_of(ticket.pk, thread=thread)
    if not supervises:
        # Whom a complaint is about is for those who look into it.
        named = PersonRelation.NAMED.value
        parts["people"] = [one for one in parts["people"] if one["relation"] == named]
    return {
        **full(ticket),
        **parts,
        "may": {"work": may(who, "work", ticket), "supervise": supervises},
    }


def point(row: models.Point) -> dict[str, Any]:
    """A `Point`."""
    return {
        "id": row.pk,
        "text": row.text,
        "outcome": row.outcome,
        "finding": row.finding,
        "root_cause": row.root_cause.key if row.root_cause else None,
        "decided_at": row.decided_at,
    }


def action(row: models.CorrectiveAction) -> dict[str, Any]:
    """A `CorrectiveAction`."""
    return {
        "id": row.pk,
        "text": row.text,
        "owner": person(row.owner),
        "point": row.point_id,
        "due_on": row.due_on,
        "done_at": row.done_at,
    }


def attachment(row: models.Attachment) -> dict[str, Any]:
    """An `Attachment`."""
    return {
        "id": row.pk,
        "name": row.name,
        "content_type": row.content_type,
        "size": row.size,
        "sha256": row.sha256,
        "internal": row.internal,
        "message": row.message_id,
        "created_at": row.created_at,
        "url": reverse("api-attachment", args=[row.pk]),
    }


def message(row: models.Message) -> dict[str, Any]:
    """A `Message`; its attachments were fetched with it."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "channel": row.channel,
        "author_kind": row.author_kind,
        "author": row.author_name,
        "automatic": row.automatic,
        "body": row.body,
        "at": row.at,
        "attachments": [attachment(one) for one in row.attachments.all()],
    }


def event(row: models.Event, number: str) -> dict[str, Any]:
    """An `Event` of the ticket with this number."""
    return {
        "id": row.pk,
        "ticket": number,
        "seq": row.seq,
        "type": row.type,
        "actor": {"kind": row.actor_kind, "id": row.actor_id, "name": row.actor_name},
        "at": row.at,
        "recorded_at": row.recorded_at,
        "data": row.data,
        "changes": row.changes,
        "replaced": row.before(),
    }


def customer(row: models.Customer) -> dict[str, Any]:
    """A `Customer`; contacts and external ids were fetched with it."""
    return {
        "id": row.pk,
        "name": row.name,
        "language": row.language,
        "time_zone": row.time_zone,
        "since": row.since,
        "tier": row.tier,
        "support_needs": row.support_needs,
        "preferences": row.preferences,
        "do_not_survey": row.do_not_survey,
        "contacts": [
            {"kind": one.kind, "value": one.value, "preferred": one.preferred}
            for one in row.contacts.all()
        ],
        "external_ids": [{"system": one.system, "id": one.value} for one in row.external_ids.all()],
        "version": row.version,
    }


def fact(spec: FactSpec) -> dict[str, Any]:
    """A `FactDefinition`."""
    return {
        "name": spec.name,
        "label": spec.label,
        "kind": spec.kind.value,
        "choices": list(spec.choices),
        "unit": spec.unit,
        "required": spec.required,
        "help": spec.help,
    }


def category(entry: Entry) -> dict[str, Any]:
    """A `Category`."""
    return {
        "key": entry.category.key,
        "name": entry.category.name,
        "path": list(entry.path),
        "parent": entry.keys[1] if len(entry.keys) > 1 else None,
        "team": entry.team.key if entry.team else None,
        "public": entry.category.public,
        "active": entry.category.active,
        "facts": [fact(spec) for spec in entry.facts.values()],
    }


def team(row: models.Team) -> dict[str, Any]:
    """A `Team`."""
    return {"key": row.key, "name": row.name, "active": row.active}


def user(row: models.User, *, now: dt.datetime) -> dict[str, Any]:
    """A `User`; memberships were fetched with their teams."""
    return {
        "id": row.pk,
        "name": row.name,
        "role": row.role,
        "teams": sorted(link.team.key for link in row.memberships.all()),
        "away": row.is_away(now),
    }
