"""Ids and addresses by which an answer finds its ticket again.

Everything that leaves names the ticket three times: in the subject ("[A-10019]"), in the
Message-ID, and, where the desk has an address with sub-addressing, in the Reply-To with a short
signature. An answer that carries the signature is trusted; by the others it is found, and the
sender is checked.
"""

import hmac
import re
from email.utils import parseaddr
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings

from tickets.errors import DomainError
from tickets.models import Ticket
from tickets.numbers import id_in, parse_number

_TAG = re.compile(r"\+a-?(\d{2,18})\.([0-9a-f]{10})@", re.IGNORECASE)
_NUMBER = re.compile(r"\[\s*(A-?\s?\d{4,18})\s*\]", re.IGNORECASE)
_OWN_ID = re.compile(r"<(?:ticket|received|message)\.(\d{1,18})[.@]")


def host() -> str:
    """The name that our Message-IDs end with."""
    return urlsplit(settings.SITE_URL).hostname or "amends.invalid"


def thread_id(ticket: Ticket) -> str:
    """The id of no mail, which all mail of a ticket refers to: it holds the thread together."""
    return f"<ticket.{ticket.pk}@{host()}>"


def received_id(ticket: Ticket) -> str:
    """The Message-ID of the confirmation of receipt: the same at each try."""
    return f"<received.{ticket.pk}@{host()}>"


def message_id(ticket: Ticket, message: int) -> str:
    """The Message-ID of a reply: the same at each try."""
    return f"<message.{ticket.pk}.{message}@{host()}>"


def notice_id(row: int) -> str:
    """The Message-ID of what people here are told: the same at each try."""
    return f"<notice.{row}@{host()}>"


def answers_notice(ids: list[str]) -> bool:
    """Whether one of `ids` is of a mail that `notice_id` named."""
    return any(re.fullmatch(rf"<notice\.\d+@{re.escape(host())}>", one) for one in ids)


def inbound_address() -> str:
    """The address that mail to the desk comes in at; empty where there is none."""
    return str(getattr(settings, "INBOUND_MAIL_ADDRESS", ""))


def _signature(number: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"mail-tag:{number}".encode(), sha256).hexdigest()[:10]


def reply_address(ticket: Ticket) -> str:
    """Where the customer's answer goes: the desk's address with the ticket's tag, else the
    team's. Empty where there is neither: then answers go to the sender."""
    local, at, domain = inbound_address().partition("@")
    if at:
        return f"{local}+{ticket.number.lower()}.{_signature(ticket.number)}@{domain}"
    return str(ticket.team.email)


def is_ours(address: str) -> bool:
    """Whether mail to `address` would come back to the desk."""
    own = {inbound_address(), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}
    plain = re.sub(r"\+[^@]*@", "@", address.strip().lower())
    return plain in {one.lower() for one in own if one}


def ticket_in_tag(addresses: list[str]) -> int | None:
    """The id of the ticket whose signed tag is in one of `addresses`."""
    for address in addresses:
        match = _TAG.search(address)
        if match is None:
            continue
        try:
            number = parse_number(match[1])
        except DomainError:
            continue
        if hmac.compare_digest(_signature(number), match[2].lower()):
            return id_in(number)
    return None


def tickets_in_ids(ids: list[str]) -> list[int]:
    """The ids of tickets that our own Message-IDs among `ids` name, last first."""
    found = [int(match[1]) for one in reversed(ids) if (match := _OWN_ID.match(one))]
    return list(dict.fromkeys(found))


def tickets_in_subject(subject: str) -> list[int]:
    """The ids of tickets whose valid number stands in brackets in a subject."""
    found: list[int] = []
    for match in _NUMBER.finditer(subject):
        try:
            found.append(id_in(match[1]))
        except DomainError:
            continue
    return found
