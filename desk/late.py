"""What the board of clocks reads: every open deadline that its reader may see, nearest first."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce

from desk.build.clocks import is_late, late_rows
from desk.build.team import name_people
from desk.counting import MOST, counted
from desk.heads import grouped_first, heads
from desk.queue import ANY_MOMENT, Bounds
from desk.sets import Told
from escalation.clock import Status
from escalation.models import Deadline
from escalation.models.deadlines import COUNTED, DECIDED
from escalation.people import directory
from escalation.policies.kinds import Kind
from tickets.access import (
    Principal,
    SeenPart,
    Sight,
    of_seen,
    seen_in_parts,
    sight_of,
    visible_tickets,
    whoever_has,
)
from tickets.errors import NotFound
from tickets.kept import Asking, given
from tickets.listed import Cursor
from tickets.models import Team, User

SHOWN = 40
PAUSED = 20
#: How many clocks the figures beside the board are made of at most: those that are due first, and
#: the promises that were decided last. A desk with more has the report for all of them.
AMONG = 1_000
_HOUR = dt.timedelta(hours=1)
_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many clocks stand in each group."""

    late: int
    opening: int
    soon: int
    today: int
    later: int
    paused: int


@dataclass(frozen=True, slots=True)
class Load:
    """A person's open clocks of today."""

    user: User | None
    late: int
    due: int


@dataclass(frozen=True, slots=True)
class Clocks:
    """Some open deadlines, in parts that have nothing in common: those that run and those that are
    paused, each in the order of an index, nearest first."""

    running: tuple[Told, ...]
    paused: tuple[Told, ...]


def clocks(who: Principal, *, team: str = "", kind: str = "") -> Clocks:
    """Open deadlines of tickets that the reader may see, in one team or of one kind if given. At
    most one query."""
    if kind and kind not in set(Kind):
        return Clocks((), ())  # what an address makes up is not kept
    chosen = 0
    if team:
        chosen = next((one.pk for one in directory().teams if one.key == team), -1)
    return _kept_clocks(sight_of(who), tuple(seen_in_parts(who)), chosen, kind)


@lru_cache(maxsize=4_000)
def _kept_clocks(sight: Sight, parts: tuple[SeenPart, ...], team: int, kind: str) -> Clocks:
    found = Deadline.objects.open().filter(of_seen(whoever_has(sight), historical=False))
    if kind:
        found = found.filter(kind=kind)
    if team:
        found = found.filter(team_id=team)
        parts = tuple(
            replace(part, team=part.team or team) if not part.keys else part
            for part in parts
            if part.team in (0, team)
        )
    return Clocks(*(_nearest(found, parts, status) for status in (Status.RUNNING, Status.PAUSED)))


def _nearest(
    found: QuerySet[Deadline], parts: Sequence[SeenPart], status: Status
) -> tuple[Told, ...]:
    return Told.all_of(
        found.filter(part.of("ticket_id"), status=status.value).order_by(
            *part.by, "status", "due_at", "id"
        )
        for part in parts
    )


@lru_cache(maxsize=1)
def _kept_late() -> Told:
    """Clocks that run late, whatever the moment."""
    (told,) = Told.all_of([Deadline.objects.filter(late_rows(ANY_MOMENT.now))])
    return told


_ROWS: Asking[Deadline] = Asking(
    lambda: (
        Deadline.objects.filter(pk__among=given("keys"))
        .select_related("ticket__customer")
        .order_by("due_at", "id")
    )
)


def rows_of(found: Clocks, *, after: Cursor | None = None) -> tuple[list[Deadline], str]:
    """The nearest that run, on the first page some that are paused, with what a row shows; and
    where the next page begins, or "". Three queries, on whichever page."""
    running: Sequence[Told] = found.running
    if after is not None:
        beyond = "(due_at, id) > (%s, %s)"
        running = [part.that(beyond, after.at, after.keys[0]) for part in running]
    keys = heads((running, SHOWN + 1), (() if after else found.paused, PAUSED))
    rows = _ROWS(keys=keys) if keys else []
    runs = [row for row in rows if row.status == Status.RUNNING]
    rests = [row for row in rows if row.status == Status.PAUSED]
    last = runs[SHOWN - 1] if len(runs) > SHOWN else None
    more = Cursor(last.due_at, (last.pk,)).text if last else ""
    prefetch_related_objects(page := [*runs[:SHOWN], *rests[:PAUSED]], "pauses")
    name_people(page, "acknowledged_by")
    name_people([row.ticket for row in page], "owner")
    return page, more


def counts_of(found: Clocks, bounds: Bounds) -> Counts:
    """Sizes of the groups, as desk.counting counts. One query."""
    now, late = bounds.now, _kept_late().at(bounds.moments)
    soon = now + _HOUR
    sets: dict[str, list[Told]] = {key: [] for key in ("late", "opening", "soon", "today", "later")}
    for runs in found.running:
        past = runs.that("due_at < %s", now)
        sets["late"].append(past.among(late))
        # A date at closing is not late before the opening; such dates are the last that passed.
        sets["opening"].append(past.last(MOST + 1).among(late, but=True))
        sets["soon"].append(runs.that("due_at >= %s AND due_at < %s", now, soon))
        sets["today"].append(runs.that("due_at >= %s AND due_at < %s", soon, bounds.tomorrow))
        sets["later"].append(runs.that("due_at >= %s", max(soon, bounds.tomorrow)))
    return Counts(**counted({**sets, "paused": found.paused}))


def group_of(deadline: Deadline, bounds: Bounds) -> str:
    """The key of the group that a clock stands in."""
    if deadline.status == Status.PAUSED:
        return "paused"
    if is_late(deadline, now=bounds.now):
        return "late"
    if deadline.due_at < bounds.now:
        return "opening"
    if deadline.due_at < bounds.now + _HOUR:
        return "soon"
    return "today" if deadline.due_at < bounds.tomorrow else "later"


@dataclass(frozen=True, slots=True)
class Today:
    """Running clocks of today, those that are due first, by owner and team."""

    #: (owner, team) → how many, and how many of them are late.
    counts: Mapping[tuple[int | None, int], tuple[int, int]]

    def by(self, place: int) -> dict[int | None, tuple[int, int]]:
        """The sums by owner (0) or by team (1)."""
        found: dict[int | None, tuple[int, int]] = {}
        for key, (due, late) in self.counts.items():
            before = found.get(key[place], (0, 0))
            found[key[place]] = (before[0] + due, before[1] + late)
        return found

    @property
    def are_some(self) -> bool:
        """Whether there are more than those that were counted."""
        return sum(due for due, _ in self.counts.values()) >= AMONG


def today_of(who: Principal, bounds: Bounds) -> Today:
    """What the figures beside the board are made of. Two queries at most."""
    due = [part.that("due_at < %s", bounds.tomorrow) for part in clocks(who).running]
    late = _kept_late().at(bounds.moments)
    owner_of = "(SELECT owner_id FROM tickets_ticket t WHERE t.id = ticket_id)"
    counts: dict[tuple[int | None, int], tuple[int, int]] = {}
    for owner, team, is_past, count in grouped_first(
        due, AMONG, "due_at", owner_of, "team_id", late.sql, given=late.given
    ):
        before = counts.get((owner, team), (0, 0))
        counts[owner, team] = (before[0] + count, before[1] + (count if is_past else 0))
    return Today(counts)


def loads_of(who: Principal, today: Today) -> list[Load]:
    """Clocks of today by person, in the order of names: the team's own, never a ranking."""
    found, book = today.by(0), directory()
    teams = book.members if who.teams is None else who.teams
    shown = {key for team in teams for key in book.members.get(team, ())}
    if who.teams is None:
        shown |= {key for key in found if key is not None}
    people = [person for key, person in book.people.items() if key in shown]
    loads = [_load(person, found.get(person.pk)) for person in people[:40]]
    if None in found:
        loads.append(_load(None, found[None]))
    return loads


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """A team's open clocks of today, and how many of its people are here."""

    team: Team
    late: int
    due: int
    away: int
    people: int


def team_loads_of(who: Principal, bounds: Bounds, today: Today) -> list[TeamLoad]:
    """Clocks of today by team, in the order of names, of the same clocks as those by person."""
    found, book = today.by(1), directory()
    loads = []
    for team in teams_of(who):
        people = [book.people[key] for key in book.members.get(team.pk, ()) if key in book.people]
        due, late = found.get(team.pk, (0, 0))
        away = sum(person.is_away(bounds.now) for person in people)
        loads.append(TeamLoad(team, late, due, away, len(people)))
    return loads


def _load(user: User | None, counts: tuple[int, int] | None) -> Load:
    due, late = counts or (0, 0)
    return Load(user, late, due)


def kept_this_week(who: Principal, *, now: dt.datetime) -> tuple[int, int]:
    """Promises that were decided in the last seven days, the newest `AMONG` of them: how many
    were kept, and how many there were."""
    decided = (
        Deadline.objects.filter(COUNTED, DECIDED)
        .filter(of_seen(who, historical=False))
        .annotate(decided_at=Coalesce("breached_at", "met_at"))
        .filter(decided_at__gte=now - _WEEK)
        .order_by("-decided_at")[:AMONG]
    )
    found = decided.aggregate(
        kept=Count("id", filter=Q(breached_at__isnull=True)), every=Count("id")
    )
    return found["kept"], found["every"]


def teams_of(who: Principal) -> list[Team]:
    """Teams that the reader can choose from, in the order of names."""
    known = (team for team in directory().teams if team.active)
    return [team for team in known if who.teams is None or team.pk in who.teams]


def access_deadline(who: Principal, deadline_id: int) -> Deadline:
    """A deadline of a ticket that the reader may see. Raises `NotFound`."""
    found = (
        Deadline.objects.select_related("ticket__customer", "ticket__owner")
        .filter(pk=deadline_id)
        .first()
    )
    if found is None or not visible_tickets(who).filter(pk=found.ticket_id).exists():
        raise NotFound(field="deadline")
    return found


def late_tickets(who: Principal, bounds: Bounds) -> list[Told]:
    """The tickets that run late, in parts that have nothing in common, each in the order of the
    index that finds it. At most one query."""
    kept = _kept_tickets(sight_of(who), tuple(seen_in_parts(who)))
    return [told.at(bounds.moments) for told in kept]


@lru_cache(maxsize=1_000)
def _kept_tickets(sight: Sight, parts: tuple[SeenPart, ...]) -> tuple[Told, ...]:
    now = ANY_MOMENT.now
    late = (
        visible_tickets(whoever_has(sight))
        .still_open()
        .filter(attention_at__lt=now, historical=False)
        .filter(Exists(Deadline.objects.filter(late_rows(now), ticket=OuterRef("pk"))))
    )
    return Told.all_of(
        late.filter(part.which).order_by(*part.by, "attention_at", "id") for part in parts
    )
