"""Mail in: one message becomes an answer, a new complaint, or a note, once.

Whose answer it is: the signed tag in the address it came to is trusted; by Message-ID or number
it is found too, and then the sender has to be the ticket's customer. Anybody else opens a
complaint of his own, which is linked.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError
from django.utils.translation import gettext as _

from integrations.events import IntegrationEvent
from integrations.mail.addresses import (
    answers_notice,
    inbound_address,
    is_ours,
    ticket_in_tag,
    tickets_in_ids,
    tickets_in_subject,
)
from integrations.mail.machines import Machine, machine_of
from integrations.mail.parsing import Mail, parse_mail
from integrations.mail.replies import reply_of
from integrations.models import ReceivedMail
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.catalogue import catalogue
from tickets.change import changing, unit_of_work
from tickets.errors import DomainError, FileRefused, Missing
from tickets.models import Category, ContactPoint, Customer, Message, Team, Ticket, User
from tickets.models.customers import ContactKind
from tickets.rules import Channel, LinkKind
from tickets.saying import Phrase
from tickets.services.customers import CustomerDetails, clean_email
from tickets.services.files import MAX_FILES, Upload, type_of
from tickets.services.opening import BODY_MAX, NewTicket

#: More complaints by mail than this from one sender within an hour are no longer a person's.
_FLOOD = 10
_CUT = "\n\n[…] The mail is longer; it is attached as it came."


@dataclass(frozen=True)
class Received:
    """What became of a mail: opened, answered, noted, ignored …, or known (it came before)."""

    result: str
    ticket: Ticket | None = None


def receive_mail(raw: bytes, *, now: dt.datetime) -> Received:
    """Take in the bytes of one mail. The same mail again does nothing.

    Raises a `DomainError` where the desk is not set up to take mail (no category, no team).
    """
    mail = parse_mail(raw)
    key = (mail.message_id or f"sha256:{hashlib.sha256(raw).hexdigest()}")[:255]
    if ReceivedMail.objects.filter(key=key).exists():
        return Received("known")
    try:
        with unit_of_work(now=now):
            row = ReceivedMail.objects.create(
                key=key,
                result="",
                subject=mail.subject[:200],
                sender=mail.sender[1][:320],
                received_at=now,
            )
            received = _take(mail, raw, now=now)
            # The ticket may not be inserted yet; its key is checked when the unit commits.
            ReceivedMail.objects.filter(pk=row.pk).update(
                result=received.result, ticket=received.ticket
            )
    except IntegrityError:
        if ReceivedMail.objects.filter(key=key).exists():
            return Received("known")  # another worker was faster
        raise
    return received


def _take(mail: Mail, raw: bytes, *, now: dt.datetime) -> Received:
    machine = machine_of(mail)
    if machine is not None:
        return _note_machine(mail, machine, now=now)
    sender = mail.sender[1]
    if not sender:
        return Received("ignored: no sender")
    if is_ours(sender):
        return Received("ignored: our own")
    try:
        clean_email(sender)
    except DomainError:
        return Received("ignored: no address")
    if answers_notice(mail.thread) and User.objects.filter(email__iexact=sender, is_active=True):
        return Received("ignored: a colleague answers a notice")
    trusted = _tickets(_tagged(mail))
    if trusted:
        return _answer(trusted[0], mail, raw, now=now)
    customer = services.find_or_create_customer(
        CustomerDetails(name=mail.sender[0] or sender.partition("@")[0], email=sender), now=now
    )
    ticket, stranger = _ticket_of(mail, customer)
    if ticket is not None:
        return _answer(ticket, mail, raw, now=now)
    flood = _flooded(customer, now=now)
    if flood is not None:
        return _answer(flood, mail, raw, now=now, automatic=True)
    opened = _open(customer, mail, raw, now=now)
    if stranger is not None:
        services.link(opened, stranger, LinkKind.RELATED, actor=SYSTEM, now=now)
    return Received("opened", opened)


# -- whose it is -------------------------------------------------------------------------------


def _ticket_of(mail: Mail, customer: Customer) -> tuple[Ticket | None, Ticket | None]:
    """The ticket that the customer answers, if any; and one that he names but is not his."""
    named = _tickets(_named(mail))
    for ticket in named:
        if ticket.customer_id == customer.pk:
            return ticket, None
    return None, named[0] if named else None


def _tagged(mail: Mail) -> list[int]:
    """The id of the ticket in the signed address that the mail came to, if there is one."""
    tagged = ticket_in_tag(mail.recipients)
    return [] if tagged is None else [tagged]


def _named(mail: Mail, *more: str) -> list[int]:
    """Ids of tickets that a mail names: by our Message-IDs, by those that we know, by number."""
    ids = [*mail.thread, *more]
    known = Message.objects.filter(mail_id__in=ids).exclude(mail_id="") if ids else ()
    found = tickets_in_ids(ids) + [message.ticket_id for message in known]
    return list(dict.fromkeys([*found, *tickets_in_subject(mail.subject)]))


def _tickets(keys: list[int]) -> list[Ticket]:
    """The tickets with these ids, in this order; for one that was merged, what it is part of."""
    rows = {
        row.pk: row
        for row in Ticket.objects.select_related("customer").filter(
            pk__in=[key for key in keys if key < 2**63]
        )
    }
    return [rows[key].survivor for key in keys if key in rows]


def _flooded(customer: Customer, *, now: dt.datetime) -> Ticket | None:
    """The customer's newest complaint, where so many came within an hour that no person writes:
    two machines that answer each other must not open tickets for ever."""
    recent = Ticket.objects.filter(
        customer=customer,
        channel=Channel.EMAIL.value,
        received_at__gt=now - dt.timedelta(hours=1),
    ).order_by("-received_at", "-id")
    newest = list(recent.select_related("customer")[:_FLOOD])
    return newest[0] if len(newest) >= _FLOOD else None


# -- what is done ------------------------------------------------------------------------------


def _answer(
    ticket: Ticket, mail: Mail, raw: bytes, *, now: dt.datetime, automatic: bool = False
) -> Received:
    words = reply_of(mail.text)
    sender = mail.sender[1].lower()
    if not _is_of(ticket.customer, sender):
        words = f"(Written from {sender})\n\n{words}"
    body, uploads = _content(words, mail, raw)
    services.receive_message(
        ticket,
        body=body,
        channel=Channel.EMAIL,
        actor=Actor.of_customer(ticket.customer),
        now=now,
        uploads=uploads,
        mail_id=mail.message_id,
        automatic=automatic,
    )
    return Received("answered", ticket)


def _is_of(customer: Customer, address: str) -> bool:
    return ContactPoint.objects.filter(
        customer=customer, kind=ContactKind.EMAIL.value, normalized=address
    ).exists()


def _open(customer: Customer, mail: Mail, raw: bytes, *, now: dt.datetime) -> Ticket:
    body, uploads = _content(mail.text, mail, raw)
    new = NewTicket(
        customer=customer,
        category=_category(),
        channel=Channel.EMAIL,
        body=body,
        subject=mail.subject[:200],
        uploads=uploads,
        team=_team(mail),
        mail_id=mail.message_id,
    )
    return services.open_ticket(new, actor=Actor.of_customer(customer), now=now)


def _category() -> Category:
    """Where mail goes: the category that the settings name, else the first of the form."""
    key = str(getattr(settings, "INBOUND_MAIL_CATEGORY", ""))
    if key:
        return catalogue().entry(key).category
    rows = [entry.category for entry in catalogue().by_id.values()]
    active = [row for row in rows if row.active and row.public]
    if not active:
        raise Missing(what=_("a category for mail that comes in"), field="category")
    return min(active, key=lambda row: (row.parent_id is not None, row.order, row.name))


def _team(mail: Mail) -> Team | None:
    """The team whose address the mail came to."""
    addresses = {address.lower() for address in mail.recipients} - {inbound_address().lower(), ""}
    return Team.objects.filter(email__in=addresses, active=True).order_by("pk").first()


def _content(words: str, mail: Mail, raw: bytes) -> tuple[str, list[Upload]]:
    """The text and the files that are kept; what is not kept is named in the text."""
    uploads: list[Upload] = []
    refused: list[str] = []
    for file in mail.files:
        upload = Upload(file.name, file.content)
        try:
            type_of(upload)
        except FileRefused as error:
            refused.append(error.message)
            continue
        if len(uploads) < MAX_FILES - 1:
            uploads.append(upload)
        else:
            refused.append(f"{file.name[:80]} can't be attached: there are too many files.")
    body = words.strip() or mail.subject or "(The mail has no text.)"
    if refused:
        body += "\n\n" + "\n".join(f"[{reason}]" for reason in refused[:20])
    if len(body) > BODY_MAX:
        whole = Upload("mail.eml", raw)
        try:
            type_of(whole)
        except FileRefused:
            body = body[:BODY_MAX]
        else:
            uploads.append(whole)
            body = body[: BODY_MAX - len(_CUT)] + _CUT
    return body, uploads


def _note_machine(mail: Mail, machine: Machine, *, now: dt.datetime) -> Received:
    """Write a note where machine mail belongs to a ticket. It is never answered."""
    tickets = _tickets(_tagged(mail) + _named(mail, *mail.quoted_ids))
    if not tickets:
        return Received(f"ignored: {machine.value}")
    ticket = tickets[0]
    words = {
        Machine.BOUNCE: "Our mail did not reach the customer.",
        Machine.AUTO_REPLY: "An automatic answer came to our mail.",
        Machine.RECEIPT: "A receipt for our mail came.",
        Machine.FEEDBACK_REPORT: "Our mail was reported as unwanted.",
    }[machine]
    text = f"{words}\n\n{mail.subject}\n\n{mail.text[:2000]}".strip()
    with changing(ticket, actor=SYSTEM, now=now) as change:
        note = services.add_note(ticket, body=text, actor=SYSTEM, now=now)
        change.record(
            IntegrationEvent.MACHINE_MAIL,
            data={
                "sort": machine.value,
                "from": mail.sender[1],
                "subject": mail.subject[:200],
                "note": note.pk,
            },
        )
        owner = change.ticket.owner
        if machine is Machine.BOUNCE and owner is not None:
            change.alert(
                owner,
                key=f"bounce:{note.pk}",
                text=Phrase(
                    "{number}: our mail did not reach {name}",
                    number=ticket.number,
                    name=ticket.customer.name,
                ),
            )
    return Received("noted", ticket)
