"""Doing what a form of the ticket's page asks for: once, with the files kept for it, and then the
draft is gone. All of it happens, or nothing does."""

import datetime as dt
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.http import QueryDict

from desk.actions import Action, Doing
from tickets.models import IdempotentRequest, User
from tickets.rules import DraftKind
from tickets.services.drafts import draft_uploads, draft_was_sent

_KINDS = {kind.value.replace("_", "-"): kind for kind in DraftKind}


def draft_kind(verb: str) -> DraftKind | None:
    """The kind of draft that the form of a verb has; None where it has none."""
    return _KINDS.get(verb)


def carry_out(action: Action, doing: Doing, posted: QueryDict, *, me: User) -> str | None:
    """Run the action and say what was done; None where this very form was sent before, when
    nothing is done. Raises what the action's service raises, and `FileRefused`."""
    kind = draft_kind(action.verb)
    with transaction.atomic():
        if not _first_time(posted.get("once", ""), me, now=doing.now):
            return None
        kept = [int(key) for key in posted.getlist("kept") if key.isascii() and key.isdecimal()]
        if kind is not None and kept and "attachments" in doing.data:
            files = draft_uploads(doing.ticket, kind, kept, user=me)
            typed = [*files, *(doing.data["attachments"] or ())]
            doing = replace(doing, data={**doing.data, "attachments": typed})
        words = action.run(doing)
        if kind is not None:
            draft_was_sent(doing.ticket, kind, user=me, now=doing.now)
    return words


def _first_time(key: str, me: User, *, now: dt.datetime) -> bool:
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
