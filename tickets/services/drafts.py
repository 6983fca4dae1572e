"""What somebody has typed and not sent: kept as he types, one for each form of a ticket.

It is nobody else's, changes nothing about the ticket, and so leaves no event. Each save says which
one its writer has seen; a browser that lags behind is told instead of writing over another one.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tickets.errors import Conflict, FileRefused, Invalid, NotFound
from tickets.models import Draft, DraftFile, Ticket, User
from tickets.rules import DraftKind
from tickets.services.files import MAX_FILES, Upload, safe_name, type_of

BODY_MAX = 20_000
FIELDS_MAX, FIELD_MAX = 20, 4_000
#: A refusal has some fields for each point of a complaint: so many, and so long all together.
MANY_FIELDS, ALL_MAX = 200, 100_000
#: How long an empty one is kept, for browsers that were cut off; and one that nobody goes on with.
EMPTY_KEPT, KEPT = dt.timedelta(days=14), dt.timedelta(days=180)
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


class DraftChanged(Conflict):
    """This was changed in another window since. Nothing was written over; choose one of the two."""

    code = "draft_changed"

    def __init__(self, draft: Draft) -> None:
        super().__init__(field="revision")
        self.draft = draft


def drafts_on(ticket: Ticket, *, user: User) -> dict[str, Draft]:
    """The person's drafts on a ticket by kind, with their files; empty ones too. Two queries."""
    rows = Draft.objects.filter(ticket=ticket, user=user).prefetch_related("files")
    return {row.kind: row for row in rows}


def save_draft(
    ticket: Ticket,
    kind: DraftKind,
    *,
    user: User,
    body: str,
    fields: Mapping[str, str] | None = None,
    base: int | None,
    now: dt.datetime,
) -> Draft:
    """Keep what stands in a form now. `base` is the revision that its writer has seen (0 where
    there was none), None to write over whatever there is.

    The same again is no change. Raises `DraftChanged`, and `Invalid` for what is too long.
    """
    most = MANY_FIELDS if kind is DraftKind.REFUSE else FIELDS_MAX
    text, others = _clean(body), _clean_fields(fields or {}, most=most)
    with transaction.atomic():
        row = _locked(ticket, kind, user=user, now=now)
        if (row.body, row.fields) == (text, others) and row.revision:
            return row
        if base is not None and row.revision and base != row.revision:
            raise DraftChanged(row)
        row.body, row.fields = text, others
        row.revision, row.saved_at = row.revision + 1, now
        row.save(update_fields=["body", "fields", "revision", "saved_at"])
    return row


def discard_draft(ticket: Ticket, kind: DraftKind, *, user: User, now: dt.datetime) -> None:
    """Throw it away, with its files. Harmless where there is none."""
    _empty(ticket, kind, user=user, now=now, sent=False)


def draft_was_sent(ticket: Ticket, kind: DraftKind, *, user: User, now: dt.datetime) -> None:
    """What was typed is sent: it is no draft any more, and its files hang on the message."""
    _empty(ticket, kind, user=user, now=now, sent=True)


def keep_draft_file(
    ticket: Ticket, kind: DraftKind, upload: Upload, *, user: User, now: dt.datetime
) -> DraftFile:
    """Keep a file until the form that it was put into is sent. Raises `FileRefused`."""
    content_type = type_of(upload)
    with transaction.atomic():
        draft = _locked(ticket, kind, user=user, now=now)
        if draft.files.count() >= MAX_FILES:
            raise FileRefused(
                name=upload.name[:80],
                why=_("at most %(most)s files at once") % {"most": MAX_FILES},
                field="attachments",
            )
        row = DraftFile(
            draft=draft,
            name=safe_name(upload.name),
            content_type=content_type,
            size=len(upload.content),
            created_at=now,
        )
        row.file.save("draft.bin", ContentFile(upload.content), save=False)
        row.save()
    return row


def drop_draft_file(ticket: Ticket, file: int, *, user: User) -> None:
    """Take a file out again. Raises `NotFound` where it is not the person's, on this ticket."""
    with transaction.atomic():
        rows = DraftFile.objects.filter(pk=file, draft__ticket=ticket, draft__user=user)
        if not _drop(list(rows)):
            raise NotFound(field="file")


def draft_files(
    ticket: Ticket, kind: DraftKind, files: Collection[int], *, user: User
) -> list[DraftFile]:
    """Those of a draft's files that are to go with what is sent, in the order of their arrival.

    Raises `FileRefused` where one of them is gone, so that nothing leaves without it.
    """
    rows = DraftFile.objects.filter(
        pk__in=files, draft__ticket=ticket, draft__user=user, draft__kind=kind.value
    )
    found = list(rows)
    if len(found) != len(set(files)):
        raise FileRefused(
            name=_("A file"), why=_("it is not here any more, put it in again"), field="attachments"
        )
    return found


def draft_uploads(
    ticket: Ticket, kind: DraftKind, files: Collection[int], *, user: User
) -> list[Upload]:
    """The same as they are sent. Raises `FileRefused` where one is gone, or can't be read."""
    uploads = []
    for row in draft_files(ticket, kind, files, user=user):
        try:
            with row.file.open("rb") as stream:
                uploads.append(Upload(row.name, stream.read()))
        except FileNotFoundError as error:
            raise FileRefused(
                name=row.name, why=_("it is lost, put it in again"), field="attachments"
            ) from error
    return uploads


def forget_drafts(*, now: dt.datetime) -> int:
    """Delete what nobody goes on with, and what was sent a while ago; returns how many."""
    empty = Q(body="", fields={}, files=None, saved_at__lt=now - EMPTY_KEPT)
    old = Draft.objects.filter(empty | Q(saved_at__lt=now - KEPT))
    keys = list(old.values_list("pk", flat=True)[:10_000])
    with transaction.atomic():
        _drop(list(DraftFile.objects.filter(draft__in=keys)))
        Draft.objects.filter(pk__in=keys).delete()
    return len(keys)


def _clean(body: str) -> str:
    """As typed, blank space included; without what can't be stored. Raises `Invalid`."""
    text = _UNSTORABLE.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > BODY_MAX:
        raise Invalid(
            "This has {length} characters; {most} are allowed.",
            length=len(text),
            most=BODY_MAX,
            field="body",
        )
    return text if text.strip() else ""


def _clean_fields(fields: Mapping[str, str], *, most: int) -> dict[str, str]:
    if len(fields) > most:
        raise Invalid("A form has at most {most} fields.", most=most, field="fields")
    for name, value in fields.items():
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
            raise Invalid("That is no name of a field.", field="fields")
        if len(value) > FIELD_MAX:
            raise Invalid(
                "A field holds text of at most {most} characters.",
                most=FIELD_MAX,
                field=f"fields.{name}",
            )
    if sum(map(len, fields.values())) > ALL_MAX:
        raise Invalid(
            "All fields together hold {most} characters at most.", most=ALL_MAX, field="fields"
        )
    cleaned = {name: _UNSTORABLE.sub("", value) for name, value in fields.items()}
    return {name: value for name, value in cleaned.items() if value.strip()}


def _locked(ticket: Ticket, kind: DraftKind, *, user: User, now: dt.datetime) -> Draft:
    """The one draft of its kind, locked; made where there was none. In a transaction."""
    rows = Draft.objects.select_for_update().filter(ticket=ticket, user=user, kind=kind.value)
    row = rows.first()
    if row is None:
        try:
            with transaction.atomic():
                return Draft.objects.create(ticket=ticket, user=user, kind=kind.value, saved_at=now)
        except IntegrityError:  # the other window was quicker
            row = rows.get()
    return row


def _empty(ticket: Ticket, kind: DraftKind, *, user: User, now: dt.datetime, sent: bool) -> None:
    with transaction.atomic():
        rows = Draft.objects.select_for_update().filter(ticket=ticket, user=user, kind=kind.value)
        row = rows.first()
        if row is None:
            return
        _drop(list(row.files.all()))
        row.body, row.fields, row.saved_at = "", {}, now
        row.revision += 1
        row.sent_at = now if sent else row.sent_at
        row.save(update_fields=["body", "fields", "saved_at", "revision", "sent_at"])


def _drop(rows: list[DraftFile]) -> int:
    """Delete rows at once and their files when that is certain."""
    for row in rows:
        storage, name = row.file.storage, row.file.name or ""
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]
    DraftFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
