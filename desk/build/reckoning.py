"""Open deadlines worked out anew, or what a draft would do to them, as its page shows it."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from desk.build.events import kind_words
from desk.words import count_words, moment_words
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
    waiting = "Under way" if progress.done else "Waiting for a worker"
    states = {"done": "Done", "cancelled": f"Stopped by {job.cancelled_by}"}
    return ReckoningView(
        id=job.pk,
        name=job.why,
        preview=job.preview,
        state_words=states.get(found.state, waiting),
        under_way=found.state == "under_way",
        percent=found.percent,
        finding=f"{found.words}.",
        counts=(
            f"{count_words(progress.deadlines, 'open deadline')} on "
            f"{count_words(progress.tickets, 'complaint')} looked at, "
            f"{progress.earlier:,} of those that move come earlier"
        ),
        rows=rows,
        begun=moment_words(job.created_at, now=now, zone=zone),
    )
