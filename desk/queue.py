"""What stands in the queue: views, groups in the order of urgency, and keyset pages.

The order is that of the nearest running deadline (`attention_at`, then id), which one partial index
serves. Tickets that wait for the customer and have nothing due today stand apart, since nobody can
act on them. What is put aside stands in no view but its own, by when it comes back.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from desk.build.team import name_people
from desk.counting import MOST
from desk.heads import heads
from desk.orders import BY_DATE, BY_RETURN, cursor_of, in_order, past
from desk.sets import Told
from feedback.models import FollowUp
from tickets.access import (
    Principal,
    SeenPart,
    Sight,
    seen_in_parts,
    sight_of,
    visible_tickets,
    whoever_has,
)
from tickets.catalogue import catalogue
from tickets.errors import Invalid
from tickets.kept import Asking, GivenMoment, given
from tickets.models import SavedView, Ticket
from tickets.models.desk import Sort
from tickets.models.tickets import TicketQuerySet
from tickets.rules import OPEN_STATUSES, WAITING_STATUSES
from tickets.selecting import SOON, Criteria, checked, selected

PAGE = 40
WAITING_SHOWN = 10
#: The order of the index of owners: what is counted in the order of an
#: index is found by it. Left to itself PostgreSQL reads the whole table, expecting enough soon.
_BY_OWNER = ("owner_id", *BY_DATE)
#: Long columns of a ticket that no row shows.
_UNSEEN = ("wish", "facts", "factors", "pain_reasons")
_WAITING = sorted(status.value for status in WAITING_STATUSES)
_UNOWNED = Q(owner__isnull=True)
#: The keys of the views that everybody has, and that are kept as SQL.
_EVERYBODYS = frozenset(
    ("me", "mine", "team", "unowned", "waiting", "snoozed", "today", "followups")
)


@dataclass(frozen=True, slots=True)
class View:
    """A named selection of open tickets; `settled` adds those that are resolved or closed, `also`
    names some of these that belong here all the same. `aside` is of what is put aside, and of that
    alone. `criteria` narrow it further."""

    key: str
    words: str
    icon: str
    which: Q
    settled: bool = False
    aside: bool = False
    also: tuple[int, ...] = ()
    #: `which` in parts by owner that have nothing in common, each found by the index of owners.
    owners: tuple[Q, ...] = ()
    criteria: Criteria = field(default_factory=dict)
    saved: SavedView | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue: rows to act on, some that wait, and where the next page begins.

    Those that wait stand apart only where the nearest deadline gives the order."""

    rows: list[Ticket]
    waiting: list[Ticket]
    after: str
    first: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the groups of the queue begin, for one reader."""

    now: dt.datetime
    soon: dt.datetime
    tomorrow: dt.datetime
    zone: ZoneInfo

    @classmethod
    def of(cls, now: dt.datetime, zone: ZoneInfo) -> "Bounds":
        """Today ends at midnight in the reader's zone."""
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(now, now + SOON, midnight + dt.timedelta(days=1), zone)

    def paused(self) -> Q:
        """Waiting for somebody, and nothing is due today."""
        return Q(status__in=_WAITING, attention_at__gte=self.tomorrow)

    @property
    def moments(self) -> dict[str, dt.datetime]:
        """By the names that they have in a set that is kept."""
        return {"now": self.now, "soon": self.soon, "tomorrow": self.tomorrow}

    def group_of(self, ticket: Ticket, *, late: bool) -> str:
        """The key of the group that the ticket stands in; `late` as its nearest clock says."""
        if late:
            return "late"
        if ticket.attention_at < self.now:
            return "opening"
        if ticket.attention_at < self.soon:
            return "soon"
        return "today" if ticket.attention_at < self.tomorrow else "later"


#: For sets that are kept: which moments these are is told when such a set is asked for.
ANY_MOMENT = Bounds(
    GivenMoment.called("now"),
    GivenMoment.called("soon"),
    GivenMoment.called("tomorrow"),
    ZoneInfo("UTC"),
)


def views_for(who: Principal, bounds: Bounds) -> list[View]:
    """The views that everyone has, in order. One query, for the reader's own follow-ups."""
    return _views(who, bounds, _own_followups(who))


def _views(who: Principal, bounds: Bounds, to_call: Sequence[tuple[int, int]]) -> list[View]:
    """The same, where settled tickets `to_call` about (id, owner) are known."""
    assert who.user is not None
    mine = Q(owner=who.user)
    standing_in = Q(owner_id__in=who.stands_in_for)
    others = [Q(owner_id=other) for other in sorted(who.stands_in_for - {who.user.pk})]
    unowned = _UNOWNED
    # A poor score comes when the ticket is settled; somebody has to get in touch all the same.
    poor = Q(pk__in=FollowUp.objects.filter(closed_at=None).values("ticket_id"))
    of_me = tuple(key for key, owner in to_call if owner == who.user.pk)
    return [
        View(
            "me",
            _("For me"),
            "zap",
            mine | standing_in | unowned,
            also=tuple(key for key, _ in to_call),
            owners=(mine, unowned, *others),
        ),
        View("mine", _("Mine"), "user-round", mine, also=of_me, owners=(mine,)),
        View("team", _("My team"), "users-round", Q()),
        View("unowned", _("Unowned"), "circle-question-mark", unowned, owners=(unowned,)),
        View("waiting", _("Waiting"), "hourglass", Q(status__in=_WAITING)),
        View("snoozed", _("Snoozed"), "alarm-clock", Q(), aside=True),
        View("today", _("Due today"), "clock", Q(attention_at__lt=bounds.tomorrow)),
        View("followups", _("Follow-ups"), "message-circle-reply", poor, settled=True),
    ]


def _own_followups(who: Principal) -> list[tuple[int, int]]:
    """Settled tickets (id, owner) of the reader and of those he stands in for whose customer was
    not content. A handful, so their ids go into the queries of the queue as they are."""
    return _followups(sight_of(who))()


@lru_cache(maxsize=1_000)
def _followups(sight: Sight) -> Asking[tuple[int, int]]:
    who = whoever_has(sight)
    assert who.user is not None
    owners = [who.user.pk, *who.stands_in_for]
    poor = FollowUp.objects.filter(closed_at=None, ticket__owner_id__in=owners)
    settled = (
        visible_tickets(who)
        .filter(pk__in=poor.values("ticket_id"), owner__isnull=False)
        .exclude(status__in=sorted(OPEN_STATUSES))
    )
    return Asking(lambda: settled.values_list("pk", "owner_id"))


def category_views(counts: dict[int, int]) -> list[tuple[View, int]]:
    """A view for each top category that has open tickets, with how many."""
    known = catalogue()
    tops: dict[str, int] = {}
    for category_id, count in counts.items():
        entry = known.by_id.get(category_id)
        if entry is not None:
            tops[entry.keys[-1]] = tops.get(entry.keys[-1], 0) + count
    views = []
    # Those that are too many to be counted stand in the order of their names.
    for key, count in sorted(tops.items(), key=lambda item: (-min(item[1], MOST + 1), item[0])):
        entry = known.by_key[key]
        views.append((View(f"c-{key}", entry.category.name, entry.icon, _below(key)), count))
    return views


def _below(key: str) -> Q:
    ids = [pk for pk, entry in catalogue().by_id.items() if key in entry.keys]
    return Q(category_id__in=ids)


def saved_view(row: SavedView) -> View:
    """What somebody saved, as a view."""
    icon = "users-round" if row.team_id else "star"
    return View(f"s-{row.pk}", row.name, icon, Q(), criteria=row.criteria, saved=row)


def view_called(key: str, views: list[View], saved: Sequence[SavedView] = ()) -> View:
    """The one of `views` with this key; "c-…" names a category, "s-…" one of `saved`. Raises
    `Invalid`."""
    for view in views:
        if view.key == key:
            return view
    for row in saved:
        if key == f"s-{row.pk}":
            return saved_view(row)
    entry = catalogue().known(key.removeprefix("c-")) if key.startswith("c-") else None
    if entry is None:
        raise Invalid(_("There is no such view."), field="view")
    return View(key, entry.category.name, entry.icon, _below(entry.category.key))


def narrowed(view: View, raw: Mapping[str, Any]) -> View:
    """The view with other criteria than its own. Raises `Invalid`, naming the criterion."""
    criteria = checked(raw)
    if view.aside:
        criteria["snoozed"] = "only"
    return replace(view, criteria=criteria, also=(), owners=())


def open_tickets(who: Principal, now: dt.datetime) -> TicketQuerySet:
    """Everything that is still to be done and not put aside, and that this reader may see."""
    return visible_tickets(who).still_open().awake(now)


def tickets_in(view: View, who: Principal, bounds: Bounds) -> TicketQuerySet:
    """What stands in the view."""
    if view.criteria:
        rows = visible_tickets(who).filter(view.which)
        return selected(rows, view.criteria, who=who, now=bounds.now, zone=bounds.zone)
    if view.aside:
        return visible_tickets(who).snoozed(bounds.now).filter(view.which)
    if view.also:
        here = Q(status__in=sorted(OPEN_STATUSES)) & view.which
        found = visible_tickets(who).filter(here | Q(pk__in=view.also))
        return found.awake(bounds.now)
    tickets = visible_tickets(who) if view.settled else open_tickets(who, bounds.now)
    return tickets.filter(view.which)


def _parts(
    view: View,
    who: Principal,
    here: TicketQuerySet,
    known: dict[Q, list[TicketQuerySet]],
    bounds: Bounds,
    seen: Sequence[SeenPart],
) -> list[TicketQuerySet]:
    """The view in parts that have nothing in common, each in the order of an index: of `here`,
    which is what is open. `known` keeps those of owners, which views share; `seen` is
    `seen_in_parts`."""
    if view.aside:
        return [tickets_in(view, who, bounds).order_by(*BY_RETURN)]
    if view.criteria:
        narrowed = tickets_in(view, who, bounds)
        return [narrowed.filter(part.which).order_by(*part.by, *BY_DATE) for part in seen]
    here = visible_tickets(who) if view.settled else here
    parts = []
    for owner in view.owners:
        if owner not in known:
            known[owner] = _of_owner(here, owner, seen)
        parts.extend(known[owner])
    if view.settled:
        parts = [here.filter(view.which).order_by(*BY_DATE)]
    elif not parts:
        which = here.filter(view.which)
        parts = [which.filter(part.which).order_by(*part.by, *BY_DATE) for part in seen]
    if view.also:
        parts.append(visible_tickets(who).filter(pk__in=view.also).order_by("id"))
    return parts


def _of_owner(here: TicketQuerySet, owner: Q, seen: Sequence[SeenPart]) -> list[TicketQuerySet]:
    """What somebody owns, by the index of owners; what nobody does, where only some teams are
    seen, by theirs, for others may have more of it than there is to see."""
    if owner != _UNOWNED or tuple(seen) == (SeenPart(),):
        return [here.filter(owner).order_by(*_BY_OWNER)]
    nobodys = here.annotate(whose=Coalesce("owner_id", 0)).filter(whose=0)  # in no index
    return [nobodys.filter(part.which).order_by(*part.by, *BY_DATE) for part in seen]


def page_of(
    who: Principal, view: View, bounds: Bounds, *, after: str = "", sort: str = Sort.DUE.value
) -> Page:
    """A page of the view. Two queries, and one more for a reader of some teams."""
    apart = sort == Sort.DUE and view.key != "waiting"
    parts, waits = sorted_parts(view, who, bounds, sort), resting(bounds)
    active = [part.among(waits, but=True) for part in parts] if apart else parts
    rests = [part.among(waits) for part in parts] if apart and not after else []
    if after:
        rest = Told.of(in_order(Ticket.objects.filter(), sort).filter(past(after, sort)))
        active = [part.among(rest) for part in active]
    keys = heads((active, PAGE + 1), (rests, WAITING_SHOWN))
    rows, waiting = _apart(_rows(sort)(keys=keys) if keys else [], bounds, apart=apart)
    more, rows, waiting = rows[PAGE:], rows[:PAGE], waiting[:WAITING_SHOWN]
    name_people([*rows, *waiting], "owner")
    return Page(rows, waiting, cursor_of(rows[-1], sort) if more else "", not after)


@lru_cache
def _rows(sort: str) -> Asking[Ticket]:
    """Tickets by their keys, with what a row shows, in that order."""
    shown = Ticket.objects.defer(*_UNSEEN).filter(pk__among=given("keys"))
    return Asking(lambda: in_order(shown.select_related("customer"), sort))


def _apart(rows: list[Ticket], bounds: Bounds, *, apart: bool) -> tuple[list[Ticket], list[Ticket]]:
    """Those to act on and, where they stand `apart`, those that wait."""
    if not apart:
        return rows, []
    rests = [row for row in rows if row.status in _WAITING and row.attention_at >= bounds.tomorrow]
    return [row for row in rows if row not in rests], rests


def sorted_parts(view: View, who: Principal, bounds: Bounds, sort: str) -> list[Told]:
    """The view in parts that have nothing in common, each in that order."""
    if sort == Sort.DUE and not (view.aside or view.settled):
        return parts_of(view, who, bounds)
    if view.aside or view.settled or view.owners:
        return [*Told.all_of([in_order(tickets_in(view, who, bounds), sort)])]
    here = open_tickets(who, bounds.now)
    parts = _parts(view, who, here, {}, bounds, seen_in_parts(who))
    return [*Told.all_of(in_order(part, sort) for part in parts)]


def parts_of(view: View, who: Principal, bounds: Bounds) -> list[Told]:
    """The view in parts that have nothing in common, each in the order of an index. At most one
    query."""
    seen = tuple(seen_in_parts(who))
    if view.criteria or view.key not in _EVERYBODYS:
        here = open_tickets(who, bounds.now)
        return [*Told.all_of(_parts(view, who, here, {}, bounds, seen))]
    kept = _kept(sight_of(who), view.key, view.also, seen)
    return [told.at(bounds.moments) for told in kept]


@lru_cache(maxsize=4_000)
def _kept(
    sight: Sight, key: str, also: tuple[int, ...], seen: tuple[SeenPart, ...]
) -> tuple[Told, ...]:
    """The parts of one of everybody's views, whatever the moment: all that they depend on is
    given."""
    who = whoever_has(sight)
    view = next(view for view in _views(who, ANY_MOMENT, ()) if view.key == key)
    here = open_tickets(who, ANY_MOMENT.now)
    return Told.all_of(_parts(replace(view, also=also), who, here, {}, ANY_MOMENT, seen))


def resting(bounds: Bounds) -> Told:
    """Tickets that wait for somebody, and nothing is due today."""
    return _kept_resting().at(bounds.moments)


@lru_cache(maxsize=1)
def _kept_resting() -> Told:
    (told,) = Told.all_of([Ticket.objects.filter(ANY_MOMENT.paused())])
    return told


def page_among(
    only: Sequence[int], who: Principal, view: View, bounds: Bounds, *, sort: str = Sort.DUE.value
) -> Page:
    """Those of the tickets `only` (keys) that stand in the view. Two queries."""
    found = tickets_in(view, who, bounds).filter(pk__in=only).select_related("customer")
    rows = list(found.order_by(*BY_DATE))
    name_people(rows, "owner")
    apart = sort == Sort.DUE and view.key != "waiting"
    rows, waiting = _apart(rows, bounds, apart=apart)
    return Page(rows, waiting, "", True)
