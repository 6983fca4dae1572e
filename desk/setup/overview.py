"""The index of the settings: what is set, by whom it was changed last, what wants attention."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max

from desk.setup.models import SetupChange
from desk.setup.section import Attention, Doc, Section, sections
from desk.words import moment_words
from tickets.models import Outbox
from tickets.models.stream import OutboxState

Documents = Mapping[str, Mapping[str, Doc]]


@dataclass(frozen=True)
class SectionView:
    """One section on the index."""

    section: Section
    count: str
    changed: str


def groups_of(
    documents: Documents, *, now: dt.datetime, zone: dt.tzinfo
) -> list[tuple[str, list[SectionView]]]:
    """Sections by group, in the order of the groups' first ones."""
    newest = SetupChange.objects.values("section").annotate(last=Max("id")).values("last")
    last = {row.section: row for row in SetupChange.objects.filter(id__in=newest)}
    groups: dict[str, list[SectionView]] = {}
    for key, section in sections().items():
        row = last.get(key)
        changed = ""
        if row is not None:
            when = moment_words(row.at, now=now, zone=zone)
            changed = f"{row.by_name}, {when}"
        groups.setdefault(section.group, []).append(
            SectionView(section, _count(section, documents[key]), changed)
        )
    return list(groups.items())


def _count(section: Section, docs: Mapping[str, Doc]) -> str:
    if section.single:
        return ""
    used = sum(1 for doc in docs.values() if doc.get("active", True))
    off = len(docs) - used
    return f"{used}" + (f", {off} not in use" if off else "")


def attention_of(documents: Documents) -> list[Attention]:
    """What wants to be looked at, what stops the desk first."""
    found = [one for key, section in sections().items()
             for one in section.attention(dict(documents[key]))]  # fmt: skip
    if not settings.INBOUND_MAIL_ADDRESS:
        found.append(Attention("No mail comes in: complaints by mail are not taken.",
                               "/desk/start/mail/"))  # fmt: skip
    if Outbox.objects.filter(state=OutboxState.DEAD).exists():
        found.append(Attention("Something could not be delivered.",
                               "/admin/integrations/deadletter/"))  # fmt: skip
    return sorted(found, key=lambda one: not one.stops)
