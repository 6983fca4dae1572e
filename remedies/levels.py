"""Who sits where: the levels at which exceptions are decided, and the people of each."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Q

from remedies.models import DecisionLevel, ExceptionRequest
from remedies.rules.language.draft import ComponentKind
from remedies.rules.routing import BUILT_IN, Level, Person, Who, belongs
from tickets.access import Principal
from tickets.cached import Cached
from tickets.models import Membership, Ticket, User
from tickets.rules import Role


def _load() -> tuple[Level, ...]:
    rows = DecisionLevel.objects.prefetch_related("people")
    found = tuple(
        Level(
            id=row.pk,
            name=row.name,
            who=Who(row.who),
            order=row.order,
            currency=row.currency,
            kinds=frozenset(map(ComponentKind, row.kinds)),
            up_to=row.up_to,
            needed=row.needed,
            own_limits=row.own_limits,
            team=row.team_id,
            members_of=row.members_of_id,
            people=frozenset(person.pk for person in row.people.all()),
            active=row.active,
        )
        for row in rows
    )
    return found if any(level.active for level in found) else (*found, *BUILT_IN)


#: Every level, those that are no longer used included, for what was routed to them before.
levels = Cached(_load, DecisionLevel)


class Seat(NamedTuple):
    """A level at which somebody decides; `team` None for tickets of all teams. `for_whom` is the
    one who is away and for whom he stands in, else himself."""

    level: int
    team: int | None
    for_whom: int


def seats_of(who: Principal) -> tuple[Seat, ...]:
    """Where `who` decides, as himself and for those who are away. No query for himself alone but
    where members of a team decide; two more for those he stands in for."""
    if who.user is None or who.role in {None, Role.AUDITOR}:
        return ()
    found = list(_seats(Person(who.user.pk, who.user.role, who.supervises, _member_of(who))))
    if who.stands_in_for:
        for person in _persons(who.stands_in_for):
            found += _seats(person)
    return tuple(found)


def _member_of(who: Principal) -> frozenset[int]:
    if who.user is None or not any(level.who is Who.TEAM for level in levels()):
        return frozenset()
    if who.teams is not None:
        return who.teams
    mine = Membership.objects.filter(user=who.user)
    return frozenset(mine.values_list("team_id", flat=True))


def _persons(keys: Collection[int]) -> list[Person]:
    links = list(
        Membership.objects.filter(user__in=keys).values_list("user_id", "team_id", "supervises")
    )
    people = User.objects.filter(pk__in=keys, is_active=True).values_list("pk", "role")
    return [
        Person(
            key,
            role,
            frozenset(team for user, team, watches in links if user == key and watches),
            frozenset(team for user, team, _ in links if user == key),
        )
        for key, role in people
    ]


def _seats(person: Person) -> Iterable[Seat]:
    for level in levels():
        if level.who is Who.SUPERVISORS:
            for team in person.watches:
                if belongs(person, level, team=team):
                    yield Seat(level.id, team, person.id)
        elif belongs(person, level, team=level.team or 0):
            yield Seat(level.id, level.team, person.id)


def routed_to(seats: Iterable[Seat], *, column: str) -> Q:
    """Requests whose `column` ("route" or "told") names one of the seats."""
    found = Q(pk__in=[])
    by_team: dict[int | None, list[int]] = {}
    for seat in seats:
        by_team.setdefault(seat.team, []).append(seat.level)
    for team, keys in by_team.items():
        one = Q(**{f"{column}__overlap": sorted(set(keys))})
        found |= one if team is None else one & Q(ticket__team=team)
    return found


def seats_for(seats: Iterable[Seat], row: ExceptionRequest, *, team: int) -> list[Seat]:
    """Those of the seats from which the request may be decided."""
    return [seat for seat in seats if seat.level in row.route and seat.team in (None, team)]


def people_of(keys: Collection[Level], ticket: Ticket) -> dict[int, list[User]]:
    """By level: the active people who decide there on the ticket. One query."""
    wanted = Q(pk__in=[])
    for level in keys:
        wanted |= _members(level, ticket)
    rows = (
        User.objects.filter(wanted, is_active=True)
        .select_related("substitute")
        .prefetch_related("memberships")
        .distinct()
        .order_by("name", "id")
    )
    found: dict[int, list[User]] = {level.id: [] for level in keys}
    for user in rows:
        links = list(user.memberships.all())
        person = Person(
            user.pk,
            user.role,
            frozenset(link.team_id for link in links if link.supervises),
            frozenset(link.team_id for link in links),
        )
        for level in keys:
            if belongs(person, level, team=ticket.team_id):
                found[level.id].append(user)
    return found


def _members(level: Level, ticket: Ticket) -> Q:
    if level.who is Who.SUPERVISORS:
        return Q(memberships__team=ticket.team_id, memberships__supervises=True)
    if level.who is Who.TEAM:
        return Q(memberships__team=level.members_of)
    if level.who is Who.PEOPLE:
        return Q(pk__in=level.people)
    return Q(role=Role.MANAGER.value if level.who is Who.MANAGERS else Role.ADMIN.value)


def stand_in(user: User, *, now: dt.datetime) -> User:
    """Who answers for a person now: his substitute while he is away, else himself."""
    if user.is_away(now) and user.substitute is not None and user.substitute.is_active:
        return user.substitute
    return user


def levels_by_key(keys: Collection[int]) -> list[Level]:
    """The levels with these keys, in the order of the keys; those that are gone are left out."""
    known = {level.id: level for level in (*BUILT_IN, *levels())}
    return [known[key] for key in keys if key in known]
