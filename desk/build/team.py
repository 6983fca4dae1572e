"""Colleagues to whom a ticket can be given."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Model, prefetch_related_objects

from escalation.people import directory
from tickets.access import Principal
from tickets.models import User
from tickets.rules import Role


def colleagues(who: Principal, now: dt.datetime, *, team_id: int | None = None) -> list[User]:
    """Those who work in the reader's teams (or in one team) and are here now, in the order of
    names."""
    book = directory()
    teams = who.teams if team_id is None else frozenset((team_id,))
    if teams is None:
        keys = set(book.people)
    else:
        keys = {key for team in teams for key in book.members.get(team, ())}
    return [one for key, one in book.people.items() if key in keys and not one.is_away(now)]


def name_people(rows: Sequence[Model], field: str) -> None:
    """Give each row the person whom its `field` names, of those who work here; a query is taken
    only where it names somebody who has left."""
    people, column = directory().people, f"{field}_id"
    left = []
    for row in rows:
        key = getattr(row, column)
        if key in people:
            setattr(row, field, people[key])
        elif key is not None:
            left.append(row)
    prefetch_related_objects(left, field)


def works(who: Principal) -> bool:
    """Whether the reader works on tickets of some team, and does not only look on."""
    if who.role is Role.AUDITOR:
        return False
    return who.role is Role.ADMIN or bool(who.teams) or bool(who.supervises)
