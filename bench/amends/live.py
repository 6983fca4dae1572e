"""People with open desks, and what happens around them. Called by bench.agent."""

import random

from django.utils import timezone

from bench.amends.work import session_of
from tickets.actors import Actor
from tickets.models import Membership, Team, Ticket, User
from tickets.services import add_note

PEOPLE_OF_TEAM = 25


def open_desks(people: int) -> list[dict[str, object]]:
    """So many reps in teams of 25, who share out the open tickets: a session for each, and the
    tickets that are his (id and event count)."""
    teams = Team.objects.bulk_create(
        Team(key=f"live-{n}", name=f"Live {n}") for n in range(people // PEOPLE_OF_TEAM)
    )
    reps = User.objects.bulk_create(
        User(email=f"live-{n}@example.org", name=f"Rep {n}", role="rep") for n in range(people)
    )
    Membership.objects.bulk_create(
        Membership(user=rep, team=teams[at // PEOPLE_OF_TEAM]) for at, rep in enumerate(reps)
    )
    rows = list(Ticket.objects.still_open().order_by("id"))
    for at, row in enumerate(rows):
        row.owner, row.team = reps[at % people], teams[at % people // PEOPLE_OF_TEAM]
    Ticket.objects.bulk_update(rows, ["owner", "team"], batch_size=500)
    own: dict[int, list[tuple[int, str, int]]] = {}
    for row in rows:
        own.setdefault(row.owner_id or 0, []).append((row.pk, row.number, row.event_count))
    return [{"session": session_of(rep), "tickets": own.get(rep.pk, [])} for rep in reps]


def something_happens(seed: int) -> None:
    """One of the reps writes a note on one of his tickets."""
    chance = random.Random(seed)
    rows = Ticket.objects.still_open().filter(owner__email__startswith="live-")
    row = rows.select_related("owner").order_by("id")[chance.randrange(rows.count())]
    assert row.owner is not None
    add_note(row, body="Called, no answer.", actor=Actor.of_user(row.owner), now=timezone.now())
