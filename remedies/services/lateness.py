"""A remedy that does not come by its date is a promise that we missed: once, told, and answered."""

import datetime as dt

from remedies.models import ExceptionRequest, Remedy
from remedies.rules.states import UNDECIDED, RemedyEvent, RemedyStatus
from remedies.services.drafting import draft_offer, reconsider
from remedies.services.ledger import told
from remedies.services.situations import situation_of
from tickets.actors import SYSTEM
from tickets.change import Change, changing
from tickets.models import Event

#: Not with the customer yet, and still owed.
WAITING = frozenset({RemedyStatus.GRANTED, RemedyStatus.FAILED})
_WAITING = sorted(status.value for status in WAITING)
#: The clock of escalation that runs for each remedy, and how its deadlines name theirs.
CLOCK = "deliver_remedy"


def note_late_next(*, now: dt.datetime) -> bool:
    """Note the next remedy whose date passed, in UTC. Returns whether there was one."""
    due = Remedy.objects.filter(
        status__in=_WAITING,
        late_at__isnull=True,
        due_on__lt=now.astimezone(dt.UTC).date(),
        ticket__historical=False,
    )
    found = due.order_by("due_on", "id").first()
    if found is None:
        return False
    with changing(found.ticket_id, actor=SYSTEM, now=now) as change:
        row = next((one for one in change.all(Remedy) if one.pk == found.pk), None)
        if row is not None and row.due_on is not None:
            midnight = dt.datetime.combine(row.due_on + dt.timedelta(1), dt.time(), dt.UTC)
            note_late(change, row, at=midnight)
    return True


def clock_ran_out(change: Change, event: Event) -> None:
    """The clock of a remedy ran out: its date has passed, whatever its policy says of days."""
    late = {
        str(one.get("subject", ""))
        for one in event.data.get("deadlines", [])
        if one.get("kind") == CLOCK
    }
    for row in change.all(Remedy) if late else ():
        if f"remedy:{row.pk}" in late:
            note_late(change, row, at=event.at)


def note_late(change: Change, row: Remedy, *, at: dt.datetime) -> bool:
    """Note that a remedy is late, tell its owner, and draft what the policy adds for it.

    Does nothing for one that was delivered, taken back or noted before. Returns whether it did.
    """
    if row.status not in WAITING or row.late_at is not None or change.ticket.historical:
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
    if change.ticket.owner is not None:
        change.alert(
            change.ticket.owner,
            key=f"remedy-late:{row.pk}",
            text=f"Promised and not delivered on {change.ticket.number}: {row.title}",
            urgent=True,
        )
    change.unit.later.add(change, add_for_lateness)
    return True


def add_for_lateness(change: Change) -> None:
    """Draft what the policy gives for a late remedy. On a ticket that is settled too: we owe it.

    While somebody decides about a draft it stays as it is, and catches up afterwards.
    """
    ticket = change.ticket
    if ticket.historical or ticket.merged_into_id is not None:
        return
    if any(row.status in UNDECIDED for row in change.all(ExceptionRequest)):
        return
    if ticket.is_open:
        reconsider(change)
    else:
        draft_offer(change, situation_of(change))
