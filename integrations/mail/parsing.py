"""From the bytes of a mail to what it says. Pure, and made for mail as it really is.

Nothing here raises for a malformed mail: broken headers, unknown charsets, wrong base64 and
missing boundaries give what can be read.
"""

import datetime as dt
import email
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from integrations.mail.html import text_of_html

_IDS = re.compile(r"<[^<>\s]{1,250}>")
_UNFOLD = re.compile(r"\r?\n[ \t]*")
#: Parts nested deeper than this are not looked at.
_DEPTH = 20
_PARTS = 200


@dataclass(frozen=True)
class File:
    """An attachment as it came."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """What a mail says. Texts are decoded; addresses are (name, address)."""

    message_id: str
    sender: tuple[str, str]
    to: list[tuple[str, str]]
    cc: list[tuple[str, str]]
    subject: str
    sent_at: dt.datetime | None
    in_reply_to: list[str]
    references: list[str]
    text: str
    files: list[File] = field(default_factory=list)
    #: Header fields by name in lower case, the first of each; decoded.
    headers: dict[str, str] = field(default_factory=dict)
    #: Types of all parts, outermost first.
    types: list[str] = field(default_factory=list)
    #: Message-IDs inside parts that quote another mail, as bounces do.
    quoted_ids: list[str] = field(default_factory=list)

    @property
    def recipients(self) -> list[str]:
        """Every address it came to."""
        delivered = self.headers.get("delivered-to", ""), self.headers.get("x-original-to", "")
        return [address for _, address in (*self.to, *self.cc)] + [one for one in delivered if one]

    @property
    def thread(self) -> list[str]:
        """The ids of mails that this one answers, oldest first."""
        return list(dict.fromkeys([*self.references, *self.in_reply_to]))


def parse_mail(raw: bytes) -> Mail:
    """Read a mail (RFC 5322), whatever state it is in."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    if raw.startswith(b"From "):  # the separator of a mailbox file
        raw = raw.partition(b"\n")[2]
    message = email.message_from_bytes(raw)
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), _decoded(value))
    parts = list(_walk(message))
    return Mail(
        message_id=_first_id(headers.get("message-id", "")),
        sender=_sender(message),
        to=_addresses(message, "to"),
        cc=_addresses(message, "cc"),
        subject=" ".join(headers.get("subject", "").split()),
        sent_at=_moment(headers.get("date", "")),
        in_reply_to=_IDS.findall(headers.get("in-reply-to", "")),
        references=_IDS.findall(headers.get("references", "")),
        text=_text(message, parts),
        files=_files(parts),
        headers=headers,
        types=[part.get_content_type() for part in parts],
        quoted_ids=_quoted_ids(parts),
    )


def _decoded(value: object) -> str:
    """A header field as text: unfolded, 8-bit bytes and encoded words decoded."""
    text = _UNFOLD.sub(" ", str(value))
    raw = text.encode("utf-8", "surrogateescape")
    text = _in_some_charset(raw, "utf-8")
    if "=?" not in text:
        return text.strip()
    try:
        found = decode_header(text)
    except (HeaderParseError, ValueError):
        return text.strip()
    words = [
        part if isinstance(part, str) else _in_some_charset(part, charset or "latin-1")
        for part, charset in found
    ]
    return "".join(words).strip()


def _in_some_charset(raw: bytes, charset: str) -> str:
    """Bytes as text: in the charset that is named, else UTF-8, else Windows' Latin 1."""
    for one in (charset, "utf-8"):
        try:
            return raw.decode(one).replace("\x00", "")
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("cp1252", "replace").replace("\x00", "")


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    values = [_UNFOLD.sub(" ", str(v)) for key, v in message.raw_items() if key.lower() == name]
    found: list[tuple[str, str]] = []
    for value in values:
        plain = _in_some_charset(value.encode("utf-8", "surrogateescape"), "utf-8")
        found += email.utils.getaddresses([plain])
    return [(_decoded(shown), address.strip()) for shown, address in found if address]


def _sender(message: Message) -> tuple[str, str]:
    for name in ("from", "sender", "reply-to", "return-path"):
        for shown, address in _addresses(message, name):
            if "@" in address:
                return shown, address
    return "", ""


def _first_id(text: str) -> str:
    found = _IDS.search(text)
    return found[0] if found else ""


def _moment(text: str) -> dt.datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=dt.UTC)
        return found.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


# -- parts -------------------------------------------------------------------------------------


def _walk(message: Message, depth: int = 0) -> Iterator[Message]:
    """The message and its parts, but not those of messages inside it."""
    stack = [(message, depth)]
    seen = 0
    while stack and seen < _PARTS:
        part, depth = stack.pop()
        seen += 1
        yield part
        inner = part.get_payload()
        many = part.get_content_maintype() == "multipart" and isinstance(inner, list)
        if many and depth < _DEPTH:
            children = [one for one in inner or () if isinstance(one, Message)]
            stack += [(one, depth + 1) for one in reversed(children)]


def _bytes_of(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        found = None
    if isinstance(found, bytes):
        return found
    plain = part.get_payload()
    return str(plain).encode("utf-8", "surrogateescape") if isinstance(plain, str) else b""


def _name_of(part: Message) -> str:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError):
        name = None
    return _decoded(name) if name else ""


def _is_file(part: Message) -> bool:
    kind = part.get_content_maintype()
    if kind == "multipart":
        return False
    if part.get_content_disposition() == "attachment":
        return True
    return kind != "text" or bool(_name_of(part))


def _text(message: Message, parts: list[Message]) -> str:
    texts = [part for part in parts if part.get_content_maintype() == "text" and not _is_file(part)]
    plain = [
        one for part in texts if part.get_content_type() != "text/html" and (one := _words(part))
    ]
    rich = [
        one for part in texts if part.get_content_type() == "text/html" and (one := _words(part))
    ]
    if plain:
        return "\n\n".join(plain)
    if rich:
        return "\n\n".join(rich)
    # A multipart whose boundary never comes: what is there is text.
    whole = message.get_payload()
    return (
        whole.strip()
        if isinstance(whole, str) and message.is_multipart() is False and not texts
        else ""
    )


def _words(part: Message) -> str:
    try:
        charset = part.get_content_charset() or "utf-8"
    except (ValueError, LookupError):
        charset = "utf-8"
    text = _in_some_charset(_bytes_of(part), charset).replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/html":
        text = text_of_html(text)
    elif "flowed" in str(part.get_param("format", "")):
        text = _unflowed(text, delsp=str(part.get_param("delsp", "")).lower() == "yes")
    return text.strip()


def _unflowed(text: str, *, delsp: bool) -> str:
    """Format=flowed (RFC 3676): a line that ends with a space goes on in the next one."""
    lines: list[str] = []
    flowing = False
    for raw in text.split("\n"):
        line = raw.removeprefix(" ")
        if flowing and not line.startswith(">") and lines:
            lines[-1] += line
        else:
            lines.append(line)
        flowing = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if flowing and delsp:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _files(parts: list[Message]) -> list[File]:
    found = []
    for number, part in enumerate(parts):
        if not _is_file(part) or (number == 0 and not _name_of(part)):
            continue
        kind = part.get_content_type()
        inner = part.get_payload()
        if kind == "message/rfc822" and isinstance(inner, list) and inner:
            content = _written(inner[0])
        else:
            content = _bytes_of(part)
        suffix = ".eml" if kind == "message/rfc822" else ""
        found.append(File(_name_of(part) or f"part-{number}{suffix}", kind, content))
    return found


def _written(message: object) -> bytes:
    """A mail inside a mail, as a file; empty where it is too broken to be written."""
    if not isinstance(message, Message):
        return b""
    try:
        return message.as_bytes(unixfrom=False)
    except (ValueError, LookupError, AttributeError):
        return b""


def _quoted_ids(parts: list[Message]) -> list[str]:
    """Ids in what a bounce quotes of the mail that it is about."""
    found: list[str] = []
    for part in parts:
        inner = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(inner, list):
            for one in inner:
                if isinstance(one, Message):
                    found += _IDS.findall(str(one.get("message-id", "")))
                    found += _IDS.findall(str(one.get("references", "")))
        elif part.get_content_maintype() in {"text", "message"}:
            text = _in_some_charset(_bytes_of(part), "utf-8")[:100_000]
            for line in re.findall(r"(?im)^[> ]*message-id:\s*(\S+)", text):
                found += _IDS.findall(line)
    return list(dict.fromkeys(found))
