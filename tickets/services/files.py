"""Files that come with a complaint: checked for size and for what they really are."""

import datetime as dt
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import puremagic
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import FileRefused, at_place
from tickets.models import Attachment, Message, Ticket
from tickets.rules import EventType

MAX_BYTES = 10 * 1024 * 1024
#: How long a file's name is at most, and what stands behind its last point.
NAME_MAX, _ENDING_MAX = 150, 12
MAX_FILES = 10
_IMAGES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
_OTHERS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".eml": "message/rfc822",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
ALLOWED_WORDS = "pictures (PNG, JPEG, GIF, WebP), PDF, Word, Excel, OpenDocument, mail and text"


@dataclass(frozen=True)
class Upload:
    """A file as it arrived: the name the sender gave and its bytes."""

    name: str
    content: bytes

    @classmethod
    def read(cls, name: str, stream: IO[bytes], size: int | None) -> "Upload":
        """Read an uploaded file. Raises `FileRefused` before reading one that is too large."""
        if size is not None and size > MAX_BYTES:
            raise _too_large(name)
        return cls(name, stream.read(MAX_BYTES + 1))


def _too_large(name: str) -> FileRefused:
    limit = MAX_BYTES // (1024 * 1024)
    return FileRefused(
        name=name[:80],
        why=_("it is larger than %(limit)s MB") % {"limit": limit},
        field="attachments",
    )


def type_of(upload: Upload) -> str:
    """The type of the content, sniffed. Raises `FileRefused` where it is not an allowed one."""
    name, content = upload.name, upload.content
    if not content:
        raise FileRefused(name=name[:80], why=_("it is empty"), field="attachments")
    if len(content) > MAX_BYTES:
        raise _too_large(name)
    refused = FileRefused(
        name=name[:80],
        why=_("only %(types)s are accepted") % {"types": ALLOWED_WORDS},
        field="attachments",
    )
    suffix = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    image = _image_type(content, refused)
    if image:
        return image
    if suffix not in _OTHERS:
        raise refused
    if suffix in {".txt", ".csv", ".eml"}:
        head = content[:4096]
        if b"\x00" in content or head.lstrip()[:1] == b"<" or head[:4] in {b"%PDF", b"PK\x03\x04"}:
            raise refused
        return _OTHERS[suffix]
    if suffix == ".pdf":
        if not content.startswith(b"%PDF-"):
            raise refused
        return _OTHERS[suffix]
    if not any(match.extension == suffix for match in puremagic.magic_string(content, name)):
        raise refused
    return _OTHERS[suffix]


def _image_type(content: bytes, refused: FileRefused) -> str:
    """The type of a picture that really opens, or an empty string for what is no picture."""

    try:
        with Image.open(io.BytesIO(content), formats=tuple(_IMAGES)) as image:
            image.verify()
            return _IMAGES[str(image.format)]
    except UnidentifiedImageError:
        return ""
    except Exception as error:
        # Pillow raises many kinds for broken or hostile pictures; each is a no.
        raise refused from error


def safe_name(name: str) -> str:
    """The last part of the sender's name for the file, without what could mislead; of a very long
    one the beginning, which says what it is, and the ending."""
    last = re.split(r"[/\\]", name)[-1]
    clean = re.sub(r"[^\w .()+-]", "_", last).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    if len(clean) > NAME_MAX and dot and len(ending) < _ENDING_MAX:
        return f"{stem[: NAME_MAX - 1 - len(ending)]}.{ending}"
    return clean[:NAME_MAX] or "file"


def attach_uploads(
    change: Change,
    uploads: Sequence[Upload],
    *,
    message: Message | None = None,
    internal: bool = False,
) -> dict[str, tuple[Any, Any]]:
    """Store `uploads` with the ticket of `change`; returns the changes for its event.

    All are checked before the first is written. Raises `FileRefused`.
    """
    if len(uploads) > MAX_FILES:
        raise FileRefused(
            name=uploads[MAX_FILES].name[:80],
            why=_("at most %(most)s files at once") % {"most": MAX_FILES},
            field="attachments",
        )
    types = []
    for position, upload in enumerate(uploads):
        with at_place(position):
            types.append(type_of(upload))
    changes: dict[str, tuple[Any, Any]] = {}
    for upload, content_type in zip(uploads, types, strict=True):
        row = Attachment(
            ticket=change.ticket,
            message=message,
            name=safe_name(upload.name),
            content_type=content_type,
            size=len(upload.content),
            sha256=hashlib.sha256(upload.content).hexdigest(),
            internal=internal,
            created_at=change.now,
        )
        # The stored name is ours: nothing of the sender's reaches the file system.
        row.file.save(f"{row.sha256[:32]}.bin", ContentFile(upload.content), save=False)
        change.add(row)
        changes[f"attachments.{row.pk}"] = (None, row.name)
    return changes


def attach(
    ticket: Ticket,
    uploads: Sequence[Upload],
    *,
    actor: Actor,
    now: dt.datetime,
    internal: bool = False,
) -> None:
    """Add files to a ticket without a message. Raises `FileRefused`."""
    with changing(ticket, actor=actor, now=now) as change:
        changes = attach_uploads(change, uploads, internal=internal)
        names = [name for _, name in changes.values()]
        change.record(EventType.ATTACHMENT_ADDED, data={"names": names}, changes=changes)
