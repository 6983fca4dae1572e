"""Feedback hears of what is settled, delivered and reopened. Listed in docs/architecture.md."""

from typing import Any

from django.dispatch import receiver

from feedback.services import asking
from tickets.change import Change
from tickets.models import Event
from tickets.signals import ticket_changed

_REACTIONS = {
    "resolved": asking.plan,
    "reopened": asking.cancel,
    "merged": asking.hold_back,
    "remedy_fulfilled": asking.remedy_arrived,
    "remedy_cancelled": asking.remedy_arrived,
}


@receiver(ticket_changed)
def keep_surveys(change: Change, event: Event, **_: Any) -> None:
    """Plan, bring forward and cancel surveys."""
    if reaction := _REACTIONS.get(event.type):
        reaction(change, event)
