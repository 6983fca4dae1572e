"""A ticket's state as one flat value: as it is now, and as it was at any past moment."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tickets.models import Event, Ticket
from tickets.values import json_value

#: Columns that are not part of what happened: keys, secrets, and counters of the record itself.
_LEFT_OUT = frozenset({"id", "access_key", "version", "event_count", "facts", "factors"})
COLUMNS = tuple(f for f in Ticket._meta.concrete_fields if f.name not in _LEFT_OUT)


def opening_changes(ticket: Ticket) -> dict[str, tuple[Any, Any]]:
    """Every column of a new ticket that is not empty, as changes from nothing."""
    changes: dict[str, tuple[Any, Any]] = {}
    for field in COLUMNS:
        value = json_value(getattr(ticket, field.attname))
        if value not in (None, "", False, []):
            changes[field.name] = (None, value)
    for column in ("facts", "factors"):
        for key, value in getattr(ticket, column).items():
            changes[f"{column}.{key}"] = (None, value)
    return changes


def fold(events: Iterable[Event]) -> dict[str, Any]:
    """The state after `events` (in order of `seq`): {path: value}, empty values left out."""
    state: dict[str, Any] = {}
    for event in events:
        for path, value in event.changes.items():
            if value in (None, "", False, []):
                state.pop(path, None)
            else:
                state[path] = value
    return state


def state_at(ticket: Ticket, at: dt.datetime) -> dict[str, Any]:
    """The ticket's whole state as recorded up to the instant `at`."""
    return fold(ticket.events.filter(recorded_at__lte=at).order_by("seq"))


def state_now(ticket: Ticket) -> dict[str, Any]:
    """What the tables of this app say of the ticket, in the paths that events use."""
    state = {path: after for path, (_, after) in opening_changes(ticket).items()}
    for point in ticket.points.all():
        prefix = f"points.{point.pk}"
        state[f"{prefix}.text"] = point.text
        state[f"{prefix}.outcome"] = point.outcome
        state[f"{prefix}.finding"] = point.finding
        state[f"{prefix}.root_cause"] = point.root_cause_id
        state[f"{prefix}.decided_at"] = json_value(point.decided_at)
        state[f"{prefix}.decided_by"] = point.decided_by_id
    for message in ticket.messages.all():
        state[f"messages.{message.pk}"] = message.kind
    for attachment in ticket.attachments.all():
        state[f"attachments.{attachment.pk}"] = attachment.name
    for link in ticket.links_out.all():
        state[f"links.{link.other_id}.{link.kind}"] = True
    for link in ticket.links_in.all():
        state[f"linked_from.{link.ticket_id}.{link.kind}"] = True
    for person in ticket.people.all():
        state[f"people.{person.user_id}"] = person.relation
    for review in ticket.reviews.all():
        prefix = f"reviews.{review.pk}"
        state[f"{prefix}.stage"] = review.stage
        state[f"{prefix}.decided_at"] = json_value(review.decided_at)
        state[f"{prefix}.decided_by"] = review.decided_by_id
        state[f"{prefix}.overturned"] = review.overturned
        state[f"{prefix}.because"] = review.because
    for action in ticket.actions.all():
        prefix = f"actions.{action.pk}"
        state[f"{prefix}.text"] = action.text
        state[f"{prefix}.owner"] = action.owner_id
        state[f"{prefix}.due_on"] = json_value(action.due_on)
        state[f"{prefix}.done_at"] = json_value(action.done_at)
    return {path: value for path, value in state.items() if value not in (None, "", False, [])}
