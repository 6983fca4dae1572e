"""What the limit does without HTTP, and how its tables are filled. Called by bench.agent."""

import csv
import datetime as dt
import time
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.authtoken.models import Token

from bench import data
from bench.limit.api import TicketSerializer
from bench.limit.models import Event, Ticket
from bench.plan import open_of

_SAMPLE = 200
_SPACING = "37 seconds"
_TICKETS = f"""
INSERT INTO limit_ticket (
    customer_name, customer_email, category, subject, description, priority, status, owner_id,
    due_at, escalated, created_at, updated_at)
SELECT t.customer_name, n || t.customer_email, t.category, t.subject, t.description, t.priority,
    CASE WHEN n %% 100 < %(share)s THEN 'open' ELSE 'closed' END, t.owner_id,
    %(epoch)s + n * interval '{_SPACING}', false, %(epoch)s + n * interval '{_SPACING}', %(epoch)s
FROM generate_series(1, %(count)s) n JOIN sample_ticket t ON t.place = n %% %(sample)s
ORDER BY n
"""
_SAMPLE_OF = "CREATE TEMP TABLE sample_{0} AS SELECT *, 0 AS place FROM limit_{0} WITH NO DATA"
_EVENTS = """
INSERT INTO limit_event (ticket_id, kind, author, body, created_at)
SELECT t.id, e.kind, e.author, e.body, t.created_at + e.place * interval '1 hour'
FROM limit_ticket t CROSS JOIN sample_event e ORDER BY t.id, e.place
"""


def migrate() -> None:
    """Make the tables."""
    call_command("migrate", verbosity=0)


def token() -> str:
    """A token of the user who asks; made where there is none."""
    user, _ = User.objects.get_or_create(username="integration")
    return Token.objects.get_or_create(user=user)[0].key


def fill(tickets: int, *, thread: int, events: int, open_percent: int = 0) -> dict[str, Any]:
    """Fill the tables; each ticket has `thread` messages among its `events` events."""
    owners = [User.objects.create(username=f"rep{n}") for n in range(25)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SAMPLE_OF.format("ticket"))
        cursor.execute(_SAMPLE_OF.format("event"))
        rows = []
        for n in range(_SAMPLE):
            name, email = data.person(n)
            owner = owners[n % len(owners)].pk
            rows.append((n, name, email, data.subject(n), data.story(n), owner))
        cursor.executemany(
            "INSERT INTO sample_ticket (place, customer_name, customer_email, subject, description,"
            " owner_id, category, priority) VALUES (%s, %s, %s, %s, %s, %s, 'outage', 3)",
            rows,
        )
        said = [
            (n, "message" if n < thread else "changed", "Alice Rep",
             data.story(n) if n < thread else "")
            for n in range(events)
        ]  # fmt: skip
        cursor.executemany(
            "INSERT INTO sample_event (place, kind, author, body) VALUES (%s, %s, %s, %s)", said
        )
        share = open_percent or open_of(100)
        cursor.execute(
            _TICKETS,
            {"count": tickets, "sample": _SAMPLE, "share": share, "epoch": data.EPOCH},
        )
        cursor.execute(_EVENTS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"tickets": Ticket.objects.count(), "events": Event.objects.count()}


def keys(count: int) -> list[str]:
    """Keys of tickets from all over the table, of which every client reads."""
    step = max(1, Ticket.objects.count() // count)
    ids = Ticket.objects.order_by("id").values_list("id", flat=True)[::step]
    return [str(key) for key in ids[:count]]


def import_file(path: str) -> dict[str, float]:
    """Load a CSV file: each row through the serializer, written in batches."""
    began = time.perf_counter()
    done = 0
    with Path(path).open(newline="", encoding="utf-8") as file:
        batch: list[Ticket] = []
        for row in csv.DictReader(file):
            serializer = TicketSerializer(data=_mapped(row))
            serializer.is_valid(raise_exception=True)
            batch.append(Ticket(**serializer.validated_data, due_at=timezone.now()))
            if len(batch) == 500:
                done += _store(batch)
                batch = []
        done += _store(batch)
    return {"rows": done, "seconds": time.perf_counter() - began}


def _mapped(row: dict[str, str]) -> dict[str, Any]:
    return {
        "external_id": row["complaint_id"],
        "customer_name": f"Consumer {row['complaint_id']}",
        "category": row["product"],
        "subject": row["issue"],
        "description": row["narrative"] or row["sub_issue"],
        "status": Ticket.CLOSED if row["company_response"].startswith("Closed") else Ticket.OPEN,
    }


def _store(batch: list[Ticket]) -> int:
    """Write those that are not there yet, each with its event."""
    with transaction.atomic():
        wanted = [ticket.external_id for ticket in batch]
        known = set(
            Ticket.objects.filter(external_id__in=wanted).values_list("external_id", flat=True)
        )
        stored = Ticket.objects.bulk_create(t for t in batch if t.external_id not in known)
        Event.objects.bulk_create(
            Event(ticket=ticket, kind="imported", author="import") for ticket in stored
        )
    return len(stored)


def open_deadlines() -> int:
    """How many deadlines run."""
    return Ticket.objects.filter(status=Ticket.OPEN, escalated=False).count()


def due_moment(due: int) -> str:
    """The moment at which nothing is due (0), or at least `due` deadlines are, in ISO 8601."""
    waiting = Ticket.objects.filter(status=Ticket.OPEN, escalated=False).order_by("due_at")
    moment: dt.datetime = waiting.values_list("due_at", flat=True)[due]
    return (moment + dt.timedelta(microseconds=min(due, 1))).isoformat()


def sweep(now: str) -> dict[str, float]:
    """Escalate what is due, with an event each."""
    began = time.perf_counter()
    moment = dt.datetime.fromisoformat(now)
    steps = 0
    while done := _sweep_batch(moment):
        steps += done
    return {"steps": steps, "seconds": time.perf_counter() - began}


def _sweep_batch(now: dt.datetime, size: int = 100) -> int:
    with transaction.atomic():
        due = list(
            Ticket.objects.select_for_update(skip_locked=True)
            .filter(status=Ticket.OPEN, escalated=False, due_at__lt=now)
            .order_by("due_at")[:size]
        )
        for ticket in due:
            ticket.escalated = True
        Ticket.objects.bulk_update(due, ["escalated"])
        Event.objects.bulk_create(
            Event(ticket=ticket, kind="escalated", author="clock") for ticket in due
        )
    return len(due)
