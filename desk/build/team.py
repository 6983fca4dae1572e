"""Colleagues to whom a ticket can be given."""

import datetime as dt

from tickets.access import Principal
from tickets.models import User
from tickets.rules import Role


def colleagues(who: Principal, now: dt.datetime, *, team_id: int | None = None) -> list[User]:
    """Those who work in the reader's teams (or in one team) and are here now. One query."""
    people = User.objects.filter(is_active=True).order_by("name")
    if team_id is not None:
        people = people.filter(memberships__team_id=team_id)
    elif who.teams is not None:
        people = people.filter(memberships__team_id__in=who.teams)
    return [person for person in people.distinct() if not person.is_away(now)]


def works(who: Principal) -> bool:
    """Whether the reader works on tickets of some team, and does not only look on."""
    if who.role is Role.AUDITOR:
        return False
    return who.role is Role.ADMIN or bool(who.teams) or bool(who.supervises)
