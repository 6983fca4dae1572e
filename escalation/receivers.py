"""Escalation hears of everything that happens to a ticket. Listed in docs/architecture.md."""

from typing import Any

from django.dispatch import receiver

from escalation.services import tracking
from tickets.change import Change
from tickets.models import Event
from tickets.signals import ticket_changed


@receiver(ticket_changed)
def keep_deadlines(change: Change, event: Event, **_: Any) -> None:
    """Start, meet, pause, resume and move deadlines."""
    tracking.react(change, event)
