"""What a ticket is about: category, facts, loss, pain, tags, links."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.catalogue import catalogue, parse_facts
from tickets.change import changing, unit_of_work
from tickets.errors import Conflict, Invalid, Missing, NotFound
from tickets.models import (
    Category,
    Ticket,
    TicketLink,
)
from tickets.money import Money, decimals_of
from tickets.rules import EventType, LinkKind
from tickets.services.texts import clean_line, needed


def set_facts(
    ticket: Ticket,
    facts: Mapping[str, Any],
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> bool:
    """Give facts values; None or "" takes one away. Returns whether anything changed.

    Raises `FactUnknown`, `FactInvalid`, naming the fact.
    """
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        entry = catalogue().entry(change.ticket.category_id).knowing(facts)
        values = parse_facts(entry, dict(facts), zone=change.ticket.customer.time_zone)
        if not change.put("facts", values):
            return False
        labels = [entry.facts[name].label for name in values]
        change.record(EventType.FACTS_SET, data={"names": sorted(values), "labels": labels})
    return True


def set_factors(
    ticket: Ticket,
    factors: Mapping[str, Any],
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> bool:
    """Record what makes up the customer's pain, by factor; None takes one away."""
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        if not change.put("factors", factors):
            return False
        change.record(EventType.FACTORS_SET, data={"names": sorted(factors)})
    return True


def set_loss(
    ticket: Ticket,
    loss: Money | None,
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> bool:
    """Record what it cost the customer, or that this is not known. Raises `Invalid`."""
    if loss is not None:
        decimals_of(loss.currency)
        if loss.minor < 0:
            raise Invalid("A loss can't be below zero.", field="loss")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        minor, currency = (loss.minor, loss.currency) if loss else (None, "")
        if not change.set(loss_minor=minor, loss_currency=currency):
            return False
        change.record(EventType.LOSS_SET, data={"words": loss.words() if loss else ""})
    return True


def record_assessed_pain(
    ticket: Ticket,
    level: int,
    *,
    reasons: Sequence[Mapping[str, Any]],
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Record what an assessment found: level 1 to 5 and why. A person's override stands.

    Returns whether the level or its reasons changed.
    """
    with changing(ticket, actor=actor, now=now) as change:
        told = [dict(reason) for reason in reasons]
        changed = change.set(pain_assessed=level, pain_reasons=told)
        if not change.ticket.pain_overridden:
            changed = change.set(pain=level) or changed
        if changed:
            words = ", ".join(str(reason.get("words", "")) for reason in told)
            data = {"level": level, "reasons": told, "words": words}
            change.record(EventType.PAIN_ASSESSED, data=data)
    return changed


def override_pain(
    ticket: Ticket,
    level: int,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """A person sets the pain to `level` (1 to 5), for a reason that is kept."""
    if level not in range(1, 6):
        raise Invalid("Pain goes from 1 to 5.", field="pain")
    text = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        assessed = change.ticket.pain_assessed
        change.set(pain=level, pain_overridden=True)
        change.record(
            EventType.PAIN_OVERRIDDEN,
            data={"level": level, "assessed": assessed, "reason": text},
        )


def change_category(
    ticket: Ticket,
    category: Category | str,
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """File a ticket elsewhere in the tree. Facts are kept, known there or not; the team stays."""
    entry = catalogue().entry(category.pk if isinstance(category, Category) else category)
    if not entry.category.active:
        raise Invalid("This category is no longer used.", field="category")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        was = catalogue().entry(change.ticket.category_id)
        if not change.set(category=entry.category):
            raise Conflict("The ticket is in this category already.", field="category")
        change.record(EventType.CATEGORY_CHANGED, data={"from": was.words, "to": entry.words})


def change_subject(
    ticket: Ticket,
    subject: str,
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """Say the matter in other words, in one line of at most 200 characters."""
    line = clean_line(subject, field="subject", limit=200)
    if not line:
        raise Missing(what=_("the matter in one line"), field="subject")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        was = change.ticket.subject
        if change.set(subject=line):
            change.record(EventType.SUBJECT_CHANGED, data={"from": was, "to": line})


def set_tags(
    ticket: Ticket,
    tags: Sequence[str],
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> bool:
    """Make `tags` the ticket's tags, in lower case. Returns whether that changed anything."""
    clean = sorted({clean_line(tag, field="tags", limit=40).lower() for tag in tags} - {""})
    if len(clean) > 30:
        raise Invalid("A ticket has at most 30 tags.", field="tags")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        was = list(change.ticket.tags)
        if not change.set(tags=clean):
            return False
        change.record(
            EventType.TAGS_CHANGED,
            data={
                "added": sorted(set(clean) - set(was)),
                "removed": sorted(set(was) - set(clean)),
            },
        )
    return True


def _both(ticket: Ticket, other: Ticket) -> list[Ticket]:
    """In the order in which everyone locks two tickets, so that nobody waits in a circle."""
    return sorted((ticket, other), key=lambda row: row.pk)


def link(
    ticket: Ticket,
    other: Ticket,
    kind: LinkKind | str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Say that two tickets belong together. Both remember it.

    Raises `Conflict` where they are linked so already, or are the same.
    """
    if kind not in {member.value for member in LinkKind}:
        known = ", ".join(member.value for member in LinkKind)
        raise Invalid("A link is one of: {known}.", known=known, field="kind")
    if ticket.pk == other.pk:
        raise Conflict("A ticket can't be linked to itself.", field="other")
    value = LinkKind(kind).value
    with unit_of_work(now=now) as unit:
        locked = {}
        for row in _both(ticket, other):
            with changing(row, actor=actor, now=now) as change:
                locked[row.pk] = change
        if TicketLink.objects.filter(ticket=ticket, other=other, kind=value).exists():
            raise Conflict("These two are linked so already.", field="other")
        unit.add(TicketLink(ticket_id=ticket.pk, other_id=other.pk, kind=value))
        _record_link(locked, ticket, other, kind=value, event=EventType.LINKED, step=(None, True))


def unlink(
    ticket: Ticket,
    other: Ticket,
    kind: LinkKind | str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Take a link back. Raises `NotFound` where there is none."""
    with unit_of_work(now=now):
        locked = {}
        for row in _both(ticket, other):
            with changing(row, actor=actor, now=now) as change:
                locked[row.pk] = change
        gone, _ = TicketLink.objects.filter(ticket=ticket, other=other, kind=str(kind)).delete()
        if not gone:
            raise NotFound(field="other")
        _record_link(
            locked, ticket, other, kind=str(kind), event=EventType.UNLINKED, step=(True, None)
        )


def _record_link(
    locked: dict[int, Any],
    ticket: Ticket,
    other: Ticket,
    *,
    kind: str,
    event: EventType,
    step: tuple[bool | None, bool | None],
) -> None:
    locked[ticket.pk].record(
        event,
        data={"other": other.number, "kind": kind},
        changes={f"links.{other.pk}.{kind}": step},
    )
    locked[other.pk].record(
        event,
        data={"other": ticket.number, "kind": kind, "from_there": True},
        changes={f"linked_from.{ticket.pk}.{kind}": step},
    )
