"""The stream of events of all tickets, followed from where one stopped.

In an order in which nothing is ever inserted behind a reader: whoever has read all transactions
that began before the oldest one still writing has read all that they will ever say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from tickets.models import Event
from tickets.models.search import Follower


class Settled(NamedTuple):
    """Numbers of transactions."""

    #: The oldest that still writes: all before it have said everything.
    oldest: int
    #: The next one to come.
    coming: int
    #: This one, which sees what it wrote itself; 0 if it has written nothing.
    own: int

    def events(self) -> QuerySet[Event]:
        """Those that nothing will be inserted between any more."""
        return Event.objects.filter(Q(transaction__lt=self.oldest) | Q(transaction=self.own))


#: A server numbers the transactions of all its databases together. Those known to write into
#: another one say nothing here, so they hold nobody back; those of which nothing is known do.
_SETTLED = """
    SELECT least(
               (SELECT min(writing.number::text::bigint)
                FROM pg_snapshot_xip(pg_current_snapshot()) AS writing(number)
                WHERE writing.number::xid NOT IN (
                    SELECT held.transactionid FROM pg_locks held
                    JOIN pg_stat_activity process USING (pid)
                    WHERE held.locktype = 'transactionid' AND held.granted
                    AND held.mode = 'ExclusiveLock' AND process.datname <> current_database()
                )),
               pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
               pg_current_xact_id_if_assigned()::text::bigint
           ),
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
           coalesce(pg_current_xact_id_if_assigned()::text::bigint, 0)
"""


def settled() -> Settled:
    """How far the stream can be read now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        oldest, coming, own = cursor.fetchone()
    return Settled(int(oldest), int(coming), int(own))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the stream: the tickets that something happened to, and how many events it was."""

    tickets: frozenset[int]
    events: int


def read_on(name: str, *, most: int) -> Part | None:
    """The next part of the stream for the follower of that name, at most `most` events; None where
    another process reads for him. To be called in a transaction, which keeps his place."""
    Follower.objects.get_or_create(name=name)
    place = Follower.objects.select_for_update(skip_locked=True).filter(name=name).first()
    if place is None:
        return None
    rows = settled().events().filter(_behind(place))
    found = list(
        rows.order_by("transaction", "pk").values_list("transaction", "pk", "ticket_id")[:most]
    )
    if found:
        place.transaction, place.event, _ = found[-1]
        place.save(update_fields=["transaction", "event"])
    return Part(frozenset(ticket for *_, ticket in found), len(found))


def unread(name: str, *, most: int) -> list[int]:
    """Tickets of the newest events that the follower of that name has not read yet, of at most
    `most` events."""
    place = Follower.objects.filter(name=name).first() or Follower(name=name)
    rows = Event.objects.filter(_behind(place)).order_by("-transaction", "-pk")
    return sorted(set(rows.values_list("ticket_id", flat=True)[:most]))


def _behind(place: Follower) -> Q:
    """Events after a place, in a form that the index of the stream answers."""
    at = Q(transaction=place.transaction, pk__gt=place.event)
    return Q(transaction__gte=place.transaction) & (Q(transaction__gt=place.transaction) | at)


def hold(name: str) -> None:
    """Wait until nobody else reads for the follower of that name, and keep others from it until the
    end of the transaction."""
    Follower.objects.get_or_create(name=name)
    Follower.objects.select_for_update().get(name=name)


def unread_of(name: str, tickets: Collection[int]) -> set[int]:
    """Those of the tickets to which something happened that the follower has not read yet."""
    place = Follower.objects.filter(name=name).first() or Follower(name=name)
    rows = Event.objects.filter(_behind(place), ticket__in=list(tickets))
    return set(rows.values_list("ticket_id", flat=True).distinct())
