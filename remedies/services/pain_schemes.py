"""Assessments of pain: written as a draft, put in force, tried. Never edited once in force."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from remedies.models import PainScheme
from remedies.pain_schemes import read_scheme
from remedies.rules.states import PolicyStatus
from tickets.errors import Conflict
from tickets.models import User
from tickets.services.texts import needed


def save_pain_scheme(data: dict[str, Any], *, by: User | None, now: dt.datetime) -> PainScheme:
    """Write an assessment over the draft there is, or as the next version.

    Raises `SchemeInvalid` with every problem and its path; also where something worse would give
    less pain.
    """
    read_scheme(data)
    title = needed(str(data.get("title") or ""), what=_("a title"), field="title", limit=160)
    with transaction.atomic():
        versions = PainScheme.objects.select_for_update()
        row = versions.filter(status=PolicyStatus.DRAFT.value).first()
        if row is None:
            last = PainScheme.objects.aggregate(Max("version"))["version__max"] or 0
            row = PainScheme(version=last + 1, created_at=now, created_by=by)
        row.title, row.data = title, data
        row.save()
    return row


def activate_pain_scheme(row: PainScheme, *, by: User | None, now: dt.datetime) -> PainScheme:
    """Put a draft in force at once; the version before is retired. Tickets are assessed by it from
    the next thing on that happens to them.

    Raises `Conflict` where it is no draft.
    """
    with transaction.atomic():
        versions = list(PainScheme.objects.select_for_update().order_by("version"))
        draft = next((one for one in versions if one.pk == row.pk), None)
        if draft is None or draft.status != PolicyStatus.DRAFT:
            raise Conflict("Only a draft can be put in force.", field="status")
        read_scheme(draft.data)
        for other in versions:
            if other.status == PolicyStatus.ACTIVE:
                other.status, other.retired_at = PolicyStatus.RETIRED.value, now
                other.save(update_fields=["status", "retired_at"])
        draft.status, draft.active_from = PolicyStatus.ACTIVE.value, now
        draft.activated_by = by
        draft.save(update_fields=["status", "active_from", "activated_by"])
    return draft


def drop_pain_draft(row: PainScheme) -> None:
    """Throw a draft away. Raises `Conflict` for what was ever in force."""
    with transaction.atomic():
        draft = PainScheme.objects.select_for_update().filter(pk=row.pk).first()
        if draft is None or draft.status != PolicyStatus.DRAFT:
            raise Conflict("Only a draft can be thrown away.", field="status")
        draft.delete()
