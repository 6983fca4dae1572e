"""Open deadlines worked out anew, or what a draft would do to them, as its page shows it."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

from desk.build.events import kind_words
from desk.words import moment_words, number_words
from escalation.services.previews import Found


@dataclass(frozen=True, slots=True)
class MovedRow:
    """One deadline that moves."""

    ticket: str
    kind: str
    was: str
    due: str
    missed: bool


@dataclass(frozen=True, slots=True)
class ReckoningView:
    """How far it is, and what it found."""

    id: int
    name: str
    preview: bool
    state_words: str
    under_way: bool
    percent: int
    finding: str
    counts: str
    rows: tuple[MovedRow, ...]
    begun: str


def reckoning_view(found: Found, *, now: dt.datetime, zone: ZoneInfo) -> ReckoningView:
    """A reckoning in words."""
    job, progress = found.job, found.progress

    def words(text: str) -> str:
        return moment_words(dt.datetime.fromisoformat(text), now=now, zone=zone)

    rows = tuple(
        MovedRow(
            one["ticket"],
            kind_words(one["kind"]),
            words(one["was"]),
            words(one["due_at"]),
            one["missed"],
        )
        for one in progress.examples
    )
    waiting = gettext("Under way") if progress.done else gettext("Waiting for a worker")
    states = {
        "done": gettext("Done"),
        "cancelled": gettext("Stopped by %(cancelled_by)s") % {"cancelled_by": job.cancelled_by},
    }
    return ReckoningView(
        id=job.pk,
        name=job.why,
        preview=job.preview,
        state_words=states.get(found.state, waiting),
        under_way=found.state == "under_way",
        percent=found.percent,
        finding=f"{found.words}.",
        counts=(
            gettext(
                "%(deadlines)s on %(complaints)s looked at, "
                "%(earlier)s of those that move come earlier"
            )
            % {
                "deadlines": ngettext(
                    "%(count)s open deadline", "%(count)s open deadlines", progress.deadlines
                )
                % {"count": number_words(progress.deadlines)},
                "complaints": ngettext(
                    "%(count)s complaint", "%(count)s complaints", progress.tickets
                )
                % {"count": number_words(progress.tickets)},
                "earlier": number_words(progress.earlier),
            }
        ),
        rows=rows,
        begun=moment_words(job.created_at, now=now, zone=zone),
    )
