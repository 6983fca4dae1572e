"""A remedy that does not come by its date is a promise that we missed: once, told, and answered.

Where a clock of escalation runs for it, that clock says when it is late, and its path tells people
(`timed`). Where no deadline policy has one, the end of its date in the zone of its team says so.
"""

import datetime as dt

from django.db.models import DateField, DateTimeField, F, Func, Value
from django.db.models.functions import Cast

from remedies.models import ExceptionRequest, Remedy
from remedies.rules.states import UNDECIDED, RemedyEvent, RemedyStatus
from remedies.services.additions import grant_automatic
from remedies.services.drafting import draft_offer, reconsider
from remedies.services.ledger import told
from remedies.services.situations import situation_of
from tickets.actors import SYSTEM
from tickets.change import Change, changing
from tickets.days import end_of_day
from tickets.models import Event
from tickets.saying import Phrase

#: Not with the customer yet, and still owed.
WAITING = frozenset({RemedyStatus.GRANTED, RemedyStatus.FAILED})
_WAITING = sorted(status.value for status in WAITING)
#: The clock of escalation that runs for each remedy, and how its deadlines name theirs.
CLOCK = "deliver_remedy"
#: No zone is further ahead of UTC than this.
_AHEAD = dt.timedelta(hours=14)


def note_late_next(*, now: dt.datetime) -> bool:
    """Note the next remedy without a clock whose date is over where its team works. Returns whether
    there was one."""
    zone = F("ticket__team__time_zone")
    there = Func(zone, Value(now), function="timezone", output_field=DateTimeField())
    due = Remedy.objects.filter(
        status__in=_WAITING,
        late_at__isnull=True,
        timed=False,
        # What the index can tell; then day by day, as it is where the team works.
        due_on__lt=(now + _AHEAD).astimezone(dt.UTC).date(),
        ticket__historical=False,
    ).annotate(today=Cast(there, DateField()))
    found = due.filter(due_on__lt=F("today")).order_by("due_on", "id").first()
    if found is None:
        return False
    with changing(found.ticket_id, actor=SYSTEM, now=now) as change:
        row = next((one for one in change.all(Remedy) if one.pk == found.pk), None)
        if row is not None and row.due_on is not None:
            note_late(change, row, at=end_of_day(row.due_on, change.ticket.team.time_zone))
    return True


def clock_began(change: Change, event: Event) -> None:
    """A clock runs for a remedy from now on: it says when that is late."""
    timed = _subjects(event)
    for row in change.all(Remedy) if timed else ():
        if f"remedy:{row.pk}" in timed and not row.timed:
            row.timed = True
            change.save(row, "timed")


def clock_ran_out(change: Change, event: Event) -> None:
    """The clock of a remedy ran out: it is late, whatever its policy says of days."""
    late = _subjects(event)
    for row in change.all(Remedy) if late else ():
        if f"remedy:{row.pk}" in late:
            note_late(change, row, at=event.at)


def _subjects(event: Event) -> set[str]:
    """What the clocks of remedies that an event names are about."""
    clocks = event.data.get("deadlines", [])
    return {str(one.get("subject", "")) for one in clocks if one.get("kind") == CLOCK}


def note_late(change: Change, row: Remedy, *, at: dt.datetime) -> bool:
    """Note that a remedy is late since `at`, and draft what the policy adds for it. People are told
    by the path of its clock; where it has none, the owner is, or the lead of the team.

    Does nothing for one that came in time, was taken back or was noted before; one that came late,
    before anybody noticed, is noted. Returns whether it did.
    """
    came_late = row.fulfilled_at is not None and row.fulfilled_at > at
    if row.status not in WAITING and not (row.status == RemedyStatus.FULFILLED and came_late):
        return False
    if row.late_at is not None or change.ticket.historical:
        return False
    row.late_at = at
    change.save(row, "late_at")
    change.record(
        RemedyEvent.REMEDY_LATE,
        data=told(row) | {"due_on": row.due_on.isoformat() if row.due_on else None},
        changes={f"remedies.{row.pk}.late_at": (None, row.late_at)},
        at=at,
        actor=SYSTEM,
    )
    somebody = change.ticket.owner or change.ticket.team.lead
    if somebody is not None and not row.timed:
        change.alert(
            somebody,
            key=f"remedy-late:{row.pk}",
            text=Phrase(
                "Promised and not delivered on {number}: {title}",
                number=change.ticket.number,
                title=row.title,
            ),
            urgent=True,
        )
    change.unit.later.add(change, add_for_lateness)
    return True


def add_for_lateness(change: Change) -> None:
    """Grant what the policy adds for a late remedy by itself, and draft the rest for a person. On a
    ticket that is settled too: we owe it.

    While somebody decides about a draft it stays as it is, and catches up afterwards.
    """
    ticket = change.ticket
    if ticket.historical or ticket.merged_into_id is not None:
        return
    if any(row.status in UNDECIDED for row in change.all(ExceptionRequest)):
        return
    grant_automatic(change)
    if ticket.is_open:
        reconsider(change)
    else:
        draft_offer(change, situation_of(change))
