"""A complaint comes in."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.catalogue import catalogue, parse_facts
from tickets.change import Change, opening, unit_of_work
from tickets.errors import Conflict, InTheFuture, Invalid, Missing
from tickets.ids import next_id
from tickets.matters import matter_of
from tickets.models import Category, Customer, Message, Point, Team, Ticket
from tickets.money import Money
from tickets.numbers import number_of
from tickets.rules import Channel, EventType, MessageKind
from tickets.services.customers import clean_language
from tickets.services.files import Upload, attach_uploads
from tickets.services.people import keep_in_sight
from tickets.services.texts import clean_line, clean_text
from tickets.state import opening_changes

SUBJECT_MAX = 200
BODY_MAX = 20_000


@dataclass(frozen=True, kw_only=True)
class NewTicket:
    """What a complaint says, however it came in.

    `facts` are raw values by name (tickets.facts reads them); `factors` the answers to "how did
    it affect you", as remedies.pain knows them; `external` names the record in another system,
    so that the same complaint sent twice becomes one ticket.
    """

    customer: Customer
    category: Category | str
    channel: Channel
    body: str
    subject: str = ""
    wish: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    factors: Mapping[str, Any] = field(default_factory=dict)
    loss: Money | None = None
    points: Sequence[str] = ()
    tags: Sequence[str] = ()
    uploads: Sequence[Upload] = ()
    language: str = ""
    confidential: bool = False
    external: tuple[str, str] | None = None
    received_at: dt.datetime | None = None
    team: Team | None = None
    mail_id: str = ""
    historical: bool = False


def open_ticket(new: NewTicket, *, actor: Actor, now: dt.datetime) -> Ticket:
    """Open a ticket: with its first message, at least one point, and everyone who reacts told.

    `now` is the moment of recording; `new.received_at`, at most now, the one at which the
    complaint reached us. Raises `Invalid` and its kind, naming the field; `Conflict` where a
    ticket with the same external id exists (its number is in `params`).
    """
    received = new.received_at or now
    if received > now:
        raise InTheFuture(what=_("The moment of receipt"), field="received_at")
    body = clean_text(new.body, field="body", limit=BODY_MAX)
    if not body:
        raise Missing(what=_("what happened"), field="body")
    with unit_of_work(now=now) as unit:
        if new.external is not None and ("no ticket", *new.external) not in unit.memo:
            _refuse_second(new.external)
        ticket = _ticket(new, body=body, received=received)
        with opening(ticket, actor=actor, now=now) as change:
            _record(change, new, body=body, received=received)
            keep_in_sight(change, now=now)
    return ticket


def _ticket(new: NewTicket, *, body: str, received: dt.datetime) -> Ticket:
    entry = catalogue().entry(
        new.category.pk if isinstance(new.category, Category) else new.category
    )
    if not entry.category.active:
        raise Invalid("This category is no longer used.", field="category")
    zone = new.customer.time_zone or "UTC"
    raw = dict(new.facts)
    facts = {k: v for k, v in parse_facts(entry, raw, zone=zone).items() if v is not None}
    if new.loss is not None and new.loss.minor < 0:
        raise Invalid("A loss can't be below zero.", field="loss")
    key = next_id(Ticket)
    return Ticket.made(
        id=key,
        number=number_of(key),
        customer=new.customer,
        channel=Channel(new.channel).value,
        category=entry.category,
        team=new.team or catalogue().team_for(entry),
        subject=clean_line(new.subject, field="subject", limit=SUBJECT_MAX) or matter_of(body),
        language=clean_language(new.language) if new.language else new.customer.language or "en",
        wish=clean_text(new.wish, field="wish", limit=2000),
        loss_minor=new.loss.minor if new.loss else None,
        loss_currency=new.loss.currency if new.loss else "",
        facts=facts,
        factors=dict(new.factors),
        tags=sorted({clean_line(tag, field="tags", limit=40) for tag in new.tags} - {""}),
        confidential=new.confidential,
        historical=new.historical,
        external_system=new.external[0] if new.external else "",
        external_id=new.external[1] if new.external else "",
        received_at=received,
    )


def _record(change: Change, new: NewTicket, *, body: str, received: dt.datetime) -> None:
    ticket = change.ticket
    changes = opening_changes(ticket)
    for position, text in enumerate(new.points or [ticket.subject]):
        line = clean_line(text, field=f"points.{position}", limit=300)
        point = change.add(Point.made(ticket=ticket, text=line))
        changes[f"points.{point.pk}.text"] = (None, point.text)
    message = Message.made(
        ticket=ticket,
        kind=MessageKind.INBOUND.value,
        channel=ticket.channel,
        author_kind="customer",
        author_name=new.customer.name,
        body=body,
        at=received,
        mail_id=new.mail_id[:255],
    )
    change.add(message)
    changes[f"messages.{message.pk}"] = (None, message.kind)
    changes |= attach_uploads(change, new.uploads, message=message)
    change.record(
        EventType.CREATED,
        data={
            "message": message.pk,
            "customer": new.customer.name,
            "channel": ticket.channel,
        },
        changes=changes,
        at=received,
    )


def _refuse_second(external: tuple[str, str] | None) -> None:
    if external is None:
        return
    if not external[1] or len(external[0]) > 60 or len(external[1]) > 120:
        raise Invalid("An external id has 1 to 120 characters.", field="external_id")
    found = Ticket.objects.filter(external_system=external[0], external_id=external[1]).first()
    if found is not None:
        raise Conflict(
            "This complaint is already here as {number}.",
            field="external_id",
            number=found.number,
        )
