"""What somebody typed before, as the forms of a ticket's page show it again."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _

from desk.build.people import size_words
from desk.forms.promises import PromisesField, promises_of
from desk.words import moment_words, time_words
from tickets.models import Draft
from tickets.rules import DraftKind


@dataclass(frozen=True, slots=True)
class KeptFileView:
    """A file that goes with what is sent."""

    id: int
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft beside its form. `words` only where something of it was put back."""

    revision: int = 0
    words: str = ""
    sent: str = ""
    left: tuple[str, ...] = ()
    files: tuple[KeptFileView, ...] = ()


def draft_view(draft: Draft | None, *, now: dt.datetime, zone: ZoneInfo) -> DraftView:
    """How a draft is told. Reads its files, so prefetch them."""
    if draft is None:
        return DraftView()
    files = tuple(
        KeptFileView(file.pk, file.name, size_words(file.size)) for file in draft.files.all()
    )
    restored = not draft.is_empty or bool(files)
    at = saved_words(draft.saved_at, now=now, zone=zone)
    return DraftView(
        revision=draft.revision,
        words=(_("Draft of %(at)s restored") % {"at": at}) if restored else "",
        sent=saved_words(draft.sent_at, now=now, zone=zone) if draft.sent_at else "",
        left=tuple(filter(None, draft.fields.get("left", "").split("\n"))),
        files=files,
    )


def saved_words(at: dt.datetime, *, now: dt.datetime, zone: ZoneInfo) -> str:
    """ "11:02" for today, "Thu 19 Nov, 11:02" for another day."""
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return time_words(at, zone=zone)
    return moment_words(at, now=now, zone=zone)


def put_back(form: forms.Form, draft: Draft | None) -> None:
    """Fill a form that nobody has sent with what was typed before."""
    if draft is None or draft.is_empty:
        return
    values: dict[str, Any] = {}
    for name, field in form.fields.items():
        if isinstance(field, PromisesField):
            values[name] = promises_of(draft.fields)
        elif name in draft.fields:
            several = isinstance(field, forms.MultipleChoiceField)
            typed = draft.fields[name]
            values[name] = typed.split("\n") if several else typed
    if "body" in form.fields:
        values["body"] = draft.body
    elif draft.kind == DraftKind.REFUSE:
        values["reason"] = draft.body
    form.initial.update(values)
