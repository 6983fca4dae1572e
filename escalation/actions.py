"""What a step of a path can do: a registry of name to deed.

A new action is a function here, its word in escalation.policy.ACTIONS, a test and a line in
docs/deadlines.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings

from tickets import services as desk
from tickets.actors import SYSTEM
from tickets.change import Change
from tickets.errors import DomainError
from tickets.models import User

MAX_PAIN = 5


@dataclass(frozen=True)
class Call:
    """One step that is being taken: who is told what, and the key that makes it happen once."""

    change: Change
    people: Sequence[User]
    text: str
    key: str
    urgent: bool = True


Action = Callable[[Call], None]
ACTIONS: dict[str, Action] = {}


def action(name: str) -> Callable[[Action], Action]:
    """Register a deed under its word."""

    def _register(deed: Action) -> Action:
        ACTIONS[name] = deed
        return deed

    return _register


@action("notify")
def notify(call: Call) -> None:
    """Tell each person in the page."""
    for person in call.people:
        call.change.alert(person, key=call.key, text=call.text, urgent=call.urgent)


@action("mail")
def mail(call: Call) -> None:
    """Tell each person by mail, through the outbox."""
    ticket = call.change.ticket
    for person in call.people:
        call.change.enqueue(
            "mail",
            f"{call.key}:{person.pk}",
            {
                "template": "alert",
                "to": [person.email],
                "subject": "Running late, needs you",
                "body": f"{call.text}.\n\n{settings.SITE_URL}/desk/tickets/{ticket.number}/\n",
            },
        )


@action("reassign")
def reassign(call: Call) -> None:
    """Give the ticket to the first of the people who can own it; if nobody can, it stays."""
    change = call.change
    for person in call.people:
        if person.pk == change.ticket.owner_id:
            return
        try:
            desk.assign(change.ticket, person, brief=call.text, actor=SYSTEM, now=change.now)
        except DomainError:
            continue
        return


@action("raise_pain")
def raise_pain(call: Call) -> None:
    """Our slowness adds to the pain: one level more, up to the highest."""
    ticket = call.change.ticket
    level = min((ticket.pain or 0) + 1, MAX_PAIN)
    if level != ticket.pain:
        desk.override_pain(ticket, level, reason=call.text, actor=SYSTEM, now=call.change.now)
