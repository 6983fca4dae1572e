"""What every section of the settings is: documents by key, one form, one way to write them.

A section says which fields its documents have, reads them all in a fixed number of queries, and
writes one through the models and services of the app that owns them. Pages, API, history, export
and import are the same for all sections and live elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext

from desk.setup.compound import check_all, schema_of
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Field, Problems, told
from desk.setup.many import batch
from tickets.access import Principal
from tickets.errors import Invalid
from tickets.models import User
from tickets.tree import DEEPEST, depths

Doc = dict[str, Any]


@dataclass(frozen=True)
class Preview:
    """What a document means, as a picture: a template and what it shows."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Attention:
    """Something that wants to be looked at, with where."""

    words: str
    url: str
    #: Whether no complaint can be taken in, or answered, until it is mended.
    stops: bool = False


def digest(doc: Doc | None) -> str:
    """The revision of a document: a short name of exactly this content; "" for none."""
    if doc is None:
        return ""
    text = json.dumps(doc, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Section:
    """One kind of thing that the desk is set up with."""

    key: ClassVar[str]
    title: ClassVar[str]
    #: One of it, in the middle of a sentence.
    one: ClassVar[str]
    about: ClassVar[str]
    icon: ClassVar[str] = "settings"
    group: ClassVar[str] = ""
    fields: ClassVar[tuple[Field, ...]] = ()
    #: What the list shows beside the name.
    columns: ClassVar[tuple[str, ...]] = ()
    #: The field that is its name on lists.
    named: ClassVar[str] = "name"
    #: Fields that its key is made of; they stay once it is made. Empty: the key is typed.
    identity: ClassVar[tuple[str, ...]] = ()
    #: The field that names another document of the section, which this one lies below.
    above: ClassVar[str] = ""
    #: The key of the only document there is; "" where there are many.
    single: ClassVar[str] = ""
    #: Only people change it, no integration.
    in_person: ClassVar[bool] = False
    removable: ClassVar[bool] = True
    #: Whether a change has open deadlines worked out anew.
    moves_deadlines: ClassVar[bool] = False
    #: Where it has pages of its own; then it has none here.
    elsewhere: ClassVar[str] = ""
    #: Where more of the same is done.
    more: ClassVar[tuple[tuple[str, str], ...]] = ()
    previews: ClassVar[bool] = False

    def documents(self) -> dict[str, Doc]:
        """Every document, in the order in which lists show them. A fixed number of queries."""
        raise NotImplementedError

    def write(self, key: str, doc: Doc, *, before: Doc | None, by: User | None,
              now: dt.datetime) -> None:  # fmt: skip
        """Store a checked document, inside a transaction. Raises `DomainError`, or Django's
        `ValidationError`, naming the field."""
        raise NotImplementedError

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """Take one away. Raises `DomainError`; what is in use is kept by the database."""
        raise Invalid("A {one} is switched off, not removed.", one=told(self.one))

    def key_of(self, doc: Doc) -> str:
        """The key of a new document, where its identity makes it."""
        parts = [str(doc.get(name) or "all") for name in self.identity]
        return "-".join(parts).lower().replace(" ", "-").replace("@", "-at-")[:120]

    def check_may(self, who: Principal, before: Doc | None, after: Doc | None) -> None:
        """Raises `NotAllowed` where not everybody who sets the desk up may make this change."""

    def check_above(
        self, before: Mapping[str, Doc], after: Mapping[str, Doc]
    ) -> list[tuple[str, str]]:
        """What a change makes lie below itself, or too deep: (key, words)."""
        if not self.above:
            return []
        was, now = (
            depths({key: doc[self.above] or None for key, doc in docs.items()})
            for docs in (before, after)
        )
        told_of = {
            0: gettext("It can't lie below itself."),
            1: gettext("At most %(most)s lie one below the other.") % {"most": DEEPEST},
        }
        return [
            (key, told_of[min(depth, 1)]) for key, depth in now.items()
            if (depth == 0 or depth > DEEPEST) and was.get(key) != depth
        ]  # fmt: skip

    def locked(self, who: Principal) -> frozenset[str]:
        """Names of fields that this person may look at, not change."""
        return frozenset()

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """What the document means."""
        return None

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """What wants to be looked at."""
        return ()

    def title_of(self, key: str, doc: Doc) -> str:
        """One document in a list."""
        return str(doc.get(self.named) or key)

    # -- shared ------------------------------------------------------------------------------

    @property
    def by_name(self) -> dict[str, Field]:
        """Fields by their names."""
        return {one.name: one for one in self.fields}

    @property
    def url(self) -> str:
        """Its page."""
        return self.elsewhere or f"/desk/settings/{self.key}/"

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of a document."""
        return {"title": told(self.title), **schema_of(self.fields)}

    def checked(self, raw: Any, *, where: str = "") -> Doc:
        """A document as sent, in its full form. Raises `SetupInvalid` with everything wrong."""
        wrong: Problems = []
        doc = check_all(self.fields, raw, "", wrong)
        if wrong:
            raise SetupInvalid(wrong, where=where)
        return doc

    def changes(self, before: Doc | None, after: Doc | None) -> list[tuple[str, str, str]]:
        """(label, words before, words after) of each field that differs."""
        found = []
        for one in self.fields:
            old, new = (doc.get(one.name) if doc else None for doc in (before, after))
            if old != new and not (not old and not new and old is not False):
                if before and after:
                    words = one.apart(old, new)
                else:
                    words = (one.words(old) if before else "", one.words(new) if after else "")
                found.append((told(one.label), *words))
        return found


_sections: dict[str, Section] = {}


def add(section: Section) -> Section:
    """Make a section known. In the order in which a file is read: what is referred to is first."""
    _sections[section.key] = section
    return section


def sections() -> dict[str, Section]:
    """Every section by key."""
    from desk.setup import sections as all_of_them  # noqa: F401, PLC0415 - they add themselves

    return _sections


# -- what sections of models share -----------------------------------------------------------------


def referred(model: Any, key: Any, at: str, *, by: str = "key", what: str = "") -> Any:
    """The row that a document names; None for "". Raises `SetupInvalid`, naming those there are."""
    if not key:
        return None
    many = batch()
    row = many.find(model, by, key) if many else model.objects.filter(**{by: key}).first()
    if row is None:
        known = ", ".join(map(str, model.objects.order_by(by).values_list(by, flat=True)[:20]))
        noun = what or model._meta.verbose_name
        raise SetupInvalid(
            [
                (
                    at,
                    gettext("There is no %(noun)s “%(key)s”. Known are: %(known)s.")
                    % {"noun": told(str(noun)), "key": key, "known": known or gettext("none yet")},
                )
            ]
        )
    return row


def held(model: Any, before: Doc | None, **by: Any) -> Any:
    """The row of a document; None for a new one, which is not even looked for where many are
    stored together."""
    return None if before is None and batch() else model.objects.filter(**by).first()


def stored(row: Model, *, at: str = "", exclude: Iterable[str] = (), later: bool = False) -> None:
    """Check a row as the admin does, and save it; where many are stored together a new one may
    wait with `later`, if nothing asks for its primary key.

    Raises `SetupInvalid`, naming the fields, and where many are stored together `IntegrityError`.
    """
    many = batch()
    try:
        if many is not None:
            many.store(row, exclude, later=later)
            return
        row.full_clean(exclude=set(exclude))
    except ValidationError as error:
        raise SetupInvalid(list(problems_of(error, at))) from error
    row.save()


def problems_of(error: ValidationError, at: str = "") -> Iterable[tuple[str, str]]:
    """Django's errors as (place, words)."""
    prefix = f"{at}." if at else ""
    if hasattr(error, "error_dict"):
        for name, messages in error.message_dict.items():
            own = at if name == "__all__" else f"{prefix}{name}"
            for words in messages:
                # What is wrong within a column of data says where: "steps[0].to: nobody …".
                place, colon, rest = words.partition(": ")
                within = colon and place.startswith(f"{name}[")
                yield (f"{prefix}{place}", rest) if within else (own, words)
    else:
        yield from ((at, words) for words in error.messages)


def plain_of(row: Model, names: Iterable[str]) -> Doc:
    """Columns of a row as a document has them."""
    found = {}
    for name in names:
        value = getattr(row, name)
        found[name] = list(value) if isinstance(value, list | tuple) else value
    return found
