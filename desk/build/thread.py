"""The conversation: messages, and between them runs of events folded into lines."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk.build.events import CHANNELS, SAID, folded
from desk.build.people import author, file_view
from desk.present import EventsView, MessageView
from desk.words import moment_words
from tickets.kept import Asking, given
from tickets.models import Event, Message, Ticket
from tickets.rules import MessageKind

MESSAGES_SHOWN = 200
EVENTS_SHOWN = 600
_MESSAGES: Asking[Message] = Asking(
    lambda: (
        Message.objects.filter(ticket=given("ticket"))
        .order_by("-at", "-id")
        .prefetch_related("attachments")[:MESSAGES_SHOWN]
    )
)
_EVENTS: Asking[Event] = Asking(
    lambda: (
        Event.objects.filter(ticket=given("ticket"))
        .exclude(type__in=SAID)
        .order_by("-seq")[:EVENTS_SHOWN]
    )
)


def _channel(message: Message, customer: str) -> str:
    if message.kind == MessageKind.NOTE:
        return _("internal note")
    channel = CHANNELS.get(message.channel, message.channel)
    if message.kind == MessageKind.INBOUND:
        return channel
    sent = _("%(channel)s to %(customer)s") % {"channel": channel, "customer": customer}
    return _("%(sent)s, automatic") % {"sent": sent} if message.automatic else sent


def message_view(
    message: Message, *, customer: str, files_at: str, now: dt.datetime, zone: ZoneInfo
) -> MessageView:
    """One message. Reads its attachments, so prefetch them."""
    return MessageView(
        id=message.pk,
        who=author(message),
        channel=_channel(message, customer),
        when=moment_words(message.at, now=now, zone=zone),
        exact=message.at.isoformat(),
        paragraphs=tuple(part for part in message.body.split("\n\n") if part.strip()),
        note=message.kind == MessageKind.NOTE,
        files=tuple(
            file_view(file, base=files_at, small=files_at.startswith("/desk/"))
            for file in message.attachments.all()
        ),
    )


def thread_of(
    ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo
) -> list[MessageView | EventsView]:
    """Messages and events of a ticket in the order in which they happened. Three queries."""
    messages, events = _MESSAGES(ticket=ticket.pk), _EVENTS(ticket=ticket.pk)
    customer = ticket.customer.name.split(" ")[0]
    items: list[MessageView | EventsView] = []
    run: list[Event] = []
    for item in _merged(messages, events):
        if isinstance(item, Event):
            run.append(item)
            continue
        if run:
            items.append(folded(run, now=now, zone=zone))
            run = []
        items.append(
            message_view(item, customer=customer, files_at="/desk/files/", now=now, zone=zone)
        )
    if run:
        items.append(folded(run, now=now, zone=zone))
    return items


def _merged(messages: Iterable[Message], events: Iterable[Event]) -> list[Message | Event]:
    """By moment; what was said stands before what came of it in the same moment."""
    every: list[Message | Event] = [*messages, *events]
    return sorted(
        every,
        key=lambda item: (
            item.at,
            isinstance(item, Event),
            item.seq if isinstance(item, Event) else item.pk,
        ),
    )
