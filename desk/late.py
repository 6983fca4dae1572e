"""What the board of clocks reads: every open deadline that its reader may see, nearest first."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce

from desk.build.clocks import is_late, late_rows
from desk.counting import MOST, counted
from desk.heads import first_of, heads
from desk.queue import Bounds
from escalation.clock import Status
from escalation.models import Deadline
from escalation.models.deadlines import COUNTED, DECIDED
from tickets.access import Principal, of_seen, seen_in_parts, visible_tickets
from tickets.errors import NotFound
from tickets.listed import Cursor
from tickets.models import Membership, Team, Ticket, User
from tickets.rules import OPEN_STATUSES

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


Clocks = list[QuerySet[Deadline]]


def clocks(who: Principal, *, team: str = "", kind: str = "") -> Clocks:
    """Open deadlines of tickets that the reader may see, in one team or of one kind if given: in
    parts that have nothing in common, each in the order of an index by `_nearest`. At most two
    queries."""
    found = Deadline.objects.open().filter(of_seen(who, historical=False))
    if kind:
        found = found.filter(kind=kind)
    parts = seen_in_parts(who)
    if team:
        chosen = Team.objects.filter(key=team).values_list("pk", flat=True).first() or 0
        found = found.filter(team_id=chosen)
        parts = [
            replace(part, team=part.team or chosen) if not part.keys else part
            for part in parts
            if part.team in (0, chosen)
        ]
    return [found.filter(part.of("ticket_id")).order_by(*part.by) for part in parts]


def _nearest(found: Clocks, status: Status) -> Clocks:
    """Those that run, or are paused, nearest first."""
    return [
        part.filter(status=status.value).order_by(*part.query.order_by, "status", "due_at", "id")
        for part in found
    ]


def rows_of(found: Clocks, *, after: Cursor | None = None) -> tuple[list[Deadline], str]:
    """The nearest that run, on the first page some that are paused, with what a row shows; and
    where the next page begins, or "". Five queries, on whichever page."""
    full = Deadline.objects.order_by("due_at", "id").select_related(
        "ticket__customer", "ticket__owner__substitute", "ticket__category", "acknowledged_by"
    )
    running = _nearest(found, Status.RUNNING)
    paused: list[Deadline] = []
    if after is None:
        paused = first_of(full, _nearest(found, Status.PAUSED), PAUSED)
    else:
        at, key = after.at, after.keys[0]
        running = [part.filter(due_at__gte=at).exclude(due_at=at, pk__lte=key) for part in running]
    page: list[Deadline] = first_of(full, running, SHOWN + 1)
    last = page[SHOWN - 1] if len(page) > SHOWN else None
    more = Cursor(last.due_at, (last.pk,)).text if last else ""
    prefetch_related_objects(rows := [*page[:SHOWN], *paused], "pauses")
    return rows, more


def counts_of(found: Clocks, bounds: Bounds) -> Counts:
    """Sizes of the groups, as desk.counting counts. One query."""
    now = bounds.now
    soon = now + _HOUR
    sets: dict[str, Clocks] = {key: [] for key in ("late", "opening", "soon", "today", "later")}
    for runs in _nearest(found, Status.RUNNING):
        past = runs.filter(due_at__lt=now)
        # A date at closing is not late before the opening; such dates are the last that passed.
        last = past.reverse().values("pk")[: MOST + 1]
        sets["late"].append(past.filter(late_rows(now)))
        sets["soon"].append(runs.filter(due_at__gte=now, due_at__lt=soon))
        sets["opening"].append(Deadline.objects.filter(pk__in=last).exclude(late_rows(now)))
        sets["today"].append(runs.filter(due_at__gte=soon, due_at__lt=bounds.tomorrow))
        sets["later"].append(runs.filter(due_at__gte=max(soon, bounds.tomorrow)))
    return Counts(**counted({**sets, "paused": _nearest(found, Status.PAUSED)}))


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
    """What the figures beside the board are made of. Three queries at most."""
    runs = _nearest(clocks(who), Status.RUNNING)
    keys = heads([part.filter(due_at__lt=bounds.tomorrow) for part in runs], AMONG)
    first = Deadline.objects.filter(pk__in=keys)
    if len(keys) > AMONG:
        nearest = first.order_by("due_at", "id").values("pk")[:AMONG]
        first = Deadline.objects.filter(pk__in=nearest)
    rows = (
        first.order_by()
        .values_list("ticket__owner", "team")
        .annotate(due=Count("id"), late=Count("id", filter=late_rows(bounds.now)))
    )
    return Today({(owner, team): (due, late) for owner, team, due, late in rows})


def loads_of(who: Principal, today: Today) -> list[Load]:
    """Clocks of today by person, in the order of names: the team's own, never a ranking."""
    found = today.by(0)
    people = User.objects.filter(is_active=True).select_related("substitute").order_by("name")
    if who.teams is not None:
        people = people.filter(memberships__team_id__in=who.teams).distinct()
    else:
        people = people.filter(Q(memberships__isnull=False) | Q(pk__in=found)).distinct()
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
    """Clocks of today by team, in the order of names, of the same clocks as those by person. Two
    queries."""
    found = today.by(1)
    links = Membership.objects.filter(user__is_active=True).select_related("user")
    people: dict[int, list[bool]] = {}
    for link in links:
        people.setdefault(link.team_id, []).append(link.user.is_away(bounds.now))
    return [
        TeamLoad(
            team,
            found.get(team.pk, (0, 0))[1],
            found.get(team.pk, (0, 0))[0],
            sum(people.get(team.pk, ())),
            len(people.get(team.pk, ())),
        )
        for team in teams_of(who)
    ]


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
    """Teams that the reader can choose from."""
    teams = Team.objects.filter(active=True)
    return list(teams if who.teams is None else teams.filter(pk__in=who.teams))


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


def late_tickets(who: Principal, *, now: dt.datetime) -> list[QuerySet[Ticket]]:
    """The tickets that run late, in parts that have nothing in common, each in the order of the
    index that finds it. At most one query."""
    late = (
        visible_tickets(who)
        .filter(
            status__in=[status.value for status in OPEN_STATUSES],
            attention_at__lt=now,
            historical=False,
        )
        .filter(Exists(Deadline.objects.filter(late_rows(now), ticket=OuterRef("pk"))))
    )
    return [
        late.filter(part.which).order_by(*part.by, "attention_at", "id")
        for part in seen_in_parts(who)
    ]
