"""The one signal of the desk. Receivers are listed in docs/architecture.md."""

from django.dispatch import Signal

#: Sent for every event, inside the transaction that records it, with `change` (the open
#: unit of work, tickets.change.Change) and `event` (tickets.models.Event, not yet saved).
ticket_changed = Signal()
