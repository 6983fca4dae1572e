"""Two tickets about one matter become one; the customer has one conversation, and one clock each.

The survivor takes what the other has; the other is closed for good, and leads there. The other apps
hear `merged_in` on the survivor first, then `merged` on the other, and may refuse.
"""

import contextlib
import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.actors import Actor
from tickets.catalogue import catalogue
from tickets.change import Change, changing, unit_of_work
from tickets.errors import Conflict, Invalid, WrongStatus
from tickets.models import Attachment, Event, Message, Point, Ticket, TicketLink, TicketPerson
from tickets.money import Money
from tickets.rules import EventType, LinkKind, PersonRelation, Status
from tickets.saying import Phrase
from tickets.services.ownership import give_unowned
from tickets.services.people import complain_about
from tickets.services.rehoming import Paths, copy_messages, move_actions, move_points
from tickets.services.status import refuse_merged
from tickets.services.texts import needed

_LINK = LinkKind.DUPLICATE.value
#: What both have to have alike, and what is said where they don't.
_ALIKE = {
    "customer_id": gettext_noop(
        "These are complaints of two customers. Where it is one, merge the customers."
    ),
    "confidential": gettext_noop(
        "One of these is confidential and the other is not. Make them alike first."
    ),
    "stage": gettext_noop("These stand at different stages. Link them instead."),
    "historical": gettext_noop("One of these comes from the past. Link them instead."),
}


def merge_tickets(
    into: Ticket,
    from_: Ticket,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """Make `from_` part of `into`, which lives on.

    `into` gets the other's points, conversation, files, promises, tags, and the facts, loss and
    wish that it lacks; where both know a fact its own stands, and the event names the other's.
    Raises `Missing` without a reason, `Conflict` where they can't be one, `WrongStatus` where one
    is finished, `Stale` where `into` is no longer at the version `seen`. Other apps refuse too,
    such as while the customer may still accept an offer of the other.
    """
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    if into.pk == from_.pk:
        raise Conflict("A ticket can't be merged with itself.", field="other")
    with unit_of_work(now=now) as unit:
        locked: dict[int, Change] = {}
        for row in sorted((into, from_), key=lambda row: row.pk):
            version = seen if row.pk == into.pk else None
            with changing(row, actor=actor, now=now, seen=version) as change:
                locked[row.pk] = change
        taker, giver = locked[into.pk], locked[from_.pk]
        _check(taker, giver)
        if not TicketLink.objects.filter(ticket=from_, other=into, kind=_LINK).exists():
            unit.add(TicketLink(ticket_id=from_.pk, other_id=into.pk, kind=_LINK))
        gone = _take(taker, giver, why)
        _take_facts(taker, giver)
        promises = _take_promises(taker, giver)
        _take_people(taker, giver, actor=actor, now=now)
        _end(taker, giver, why, gone, promises)
        if giver.ticket.owner is not None and taker.ticket.owner is None:
            # Where he can't own it, it waits for an owner in the open.
            with contextlib.suppress(Invalid):
                give_unowned(taker, giver.ticket.owner, brief=why)
        _tell_owners(taker, giver)


def _check(taker: Change, giver: Change) -> None:
    for change in (taker, giver):
        refuse_merged(change)
        if not change.ticket.is_open:
            raise WrongStatus(
                "{number} is finished. Reopen it first, or link the two.",
                number=change.ticket.number,
                status=change.ticket.status,
                to="merged",
                field="other",
            )
    for name, words in _ALIKE.items():
        if getattr(taker.ticket, name) != getattr(giver.ticket, name):
            raise Conflict(words, field="other")
    owner = taker.ticket.owner_id
    if owner is not None and owner == giver.ticket.first_owner_id:
        raise Conflict("Its owner gave the first answer to the other.", field="other")


def _take(taker: Change, giver: Change, why: str) -> Paths:
    """Move and copy, and tell the survivor; returns the paths that end on the other."""
    into, other = taker.ticket, giver.ticket
    gone, come = move_points(giver, taker, list(giver.all(Point)))
    more_gone, more_come = move_actions(giver, taker)
    messages, files = list(giver.all(Message)), list(giver.all(Attachment))
    said, _ = copy_messages(taker, messages, files)
    tags = sorted({*into.tags, *other.tags})
    taker.set(
        tags=tags,
        contacts=into.contacts + other.contacts,
        received_at=min(into.received_at, other.received_at),
    )
    if not into.wish:
        taker.set(wish=other.wish)
    link = {f"linked_from.{other.pk}.{_LINK}": (None, True)}
    taker.record(
        EventType.MERGED_IN,
        data={
            "other": other.number,
            "other_id": other.pk,
            "reason": why,
            "points": sum(path.endswith(".text") for path in come),
            "messages": len(messages),
            "files": len(files),
            "conflicts": _conflicts(into, other),
        },
        changes={**come, **more_come, **said, **link},
    )
    return {**gone, **more_gone}


def _conflicts(into: Ticket, other: Ticket) -> list[dict[str, Any]]:
    """What both know, and know otherwise: the survivor's stands."""
    specs = catalogue().entry(into.category_id).facts
    found = [
        {
            "name": name,
            "label": specs[name].label if name in specs else name,
            "kept": into.facts[name],
            "other": value,
        }
        for name, value in other.facts.items()
        if name in into.facts and into.facts[name] != value
    ]
    ours, theirs = _loss(into), _loss(other)
    if ours and theirs and ours != theirs:
        found.append({"name": "loss", "label": "Loss", "kept": ours, "other": theirs})
    return found


def _loss(ticket: Ticket) -> str:
    if ticket.loss_minor is None:
        return ""
    return Money(ticket.loss_minor, ticket.loss_currency).words()


def _take_facts(taker: Change, giver: Change) -> None:
    """What the survivor lacks of facts, factors and loss, told as if somebody had set it."""
    into, other = taker.ticket, giver.ticket
    specs = catalogue().entry(other.category_id).facts
    facts = {name: value for name, value in other.facts.items() if name not in into.facts}
    if taker.put("facts", facts):
        labels = [specs[name].label if name in specs else name for name in sorted(facts)]
        data = {"names": sorted(facts), "labels": labels, "from": other.number}
        taker.record(EventType.FACTS_SET, data=data)
    factors = {name: value for name, value in other.factors.items() if name not in into.factors}
    if taker.put("factors", factors):
        taker.record(EventType.FACTORS_SET, data={"names": sorted(factors), "from": other.number})
    if into.loss_minor is None and other.loss_minor is not None:
        taker.set(loss_minor=other.loss_minor, loss_currency=other.loss_currency)
        taker.record(EventType.LOSS_SET, data={"words": _loss(other), "from": other.number})


def _take_promises(taker: Change, giver: Change) -> dict[str, int]:
    """What was promised and is not kept yet stays promised, by the same moment. Returns the number
    that each has now, by its former one."""
    now: dict[str, int] = {}
    events = sorted(giver.all(Event), key=lambda event: event.seq)
    kept = {e.data.get("promise") for e in events if e.type == EventType.PROMISE_KEPT}
    for event in events:
        if event.type != EventType.PROMISE_MADE or event.data.get("promise") in kept:
            continue
        number = now[str(event.data["promise"])] = taker.ticket.event_count + 1
        taker.record(
            EventType.PROMISE_MADE,
            data={
                "what": event.data.get("what", ""),
                "due": event.data["due"],
                "promise": number,
                "from": giver.ticket.number,
                "from_id": giver.ticket.pk,
                "from_promise": event.data["promise"],
            },
            at=event.at,
        )
    return now


def _take_people(taker: Change, giver: Change, *, actor: Actor, now: dt.datetime) -> None:
    """Whom the other is about must not see the two as one either."""
    for row in list(giver.all(TicketPerson)):
        if row.relation == PersonRelation.COMPLAINED_ABOUT.value:
            complain_about(taker.ticket, row.user, actor=actor, now=now)


def _end(taker: Change, giver: Change, why: str, gone: Paths, promises: dict[str, int]) -> None:
    now = giver.now
    giver.set(
        status=Status.CLOSED.value,
        resolved_at=now,
        closed_at=now,
        waiting_for="",
        merged_into=taker.ticket,
    )
    link = {f"links.{taker.ticket.pk}.{_LINK}": (None, True)}
    giver.record(
        EventType.MERGED,
        data={
            "other": taker.ticket.number,
            "other_id": taker.ticket.pk,
            "reason": why,
            "promises": promises,
        },
        changes={**gone, **link},
    )


def _tell_owners(taker: Change, giver: Change) -> None:
    both = {"number": giver.ticket.number, "other": taker.ticket.number}
    text = Phrase("{number} is part of {other} now", **both)
    for owner in {row for row in (taker.ticket.owner, giver.ticket.owner) if row is not None}:
        if owner != taker.actor.user:
            taker.alert(owner, key=f"merged:{giver.ticket.pk}:{owner.pk}", text=text)
