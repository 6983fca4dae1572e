"""Reading and writing documents of the settings: one at a time, each change kept with who made it.

All changes wait for one lock, so what a change was checked against still holds when it is stored.
A revision is the digest of the document: who sends the one that he saw is refused when it is not
the one that stands, however it was changed meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.utils.translation import gettext
from simple_history.models import HistoricalRecords

from desk.setup.access import check_may_change, check_may_see
from desk.setup.errors import SetupInvalid, SetupStale
from desk.setup.fields import told
from desk.setup.many import PIECE, batch
from desk.setup.models import SetupChange
from desk.setup.rules import Deed, Way
from desk.setup.section import Doc, Section, digest, problems_of, sections
from escalation import tasks
from escalation.services import rederiving
from tickets.access import Principal
from tickets.cached import forget_all
from tickets.errors import Conflict, DomainError, NotFound
from tickets.models import User

#: Any number, the same everywhere: the name of the lock.
_LOCK = 7_216_540_001


@dataclass(frozen=True)
class Item:
    """One document as it stands."""

    section: Section
    key: str
    doc: Doc

    @property
    def revision(self) -> str:
        """What a change of it has to name."""
        return digest(self.doc)


@dataclass(frozen=True)
class Author:
    """Who changes something, when, and on which way."""

    who: Principal
    now: dt.datetime
    way: Way = Way.PAGE

    @property
    def user(self) -> User | None:
        """The person as a row; None for an integration, or for a command."""
        user = self.who.user
        return user if user is not None and user.pk else None

    @property
    def name(self) -> str:
        """As history names him."""
        return (self.who.user.name if self.who.user else self.who.client) or "The desk"


def section_called(key: str) -> Section:
    """A section. Raises `NotFound`."""
    found = sections().get(key)
    if found is None:
        raise NotFound(field="section")
    return found


def find(section: Section, key: str, who: Principal) -> Item:
    """One document. Raises `NotAllowed`, `NotFound`."""
    check_may_see(who)
    doc = section.documents().get(key)
    if doc is None:
        raise NotFound(field="key")
    return Item(section, key, doc)


def save(
    section: Section, key: str, raw: Any, author: Author, *, seen: str | None = None,
    deed: Deed | None = None,
) -> Item:  # fmt: skip
    """Write a document; `seen` is the revision that it was made from, "" for a new one, None where
    nobody looked.

    Returns it as it stands now. Raises `NotAllowed`, `SetupInvalid` with every place at fault,
    `SetupStale`, `Conflict` where a new one is there already.
    """
    check_may_change(author.who, section)
    doc = section.checked(raw)
    with transaction.atomic():
        lock()
        before = section.documents().get(key)
        _check_seen(section, key, before, seen)
        if before is not None:
            _same_identity(section, before, doc)
        elif section.identity:
            key = section.key_of(doc)
            before = section.documents().get(key)
            if before is not None and seen == "":
                raise Conflict(
                    "There is {title} already. Change that.", title=section.title_of(key, before)
                )
        if doc == before:
            return Item(section, key, doc)
        section.check_may(author.who, before, doc)
        held = section.documents()
        if faults := section.check_above(held, {**held, key: doc}):
            raise SetupInvalid([(section.above, words) for _, words in faults[:1]])
        write(section, key, doc, before=before, author=author)
        forget_all()
        after = section.documents().get(key)
        if after is None:
            raise NotFound(field="key")
        usual = Deed.MADE if before is None else Deed.CHANGED
        note(section, key, before, after, author, deed or usual)
        if section.moves_deadlines and before is not None:
            work_out_anew(f"{section.one} {section.title_of(key, after)}", author)
    return Item(section, key, after)


def write(section: Section, key: str, doc: Doc, *, before: Doc | None, author: Author) -> None:
    """Have the section store a document, its refusals in one form. Raises `DomainError`."""
    try:
        with transaction.atomic(savepoint=batch() is None), told_to_history(author):
            section.write(key, doc, before=before, by=author.user, now=author.now)
    except ValidationError as error:
        raise SetupInvalid(list(problems_of(error))) from error
    except IntegrityError as error:
        raise Conflict("This clashes with what is already there.") from error


def remove(section: Section, key: str, author: Author, *, seen: str | None = None) -> None:
    """Take a document away. Raises as `save` does, and `Conflict` where it is in use."""
    check_may_change(author.who, section)
    with transaction.atomic():
        lock()
        before = section.documents().get(key)
        if before is None:
            raise NotFound(field="key")
        _check_seen(section, key, before, seen)
        if not section.removable or section.single:
            raise Conflict("A {one} is switched off, not removed.", one=told(section.one))
        section.check_may(author.who, before, None)
        try:
            with transaction.atomic(), told_to_history(author):
                section.remove(key, by=author.user, now=author.now)
        except (ProtectedError, RestrictedError, IntegrityError) as error:
            users = _users(error)
            raise Conflict(
                "It is in use{told}. What is in use is switched off.", told=users
            ) from error
        forget_all()
        note(section, key, before, None, author, Deed.REMOVED)
        if section.moves_deadlines:
            work_out_anew(f"{section.one} {section.title_of(key, before)} removed", author)


@contextmanager
def told_to_history(author: Author) -> Iterator[None]:
    """Have the history of each row name the person, and nobody where an integration acts: it
    would take whatever the request calls its user."""
    held = getattr(HistoricalRecords.context, "request", None)
    HistoricalRecords.context.request = SimpleNamespace(user=author.user)
    try:
        yield
    finally:
        if held is None:
            del HistoricalRecords.context.request
        else:
            HistoricalRecords.context.request = held


def _users(error: Exception) -> str:
    rows: Any = getattr(error, "protected_objects", getattr(error, "restricted_objects", ()))
    names = sorted({str(row._meta.verbose_name_plural) for row in list(rows)[:200]})
    return gettext(" by %(names)s") % {"names": ", ".join(names)} if names else ""


def lock() -> None:
    """Wait until nobody else changes the settings; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    forget_all()


def _check_seen(section: Section, key: str, before: Doc | None, seen: str | None) -> None:
    if seen is None:
        return
    if seen == "" and before is not None and not section.identity:
        raise Conflict(
            "There is a {one} “{key}” already.", one=told(section.one), key=key, field="key"
        )
    if seen and digest(before) != seen:
        raise SetupStale


def _same_identity(section: Section, before: Doc, doc: Doc) -> None:
    moved = [name for name in section.identity if before.get(name) != doc.get(name)]
    if moved:
        words = gettext("This stays as it is. Make another %(one)s instead.") % {
            "one": told(section.one)
        }
        raise SetupInvalid([(name, words) for name in moved])


def work_out_anew(why: str, author: Author) -> None:
    """Have open deadlines worked out anew in the background."""
    rederiving.start((why[:1].upper() + why[1:])[:120], now=author.now, by=author.user)
    transaction.on_commit(tasks.rederive_open.delay)


# -- history --------------------------------------------------------------------------------------


def history(section: Section, key: str, who: Principal) -> QuerySet[SetupChange]:
    """What was changed of a document, the newest first. Raises `NotAllowed`."""
    check_may_see(who)
    return SetupChange.objects.filter(section=section.key, key=key)


def note(
    section: Section, key: str, before: Doc | None, after: Doc | None, author: Author, deed: Deed
) -> None:
    """Keep a change. What was changed elsewhere since the last one is kept first, so that it can
    be gone back to as well."""
    note_all(section, [(key, before, after, deed)], author)


def note_all(
    section: Section, changes: Sequence[tuple[str, Doc | None, Doc | None, Deed]], author: Author
) -> None:
    """Keep changes (key, before, after, deed) of several documents of a section. A fixed number of
    queries for a thousand of them."""
    rows = SetupChange.objects.filter(section=section.key, key__in=[key for key, *_ in changes])
    newest = rows.order_by("key", "-number").distinct("key")
    last = {row.key: row for row in newest}
    found = []
    for key, before, after, deed in changes:
        was = last.get(key)
        number = was.number + 1 if was else 1
        base: dict[str, Any] = {"section": section.key, "key": key, "at": author.now}
        if was is not None and before is not None and was.after != before:
            found.append(SetupChange(
                **base, number=number, deed=Deed.FOUND.value, way=Way.OTHER.value, by=None,
                by_name=gettext("In the admin, or by a command"), before=was.after, after=before,
            ))  # fmt: skip
            number += 1
        found.append(SetupChange(
            **base, number=number, deed=deed.value, way=author.way.value, by=author.user,
            by_name=author.name[:160], before=before, after=after,
        ))  # fmt: skip
    SetupChange.objects.bulk_create(found, batch_size=PIECE)


def restore(
    section: Section, key: str, number: int, author: Author, *, seen: str | None = None
) -> Item:
    """Write a document as it was after its change of that number; a removed one comes back.

    Raises as `save` does; `NotFound` where there was none then.
    """
    row = history(section, key, author.who).filter(number=number).first()
    doc = None if row is None else (row.after if row.after is not None else row.before)
    if doc is None:
        raise NotFound(field="number")
    known = section.by_name
    kept = {name: value for name, value in doc.items() if name in known}
    return save(section, key, kept, author, seen=seen, deed=Deed.RESTORED)


def undo(section: Section, key: str, number: int, author: Author) -> Item | None:
    """Take the newest change back; None where that removed what it had made.

    Raises `Conflict` where it was changed since, and as `save` does.
    """
    row = history(section, key, author.who).order_by("-number").first()
    now = section.documents().get(key)
    if row is None or row.number != number or digest(now) != digest(row.after):
        raise Conflict("It was changed since. Look at its history.")
    if row.before is None:
        remove(section, key, author, seen=digest(now))
        return None
    return save(section, key, row.before, author, seen=digest(now), deed=Deed.RESTORED)


def base_of(section: Section, key: str, seen: str) -> Doc | None:
    """The document of a revision that somebody saw, if history has it."""
    for row in SetupChange.objects.filter(section=section.key, key=key)[:50]:
        for doc in (row.after, row.before):
            if doc is not None and digest(doc) == seen:
                found: Doc = doc
                return found
    return None


def merged(base: Doc | None, theirs: Doc, mine: Doc) -> tuple[Doc, list[str]]:
    """What I typed over what they stored: fields that I left alone take theirs. Returns the names
    of fields that both changed; there mine stands."""
    if base is None:
        return mine, [name for name in mine if mine[name] != theirs.get(name)]
    found, both = dict(mine), []
    for name, value in mine.items():
        if value == base.get(name):
            found[name] = theirs.get(name, value)
        elif theirs.get(name) not in (base.get(name), value):
            both.append(name)
    return found, both


def refused(error: DomainError) -> list[tuple[str, str]]:
    """What was refused, as (place, words)."""
    if error.details:
        return [(place, words) for place, _, words in error.details]
    return [(error.field or "", error.message)]
