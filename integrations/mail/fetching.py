"""Mail out of an IMAP mailbox. A mail is marked as seen only after it is stored."""

import datetime as dt
import imaplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import structlog
from django.db import DatabaseError

from integrations.mail.incoming import receive_mail

log = structlog.get_logger(__name__)

TIMEOUT = 20.0
#: Mails taken in one go; the rest waits for the next.
CAP = 100
#: A larger mail is left in the mailbox for a person.
LARGEST = 40 * 1024 * 1024


@dataclass(frozen=True)
class Mailbox:
    """Where mail is fetched: imaps://user:password@host:port/folder."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    secure: bool

    @classmethod
    def of(cls, url: str) -> "Mailbox":
        """The mailbox behind a URL. Raises ValueError for one that is not IMAP."""
        parts = urlsplit(url)
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname:
            raise ValueError("INBOUND_IMAP_URL is imaps://user:password@host/INBOX.")
        secure = parts.scheme == "imaps"
        return cls(
            host=parts.hostname,
            port=parts.port or (993 if secure else 143),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            secure=secure,
        )

    def open(self) -> imaplib.IMAP4:
        """A connection with the folder chosen. Raises OSError or imaplib.IMAP4.error."""
        kind = imaplib.IMAP4_SSL if self.secure else imaplib.IMAP4
        server = kind(self.host, self.port, timeout=TIMEOUT)
        server.login(self.user, self.password)
        answer, _ = server.select(f'"{self.folder}"')
        if answer != "OK":
            raise imaplib.IMAP4.error(f"There is no folder {self.folder}.")
        return server


def fetch_all(url: str, *, clock: Callable[[], dt.datetime]) -> int:
    """Take in the unseen mails of a mailbox, oldest first. Returns how many.

    `clock` tells the moment of each. A mail that can't be stored stays unseen, does not stop the
    others, and is tried again with the next fetch.
    """
    server = Mailbox.of(url).open()
    taken = 0
    try:
        _, found = server.uid("search", "UNSEEN")
        for uid in (found[0] or b"").split()[:CAP]:
            raw = _message(server, uid.decode())
            if raw is None:
                continue
            try:
                receive_mail(raw, now=clock())
            except DatabaseError:
                raise
            except Exception:  # one mail must not stop the others
                log.exception("mail_not_taken", uid=uid.decode())
                continue
            server.uid("store", uid.decode(), "+FLAGS", r"(\Seen)")
            taken += 1
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()
    return taken


def _message(server: imaplib.IMAP4, uid: str) -> bytes | None:
    """The bytes of a mail, without marking it; None where it is gone or too large."""
    _, size = server.uid("fetch", uid, "(RFC822.SIZE)")
    text = b"".join(one if isinstance(one, bytes) else one[0] for one in size if one)
    digits = text.rpartition(b"RFC822.SIZE ")[2].split(b")")[0].split()
    if digits and digits[0].isdigit() and int(digits[0]) > LARGEST:
        log.error("mail_too_large", uid=uid, size=int(digits[0]))
        return None
    _, parts = server.uid("fetch", uid, "(BODY.PEEK[])")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)
