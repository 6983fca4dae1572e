"""What operators watch: whether the sweep keeps up, what fails, whether the outbox empties.

Every number is read from the database, so that any process can answer for all. Each query walks a
partial index of what is due or wrong, or a bounded number of the newest rows: a scrape costs a few
milliseconds with a million deadlines open.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db import connection, models, transaction
from django.db.models import Count, Min

from escalation.models import Deadline, Escalation
from escalation.rules import EscalationLevel
from tickets.models import Outbox, Untold
from tickets.models.stream import OutboxState

#: Backlogs are counted up to here; beyond it the number says "at least".
COUNTED = 100_000
#: Lag and speed are those of so many newest steps, of the last minute.
NEWEST = 1000
RECENT = dt.timedelta(minutes=1)
#: A scrape that takes longer than this is given up.
PATIENCE_MS = 2000
BY_THE_CLOCK = [
    EscalationLevel.WARNING.value,
    EscalationLevel.BREACH.value,
    EscalationLevel.PATH.value,
    EscalationLevel.RESUME.value,
]


@dataclass(frozen=True)
class Metric:
    """One number, with what it means; `labels` tell samples of one name apart."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def collect(*, now: dt.datetime) -> list[Metric]:
    """All metrics as of `now`. Raises OperationalError where the database takes too long."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
        return [*_due(now), *_sweep(now), *_outbox(now), *_untold()]


def _due(now: dt.datetime) -> Iterator[Metric]:
    due = Deadline.objects.due(now).order_by()
    oldest = due.aggregate(at=Min("next_at"))["at"]
    yield Metric(
        "amends_deadlines_due",
        f"Deadlines with a step that is due and not done, counted up to {COUNTED}.",
        _count(due),
    )
    yield Metric(
        "amends_deadlines_oldest_due_seconds",
        "For how long the oldest step that is due has waited; 0 when none is due.",
        (now - oldest).total_seconds() if oldest is not None else 0,
    )
    yield Metric(
        "amends_deadlines_failing",
        "Deadlines whose step failed and is tried again later.",
        _count(Deadline.objects.filter(failures__gt=0, next_at__isnull=False).order_by()),
    )


def _untold() -> Iterator[Metric]:
    yield Metric(
        "amends_people_untold",
        "People who could not be mailed what they should know, and are tried again later.",
        _count(Untold.objects.order_by()),
    )


def _sweep(now: dt.datetime) -> Iterator[Metric]:
    newest = Escalation.objects.order_by("-id").values_list("done_at", "due_at", "level")[:NEWEST]
    steps = [
        (done, due)
        for done, due, level in newest
        if level in BY_THE_CLOCK and now - RECENT < done <= now
    ]
    lags = sorted((done - due).total_seconds() for done, due in steps)
    for share in (0.5, 0.99, 1.0):
        place = min(int(share * len(lags)), len(lags) - 1)
        yield Metric(
            "amends_sweep_lag_seconds",
            "From due to done, of the newest steps of the last minute; 0 when there were none.",
            lags[place] if lags else 0,
            {"quantile": f"{share:g}"},
        )
    span = RECENT.total_seconds()
    if len(steps) >= NEWEST * 9 // 10:
        # More happened in this minute than is looked at: their own span tells the speed.
        span = max((now - min(done for done, _ in steps)).total_seconds(), 0.001)
    yield Metric(
        "amends_sweep_steps_per_second",
        f"Steps by the clock, over the last minute or the newest {NEWEST}.",
        round(len(steps) / span, 3),
    )


def _outbox(now: dt.datetime) -> Iterator[Metric]:
    pending = Outbox.objects.filter(state=OutboxState.PENDING.value).order_by()
    due = pending.filter(next_attempt_at__lte=now)
    oldest = due.aggregate(at=Min("next_attempt_at"))["at"]
    yield Metric(
        "amends_outbox_due",
        f"Mails, webhooks and payouts that could leave now, counted up to {COUNTED}.",
        _count(due),
    )
    yield Metric(
        "amends_outbox_age_seconds",
        "For how long the oldest of them has been ready to leave; 0 when none is.",
        (now - oldest).total_seconds() if oldest is not None else 0,
    )
    yield Metric(
        "amends_outbox_dead",
        "Dead letters: given up, waiting for a person.",
        _count(Outbox.objects.filter(state=OutboxState.DEAD.value).order_by()),
    )


def _count(rows: models.QuerySet[models.Model]) -> int:
    """How many rows there are, counted no further than COUNTED."""
    found: int = rows.values("pk")[:COUNTED].aggregate(n=Count("pk"))["n"]
    return found
