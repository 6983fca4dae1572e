"""The sums that insight reads, kept a moment behind what happens.

What a ticket gives is read off its events anew whenever something happened to it, compared with
what it gave before, and the difference is added to the sums of its days. So no event is counted
twice, none is lost, and the order in which tickets are looked at does not matter. Whoever writes
holds the follower's row, so there is one writer at a time.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection, transaction

from feedback.insight.deriving import Cell, Contribution, Happened, contribution_of
from feedback.insight.measures import AGAIN_DAYS, Measure
from feedback.models import Tally
from feedback.services.insight.writing import add_to_rollups, write_tallies
from tickets.following import Part, read_on
from tickets.models import Event

#: The follower's name.
NAME = "insight"
#: Events of one transaction.
MOST = 2_000

#: Tickets whose customer had complained about the same shortly before.
_AGAIN = """
SELECT t.id FROM tickets_ticket t WHERE t.id = ANY(%s) AND EXISTS (
  SELECT FROM tickets_ticket p
  WHERE p.customer_id = t.customer_id AND p.category_id = t.category_id
    AND p.received_at >= t.received_at - %s AND p.received_at <= t.received_at
    AND (p.received_at, p.id) < (t.received_at, t.id)
    AND NOT p.confidential AND p.merged_into_id IS NULL
)
"""
#: Later tickets of the same customers, for which others may have become the ones before.
_AFTER = """
SELECT DISTINCT s.id FROM tickets_ticket t JOIN tickets_ticket s
  ON s.customer_id = t.customer_id AND s.id <> t.id
  AND s.received_at >= t.received_at AND s.received_at <= t.received_at + %s
WHERE t.id = ANY(%s)
"""
_SPAN = dt.timedelta(days=AGAIN_DAYS)


class Place(NamedTuple):
    """A sum: where it stands, and what of."""

    team: int
    category: int
    cell: Cell


@dataclass
class Difference:
    """What is to be written: rows of tallies, and what the sums change by."""

    gone: list[int] = field(default_factory=list)
    come: list[tuple[int, Place, int, int]] = field(default_factory=list)
    sums: dict[Place, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def drop(self, key: int, place: Place, n: int, total: int) -> None:
        """A row that is no longer so."""
        self.gone.append(key)
        self._add(place, -n, -total)

    def put(self, ticket: int, place: Place, n: int, total: int) -> None:
        """A row that is so now."""
        self.come.append((ticket, place, n, total))
        self._add(place, n, total)

    def _add(self, place: Place, n: int, total: int) -> None:
        both = self.sums[place]
        both[0] += n
        both[1] += total


def follow() -> Part | None:
    """Count the tickets of the next part of the stream of events; None where another process is at
    it. What is counted and where it stopped are written together, so that nothing is left out."""
    with transaction.atomic():
        part = read_on(NAME, most=MOST)
        if part is not None and part.tickets:
            count(part.tickets)
    return part


def catch_up() -> int:
    """Follow until there is nothing more. Returns how many events were read."""
    read = 0
    while (part := follow()) is not None:
        read += part.events
        if part.events < MOST:
            break
    return read


def count(tickets: Collection[int], *, alone: bool = False) -> int:
    """Bring what these tickets (keys) give up to date; returns how many rows changed.

    To be called by whoever holds the follower's row. `alone`: nobody else's history is looked at,
    because every ticket is counted anyhow.
    """
    keys = sorted(tickets)
    new, moved = contributions(keys)
    old = _tallies(keys)
    made = Difference()
    for key in keys:
        before, given = old.get(key, {}), new.get(key)
        if not alone and _stands(before.keys()) != _stands(_places(given)):
            moved.add(key)
        _compare(made, key, before, given)
    write_tallies(made.gone, made.come)
    add_to_rollups(made.sums)
    changed = len(made.gone) + len(made.come)
    if moved and not alone and (after := _after(moved) - set(keys)):
        changed += count(after, alone=True)
    return changed


def contributions(keys: Collection[int]) -> tuple[dict[int, Contribution], set[int]]:
    """What these tickets give by their events, and those whose customer became another one."""
    again = _again(keys)
    found: dict[int, Contribution] = {}
    moved: set[int] = set()
    for key, events in _events(keys):
        happened = list(events)
        given = contribution_of(happened, again=key in again)
        if given is not None:
            found[key] = given
        if any(event.type == "customer_merged" for event in happened):
            moved.add(key)
    return found, moved


def _events(keys: Collection[int]) -> Iterator[tuple[int, Iterator[Happened]]]:
    rows = (
        Event.objects.filter(ticket__in=list(keys))
        .exclude(changes={})
        .order_by("ticket_id", "seq")
        .values_list("ticket_id", "type", "at", "changes")
    )
    for key, of_ticket in groupby(rows.iterator(chunk_size=5_000), itemgetter(0)):
        yield key, (Happened(type_, at, changes) for _, type_, at, changes in of_ticket)


def _again(keys: Collection[int]) -> set[int]:
    return _asked(_AGAIN, [list(keys), _SPAN])


def _after(keys: Collection[int]) -> set[int]:
    return _asked(_AFTER, [_SPAN, list(keys)])


def _asked(query: str, values: list[Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return {row[0] for row in cursor.fetchall()}


Before = dict[Place, tuple[int, int, int]]


def _tallies(keys: Collection[int]) -> dict[int, Before]:
    """What these tickets gave: {place: (key of the row, count, sum)}."""
    found: dict[int, Before] = defaultdict(dict)
    rows = Tally.objects.filter(ticket__in=list(keys)).values_list(
        "ticket_id", "pk", "n", "total", "team_id", "category_id", "measure", "key", "bucket", "day"
    )
    for row in rows.iterator(chunk_size=5_000):
        ticket, pk, n, total, team, category, measure, key, bucket, day = row
        place = Place(team, category, Cell(measure, key, bucket, day))
        found[ticket][place] = (pk, n, total)
    return found


def _places(given: Contribution | None) -> Iterable[Place]:
    if given is None:
        return ()
    return (Place(given.team, given.category, cell) for cell in given.cells)


def _stands(places: Iterable[Place]) -> int:
    """The category in which the ticket counts as a complaint; 0 where it does not."""
    return next((p.category for p in places if p.cell.measure == Measure.RECEIVED), 0)


def _compare(made: Difference, key: int, before: Before, given: Contribution | None) -> None:
    cells = given.cells if given is not None else {}
    kept: Counter[Cell] = Counter()
    for place, (row, n, total) in before.items():
        at = given is not None and (place.team, place.category) == (given.team, given.category)
        if at and cells.get(place.cell) == (n, total):
            kept[place.cell] += 1
        else:
            made.drop(row, place, n, total)
    if given is None:
        return
    for cell, (n, total) in cells.items():
        if cell not in kept:
            made.put(key, Place(given.team, given.category, cell), n, total)
