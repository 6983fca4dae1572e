"""Taking back that two tickets were linked or made one, or that one became two.

What happened stays in the events of both; what is taken back is told as what it is. It is done only
while both stand as they stood right after, so that nothing of anybody is lost.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from tickets.access import Principal, access_ticket
from tickets.change import Change, changing, unit_of_work
from tickets.errors import Conflict, NotFound
from tickets.models import (
    Attachment,
    CorrectiveAction,
    Message,
    Point,
    Ticket,
    TicketLink,
    User,
)
from tickets.rules import EventType, LinkKind, Status
from tickets.services.matter import link, unlink
from tickets.services.rehoming import move_actions, move_points
from tickets.values import json_value

#: Columns of the one that lives on which a merge may change, beside facts and factors.
_TAKEN = ("tags", "contacts", "received_at", "wish", "loss_minor", "loss_currency", "owner_id")
#: Columns of the other, which a merge closes.
_ENDED = ("status", "waiting_for")
_WHY = "It was undone at once."


def before_merge(into: Ticket, other: Ticket) -> dict[str, Any]:
    """What a merge of two locked tickets changes, as it is now."""
    kinds = TicketLink.objects.filter(ticket=other, other=into, kind=LinkKind.DUPLICATE.value)
    return {
        "other": other.pk,
        "into": {name: json_value(getattr(into, name)) for name in _TAKEN},
        "facts": dict(into.facts),
        "factors": dict(into.factors),
        "ended": {name: getattr(other, name) for name in _ENDED},
        "points": list(other.points.values_list("pk", flat=True)),
        "actions": list(other.actions.values_list("pk", flat=True)),
        "linked": kinds.exists(),
    }


def undo_link(
    ticket: Ticket, before: Mapping[str, Any], *, who: Principal, now: dt.datetime, seen: int
) -> None:
    """The two are no longer linked; what was done to them since does not matter. Raises `Conflict`
    where they are not linked any more."""
    other = Ticket.objects.get(pk=before["other"])
    try:
        unlink(ticket, other, before["kind"], actor=who.actor, now=now)
    except NotFound:
        raise Conflict("They are not linked any more.", field="other") from None


def undo_unlink(
    ticket: Ticket, before: Mapping[str, Any], *, who: Principal, now: dt.datetime, seen: int
) -> None:
    """The two are linked as they were. Raises `Conflict` where somebody has done so since."""
    other = Ticket.objects.get(pk=before["other"])
    ends = (other, ticket) if before["from_there"] else (ticket, other)
    link(*ends, before["kind"], actor=who.actor, now=now)


def undo_split(
    ticket: Ticket, before: Mapping[str, Any], *, who: Principal, now: dt.datetime, seen: int
) -> None:
    """The points come back, and the new ticket is part of this one for good, as after a merge.

    What was said stands here already. Raises `Stale` where one of them was changed since.
    """
    with unit_of_work(now=now):
        taker, giver = _both(ticket, before, who=who, now=now, seen=seen)
        other = giver.ticket
        gone, come = move_points(giver, taker, list(giver.all(Point)))
        data = {"other": ticket.number, "other_id": ticket.pk, "reason": _WHY, "undone": True}
        taker.record(
            EventType.MERGED_IN,
            data=data
            | {"other": other.number, "other_id": other.pk, "messages": 0, "files": 0}
            | {"points": sum(path.endswith(".text") for path in come), "conflicts": []},
            changes=come,
        )
        _put_facts(taker, "facts", before["facts"], EventType.FACTS_SET)
        giver.set(
            status=Status.CLOSED.value,
            resolved_at=now,
            closed_at=now,
            waiting_for="",
            merged_into=taker.ticket,
        )
        giver.record(EventType.MERGED, data=data | {"promises": {}}, changes=gone)


def undo_merge(
    ticket: Ticket, before: Mapping[str, Any], *, who: Principal, now: dt.datetime, seen: int
) -> None:
    """The other is a ticket of its own again, with its points; `ticket` has what it had before.

    What was said there stands there alone again. Each clock of both keeps the earliest start, so
    that nobody is promised less. Raises `Stale` where one of them was changed since, `Conflict`
    where a promise went along.
    """
    with unit_of_work(now=now):
        giver, taker = _both(ticket, before, who=who, now=now, seen=seen, verb="")
        _check_promises(taker.ticket)
        points = [row for row in giver.all(Point) if row.pk in before["points"]]
        gone, come = move_points(giver, taker, points)
        own = {row.pk for row in giver.all(CorrectiveAction)} & set(before["actions"])
        more_gone, more_come = move_actions(giver, taker, only=own)
        left, ends = _unlinked(giver.ticket, taker.ticket, linked=before["linked"])
        said = _uncopied(giver, taker.ticket)
        into = {
            **before["into"],
            "owner": User.objects.filter(pk=before["into"]["owner_id"]).first(),
        }
        into["received_at"] = dt.datetime.fromisoformat(into["received_at"])
        del into["owner_id"]
        for column in ("facts", "factors"):
            _put(giver, column, before[column])
        giver.set(**into)
        data = {"reason": _WHY, "points": len(points)}
        ended = before["ended"]
        taker.set(
            **ended, resolved_at=None, closed_at=None, merged_into=None,
        )  # fmt: skip
        # The other hears of it first: what runs here for it goes on there.
        taker.record(
            EventType.MERGE_UNDONE,
            data=data | {"other": giver.ticket.number, "other_id": giver.ticket.pk},
            changes={**come, **more_come, **ends},
        )
        giver.record(
            EventType.MERGE_UNDONE_IN,
            data=data | {"other": taker.ticket.number, "other_id": taker.ticket.pk},
            changes={**gone, **more_gone, **left, **said},
        )


def _both(
    ticket: Ticket,
    before: Mapping[str, Any],
    *,
    who: Principal,
    now: dt.datetime,
    seen: int,
    verb: str = "work",
) -> tuple[Change, Change]:
    """Both tickets, locked in the order of their keys and unchanged since. Raises `Stale`, and
    `NotFound` for one that is no longer to be seen. Nobody works on one that is part of another:
    there `verb` is empty, and who may work on the one that lives on may take it back."""
    other = access_ticket(who, int(before["other"]), verb=verb)
    versions = {ticket.pk: seen, other.pk: before["other_version"]}
    locked: dict[int, Change] = {}
    for row in sorted((ticket, other), key=lambda row: row.pk):
        with changing(row, actor=who.actor, now=now, seen=versions[row.pk]) as change:
            locked[row.pk] = change
    return locked[ticket.pk], locked[other.pk]


def _check_promises(other: Ticket) -> None:
    event = other.events.filter(type=EventType.MERGED.value).order_by("-seq").first()
    if event is not None and event.data.get("promises"):
        raise Conflict(
            "A promise to the customer went along, and is kept here. Split the points off instead.",
            field="other",
        )


def _uncopied(into: Change, other: Ticket) -> dict[str, tuple[Any, Any]]:
    """What was said on the other, with its files, stands here as copies since the merge, and does
    so no longer; returns the paths that end."""
    merges = into.ticket.events.filter(type=EventType.MERGED_IN.value, data__other_id=other.pk)
    event = merges.order_by("-seq").first()
    came = event.changes if event is not None else {}
    gone: dict[str, tuple[Any, Any]] = {}
    models: tuple[tuple[Any, str, str], ...] = (
        (Message, "messages", "kind"),
        (Attachment, "attachments", "name"),
    )
    for model, prefix, name in models:
        rows = into.all(model)
        for row in [one for one in rows if f"{prefix}.{one.pk}" in came]:
            row.taken_back_at = into.now
            into.save(row, "taken_back_at")
            rows.remove(row)
            gone[f"{prefix}.{row.pk}"] = (getattr(row, name), None)
    return gone


def _unlinked(
    into: Ticket, other: Ticket, *, linked: bool
) -> tuple[dict[str, tuple[Any, Any]], dict[str, tuple[Any, Any]]]:
    """Take the link away that the merge made; returns the paths that end on both."""
    if linked:
        return {}, {}
    kind = LinkKind.DUPLICATE.value
    TicketLink.objects.filter(ticket=other, other=into, kind=kind).delete()
    return (
        {f"linked_from.{other.pk}.{kind}": (True, None)},
        {f"links.{into.pk}.{kind}": (True, None)},
    )


def _put(change: Change, column: str, before: Mapping[str, Any]) -> list[str]:
    """Set the keys of a JSON column to what they were; returns those that were otherwise."""
    stored = getattr(change.ticket, column)
    names = {name for name in {*stored, *before} if stored.get(name) != before.get(name)}
    change.put(column, {name: before.get(name) for name in names})
    return sorted(names)


def _put_facts(change: Change, column: str, before: Mapping[str, Any], event: EventType) -> None:
    if names := _put(change, column, before):
        change.record(event, data={"names": names, "labels": names})
