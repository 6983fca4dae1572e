"""One ticket about two matters becomes two, and neither starts its clocks anew."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.catalogue import Entry, catalogue
from tickets.change import Change, changing, opening
from tickets.errors import Invalid, Missing, NotFound, WrongStatus, at_place
from tickets.ids import next_id
from tickets.models import (
    Attachment,
    Category,
    Message,
    Point,
    Ticket,
    TicketLink,
    TicketPerson,
)
from tickets.numbers import number_of
from tickets.rules import EventType, LinkKind, MessageKind, Status
from tickets.services.dividing import divide, going, leave
from tickets.services.people import keep_in_sight
from tickets.services.rehoming import Paths, copy_messages, move_points
from tickets.services.status import refuse_merged
from tickets.services.texts import clean_line, needed
from tickets.state import opening_changes

_LINK = LinkKind.RELATED.value
#: What the new ticket has of the old one. Not the loss: it would be paid for twice.
_SHARED = (
    "customer", "channel", "category", "team", "owner", "first_owner", "stage", "language", "wish",
    "confidential", "historical", "received_at", "acknowledged_at", "answered_at",
)  # fmt: skip


def split_ticket(
    ticket: Ticket,
    points: Sequence[int],
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    messages: Sequence[int] = (),
    subject: str = "",
    category: Category | str | None = None,
    facts: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> Ticket:
    """Give some points (by key) of a ticket a ticket of their own; returns it.

    It was received when the old one was, and what the customer was told already counts for it. It
    has a copy of `messages` (by key), or of the first that the customer wrote; owner, team and who
    may see it are the old one's. `facts` says by name where one goes ("here", "there", "both");
    those left out as `tickets.services.dividing` says, so that no sum is worked out twice. Raises
    `Missing` without a reason or points, `NotFound` for a point or message that is not the
    ticket's, `Invalid` where no point would be left or a fact is not the ticket's, `FactUnknown`
    where the new one's category has no place for it, `WrongStatus` where the ticket is finished,
    `Stale`.
    """
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(ticket, actor=actor, now=now, seen=seen) as giver:
        refuse_merged(giver)
        if not giver.ticket.is_open:
            raise WrongStatus(
                "This ticket is finished. Reopen it first.",
                status=giver.ticket.status,
                to="split",
                field="status",
            )
        moving = _points(giver, points)
        said = _messages(giver, messages)
        line = clean_line(subject, field="subject", limit=200) or moving[0].text[:200]
        old, entry = catalogue().entry(giver.ticket.category_id), _entry(giver.ticket, category)
        shares = divide(giver.ticket.facts, facts or {}, old=old, new=entry)
        new = _ticket(giver.ticket, line, entry, going(giver.ticket.facts, shares))
        with opening(new, actor=actor, now=now) as taker:
            gone, come = move_points(giver, taker, moving)
            _open(giver, taker, come, said)
            taker.unit.add(TicketLink(ticket_id=new.pk, other_id=giver.ticket.pk, kind=_LINK))
            _tell(giver, taker, moving, why, gone)
            leave(giver, shares, old=old, to=new.number)
            keep_in_sight(taker, now=now)
    return new


def _points(giver: Change, keys: Sequence[int]) -> list[Point]:
    rows = {row.pk: row for row in giver.all(Point)}
    if not keys:
        raise Missing(what=_("which points"), field="points")
    for position, key in enumerate(keys):
        with at_place(position):
            if key not in rows:
                raise NotFound(field="points")
    if not rows.keys() - set(keys):
        raise Invalid("Leave at least one point here.", field="points")
    return [row for key, row in rows.items() if key in set(keys)]


def _messages(giver: Change, keys: Sequence[int]) -> list[Message]:
    rows = sorted(giver.all(Message), key=lambda row: (row.at, row.pk))
    if not keys:
        return [row for row in rows if row.kind == MessageKind.INBOUND][:1]
    known = {row.pk for row in rows}
    for position, key in enumerate(keys):
        with at_place(position):
            if key not in known:
                raise NotFound(field="messages")
    return [row for row in rows if row.pk in set(keys)]


def _entry(old: Ticket, category: Category | str | None) -> Entry:
    """The category of the new ticket with all that it has."""
    if category is None:
        return catalogue().entry(old.category_id)
    entry = catalogue().entry(category.pk if isinstance(category, Category) else category)
    if not entry.category.active:
        raise Invalid("This category is no longer used.", field="category")
    return entry


def _ticket(old: Ticket, subject: str, entry: Entry, facts: dict[str, Any]) -> Ticket:
    key = next_id(Ticket)
    values = {name: getattr(old, name) for name in _SHARED} | {"category": entry.category}
    return Ticket(
        id=key,
        number=number_of(key),
        subject=subject,
        status=(Status.NEW if old.status == Status.NEW else Status.OPEN).value,
        facts=facts,
        factors=dict(old.factors),
        tags=list(old.tags),
        **values,
    )


def _open(giver: Change, taker: Change, come: Paths, said: list[Message]) -> None:
    """The new ticket with all that it has, told as every ticket that came in."""
    old, new = giver.ticket, taker.ticket
    people: Paths = {}
    for person in giver.all(TicketPerson):
        taker.add(TicketPerson(ticket=new, user=person.user, relation=person.relation))
        people[f"people.{person.user_id}"] = (None, person.relation)
    keys = {message.pk for message in said}
    files = [file for file in giver.all(Attachment) if file.message_id in keys]
    copied, copies = copy_messages(taker, said, files)
    taker.record(
        EventType.CREATED,
        data={
            "message": next(iter(copies.values()), None),
            "customer": new.customer.name,
            "channel": new.channel,
            "split_from": old.number,
        },
        changes={**opening_changes(new), **come, **copied, **people},
        at=new.received_at,
    )


def _tell(giver: Change, taker: Change, moved: list[Point], why: str, gone: Paths) -> None:
    old, new = giver.ticket, taker.ticket
    texts = [point.text for point in moved]
    taker.record(
        EventType.SPLIT_FROM,
        data={"other": old.number, "other_id": old.pk, "reason": why, "points": texts},
        changes={f"links.{old.pk}.{_LINK}": (None, True)},
    )
    giver.record(
        EventType.SPLIT_OFF,
        data={"other": new.number, "other_id": new.pk, "reason": why, "points": texts},
        changes={**gone, f"linked_from.{new.pk}.{_LINK}": (None, True)},
    )
