"""Sharing out what nobody owns: who has room today, and who would get what.

Room is reckoned by what one person ordinarily answers in a day here, whoever it is, times the part
of today's hours that is left; never by what this or that person answers.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models.functions import Coalesce

from desk.heads import first_of
from desk.late import Load
from desk.queue import Bounds
from escalation.clock import Status
from escalation.models import Deadline
from escalation.models.deadlines import COUNTED, DECIDED
from escalation.people import on_duty_now
from escalation.services.setup import setup
from escalation.worktime import WorkTimeError
from tickets.access import Principal, may, of_seen, seen_in_parts, visible_tickets
from tickets.models import Membership, Ticket, User
from tickets.rules import Role

#: Tickets that are proposed at once.
MOST = 20
#: What an ordinary day is taken from: promises of so many days, the newest of them.
SPAN = dt.timedelta(days=28)
SAMPLE = 500
#: Fewer days of people than this tell nothing.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Share:
    """What one person would get; `room` is how many more he can answer today, None if unknown."""

    person: User
    tickets: tuple[Ticket, ...]
    room: int | None
    on_duty: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who would get what of the tickets that nobody owns."""

    shares: tuple[Share, ...]
    count: int
    first_due: dt.datetime


def answers_left(who: Principal, *, now: dt.datetime, zone: ZoneInfo) -> float | None:
    """How many clocks one person can answer in the hours that are left of today.

    None where too little is known, or nobody works today. One query.
    """
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    share = _hours_left(midnight, midnight + dt.timedelta(days=1), now)
    if share is None:
        return None
    met = (
        Deadline.objects.filter(
            COUNTED,
            DECIDED,
            of_seen(who, historical=False),
            ticket__owner__isnull=False,
        )
        .annotate(decided=Coalesce("breached_at", "met_at"))
        .filter(decided__gte=midnight - SPAN, decided__lt=midnight)
        .order_by("-decided")
        .values_list("ticket__owner", "decided")[:SAMPLE]
    )
    days = Counter((owner, decided.astimezone(zone).date()) for owner, decided in met)
    if len(days) < ENOUGH:
        return None
    return days.total() / len(days) * share


def _hours_left(start: dt.datetime, end: dt.datetime, now: dt.datetime) -> float | None:
    """The part of today's working hours that is left; None on a day without any."""
    calendar = setup().default_calendar
    try:
        whole = calendar.between(start, end)
        left = calendar.between(now, end)
    except WorkTimeError:
        return None
    return left / whole if whole else None


def proposal_of(
    who: Principal, loads: Sequence[Load], bounds: Bounds, *, answers: float | None
) -> Proposal | None:
    """Give what is due today and has no owner to those of its team who have most room; None where
    there is nothing to give, or nobody to give it to. Whoever is on duty goes before the others.

    A fixed number of queries.
    """
    tickets = _unowned(who, bounds)
    if not tickets:
        return None
    teams = _people_of({ticket.team_id for ticket in tickets}, bounds.now)
    busy = {load.user.pk: load.due for load in loads if load.user is not None}
    given: dict[int, list[Ticket]] = {}
    people: dict[int, User] = {}
    for ticket, clocks_ in tickets.items():
        some = teams.get(ticket.team_id, ())
        if not some:
            continue
        person = min(some, key=lambda one: (busy.get(one.pk, 0), one.name))
        people[person.pk] = person
        given.setdefault(person.pk, []).append(ticket)
        busy[person.pk] = busy.get(person.pk, 0) + clocks_
    if not given:
        return None
    before = {load.user.pk: load.due for load in loads if load.user is not None}
    duty = on_duty_now(bounds.now)
    shares = tuple(
        Share(people[key], tuple(some), _room(answers, before.get(key, 0)), key in duty)
        for key, some in sorted(given.items(), key=lambda item: people[item[0]].name)
    )
    first = min(ticket.attention_at for some in given.values() for ticket in some)
    return Proposal(shares, sum(map(len, given.values())), first)


def _room(answers: float | None, due: int) -> int | None:
    return None if answers is None else max(round(answers) - due, 0)


def _unowned(who: Principal, bounds: Bounds) -> dict[Ticket, int]:
    """Tickets without an owner that have clocks today, the first due first, with how many; only
    those that the reader may give away."""
    # Who has the nearest clock has the nearest of the ticket's.
    waiting = (
        visible_tickets(who)
        .still_open()
        .filter(owner=None, historical=False, attention_at__lt=bounds.tomorrow)
    )
    nearest = ("attention_at", "id")
    parts = [waiting.filter(part.which).order_by(*part.by, *nearest) for part in seen_in_parts(who)]
    shown = Ticket.objects.select_related("customer", "team").order_by(*nearest)
    found = {ticket.pk: ticket for ticket in first_of(shown, parts, 5 * MOST)}
    today = Deadline.objects.filter(
        ticket__in=list(found), status=Status.RUNNING.value, due_at__lt=bounds.tomorrow
    )
    counts = Counter(today.values_list("ticket", flat=True))
    mine = [ticket for ticket in found.values() if may(who, "work", ticket)]
    return {ticket: counts[ticket.pk] for ticket in mine[:MOST]}


def _people_of(teams: set[int], now: dt.datetime) -> Mapping[int, Sequence[User]]:
    """Who of each team is here and answers; those on duty alone, where some are. One query."""
    links = (
        Membership.objects.filter(team__in=teams, user__is_active=True)
        .exclude(user__role=Role.AUDITOR.value)
        .select_related("user")
        .order_by("user__name")
    )
    here: dict[int, list[Membership]] = {}
    for link in links:
        if not link.user.is_away(now):
            here.setdefault(link.team_id, []).append(link)
    duty = on_duty_now(now)
    found = {}
    for team, some in here.items():
        # Who watches over a team gets what nobody else of it can take.
        answering = [link for link in some if not link.supervises] or some
        people = [link.user for link in answering]
        found[team] = [one for one in people if one.pk in duty] or people
    return found
