"""Two at once: what happened on a ticket since its reader loaded the page."""

from tickets.models import Event, Ticket, User
from tickets.rules import ActorKind


def changed_by_others(ticket: Ticket, *, seen_event: int | None, me: User) -> list[Event]:
    """Events after the one that the reader saw last, that a customer, a colleague or an
    integration caused. What the desk does by itself (a warning, say) holds nobody up."""
    if seen_event is None:
        return []
    return list(
        ticket.events.filter(seq__gt=seen_event)
        .exclude(actor=me)
        .exclude(actor_kind=ActorKind.SYSTEM.value)
        .order_by("seq")[:20]
    )
