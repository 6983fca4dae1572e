"""The index of the settings: what is set, by whom it was changed last, what wants attention."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext, gettext_noop

from desk.setup.fields import told
from desk.setup.models import SetupChange
from desk.setup.section import Attention, Doc, Section, sections
from desk.words import moment_words
from tickets.models import Outbox
from tickets.models.stream import OutboxState

Documents = Mapping[str, Mapping[str, Doc]]


#: What a history says was done, and how it came in.
HISTORY_WORDS = (
    gettext_noop("made"),
    gettext_noop("changed"),
    gettext_noop("removed"),
    gettext_noop("restored"),
    gettext_noop("found"),
    gettext_noop("api"),
    gettext_noop("file"),
    gettext_noop("start"),
)


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
        groups.setdefault(told(section.group), []).append(
            SectionView(section, _count(section, documents[key]), changed)
        )
    return list(groups.items())


def _count(section: Section, docs: Mapping[str, Doc]) -> str:
    if section.single:
        return ""
    used = sum(1 for doc in docs.values() if doc.get("active", True))
    off = len(docs) - used
    told = {"count": used, "off": off}
    return gettext("%(count)s, %(off)s not in use") % told if off else str(used)


def attention_of(documents: Documents) -> list[Attention]:
    """What wants to be looked at, what stops the desk first."""
    found = [
        one
        for key, section in sections().items()
        for one in section.attention(dict(documents[key]))
    ]
    if not settings.INBOUND_MAIL_ADDRESS:
        found.append(
            Attention(
                gettext_noop("No mail comes in: complaints by mail are not taken."),
                "/desk/start/mail/",
            )
        )
    if Outbox.objects.filter(state=OutboxState.DEAD).exists():
        found.append(
            Attention(
                gettext_noop("Something could not be delivered."), "/admin/integrations/deadletter/"
            )
        )
    return sorted(found, key=lambda one: not one.stops)
