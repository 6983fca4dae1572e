"""Making all of insight's sums anew, and checking them against the events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from feedback.models import Tally
from feedback.services.insight.keeping import NAME, catch_up, contributions, count
from feedback.services.insight.writing import add_up_anew, sums_apart
from tickets.following import hold, unread_of
from tickets.models import Ticket

#: Tickets of one transaction.
BATCH = 1_000
#: Mistakes that are told one by one.
TOLD = 20


def rebuild() -> Iterator[int]:
    """Count every ticket anew, in parts, then add all up anew; yields how many were done.

    Insight answers meanwhile, what happens meanwhile is followed, and stopping it half-way
    loses nothing.
    """
    done, last = 0, 0
    while keys := _keys(after=last):
        with transaction.atomic():
            hold(NAME)
            count(keys, alone=True)
        done, last = done + len(keys), keys[-1]
        yield done
    with transaction.atomic():
        hold(NAME)
        add_up_anew()


@dataclass
class Checked:
    """What a check found: how many tickets it looked at, and what is wrong, in words."""

    tickets: int = 0
    wrong: int = 0
    told: list[str] = field(default_factory=list)

    def tell(self, words: str) -> None:
        """One more mistake."""
        self.wrong += 1
        if len(self.told) < TOLD:
            self.told.append(words)


def check(found: Checked) -> Iterator[int]:
    """Compare the sums with the tallies, and the tallies with the events of every ticket; what is
    wrong stands in `found`. Yields how many tickets were done. Nothing is mended."""
    catch_up()
    with transaction.atomic():
        hold(NAME)
        for measure, key, bucket, day, team, category, stands, should in sums_apart(TOLD):
            place = f"{measure} {key} ({bucket}) on {day}, team {team}, category {category}"
            found.tell(f"{place}: {stands} instead of {should}")
    last = 0
    while keys := _keys(after=last):
        with transaction.atomic():
            hold(NAME)
            _check_tallies(keys, found)
        found.tickets, last = found.tickets + len(keys), keys[-1]
        yield found.tickets


def _check_tallies(keys: list[int], found: Checked) -> None:
    new, _ = contributions(keys)
    stands: dict[int, dict[object, tuple[int, int]]] = {}
    rows = Tally.objects.filter(ticket__in=keys).values_list(
        "ticket_id", "team_id", "category_id", "measure", "key", "bucket", "day", "n", "total"
    )
    for ticket, team, category, *cell, n, total in rows:
        stands.setdefault(ticket, {})[(team, category, *cell)] = (n, total)
    apart = []
    for key in keys:
        given = new.get(key)
        should = (
            {(given.team, given.category, *cell): both for cell, both in given.cells.items()}
            if given
            else {}
        )
        if stands.get(key, {}) != should:
            apart.append(key)
    # What happened a moment ago is no mistake: it is still to be read.
    for key in sorted(set(apart) - unread_of(NAME, apart)):
        found.tell(f"Ticket {key} does not count as its events say.")


def _keys(*, after: int) -> list[int]:
    rows = Ticket.objects.filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])
