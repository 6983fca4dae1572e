"""Doing what a form of the ticket's page asks for: once, with the files kept for it, and then the
draft is gone. All of it happens, or nothing does."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict

from desk.actions import Action, Doing
from tickets.errors import NotFound
from tickets.models import DraftFile, IdempotentRequest, User
from tickets.rules import DraftKind
from tickets.services.drafts import (
    draft_files,
    draft_uploads,
    draft_was_sent,
    keep_draft_file,
    save_draft,
)

#: What a form sends that is no part of a draft.
_NOT_TYPED = {
    "csrfmiddlewaretoken", "version", "events", "once", "view", "kept", "body", "base", "then",
    "then_asked",
}  # fmt: skip

_KINDS = {kind.value.replace("_", "-"): kind for kind in DraftKind}


def draft_kind(verb: str) -> DraftKind | None:
    """The kind of draft that the form of a verb has; None where it has none."""
    return _KINDS.get(verb)


def carry_out(action: Action, doing: Doing, posted: QueryDict, *, me: User) -> str | None:
    """Run the action and say what was done; None where this very form was sent before, when
    nothing is done. Raises what the action's service raises, and `FileRefused`."""
    kind = draft_kind(action.verb)
    with transaction.atomic():
        if not first_time(posted.get("once", ""), me, now=doing.now):
            return None
        kept = _kept(posted)
        if kind is not None and kept and "attachments" in doing.data:
            files = draft_uploads(doing.ticket, kind, kept, user=me)
            typed = [*files, *(doing.data["attachments"] or ())]
            doing = replace(doing, data={**doing.data, "attachments": typed})
        words = action.run(doing)
        if kind is not None:
            draft_was_sent(doing.ticket, kind, user=me, now=doing.now)
    return words


def _kept(posted: QueryDict) -> list[int]:
    keys = posted.getlist("kept")
    return [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 19]


def typed_fields(posted: QueryDict) -> dict[str, str]:
    """What a form sends beside its text, as its draft keeps it."""
    return {name: "\n".join(posted.getlist(name)) for name in posted if name not in _NOT_TYPED}


def keep_typed(
    doing: Doing, verb: str, posted: QueryDict, form: Any, *, me: User
) -> list[DraftFile]:
    """Keep what stands in a form as its draft, with the files that came with it. Gives all files
    that go with it. Raises `FileRefused`, and `Invalid` for what is too long."""
    kind = draft_kind(verb)
    if kind is None:
        raise NotFound(field="verb")
    ticket, now = doing.ticket, doing.now
    with transaction.atomic():
        body = posted.get("body", "")
        save_draft(
            ticket, kind, user=me, body=body, fields=typed_fields(posted), base=None, now=now
        )
        files = form.cleaned_data.get("attachments") or ()
        new = [keep_draft_file(ticket, kind, one, user=me, now=now).pk for one in files]
        return draft_files(ticket, kind, [*_kept(posted), *new], user=me)


def first_time(key: str, me: User, *, now: dt.datetime) -> bool:
    """Claim the key that a form was made with. Whoever comes second waits for the first."""
    if not 8 <= len(key) <= 64 or not key.isascii() or not key.isalnum():
        return True
    try:
        with transaction.atomic():
            IdempotentRequest.objects.create(
                sender=f"page:{me.pk}", key=key, fingerprint="", status=303, created_at=now
            )
    except IntegrityError:
        return False
    return True
