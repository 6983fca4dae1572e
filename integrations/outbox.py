"""The delivery of what must leave the process: each row at least once, in the end or by a person.

A row is claimed under `SKIP LOCKED` in a short transaction that leases it: its next try is put
`LEASE` away and the try is counted. Only then is it delivered, with no lock and no transaction
open, so a slow receiver holds nobody up. The outcome is written by a second transaction. A worker
killed in between loses nothing: the lease runs out and another one tries again, with the same
key, which lets the receiver notice the double. A row that kills its worker each time is given
up like any other.
"""

import datetime as dt
import random

import structlog
from django.db import transaction
from django.db.models import QuerySet

from integrations.errors import NotDead
from integrations.events import IntegrationEvent
from integrations.rules import delay_after, is_exhausted
from tickets import outbox
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.errors import NotFound
from tickets.models import Outbox, User
from tickets.models.stream import OutboxState
from tickets.saying import Phrase

log = structlog.get_logger(__name__)

#: Longer than a Celery task may run (CELERY_TASK_TIME_LIMIT), so no two try at the same time.
LEASE = dt.timedelta(seconds=180)

_ERROR_MAX = 2000


def deliver_next(*, now: dt.datetime) -> bool:
    """Deliver the row that is due longest. Returns whether there was one.

    A failing receiver is not an error here: it is noted on the row, which is tried again later
    or, when that can't help, given up and shown to people. While a handler runs, it finds the
    moment of this try in the row's `delivered_at`.
    """
    row = _claim(now)
    if row is None:
        return False
    claimed = row.attempts
    row.delivered_at = now
    try:
        if claimed > 1 and is_exhausted(claimed - 1):
            raise outbox.PermanentFailure("The worker died at the last try.")
        outbox.handler_for(row.kind)(row)
    except outbox.PermanentFailure as error:
        _give_up(row, str(error), now=now)
    except Exception as error:  # noqa: BLE001 - a poisoned row must not stop the line
        text = f"{type(error).__name__}: {error}"
        log.warning("outbox_failed", kind=row.kind, key=row.key, attempts=claimed, error=text)
        if is_exhausted(claimed):
            _give_up(row, text, now=now)
        else:
            wait = delay_after(claimed, random.random())  # noqa: S311 - not a secret
            _mine(row).update(next_attempt_at=now + wait, last_error=text[:_ERROR_MAX])
    else:
        _mine(row).update(state=OutboxState.DELIVERED, delivered_at=now, last_error="")
    return True


def _claim(now: dt.datetime) -> Outbox | None:
    due = Outbox.objects.filter(state=OutboxState.PENDING, next_attempt_at__lte=now)
    with transaction.atomic():
        row = (
            due.order_by("next_attempt_at", "id")
            .select_for_update(skip_locked=True, no_key=True)
            .first()
        )
        if row is None:
            return None
        row.attempts += 1
        row.next_attempt_at = now + LEASE
        row.save(update_fields=["attempts", "next_attempt_at"])
    return row


def _mine(row: Outbox) -> "QuerySet[Outbox]":
    """The row, unless its lease ran out and another worker has claimed it since."""
    return Outbox.objects.filter(pk=row.pk, state=OutboxState.PENDING, attempts=row.attempts)


def _give_up(row: Outbox, error: str, *, now: dt.datetime) -> None:
    """Lay the row aside as a dead letter and tell the supervisors of the ticket's team."""
    log.error("outbox_dead", kind=row.kind, key=row.key, attempts=row.attempts, error=error)
    with transaction.atomic():
        dead = _mine(row).update(state=OutboxState.DEAD, last_error=error[:_ERROR_MAX])
        if not dead or row.ticket_id is None:
            return
        with changing(row.ticket_id, actor=SYSTEM, now=now) as change:
            change.record(
                IntegrationEvent.OUTBOX_DEAD,
                data={"outbox": row.pk, "kind": row.kind, "error": error[:300]},
            )
            supervisors = User.objects.filter(
                memberships__team_id=change.ticket.team_id,
                memberships__supervises=True,
                is_active=True,
            )
            for user in supervisors:
                change.alert(
                    user,
                    key=f"outbox:{row.pk}:{row.attempts}",
                    text=Phrase(
                        "{number}: a {kind} could not be delivered. {error}",
                        number=change.ticket.number,
                        kind=row.kind,
                        error=error,
                    ),
                    urgent=True,
                )


def retry_dead(row_id: int, *, actor: Actor, now: dt.datetime) -> Outbox:
    """Have a dead letter tried again from the start, at once.

    Raises `NotFound`; `NotDead` where it was delivered or waits for its next try anyway.
    """
    with transaction.atomic():
        row = Outbox.objects.select_for_update(no_key=True).filter(pk=row_id).first()
        if row is None:
            raise NotFound(field="outbox")
        if row.state != OutboxState.DEAD:
            raise NotDead(field="outbox")
        row.state, row.attempts, row.next_attempt_at = OutboxState.PENDING, 0, now
        row.save(update_fields=["state", "attempts", "next_attempt_at"])
        if row.ticket_id is not None:
            with changing(row.ticket_id, actor=actor, now=now) as change:
                change.record(
                    IntegrationEvent.OUTBOX_RETRIED,
                    data={"outbox": row.pk, "kind": row.kind},
                )
        transaction.on_commit(outbox.ring)
    return row
