"""Who may see and do what. The only way from a reference to a ticket.

Pages, API and admin ask here. What a reader may not see does not exist for him: `NotFound`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import rules
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy

from tickets.actors import Actor
from tickets.errors import Merged, NotAllowed, NotFound
from tickets.kept import Asking, GivenMoment, given
from tickets.models import Attachment, Customer, Membership, Ticket, TicketPerson, User
from tickets.models.tickets import SETTLED_WITH_CLOCK, TicketQuerySet
from tickets.numbers import id_in
from tickets.rules import OPEN_STATUSES, PersonRelation, Role
from tickets.written import Holds, Text, apart, pointing_at, written

#: Roles that see the tickets of every team.
_SEE_ALL = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMIN})


_LINKS: Asking[tuple[int, bool]] = Asking(
    lambda: Membership.objects.filter(user=given("user")).values_list("team_id", "supervises")
)
#: Those who are away, by the one who stands in for them.
_NOW = GivenMoment.called("now")
_AWAY: Asking[int] = Asking(
    lambda: (
        User.objects.filter(substitute=given("user"), away_from__lte=_NOW)
        .exclude(away_until__lte=_NOW)
        .values_list("pk", flat=True)
    )
)


@dataclass(frozen=True)
class Principal:
    """Somebody who asks for something: a person, or an API client. Made once a request."""

    user: User | None = None
    client: str = ""
    role: Role | None = None
    #: Teams whose tickets are seen; None for every team.
    teams: frozenset[int] | None = field(default_factory=frozenset)
    supervises: frozenset[int] = field(default_factory=frozenset)
    #: Those who are away and for whom this person stands in.
    stands_in_for: frozenset[int] = field(default_factory=frozenset)
    #: What an API client was given; None for a person, who has no such limits.
    scopes: frozenset[str] | None = None

    @classmethod
    def of_user(cls, user: User, *, now: dt.datetime) -> Principal:
        """A person who signed in. One query for teams, one for absences."""
        role = Role(user.role)
        links = _LINKS(user=user.pk)
        return cls(
            user=user,
            role=role,
            teams=None if role in _SEE_ALL else frozenset(team for team, _ in links),
            supervises=frozenset(team for team, watches in links if watches),
            stands_in_for=frozenset(_AWAY(user=user.pk, now=now)),
        )

    @classmethod
    def of_client(
        cls, name: str, *, scopes: frozenset[str], teams: frozenset[int] | None = None
    ) -> Principal:
        """An integration, limited to its scopes and, where given, to some teams."""
        return cls(client=name, scopes=scopes, teams=teams)

    @property
    def actor(self) -> Actor:
        """The one that events name."""
        return Actor.of_user(self.user) if self.user else Actor.of_client(self.client)

    @cached_property
    def _visible(self) -> TicketQuerySet:
        """What `visible_tickets` gives: a page asks a dozen times, and each time it takes 1 ms."""
        return _visible_to(self)

    @cached_property
    def _elsewhere(self) -> tuple[int, ...]:
        """What `seen_in_parts` asks the database for: of a page's lists each would ask again."""
        return _seen_elsewhere(self)

    @property
    def is_supervisor(self) -> bool:
        """Whether the pages of supervisors concern this person."""
        return bool(self.supervises) or self.role in {
            Role.ADMIN,
            Role.MANAGER,
            Role.AUDITOR,
        }


@rules.predicate
def _is_admin(who: Principal, _ticket: Ticket | None) -> bool:
    return who.role is Role.ADMIN


@rules.predicate
def _only_reads(who: Principal, _ticket: Ticket | None) -> bool:
    return who.role is Role.AUDITOR


@rules.predicate
def _is_client(who: Principal, _ticket: Ticket | None) -> bool:
    # Which of its scopes an operation needs is asked at the edge; here, that it may write at all.
    return who.user is None and any(scope.endswith(":write") for scope in who.scopes or ())


@rules.predicate
def _works_there(who: Principal, ticket: Ticket | None) -> bool:
    if ticket is None or who.user is None:
        return False
    mine = {who.user.pk, *who.stands_in_for}
    in_team = who.teams is not None and ticket.team_id in who.teams
    # A manager sees all and works where he is a member, as one who watches over it.
    return in_team or ticket.owner_id in mine or ticket.team_id in who.supervises


@rules.predicate
def _supervises(who: Principal, ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.team_id in who.supervises


#: Reply, assign, decide points, offer, resolve …
rules.add_rule("ticket.work", ~_only_reads & (_is_admin | _works_there | _is_client))
#: Decide exceptions, take over, reassign others' tickets, see who is complained about.
rules.add_rule("ticket.supervise", ~_only_reads & (_is_admin | _supervises))

_WHO = {
    "ticket.work": gettext_lazy("Somebody of the team"),
    "ticket.supervise": gettext_lazy("A supervisor of the team"),
}


def may(who: Principal, verb: str, ticket: Ticket | None = None) -> bool:
    """Whether `who` may `verb` ("work", "supervise") the ticket that he can see."""
    return rules.test_rule(f"ticket.{verb}", who, ticket)


def check_may(who: Principal, verb: str, ticket: Ticket | None = None) -> None:
    """Raises `NotAllowed`, saying who can, unless `who` may `verb` the ticket."""
    if not may(who, verb, ticket):
        raise NotAllowed(who=str(_WHO[f"ticket.{verb}"]))


def visible_tickets(who: Principal) -> TicketQuerySet:
    """Every ticket that `who` may see.

    A confidential one is seen by its owner and those named on it, and by nobody else, whatever
    his role; never by the person it complains about.
    """
    return who._visible.all()  # noqa: SLF001 - thought out once for each principal


def _visible_to(who: Principal) -> TicketQuerySet:
    tickets: TicketQuerySet = Ticket.objects.all()
    return tickets.filter(Holds(_seen_text(*sight_of(who))))


#: What decides what somebody sees: his key, his teams, and those for whom he stands in.
Sight = tuple[int | None, frozenset[int] | None, frozenset[int]]


def sight_of(who: Principal) -> Sight:
    """What decides what `who` sees: by it, what was thought out for him is kept."""
    return (who.user.pk if who.user is not None else None, who.teams, who.stands_in_for)


def whoever_has(sight: Sight) -> Principal:
    """Somebody who sees just that, to think out a set of tickets for; without a role or a name."""
    key, teams, stands_in_for = sight
    user = None if key is None else User(pk=key)
    return Principal(user=user, teams=teams, stands_in_for=stands_in_for)


def _is_seen(user: int | None, teams: frozenset[int] | None, stands_in_for: frozenset[int]) -> Q:
    """The rule itself, on tickets."""
    seen = Q(confidential=False)
    if teams is not None:
        seen = Q(confidential=False, team_id__in=sorted(teams))
    if user is None:
        return seen
    people = TicketPerson.objects.filter(ticket=OuterRef("pk"), user=user)
    named = people.filter(relation=PersonRelation.NAMED.value)
    about = people.filter(relation=PersonRelation.COMPLAINED_ABOUT.value)
    if teams is not None:
        seen |= Q(confidential=False, owner_id__in=sorted({user, *stands_in_for}))
    his = Q(owner=user) | Q(Exists(apart(named, "named")))
    return seen | Q(his, ~Q(Exists(apart(about, "about"))), confidential=True)


@lru_cache(maxsize=1_000)
def _seen_text(
    user: int | None, teams: frozenset[int] | None, stands_in_for: frozenset[int]
) -> Text:
    return written(Ticket, _is_seen(user, teams, stands_in_for))


@dataclass(frozen=True, slots=True)
class SeenPart:
    """Some of the tickets that somebody may see: those of a team, those with these keys, or, of
    neither, all of them."""

    team: int = 0
    keys: tuple[int, ...] = ()

    @property
    def which(self) -> Q:
        """As a condition on tickets."""
        return self.of("pk")

    @property
    def by(self) -> tuple[str, ...]:
        """What to put before an order, so that the index of this part gives it."""
        return ("team_id",) if self.team else ()

    def of(self, key: str) -> Q:
        """As a condition on rows that point at a ticket by `key` and know its team."""
        if self.team:
            return Q(team_id=self.team)
        return Q(**{f"{key}__in": self.keys}) if self.keys else Q()


def seen_in_parts(who: Principal) -> list[SeenPart]:
    """What narrows `visible_tickets` to parts that have nothing in common and together are all of
    it that is open or has a clock that runs: one for a reader of all teams, else one of each team,
    and what he sees of others by its keys. PostgreSQL has an index for each of them, and none for
    "his team's or his own". At most one query for each principal.
    """
    if who.teams is None:
        return [SeenPart()]
    parts = [SeenPart(team=team) for team in sorted(who.teams)]
    elsewhere = who._elsewhere  # noqa: SLF001 - asked once for each principal
    return [*parts, SeenPart(keys=elsewhere)] if elsewhere else parts


def _seen_elsewhere(who: Principal) -> tuple[int, ...]:
    """Tickets of teams that are not his: he owns them, stands in for who does, or is named."""
    if who.user is None or who.teams is None:
        return ()
    return tuple(sorted(_elsewhere(sight_of(who))()))


@lru_cache(maxsize=1_000)
def _elsewhere(sight: Sight) -> Asking[int]:
    who = whoever_has(sight)
    assert who.user is not None and who.teams is not None
    outside = visible_tickets(who).exclude(team_id__in=who.teams).order_by()
    owned = outside.filter(owner_id__in={who.user.pk, *who.stands_in_for})
    named = TicketPerson.objects.filter(user=who.user, relation=PersonRelation.NAMED.value)
    ways = [
        owned.filter(status__in=sorted(OPEN_STATUSES)),
        owned.filter(SETTLED_WITH_CLOCK),
        outside.filter(confidential=True, pk__in=named.values("ticket_id")),
    ]
    keys = [way.values_list("pk", flat=True) for way in ways]
    return Asking(lambda: keys[0].union(*keys[1:]))


def of_seen(who: Principal, key: str = "ticket_id", *, historical: bool | None = None) -> Holds:
    """Whether `who` may see the ticket to which a row of another table points by `key`, and, where
    given, whether it is an imported one: asked row by row. For sets that are few, or read in an
    order of their own until there are enough: left to itself PostgreSQL may begin at all the
    tickets."""
    return Holds(_of_seen_text(sight_of(who), historical=historical), key)


@lru_cache(maxsize=1_000)
def _of_seen_text(sight: Sight, *, historical: bool | None) -> Text:
    which = _is_seen(*sight)
    if historical is not None:
        which &= Q(historical=historical)
    return pointing_at(Ticket, which, name="seen")


def people_who_see(ticket: Ticket) -> QuerySet[User]:
    """Those who work here and may see the ticket: the other side of `visible_tickets`, but for
    people who only stand in for another."""
    people = TicketPerson.objects.filter(ticket=ticket, user=OuterRef("pk"))
    named = Exists(people.filter(relation=PersonRelation.NAMED.value))
    about = Exists(people.filter(relation=PersonRelation.COMPLAINED_ABOUT.value))
    seeing = Q(pk=ticket.owner_id)
    if ticket.confidential:
        seeing = Q(seeing | Q(named), ~Q(about))
    else:
        members = Membership.objects.filter(team=ticket.team_id, user=OuterRef("pk"))
        seeing |= Q(role__in=[role.value for role in _SEE_ALL]) | Q(Exists(members))
    return User.objects.filter(seeing, is_active=True).order_by("name", "pk")


def access_ticket(who: Principal, ref: str | int, *, verb: str = "") -> Ticket:
    """The ticket with the number (or id) `ref`, with its names.

    `verb` is what is going to be done to it ("work", "supervise"); empty to read. Raises
    `NotFound` where it is not there or not for `who`, `NumberInvalid` for a number that can't
    be one, `NotAllowed` where he may see it but not do that, `Merged` where it is part of
    another now and something is to be done to it.
    """
    key = ref if isinstance(ref, int) else id_in(ref)
    ticket = found_by_key(who, key)
    if ticket is None:
        raise NotFound(field="ticket")
    if verb:
        check_may(who, verb, ticket)
        if ticket.merged_into_id is not None:
            raise Merged(number=ticket.survivor.number, field="ticket")
    return ticket


def found_by_key(who: Principal, key: int) -> Ticket | None:
    """The ticket with this id, with its names, where `who` may see it."""
    found = _reading(sight_of(who))(key=key) if 0 < key < 2**63 else []
    return found[0] if found else None


@lru_cache(maxsize=1_000)
def _reading(sight: Sight) -> Asking[Ticket]:
    seen = visible_tickets(whoever_has(sight)).with_names()
    return Asking(lambda: seen.filter(pk=given("key"))[:1])


def lead_on(who: Principal, ticket: Ticket) -> Ticket:
    """The ticket that one which was merged is part of now, where `who` may see it; else itself."""
    if ticket.merged_into_id is None:
        return ticket
    return found_by_key(who, ticket.survivor.pk) or ticket


def access_by_key(key: str) -> Ticket:
    """The ticket of a customer's private link; of one that was merged, the one that it is part
    of. Raises `NotFound`."""
    ticket: Ticket | None = None
    if len(key) <= 32:
        ticket = (
            Ticket.objects.select_related("customer", "category", "team", "owner")
            .filter(access_key=key)
            .first()
        )
    if ticket is None or not secrets.compare_digest(ticket.access_key, key):
        raise NotFound(field="link")
    return ticket.survivor


def access_customer(who: Principal, customer_id: int) -> Customer:
    """A customer, for anyone who works here or an integration with `customers:read`.

    What is seen of his tickets is another question: `visible_tickets`. One that was merged
    leads to the one he was merged into. Raises `NotFound`.
    """
    if who.scopes is not None and "customers:read" not in who.scopes:
        raise NotFound(field="customer")
    customer = Customer.objects.filter(pk=customer_id).first()
    while customer is not None and customer.merged_into is not None:
        customer = customer.merged_into
    if customer is None:
        raise NotFound(field="customer")
    return customer


def access_attachment(who: Principal, attachment_id: int) -> Attachment:
    """A file of a ticket that `who` may see. Raises `NotFound`."""
    found = Attachment.objects.select_related("ticket").filter(pk=attachment_id).first()
    if found is None or not visible_tickets(who).filter(pk=found.ticket_id).exists():
        raise NotFound(field="attachment")
    return found
