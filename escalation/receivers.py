"""Escalation hears of everything that happens to a ticket. Listed in docs/architecture.md."""

from typing import Any

from django.dispatch import receiver

from escalation.services import tracking, wishes
from tickets.change import Change
from tickets.models import Event
from tickets.rules import EventType
from tickets.signals import ticket_changed


@receiver(ticket_changed)
def keep_deadlines(change: Change, event: Event, **_: Any) -> None:
    """Start, meet, pause, resume and move deadlines."""
    tracking.react(change, event)


@receiver(ticket_changed)
def follow_team(change: Change, event: Event, **_: Any) -> None:
    """A ticket that came to another team brings its clocks with it."""
    if event.type == EventType.MOVED:
        tracking.follow_team(change)


@receiver(ticket_changed)
def hear_wishes(change: Change, event: Event, **_: Any) -> None:
    """The customer, or a rule, wants somebody above to look at it; or it is settled."""
    wishes.hear(change, event)
