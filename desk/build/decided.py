"""A clock that was kept or missed, in a list of those behind a figure."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from desk.build.codes import kind_words
from desk.words import moment_words
from escalation.models import Deadline


@dataclass(frozen=True, slots=True)
class DecidedView:
    """Which clock it was, what became of it and when, and where it is explained."""

    words: str
    when: str
    url: str


def decided_view(row: Deadline, number: str, *, now: dt.datetime, zone: dt.tzinfo) -> DecidedView:
    """A clock of the ticket of that number: "next reply", "missed Tue 24 Nov, 12:00, done Tue 24
    Nov, 15:40"."""

    def told(at: dt.datetime) -> dict[str, str]:
        return {"when": moment_words(at, now=now, zone=zone)}

    said = []
    if row.breached_at is not None:
        said.append(_("missed %(when)s") % told(row.breached_at))
    if row.met_at is not None:
        late = _("done %(when)s") if row.breached_at else _("kept %(when)s")
        said.append(late % told(row.met_at))
    url = f"/desk/tickets/{number}/deadlines/#deadline-{row.pk}"
    return DecidedView(kind_words(row.kind), ", ".join(said), url)
