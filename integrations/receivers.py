"""What happens elsewhere to a ticket, and what leaves the house because of it."""

from typing import Any

from django.dispatch import receiver

from integrations import webhooks
from integrations.mail import outgoing
from tickets.change import Change
from tickets.models import Event
from tickets.rules import EventType
from tickets.signals import ticket_changed


@receiver(ticket_changed, dispatch_uid="integrations.on_event")
def on_event(*, change: Change, event: Event, **_: Any) -> None:
    """Confirm a new complaint to its customer, and tell the endpoints that asked to be told."""
    if change.ticket.historical:
        return
    # Of what was split off the customer was told when it came in.
    if event.type == EventType.CREATED and not event.data.get("split_from"):
        outgoing.confirm_receipt(change)
    webhooks.tell(change, event)
