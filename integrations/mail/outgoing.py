"""Mail out: the handler of outbox rows of the kind "mail".

A row's payload has a `template`:

- "received": confirm that a complaint arrived;
- "message": send the public message whose id is in `message`;
- any other name with `subject` and `body` (plain text): that text, automatic, to the customer. A
  line "{link}" in `body` becomes the address of the customer's own page.
- the same with `to` (an address or a list of them): to people here. It leads to the ticket at the
  desk, and an answer to it does not reach the customer's thread.

The Message-ID is the same at each try, so a double is recognised by the receiving side.
"""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext

from integrations.events import IntegrationEvent
from integrations.mail.addresses import (
    host,
    inbound_address,
    is_ours,
    message_id,
    notice_id,
    received_id,
    reply_address,
    thread_id,
)
from integrations.mail.pages import html_of
from integrations.mail.texts import next_steps, received_text
from tickets.actors import SYSTEM
from tickets.change import Change, changing
from tickets.languages import is_right_to_left, known, speaking, spoken
from tickets.mailed import go_along, mailed, own_page, subject_of, takes_answers
from tickets.models import Event, Message, Outbox, Ticket
from tickets.models.customers import ContactKind
from tickets.outbox import PermanentFailure
from tickets.rules import MessageKind


@dataclass
class Letter:
    """A mail before it has headers."""

    to: Sequence[str]
    subject: str
    text: str
    id: str
    automatic: bool
    ticket: Ticket | None = None
    answers: str = ""
    files: list[tuple[str, bytes, str]] = field(default_factory=list)
    #: For people here, and in nobody's thread.
    inside: bool = False
    #: Of its words, as a code; "" where it is not known.
    language: str = ""


def confirm_receipt(change: Change) -> None:
    """Have the customer told that his complaint arrived. Whether he has an address is looked up
    when the mail leaves, so that opening a ticket costs no query for it."""
    key = f"received:{change.ticket.pk}"
    change.enqueue("mail", key, {"template": "received", "ticket": change.ticket.pk})


def deliver_mail(row: Outbox) -> None:
    """Send the mail of an outbox row. Nothing is sent where the customer has no address.

    Raises `PermanentFailure` where trying again can't help.
    """
    letter = _letter(row)
    if not letter.to:
        return
    if any(is_ours(address) for address in letter.to):
        raise PermanentFailure("That is our own address: the mail would come back to us.")
    _send(letter)
    ticket, template = letter.ticket, row.payload.get("template")
    if template == "message":
        Message.objects.filter(pk=row.payload["message"], mail_id="").update(mail_id=letter.id)
    elif ticket is not None and row.delivered_at is not None:
        with changing(ticket.pk, actor=SYSTEM, now=row.delivered_at) as change:
            change.record(
                IntegrationEvent.MAIL_SENT,
                data={
                    "template": template,
                    "to": list(letter.to),
                    "subject": letter.subject,
                },
            )


def address_of(ticket: Ticket) -> list[str]:
    """The customer's preferred e-mail address, as a list of one or none."""
    contacts = ticket.customer.contacts.filter(kind=ContactKind.EMAIL.value)
    return [contact.value for contact in contacts[:1]]


def _letter(row: Outbox) -> Letter:
    payload = row.payload
    template = payload.get("template")
    ticket = row.ticket
    if template == "received" and ticket is not None:
        with speaking(ticket.language):
            return _received(ticket)
    if template == "message":
        return _message(int(payload["message"]))
    if payload.get("subject") and payload.get("body"):
        return _plain(row, payload)
    raise PermanentFailure(f"There is no mail called {template!r}, and no text is given.")


def desk_link_of(ticket: Ticket) -> str:
    """The address of the ticket for people here."""
    return f"{settings.SITE_URL}/desk/tickets/{ticket.number}/"


def _received(ticket: Ticket) -> Letter:
    told = Event.objects.filter(ticket=ticket, type__in=["deadlines_set", "deadlines_moved"])
    deadlines = {
        one["kind"]: one["due_at"]
        for event in told.order_by("seq")
        for one in event.data.get("deadlines", [])
    }
    customer = ticket.customer
    text = received_text(
        name=customer.name,
        number=ticket.number,
        subject=ticket.subject,
        steps=next_steps(deadlines, zone=customer.time_zone),
        link=own_page(ticket),
        answers=takes_answers(),
    )
    opened_by = ticket.messages.order_by("at", "id").first()
    return Letter(
        to=address_of(ticket),
        subject=subject_of(ticket, gettext("We have your complaint")),
        text=text,
        id=received_id(ticket),
        automatic=True,
        ticket=ticket,
        answers=opened_by.mail_id if opened_by else "",
        language=spoken(ticket.language),
    )


def _message(key: int) -> Letter:
    message = Message.objects.select_related("ticket__customer", "ticket__team").filter(
        pk=key, kind=MessageKind.REPLY.value
    )
    found = message.first()
    if found is None:
        raise PermanentFailure("That message is not there, or not for the customer's eyes.")
    ticket = found.ticket
    before = (
        ticket.messages.filter(kind=MessageKind.INBOUND.value, at__lte=found.at)
        .exclude(mail_id="")
        .order_by("-at", "-id")
        .first()
    )
    files = []
    kept = list(found.attachments.filter(internal=False))
    for attachment, goes in zip(kept, go_along(one.size for one in kept), strict=True):
        if goes:
            with attachment.file.open("rb") as stream:
                files.append((attachment.name, stream.read(), attachment.content_type))
    mail = mailed(ticket, found.body)
    return Letter(
        to=address_of(ticket),
        subject=mail.subject,
        text=mail.text,
        id=message_id(ticket, found.pk),
        automatic=found.automatic,
        ticket=ticket,
        answers=before.mail_id if before else "",
        files=files,
        language=known(ticket.language),
    )


def _plain(row: Outbox, payload: dict[str, Any]) -> Letter:
    ticket = row.ticket
    inside = bool(payload.get("to"))
    outside = None if inside else ticket
    to = payload.get("to") or (address_of(ticket) if ticket else [])
    text = str(payload["body"])
    subject = " ".join(str(payload["subject"]).split())
    if ticket is not None:
        link = desk_link_of(ticket) if inside else own_page(ticket)
        text = text.replace("{link}", link)
        if inside and link not in text:
            text = f"{text.rstrip()}\n\n{link}\n"
        if ticket.number not in subject:
            subject = subject_of(ticket, subject)
    return Letter(
        to=[to] if isinstance(to, str) else [str(one) for one in to],
        subject=subject,
        text=text,
        id=notice_id(row.pk) if inside else f"<outbox.{row.pk}@{host()}>",
        automatic=True,
        ticket=ticket,
        inside=inside,
        language=str(payload.get("language") or (spoken(outside.language) if outside else "")),
    )


def _send(letter: Letter) -> None:
    headers = {"Message-ID": letter.id}
    ticket = letter.ticket
    if letter.automatic:
        headers["Auto-Submitted"] = "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    reply_to: list[str] = []
    if ticket is not None and not letter.inside:
        thread = [thread_id(ticket), *([letter.answers] if letter.answers else [])]
        headers["References"] = " ".join(thread)
        headers["In-Reply-To"] = thread[-1]
        reply_to = [address for address in [reply_address(ticket)] if address]
    elif inbound_address() and not letter.inside:
        reply_to = [inbound_address()]
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=list(letter.to),
        reply_to=reply_to,
        headers=headers,
    )
    page = html_of(
        letter.text,
        title=letter.subject,
        language=letter.language,
        rtl=is_right_to_left(letter.language),
    )
    mail.attach_alternative(page, "text/html")
    for name, content, content_type in letter.files:
        mail.attach(name, content, content_type)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if codes and all(500 <= code < 600 for code in codes):
            raise PermanentFailure(f"The mail server refuses this address: {error}") from error
        raise
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        if 500 <= error.smtp_code < 600:
            raise PermanentFailure(f"The mail server refuses this mail: {error}") from error
        raise
