"""What tickets themselves hear of what happens to them. Listed in docs/architecture.md."""

from typing import Any

from django.dispatch import receiver

from tickets.change import Change
from tickets.models import Event
from tickets.services import snoozing
from tickets.signals import ticket_changed


@receiver(ticket_changed, dispatch_uid="tickets.snoozes")
def end_snoozes(change: Change, event: Event, **_: Any) -> None:
    """What was put aside comes back when something happens that its owner waits for."""
    snoozing.hear(change, event)
