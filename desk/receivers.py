"""What the desk hears: open pages are told what happens to tickets."""

from django.dispatch import receiver

from desk.live.telling import note
from tickets.change import Change
from tickets.models import Event
from tickets.signals import ticket_changed


@receiver(ticket_changed, dispatch_uid="desk.live")
def tell_open_pages(*, change: Change, event: Event, **_: object) -> None:
    """Once the unit has committed."""
    note(change, event)
