"""Who is told: from the words of a path to people who are there and may see the ticket."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias
from zoneinfo import available_timezones

from escalation.models import DutySlot, Rota
from escalation.policies.rota import Roster, Slot
from tickets.cached import Cached
from tickets.models import Membership, Team, Ticket, TicketPerson, User
from tickets.rules import PersonRelation, Role

Links: TypeAlias = list[tuple[int, str]]


@dataclass(frozen=True)
class Directory:
    """Everyone who works here, by what a path calls them."""

    #: In the order of names, each with who stands in.
    people: dict[int, User] = field(default_factory=dict)
    #: All there were, in the order of names.
    teams: list[Team] = field(default_factory=list)
    by_email: dict[str, User] = field(default_factory=dict)
    leads: dict[int, int] = field(default_factory=dict)
    supervisors: dict[int, list[int]] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    roles: dict[str, list[int]] = field(default_factory=dict)
    rosters: dict[str, Roster] = field(default_factory=dict)
    #: Keys of the rotas of a team; those of no team under None.
    rotas: dict[int | None, list[str]] = field(default_factory=dict)

    def called(self, word: str, ticket: Ticket, *, at: dt.datetime | None = None) -> list[int]:
        """Keys of those whom a path means by `word`, on this ticket; of a rota those on duty `at`
        that instant."""
        team = ticket.team_id
        match word.partition(":"):
            case ("owner", _, _):
                return [ticket.owner_id] if ticket.owner_id is not None else []
            case ("lead", _, _):
                return self._lead(ticket)
            case ("supervisors", _, _):
                return self.supervisors.get(team, [])
            case ("team", _, _):
                return self.members.get(team, [])
            case ("role", _, role):
                return self.roles.get(role, [])
            case ("person", _, email):
                person = self.by_email.get(email.lower())
                return [person.pk] if person is not None else []
            case ("rota", _, key):
                keys = [key] if key else [*self.rotas.get(team, []), *self.rotas.get(None, [])]
                return self.on_duty(keys, at=at) if at is not None else []
        return []

    def _lead(self, ticket: Ticket) -> list[int]:
        """The owner's lead: of his ticket's team; above a lead who owns it himself, the team's
        other supervisors."""
        lead = self.leads.get(ticket.team_id)
        if lead is not None and lead != ticket.owner_id:
            return [lead]
        above = self.supervisors.get(ticket.team_id, [])
        return [key for key in above if key != ticket.owner_id]

    def on_duty(self, rotas: Iterable[str], *, at: dt.datetime) -> list[int]:
        """Keys of those on duty by these rotas, each once; a rota that is gone has nobody."""
        found = [self.rosters[key].on_duty(at) for key in rotas if key in self.rosters]
        return list(dict.fromkeys(person for people in found for person in people))


def _load() -> Directory:
    found = Directory()
    everyone = User.objects.filter(is_active=True).select_related("substitute")
    for user in everyone.order_by("name", "pk"):
        found.people[user.pk] = found.by_email[user.email.lower()] = user
        found.roles.setdefault(user.role, []).append(user.pk)
    for team in Team.objects.order_by("name"):
        found.teams.append(team)
        if team.lead_id is not None:
            found.leads[team.pk] = team.lead_id
    for link in Membership.objects.order_by("user_id"):
        found.members.setdefault(link.team_id, []).append(link.user_id)
        if link.supervises:
            found.supervisors.setdefault(link.team_id, []).append(link.user_id)
    slots: defaultdict[int, list[Slot]] = defaultdict(list)
    for slot in DutySlot.objects.order_by("pk"):
        slots[slot.rota_id].append(slot.slot())
    for rota in Rota.objects.all():
        if rota.time_zone not in available_timezones():
            continue  # a mistake in the setup must not stop the climb
        found.rosters[rota.key] = Roster(rota.time_zone, tuple(slots[rota.pk]))
        found.rotas.setdefault(rota.team_id, []).append(rota.key)
    return found


directory = Cached(_load, User, Team, Membership, Rota, DutySlot)


def on_duty_now(at: dt.datetime) -> frozenset[int]:
    """Keys of everyone whom some rota has on duty at an instant: they are reached at any hour."""
    book = directory()
    return frozenset(book.on_duty(book.rosters, at=at)) if book.rosters else frozenset()


#: Where a step goes whose own words mean nobody: somebody always hears of it.
FALLBACK = ("lead", "supervisors", f"role:{Role.MANAGER}", f"role:{Role.ADMIN}")


def recipients(
    words: Iterable[str],
    ticket: Ticket,
    *,
    now: dt.datetime,
    links: Links | None = None,
    without: int | None = None,
) -> list[User]:
    """The people whom `words` mean, each once, with substitutes for those who are away.

    Nobody whom the complaint is about is among them, and of a confidential ticket only its owner
    and those named on it. Where that leaves nobody, the next above: lead, supervisors, managers,
    administrators, in this order; even of a confidential ticket, of which they read no more than
    its number. `links` are those of `links_of`, where the caller has read them already; `without`
    is the key of who calls, and need not be told.
    """
    book = directory()
    barred, named = _relations(links_of([ticket.pk])[ticket.pk] if links is None else links)
    if without is not None:
        barred.add(without)
    if ticket.owner_id is not None:
        named.add(ticket.owner_id)
    wanted = [book.called(word, ticket, at=now) for word in words]
    above = [book.called(word, ticket) for word in FALLBACK]
    tries = [[key for keys in wanted for key in keys], *above]
    if ticket.confidential:
        tries = [[k for k in keys if k in named] for keys in tries] + [sorted(named), *above]
    for keys in tries:
        present = (_present(book, key, now=now) for key in keys)
        found = {p.pk: p for p in present if p is not None and p.pk not in barred}
        if found:
            return list(found.values())
    return []


def _present(book: Directory, key: int, *, now: dt.datetime) -> User | None:
    """The person, or who stands in; a person who is away without a substitute stays himself."""
    person = book.people.get(key)
    seen = set()
    while person is not None and person.is_away(now) and person.pk not in seen:
        seen.add(person.pk)
        stand_in = book.people.get(person.substitute_id) if person.substitute_id else None
        if stand_in is None:
            break
        person = stand_in
    return person


def links_of(tickets: Iterable[int]) -> defaultdict[int, Links]:
    """Who is named on each ticket, or complained about: (user, relation), in one query."""
    found: defaultdict[int, Links] = defaultdict(list)
    rows = TicketPerson.objects.filter(ticket__in=list(tickets))
    for ticket, user, relation in rows.values_list("ticket_id", "user_id", "relation"):
        found[ticket].append((user, relation))
    return found


def _relations(links: Links) -> tuple[set[int], set[int]]:
    barred: set[int] = set()
    named: set[int] = set()
    for user, relation in links:
        (named if relation == PersonRelation.NAMED else barred).add(user)
    return barred, named
