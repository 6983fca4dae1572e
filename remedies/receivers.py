"""Remedies hear of what happens to a ticket. Listed in docs/architecture.md."""

from typing import Any

from django.dispatch import receiver

from remedies.services import reactions
from tickets.change import Change
from tickets.models import Event
from tickets.signals import ticket_changed


@receiver(ticket_changed)
def keep_offers(change: Change, event: Event, **_: Any) -> None:
    """Assess pain, draft offers, hold back closing, note what could not be paid."""
    reactions.react(change, event)
