"""Open deadlines anew after a calendar, path or policy was changed, or would be: from the same
start, with all pauses, never from now.

A reckoning is cut into parts of some hundred tickets. Whoever is free takes the next part, reads
what belongs to its tickets in bulk, and writes in bulk, all in one transaction that also marks the
part as done: a killed worker costs one part's time, two workers never do one part twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from escalation.derive import Told
from escalation.models import Deadline, Pause, Rederivation, RederivationPart
from escalation.services.clocks import REVISED, Clocks, write
from escalation.services.drafting import setup_with
from escalation.services.revising import Revision, revise, settle
from escalation.services.setup import Setup, setup
from escalation.services.telling import tell_many
from tickets.actors import SYSTEM
from tickets.bulk import update
from tickets.change import Unit, changing, unit_of_work
from tickets.models import Ticket, User
from tickets.values import json_value

log = structlog.get_logger(__name__)

SIZE = 200
#: Other processes see a change within two seconds; tickets that opened by then are looked at last.
SEEN_BY_ALL = dt.timedelta(seconds=5)
MOST_EXAMPLES = 5
_COUNTS = ("tickets", "deadlines", "moved", "earlier", "missed", "dropped", "added", "failed")


@dataclass(frozen=True)
class Progress:
    """How far a reckoning is, and what it found."""

    parts: int
    done: int
    tickets: int
    deadlines: int
    moved: int
    earlier: int
    missed: int
    dropped: int
    added: int
    failed: int
    examples: tuple[Mapping[str, Any], ...]

    @property
    def percent(self) -> int:
        """Parts that are done, rounded down."""
        return 100 * self.done // self.parts if self.parts else 100

    @property
    def finished(self) -> bool:
        """Whether all is done."""
        return self.done == self.parts

    def words(self, *, preview: bool) -> str:
        """What people read: "412 deadlines move, 3 would be missed at once"."""
        if preview:
            said = ngettext("%(count)s deadline moves", "%(count)s deadlines move", self.moved)
            missed = _("%(count)s would be missed at once")
        else:
            said = ngettext("%(count)s deadline moved", "%(count)s deadlines moved", self.moved)
            missed = _("%(count)s missed at once")
        parts = [said % {"count": self.moved}, missed % {"count": self.missed}]
        if self.dropped:
            parts.append(_("%(count)s no longer run") % {"count": self.dropped})
        if self.added:
            parts.append(_("%(count)s begin") % {"count": self.added})
        failed = _("%(count)s tickets failed") % {"count": self.failed} if self.failed else ""
        return "; ".join(filter(None, [", ".join(parts), failed]))


@transaction.atomic
def start(
    why: str,
    *,
    now: dt.datetime,
    by: User | None = None,
    draft: Mapping[str, Any] | None = None,
    preview: bool = False,
    size: int = SIZE,
) -> Rederivation:
    """Begin a reckoning: its parts wait to be done. Raises PolicyInvalid for a draft with mistakes.

    With `preview`, and with a `draft` of what would be set up, nothing is changed by it.
    """
    if draft:
        setup_with(draft)
    keys = list(_tickets().order_by("ticket_id").values_list("ticket_id", flat=True).distinct())
    job = Rederivation.objects.create(
        why=why[:200], preview=preview or bool(draft), draft=dict(draft or {}), created_at=now,
        created_by=by, tickets=len(keys),
    )  # fmt: skip
    bounds = [0, *keys[size - 1 :: size]]
    parts = [
        RederivationPart(job=job, after=low, upto=high, not_before=now)
        for low, high in pairwise(bounds)
    ]
    last = RederivationPart(job=job, after=bounds[-1], upto=None, not_before=now)
    if not job.preview:
        last.not_before = now + SEEN_BY_ALL
        rest = RederivationPart(job=job, after=bounds[-1], upto=keys[-1] if keys else 0)
        rest.not_before = now
        parts.append(rest)
        last.after = max(rest.upto or 0, bounds[-1])
    RederivationPart.objects.bulk_create([*parts, last])
    return job


def progress(job: Rederivation) -> Progress:
    """How far it is."""
    sums = job.parts.aggregate(
        parts=Count("pk"),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        **{f"n_{name}": Sum(name, default=0) for name in _COUNTS},
    )
    found = job.parts.exclude(examples=[]).values_list("examples", flat=True)[:20]
    examples = sorted(
        (one for some in found for one in some), key=lambda one: (not one["missed"], one["due_at"])
    )
    counts = {name: sums[f"n_{name}"] for name in _COUNTS}
    return Progress(sums["parts"], sums["done"], **counts, examples=tuple(examples[:10]))


def do_next(*, now: dt.datetime, job: Rederivation | None = None, wait: bool = True) -> bool:
    """Do the next part that nobody is doing; returns whether there was one.

    `wait` False takes the parts that are kept for later at once: where no other process is left
    that may not have seen the change.
    """
    setup.forget()
    with transaction.atomic():
        parts = RederivationPart.objects.filter(done_at__isnull=True)
        if job is not None:
            parts = parts.filter(job=job)
        if wait:
            parts = parts.filter(not_before__lte=now)
        part = (
            parts.select_related("job")
            .select_for_update(of=("self",), skip_locked=True)
            # What is in force comes before what is only looked at.
            .order_by("job__preview", "id")
            .first()
        )
        if part is None:
            return False
        _do(part, now=now)
        part.done_at = now
        part.save()
    _finish(part.job_id, now=now)
    return True


def run(job: Rederivation, *, now: dt.datetime, most: int | None = None) -> Progress:
    """Do the parts of a reckoning here and now, `most` at most."""
    count = 0
    while (most is None or count < most) and do_next(now=now, job=job, wait=most is not None):
        count += 1
    job.refresh_from_db()
    return progress(job)


def rederive_all(*, now: dt.datetime, why: str = "By hand") -> int:
    """Every ticket with open deadlines, here and now. Returns how many tickets were looked at."""
    return run(start(why, now=now), now=now).tickets


def rederive_ticket(ticket_id: int, *, now: dt.datetime) -> int:
    """The open deadlines of one ticket. Returns how many moved."""
    with changing(ticket_id, actor=SYSTEM, now=now) as change:
        clocks = Clocks(change)
        revision = revise(clocks, at=now, story=lambda: tell_many([ticket_id])[ticket_id])
        settle(clocks, revision, at=now)
        clocks.finish()
    return len(revision.moved)


# -- one part -------------------------------------------------------------------------------------


def _tickets() -> Any:
    return Deadline.objects.open().filter(ticket__historical=False)


def _finish(job_id: int, *, now: dt.datetime) -> None:
    left = RederivationPart.objects.filter(job=job_id, done_at__isnull=True)
    if not left.exists():
        Rederivation.objects.filter(pk=job_id, finished_at__isnull=True).update(finished_at=now)


def _do(part: RederivationPart, *, now: dt.datetime) -> None:
    """All tickets of a part; where one fails, each alone, so that it stops nobody."""
    keys = _tickets().filter(ticket_id__gt=part.after)
    if part.upto is not None:
        keys = keys.filter(ticket_id__lte=part.upto)
    tickets = sorted(set(keys.values_list("ticket_id", flat=True)))
    if not tickets:
        return
    try:
        with transaction.atomic():
            _note(part, _reckon(part.job, tickets, now=now), now=now)
        return
    except Exception:
        log.exception("rederivation_part_failed", part=part.pk)
    for name in _COUNTS:
        setattr(part, name, 0)
    part.examples = []
    for key in tickets:
        try:
            with transaction.atomic():
                _note(part, _reckon(part.job, [key], now=now), now=now)
        except Exception as error:
            log.exception("rederivation_ticket_failed", ticket=key)
            part.failed += 1
            part.last_error = f"Ticket {key}: {type(error).__name__}: {error}"[:2000]


def _reckon(
    job: Rederivation, keys: list[int], *, now: dt.datetime
) -> list[tuple[Ticket, Revision]]:
    if job.preview:
        rules = setup_with(job.draft) if job.draft else setup()
        batch = _Batch(list(_rows(keys)), now=now)
        return [(c.ticket, r) for c, r in batch.revise(Unit(now), rules)]
    with unit_of_work(now=now) as unit:
        locked = _rows(keys).select_for_update(of=("self",), no_key=True)
        batch = _Batch(list(locked), now=now)
        done = list(batch.revise(unit, setup()))
        for clocks, revision in done:
            settle(clocks, revision, at=now, why=job.why)
        update(Pause, [p for c, _ in done for p in c.voided()], ["voided_at"])
        write([row for clocks, _ in done for row in clocks.dirty()], REVISED)
    return [(clocks.ticket, revision) for clocks, revision in done]


def _rows(keys: list[int]) -> Any:
    return Ticket.objects.filter(pk__in=keys).select_related("customer").order_by("pk")


class _Batch:
    """Tickets with all that their reckoning needs, read in bulk."""

    def __init__(self, tickets: list[Ticket], *, now: dt.datetime) -> None:
        self.tickets = tickets
        self.now = now
        self.keys = [ticket.pk for ticket in tickets]

    @cached_property
    def stories(self) -> dict[int, list[Told]]:
        """What happened to them; read where the first of them needs it."""
        return tell_many(self.keys)

    def revise(self, unit: Unit, rules: Setup) -> Iterator[tuple[Clocks, Revision]]:
        """The reckoning of each, in hand."""
        rows: dict[int, list[Deadline]] = defaultdict(list)
        pauses: dict[int, list[Pause]] = defaultdict(list)
        for row in Deadline.objects.filter(ticket__in=self.keys).order_by("pk"):
            rows[row.ticket_id].append(row)
        for pause in Pause.objects.filter(ticket__in=self.keys).order_by("pk"):
            pauses[pause.ticket_id].append(pause)
        for change in unit.hold(self.tickets, SYSTEM):
            ticket = change.ticket
            change.known(Deadline, rows[ticket.pk])
            change.known(Pause, pauses[ticket.pk])
            clocks = Clocks(change, rules=rules)
            yield clocks, revise(clocks, at=self.now, story=self._story(ticket.pk))

    def _story(self, key: int) -> Callable[[], list[Told]]:
        return lambda: self.stories[key]


def _note(
    part: RederivationPart, done: Iterable[tuple[Ticket, Revision]], *, now: dt.datetime
) -> None:
    """Add what was found to the part."""
    examples = list(part.examples)
    for ticket, revision in done:
        part.tickets += 1
        part.deadlines += revision.looked_at
        part.moved += len(revision.moved)
        part.earlier += sum(row.due_at < was for row, was in revision.moved)
        part.missed += len(revision.missed)
        part.dropped += len(revision.dropped)
        part.added += len(revision.added)
        late = {row.pk for row in revision.missed}
        examples += [
            {
                "ticket": ticket.number,
                "kind": row.kind,
                "was": json_value(was),
                "due_at": json_value(row.due_at),
                "missed": row.pk in late,
            }
            for row, was in revision.moved
        ]
        examples.sort(key=lambda one: (not one["missed"], one["due_at"]))
        del examples[MOST_EXAMPLES:]
    part.examples = examples
